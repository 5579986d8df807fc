from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator

import pytest

from mailbridge.mail.parse import parse
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.verify.signature import Status
from tests.reading.builders_archives import ENCRYPTED, Entry, rar5, raw_zip, tarred, zipped
from tests.reading.builders_bombs import nested_zip
from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_letters import (
    attached,
    attribute,
    enveloped_data,
    msg_tree,
    ole,
    signed_data,
    signed_in_pieces,
    winmail,
)
from tests.reading.builders_opened import open_all, open_file, sent_file
from tests.reading.builders_pdf_raw import signed

SYMBOL = "Số: 1234/SNV-VP"
MAIL = (
    b"From: a@b.gov.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\n%s"
)
FILE = (
    b'--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="%s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n"
)


def mail(*files: tuple[str, bytes], text: str = "Kính gửi") -> bytes:
    """Write a mail with some files."""
    out = MAIL % text.encode() + b"\r\n"
    for name, content in files:
        out += FILE % (name.encode(), base64.encodebytes(content))
    return out + b"--b--\r\n"


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    made = LimitedReading(Limits(seconds=20, parallel=2))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (zipped({"Thư mục/Công văn.pdf": letter_pdf()}), "1.1"),
        (gzip.compress(tarred({"Công văn.pdf": letter_pdf()})), "1.1"),
        (rar5({"Công văn.pdf": letter_pdf()}), "1.1"),
        (zipped({"a.txt": b"x", "b.rar": rar5({"Công văn.pdf": letter_pdf()})}), "1.2.1"),
        (signed_in_pieces(letter_pdf()), "1.1"),
        (winmail(attached(b"a.pdf", letter_pdf())), "1.1"),
        (ole(msg_tree(files=[("Công văn.docx", letter_docx())])), "1.2"),
        (zipped({"thu.eml": mail(("a.pdf", letter_pdf()))}), "1.1.2"),
        (zipped({"thu.eml": mail(("a.zip", zipped({"a.pdf": letter_pdf()})))}), "1.1.2.1"),
    ],
)
def test_document_in_a_container_is_read(reading: LimitedReading, content: bytes, document: str) -> None:
    opened = open_file(reading, content)
    pages = opened[document].pages
    assert pages is not None
    assert SYMBOL in pages.text
    assert all(each.problem is None for each in opened.values())


def test_members_are_parts_of_their_own(reading: LimitedReading) -> None:
    inner = zipped({"../Phụ lục\u202efdp.exe": b"text"})
    opened = open_file(reading, zipped({"Công văn/a.pdf": letter_pdf(), "b.zip": inner}))
    assert [each.part for each in opened.values()] == ["1", "1.1", "1.2", "1.2.1"]
    pdf, archive = opened["1"].members
    assert (pdf.index, pdf.inside, pdf.name, pdf.raw_name) == ("1.1", "1", "a.pdf", "Công văn/a.pdf")
    assert (pdf.type, pdf.declared_type) == ("application/pdf", "application/octet-stream")
    assert pdf.sha256 == hashlib.sha256(letter_pdf()).hexdigest()
    assert (archive.index, archive.inside) == ("1.2", "1")
    [text] = opened["1.2"].members
    assert (text.index, text.inside, text.name) == ("1.2.1", "1.2", "Phụ lụcfdp.exe")
    assert text.raw_name == "../Phụ lục\u202efdp.exe"


def test_locked_file_is_named_and_not_opened(reading: LimitedReading) -> None:
    content = raw_zip(Entry(name=b"a.pdf", content=b"x", flags=ENCRYPTED), Entry(name=b"b.pdf", content=letter_pdf()))
    opened = open_file(reading, content)
    locked, _ = opened["1"].members
    assert locked.problem == "encrypted: the file opens only with a password"
    assert opened["1"].problem is None
    assert "1.1" not in opened
    assert opened["1.2"].pages is not None


def test_signatures_in_a_container_are_judged(reading: LimitedReading) -> None:
    opened = open_file(reading, zipped({"a.pdf": signed(letter_pdf())}))
    [signature] = opened["1.1"].signatures
    assert signature.part == "1.1"
    assert signature.status is not Status.TOTAL_PASSED


def test_opaque_signature_gives_the_mail_in_it(reading: LimitedReading) -> None:
    entity = mail(("a.pdf", letter_pdf()), text="Nội dung thư")
    wrapper = sent_file(signed_in_pieces(entity), "1", name="smime.p7m", declared="application/pkcs7-mime")
    outer, inner, pdf = open_all(reading, wrapper)
    assert [part.type for part in outer.members] == ["message/rfc822"]
    assert inner.text == "Nội dung thư"
    assert [part.index for part in inner.members] == ["1.1.1", "1.1.2"]
    assert {part.inside for part in inner.members} == {"1.1"}
    assert pdf.pages is not None


def test_text_of_a_mail_in_an_archive_is_not_the_text_of_the_mail(reading: LimitedReading) -> None:
    opened = open_file(reading, zipped({"thu.eml": mail(text="của người khác")}))
    assert all(each.text == "" for each in opened.values())


def test_letter_in_winmail_is_the_text_of_the_mail(reading: LimitedReading) -> None:
    opened = open_file(reading, winmail(attribute(1, 0x0002800C, b"Kinh gui\0"), attached(b"a.txt", b"x")))
    assert opened["1"].text == "Kinh gui"
    assert "1.2" not in opened, "it is no file"


def test_signed_file_is_called_as_its_wrapper(reading: LimitedReading) -> None:
    opened = open_file(reading, signed_data(letter_pdf()), name="Công văn.pdf.p7m")
    [member] = opened["1"].members
    assert member.name == "Công văn.pdf"
    [packed] = open_file(reading, gzip.compress(b"text"), name="ghi chu.txt.gz")["1"].members
    assert packed.name == "ghi chu.txt"


def test_sealed_mail_is_told(reading: LimitedReading) -> None:
    opened = open_file(reading, enveloped_data())
    assert opened["1"].problem == "encrypted: the content opens only with the key of its recipient"


def test_mail_sent_as_a_file_is_taken_apart(reading: LimitedReading) -> None:
    opened = open_file(reading, mail(("a.pdf", letter_pdf())), name="thu.eml")
    assert [part.index for part in opened["1"].members] == ["1.1", "1.2"]
    assert opened["1.2"].pages is not None


def test_mail_that_the_parser_took_apart_is_not_taken_apart_again(reading: LimitedReading) -> None:
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
    head += b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    message = parse(head + mail(("a.pdf", letter_pdf())) + b"\r\n--o--\r\n")
    assert [part.index for part in message.parts] == ["1", "1.1.1", "1.1.2"]
    opened = open_all(reading, *message.attachments)
    assert [each.part for each in opened] == ["1.1.2"]


def test_mail_without_files_is_not_taken_apart_again(reading: LimitedReading) -> None:
    head = b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    message = parse(head + b"From: a@b.vn\r\n\r\ntext alone\r\n")
    assert [part.index for part in message.parts] == ["1", "1.1"]
    assert open_all(reading, *message.attachments) == ()


def test_four_levels_are_too_deep(reading: LimitedReading) -> None:
    opened = open_file(reading, nested_zip(4))
    assert {part: each.problem for part, each in opened.items()} == {
        "1": None,
        "1.1": None,
        "1.1.1": None,
        "1.1.1.1": "too-deep: more than 3 containers in one another",
    }


def test_mails_in_mails_as_files_end(reading: LimitedReading) -> None:
    content = mail()
    for _ in range(14):
        content = mail(("thu.eml", content))
    opened = open_file(reading, content, name="thu.eml")
    *_, last = opened.values()
    assert last.problem == "too-deep: more than 10 mails in one another"
    assert len(opened) == 11


def test_what_all_containers_of_a_mail_give_is_limited() -> None:
    reading = LimitedReading(Limits(seconds=20, parallel=1, unpacked_files=4, unpacked_octets=10_000))
    three = zipped({f"{number}.txt": b"x" * 100 for number in range(3)})
    large = zipped({"a.txt": b"x" * 9_000, "b.txt": b"x" * 9_000})
    try:
        first, *_, second, _ = open_all(reading, sent_file(three, "1"), sent_file(three, "2"))
        assert (len(first.members), first.problem) == (3, None)
        assert (len(second.members), second.problem) == (1, "too-many: there are more files in it than are opened")
        four = zipped({str(number): b"x" for number in range(4)})
        *_, none = open_all(reading, sent_file(four, "1"), sent_file(four, "2"))
        assert none.problem == "too-many: the containers of this mail hold more files than are opened"
        opened, *_ = open_all(reading, sent_file(large, "1"))
        assert [part.size for part in opened.members] == [9_000]
        assert opened.problem == "too-large: its files are more than is taken out of one mail"
    finally:
        reading.close()


def test_containers_count_against_the_time_of_the_mail() -> None:
    reading = LimitedReading(Limits(seconds=20, mail_seconds=0.001, parallel=1))
    try:
        archive = zipped({"a.pdf": b"x"})
        first, _, second = open_all(reading, sent_file(archive, "1"), sent_file(archive, "2"))
        assert first.problem is None
        assert second.problem == "timeout: the files of this mail took more than 0.001 s together"
    finally:
        reading.close()
