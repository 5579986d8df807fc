"""The roster as an office writes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailbridge.decision.duty import Presence, Shift
from mailbridge.settings.duty_files import read_duty
from mailbridge.settings.problem import Report


def read(folder: Path, text: str) -> tuple[tuple[Shift, ...], Report]:
    (folder / "truc.csv").write_text(text, encoding="utf-8")
    report = Report()
    return read_duty(folder, report), report


def test_leave_and_duty(tmp_path: Path) -> None:
    text = (
        "Người,Từ ngày,Đến ngày,Loại,Người thay\nLan@sonv.vn,24/11/2026,26/11/2026,nghỉ phép,hoa@sonv.vn\n"
        "hoa@sonv.vn,2026-11-28,2026-11-28,Trực,\n"
    )
    found, report = read(tmp_path, text)
    assert not report.problems
    assert found == (
        Shift(
            person="lan@sonv.vn",
            first=date(2026, 11, 24),
            last=date(2026, 11, 26),
            presence=Presence.LEAVE,
            stand_in="hoa@sonv.vn",
        ),
        Shift(person="hoa@sonv.vn", first=date(2026, 11, 28), last=date(2026, 11, 28), presence=Presence.DUTY),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lan,24/11/2026,26/11/2026,nghỉ,", '"lan" is no address'),
        (",24/11/2026,26/11/2026,nghỉ,", '"?" is no address'),
        ("lan@sonv.vn,26/11/2026,24/11/2026,nghỉ,", "the days end before they begin"),
        ("lan@sonv.vn,31/11/2026,31/12/2026,nghỉ,", '"31/11/2026" is no day'),
        ("lan@sonv.vn,24/11/2026,26/11/2026,ốm,", '"ốm" is neither duty nor leave'),
        ("lan@sonv.vn,24/11/2026,26/11/2026,nghỉ,hoa", '"hoa" is no address'),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    found, report = read(tmp_path, f"person,from,to,kind,stand_in\n{line}\n")
    assert [(each.line, each.problem) for each in report.problems] == [(2, said)]
    assert found == ()


def test_a_heading_that_lacks_a_column_is_named(tmp_path: Path) -> None:
    _, report = read(tmp_path, "person,from\nlan@sonv.vn,24/11/2026\n")
    assert report.problems[0].problem == "the heading lacks: to, kind"


def test_no_folder_no_roster(tmp_path: Path) -> None:
    assert read_duty(tmp_path / "duty", Report()) == ()
