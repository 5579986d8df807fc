from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.reading.handover import LONGEST_NAME, Unpacked, pack, pack_end, unpack
from mailbridge.reading.members import Member
from mailbridge.reading.problems import Problem, Unreadable

BROKEN = "malformed: the reader of the file gave no sensible answer"
MEMBER = Member(raw_name="Công văn.pdf", content=b"%PDF\n{}\n", declared_type="application/pdf")
LOCKED = Member(raw_name="b", content=b"", problem="encrypted: the file opens only with a password")


def packed(*members: Member) -> bytes:
    return b"".join(piece for member in members for piece in pack(member))


def told(unpacked: Unpacked) -> str | None:
    return str(unpacked.problem) if unpacked.problem else None


@given(st.lists(st.tuples(st.text(max_size=40), st.binary(max_size=100)), max_size=5))
@settings(max_examples=100)
def test_what_is_handed_over_comes_back(files: list[tuple[str, bytes]]) -> None:
    members = tuple(Member(raw_name=name, content=content) for name, content in files)
    assert unpack(packed(*members) + pack_end(), None) == Unpacked(members=members)


def test_problem_of_a_file_and_of_the_container() -> None:
    problem = Unreadable(Problem.TOO_MANY, "there are more files in it than are opened")
    unpacked = unpack(packed(MEMBER, LOCKED) + pack_end(problem), None)
    assert unpacked.members == (MEMBER, LOCKED)
    assert told(unpacked) == str(problem)


def test_what_came_before_a_child_failed_is_kept() -> None:
    timeout = Unreadable(Problem.TIMEOUT, "reading took more than 10 s")
    unpacked = unpack(packed(MEMBER) + packed(MEMBER)[:-1], timeout)
    assert unpacked.members == (MEMBER,)
    assert unpacked.problem is timeout


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"size": 1}\nx',
        b'{"name": 1, "type": "", "size": 0, "problem": null}\n',
        b'{"name": "a", "type": "", "size": -5, "problem": null}\n',
        b'{"name": "a", "type": "", "size": 1e300, "problem": null}\n',
        b'{"name": "a", "type": "", "size": 99, "problem": null}\nshort',
        b'{"name": "a", "type": "", "size": 0, "problem": "fine: all is well"}\n',
        b'{"end": true, "problem": "signed: and good", "header": null}\n',
        b'{"end": true, "problem": null, "header": {"document_id": 5}}\n',
        b'{"end": true}\n',
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\n",
        b"x" * 300_000,
    ],
)
def test_answer_that_makes_no_sense_is_a_problem(answer: bytes) -> None:
    unpacked = unpack(answer, None)
    assert unpacked.members == ()
    assert told(unpacked) == BROKEN


def test_words_of_a_child_are_cleaned() -> None:
    said = {
        "name": "\ud800" + "a" * 5000,
        "type": "Text/Evil <x>",
        "size": 3,
        "problem": "malformed: a\nb\u202e" + "c" * 999,
    }
    [member] = unpack(json.dumps(said).encode() + b"\nabc" + pack_end(), None).members
    assert member.raw_name == "\ufffd" + "a" * (LONGEST_NAME - 1)
    assert member.declared_type == ""
    assert member.content == b"", "a file with a problem has no octets"
    assert member.problem is not None
    assert member.problem.startswith("malformed: a bc")
    assert len(member.problem) <= 320


def test_header_of_an_edxml_file_comes_back_cleaned() -> None:
    header = EdxmlHeader(
        document_id="000.00.11.H99,2026/11/16,123/SNV-VP",
        number="123",
        notation="SNV-VP",
        issued_date=date(2026, 11, 16),
        place=None,
        type_name="Công văn",
        type_code=2,
        subject="a\u202eb\x00c",
        organ_id=None,
        organ_name=None,
        superior=None,
        addressees=("Sở Tài chính", "\u200b"),
        signer_name=None,
        signer_position=None,
        signer_authority=None,
        due_date=None,
        urgency=None,
        pages=1,
        action="new",
    )
    found = unpack(pack_end(None, header), None).header
    assert found is not None
    assert (found.number, found.issued_date, found.type_code) == ("123", date(2026, 11, 16), 2)
    assert found.subject == "ab c"
    assert found.addressees == ("Sở Tài chính",)
