"""
Recall, replacement and change of a document that is in the book: asked for by its issuer, answered by a clerk.

From the asking to the answer the entry is frozen. A recalled document keeps its line and its number, struck through;
the metadata of the recall are the links and the versions (NĐ 30/2020/NĐ-CP, Điều 18 khoản 3, Phụ lục VI phần I mục
III.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailbridge.registry.closings import open_for_mail
from mailbridge.registry.entry import EntryStatus, Event, RegisterEntry, local_day
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.links import ASKED, EntryEnded, Link, LinkKind, NotDone, asked_of, standing_links
from mailbridge.registry.links_rows import add_link, links_of, new_link
from mailbridge.registry.relations import RecallAsked
from mailbridge.registry.rows import Author, write_event
from mailbridge.registry.states import lock_entries, restate, tell, with_remark


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An entry after a clerk's answer, and the link that is it; `status_code` is what the issuer is told (edXML)."""

    entry: RegisterEntry
    link: Link
    agreed: bool
    mail_id: str | None

    @property
    def status_code(self) -> str:
        """Code of the status message: 15 agreed, 16 refused (QCVN 102:2016/BTTTT)."""
        return "15" if self.agreed else "16"


def ask(connection: Connection, agency: str, mail_id: str, asked: Sequence[RecallAsked], at: datetime) -> None:
    """Freeze the entries that a mail is about, and note what freezes nothing; a repeated step writes nothing."""
    for each in asked:
        if each.entry is None:
            _note_unproven(connection, agency, mail_id, each, at)
            continue
        (line,) = lock_entries(connection, (each.entry.id,))
        known = links_of(connection, (line.id,))
        if any(link.kind is each.kind and link.mail_id == mail_id and link.entry_id == line.id for link in known):
            continue
        author = Author(OURSELVES, at, each.why)
        made = new_link(each.kind, line, author, mail_id=mail_id)
        add_link(connection, made)
        happened = Event(
            at=at,
            mail_id=mail_id,
            entry_id=line.id,
            actor=OURSELVES,
            what=Happening.RECALL_ASKED,
            detail=f"{line.draft.book} {line.shown_number}/{line.year}, {each.symbol}: {each.kind.value}",
        )
        write_event(connection, agency, happened)


def _note_unproven(connection: Connection, agency: str, mail_id: str, asked: RecallAsked, at: datetime) -> None:
    happened = Event(
        at=at,
        mail_id=mail_id,
        actor=OURSELVES,
        what=Happening.RECALL_UNPROVEN,
        detail=f"{asked.symbol}: {asked.kind.value}; the issuer is not proven, or no entry is meant",
    )
    write_event(connection, agency, happened)


def answer_recall(
    connection: Connection, entry_id: str, author: Author, *, agreed: bool, other_id: str | None = None
) -> Answered:
    """
    Answer what the issuer of an entry asks, in a transaction of the caller; after it the entry is not frozen any more.

    Args:
        agreed: The line is struck through as recalled or marked as replaced; after a change it goes on as it was, to
            be corrected. A clerk may agree to a recall that came by paper or by telephone, without a mail that asks.
        other_id: The entry of the document that recalls or replaces it, when that is in the book.

    Raises:
        NotDone: Nobody asks, and it is to be refused; or the other entry is of another agency or the same one.
        EntryEnded: The entry stands for no document any more.
        LookupError: There is no such entry.
    """
    line, *others = lock_entries(connection, (entry_id, other_id) if other_id else (entry_id,))
    if others and (others[0].id == line.id or others[0].draft.agency != line.draft.agency):
        raise NotDone(
            vi="Văn bản thu hồi, thay thế phải có số đến khác trong sổ của cùng cơ quan.",
            en="What recalls or replaces it must have another number of the same agency.",
        )
    if line.status in (EntryStatus.VOIDED, EntryStatus.MERGED, EntryStatus.RECALLED):
        raise EntryEnded(line)
    asked = asked_of(line.id, standing_links(links_of(connection, (line.id,))))
    if not agreed:
        return _refused(connection, line, asked, author)
    kind = ASKED[asked.kind] if asked else LinkKind.RECALLED_BY
    remark = _remark(kind, others[0] if others else None, line, author)
    open_for_mail(connection, line, f"{_TOLD[kind]}: số đến {line.shown_number}", at=author.at)
    made = new_link(
        kind,
        line,
        author,
        mail_id=asked.mail_id if asked else None,
        other_id=other_id,
        remark=remark,
        undoes=asked.id if asked else None,
    )
    link = add_link(connection, made)
    newer = restate(
        connection,
        line,
        author,
        Happening.RECALL_AGREED,
        status=_STATES.get(kind, line.status),
        note=with_remark(line.draft.note, remark),
        said=kind.value,
    )
    return Answered(entry=newer, link=link, agreed=True, mail_id=link.mail_id)


def _refused(connection: Connection, line: RegisterEntry, asked: Link | None, author: Author) -> Answered:
    if asked is None:
        raise NotDone(
            vi="Chưa có đề nghị thu hồi, thay thế nào cho số đến này.",
            en="Nobody has asked to recall or replace this entry.",
        )
    made = new_link(LinkKind.REFUSED, line, author, mail_id=asked.mail_id, undoes=asked.id)
    link = add_link(connection, made)
    tell(connection, line, author, Happening.RECALL_REFUSED, asked.kind.value)
    return Answered(entry=line, link=link, agreed=False, mail_id=asked.mail_id)


_STATES = {LinkKind.RECALLED_BY: EntryStatus.RECALLED, LinkKind.REPLACED_BY: EntryStatus.REPLACED}

_TOLD = {
    LinkKind.RECALLED_BY: "Đã thu hồi",
    LinkKind.REPLACED_BY: "Đã thay thế",
    LinkKind.UPDATED_BY: "Cập nhật theo đề nghị của nơi gửi",
}


def _remark(kind: LinkKind, other: RegisterEntry | None, line: RegisterEntry, author: Author) -> str:
    """Write what the last column says: "Đã thu hồi ngày 21/11/2026 theo văn bản số 15/UBND-VP, số đến 0020"."""
    by = ""
    if other is not None:
        number = other.shown_number if other.year == line.year else f"{other.shown_number}/{other.year}"
        symbol = f"văn bản số {other.draft.symbol}, " if other.draft.symbol else ""
        by = f" theo {symbol}số đến {number}"
    return f"{_TOLD[kind]} ngày {local_day(author.at):%d/%m/%Y}{by}"
