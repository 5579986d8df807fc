"""
A file (hồ sơ) as XML: its own fields and those of every document in it, in their order, by the names of the decree.

Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần II (mục I file, mục II incoming document). What is not known has no element.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import Enum
from xml.etree import ElementTree as ET

from mailbridge.printing.columns import INPUT_FIELDS
from mailbridge.printing.file_lists import File
from mailbridge.registry.entry import RegisterEntry

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 allows in no document."""

_CODE = {"OrganId", "FileCatalog", "FileNotation"}
_SIGNER = {"Position", "FullName"}


def file_xml(file: File) -> bytes:
    """Write a file as one XML document, UTF-8; the same file gives the same octets."""
    root = ET.Element("File")
    code = ET.SubElement(root, "FileCode")
    organs = {each.draft.file_organ_id for each in file.entries} - {None}
    if len(organs) == 1:
        _put(code, "OrganId", organs.pop())
    if len(file.years) == 1:
        _put(code, "FileCatalog", file.years[0])
    _put(code, "FileNotation", file.notation)
    if file.span:
        _put(root, "StartDate", file.span[0])
        _put(root, "EndDate", file.span[1])
    _put(root, "DocTotal", len(file.entries))
    _put(root, "PageTotal", file.pages)
    documents = ET.SubElement(root, "Documents")
    for entry in file.entries:
        _document(documents, entry)
    ET.indent(root, " ")
    return b"".join((ET.tostring(root, encoding="utf-8", xml_declaration=True), b"\n"))


def _document(parent: ET.Element, entry: RegisterEntry) -> None:
    draft = entry.draft
    attributes = {"book": draft.book, "year": str(entry.year), "status": entry.status.value}
    if draft.document_sha256:
        attributes["sha256"] = draft.document_sha256
    document = ET.SubElement(parent, "Document", attributes)
    groups = {"FileCode": _CODE, "SignerInfo": _SIGNER}
    for field in INPUT_FIELDS:
        value = getattr(entry if field.of_book else draft, field.attribute)
        if value is None:
            continue
        group = next((name for name, fields in groups.items() if field.name in fields), None)
        place = document if group is None else document.find(group)
        _put(ET.SubElement(document, str(group)) if place is None else place, field.name, value)


def _put(parent: ET.Element, name: str, value: object) -> None:
    if value is None:
        return
    match value:
        case date():
            text = value.isoformat()
        case Enum():
            text = str(value.value)
        case _:
            text = unicodedata.normalize("NFC", str(value))
    ET.SubElement(parent, name).text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
