"""What `typeset` sets, whichever form it is: columns, rows fit for paper, and the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailbridge.printing.columns import PrintedColumn
from mailbridge.printing.showable import breakable, showable

INSET = 2.4
"""Millimetres of a column that its text leaves free, left and right together; as in `book.typ`."""

DOTS = "." * 14

Text = str | list[str]
"""What stands in a cell; a list ends with what holds and begins with what was struck."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line as the template takes it; `events` stand below the last cell, in italics."""

    cells: Sequence[Text]
    events: Sequence[str] = ()
    is_struck: bool = False

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON can write it."""
        return {"cells": list(self.cells), "events": list(self.events), "struck": self.is_struck}


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """
    A form with all that stands on it.

    Attributes:
        words: Those of the cover (None: it has none), of the top of the first sheet, the edges and the last page.
        noun: What its lines are: "văn bản", "hồ sơ".
        across: A4 across; upright otherwise.
        written_at: The only time that the PDF carries.
    """

    columns: tuple[PrintedColumn, ...]
    rows: tuple[Row, ...]
    words: dict[str, Any]
    written_at: datetime
    noun: str = "văn bản"
    across: bool = True
    signs: tuple[tuple[str, str], ...] = field(default=())

    def given(self) -> dict[str, Any]:
        """Return what the template asks for, without the rows."""
        return {
            "across": self.across,
            "widths": [column.width for column in self.columns],
            # "văn bản" is one word and stays on one line.
            "heads": [column.head.replace("văn bản", "văn\N{NO-BREAK SPACE}bản") for column in self.columns],
            "centred": [column.centred for column in self.columns],
            "signs": [list(each) for each in self.signs],
            **self.words,
        }


def fit(text: str, width: int) -> str:
    """Make text of strangers fit for a column of so many millimetres."""
    return breakable(showable(text), width - INSET)
