"""
Core validation of one `ds:Signature` (xmldsig-core 1.1 §3.2): its references, and its value.

What lies outside the document of the signature (the parts of a package) is given by whoever knows the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import Verdict, combined
from mailbridge.verify.xml_key import certificates_of, find_signer, load_certificate
from mailbridge.verify.xml_reading import Finding
from mailbridge.verify.xml_references import Covered, Document, Outside
from mailbridge.verify.xml_signed_info import SignedInfo, read_signed_info

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, kw_only=True, slots=True)
class Core:
    """
    What the mathematics say.

    `certificate` is the signer's (asn1crypto), the first named one where none fits; `certificates` all in KeyInfo.
    `covered` holds only references that fit.
    """

    element: _Element
    verdict: Verdict
    info: SignedInfo | None = None
    certificate: Any = None
    certificates: tuple[Any, ...] = ()
    covered: tuple[Covered, ...] = ()

    def covers(self, element: _Element) -> bool:
        """Say whether exactly this element was signed, all of it."""
        return any(each.wholly and each.element is element for each in self.covered)


def check_core(
    element: _Element, document: Document, outside: Outside | None = None, *, beside: Sequence[bytes] = ()
) -> Core:
    """
    Check one signature; what is wrong with it is its verdict. Raises nothing but what a broken library does.

    Args:
        beside: Certificates in DER, where the signature itself holds none.
    """
    try:
        info = read_signed_info(element)
        certificates = certificates_of(element) or tuple(map(load_certificate, beside))
    except Finding as finding:
        return Core(element=element, verdict=finding.verdict)
    verdicts: list[Verdict] = []
    certificate = certificates[0] if certificates else None
    try:
        certificate = find_signer(info, certificates)
    except Finding as finding:
        verdicts.append(finding.verdict)
    covered = []
    for reference in info.references:
        try:
            covered.append(document.check(reference, element, outside))
        except Finding as finding:
            verdicts.append(finding.verdict)
            if finding.verdict.status is Status.TOTAL_FAILED:
                break
    return Core(
        element=element,
        verdict=combined(verdicts),
        info=info,
        certificate=certificate,
        certificates=certificates,
        covered=tuple(covered),
    )
