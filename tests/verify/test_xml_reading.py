from __future__ import annotations

import pytest
from lxml import etree

from mailbridge.verify.signature import Status
from mailbridge.verify.xml_reading import Finding, child, decode_base64, index_ids, octets_of, parse, text_of


@pytest.mark.parametrize(
    "document",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        b'<?xml version="1.0"?><a/>',
        b"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- <!DOCTYPE a> --><?x <!DOCTYPE a>?><a/>",
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
    ],
)
def test_documents_that_are_read(document: bytes) -> None:
    assert parse(document).tag == "a"


@pytest.mark.parametrize(
    "document",
    [
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?> <!-- --> <!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b'<?xml version="1.0" encoding="IBM037"?><a/>',
        "<a>é</a>".encode("latin-1"),
        '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"),
    ],
)
def test_documents_that_two_readers_could_read_in_two_ways_are_not_judged(document: bytes) -> None:
    with pytest.raises(Finding) as caught:
        parse(document)
    assert caught.value.verdict.status is Status.INDETERMINATE


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<a>",
        b"<a/><b/>",
        b"<a>&unknown;</a>",
        b"<?xml\tversion?><a/>",
        b"text",
        "\ufeff\ufeff<!DOCTYPE a><a/>".encode(),
    ],
)
def test_documents_that_are_none_are_malformed(document: bytes) -> None:
    with pytest.raises(Finding) as caught:
        parse(document)
    assert caught.value.verdict.sub_indication == "FORMAT_FAILURE"


def test_a_bomb_of_entities_costs_nothing() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    with pytest.raises(Finding):
        parse(f'<!DOCTYPE a [<!ENTITY e0 "x">{levels}]><a b="&e29;"/>'.encode())


def test_text_beyond_the_usual_limit_of_the_parser_is_read() -> None:
    assert len(parse(b"<a>" + b"x" * 11_000_000 + b"</a>").text or "") == 11_000_000


def test_ids_are_found_by_all_their_names() -> None:
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    root = parse(
        f'<a Id="1"><b ID="2"/><c id="3"/><d xml:id="4"/><e xmlns:w="{wsu}" w:Id="5"/>'
        '<f Id="6" ID="6"/><g x:Id="7" xmlns:x="x"/></a>'.encode()
    )
    assert {name: len(elements) for name, elements in index_ids(root).items()} == dict.fromkeys("123456", 1)


def test_text_with_a_comment_is_no_text() -> None:
    assert text_of(etree.fromstring("<a>b</a>")) == "b"
    with pytest.raises(Finding):
        text_of(etree.fromstring("<a>b<!-- -->c</a>"))


def test_two_children_where_one_belongs_are_malformed() -> None:
    with pytest.raises(Finding):
        child(etree.fromstring("<a><b/><b/></a>"), "b")


def test_base64_with_line_ends() -> None:
    assert octets_of(etree.fromstring("<a> QUFB\n QUFB </a>")) == b"AAAAAA"
    for text in ("QUF", "QU-B", "QUFB=x"):
        with pytest.raises(Finding):
            decode_base64(text)
