from __future__ import annotations

import zipfile
from time import process_time

import pytest

from mailbridge.verify.ooxml_content import brings_content, has_moving_field, is_bound
from mailbridge.verify.ooxml_parts import Parts, Relationship
from mailbridge.verify.xml_reading import Finding
from tests.verify.builders_office import docx, pack

_MANY_FIELDS = f"<a xmlns:w='w'>{'<fldChar/><instrText>PAGE</instrText>' * 11_000}<fldSimple w:instr='DATE'/></a>"


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
        ("vbaProject", "vbaProject.bin", False, True),
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
        pytest.param("word/a.xml", _MANY_FIELDS, True, id="the last of many"),
        ("xl/worksheets/sheet1.xml", "<c><f>IF(A1,TODAY(),0)</f></c>", True),
        ("word/a.xml", "<w:instrText xmlns:w='w'>USERNAME</w:instrText>", True),
        ("word/a.xml", "<w:instrText xmlns:w='w'>FILENAME</w:instrText>", False),
        ("word/a.xml", '\ufeff<w:instrText xmlns:w="w">DATE</w:instrText>', True),
        ("xl/worksheets/sheet1.xml", "<x:c><x:f>NOW ()</x:f></x:c>", True),
        ("xl/connections.xml", "<connection refreshOnLoad='1'/>", True),
        ("xl/worksheets/sheet1.xml", "<c><f>SUM(A1:A9)</f><v>TODAY()</v></c>", False),
        ("ppt/slides/slide1.xml", '<a:fld xmlns:a="a" id="1" type="datetime1"/>', True),
        ("ppt/slides/slide1.xml", "<b:fld xmlns:b='a' id='1' type='datetime1'/>", True),
        ("ppt/slides/slide1.xml", '<a:fld xmlns:a="a" id="1" type="slidenum"/>', False),
    ],
)
def test_fields(name: str, text: str, moves: bool) -> None:
    assert has_moving_field(Parts(pack({**docx(), name: text.encode()}))) is moves


@pytest.mark.parametrize("octets", [b"<f ", b"<f  c", b"<a:fld ", b"<x:f>NOW ", b"refreshOnLoad "])
def test_looking_costs_no_more_than_the_part_is_long(octets: bytes) -> None:
    package = {**docx(), "xl/worksheets/sheet1.xml": b"<a><!--" + octets * (4_000_000 // len(octets)) + b"--></a>"}
    parts = Parts(pack(package, zipfile.ZIP_STORED))
    begin = process_time()
    assert not has_moving_field(parts)
    assert process_time() - begin < 2


def test_fields_in_another_encoding_and_under_another_name() -> None:
    field = "<w:instrText xmlns:w='w'>DATE</w:instrText>"
    assert has_moving_field(Parts(pack({**docx(), "word/footer1.xml": field.encode("utf-16")})))
    types = docx()["[Content_Types].xml"].replace(
        b"</Types>", b'<Default Extension="dat" ContentType="application/vnd.a.footer+xml"/></Types>'
    )
    assert has_moving_field(Parts(pack({**docx(), "[Content_Types].xml": types, "word/footer1.dat": field.encode()})))


def test_encodings_that_nobody_looks_into() -> None:
    strange = b'<?xml version="1.0" encoding="utf-7"?><a/>'
    with pytest.raises(Finding):
        has_moving_field(Parts(pack({**docx(), "word/footer1.xml": strange})))
    assert not has_moving_field(Parts(pack({**docx(), "docProps/app.xml": strange})))


def test_bound_values() -> None:
    assert is_bound(Parts(pack({**docx(), "word/a.xml": "<w:dataBinding/>".encode("utf-16")})))
    assert not is_bound(Parts(pack(docx())))
    assert is_bound(Parts(pack(docx("<w:sdt><w:dataBinding/></w:sdt>"))))
