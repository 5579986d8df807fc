"""
edXML packets: what the header says of the document, and the files that travel in it.

Source: QCVN 102:2016/BTTTT as its implementations write it: several namespaces (elements are told by their local
names), parts in any order, types that are declared wrongly, and every file but PDF, Word and ZIP packed once more.
"""

from __future__ import annotations

import binascii
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from mailbridge.mail.canonical import nfc
from mailbridge.mail.containers import ZIP, zip_type
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ATTACHMENTS = 200
_MOST_OCTETS = 200 * 1024 * 1024
_LONGEST_TEXT = 2_000
_MOST_PLACES = 1_000
# Two patterns are written; a year of another century is one of them read by the other.
_DATES = (
    re.compile(r"(?P<y>\d{4})[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})"),
)
_FIRST_YEAR, _LAST_YEAR = 1945, 2100
# NotImplementedError and RuntimeError are what zipfile says of unknown methods of packing and of passwords.
_NO_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError, ValueError)
_URGENCIES = {"1": "khẩn", "2": "thượng khẩn", "3": "hỏa tốc", "4": "hỏa tốc"}
_ACTIONS = {"0": "new", "1": "revoke", "2": "update", "3": "replace"}


def read_edxml(content: bytes) -> tuple[EdxmlHeader, tuple[Member, ...]]:
    """
    Read a packet: its header and its files, whole.

    Raises:
        Unreadable: it is no such packet, declares entities, or holds too much.
    """
    root = _root(content)
    message = next((each for each in root.iter() if _local(each) in ("MessageHeader", "Status")), None)
    if message is None:
        raise Unreadable(Problem.MALFORMED, "the edXML file has no message header")
    return _header(root, message), tuple(_members(root, len(content)))


def _root(content: bytes) -> _Element:
    from lxml import etree

    # A file of some megabytes is one text node, which libxml2 takes only with huge_tree; entities stay unresolved.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, load_dtd=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Problem.MALFORMED, "the edXML file is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(Problem.MALFORMED, "the edXML file declares a document type, which no packet does")
    return root


def _header(root: _Element, message: _Element) -> EdxmlHeader:
    sender = _child(message, "From")
    code, signer = _child(message, "Code"), _child(message, "SignerInfo")
    issued, kind = _child(message, "PromulgationInfo"), _child(message, "DocumentType")
    other = _child(message, "OtherInfo")
    is_status = _child(message, "StatusCode") is not None or _local(message) == "Status"
    return EdxmlHeader(
        document_id=_text(message, "DocumentId"),
        number=_text(code, "CodeNumber"),
        notation=_text(code, "CodeNotation"),
        issued_date=_date(_text(issued, "PromulgationDate")),
        place=_text(issued, "Place"),
        type_name=_text(kind, "TypeName"),
        type_code=_number(_text(kind, "Type")),
        subject=_text(message, "Subject"),
        organ_id=_text(sender, "OrganId"),
        organ_name=_text(sender, "OrganName"),
        superior=_text(sender, "OrganizationInCharge"),
        addressees=tuple(_addressees(message)),
        signer_name=_text(signer, "FullName"),
        signer_position=_text(signer, "Position"),
        signer_authority=_text(signer, "Competence"),
        due_date=_date(_text(message, "DueDate")),
        urgency=_URGENCIES.get(_text(other, "Priority") or ""),
        pages=_number(_text(other, "PageAmount")),
        action=None if is_status else _action(root),
        earlier=() if is_status else tuple(_earlier(root)),
        reason=None if is_status else _text(_business(root), "BussinessDocReason"),
    )


def _action(root: _Element) -> str:
    """
    Tell what the packet asks for.

    The number alone is not believed: one old list puts recall before new. What recalls, changes or replaces names the
    document that it speaks of.
    """
    business = _business(root)
    said = _ACTIONS.get(_text(business, "BussinessDocType") or _text(business, "BusinessDocType") or "0", "new")
    names_earlier = _child(business, "DocumentId") is not None
    if said == "new" and names_earlier:
        return "revoke"
    if said in ("revoke", "update") and not names_earlier:
        return "new"
    return said


def _business(root: _Element) -> _Element | None:
    return next((each for each in root.iter() if _local(each) in ("Bussiness", "Business")), None)


def _earlier(root: _Element) -> Iterator[str]:
    """Name the documents that the packet is about: one is recalled or changed, several may be replaced."""
    business = _business(root)
    replaced = _child(business, "ReplacementInfoList")
    for parent in (business, *islice(replaced if replaced is not None else (), _MOST_PLACES)):
        name = _text(parent, "DocumentId")
        if name:
            yield name


def _addressees(message: _Element) -> Iterator[str]:
    receivers = [each for each in message if _local(each) == "To"]
    for receiver in receivers[:_MOST_PLACES]:
        name = _text(receiver, "OrganName")
        if name:
            yield name


def _members(root: _Element, packed: int) -> Iterator[Member]:
    """Take the files out; one that is broken or too large costs neither the others nor the header."""
    ration = Ration(packed=packed, octets=_MOST_OCTETS, files=_MOST_ATTACHMENTS)
    for attachment in [each for each in root.iter() if _local(each) == "Attachment"]:
        encoded = _child(attachment, "ContentTransferEncoded")
        if encoded is None:
            continue
        name = _text(attachment, "AttachmentName") or ""
        declared = (_text(attachment, "ContentType") or "").lower()
        try:
            octets = _file(name, _inner_text(encoded), ration)
        except Unreadable as error:
            yield Member(raw_name=name, content=b"", declared_type=declared, problem=str(error))
            if error.problem is Problem.TOO_MANY:
                return
        else:
            yield Member(raw_name=name, content=octets, declared_type=declared)


def _file(name: str, encoded: str, ration: Ration) -> bytes:
    ration.count()
    try:
        octets = ration.take(binascii.a2b_base64(encoded))
    except (binascii.Error, ValueError) as error:
        raise Unreadable(Problem.MALFORMED, "the file is not in base64") from error
    return _unpacked(name, octets, ration)


def _unpacked(name: str, octets: bytes, ration: Ration) -> bytes:
    """
    Take a file out of the ZIP that programs put round it; its one entry has a made-up name.

    A package of an office program, and what is called a ZIP, is left as it is.
    """
    if name.lower().endswith(".zip") or zip_type(octets) != ZIP or not octets.startswith(b"PK\x03\x04"):
        return octets
    with suppress(*_NO_ZIP), zipfile.ZipFile(BytesIO(octets)) as archive:
        entries = archive.infolist()
        if len(entries) == 1:
            with archive.open(entries[0]) as file:
                return ration.draw(file.read)
    return octets


def _child(parent: _Element | None, name: str) -> _Element | None:
    return None if parent is None else next((each for each in parent if _local(each) == name), None)


def _text(parent: _Element | None, name: str) -> str | None:
    child = _child(parent, name)
    if child is None:
        return None
    text = nfc(" ".join(_inner_text(child)[: 4 * _LONGEST_TEXT].split()))
    return text[:_LONGEST_TEXT] or None


def _inner_text(element: _Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _local(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _date(text: str | None) -> date | None:
    """Read a date of either pattern, a time behind it left out; None for others and for a year that cannot be."""
    for pattern in _DATES:
        found = pattern.match(text or "")
        if found and _FIRST_YEAR <= int(found["y"]) <= _LAST_YEAR:
            with suppress(ValueError):
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
    return None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else None
