"""How lists are shown: as JSON for programs, as plain columns in a pipe, and fitted to a terminal."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailbridge.cli.texts import say, visible

_GAP = 2
_NARROWEST = 12
"""Columns that running text needs to be read at all."""

# What ends a line for some readers of lines (U+0085, U+2028, U+2029), or moves a terminal's cursor (C1 controls): JSON
# may write it as an escape, so one object is one line for everybody.
_TREACHEROUS = re.compile("[\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """
    One column of a list.

    `whole`: its cells are never broken (numbers, dates, names). `under`: where its cells go when the terminal is too
    narrow: below the cell of the column with this head. `labelled`: they are named there.
    """

    head: str
    whole: bool = False
    under: str | None = None
    labelled: bool = False


def print_json(rows: Iterable[Mapping[str, object]]) -> None:
    """Print one object a line, at once, so that a pipe sees it."""
    for row in rows:
        text = json.dumps(row, ensure_ascii=False)
        sys.stdout.write(_TREACHEROUS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
        sys.stdout.flush()


def print_table(language: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> int:
    """
    Print a table and return the number of its rows.

    On a terminal it is fitted to the width, and columns without any content are left out; elsewhere every column is
    there in full width, a line a row.
    """
    cells = [tuple(visible(cell) for cell in row) for row in rows]
    if not cells:
        print(say(language, "nothing found"))
    elif sys.stdout.isatty():
        _print_fitted(language, columns, cells)
    else:
        _print_plain(language, columns, cells)
    return len(cells)


def hanging(head: str, text: str) -> str:
    """Write a text behind its head; on a terminal its further lines stand below its first one."""
    if not sys.stdout.isatty():
        return head + text
    lines = textwrap.wrap(text, max(2 * _NARROWEST, shutil.get_terminal_size().columns - len(head) - 1))
    return head + ("\n" + " " * len(head)).join(lines)


def _print_plain(language: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    lines = [tuple(say(language, column.head) for column in columns), *rows]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        shown = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print((" " * _GAP).join(shown).rstrip())


def _print_fitted(language: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    columns = [columns[place] for place in kept]
    rows = [[row[place] for place in kept] for row in rows]
    heads = [say(language, column.head) for column in columns]
    stacked = _least_width(columns, heads, rows) > console.width
    if stacked:
        columns, heads, rows = _stacked(columns, heads, rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP, 0, 0), leading=int(stacked))
    for column, head, width in zip(columns, heads, _widths(columns, heads, rows, console.width), strict=True):
        table.add_column(Text(head), overflow="fold", no_wrap=column.whole, width=width)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _widths(columns: Sequence[Column], heads: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """
    Share the width of the terminal: whole columns get what they need, running text the rest.

    A text gets at least its longest word, so that addresses stay in one piece while there is room, and of what is left
    a share by its length.
    """
    lines = [[line for cell in cells for line in cell.split("\n")] for cells in zip(heads, *rows, strict=True)]
    needed = [max(map(len, each)) for each in lines]
    words = [max(len(word) for line in each for word in (line.split() or [""])) for each in lines]
    texts = [place for place, column in enumerate(columns) if not column.whole]
    left = (
        room
        - (_GAP + 1) * (len(columns) - 1)
        - sum(needed[place] for place in range(len(columns)) if place not in texts)
    )
    if not texts or sum(needed[place] for place in texts) <= left:
        return needed
    fair = left if sum(words[place] for place in texts) <= left else max(_NARROWEST, left // len(texts))
    least = {place: min(words[place], fair) for place in texts}
    spare, wish = max(0, left - sum(least.values())), sum(needed[place] - least[place] for place in texts)
    for place in texts:
        needed[place] = least[place] + spare * (needed[place] - least[place]) // max(1, wish)
    return needed


def _least_width(columns: Sequence[Column], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the width below which a table is no pleasure: whole cells whole, text in lines of some words."""
    widths = []
    for place, column in enumerate(columns):
        longest = max(len(cell) for cell in (heads[place], *(row[place] for row in rows)))
        widths.append(longest if column.whole else min(longest, 2 * _NARROWEST))
    return sum(widths) + _GAP * len(widths)


def _stacked(
    columns: Sequence[Column], heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[Column], list[str], list[list[str]]]:
    """Put the cells that may move below those they belong to."""
    places = {column.head: place for place, column in enumerate(columns)}
    below: dict[int, list[int]] = {place: [] for place, column in enumerate(columns) if column.under not in places}
    for place, column in enumerate(columns):
        if column.under in places:
            below[places[column.under]].append(place)

    def told(row: Sequence[str], place: int) -> str:
        return f"{heads[place]}: {row[place]}" if columns[place].labelled else row[place]

    return (
        [columns[place] for place in below],
        [
            "\n".join((heads[place], *(heads[under] for under in below[place] if not columns[under].labelled)))
            for place in below
        ],
        [
            ["\n".join((row[place], *(told(row, under) for under in below[place] if row[under]))) for place in below]
            for row in rows
        ],
    )
