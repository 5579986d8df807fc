"""
Signatures of Word, Excel and PowerPoint files (ECMA-376 part 2 §10; [MS-OFFCRYPTO] 2.5.2).

Office signs a list of parts and of relationships, and shows what is linked whether it is on that list or not: a footer,
a style or a comment added afterwards changes what is read and leaves every digest as it was. So a signature counts
only where the whole package is on its list, but for what Office itself leaves out: the property sheet and the
signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.ooxml_content import brings_content, has_moving_field, is_bound
from mailbridge.verify.ooxml_parts import Parts, Relationship, Signed, relationships_name, source_of
from mailbridge.verify.signature import SignatureStatus, Status
from mailbridge.verify.verdict import Verdict, combined, failed, unclear
from mailbridge.verify.xades import read_time
from mailbridge.verify.xml_core import check_core
from mailbridge.verify.xml_judging import Extent, blank, judge_core, unsigned_content
from mailbridge.verify.xml_reading import DSIG, Finding, parse, unsupported
from mailbridge.verify.xml_references import Document
from mailbridge.verify.xml_signed_info import MOST_REFERENCES, Reference, read_references

if TYPE_CHECKING:
    from lxml.etree import _Element

_D = f"{{{DSIG}}}"
_MDSSI = "{http://schemas.openxmlformats.org/package/2006/digital-signature}"
_ORIGIN = "/digital-signature/origin"
_SIGNATURE = "/digital-signature/signature"
_CERTIFICATE = "/digital-signature/certificate"
_SIGNATURES = (_SIGNATURE, _CERTIFICATE)
_MOST_BESIDE = 20
_MAIN = "/officedocument"
# Where signatures lie, which hold no values for a document to show.
_OWN = ("_xmlsignatures/", "package/services/")
_MOST_SIGNATURES = 16
_MOST_LINKS = 50_000
# Names that stand in every signed package, in the clear.
_MARKS = (b"_xmlsignatures", b"digital-signature", b".psdsor", b".sigs")
# What Office leaves unsigned of the package, by the ends of the types of relationships …
_SHEET = (
    "/core-properties", "/extended-properties", "/extendedproperties", "/custom-properties", "/customproperties",
    "/thumbnail", _ORIGIN, "/classificationlabels",
)  # fmt: skip
# … and of its parts. None of these adds text, unless a part shows values out of them (`is_bound`) …
_ASIDE = (
    "/customxml", "/customxmlprops", "/people", "/commentsextended", "/commentsids", "/commentsextensible",
    "/intelligence", "/revisioninfo", "/changesinfo",
)  # fmt: skip

# … or a program finds a part by its name, whatever link leads to it. So they must have names of their own.
_ASIDE_NAME = re.compile(
    r"(?:docprops|docmetadata|customxml|_xmlsignatures|package/services)/[^\x00]+"
    r"|(?:word|ppt|xl)/(?:people|commentsextended|commentsids|commentsextensible)[0-9]*\.xml|[^/]+\.(?:jpe?g|png|emf|wmf)"
    r"|word/intelligence[0-9]*\.xml|ppt/revisioninfo[0-9]*\.xml|ppt/changesinfos/changesinfo[0-9]*\.xml"
)


def judge_ooxml(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    """
    Judge every signature of an Office Open XML file, without any question to the network.

    Args:
        part: Index of the part, for the results.
        at: The moment to judge for (aware): the receipt of the mail, which proves that the signatures existed then.

    Returns:
        One status a signature, in the order of the package; () for a file without. A package that claims one and
        cannot be read, or can be read in two ways, gives one status.

    Raises nothing but `MemoryError`, which the sandbox reports.
    """
    if not any(mark in content for mark in _MARKS):
        return ()
    try:
        return tuple(_judge_package(part, Parts(content), trust, at))
    except MemoryError:
        raise
    except Finding as finding:
        return (blank(part, "ooxml", finding.verdict),)
    # A stranger's file, read by three libraries: each of their exceptions means the same.
    except Exception as error:  # noqa: BLE001
        return (blank(part, "ooxml", _unreadable(error)),)


def _unreadable(error: Exception) -> Verdict:
    return failed("FORMAT_FAILURE", f"the signature is malformed ({type(error).__name__})")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """A relationship and the part that it belongs to, "" for the package."""

    source: str
    relationship: Relationship

    def may_be_unsigned(self, origins: frozenset[str]) -> bool:
        """Say whether nothing that a reader sees comes by this link."""
        kind = self.relationship.type.lower()
        if self.relationship.external or not _ASIDE_NAME.fullmatch(self.relationship.target):
            return False
        if not self.source:
            return kind.endswith(_SHEET)
        if self.source in origins:
            return kind.endswith(_SIGNATURES)
        return kind.endswith(_ASIDE)


class _Opened:
    """A package with all of its links, looked through once for all signatures."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.links: list[_Link] = []
        for source in (source for name in parts.names if (source := source_of(name)) is not None):
            self.links += [_Link(source=source, relationship=each) for each in parts.relationships(source)]
            if len(self.links) > _MOST_LINKS:
                raise unsupported("the package is too large to be judged")
        self.size = sum(len(parts.octets(name)) for name in parts.names)
        package = [each.relationship for each in self.links if not each.source]
        self.mains = [each.target for each in package if each.type.lower().endswith(_MAIN)]
        found = [each.target for each in package if each.type.lower().endswith(_ORIGIN)]
        held = [each.relationship for each in self.links if each.source in found]
        self.signatures = [each.target for each in held if each.type.lower().endswith(_SIGNATURE)]
        # The parts whose links make up the signatures: the origin, and the signatures themselves.
        self.origins = frozenset((*found, *self.signatures))
        self.is_bound = is_bound(parts)
        moves = brings_content(each.relationship for each in self.links)
        self.moves = bool(self.signatures) and (moves or has_moving_field(parts))

    def certificates(self, signature: str) -> tuple[bytes, ...]:
        """Return the parts that a signature names as certificates (ECMA-376 part 2 §10.4: they may lie beside it)."""
        mine = [each.relationship for each in self.links if each.source == signature]
        named = [each.target for each in mine if each.type.lower().endswith(_CERTIFICATE) and not each.external]
        return tuple(self.parts.octets(each) for each in dict.fromkeys(named) if self.parts.has(each))[:_MOST_BESIDE]


def _judge_package(part: str, parts: Parts, trust: Trust, at: datetime) -> Iterator[SignatureStatus]:
    opened = _Opened(parts)
    if not opened.signatures:
        return
    material = Material(trust)
    for number, name in enumerate(dict.fromkeys(opened.signatures)):
        if number >= _MOST_SIGNATURES:
            reason = f"more than {_MOST_SIGNATURES} signatures, the others were not judged"
            yield blank(part, "ooxml", failed("FORMAT_FAILURE", reason))
            return
        try:
            yield _judge_one(part, opened, name, material, at)
        except MemoryError:
            raise
        except Finding as finding:
            yield blank(part, "ooxml", finding.verdict)
        # As above; asn1crypto reads late, so that a broken certificate shows up anywhere.
        except Exception as error:  # noqa: BLE001
            yield blank(part, "ooxml", _unreadable(error))


def _judge_one(part: str, opened: _Opened, name: str, material: Material, at: datetime) -> SignatureStatus:
    parts = opened.parts
    if not parts.has(name):
        return blank(part, "ooxml", unclear("SIGNED_DATA_NOT_FOUND", "the signature refers to what is not in the file"))
    root = parse(parts.octets(name))
    if root.tag != _D + "Signature":
        return blank(part, "ooxml", failed("FORMAT_FAILURE"))
    document = Document(root, opened.size)
    signed: list[Signed] = []

    def outside(reference: Reference) -> bytes:
        document.spend(parts.size(reference))
        what, octets = parts.referenced(reference)
        signed.append(what)
        return octets

    core = check_core(root, document, outside, beside=opened.certificates(name))
    holders = [each for each in root.iterchildren(_D + "Object") if core.covers(each)]
    references = _manifest(holders)
    verdicts = []
    for reference in references:
        try:
            document.check(reference, root, outside)
        except Finding as finding:
            verdicts.append(finding.verdict)
    extent = _with_doubt(_extent(opened, signed), combined(verdicts))
    extent = replace(extent, claimed=_claimed(holders), others=references)
    return judge_core(part, "ooxml", core, extent, material, at)


def _manifest(holders: list[_Element]) -> tuple[Reference, ...]:
    """Read the references in the manifests of signed objects."""
    references: list[Reference] = []
    for manifest in (each for holder in holders for each in holder.iterchildren(_D + "Manifest")):
        references += read_references(manifest)
        if len(references) > MOST_REFERENCES:
            raise unsupported(f"the signature has more than {MOST_REFERENCES} references")
    return tuple(references)


def _with_doubt(extent: Extent, verdict: Verdict) -> Extent:
    """Add what is wrong with the references of the manifests, which vouch for the parts."""
    if verdict.status is Status.TOTAL_FAILED:
        return replace(unsigned_content(verdict.reason or ""), failure=verdict)
    if verdict.sub_indication == "SIGNED_DATA_NOT_FOUND":
        return replace(unsigned_content("a part that was signed is gone"), doubt=verdict)
    return replace(extent, whole=False, doubt=verdict) if verdict.status is Status.INDETERMINATE else extent


def _claimed(holders: list[_Element]) -> datetime | None:
    """Read the time that the signer's program wrote beside the manifest."""
    times = [value for each in holders for value in each.iter(f"{_MDSSI}Value")]
    return read_time(times[0]) if len(times) == 1 else None


def _extent(opened: _Opened, signed: list[Signed]) -> Extent:
    """Say what of the package is not signed, and what of the signed shows something else by itself."""
    whole = {each.part for each in signed if each.ids is None}
    listed: dict[str, frozenset[str]] = {}
    for each in signed:
        if each.ids is not None:
            listed[each.part] = listed.get(each.part, frozenset()) | each.ids
    if len(opened.mains) != 1 or opened.mains[0] not in whole:
        return unsigned_content("the main part of the document is not covered by the signature")
    shown: set[str] = set()
    aside: set[str] = set()
    for link in opened.links:
        holder, permitted = relationships_name(link.source), link.may_be_unsigned(opened.origins)
        if not permitted and holder not in whole and link.relationship.id not in listed.get(holder, ()):
            return unsigned_content("a link between parts of the document is not covered by the signature")
        (aside if permitted else shown).add(link.relationship.target)
    # What lies in [trash] is no part: Office leaves there what it has no more use for.
    parts = {name for name in opened.parts.names if source_of(name) is None and not name.startswith("[trash]/")}
    unsigned = parts - whole
    if unsigned - (aside - shown):
        return unsigned_content("a part of the document is not covered by the signature")
    if opened.is_bound and any(not name.startswith(_OWN) for name in unsigned):
        return unsigned_content("the document shows values that are not covered by the signature")
    if opened.moves:
        reason = "the document shows content that changes with the reader"
        return Extent(whole=True, doubt=unclear("SIG_CONSTRAINTS_FAILURE", reason))
    return Extent(whole=True)
