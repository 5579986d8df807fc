from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.reading.limits import Limits
from mailbridge.reading.outlook import OutlookLetter, read_letter
from mailbridge.reading.outlook_mails import OutlookMails, mail_of
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_archives import ample
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_letters import Tree, msg_tree, ole

SENT = (0x40, 0x39, 133_500_000_000_000_000)
TRANSPORT = """Received: from a by b; Mon, 5 Jan 2026 10:00:00 +0700
DKIM-Signature: v=1; a=rsa-sha256; d=snv.gov.vn;
 b=abc
From: =?utf-8?q?V=C4=83n_th=C6=B0?= <vanthu@snv.gov.vn>
To: a@sonv.gov.vn,
 b@sonv.gov.vn
Subject: V/v báo cáo
Date: Mon, 5 Jan 2026 10:00:00 +0700
Message-ID: <1@snv.gov.vn>
MIME-Version: 1.0
Content-Type: multipart/signed; boundary="x";
 protocol="y"
no field at all

--x
"""


@pytest.fixture(scope="module")
def outlook() -> Iterator[OutlookMails]:
    opened = OutlookMails()
    yield opened
    opened.close()


def text_stream(number: int, text: str) -> dict[str, bytes]:
    return {f"__substg1.0_{number:04X}001F": text.encode("utf-16-le")}


def person(name: str, address: str, kind: int) -> Tree:
    properties = bytes(8) + struct.pack("<HHIQ", 3, 0x0C15, 6, kind)
    return {"__properties_version1.0": properties, **text_stream(0x3001, name), **text_stream(0x39FE, address)}


def converted(tree: Tree) -> Message:
    content = ole(tree)
    return parse(mail_of(read_letter(content, ample(content))))


def test_a_received_letter_keeps_its_header_but_what_speaks_of_its_octets() -> None:
    found = converted({**msg_tree(files=[("a.pdf", letter_pdf())]), **text_stream(0x007D, TRANSPORT)})
    assert [field.name for field in found.header][:6] == ["Received", "From", "To", "Subject", "Date", "Message-ID"]
    assert found.every("DKIM-Signature") == ()
    assert found.first("To") == "a@sonv.gov.vn, b@sonv.gov.vn"
    assert (str(found.author), found.subject, found.message_id) == (
        "vanthu@snv.gov.vn",
        "V/v báo cáo",
        "<1@snv.gov.vn>",
    )
    assert found.text.strip() == "Kính gửi quý cơ quan."
    assert [(part.name, part.type) for part in found.attachments] == [("a.pdf", "application/pdf")]
    assert found.attachments[0].content == letter_pdf()
    assert found.defects == ()


def test_a_letter_without_a_header_gets_one_of_its_properties() -> None:
    people = {
        "__recip_version1.0_#00000000": person("Văn thư", "vanthu@sonv.gov.vn", 1),
        "__recip_version1.0_#00000001": person("Lan", "lan@sonv.gov.vn", 2),
        "__recip_version1.0_#00000002": person("Chỉ có tên", "/o=ExchangeLabs/cn=abc", 1),
    }
    found = converted({**msg_tree(fixed=[SENT]), **people, **text_stream(0x1035, "<2@snv.gov.vn>")})
    assert found.author is not None
    assert (str(found.author), found.author.name) == ("a@snv.gov.vn", "Lê Văn A")
    assert (found.subject, found.message_id) == ("V/v báo cáo", "<2@snv.gov.vn>")
    assert found.first("To") == "Văn thư <vanthu@sonv.gov.vn>"
    assert found.first("Cc") == "Lan <lan@sonv.gov.vn>"
    assert found.date == datetime(2024, 1, 17, 21, 20, tzinfo=UTC)


def test_files_keep_their_names_and_a_letter_within_is_files_too() -> None:
    inner = msg_tree(subject="Bên trong", files=[("trong.pdf", letter_pdf())], is_inner=True)
    found = converted(msg_tree(files=[("Công văn số 1.pdf", letter_pdf()), ("Thư cũ", inner)]))
    assert [part.name for part in found.attachments] == ["Công văn số 1.pdf", "Thư cũ.msg.txt", "trong.pdf"]


def test_what_only_has_a_place_is_an_empty_file_of_that_name() -> None:
    tree = dict(msg_tree())
    tree["__attach_version1.0_#00000000"] = {"__properties_version1.0": bytes(8), **text_stream(0x3707, "xa.pdf")}
    (part,) = converted(tree).attachments
    assert (part.name, part.size) == ("xa.pdf", 0)


@given(
    header=st.text(max_size=200),
    name=st.text(max_size=30),
    address=st.text(max_size=30) | st.just("a@b.vn"),
    subject=st.text(max_size=60),
    body=st.text(max_size=100),
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_letter_becomes_a_mail(
    header: str, name: str, address: str, subject: str, body: str
) -> None:
    letter = OutlookLetter(
        header=header,
        message_id=name,
        sender=(name, address),
        recipients=(("To", name, address), ("Cc", subject, address)),
        sent=None,
        subject=subject,
        body=body,
        files=(),
    )
    found = parse(mail_of(letter))
    assert len(found.parts) == 1
    assert len(found.every("Subject")) <= 1 or header.strip()


def test_the_mail_is_written_in_a_process_of_its_own(outlook: OutlookMails) -> None:
    found = parse(outlook.mail(ole(msg_tree(files=[("a.pdf", letter_pdf())]))))
    assert found.subject == "V/v báo cáo"
    assert found.attachments[0].content == letter_pdf()


@pytest.mark.parametrize("length", [0, 8, 512, 1024, 4096])
def test_a_broken_file_says_so(outlook: OutlookMails, length: int) -> None:
    with pytest.raises(Unreadable) as caught:
        outlook.mail(ole(msg_tree(files=[("a.pdf", letter_pdf())]))[:length])
    assert caught.value.problem is Problem.MALFORMED


def test_another_ole_file_is_no_letter(outlook: OutlookMails) -> None:
    with pytest.raises(Unreadable, match="no letter"):
        outlook.mail(ole({"WordDocument": b"x" * 5000}))


def test_too_much_is_too_large() -> None:
    small = OutlookMails(Limits(unpacked_octets=1000))
    try:
        with pytest.raises(Unreadable) as caught:
            small.mail(ole(msg_tree(files=[("a.bin", b"x" * 5000)])))
    finally:
        small.close()
    assert caught.value.problem is Problem.TOO_LARGE


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 0xFFFFFFFF)), max_size=4))
@settings(max_examples=40, deadline=None)
def test_changed_octets_never_crash(changes: list[tuple[int, int]]) -> None:
    made = bytearray(ole(msg_tree(files=[("a.pdf", letter_pdf()[:5000])])))
    for place, value in changes:
        struct.pack_into("<I", made, min(place, len(made) - 4), value)
    with suppress(Unreadable):
        parse(mail_of(read_letter(bytes(made), ample(bytes(made)))))
