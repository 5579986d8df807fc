from __future__ import annotations

import codecs
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.pages import Layer
from mailbridge.reading.plain import decode, read_plain

TEXT = "Số: 12/QĐ-UBND, Tiếng Việt"


def test_charset_is_told_by_the_octets() -> None:
    assert decode(TEXT.encode()) == TEXT
    assert decode(codecs.BOM_UTF8 + TEXT.encode()) == TEXT
    assert decode(TEXT.encode("utf-16")) == TEXT
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == TEXT


def test_windows_1258_becomes_nfc() -> None:
    # Tones are combining marks in that charset, the other marks belong to the letter.
    octets = b"Ti\xea\xecng Vi\xea\xf2t"
    assert decode(octets) == "Tiếng Việt"


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
