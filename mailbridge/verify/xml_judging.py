"""
From what the mathematics say of an XML signature to its status: signer, time, chain, and what it leaves out.

The same for a plain XML file, an office package and a packet: these differ only in what must be covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from mailbridge.verify.algorithms import judge_digest, judge_key
from mailbridge.verify.chain import judge_chain
from mailbridge.verify.material import Material
from mailbridge.verify.signature import Change, SignatureStatus, Status
from mailbridge.verify.signer import Signer, certificate_facts, possible_claim, read_signer
from mailbridge.verify.timestamps import StampedTime
from mailbridge.verify.verdict import PASSED, Verdict, combined, unclear, weakened
from mailbridge.verify.xades import Properties, read_properties, read_stamp
from mailbridge.verify.xml_core import Core
from mailbridge.verify.xml_signed_info import Reference, digests_of

_MOST_NAMES = 50
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """
    What a signature covers of its file.

    `doubt` lowers a pass: what a reader sees is not all signed, or changes by itself; `change` as in
    `SignatureStatus`. `claimed` is the time that the format has a place for, where XAdES says none. `others` are
    references of the signature's manifests.
    """

    whole: bool
    change: Change = Change.NOTHING
    doubt: Verdict | None = None
    failure: Verdict | None = None
    claimed: datetime | None = None
    others: tuple[Reference, ...] = ()


def unsigned_content(reason: str) -> Extent:
    """Say that content of the file stands beside what is signed."""
    return Extent(whole=False, change=Change.SUSPICIOUS, doubt=unclear("SIG_CONSTRAINTS_FAILURE", reason))


def blank(part: str, form: str, verdict: Verdict) -> SignatureStatus:
    """Make the status of a signature that could not be read at all."""
    return SignatureStatus(
        part=part,
        format=form,
        status=verdict.status,
        sub_indication=verdict.sub_indication,
        changed_after=Change.SUSPICIOUS,
        reason=verdict.reason,
    )


def judge_core(
    part: str, form: str | None, core: Core, extent: Extent, material: Material, at: datetime
) -> SignatureStatus:
    """
    Judge one checked signature.

    Args:
        form: The format to say, None for "xades" or "xmldsig".
        material: What we know ourselves; what lies beside the signature is put beside it.
        at: When the file was received (aware): the signature existed then at the latest.
    """
    properties = read_properties(core)
    found = properties or Properties()
    material = material.beside(
        certificates=(*core.certificates, *found.certificates), crls=found.crls, ocsps=found.ocsps
    )
    stamp = read_stamp(found, material, at)
    claimed = found.claimed or extent.claimed
    moment = stamp.at or at
    chain, links = _chain(core, material, moment, claimed)
    doubts = (extent.failure, *_strength(core, extent, moment), chain, found.doubt, extent.doubt)
    verdict = _with_stamp(combined((core.verdict, *(each for each in doubts if each is not None))), stamp)
    signer = _signer(core)
    begin = core.certificate.not_valid_before if core.certificate is not None else None
    claimed = possible_claim(claimed, begin, at)
    signed_at = stamp.at or claimed
    return SignatureStatus(
        part=part,
        format=form or ("xades" if properties else "xmldsig"),
        status=verdict.status,
        sub_indication=verdict.sub_indication,
        signer=signer.name,
        organization=signer.organization,
        role=signer.role,
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        time_source="timestamp" if stamp.at else "claimed" if claimed else None,
        covers_whole_file=extent.whole,
        changed_after=Change.SUSPICIOUS if core.verdict.sub_indication == "HASH_FAILURE" else extent.change,
        reason=verdict.reason,
        certificate=certificate_facts(core.certificate) if core.certificate is not None else None,
        chain=tuple(link.sha256.hex() for link in links),
        weaknesses=verdict.weaknesses,
        covers=_names(core, extent),
    )


def _chain(
    core: Core, material: Material, moment: datetime, claimed: datetime | None
) -> tuple[Verdict, tuple[Any, ...]]:
    if core.certificate is None:
        return PASSED, ()
    return judge_chain(core.certificate, material, moment, claimed)


def _strength(core: Core, extent: Extent, moment: datetime) -> Iterator[Verdict]:
    """Judge every digest and the signer's key; the chain judges those of the authorities."""
    if core.info is not None:
        for name in digests_of(core.info, extent.others):
            yield judge_digest(name, moment)
    if core.certificate is not None:
        yield judge_key(core.certificate.public_key)


def _with_stamp(verdict: Verdict, stamp: StampedTime) -> Verdict:
    """Lower a pass whose timestamp does not fit; only mention one that cannot be verified (as for PDF)."""
    if verdict.status is not Status.TOTAL_PASSED:
        return verdict
    if stamp.broken:
        doubt = unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp does not fit the signature")
        return weakened(doubt, *verdict.weaknesses)
    return replace(verdict, reason=stamp.reason or verdict.reason)


def _signer(core: Core) -> Signer:
    return read_signer(core.certificate.subject.native) if core.certificate is not None else Signer()


def _names(core: Core, extent: Extent) -> tuple[str, ...]:
    references = [each.reference for each in core.covered] + list(extent.others)
    # Behind the question mark, a name of a package's part says of what type it is.
    names = [(each.uri or "").partition("?")[0][:_LONGEST_NAME] for each in references]
    return tuple("".join(letter for letter in name if letter.isprintable()) for name in names[:_MOST_NAMES])
