"""`report figures` and `report private` on the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailbridge.classifier.directory import Directory, Office
from mailbridge.decision.sender import is_private
from mailbridge.printing.figures import span
from tests.cli.builders_cli import CommandLine

NOVEMBER = ("--month", "11/2026")


def test_figures_of_a_month(mailbridge: CommandLine, book: Path) -> None:
    whole, *apart = mailbridge(
        "report", "figures", *NOVEMBER, "--by", "sender", "--by", "kind", "--json", "-c", book
    ).objects
    assert (whole["from"], whole["to"], whole["documents"], whole["electronic"]) == ("2026-11-01", "2026-11-30", 2, 2)
    assert whole["held"]["waiting"] == 1
    assert [(each["by"], each["documents"]) for each in apart] == [("sender", 1), ("sender", 1), ("kind", 2)]


def test_figures_in_words_have_their_titles(mailbridge: CommandLine, book: Path) -> None:
    told = mailbridge("report", "figures", *NOVEMBER, "--window-15", "--by", "unit", "--by", "day", "-c", book).out
    for title in (
        "Báo cáo tình hình giải quyết văn bản đến",
        "Kỳ báo cáo theo Nghị định 09/2019/NĐ-CP: Tháng 11/2026 (từ ngày 15/10/2026 đến ngày 14/11/2026)",
        "Thống kê văn bản điện tử",
        "Thống kê theo đơn vị xử lý",
    ):
        assert title in told


@pytest.mark.parametrize("ending", ["csv", "xlsx", "docx", "pdf"])
def test_figures_go_into_a_file(mailbridge: CommandLine, book: Path, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"figures.{ending}"
    asked = ("report", "figures", "--year", "2026", "--by", "day", "--output", output, "-c", book)
    assert mailbridge(*asked).status == 0
    assert output.stat().st_size > 500
    assert mailbridge(*asked).status == 1


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        (("--from", "2/11/2026", "--to", "06/11/2026"), "2026-11-02", "2026-11-06"),
        (("--month", "2026-02"), "2026-02-01", "2026-02-28"),
        (("--quarter", "4/2026"), "2026-10-01", "2026-12-31"),
        (("--half", "2/2026", "--window-15"), "2026-06-15", "2026-12-14"),
        (("--year", "2026", "--window-15"), "2025-12-15", "2026-12-14"),
    ],
)
def test_periods_are_read(mailbridge: CommandLine, book: Path, asked: tuple[str, ...], first: str, last: str) -> None:
    (whole,) = mailbridge("report", "figures", *asked, "--json", "-c", book).objects
    assert (whole["from"], whole["to"]) == (first, last)


@pytest.mark.parametrize(
    "asked",
    [
        ("--month", "13/2026"),
        ("--month", "11"),
        ("--quarter", "5/2026"),
        ("--half", "0/2026"),
        ("--month", "1/2026", "--year", "2026"),
        ("--from", "1/11/2026", "--window-15"),
        ("--from", "mai"),
        ("--from", "2/11/2026", "--to", "1/11/2026"),
        ("--month", "11/2026", "--agency", "nobody"),
        ("--month", "11/2026", "--output", "figures.txt"),
    ],
)
def test_what_is_no_period_is_wrong_usage(mailbridge: CommandLine, book: Path, asked: tuple[str, ...]) -> None:
    assert mailbridge("report", "figures", *asked, "-c", book).status == 64


def test_official_business_from_private_mailboxes(
    mailbridge: CommandLine, book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """T4: nobody of this book is one, so for the second half everybody is."""
    assert mailbridge("report", "private", *NOVEMBER, "-c", book).status == 1
    monkeypatch.setattr("mailbridge.decision.sender.is_private", lambda _author, _directory: True)
    (found,) = mailbridge("report", "private", *NOVEMBER, "--json", "-c", book).objects
    assert (found["sender"], found["mails"]) == ("vanthu@moha.gov.vn", 2)
    assert "vanthu@moha.gov.vn" in mailbridge("report", "private", *NOVEMBER, "-c", book).out
    output = tmp_path / "private.xlsx"
    assert mailbridge("report", "private", *NOVEMBER, "--output", output, "-c", book).status == 0
    assert output.exists()


def test_private_is_what_is_neither_official_nor_in_the_directory() -> None:
    known = Directory((Office(name="Trường A", domains=("truong-a.edu.vn",), addresses=("b@gmail.com",)),))
    official = ("x@sonv.backan.gov.vn", "X@GOV.VN", "b@gmail.com", "x@truong-a.edu.vn")
    assert [is_private(each, known) for each in official] == [False] * 4
    private = ("c@gmail.com", "x@gov.vn.example", "x@khac.truong-a.edu.vn", "x@notgov.vn")
    assert [is_private(each, known) for each in private] == [True] * 4


def test_spans_of_time_are_said_in_words() -> None:

    spans = [timedelta(seconds=35), timedelta(minutes=12), timedelta(hours=3, minutes=5), timedelta(days=2, hours=4)]
    assert [span(each) for each in (None, *spans)] == ["", "35 giây", "12 phút", "3 giờ 05 phút", "2 ngày 4 giờ"]
