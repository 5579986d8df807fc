"""
Signatures of OpenDocument files (OpenDocument 1.2 part 3 §4): META-INF/documentsignatures.xml over all other entries.

A signature counts only where every entry of the package is signed, as LibreOffice itself asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.odf_content import shows_moving_content
from mailbridge.verify.signature import SignatureStatus
from mailbridge.verify.verdict import Verdict, failed, unclear
from mailbridge.verify.xades import read_time
from mailbridge.verify.xml_core import Core, check_core
from mailbridge.verify.xml_judging import Extent, blank, judge_core, unsigned_content
from mailbridge.verify.xml_package import Package
from mailbridge.verify.xml_reading import DSIG, Finding, in_utf8, parse
from mailbridge.verify.xml_references import Document, transformed
from mailbridge.verify.xml_signed_info import Reference, is_empty

if TYPE_CHECKING:
    from lxml.etree import _Element

_SIGNATURES = "META-INF/documentsignatures.xml"
_MANIFEST = "META-INF/manifest.xml"
# Signatures for themselves: of the macros, and of a kind that no program writes.
_OTHER_SIGNATURES = frozenset({_SIGNATURES, "META-INF/macrosignatures.xml", "META-INF/packagesignatures.xml"})
_ROOTS = (
    "{urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0}document-signatures",
    "{http://openoffice.org/2004/documentsignatures}document-signatures",
)
_DATE = "{http://purl.org/dc/elements/1.1/}date"
_D = f"{{{DSIG}}}"
_MOST_SIGNATURES = 16


def judge_odf(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    """
    Judge every document signature of an OpenDocument file, without any question to the network.

    Args:
        part: Index of the part, for the results.
        at: The moment to judge for (aware): the receipt of the mail, which proves that the signatures existed then.

    Returns:
        One status a signature, in the order of the file; () for a file without. Signatures of macros are none of the
        document. A package that claims a signature and cannot be read, or can be read in two ways, gives one status.

    Raises nothing but `MemoryError`, which the sandbox reports.
    """
    if _SIGNATURES.encode() not in content:
        return ()
    try:
        return tuple(_judge_package(part, content, trust, at))
    except MemoryError:
        raise
    except Finding as finding:
        return (blank(part, "odf", finding.verdict),)
    # A stranger's file, read by three libraries: each of their exceptions means the same.
    except Exception as error:  # noqa: BLE001
        return (blank(part, "odf", _unreadable(error)),)


def _unreadable(error: Exception) -> Verdict:
    return failed("FORMAT_FAILURE", f"the signature is malformed ({type(error).__name__})")


def _judge_package(part: str, content: bytes, trust: Trust, at: datetime) -> Iterator[SignatureStatus]:
    package = Package(content)
    if _SIGNATURES not in package.names:
        return
    octets = package.octets(_SIGNATURES)
    root = parse(octets)
    if root.tag not in _ROOTS:
        yield blank(part, "odf", failed("FORMAT_FAILURE"))
        return
    size = sum(len(package.octets(name)) for name in package.names)
    # Looked for once for all signatures.
    doubt, material = _doubt(package), Material(trust)
    for number, signature in enumerate(each for each in root.iterchildren(_D + "Signature") if not is_empty(each)):
        if number >= _MOST_SIGNATURES:
            reason = f"more than {_MOST_SIGNATURES} signatures, the others were not judged"
            yield blank(part, "odf", failed("FORMAT_FAILURE", reason))
            return
        # LibreOffice once gave the properties of every signature the same id.
        document = Document(root, size, scope=signature)
        try:
            yield _judge_one(part, package, doubt, signature, document, material, at)
        except MemoryError:
            raise
        # As above; asn1crypto reads late, so that a broken certificate shows up anywhere.
        except Exception as error:  # noqa: BLE001
            yield blank(part, "odf", _unreadable(error))


def _judge_one(
    part: str,
    package: Package,
    doubt: Verdict | None,
    signature: _Element,
    document: Document,
    material: Material,
    at: datetime,
) -> SignatureStatus:
    signed: set[str] = set()

    def outside(reference: Reference) -> bytes:
        name = unquote(reference.uri or "").removeprefix("./")
        if name not in package.names:
            raise Finding(unclear("SIGNED_DATA_NOT_FOUND", "the signature refers to what is not in the file"))
        signed.add(name)
        document.spend(len(package.octets(name)))
        return transformed(package.octets(name), reference.transforms, None)

    core = check_core(signature, document, outside)
    if core.verdict.sub_indication == "SIGNED_DATA_NOT_FOUND":
        extent = unsigned_content("a part that was signed is gone")
    elif set(package.names) - signed - _OTHER_SIGNATURES:
        extent = unsigned_content("a part of the document is not covered by the signature")
    else:
        extent = Extent(whole=True, doubt=doubt)
    return judge_core(part, "odf", core, replace(extent, claimed=_claimed(core)), material, at)


def _doubt(package: Package) -> Verdict | None:
    """Say why even a package that is signed whole is not what a reader sees."""
    if _MANIFEST in package.names and b"encryption-data" in in_utf8(package.octets(_MANIFEST)):
        return unclear("SIGNED_DATA_NOT_FOUND", "the file is encrypted")
    if shows_moving_content(package):
        return unclear("SIG_CONSTRAINTS_FAILURE", "the document shows content that changes with the reader")
    return None


def _claimed(core: Core) -> datetime | None:
    """Read the time in a signature property that is itself signed."""
    covered = [each.element for each in core.covered if each.wholly and each.element is not None]
    times = [time for element in covered for time in element.iter(_DATE)]
    return read_time(times[0]) if len(times) == 1 else None
