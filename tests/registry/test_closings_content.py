"""What a closing counts and seals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailbridge.registry.closings_content import Period, Totals, count, day_of, periods_of, read_period, sealed_lines
from mailbridge.registry.entry import Channel, DraftEntry, EntryStatus, RegisterEntry
from mailbridge.registry.rows import Author
from mailbridge.registry.versions import EntryVersion
from tests.registry.builders_registry import NOON, draft

DAY, YEAR = day_of(date(2026, 11, 20)), Period(year=2026)


def line(number: int = 1, said: DraftEntry | None = None, **changes: Any) -> RegisterEntry:
    values: dict[str, Any] = {"id": f"e{number}", "year": 2026, "number": number, "arrived_at": NOON}
    return RegisterEntry(**values | changes, draft=said or draft(f"d{number}"))


def written(*lines: RegisterEntry) -> tuple[EntryVersion, ...]:
    return tuple(
        EntryVersion(replace(each, version=place), Author("lan", NOON + timedelta(hours=place), "vì thế"))
        for place, each in enumerate(lines, 1)
    )


def test_period_is_over_at_midnight_in_vietnam() -> None:
    before, at = datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC), datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert (DAY.is_over(before), DAY.is_over(at)) == (False, True)
    last, new = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert (YEAR.is_over(last), YEAR.is_over(new)) == (False, True)


@pytest.mark.parametrize("period", [DAY, YEAR, Period(year=999)], ids=["day", "year", "old"])
def test_period_is_read_as_it_was_written(period: Period) -> None:
    assert read_period(period.text) == period


def test_day_stands_in_its_year() -> None:
    assert periods_of(date(2026, 11, 20)) == (YEAR, DAY)


@pytest.mark.parametrize(
    ("period", "fields", "sealed"),
    [
        (DAY, ("subject", "recipients"), ("subject",)),
        (DAY, ("recipients", "transfer_date", "trace", "due_date", "file_notation"), ()),
        (YEAR, ("recipients", "transfer_date", "trace"), ("recipients", "transfer_date")),
        (DAY, ("pages", "signer_name", "note"), ("pages", "signer_name")),
    ],
    ids=["summary", "hand-over", "year", "all-others"],
)
def test_what_is_sealed(period: Period, fields: tuple[str, ...], sealed: tuple[str, ...]) -> None:
    assert period.sealed_from(fields) == sealed


def test_lines_can_be_made_again_from_what_they_say() -> None:
    first, second = (
        json.loads(each) for each in sealed_lines(written(line(), line(said=draft("d1", subject="x"))), DAY)
    )
    assert first[:4] == [1, "registered", "2026-11-20", "Văn phòng Chính phủ"]
    assert first[-3:] == ["lan", "2026-11-20T06:00:00+00:00", "vì thế"]
    assert (first[7], second[7]) == ("Về việc tăng cường sử dụng văn bản điện tử", "x")


def test_hand_over_after_the_day_is_another_line_of_the_year_only() -> None:
    versions = written(
        line(), line(said=draft("d1", recipients="Phòng A", transfer_date=date(2026, 11, 21), note="bản giấy"))
    )
    assert len(tuple(sealed_lines(versions, DAY))) == 1
    assert len(tuple(sealed_lines(versions, YEAR))) == 2


def test_totals_count_what_there_is() -> None:
    paper = line(3, draft("p", mail_id="", document_sha256="", channel=Channel.PAPER))
    totals = count(
        [
            written(line(1)),
            written(line(2), line(2, status=EntryStatus.VOIDED)),
            written(paper, replace(paper, draft=replace(paper.draft, subject="x"))),
            written(line(7)),
        ],
        DAY,
    )
    assert (totals.entries, totals.voided, totals.mail, totals.paper, totals.corrected) == (4, 1, 3, 1, 1)
    assert totals.numbers == ((1, 3), (7, 7))
    assert (totals.first, totals.last, totals.missing) == (1, 7, ((4, 6),))


def test_nothing_has_totals_and_a_digest_of_its_period() -> None:
    nothing = count([], DAY)
    assert (nothing.first, nothing.last, nothing.entries) == (None, None, 0)
    assert nothing.lines_digest != count([], YEAR).lines_digest
    assert Totals().missing == ()


@pytest.mark.parametrize("name", ["issuer", "symbol", "type", "subject"])
def test_every_printed_value_changes_the_digest(name: str) -> None:
    changed = line(said=draft("d1", **{name: "khác"}))
    assert count([written(line())], DAY) != count([written(changed)], DAY)
