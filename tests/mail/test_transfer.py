"""Transfer encodings as they really arrive."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.transfer import BROKEN_UU, NOT_BASE64, UNDECLARED, Encoding, decoded, encoding_of
from tests.mail.builders_mail import PDF

FILE = PDF + bytes(range(256)) * 8
LINES = base64.encodebytes(FILE)
TEXT = "Kính gửi: Sở Nội vụ. Thực hiện Công văn số 12, đề nghị Quý cơ quan báo cáo trước ngày 15.\r\n" * 3


@pytest.mark.parametrize(
    ("field", "encoding"),
    [
        ("BASE64", Encoding.BASE64),
        ("base-64", Encoding.BASE64),
        ("base64 (standard)", Encoding.BASE64),
        ("Quoted_Printable", Encoding.QUOTED_PRINTABLE),
        ("x-uuencode", Encoding.UUENCODE),
        ("8bit", Encoding.IDENTITY),
        ("", Encoding.IDENTITY),
    ],
)
def test_the_field_is_understood(field: str, encoding: Encoding) -> None:
    assert encoding_of(field) is encoding


@pytest.mark.parametrize(
    "body",
    [
        LINES,
        LINES.replace(b"\n", b"\r\n"),
        LINES.replace(b"\n", b""),
        LINES.rstrip(b"=\n"),
        LINES.replace(b"\n", b"\n \n", 3),
        LINES.replace(b"\n", b" !\n", 5),
        LINES + b"\n-- \nMailing list of the agency: see http://x.test, or write to us\n",
        base64.b64encode(FILE[:1000]) + b"\n" + base64.b64encode(FILE[1000:]),
    ],
    ids=["lines", "crlf", "one line", "no padding", "empty lines", "junk", "words behind", "two pieces"],
)
def test_base64_is_read_as_far_as_it_is_one(body: bytes) -> None:
    assert decoded(body, Encoding.BASE64, "application/pdf") == (FILE, None)


@pytest.mark.parametrize("body", [FILE, TEXT.encode(), b"Xin kinh gui van ban kem theo thu nay."])
def test_what_only_says_that_it_is_base64_stays(body: bytes) -> None:
    assert decoded(body, Encoding.BASE64, "text/plain") == (body, NOT_BASE64)


@pytest.mark.parametrize("soft", [b"=\n", b"=\r\n", b"= \r\n", b"=\t\n", b"=\r\r\n"])
def test_damaged_soft_line_breaks_join_lines(soft: bytes) -> None:
    body = quopri.encodestring(TEXT.encode()).replace(b"=\n", soft)
    assert decoded(body, Encoding.QUOTED_PRINTABLE, "text/plain")[0].split() == TEXT.encode().split()


@pytest.mark.parametrize(
    ("body", "media_type", "octets"),
    [
        (LINES, "application/octet-stream", FILE),
        (b"\r\n" + LINES, "text/plain", FILE),
        (base64.encodebytes(TEXT.encode()), "text/plain", TEXT.encode()),
        (quopri.encodestring(TEXT.encode()), "text/plain", TEXT.encode().replace(b"\r\n", b"\n")),
    ],
    ids=["file", "file as text", "base64 text", "quoted-printable text"],
)
def test_what_is_encoded_without_a_word_is_decoded(body: bytes, media_type: str, octets: bytes) -> None:
    content, defect = decoded(body, Encoding.IDENTITY, media_type)
    assert content.replace(b"\r\n", b"\n") == octets.replace(b"\r\n", b"\n")
    assert defect == UNDECLARED


@pytest.mark.parametrize(
    "body",
    [
        b"A=E1=BA is one word",
        b"QUJD",
        b"Xin chao\r\nabc=3D\r\n",
        b"a" * 80,
        FILE,
        TEXT.encode(),
        b"A" * 64 + b"\n" + b"B" * 64,
    ],
)
def test_plain_text_is_left_alone(body: bytes) -> None:
    assert decoded(body, Encoding.IDENTITY, "text/plain") == (body, None)


def uu(octets: bytes, name: str = "a.pdf") -> bytes:
    lines = b"".join(binascii.b2a_uu(octets[at : at + 45]) for at in range(0, len(octets), 45))
    return f"begin 644 {name}\n".encode() + lines + b"`\nend\n"


def test_uuencode_is_read_and_its_end_looked_for() -> None:
    assert decoded(uu(FILE), Encoding.UUENCODE, "application/pdf") == (FILE, None)
    stripped = b"\n".join(line.rstrip() for line in uu(bytes(90)).split(b"\n"))
    assert decoded(stripped, Encoding.UUENCODE, "application/pdf")[1] is not None
    content, defect = decoded(uu(FILE)[:500], Encoding.UUENCODE, "application/pdf")
    assert content[:300] == FILE[:300]
    assert defect == BROKEN_UU


@given(st.binary(max_size=300), st.sampled_from(Encoding), st.sampled_from(["text/plain", "application/pdf"]))
def test_no_octets_grow(body: bytes, encoding: Encoding, media_type: str) -> None:
    content, _ = decoded(body, encoding, media_type)
    assert len(content) <= 2 * len(body) + 3
