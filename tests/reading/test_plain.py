from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.pages import Layer
from mailbridge.reading.plain import read_plain

TEXT = "Số: 12/QĐ-UBND, Tiếng Việt"


@pytest.mark.parametrize(
    "octets",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        # Tones are combining marks in windows-1258, the other marks belong to the letter.
        b"S\xf4\xec: 12/Q\xd0-UBND, Ti\xea\xecng Vi\xea\xf2t",
    ],
)
def test_charset_is_told_by_the_octets(octets: bytes) -> None:
    assert read_plain(octets).text == TEXT


def test_old_vietnamese_charsets_are_told_by_their_syllables() -> None:
    tcvn3 = "Thùc hiÖn QuyÕt ®Þnh vÒ viÖc ban hµnh quy chÕ lµm viÖc".encode("cp1252")
    assert read_plain(tcvn3).text == "Thực hiện Quyết định về việc ban hành quy chế làm việc"


def test_columns_typed_with_blanks_are_lines_side_by_side() -> None:
    [page] = read_plain("UBND TỈNH          CỘNG HÒA\n\nSố: 1\t\tHà Nội".encode()).pages
    left, right, number, place = page.lines
    assert [line.text for line in page.lines] == ["UBND TỈNH", "CỘNG HÒA", "Số: 1", "Hà Nội"]
    assert left.box.top == right.box.top < number.box.top == place.box.top
    assert left.box.right <= right.box.left
    assert page.layer is Layer.FLOW
    assert left.bold is None


def test_form_feed_and_full_sheets_begin_pages() -> None:
    assert read_plain(b"one\ftwo").text == "one\ftwo"
    pages = read_plain(b"\n".join(b"line %d" % number for number in range(100)))
    assert pages.total == len(pages.pages) > 1


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_octets_give_pages_of_clean_lines(content: bytes) -> None:
    pages = read_plain(content)
    assert pages.total == len(pages.pages) >= 1
    for page in pages.pages:
        for line in page.lines:
            assert line.text == unicodedata.normalize("NFC", line.text) == " ".join(line.text.split()) != ""
            assert line.box.top < line.box.bottom
            assert line.box.left <= line.box.right
