"""The grammar of answers: some four hundred phrasings, and what must change nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.commands import troubles
from mailbridge.commands.command import Assign, Confirm, Correct
from mailbridge.commands.own_words import LONGEST
from mailbridge.commands.phrases import without_marks
from mailbridge.commands.reading import MOST_LINES, read_commands
from tests.commands.builders_commands import told

THURSDAY = date(2026, 8, 13)


def _table(name: str) -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(text.replace("\\n", "\n"), meant) for text, meant in rows]


PHRASINGS = _table("phrasings.tsv")
UNCLEAR = _table("unclear.tsv")

# Without marks these are two things: "ạ" is polite and "à" asks.
_TWO_THINGS = frozenset({"Không phải văn bản ạ", "trùng với 0123 ạ"})

QUOTED = (
    "\n\nVào Th 5, 13 thg 8, 2026 vào lúc 08:30 A <a@b.vn> đã viết:\n\n> hủy: nhập nhầm\n> không duyệt\n",
    "\n\nOn Thu, Aug 13, 2026 at 8:30 AM SNV <a@b.example>\nwrote:\n\n> trả lại: gửi nhầm\n",
    "\n\n-----Original Message-----\nFrom: a@b.vn\nSent: Thursday\nTo: Lan\nSubject: [#K7]\n\nhủy: x",
    "\n\nTừ: SNV <a@b.example>\nĐã gửi: 13 Tháng Tám 2026 08:30\nTới: Lan\nChủ đề: Văn bản\n\nkhông duyệt",
    "\n\n________________________________\nFrom: Sở Nội vụ\nSent: 13/8/2026\nTo: Lan\nSubject: x\n\nhủy: nhập nhầm",
    "\n\n----- Thư gốc -----\nTừ: Sở Nội vụ\nNgày: 13/8/2026\nTới: Lan\nChủ đề: x\n\nhoàn tác",
)
SIGNATURES = (
    "\n-- \nNguyễn Thị Lan\nVăn thư, Sở Nội vụ\nĐT: 0209 3 870 123",
    "\n\nGửi từ iPhone của tôi",
    "\n\nSent from my iPhone",
    "\n\nĐã gửi từ thiết bị Samsung Galaxy của tôi",
    "\n\nTải Outlook cho iOS<https://aka.ms/o0ukef>",
    "\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>",
    "\n\nTrân trọng,\nNguyễn Thị Lan\nVăn thư\nSố 5, đường Trường Chinh",
    "\n\nBest regards,\nLan",
    "\n\nThư này và các tệp đính kèm có thể chứa thông tin mật; nếu không phải người nhận, đề nghị xóa.",
    "\n\nThis e-mail is confidential. If you are not the intended recipient, delete it.",
)


@pytest.mark.parametrize(("text", "meant"), PHRASINGS)
def test_reads_what_clerks_write(text: str, meant: str) -> None:
    reading = read_commands(text, THURSDAY)
    assert (told(reading.commands), reading.unclear, reading.unread) == (meant, None, ())


@pytest.mark.parametrize(("text", "why"), UNCLEAR)
def test_asks_back_where_it_is_not_plain(text: str, why: str) -> None:
    assert read_commands(text, THURSDAY).unclear == getattr(troubles, why)


def test_tables_are_as_long_as_was_promised() -> None:
    assert len(PHRASINGS) >= 300
    assert len(UNCLEAR) >= 100
    assert len({text for text, _ in PHRASINGS}) == len(PHRASINGS)


@pytest.mark.parametrize(("text", "meant"), [row for row in PHRASINGS if row[0] not in _TWO_THINGS])
def test_reads_the_same_without_marks(text: str, meant: str) -> None:
    reading = read_commands(without_marks(text), THURSDAY)
    assert reading.unclear is None
    assert without_marks(told(reading.commands)) == without_marks(meant)


@pytest.mark.parametrize("text", sorted(_TWO_THINGS))
def test_asks_where_missing_marks_leave_two_meanings(text: str) -> None:
    assert read_commands(without_marks(text), THURSDAY).unclear == troubles.QUESTION


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PHRASINGS), st.sampled_from(("", *SIGNATURES)), st.sampled_from(("", *QUOTED)))
def test_signatures_and_quotations_change_nothing(row: tuple[str, str], signature: str, quoted: str) -> None:
    text, _ = row
    # Whoever closes with "Best regards" has signed already.
    assert read_commands(text + signature + quoted, THURSDAY) == read_commands(text, THURSDAY)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(UNCLEAR), st.sampled_from(("", *SIGNATURES)), st.sampled_from(("", *QUOTED)))
def test_what_is_unclear_stays_so_in_any_mail(row: tuple[str, str], signature: str, quoted: str) -> None:
    assert read_commands(row[0] + signature + quoted, THURSDAY).unclear is not None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PHRASINGS), st.sampled_from(UNCLEAR))
def test_plain_words_beside_unclear_ones_are_not_followed(plain: tuple[str, str], unclear: tuple[str, str]) -> None:
    # Greetings and thanks alone are unclear because nothing is asked; beside a command they are only polite.
    if unclear[1] == "EMPTY":
        return
    assert read_commands(f"{unclear[0]}\n{plain[0]}", THURSDAY).unclear is not None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_never_raises(text: str) -> None:
    reading = read_commands(text, THURSDAY, author="Nguyễn Thị Lan")
    assert bool(reading.commands) or reading.unclear is not None


_WORDS = (
    *("duyệt", "không", "hủy:", "số", "123/QĐ-UBND", "ngày", "15/8", "hạn", "giao", "P.TCHC", "phối hợp", "trả lại"),
    *("tìm", "?", ",", ".", "\n", "trích yếu:", "ok", "và", "nếu", "chưa"),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join))
def test_any_order_of_our_own_words_is_read_or_refused(text: str) -> None:
    reading = read_commands(text, THURSDAY)
    assert reading.unclear is not None or reading.commands
    assert not ("nếu" in text.split() and "tìm" not in text and "yếu:" not in text) or reading.unclear is not None


def test_a_very_long_answer_is_no_command() -> None:
    assert read_commands("duyệt\n" * (MOST_LINES + 1), THURSDAY).unclear is not None
    assert read_commands("duyệt " * LONGEST, THURSDAY).unclear is not None


def test_hostile_text_costs_little() -> None:
    for text in (
        "giao " + "P." * 5000,
        "duyệt 1" + ", 1" * 5000,
        "a: " * 5000,
        "ngày " * 4000,
        "phối hợp A" + ", A" * 5000,
    ):
        assert read_commands(text, THURSDAY).unclear is not None


def test_the_calendar_of_the_office_moves_the_end_of_the_week() -> None:
    reading = read_commands("hạn cuối tuần", THURSDAY, works_on=lambda day: day != date(2026, 8, 14))
    assert reading.commands == (Assign(due=date(2026, 8, 13)),)


def test_says_what_was_understood_beside_what_was_not() -> None:
    reading = read_commands("duyệt\nnhớ gọi cho Sở Tài chính", THURSDAY)
    assert reading.commands == (Confirm(),)
    assert reading.unread == ("nhớ gọi cho Sở Tài chính",)


def test_the_name_of_the_author_opens_a_signature() -> None:
    text = "số: 15/SNV-VP\n\nLan\nVăn thư Sở Nội vụ"
    assert read_commands(text, THURSDAY, author="Nguyễn Thị Lan").commands == (
        Correct(values=(("symbol", "15/SNV-VP"),)),
    )
    assert read_commands(text, THURSDAY, author="Trần Văn Nam").unclear is not None
