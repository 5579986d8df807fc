"""Files that were broken on purpose: a reader gives pages or `Unreadable`, soon, and nothing else."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from mailbridge.mail.pages import Pages
from mailbridge.reading.doc import read_doc
from mailbridge.reading.docx import read_docx
from mailbridge.reading.html_file import read_html
from mailbridge.reading.odt import read_odt
from mailbridge.reading.problems import Unreadable
from mailbridge.reading.rtf import read_rtf
from mailbridge.reading.sheets import read_sheet
from tests.reading.builders_office import features_docx, office_docx

DATA = Path(__file__).parent / "data"
Reader = Callable[[bytes], Pages]

OCTETS: dict[str, Reader] = {
    "nhieu.doc": read_doc,
    "hop.doc": read_doc,
    "vntime.doc": read_doc,
    "bang-tinh.xls": read_sheet,
    "nhieu.rtf": read_rtf,
    "hop.rtf": read_rtf,
    "bang.html": read_html,
}
PARTS: dict[str, tuple[Reader, str]] = {
    "hop.docx": (read_docx, "word/document.xml"),
    "nhieu.docx": (read_docx, "word/document.xml"),
    "nhieu.odt": (read_odt, "content.xml"),
    "hop.odt": (read_odt, "content.xml"),
    "bang-tinh.ods": (read_sheet, "content.xml"),
    "bang-tinh.xlsx": (read_sheet, "xl/worksheets/sheet1.xml"),
}
VALUES = (
    "",
    "0",
    "-1",
    "65536",
    "99999999999999999999",
    "1e999",
    "nan",
    "-0.5in",
    "%",
    "A1:XFD1048576",
    "\u0660",
    "x" * 300,
)


def gives_pages_or_says_why(read: Reader, content: bytes) -> None:
    try:
        pages = read(content)
    except Unreadable:
        return
    assert pages.total >= len(pages.pages) >= 1
    for page in pages.pages:
        for line in page.lines:
            assert line.text
            assert line.box.left <= line.box.right
            assert line.box.top < line.box.bottom


@pytest.mark.parametrize("name", OCTETS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_octets_that_were_changed(name: str, data: st.DataObject) -> None:
    content = bytearray((DATA / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(("change", "number", "cut", "repeat"))):
            case "change":
                content[place] = data.draw(st.integers(0, 255))
            case "number":
                content[place : place + 4] = data.draw(st.sampled_from((b"\xff\xff\xff\x7f", b"\xff" * 4, b"\0" * 4)))
            case "cut":
                del content[place : place + data.draw(st.integers(1, 600))]
            case _:
                content[place:place] = content[place : place + data.draw(st.integers(1, 600))]
        if not content:
            break
    gives_pages_or_says_why(OCTETS[name], bytes(content))


@pytest.mark.parametrize("name", ["nhieu.doc", "hop.doc", "bang-tinh.xls"])
@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 0x400), value=st.sampled_from((0, 1, 0x7F, 0x80, 0xFF)))
def test_headers_that_lie(name: str, place: int, value: int) -> None:
    """The first kilobyte of the streams says where everything is."""
    content = bytearray((DATA / name).read_bytes())
    start = content.index(b"\xec\xa5" if name.endswith("doc") else b"\x09\x08\x10\x00")
    if start + place < len(content):
        content[start + place] = value
    gives_pages_or_says_why(OCTETS[name], bytes(content))


@pytest.mark.parametrize("name", PARTS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_elements_that_were_changed(name: str, data: st.DataObject) -> None:
    read, part = PARTS[name]
    parts = parts_of(name)
    root = etree.fromstring(parts[part])
    elements = [element for element in root.iter("*") if element is not root]
    for _ in range(data.draw(st.integers(1, 8))):
        change(data, elements)
    parts[part] = etree.tostring(root)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for one, octets in parts.items():
            package.writestr(one, octets)
    gives_pages_or_says_why(read, out.getvalue())


@cache
def made(name: str) -> bytes:
    match name:
        case "nhieu.docx":
            return features_docx()
        case "hop.docx":
            return office_docx("hop")
        case _:
            return (DATA / name).read_bytes()


def parts_of(name: str) -> dict[str, bytes]:
    """Unpack a package, without what would only cost time."""
    with zipfile.ZipFile(io.BytesIO(made(name))) as package:
        return {one: package.read(one) for one in package.namelist() if package.getinfo(one).file_size < 100_000}


def change(data: st.DataObject, elements: list[etree._Element]) -> None:
    element = data.draw(st.sampled_from(elements))
    other = data.draw(st.sampled_from(elements))
    parent = element.getparent()
    match data.draw(st.sampled_from(("value", "text", "drop", "move", "rename"))):
        case "value" if element.attrib:
            element.set(
                data.draw(st.sampled_from(sorted(map(str, element.attrib)))), data.draw(st.sampled_from(VALUES))
            )
        case "text":
            element.text = data.draw(st.sampled_from((*VALUES, " " * 50, "\t\n", "Số: 1/QĐ-UBND")))
        case "drop" if parent is not None:
            parent.remove(element)
        case "move" if element not in other.iterancestors() and element is not other:
            other.append(element)
        case "rename":
            element.tag = other.tag
        case _:
            pass


@pytest.mark.parametrize("read", [read_doc, read_docx, read_odt, read_rtf, read_sheet, read_html])
@settings(max_examples=40, deadline=None)
@given(
    content=st.binary(max_size=2_000),
    head=st.sampled_from((b"", b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", b"<")),
)
@example(content=b"", head=b"")
def test_any_octets(read: Reader, content: bytes, head: bytes) -> None:
    gives_pages_or_says_why(read, head + content)


def packed(**parts: bytes) -> bytes:
    names = {"document": "word/document.xml", "content": "content.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, octets in parts.items():
            made.writestr(names[name], octets)
    return out.getvalue()


LONG = 5_000
GREEDY: dict[str, tuple[Reader, bytes]] = {
    "groups of RTF": (read_rtf, b"{\\rtf1" + b"{\\b x}" * LONG),
    "octets of RTF one by one": (read_rtf, b"{\\rtf1" + b"\\'e9" * LONG),
    "open destinations of RTF": (read_rtf, b"{\\rtf1" + b"{\\*\\x" * LONG),
    "font names of RTF": (read_rtf, b"{\\rtf1{\\fonttbl" + b"{\\f1 x" * 900 + b"y" * LONG),
    "cells of RTF": (read_rtf, b"{\\rtf1" + b"\\cellx1" * LONG + b"\\trowd\\intbl x\\cell" * LONG + b"\\row}"),
    "tabs of RTF": (read_rtf, b"{\\rtf1" + b"".join(b"\\tx%d" % place for place in range(LONG)) + b"\\tab x}"),
    "tabs in a line": (read_rtf, b"{\\rtf1" + b"x\\tab " * LONG + b"}"),
    "tables of HTML": (read_html, b"<table>" + b"<tr><td colspan=99 rowspan=99>x" * LONG),
    "rules of HTML": (read_html, b"<style>" + b"p.x{" * LONG + b"</style><p class=x>x"),
    "classes of HTML": (read_html, b"<p class='" + b"x " * LONG + b"' style='" + b"a:b;" * LONG + b"'>x"),
    "styles of DOCX": (read_docx, packed(document=b"<d><body><p>" + b"<r><t>x</t></r>" * LONG + b"</p></body></d>")),
    "spaces of ODT": (read_odt, b"<d><body><text><p>" + b'<s c="99999999"/>' * 5_000 + b"x</p></text></body></d>"),
    "columns of ODT": (
        read_odt,
        b'<d><body><text><table><table-column number-columns-repeated="99999999"/>'
        + b"<table-row><table-cell number-columns-repeated='999999'><p>x</p></table-cell></table-row>" * 2_000
        + b"</table></text></body></d>",
    ),
}


@pytest.mark.parametrize("case", GREEDY)
def test_greedy_files_cost_little(case: str) -> None:
    """Thousands of anything are read, or refused, within a second or two; quadratic steps would take far longer."""
    read, content = GREEDY[case]
    start = time.process_time()
    gives_pages_or_says_why(read, content)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("case", ["octets of RTF one by one", "columns of ODT"])
def test_greedy_files_take_little_memory(case: str) -> None:
    read, content = GREEDY[case]
    tracemalloc.start()
    try:
        gives_pages_or_says_why(read, content)
        assert tracemalloc.get_traced_memory()[1] < 200 * 1024 * 1024
    finally:
        tracemalloc.stop()
