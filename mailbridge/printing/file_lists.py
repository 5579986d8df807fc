"""
Mục lục văn bản trong hồ sơ and mục lục hồ sơ: what lies in a file, and which files there are.

Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần I mục V (outputs 5 and 6) and phần II (fields of a file). The decree fixes no
columns for these two; they are those in use. What nobody has told us (title of a file, its retention) stays empty and
is written in by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from mailbridge.printing.columns import FILE_DOCUMENTS, FILES
from mailbridge.printing.in_words import in_words
from mailbridge.printing.layout import DOTS, Layout, Row, fit
from mailbridge.printing.line import day_text
from mailbridge.printing.showable import showable
from mailbridge.printing.wording import PLACE_AND_DAY
from mailbridge.registry.entry import RegisterEntry

_SIGNS = (("NGƯỜI LẬP HỒ SƠ", "(Ký, ghi rõ họ tên)"), ("VĂN THƯ", "(Ký, ghi rõ họ tên)"))


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file (hồ sơ) and the entries in it, in the order in which they lie there."""

    notation: str
    entries: tuple[RegisterEntry, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years that its entries give for it."""
        return tuple(sorted({each.draft.file_year or each.year for each in self.entries}))

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day of its documents."""
        days = [each.draft.issued_date for each in self.entries if each.draft.issued_date]
        return (min(days), max(days)) if days else None

    @property
    def pages(self) -> int | None:
        """All pages; None when those of a document are not known."""
        counted = [each.draft.pages for each in self.entries]
        return None if None in counted else sum(count for count in counted if count)


def files_of(entries: Iterable[RegisterEntry]) -> tuple[File, ...]:
    """Gather entries into their files, by notation; entries that lie in none are left out."""
    inside = [each for each in entries if each.draft.file_notation]
    inside.sort(key=_order)
    groups = groupby(inside, key=lambda each: each.draft.file_notation or "")
    return tuple(File(notation=notation, entries=tuple(some)) for notation, some in groups)


def _order(entry: RegisterEntry) -> tuple[Any, ...]:
    draft = entry.draft
    # Documents without an ordinal stand behind, as they came.
    unnumbered = draft.file_ordinal is None
    return draft.file_notation or "", unnumbered, draft.file_ordinal or 0, entry.arrived_at, entry.number


def file_layout(file: File, *, agency: str, superior: str, written_at: datetime) -> Layout:
    """Lay out the list of the documents in a file."""
    rows = [
        _row(FILE_DOCUMENTS, texts, is_struck=not entry.status.stands)
        for texts, entry in zip(_documents(file), file.entries, strict=True)
    ]
    years = ", ".join(map(str, file.years))
    count = len(file.entries)
    told = f"Tổng cộng: {count} ({in_words(count)}) văn bản"
    told += f", {file.pages} ({in_words(file.pages)}) trang." if file.pages else "."
    title = "Mục lục văn bản trong hồ sơ"
    lines = [f"Số và ký hiệu hồ sơ: {file.notation}", f"Năm hình thành hồ sơ: {years}"]
    words = _words(agency, superior, title, lines, [told])
    return Layout(
        columns=FILE_DOCUMENTS, rows=tuple(rows), words=words, written_at=written_at, across=False, signs=_SIGNS
    )


def files_layout(files: Sequence[File], *, year: int, agency: str, superior: str, written_at: datetime) -> Layout:
    """Lay out the list of files of a year."""
    rows = tuple(_row(FILES, texts) for texts in (_file(place, each) for place, each in enumerate(files, 1)))
    told = f"Tổng cộng: {len(files)} ({in_words(len(files))}) hồ sơ."
    words = _words(agency, superior, "Mục lục hồ sơ", [f"Năm: {year}"], [told])
    return Layout(
        columns=FILES, rows=rows, words=words, written_at=written_at, noun="hồ sơ", across=False, signs=_SIGNS
    )


def _documents(file: File) -> Iterable[tuple[str, ...]]:
    page: int | None = 1
    for place, entry in enumerate(file.entries, 1):
        draft = entry.draft
        pages, page = _pages(page, draft.pages)
        yield (
            str(draft.file_ordinal or place),
            draft.symbol or "",
            day_text(draft.issued_date),
            draft.type_and_subject,
            draft.issuer or "",
            pages,
            "; ".join(filter(None, (f"Số đến {entry.shown_number}/{entry.year}", draft.note))),
        )


def _pages(first: int | None, count: int | None) -> tuple[str, int | None]:
    """Say on which pages a document lies, and where the next one begins; behind an unknown number nothing is known."""
    if first is None or not count:
        return "", None
    last = first + count - 1
    return (str(first) if first == last else f"{first}–{last}"), last + 1


def _file(place: int, file: File) -> tuple[str, ...]:
    span = " – ".join(dict.fromkeys(map(day_text, file.span))) if file.span else ""
    return str(place), file.notation, "", span, "", str(len(file.entries)), str(file.pages or ""), ""


def _row(columns: Sequence[Any], texts: Sequence[str], *, is_struck: bool = False) -> Row:
    cells = [fit(text, column.width) for text, column in zip(texts, columns, strict=True)]
    return Row(cells=cells, is_struck=is_struck)


def _words(agency: str, superior: str, title: str, lines: Sequence[str], closing: Sequence[str]) -> dict[str, Any]:
    named = showable(agency)
    return {
        "title": title,
        "author": named,
        "cover": None,
        "opening": {
            "superior": showable(superior),
            "agency": named,
            "title": title,
            "lines": [showable(line) for line in lines],
        },
        "running": [named, title],
        "footer": f"Người lập: {DOTS * 3}",
        "closing": list(closing),
        "place-and-day": PLACE_AND_DAY,
    }
