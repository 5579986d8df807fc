from __future__ import annotations

from contextlib import suppress

import pytest
import tnefparse
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.winmail import unpack_winmail
from tests.reading.builders_archives import ample, until_problem
from tests.reading.builders_letters import attached, attribute, mapi, winmail

PDF = b"%PDF-1.7 " * 1000 + b"\0\0\0"
LONG_NAME, MEDIA_TYPE, OBJECT = 0x3707, 0x370E, 0x3701
ANSI, WIDE, EMBEDDED, BINARY = 0x1E, 0x1F, 0x0D, 0x102
WORDS = "Kính gửi quý cơ quan"
IN_1258 = "Ki\u0301nh gư\u0309i quy\u0301 cơ quan".encode("cp1258")
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def members_of(content: bytes) -> list[Member]:
    return list(unpack_winmail(content, ample(content)))


def test_files_have_their_long_names_and_all_their_octets() -> None:
    content = winmail(
        attached(b"CONGVA~1.PDF", PDF, (LONG_NAME, WIDE, "Công văn.pdf\0".encode("utf-16-le"))),
        attached(b"b.txt", b"small", (MEDIA_TYPE, ANSI, b"text/plain\0")),
    )
    pdf, text = members_of(content)
    assert (pdf.raw_name, pdf.content) == ("Công văn.pdf", PDF)
    assert (text.raw_name, text.content, text.declared_type) == ("b.txt", b"small", "text/plain")


def test_builder_and_reader_agree_with_another_library() -> None:
    content = winmail(attached(b"a.pdf", PDF), attached(b"b.txt", b"small"))
    theirs = tnefparse.TNEF(content)
    assert [(each.name, each.data) for each in theirs.attachments] == [
        (each.raw_name, each.content) for each in members_of(content)
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (attribute(1, 0x0002800C, IN_1258 + b"\0"), WORDS),
        (attribute(1, 0x00069003, mapi((0x1000, WIDE, WORDS.encode("utf-16-le")))), WORDS),
        (attribute(1, 0x00069003, mapi((0x1009, BINARY, HELLO))), "hello world"),
    ],
)
def test_letter_itself_is_a_text_without_a_name(body: bytes, text: str) -> None:
    [member] = members_of(winmail(body))
    assert (member.raw_name, member.declared_type, member.content.decode()) == ("", "text/plain", text)


def test_html_stays_html() -> None:
    [member] = members_of(winmail(attribute(1, 0x00069003, mapi((0x1013, BINARY, b"<p>x</p>")))))
    assert (member.declared_type, member.content) == ("text/html", b"<p>x</p>")


def test_letter_attached_to_a_letter_is_one_of_its_kind() -> None:
    inner = winmail(attached(b"a.pdf", PDF))
    content = winmail(attached(b"thu", b"", (OBJECT, EMBEDDED, bytes(16) + inner)))
    [member] = members_of(content)
    assert member.content == inner
    assert members_of(member.content)[0].content == PDF


def test_properties_with_names_of_their_own_are_stepped_over() -> None:
    import struct

    named = struct.pack("<HH16sII", WIDE, 0x8001, bytes(16), 1, 6) + b"abcdef\0\0"
    value = struct.pack("<II", 1, 4) + b"x\0y\0"
    number = struct.pack("<HH16sIII", 0x03, 0x8002, bytes(16), 0, 7, 42)
    body = struct.pack("<HHII", WIDE, 0x1000, 1, 4) + b"o\0k\0"
    [member] = members_of(winmail(attribute(1, 0x00069003, struct.pack("<I", 3) + named + value + number + body)))
    assert member.content == b"ok"


def test_file_that_breaks_off_keeps_what_was_before() -> None:
    content = winmail(attached(b"a.pdf", PDF), attribute(2, 0x00069002, bytes(14)), attribute(2, 0x0006800F, PDF))
    members, why = until_problem(unpack_winmail(content[:-2000], ample(content)))
    assert why.problem is Problem.MALFORMED
    assert members[0].content == PDF


def test_too_many_files() -> None:
    content = winmail(*(attached(b"a", b"x") for _ in range(5)))
    with pytest.raises(Unreadable) as caught:
        list(unpack_winmail(content, Ration(packed=1000, octets=1000, files=3)))
    assert caught.value.problem is Problem.TOO_MANY


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_changed_octets_never_crash(data: st.DataObject) -> None:
    made = bytearray(winmail(attribute(1, 0x00069003, mapi((0x1009, BINARY, HELLO))), attached(b"a", b"x" * 20)))
    for _ in range(data.draw(st.integers(0, 5))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        members_of(bytes(made))
