from __future__ import annotations

import hashlib

import pytest
from lxml import etree

from mailbridge.verify.xml_reading import Finding, parse
from mailbridge.verify.xml_references import Document, transformed
from mailbridge.verify.xml_signed_info import Reference, Transform
from tests.verify.builders_xml import DSIG, ENVELOPED, EXCLUSIVE, INCLUSIVE

_BASE64 = DSIG + "base64"


def transforms(*algorithms: str) -> tuple[Transform, ...]:
    elements = (etree.Element("Transform", {"Algorithm": each}) for each in algorithms)
    return tuple(Transform(algorithm=each.get("Algorithm", ""), element=each) for each in elements)


def reference(octets: bytes, uri: str | None = "", *algorithms: str, digest: str = "sha256") -> Reference:
    value = hashlib.new(digest, octets).digest()
    return Reference(uri=uri, type=None, transforms=transforms(*algorithms), digest=digest, value=value)


def problem(document: bytes, wanted: Reference) -> str | None:
    root = parse(document)
    with pytest.raises(Finding) as caught:
        Document(root, len(document)).check(wanted, root)
    return caught.value.verdict.sub_indication


def test_the_whole_document_and_a_part_of_it() -> None:
    root = parse(b'<a><!-- c --><b Id="x">t</b></a>')
    document = Document(root, 30)
    assert document.check(reference(b'<a><b Id="x">t</b></a>'), root).element is root
    assert document.check(reference(b'<b Id="x">t</b>', "#x"), root).element is root[1]


def test_a_signature_is_left_out_where_it_stands_and_only_there() -> None:
    root = parse(b'<a>1<s>2</s>3<b Id="x">4</b></a>')
    document = Document(root, 30)
    signature = root[0]
    assert document.check(reference(b'<a>13<b Id="x">4</b></a>', "", ENVELOPED, INCLUSIVE), signature).wholly
    assert document.check(reference(b'<b Id="x">4</b>', "#x", ENVELOPED, EXCLUSIVE), signature).wholly
    assert root[0].tag == "s"


def test_text_decoded_is_known_as_less_than_its_element() -> None:
    root = parse(b'<a Id="x">QUFB<!-- c -->QUFB</a>')
    assert not Document(root, 40).check(reference(b"AAAAAA", "#x", _BASE64), root).wholly


def test_octets_are_read_again_when_they_must_become_canonical() -> None:
    assert transformed(b"<a  b='1'/>", transforms(INCLUSIVE), None) == b'<a b="1"></a>'
    assert transformed(b"<a  b='1'/>", (), None) == b"<a  b='1'/>"
    assert transformed(b"QUFB", transforms(_BASE64), None) == b"AAA"
    with pytest.raises(Finding):
        transformed(b"<!DOCTYPE a><a/>", transforms(INCLUSIVE), None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (reference(b"other"), "HASH_FAILURE"),
        (reference(b"", "#none"), "SIGNED_DATA_NOT_FOUND"),
        (reference(b"", "#twice"), "FORMAT_FAILURE"),
        (reference(b"", None), "SIGNED_DATA_NOT_FOUND"),
        (reference(b"", "file:///etc/hostname"), "SIGNED_DATA_NOT_FOUND"),
        (reference(b"", "#xpointer(id('x'))"), "GENERIC"),
        (reference(b"", "#"), "GENERIC"),
        (reference(b"", "", "http://www.w3.org/TR/1999/REC-xpath-19991116"), "GENERIC"),
        (reference(b"", "", INCLUSIVE, ENVELOPED), "GENERIC"),
    ],
)
def test_references_that_do_not_fit(wanted: Reference, found: str) -> None:
    assert problem(b'<a><b Id="twice"/><c id="twice"/></a>', wanted) == found


def test_ids_outside_of_the_scope_do_not_count() -> None:
    root = parse(b'<a><s><b Id="x">1</b></s><s><b Id="x">2</b></s></a>')
    first = Document(root, 50, scope=root[0])
    assert first.by_id("x").text == "1"
    with pytest.raises(Finding):
        Document(root, 50).by_id("x")


def test_what_is_digested_in_all_is_bounded() -> None:
    root = parse(b"<a>" + b"x" * 8_000_000 + b"</a>")
    document = Document(root, 8_000_000)
    wanted = reference(b"<a>" + b"x" * 8_000_000 + b"</a>")
    for _ in range(8):
        document.check(wanted, root)
    with pytest.raises(Finding):
        document.check(wanted, root)
