"""Text in header fields as it really arrives."""

from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.encoded import LONGEST_NAME, decode_field, decode_octets, display_name

SUBJECT = "V/v triển khai chuyển đổi số năm 2026"


def b_word(octets: bytes, charset: str = "UTF-8") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(octets) + b"?="


@pytest.mark.parametrize(
    "raw",
    [
        b_word(SUBJECT.encode()),
        SUBJECT.encode(),
        b"V/v =?utf-8?Q?tri=E1=BB=83n_khai_?= " + b_word("chuyển đổi số năm 2026".encode()),
        b_word(SUBJECT.encode()[:7]) + b"\r\n " + b_word(SUBJECT.encode()[7:]),
        b_word(unicodedata.normalize("NFD", SUBJECT).encode()),
        b"=?utf-8*vi?B?" + base64.b64encode(SUBJECT.encode()).rstrip(b"=") + b"?=",
        b"=?no-such-charset?B?" + base64.b64encode(SUBJECT.encode()) + b"?=",
        b"=?rot13?B?" + base64.b64encode(SUBJECT.encode()) + b"?=",
    ],
    ids=["word", "raw-utf-8", "mixed", "character-cut-in-two", "decomposed", "no-padding", "unknown", "no-text-codec"],
)
def test_a_vietnamese_subject_is_read_however_it_was_sent(raw: bytes) -> None:
    assert decode_field(raw) == SUBJECT


def test_windows_1258_is_composed() -> None:
    assert decode_octets("Đường".encode("windows-1258", "ignore"), "windows-1258").startswith("Đ")
    assert decode_octets(b"\xd0\xfd\xf5\xccng") == "Đườn" + "g"


def test_hidden_characters_do_not_survive() -> None:
    assert decode_field("Công\u202evăn\r\n\tsố\x00 1".encode()) == "Côngvăn số 1"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\3526_VPCP.pdf", "3526_VPCP.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("  ..  ", None),
        ("a\r\nContent-Type: x.pdf", "a Content-Type_ x.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("constant.pdf", "constant.pdf"),
        ("a.pdf:stream|<b>?*", "a.pdf_stream__b___"),
        ("tài\u200bliệu\ufeff\u00ad.pdf", "tàiliệu.pdf"),
        ("C«ng v¨n sè 12.doc", "Công văn số 12.doc"),
        (unicodedata.normalize("NFD", "Tờ trình.pdf"), "Tờ trình.pdf"),
    ],
)
def test_a_display_name_is_safe(raw: str, shown: str | None) -> None:
    assert display_name(raw) == shown


def test_a_long_name_keeps_its_suffix() -> None:
    name = display_name("ơ" * 500 + ".pdf")
    assert name is not None
    assert len(name) == LONGEST_NAME
    assert name.endswith(".pdf")


@given(st.binary(max_size=300))
def test_any_octets_become_one_clean_composed_line(raw: bytes) -> None:
    text = decode_field(raw)
    assert text == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(char) == "Cc" for char in text)
    text.encode()


@pytest.mark.timeout(60)  # an hour with the codec of that name
def test_codecs_for_single_names_are_no_charsets() -> None:
    text = "a" * 5_000_000 + "-" + "a" * 1_000_000
    assert decode_octets(text.encode("ascii"), "punycode") == text
    assert decode_octets(b"xn--bcher-kva", "idna") == "xn--bcher-kva"
    assert decode_octets(rb"\u0041", "unicode_escape") == r"\u0041"
