"""Octets to Message: what really arrives, and what nobody should send."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.parse import parse
from mailbridge.mail.tree import DEEPEST, MOST_PARTS

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Văn thư UBND <vanthu@BacKan.gov.vn>"
    mail["To"] = "vanthu@sonv.backan.gov.vn"
    mail["Subject"] = "Công văn số 3526/UBND-KGVX"
    mail["Message-ID"] = "<1@backan.gov.vn>"
    mail["Date"] = "Sat, 21 Nov 2026 08:00:00 +0700"
    mail.set_content("Kính gửi Quý cơ quan.\nTrân trọng./.\n")
    mail.add_attachment(PDF, maintype="application", subtype="octet-stream", filename="3526 (ký số).pdf")
    return mail


def octets(mail: EmailMessage) -> bytes:
    return mail.as_bytes().replace(b"\n", b"\r\n")


def test_an_ordinary_letter_is_read_whole() -> None:
    message = parse(octets(letter()))
    assert str(message.author) == "vanthu@backan.gov.vn"
    assert message.author is not None
    assert message.author.name == "Văn thư UBND"
    assert message.subject == "Công văn số 3526/UBND-KGVX"
    assert message.message_id == "<1@backan.gov.vn>"
    assert message.date == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert message.text.startswith("Kính gửi Quý cơ quan.")
    assert message.defects == ()
    assert [part.index for part in message.parts] == ["1", "2"]
    (pdf,) = message.attachments
    assert (pdf.name, pdf.declared_type) == ("3526 (ký số).pdf", "application/octet-stream")
    assert pdf.type == "application/pdf"
    assert pdf.content == PDF


def test_line_ends_do_not_matter() -> None:
    assert parse(letter().as_bytes()).subject == parse(octets(letter())).subject


def test_an_inline_pdf_is_an_attachment() -> None:
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", disposition="inline")
    assert [part.type for part in parse(octets(mail)).attachments] == ["application/pdf", "application/pdf"]


def test_a_mail_inside_a_mail_is_opened_and_marked() -> None:
    outer = EmailMessage()
    outer["From"] = "a@example.test"
    outer["Subject"] = "Chuyển tiếp"
    outer.set_content("xem thư kèm")
    outer.add_attachment(letter())
    message = parse(octets(outer))
    inner = [part for part in message.parts if part.inside]
    assert {part.inside for part in inner} == {"2"}
    assert [part.name for part in inner if part.name] == ["3526 (ký số).pdf"]
    assert message.text == "xem thư kèm\n"


@pytest.mark.parametrize(
    ("fields", "defect"),
    [
        ([], "there is no From field"),
        (["From: a@x.test", "From: b@x.test"], "there are several From fields"),
        (["From: a@x.test, b@x.test"], "From holds several addresses"),
        (["From: Văn thư"], "From holds no address"),
    ],
)
def test_only_a_single_author_counts(fields: list[str], defect: str) -> None:
    message = parse("\r\n".join([*fields, "Subject: x", "", "text"]).encode())
    assert message.author is None
    assert defect in message.defects


def test_a_header_without_end_and_rubbish_lines_are_defects() -> None:
    message = parse(b"Subject: x\r\nno field at all\r\nDate: yesterday")
    assert message.subject == "x"
    assert "the header has no end, or is longer than 256 KB" in message.defects
    assert "a header line is no field" in message.defects
    assert "there is no usable Date" in message.defects


def test_the_octets_of_a_field_are_kept() -> None:
    message = parse(b"Subject: =?utf-8?Q?=E1=BB=A7y?=\r\n ban\r\nX-Y: 1\r\n\r\n")
    assert message.header[0].raw == b"=?utf-8?Q?=E1=BB=A7y?= ban"
    assert message.first("subject") == "ủy ban"


def test_names_in_both_encodings_are_read() -> None:
    for parameter in ("filename*=UTF-8''C%C3%B4ng%20v%C4%83n.pdf", 'filename="=?UTF-8?B?Q8O0bmcgdsSDbi5wZGY=?="'):
        raw = f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {parameter}\r\n\r\n%PDF-1.4".encode()
        assert parse(raw).parts[0].name == "Công văn.pdf"


def test_raw_8_bit_names_are_read() -> None:
    raw = 'Content-Type: application/pdf; name="Công văn.pdf"\r\n\r\n%PDF-1.4'.encode()
    assert parse(raw).parts[0].name == "Công văn.pdf"


def test_nesting_without_end_is_cut() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(400))
    message = parse(b"From: a@x.test\r\n" + deep + b"Content-Type: text/plain\r\n\r\nend")
    assert any(str(DEEPEST) in defect or "could not be read" in defect for defect in message.defects)


def test_parts_without_end_are_cut() -> None:
    body = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(MOST_PARTS + 50))
    message = parse(b"From: a@x.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body + b"--b--\r\n")
    assert len(message.parts) == MOST_PARTS
    assert any("the rest was not read" in defect for defect in message.defects)


@pytest.mark.timeout(120)  # squared time would take hours
def test_a_hostile_header_ends() -> None:
    parse(b"From: " + b"<a@b," * 40_000 + b"\r\nSubject: " + b"=?a?Q?" * 40_000 + b"\r\n\r\n")


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_any_octets_are_a_message(content: bytes) -> None:
    parse(content)


@given(st.text(alphabet='-=\r\n:; abMIME/multipart"boundary?Q', max_size=600))
def test_anything_like_mime_is_a_message(text: str) -> None:
    parse(f"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{text}\r\n--b--".encode())


def test_a_part_behind_the_last_one_read_is_a_problem_for_a_clerk() -> None:
    body = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(MOST_PARTS + 1))
    message = parse(b"From: a@x.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body + b"--b--\r\n")
    assert [part.problem for part in message.parts if part.problem] == ["too-many: the rest of the mail was not read"]


def test_a_part_too_deep_to_be_read_is_a_problem_for_a_clerk() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(40))
    message = parse(b"From: a@x.test\r\n" + deep + b"Content-Type: text/plain\r\n\r\nend")
    assert [part.problem for part in message.parts] == [f"too-deep: more than {DEEPEST} levels"]


def test_comments_in_comments_in_from_name_nobody() -> None:
    message = parse(b"From: " + b"(" * 5000 + b"\r\n\r\n")
    assert message.author is None


def test_a_name_in_pieces_that_do_not_fit_costs_the_name_alone() -> None:
    pieces = (
        b"; ".join(b"filename*%d=b" % number for number in (0, 1)) + b"; filename*x=c; filename**0=d; filename*0*=e"
    )
    raw = b"From: a@x.test\r\nContent-Disposition: attachment; " + pieces + b"\r\n\r\ntext"
    assert len(parse(raw).parts) == 1
