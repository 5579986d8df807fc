"""
Sổ theo dõi giải quyết văn bản đến: what became of each document, in seven columns.

Source: NĐ 30/2020/NĐ-CP, Phụ lục IV mục VIII; states in the words of document systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mailbridge.printing.columns import FOLLOW_UP
from mailbridge.printing.layout import Layout, Row, fit
from mailbridge.printing.line import Line, day_text
from mailbridge.printing.volume import Title, Volume
from mailbridge.printing.wording import SIGNS, words_of
from mailbridge.registry.entry import EntryStatus, RegisterEntry

TITLE = "Sổ theo dõi giải quyết văn bản đến"

_PROGRESS = {
    EntryStatus.SUBMITTED: "Đã trình",
    EntryStatus.TRANSFERRED: "Đã chuyển",
    EntryStatus.IN_PROGRESS: "Đang xử lý",
    EntryStatus.DONE: "Hoàn thành",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """One line: the values of the seven columns, as a spreadsheet takes them."""

    number: int | str
    document: str
    recipients: str
    due: date | None
    progress: str
    reply: str
    remarks: str
    is_struck: bool = False

    @property
    def values(self) -> tuple[str | int | date | None, ...]:
        """The seven values in their order."""
        return self.number, self.document, self.recipients, self.due, self.progress, self.reply, self.remarks


def follow_up_of(line: Line, reply: str = "") -> FollowUp:
    """
    Lay out an entry as a line of the follow-up book.

    Args:
        reply: Number and symbol of the document with which the agency answered, "" when nobody said so.
    """
    entry, draft = line.entry, line.entry.draft
    return FollowUp(
        number=entry.shown_number if entry.awaits_number else entry.number,
        document=document_text(entry),
        recipients=draft.recipients or "",
        due=draft.due_date,
        progress="; ".join(filter(None, (_PROGRESS.get(entry.status), draft.trace))),
        reply=reply,
        remarks=" ".join(filter(None, (draft.note, *(line.events if line.is_struck else ())))),
        is_struck=line.is_struck,
    )


def document_text(entry: RegisterEntry) -> str:
    """Write what column 2 asks for: type, number and symbol, date, issuer; then the summary, as people know it."""
    draft = entry.draft
    said = (
        " ".join(filter(None, (draft.type, draft.symbol and f"số {draft.symbol}"))),
        f"ngày {day_text(draft.issued_date)}" if draft.issued_date else "",
        f"của {draft.issuer}" if draft.issuer else "",
    )
    head = " ".join(filter(None, said))
    return f"{head}: {draft.subject}" if head and draft.subject else head or draft.subject or ""


def follow_up_title(title: Title) -> Title:
    """Return the title of the follow-up book that goes with a book."""
    return replace(title, book=TITLE)


def follow_up_layout(volume: Volume, replies: Mapping[str, str]) -> Layout:
    """
    Lay out the follow-up book of a volume.

    Args:
        volume: With the title of the follow-up book.
        replies: Our answers by the id of the entry.
    """
    rows = (follow_up_of(line, replies.get(line.entry.id, "")) for line in volume.lines)
    return Layout(
        columns=FOLLOW_UP,
        rows=tuple(map(_row, rows)),
        words=words_of(volume),
        written_at=volume.written_at,
        signs=SIGNS,
    )


def _row(said: FollowUp) -> Row:
    number = f"{said.number:02d}" if isinstance(said.number, int) else said.number
    texts = (number, *said.values[1:3], day_text(said.due), *said.values[4:])
    cells = [fit(str(text), column.width) for text, column in zip(texts, FOLLOW_UP, strict=True)]
    return Row(cells=cells, is_struck=said.is_struck)
