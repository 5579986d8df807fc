from __future__ import annotations

import pytest

from mailbridge.verify.ooxml_content import brings_content, has_moving_field, is_bound
from mailbridge.verify.ooxml_parts import Parts, Relationship
from tests.verify.builders_office import docx, pack


def relationship(kind: str, target: str, *, external: bool = True) -> Relationship:
    return Relationship(id="rId1", type=f"urn:x/{kind}", target=target.lower(), written=target, external=external)


@pytest.mark.parametrize(
    ("kind", "target", "external", "brings"),
    [
        ("hyperlink", "https://mailbridge.invalid/", True, False),
        ("image", "media/image1.png", False, False),
        ("image", "https://mailbridge.invalid/a.png", True, True),
        ("attachedTemplate", "file:///C:\\Mau\\Normal.dotm", True, False),
        ("attachedTemplate", "C:/Mau.dotm", True, False),
        ("attachedTemplate", "https://mailbridge.invalid/a.dotm", True, True),
        ("attachedTemplate", "file://server/a.dotm", True, True),
        ("attachedTemplate", "//server/a.dotm", True, True),
        ("aFChunk", "part.html", False, True),
    ],
)
def test_links(kind: str, target: str, external: bool, brings: bool) -> None:
    assert brings_content([relationship(kind, target, external=external)]) is brings


@pytest.mark.parametrize(
    ("name", "text", "moves"),
    [
        ("word/a.xml", "<w:instrText xmlns:w='w'>  date  </w:instrText>", True),
        ("word/a.xml", "<w:instrText xmlns:w='w'>TITLE</w:instrText>", True),
        ("word/a.xml", "<w:instrText xmlns:w='w'>DATED</w:instrText>", False),
        ("word/a.xml", "<w:t xmlns:w='w'>DATE</w:t>", False),
        ("xl/worksheets/sheet1.xml", "<c><f>IF(A1,TODAY(),0)</f></c>", True),
        ("xl/worksheets/sheet1.xml", "<c><f>SUM(A1:A9)</f><v>TODAY()</v></c>", False),
        ("ppt/slides/slide1.xml", '<a:fld xmlns:a="a" id="1" type="datetime1"/>', True),
        ("ppt/slides/slide1.xml", '<a:fld xmlns:a="a" id="1" type="slidenum"/>', False),
    ],
)
def test_fields(name: str, text: str, moves: bool) -> None:
    assert has_moving_field(Parts(pack({**docx(), name: text.encode()}))) is moves


def test_bound_values() -> None:
    assert not is_bound(Parts(pack(docx())))
    assert is_bound(Parts(pack(docx("<w:sdt><w:dataBinding/></w:sdt>"))))
