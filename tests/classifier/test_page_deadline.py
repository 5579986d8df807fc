"""FEATURES D15: answer-by dates of a marked set, right in at least nine of ten, and none where none is set."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TypedDict

import pytest

from mailbridge.classifier.kinds import Reading
from mailbridge.classifier.page.certainty import Place
from mailbridge.classifier.page.deadline import read_due_date
from mailbridge.mail.pages import Layer

PLACE = Place(part="1", page=2, layer=Layer.TEXT)
ISSUED = date(2024, 3, 1)


class Marked(TypedDict):
    """One sentence of data/deadlines.json, the day its document was issued and the deadline it sets."""

    issued: str
    text: str
    due: str | None


MARKED: list[Marked] = json.loads((Path(__file__).parent / "data" / "deadlines.json").read_text(encoding="utf-8"))


def due(text: str, issued: date | None = ISSUED) -> Reading[date]:
    return read_due_date([(PLACE, text)], issued)


@pytest.mark.parametrize("marked", MARKED, ids=lambda marked: marked["text"][:40])
def test_deadline_of_the_marked_set(marked: Marked) -> None:
    found = due(marked["text"], date.fromisoformat(marked["issued"])).value
    assert (found.isoformat() if found else None) == marked["due"]


def test_deadline_is_a_proposal_with_its_page() -> None:
    reading = due("Đề nghị gửi báo cáo trước ngày 15/3/2024.")
    assert (reading.confidence, reading.source) == (0.9, "part 1, page 2, text layer, box 6")


def test_several_deadlines_make_doubt_and_show_each_other() -> None:
    reading = due("Rà soát xong trước ngày 10/3/2024, báo cáo trước ngày 15/3/2024.")
    assert (reading.value, reading.confidence) == (date(2024, 3, 15), 0.7)
    assert [rival.value for rival in reading.rivals] == [date(2024, 3, 10)]


def test_day_that_nobody_is_asked_for_is_only_a_rival() -> None:
    reading = due("Dự án được phê duyệt trước ngày 01/8/2024.")
    assert (reading.value, reading.reason) == (None, "no full date is set for an answer")
    assert [rival.value for rival in reading.rivals] == [date(2024, 8, 1)]


@pytest.mark.parametrize("text", ["gửi trước ngày 01/02/2024", "gửi trước ngày 01/3/2027"], ids=["past", "far"])
def test_day_before_the_issue_or_years_later_is_none(text: str) -> None:
    assert due(text).value is None
    assert due(text, None).value is not None


@pytest.mark.parametrize(
    "words", ["trước ", "hạn cuối ", "thời hạn a a a a a a ", "trước ngày 1/1/20", "báo cáo 1/1/2024 "]
)
def test_repeated_words_take_time_in_proportion(words: str) -> None:
    """Hostile text: every pattern is bounded, so 200 KB are read in well under a second."""
    assert due(words * (200_000 // len(words))).value is None
