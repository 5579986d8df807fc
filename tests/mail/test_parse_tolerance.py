"""Mails as they really arrive: broken boundaries, wrong words about charsets and encodings, files within texts."""

from __future__ import annotations

import base64
import resource
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from tests.mail.builders_mail import PDF, html_mail, legacy
from tests.mail.test_transfer import uu

LINES = base64.encodebytes(PDF * 3).replace(b"\n", b"\r\n")
TEXT_PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\nK\xc3\xadnh g\xe1\xbb\xadi\r\n"
PDF_PART = b'Content-Type: application/pdf; name="12.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + LINES
HEAD = b"From: a@x.test\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n'
PIECES = [
    *(MIXED, b"--b1\r\n", b"--B1 \r\n", b"--b1--\r\n", TEXT_PART, PDF_PART, b"Content-Type: message/rfc822\r\n\r\n"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"\r\n", b"begin 644 x\r\n", b"#86)C\r\n", b"end\r\n", b"--xyz\r\n"),
    *(b"Content-Type: multipart/mixed\r\n", b"Content-Disposition: attachment; filename*0*=utf-8''%C3\r\n", b"=\xff"),
]


def files(message: Message) -> list[bytes]:
    return [part.content for part in message.attachments if part.type == "application/pdf"]


@pytest.mark.parametrize(
    "content",
    {
        "right": MIXED + b"--b1\r\n" + TEXT_PART + b"--b1\r\n" + PDF_PART + b"--b1--\r\n",
        "not closed": MIXED + b"--b1\r\n" + TEXT_PART + b"--b1\r\n" + PDF_PART,
        "twice": MIXED + b"--b1\r\n--b1\r\n" + TEXT_PART + b"--b1\r\n--b1\r\n" + PDF_PART + b"--b1--\r\n",
        "another case": MIXED.replace(b"b1", b"ABC")
        + b"--abc\r\n"
        + TEXT_PART
        + b"--abc\r\n"
        + PDF_PART
        + b"--abc--\r\n",
        "blanks behind": MIXED + b"--b1  \r\n" + TEXT_PART + b"--b1\t\r\n" + PDF_PART + b"--b1-- \r\n",
        "another boundary": MIXED + b"--xyz\r\n" + TEXT_PART + b"--xyz\r\n" + PDF_PART + b"--xyz--\r\n",
        "no boundary named": HEAD
        + b"Content-Type: multipart/mixed\r\n\r\n--xyz\r\n"
        + TEXT_PART
        + b"--xyz\r\n"
        + PDF_PART
        + b"--xyz--\r\n",
        "no type named": HEAD
        + b"\r\nThis is MIME.\r\n--xyz\r\n"
        + TEXT_PART
        + b"--xyz\r\n"
        + PDF_PART
        + b"--xyz--\r\n",
        "header cut by an empty line": HEAD.replace(b"MIME", b"\r\nMIME")
        + b"Content-Type: multipart/mixed; boundary=xyz\r\n\r\n--xyz\r\n"
        + TEXT_PART
        + b"--xyz\r\n"
        + PDF_PART
        + b"--xyz--\r\n",
        "quote not closed": MIXED.replace(b'"b1"', b'"b1')
        + b"--b1\r\n"
        + TEXT_PART
        + b"--b1\r\n"
        + PDF_PART
        + b"--b1--\r\n",
        "closed too early": MIXED + b"--b1\r\n" + TEXT_PART + b"--b1--\r\n--b1\r\n" + PDF_PART + b"--b1--\r\n",
        "no empty line": MIXED
        + b"--b1\r\n"
        + TEXT_PART
        + b"--b1\r\n"
        + PDF_PART.replace(b"\r\n\r\n", b"\r\n", 1)
        + b"--b1--",
        "no header of the part": MIXED + b"--b1\r\n" + TEXT_PART + b"--b1\r\n\r\n" + LINES + b"--b1--\r\n",
        "header of the part as text": MIXED + b"--b1\r\n" + TEXT_PART + b"\r\n" + PDF_PART + b"--b1--\r\n",
        "said to be 7bit": MIXED
        + b"--b1\r\n"
        + TEXT_PART
        + b"--b1\r\n"
        + PDF_PART.replace(b": base64", b": 7bit")
        + b"--b1--",
        "8bit said to be base64": MIXED
        + b"--b1\r\n"
        + TEXT_PART
        + b"--b1\r\n"
        + PDF_PART.split(b"\r\n\r\n")[0]
        + b"\r\n\r\n"
        + PDF * 3
        + b"\r\n--b1--\r\n",
        "uuencode in a part": MIXED + b"--b1\r\n" + TEXT_PART + uu(PDF * 3, "12.pdf") + b"--b1--\r\n",
        "uuencode alone": HEAD + b"\r\nK\xc3\xadnh g\xe1\xbb\xadi\r\n" + uu(PDF * 3, "12.pdf"),
        "lines end in lf": (MIXED + b"--b1\r\n" + TEXT_PART + b"--b1\r\n" + PDF_PART + b"--b1--\r\n").replace(
            b"\r\n", b"\n"
        ),
    }.items(),
    ids=lambda item: item[0],
)
def test_the_document_and_the_text_are_found(content: tuple[str, bytes]) -> None:
    message = parse(content[1])
    assert [file.rstrip() for file in files(message)] == [(PDF * 3).rstrip()]
    assert message.text.startswith("Kính gửi")
    assert "begin 644" not in message.text
    assert "JVBERi0" not in message.text


def test_a_file_within_a_text_lies_inside_it() -> None:
    message = parse(HEAD + b"\r\nxin gui\r\n" + uu(PDF, "../b\xc3\xa1o c\xc3\xa1o.pdf") + uu(b"x" * 60, "2.txt"))
    text, first, second = message.parts
    assert [(part.index, part.inside, part.name) for part in (first, second)] == [
        ("1.1", "1", "báo cáo.pdf"),
        ("1.2", "1", "2.txt"),
    ]
    assert first.raw_name == "../báo cáo.pdf"
    assert b"begin 644" in text.content  # what was sent is evidence
    assert message.text.strip() == "xin gui"


@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii", "vps"])
@pytest.mark.parametrize("claim", ["", "; charset=iso-8859-1", "; charset=us-ascii", "; charset=utf-8", "; charset=x"])
def test_the_text_is_mended(charset: str, claim: str) -> None:
    text = "Sở Nội vụ gửi Công văn số 12, đề nghị Quý cơ quan trả lời trước ngày 15 tháng 5"
    octets = legacy(text, charset).encode("latin-1")
    message = parse(HEAD + f"Content-Type: text/plain{claim}\r\n\r\n".encode() + octets)
    assert message.text == text
    assert message.parts[0].content == octets


def test_a_name_keeps_what_stood_in_the_header() -> None:
    name = "..\\gpj\u202efdp\t.exe"
    raw = b'Content-Disposition: attachment; filename="' + name.encode() + b'"\r\n\r\nx'
    (part,) = parse(raw).parts
    assert (part.raw_name, part.name) == (name, "gpjfdp .exe")


def test_flowed_text_is_joined() -> None:
    raw = HEAD + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nC\xc3\xb4ng v \r\n\xc4\x83n\r\nso 1\r\n"
    assert parse(raw).text == "Công văn\nso 1\n"


def test_html_that_looks_like_xml_is_the_text_of_the_mail() -> None:
    message = html_mail("<center>Kính gửi</center>")
    assert message.text == "Kính gửi"
    assert message.attachments == ()


def test_a_comma_within_an_encoded_name_is_no_second_author() -> None:
    author = parse(b"From: =?utf-8?Q?V=C4=83n_th=C6=B0,_UBND?= <a@x.test>\r\n\r\n").author
    assert author is not None
    assert (str(author), author.name) == ("a@x.test", "Văn thư, UBND")


def test_a_raw_name_of_an_author_is_mended() -> None:
    raw = legacy("Văn thư Sở Nội vụ", "tcvn3").encode("latin-1")
    author = parse(b"From: " + raw + b" <a@x.test>\r\n\r\n").author
    assert author is not None
    assert author.name == "Văn thư Sở Nội vụ"


def test_a_mail_within_base64_is_a_part_as_it_was() -> None:
    inner = b"From: b@x.test\r\nSubject: trong\r\n\r\nx\r\n"
    raw = (
        HEAD + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(inner)
    )
    (part,) = parse(raw).parts
    assert (part.type, part.content) == ("message/rfc822", inner)


@pytest.fixture(scope="module")
def signed() -> tuple[bytes, bytes]:
    """A mail with a DKIM signature of example.test, and the record of its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    mail = EmailMessage()
    mail["From"] = "vanthu@example.test"
    mail["Subject"] = "Công văn 12"
    mail.set_content("Kính gửi  \n\n")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="12.pdf")
    octets = mail.as_bytes().replace(b"\n", b"\r\n")
    signature: bytes = dkim.sign(octets, b"s", b"example.test", secret, include_headers=[b"from", b"subject"])
    return signature + octets, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.mark.parametrize("behind", [b"", b"\r\n\r\n"])
def test_the_signature_of_a_mail_inside_can_be_checked(signed: tuple[bytes, bytes], behind: bytes) -> None:
    """Row A13: the part holds the octets of the mail as they were signed."""
    inner, record = signed
    inner += behind
    outer = (
        MIXED + b"--b1\r\n" + TEXT_PART + b"--b1\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b1--\r\n"
    )
    (part,) = [part for part in parse(outer).parts if part.type == "message/rfc822"]
    assert part.content == inner
    assert dkim.verify(part.content, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(part.content.replace(b"12.pdf", b"13.pdf"), dnsfunc=lambda name, timeout=5: record)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_pieces_of_mails_are_a_message(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    message = parse(content)
    assert sum(part.size for part in message.parts) <= 8 * len(content) + 100
    assert len({part.index for part in message.parts}) == len(message.parts)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "content",
    [
        MIXED + b"--B1\r\n" * 300_000,
        MIXED + b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n" * 30_000,
        MIXED + b"--b1--\r\n--b1\r\n" * 100_000,
        HEAD + b"\r\n" + b"begin 644 x\r\nM!\r\n" * 100_000,
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 3_000_000,
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"AA=\r\n" * 600_000,
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"= " * 1_500_000,
        HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> \r\n>> \r\n" * 300_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<p>\xe1\xbb" * 300_000,
        b"From: a@x.test\r\nSubject: " + "Ã¡Âº".encode() * 25_000 + b"\r\n\r\n",
    ],
    ids=["case", "levels", "closed", "uu", "padding", "many paddings", "qp", "flowed", "html", "subject"],
)
def test_a_hostile_mail_ends_and_stays_small(content: bytes) -> None:
    parse(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2_000_000  # KB
