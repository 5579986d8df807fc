"""
Whether a certificate was revoked, from the lists and answers at hand.

A certificate that names a CRL or an OCSP responder needs an answer that is current at the moment judged for. If none
is at hand that is UNKNOWN: what cannot be checked says so. The same holds for a certificate that names nothing while
a list of its issuer lies at hand. Only one that names nothing, of an issuer that we hold no list of, is UNASKED and
passes unchecked: its authority offers no way to ask. Lists and answers inside a file count as much as ours, they are
signed by the authority. One issued after the moment counts too: it knows more, not less. What is not signed by the
issuer, or by whom it named for that, counts as nothing; so do indirect lists; deltas prove no certificate good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from mailbridge.verify.algorithms import judge_algorithm
from mailbridge.verify.answered import Said, settle
from mailbridge.verify.signature import Status

if TYPE_CHECKING:
    from mailbridge.verify.material import Material


class Asked(Enum):
    """What became of the question whether a certificate was revoked."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNASKED = "unasked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation:
    """`since` is the moment of revocation, None unless revoked."""

    asked: Asked
    since: datetime | None = None


def find_revocation(certificate: Any, issuer: Any, material: Material, moment: datetime) -> Revocation:
    """
    Say how a certificate stood at `moment`.

    Args:
        certificate: asn1crypto `x509.Certificate`.
        issuer: The authority whose key signed it, itself part of a chain to an anchor.
    """
    said = [*_from_lists(certificate, issuer, material, moment), *_from_answers(certificate, issuer, material, moment)]
    standing = settle(said, moment, expiry=certificate.not_valid_after)
    if standing.since:
        return Revocation(asked=Asked.REVOKED, since=standing.since)
    if standing.good:
        return Revocation(asked=Asked.GOOD)
    askable = bool(list_addresses(certificate) or responder_addresses(certificate) or names_lists(certificate))
    return Revocation(asked=Asked.UNKNOWN if askable or material.is_listed(certificate) else Asked.UNASKED)


def list_addresses(certificate: Any) -> tuple[str, ...]:
    """Return the addresses of the CRLs that a certificate names, in its order; () when it is malformed there."""
    try:
        points = certificate.crl_distribution_points_value or ()
        return tuple(each for point in points for each in _uris(point["distribution_point"]))
    except (ValueError, TypeError, KeyError):
        return ()


def names_lists(certificate: Any) -> bool:
    """Say whether a certificate names a place of lists, of whatever kind."""
    return certificate.crl_distribution_points_value is not None


def responder_addresses(certificate: Any) -> tuple[str, ...]:
    """Return the addresses of the OCSP responders that a certificate names; () when it is malformed there."""
    try:
        access = certificate.authority_information_access_value or ()
        places = (each["access_location"] for each in access if each["access_method"].native == "ocsp")
        return tuple(uri for place in places for uri in _uri(place))
    except (ValueError, TypeError, KeyError):
        return ()


def _uris(name: Any) -> Iterator[str]:
    if name.native is not None and name.name == "full_name":
        for each in name.chosen:
            yield from _uri(each)


def _uri(name: Any) -> Iterator[str]:
    if name.name == "uniform_resource_identifier":
        # As it was written; asn1crypto would make it an IRI.
        yield name.chosen.contents.decode("ascii")


def _from_lists(certificate: Any, issuer: Any, material: Material, moment: datetime) -> Iterable[Said]:
    lists = material.lists_of(certificate)
    if not lists:
        return
    points = frozenset(list_addresses(certificate))
    siblings: tuple[Any, ...] | None = None
    for each in lists:
        if not each.is_signed_by(issuer):
            if siblings is None:
                siblings = tuple(_good_siblings(issuer, material, moment))
            if not any(each.is_signed_by(sibling) for sibling in siblings):
                continue
        said = each.say(certificate.serial_number, points=points, authority=bool(certificate.ca))
        if said is not None:
            yield said


def _good_siblings(issuer: Any, material: Material, moment: datetime) -> Iterable[Any]:
    """
    Find the older and newer keys of an authority's name, which may sign its lists too (RFC 5280 §6.3.3 (f)).

    They come from the same authority above, by a strong signature, and that did not revoke them as far as it tells.
    """
    for sibling in material.links.siblings(issuer):
        strong = judge_algorithm(sibling["signature_algorithm"], sibling.not_valid_before)
        if strong.status is not Status.TOTAL_PASSED:
            continue
        above = material.links.issuers(sibling)
        # The lists of the authority above, by its own key; a hunt through its siblings in turn has no end.
        heard = [
            said
            for parent in above
            for each in material.lists_of(sibling)
            if each.is_signed_by(parent)
            and (said := each.say(sibling.serial_number, points=frozenset(), authority=True)) is not None
        ]
        if settle(heard, moment, expiry=sibling.not_valid_after).since is None:
            yield sibling


def _from_answers(certificate: Any, issuer: Any, material: Material, moment: datetime) -> Iterable[Said]:
    for answer in material.answers:
        said = answer.say(certificate, issuer)
        if said is None:
            continue
        responder = answer.responder(issuer)
        if responder is None:
            continue
        if responder is issuer or _stands(responder, issuer, material, moment):
            yield said


def _stands(responder: Any, issuer: Any, material: Material, moment: datetime) -> bool:
    """Say whether a responder's own certificate was not revoked; one marked `nocheck` is not asked for."""
    if responder.ocsp_no_check_value is not None:
        return True
    heard = list(_from_lists(responder, issuer, material, moment))
    standing = settle(heard, moment, expiry=responder.not_valid_after)
    if standing.since:
        return False
    return standing.good or not (names_lists(responder) or material.is_listed(responder))
