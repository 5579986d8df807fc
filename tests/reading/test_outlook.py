from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oxmsg import Message

from mailbridge.reading.members import Member
from mailbridge.reading.outlook import unpack_msg
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_archives import ample
from tests.reading.builders_letters import msg_tree, ole

PDF = b"%PDF-1.7 " * 1000
SENT = (0x40, 0x39, 133_500_000_000_000_000)
PAGE_1258 = (0x03, 0x3FFD, 1258)


def members_of(content: bytes) -> list[Member]:
    return list(unpack_msg(content, ample(content)))


def test_letter_gives_its_text_below_its_head_and_its_files() -> None:
    text, pdf, small = members_of(ole(msg_tree(files=[("Công văn.pdf", PDF), ("b.txt", b"small")], fixed=[SENT])))
    assert (text.raw_name, text.declared_type) == ("", "text/plain")
    assert text.content.decode() == (
        "From: Lê Văn A <a@snv.gov.vn>\nSent: 2024-01-17 21:20 UTC\nTo: Văn thư\nSubject: V/v báo cáo\n\n"
        "Kính gửi quý cơ quan."
    )
    assert (pdf.raw_name, pdf.content) == ("Công văn.pdf", PDF)
    assert (small.raw_name, small.content) == ("b.txt", b"small")


def test_builder_and_reader_agree_with_another_library() -> None:
    content = ole(msg_tree(files=[("Công văn.pdf", PDF)], fixed=[SENT]))
    message = Message.load(content)
    assert message.subject == "V/v báo cáo"
    assert message.attachments[0].file_bytes == PDF == members_of(content)[1].content


def test_letter_attached_to_a_letter_gives_its_files_below_it() -> None:
    inner = msg_tree(subject="Bên trong", files=[("trong.pdf", PDF)], is_inner=True)
    _, text, pdf, after = members_of(ole(msg_tree(files=[("Thư cũ", inner), ("sau.pdf", PDF)])))
    assert text.raw_name == "Thư cũ.msg/"
    assert "Subject: Bên trong" in text.content.decode()
    assert (pdf.raw_name, pdf.content) == ("Thư cũ.msg/trong.pdf", PDF)
    assert after.raw_name == "sau.pdf"


def test_old_letters_in_a_code_page_are_decoded() -> None:
    subject = "Quy\u00ea\u0301t đi\u0323nh".encode("cp1258")
    [text] = members_of(ole(msg_tree(subject=subject, body=b"x", fixed=[PAGE_1258])))
    assert "Subject: Quyết định" in text.content.decode()


def test_html_serves_where_there_is_no_plain_text() -> None:
    tree = {**msg_tree(body=""), "__substg1.0_10130102": b"<html><body><p>K\xc3\xadnh g\xe1\xbb\xadi</p></body></html>"}
    [text] = members_of(ole(tree))
    assert text.content.decode().endswith("\n\nKính gửi")


def test_file_that_is_only_referred_to_is_named() -> None:
    tree = dict(msg_tree())
    name = "xa.pdf".encode("utf-16-le")
    tree["__attach_version1.0_#00000000"] = {"__properties_version1.0": bytes(8), "__substg1.0_3707001F": name}
    _, member = members_of(ole(tree))
    assert (member.raw_name, member.problem) == (
        "xa.pdf",
        "unsupported: the file lies elsewhere, only its place is in the mail",
    )


def test_times_beyond_all_years_are_left_out() -> None:
    [text] = members_of(ole(msg_tree(fixed=[(0x40, 0x39, 0x7FFF_FFFF_FFFF_FFFF)])))
    assert "Sent:" not in text.content.decode()


@pytest.mark.parametrize("length", [0, 100, 512, 1024, 4096])
def test_letter_that_breaks_off_says_so(length: int) -> None:
    with pytest.raises(Unreadable) as caught:
        members_of(ole(msg_tree(files=[("a.pdf", PDF)]))[:length])
    assert caught.value.problem is Problem.MALFORMED


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 0xFFFFFFFF)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_changed_octets_never_crash(changes: list[tuple[int, int]]) -> None:
    made = bytearray(ole(msg_tree(files=[("a.pdf", PDF[:5000])])))
    for place, value in changes:
        struct.pack_into("<I", made, min(place, len(made) - 4), value)
    with suppress(Unreadable):
        members_of(bytes(made))
