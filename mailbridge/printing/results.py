"""
Tables that leave the program: what a search found, and figures; here as values and as CSV.

Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần I mục III.6 (results of a search are shown, printed and taken along).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, assert_never

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or drops and then finds one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of a whole; None when the whole is nothing, which is neither all nor none of it."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """From 0 to 1."""
        return self.part / self.whole if self.whole else None


Cell: TypeAlias = str | int | float | date | Share | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """The head of a column, and how wide it is beside the others."""

    text: str
    width: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """
    One table; every row has a cell for each column. `chart`: the column that is drawn as bars, by the first one.

    `title` is "" for the only table of a report.
    """

    title: str = ""
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Tables under one title. `told` are lines below the title: the period, what was asked, how it is counted."""

    title: str
    agency: str
    told: tuple[str, ...] = ()
    tables: tuple[Table, ...]
    written_at: datetime


def shown(cell: Cell) -> str:
    """Write a cell for people: days as dd/mm/yyyy, a decimal comma, "" for what is not known."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case Share():
            return "" if cell.value is None else f"{cell.value * 100:.1f} %".replace(".", ",")
        case float():
            return f"{cell:.1f}".replace(".", ",")
        case int():
            return str(cell)
        case date():
            return f"{cell:%d/%m/%Y}"
        case _:
            assert_never(cell)


def report_csv(report: Report) -> bytes:
    """
    Write the tables one below the other, each under its title and heads.

    UTF-8 with the byte order mark by which Excel knows it, CRLF. A cell that a spreadsheet would run as a formula
    begins with an apostrophe.
    """
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_safe(cell) for cell in row] for row in _lines(report.tables))
    return written.getvalue().encode("utf-8-sig", "backslashreplace")


def _lines(tables: Sequence[Table]) -> Iterator[Sequence[str]]:
    for place, table in enumerate(tables):
        if place:
            yield ()
        if table.title:
            yield (table.title,)
        yield tuple(column.text for column in table.columns)
        for row in table.rows:
            yield tuple(map(shown, row))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
