from __future__ import annotations

import pytest
from lxml import etree

from mailbridge.verify.xml_canonical import DEFAULT, METHODS, Canonical, canonical_document, canonical_part
from mailbridge.verify.xml_reading import Finding, parse

_EXCLUSIVE = Canonical(exclusive=True)
_NEWER = Canonical(newer=True)
_DOCUMENT = (
    b'<?p first?><a:r xmlns:a="urn:a" xmlns="urn:d" xmlns:u="urn:u" xml:lang="vi" xml:id="r">'
    b"<s>before<a:t c='1' b=\"2\"><v><!-- comment --><w>\xc4\x91\xe1\xbb\x8f &amp; &lt; \r\n&#13;</w></v></a:t>"
    b"after</s></a:r><!-- end -->"
)


def part() -> etree._Element:
    found = parse(_DOCUMENT).find(".//{urn:a}t")
    assert found is not None
    return found


def test_a_part_brings_what_its_ancestors_declare_and_say() -> None:
    assert canonical_part(part(), DEFAULT) == (
        '<a:t xmlns="urn:d" xmlns:a="urn:a" xmlns:u="urn:u" b="2" c="1" xml:id="r" xml:lang="vi">'
        "<v><w>đỏ &amp; &lt; \n&#xD;</w></v></a:t>".encode()
    )


def test_the_newer_form_leaves_the_id_of_an_ancestor_out() -> None:
    written = canonical_part(part(), _NEWER)
    assert b'xml:lang="vi"' in written
    assert b"xml:id" not in written


def test_the_newer_form_with_a_base_is_not_judged() -> None:
    root = parse(b'<a xml:base="http://mailbridge.invalid/"><b/></a>')
    assert b"xml:base" in canonical_part(root[0], DEFAULT)
    with pytest.raises(Finding):
        canonical_part(root[0], _NEWER)


def test_the_exclusive_form_declares_only_what_is_used() -> None:
    written = canonical_part(part(), _EXCLUSIVE)
    assert written.startswith(b'<a:t xmlns:a="urn:a" b="2" c="1"><v xmlns="urn:d"><w>')


def test_prefixes_that_the_exclusive_form_keeps() -> None:
    kept = canonical_part(part(), Canonical(exclusive=True, prefixes=("u", "none")))
    assert kept.startswith(b'<a:t xmlns:a="urn:a" xmlns:u="urn:u" b="2"')


def test_a_document_has_its_instructions_and_loses_its_comments() -> None:
    written = canonical_document(parse(_DOCUMENT), DEFAULT)
    assert written.startswith(b"<?p first?>\n<a:r ")
    assert b"comment" not in written
    assert not written.endswith(b"-->")


def test_comments_stay_where_they_are_asked_for() -> None:
    written = canonical_document(parse(_DOCUMENT), METHODS["http://www.w3.org/2001/10/xml-exc-c14n#WithComments"])
    assert b"<!-- comment -->" in written
    assert written.endswith(b"\n<!-- end -->")


@pytest.mark.parametrize(
    "document", [b"<a>x<b/>y</a>", b"<a><c/>x<b/>y</a>", b"<a><c/><b/></a>", b"<a>\n<!-- --><b/>\n</a>"]
)
def test_what_is_left_out_leaves_the_text_around_it(document: bytes) -> None:
    root = parse(document)
    expected = canonical_document(parse(document.replace(b"<b/>", b"")), DEFAULT)
    assert canonical_document(root, DEFAULT, without=root.find("b")) == expected
    assert canonical_part(root, DEFAULT, without=root.find("b")) == expected
    assert canonical_document(root, DEFAULT) == canonical_document(parse(document), DEFAULT)


def test_what_stands_elsewhere_cannot_be_left_out() -> None:
    root = parse(b"<a><b/><c/></a>")
    assert canonical_part(root[0], DEFAULT, without=root[1]) == b"<b></b>"


def test_an_element_without_a_namespace_below_one_with() -> None:
    root = parse(b'<a xmlns="urn:a"><b xmlns=""><c><d/></c></b></a>')
    assert canonical_part(root[0], DEFAULT) == b"<b><c><d></d></c></b>"
    assert canonical_document(root, DEFAULT) == b'<a xmlns="urn:a"><b xmlns=""><c><d></d></c></b></a>'
