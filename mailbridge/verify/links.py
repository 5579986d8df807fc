"""
Who issued whom: the certificates that lead to an anchor, and the chains through them.

A stranger may put hundreds of certificates beside a signature, each naming the next. So the search goes down from the
anchors: a certificate joins when the key of one that already belongs fits it. Only keys that an anchor vouches for
are ever calculated with, and each certificate is tried once for each authority of its issuer's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mailbridge.verify.names import name_key
from mailbridge.verify.value import fits_key

# A chain has three or four certificates. Cross certificates give an authority a second chain, hardly a tenth.
MOST_LINKS = 8
MOST_CHAINS = 10
_MOST_STEPS = 200


class Links:
    """Anchors, and the authorities that they vouch for."""

    def __init__(self, anchors: Iterable[Any], authorities: Iterable[Any]) -> None:
        self._anchors = {each.sha256: each for each in anchors}
        self._joined: dict[bytes, Any] = dict(self._anchors)
        self._by_name: dict[str, list[Any]] = {}
        self._issuers: dict[bytes, tuple[Any, ...]] = {}
        self._unjoined: tuple[Any, ...] = ()
        for anchor in self._anchors.values():
            if _may_issue(anchor, anchored=True):
                self._by_name.setdefault(name_key(anchor.subject), []).append(anchor)
        self._join(authorities)

    def beside(self, authorities: Sequence[Any]) -> Links:
        """Return the same links and those that a stranger's certificates add."""
        if not authorities:
            return self
        more = Links.__new__(Links)
        more._anchors, more._joined = self._anchors, dict(self._joined)
        more._unjoined = ()
        more._by_name = {name: list(those) for name, those in self._by_name.items()}
        more._issuers = {}
        # Ours that hang in the air may find their link here.
        more._join([*self._unjoined, *authorities])
        return more

    def _join(self, authorities: Iterable[Any]) -> None:
        waiting: dict[str, dict[bytes, Any]] = {}
        for each in authorities:
            if each.sha256 not in self._joined and _may_issue(each, anchored=False):
                waiting.setdefault(name_key(each.issuer), {})[each.sha256] = each
        frontier = [each for those in self._by_name.values() for each in those]
        while frontier:
            issuer = frontier.pop()
            candidates = waiting.get(name_key(issuer.subject), {})
            for digest, each in list(candidates.items()):
                if is_issued_by(each, issuer):
                    del candidates[digest]
                    self._joined[digest] = each
                    self._by_name.setdefault(name_key(each.subject), []).append(each)
                    frontier.append(each)
        self._unjoined = tuple(each for those in waiting.values() for each in those.values())

    def is_anchor(self, certificate: Any) -> bool:
        """Say whether this very certificate is an anchor."""
        return certificate.sha256 in self._anchors

    def issuers(self, certificate: Any) -> tuple[Any, ...]:
        """Return the authorities that issued a certificate, anchors first."""
        found = self._issuers.get(certificate.sha256)
        if found is None:
            named = self._by_name.get(name_key(certificate.issuer), ())
            proven = (each for each in named if is_issued_by(certificate, each))
            found = tuple(sorted(proven, key=lambda each: not self.is_anchor(each)))
            self._issuers[certificate.sha256] = found
        return found

    def siblings(self, authority: Any) -> tuple[Any, ...]:
        """Return the other certificates that the issuers of this authority gave to the same name: older, newer keys."""
        above = {each.sha256 for each in self.issuers(authority)}
        named = self._by_name.get(name_key(authority.subject), ())
        return tuple(
            each
            for each in named
            if each.sha256 != authority.sha256 and above & {issuer.sha256 for issuer in self.issuers(each)}
        )

    def chains(self, certificate: Any) -> tuple[tuple[Any, ...], ...]:
        """Return the chains from a certificate to an anchor, the shortest first; () when there is none."""
        if self.is_anchor(certificate):
            return ((certificate,),)
        found: list[tuple[Any, ...]] = []
        open_ends: list[tuple[Any, ...]] = [(certificate,)]
        for _ in range(_MOST_STEPS):
            if not open_ends or len(found) >= MOST_CHAINS:
                break
            chain = open_ends.pop(0)
            if self.is_anchor(chain[-1]):
                found.append(chain)
            elif len(chain) < MOST_LINKS:
                seen = {each.sha256 for each in chain}
                open_ends += [(*chain, each) for each in self.issuers(chain[-1]) if each.sha256 not in seen]
        return tuple(found)


def sound(certificate: Any) -> Any:
    """
    Return a certificate (asn1crypto) after touching all that chains are built from and judged by.

    asn1crypto reads late: what is malformed shall show here, and not in the middle of a search.

    Raises:
        Exception: whatever asn1crypto meets in a malformed one.
    """
    for part in (certificate.issuer, certificate.subject):
        name_key(part)
    inner = certificate["tbs_certificate"]
    _ = (certificate.sha256, certificate.serial_number, certificate.not_valid_before, certificate.not_valid_after)
    _ = (certificate["signature_algorithm"].native, inner["signature"].native, certificate["signature_value"].native)
    _ = (certificate.public_key.dump(), certificate.public_key.sha1, certificate.self_issued, certificate.ca)
    for extension in (
        certificate.basic_constraints_value,
        certificate.key_usage_value,
        certificate.extended_key_usage_value,
    ):
        _ = extension.native if extension is not None else None
    return certificate


def is_issued_by(certificate: Any, issuer: Any) -> bool:
    """Say whether the issuer's name and key fit a certificate; nothing about whether the issuer may do that."""
    algorithm = certificate["signature_algorithm"]
    inner = certificate["tbs_certificate"]["signature"]
    # The outer one is not signed (RFC 5280 §4.1.1.2).
    if algorithm["algorithm"].native != inner["algorithm"].native:
        return False
    if name_key(certificate.issuer) != name_key(issuer.subject):
        return False
    signed = certificate["tbs_certificate"].dump()
    return fits_key(certificate["signature_value"].native, signed, issuer.public_key, algorithm)


def _may_issue(certificate: Any, *, anchored: bool) -> bool:
    """
    Say whether a certificate is an authority's.

    A root of the first version has no extensions and is one by being an anchor. An end certificate put among the
    anchors vouches for itself, and for nobody else.
    """
    usage = certificate.key_usage_value
    signs_certificates = usage is not None and "key_cert_sign" in usage.native
    if certificate.basic_constraints_value is not None:
        return bool(certificate.ca) and (usage is None or signs_certificates)
    first = certificate["tbs_certificate"]["version"].native == "v1"
    return bool(anchored and certificate.self_issued and (first or signs_certificates))
