"""Days of the calendar, as an office writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailbridge.settings import check_files, load
from mailbridge.settings.calendar_files import read_calendar
from mailbridge.settings.problem import Report
from tests.settings.builders_settings import configuration


def read(folder: Path, text: str) -> tuple[Report, object]:
    (folder / "days.csv").write_text(text, encoding="utf-8")
    report = Report()
    return report, read_calendar(folder, report)


def test_tet_swapped_days_and_days_of_every_year(tmp_path: Path) -> None:
    text = (
        "\ufeffNgày;Loại;Tên\n30/04;nghỉ;Ngày Chiến thắng\n14/02/2026 – 22/02/2026;;Tết\n"
        "2026-08-31;nghỉ;\n22/08/2026;Làm bù;\n\n"
    )
    (tmp_path / "days.csv").write_text(text, encoding="utf-8")
    report = Report()
    calendar = read_calendar(tmp_path, report)
    assert not report.problems
    worked = {
        date(2026, 2, 13): True,
        date(2026, 2, 16): False,
        date(2026, 2, 20): False,
        date(2026, 2, 23): True,
        date(2027, 4, 30): False,
        date(2026, 8, 31): False,
        date(2026, 8, 22): True,
        date(2026, 8, 29): False,
    }
    assert {day: calendar.is_worked(day) for day in worked} == worked


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("31/02/2026,nghỉ,", "is no day"),
        ("30/02,nghỉ,", "is no day"),
        ("Tết,nghỉ,", "is no day"),
        ("22/02/2026-14/02/2026,nghỉ,", "is no day"),
        ("01/01/2026-31/12/2026,nghỉ,", "is no day"),
        ("30/04,làm bù,", "is no day"),
        ("30/04/2026,trực,", "is no kind of day"),
        (",nghỉ,Tết", "is no day"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    report, _ = read(tmp_path, f"day,kind,name\n01/01,nghỉ,\n{line}\n")
    (problem,) = report.problems
    assert said in problem.problem
    assert problem.line == 3


def test_a_day_in_both_kinds_is_named(tmp_path: Path) -> None:
    report, _ = read(tmp_path, "day,kind\n22/08/2026,làm bù\n22/08/2026,nghỉ\n")
    assert [each.problem for each in report.problems] == ["22/08/2026 is both free and worked"]


def test_a_file_without_its_heading_or_in_another_coding_is_named(tmp_path: Path) -> None:
    report, _ = read(tmp_path, "16/02/2026,nghỉ,Tết\n")
    assert report.problems[0].problem == "the heading lacks: day"
    (tmp_path / "days.csv").write_bytes("day,kind\n16/02/2026,nghỉ\n".encode("utf-16"))
    report = Report()
    read_calendar(tmp_path, report)
    assert report.problems[0].problem == "the text is not UTF-8"


def test_the_calendar_is_part_of_the_configuration(tmp_path: Path) -> None:
    folder = configuration(tmp_path)
    assert load(folder, {}).calendar.is_worked(date(2026, 9, 2))
    (folder / "calendar").mkdir()
    (folder / "calendar" / "days.csv").write_text("day\n02/09\n", encoding="utf-8")
    assert not load(folder, {}).calendar.is_worked(date(2026, 9, 2))
    (folder / "calendar" / "days.csv").write_text("day\nmai\n", encoding="utf-8")
    assert [each.line for each in check_files(folder, {})] == [2]
