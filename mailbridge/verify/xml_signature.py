"""
XML signatures (W3C xmldsig-core 1.1, XAdES) in XML files, of which edXML packets are those that we read.

Source: ETSI EN 319 102-1, EN 319 132-1; QCVN 102:2016/BTTTT for what a packet is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.signature import SignatureStatus
from mailbridge.verify.verdict import Verdict, failed, unclear
from mailbridge.verify.xml_core import check_core
from mailbridge.verify.xml_coverage import extent_of
from mailbridge.verify.xml_judging import blank, judge_core
from mailbridge.verify.xml_reading import DSIG, Finding, local_name, parse
from mailbridge.verify.xml_references import Document
from mailbridge.verify.xml_signed_info import is_empty

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SIGNATURES = 16
_MARKS = tuple("SignatureValue".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_PACKETS = ("{*}edXML", "{*}edXMLEnvelope", "{*}MessageHeader")


def judge_xml(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    """
    Judge every signature of an XML file, without any question to the network.

    Args:
        part: Index of the part, for the results.
        at: The moment to judge for (aware): the receipt of the mail, which proves that the signatures existed then.

    Returns:
        One status a signature, in the order of the file; () for a file without signatures, and for a packet whose
        signature element was never filled in. A file that claims a signature and cannot be read gives one status.

    Raises nothing but `MemoryError`, which the sandbox reports.
    """
    if not any(mark in content for mark in _MARKS):
        return ()
    try:
        return tuple(_judge_file(part, content, trust, at))
    except MemoryError:
        raise
    except Finding as finding:
        return (blank(part, "xmldsig", finding.verdict),)
    # A stranger's file, read by three libraries: each of their exceptions means the same.
    except Exception as error:  # noqa: BLE001
        return (blank(part, "xmldsig", _unreadable(error)),)


def _judge_file(part: str, content: bytes, trust: Trust, at: datetime) -> Iterator[SignatureStatus]:
    root = parse(content)
    signatures = [each for each in _signatures(root) if not is_empty(each)]
    if not signatures:
        return
    document, material = Document(root, len(content)), Material(trust)
    is_packet = next(root.iter(*_PACKETS), None) is not None
    for number, signature in enumerate(signatures):
        if number >= MOST_SIGNATURES:
            reason = f"more than {MOST_SIGNATURES} signatures, the others were not judged"
            yield blank(part, "xmldsig", failed("FORMAT_FAILURE", reason))
            return
        yield _judge_one(part, signature, document, material, at, is_packet=is_packet)


def _judge_one(
    part: str, signature: _Element, document: Document, material: Material, at: datetime, *, is_packet: bool
) -> SignatureStatus:
    if signature.tag != f"{{{DSIG}}}Signature":
        return blank(part, "xmldsig", unclear("GENERIC", "signatures of this old format cannot be judged"))
    try:
        core = check_core(signature, document)
        extent = extent_of(core, document.root, is_packet=is_packet)
        return judge_core(part, None, core, extent, material, at)
    except MemoryError:
        raise
    # As above; asn1crypto reads late, so that a broken certificate shows up anywhere.
    except Exception as error:  # noqa: BLE001
        return blank(part, "xmldsig", _unreadable(error))


def _unreadable(error: Exception) -> Verdict:
    return failed("FORMAT_FAILURE", f"the signature is malformed ({type(error).__name__})")


def _signatures(root: _Element) -> Iterator[_Element]:
    """
    Find the signatures that speak for the file.

    Not those inside another signature: they countersign it. A `Signature` of another namespace, as one builder of
    packets writes it, counts when it was filled in.
    """
    for element in root.iter("{*}Signature"):
        if _holds_value(element) and not any(_holds_value(each) for each in element.iterancestors("{*}Signature")):
            yield element


def _holds_value(element: _Element) -> bool:
    return any(local_name(each) in ("SignedInfo", "SignatureValue") for each in element)
