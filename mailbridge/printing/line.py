"""One line of the printed book, with what it said before it was corrected: nothing vanishes from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from mailbridge.printing.columns import PRINTED, REMARKS
from mailbridge.registry.entry import RegisterEntry, local_day
from mailbridge.registry.rows import Author
from mailbridge.registry.versions import EntryVersion

_STRUCK = {"voided": "Đã hủy", "merged": "Đã gộp", "recalled": "Đã thu hồi"}
"""States whose line is struck through: the number is never given again, and the line stays (NĐ 30/2020, Điều 18)."""

_HAND_OVER = (6, 7)
"""The places of the columns that a hand-over fills."""

_MARKED = {"replaced": "Đã thay thế"}
"""States that stand in the remarks, while the line goes on being read."""

_AGAIN = "Khôi phục"
"""What the remarks say when such a state was taken back, so that nobody takes it for the one that holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What stands in one column; `former` is what stood there before corrections, the oldest first."""

    text: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    One line: ten `cells`, and what the book itself adds to the remarks.

    `events` tell corrections and the end of the line ("Đính chính 21/11/2026 (…): …"), the oldest first.
    """

    entry: RegisterEntry
    cells: tuple[Cell, ...]
    events: tuple[str, ...] = ()
    is_struck: bool = False

    @property
    def dates(self) -> tuple[date, date | None, date | None]:
        """The days of columns 1, 5 and 8."""
        return self.entry.arrival_date, self.entry.draft.issued_date, self.entry.draft.transfer_date

    @property
    def remarks(self) -> str:
        """Column 10 where nothing can be struck through: the note, the events, and what cells said before."""
        before = (
            f"{column.head} trước khi sửa: {' → '.join(cell.former)}."
            for column, cell in zip(PRINTED, self.cells, strict=True)
            if cell.former
        )
        return " ".join(filter(None, (self.cells[REMARKS].text, *self.events, *before)))


def line_of(versions: Sequence[EntryVersion]) -> Line:
    """
    Lay out an entry as a line of the book.

    A value that a correction replaced stays in its cell, to be struck through as on paper. An empty cell that was
    filled later is no correction, and neither is a hand-over, which names the unit in the place of our mailbox.

    Args:
        versions: All versions of one entry, the first one first; at least one.
    """
    entry = versions[-1].entry
    said = [printed_cells(each.entry) for each in versions]
    columns = zip(*said, strict=True)
    handed = [place for place, (old, new) in enumerate(pairwise(versions)) if _is_hand_over(old.entry, new.entry)]
    return Line(
        entry=entry,
        cells=tuple(_cell(texts, handed if place in _HAND_OVER else ()) for place, texts in enumerate(columns)),
        events=tuple(_events(versions, said)),
        is_struck=entry.status.value in _STRUCK,
    )


def printed_cells(entry: RegisterEntry) -> tuple[str, ...]:
    """Return the ten texts of an entry; column 9 is signed by hand and empty."""
    draft = entry.draft
    return (
        day_text(entry.arrival_date),
        entry.shown_number,
        draft.issuer or "",
        draft.symbol or "",
        day_text(draft.issued_date),
        draft.type_and_subject,
        draft.recipients or "",
        day_text(draft.transfer_date),
        "",
        draft.note or "",
    )


def day_text(day: date | None) -> str:
    """Write a day as people do, "" when there is none."""
    # strftime writes the year 999 with three digits.
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}" if day else ""


def _is_hand_over(before: RegisterEntry, after: RegisterEntry) -> bool:
    return before.status is not after.status and after.status.is_worked_on


def _cell(texts: Sequence[str], no_correction: Collection[int] = ()) -> Cell:
    changes = enumerate(pairwise(texts))
    former = (
        before for place, (before, after) in changes if _is_corrected(before, after) and place not in no_correction
    )
    return Cell(text=texts[-1], former=tuple(former))


def _is_corrected(before: str, after: str) -> bool:
    """Say whether something that stood there does not any more; a remark that was added behind others takes nothing."""
    return bool(before) and before != after and not after.startswith(f"{before}; ")


def _events(versions: Sequence[EntryVersion], said: Sequence[Sequence[str]]) -> list[str]:
    told = []
    for number in range(1, len(versions)):
        before, after = versions[number - 1], versions[number]
        if _is_hand_over(before.entry, after.entry):
            continue
        if before.entry.status.value != after.entry.status.value:
            told += _ending(before, after)
        elif any(_is_corrected(old, new) for old, new in zip(said[number - 1], said[number], strict=True)):
            told.append(_signed("Đính chính", after.author))
    return told


def _ending(before: EntryVersion, after: EntryVersion) -> list[str]:
    ends = _STRUCK | _MARKED
    words = ends.get(after.entry.status.value) or (_AGAIN if before.entry.status.value in ends else None)
    return [_signed(words, after.author)] if words else []


def _signed(what: str, author: Author) -> str:
    why = f": {author.why.rstrip('. ')}" if author.why.strip() else ""
    return f"{what} {day_text(local_day(author.at))} ({author.by}){why}."
