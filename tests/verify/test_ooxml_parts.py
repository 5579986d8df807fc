from __future__ import annotations

import pytest

from mailbridge.verify.ooxml_parts import Parts, fold, relationships_name, source_of
from mailbridge.verify.xml_reading import Finding
from tests.verify.builders_office import docx, link, links, pack


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("", "_rels/.rels"),
        ("word/document.xml", "word/_rels/document.xml.rels"),
        ("a.xml", "_rels/a.xml.rels"),
        ("a/b/c.d", "a/b/_rels/c.d.rels"),
    ],
)
def test_where_relationships_lie(source: str, name: str) -> None:
    assert relationships_name(source) == name
    assert source_of(name) == source


@pytest.mark.parametrize("name", ["word/document.xml", "a.rels", "word/rels/a.rels", "x_rels/a.rels", "_rels/a.xml"])
def test_parts_that_hold_no_relationships(name: str) -> None:
    assert source_of(name) is None


def test_names_are_the_same_in_capitals_and_escaped() -> None:
    assert fold("/Word/D%C3%A2u.xml") == fold("word/dâu.xml") == "word/dâu.xml"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("styles.xml", "word/styles.xml"),
        ("/word/Styles.xml", "word/styles.xml"),
        ("../customXml/item1.xml", "customxml/item1.xml"),
        ("./a/../b.xml#x", "word/b.xml"),
        ("a%20b.xml", "word/a b.xml"),
        ("../../a.xml", "../a.xml"),
    ],
)
def test_targets(target: str, found: str) -> None:
    entries = {**docx(), "word/_rels/document.xml.rels": links(link("rId1", "styles", target))}
    (relationship,) = Parts(pack(entries)).relationships("word/document.xml")
    assert (relationship.target, relationship.external) == (found, False)


def test_content_types_by_part_and_by_extension() -> None:
    parts = Parts(pack(docx()))
    assert (parts.content_type("word/styles.xml") or "").endswith("styles+xml")
    assert parts.content_type("word/media/image1.png") == "image/png"
    assert parts.content_type("word/other.bin") is None


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("[Content_Types].xml", b"<Types/>"),
        ("[Content_Types].xml", b"no XML"),
        ("word/_rels/document.xml.rels", b"<Relationships/>"),
        ("word/_rels/document.xml.rels", links("<Relationship/>")),
        ("word/document.xml/[0].piece", b""),
    ],
)
def test_packages_that_are_malformed(name: str, octets: bytes) -> None:
    with pytest.raises(Finding):
        Parts(pack({**docx(), name: octets})).relationships("word/document.xml")


def test_a_package_without_content_types() -> None:
    with pytest.raises(Finding):
        Parts(pack({"word/document.xml": b"<a/>"}))
