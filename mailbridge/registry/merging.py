"""
Two entries of one document become one, one entry of two documents becomes two, and each can be taken back.

No number is lost and none is given twice: a merged entry keeps its line and its number and says where its document
stands; what is parted gets the next number (NĐ 30/2020/NĐ-CP, Điều 22 khoản 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.closings import check_open
from mailbridge.registry.corrections_fields import Value, WrongValue, check_days, with_values
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import DraftEntry, EntryStatus, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links import Link, LinkKind, NotDone, standing_links
from mailbridge.registry.links_rows import add_link, find_link, links_of, new_link, refuse_change
from mailbridge.registry.paper import missing
from mailbridge.registry.rows import Author, author_of_change
from mailbridge.registry.states import lock_entries, restate, status_before_end, tell, with_remark, without_remark
from mailbridge.registry.store import SqlRegistry

_SEE = "Trùng văn bản, xem số đến {number}"
_SPLIT = "Tách từ số đến {number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """An entry that was merged, the one that stands for the document, and the link between them."""

    entry: RegisterEntry
    into: RegisterEntry
    link: Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The entry that was parted off, with its own number, and the link to where it came from."""

    entry: RegisterEntry
    link: Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """A link that was taken back, the one that says so, and the entry that it changed, as it stands now."""

    link: Link
    by: Link
    entry: RegisterEntry


class SqlMerging:
    """Merging and splitting on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def merge(self, one_id: str, other_id: str, *, by: str, why: str) -> Merged:
        """Merge two entries, see `merge_entries`."""
        author = author_of_change(by, why, self._clock)
        with reaching_database(), self._engine.begin() as connection:
            return merge_entries(connection, one_id, other_id, author)

    def split(
        self,
        entry_id: str,
        values: Mapping[str, Value],
        *,
        document_sha256: str = "",
        by: str,
        why: str,
    ) -> Split:
        """
        Give the second document that an entry stands for a number of its own, the next one of its book.

        Args:
            values: What the new line says, by names of `FIELDS`; the fields that a line needs are all wanted.
            document_sha256: Its main file, "" when it lies in the same file as the first document.

        Raises:
            AlreadyEntered: The file is in the book.
            EntryEnded: The entry stands for no document any more.
            EntryFrozen: Its issuer asks for it.
            PeriodClosed: The document is on paper, and its day is closed.
            WrongValue: A needed field is empty, or a day cannot be so.
            LookupError: There is no such entry.
        """
        author = author_of_change(by, why, self._clock)
        if lacking := missing(values):
            raise WrongValue("missing: {fields}", fields=", ".join(lacking))
        with SqlRegistry(self._engine, clock=lambda: author.at).transaction() as current:
            connection = current.connection
            (origin,) = lock_entries(connection, (entry_id,))
            refuse_change(connection, origin)
            draft = with_values(_shared(origin.draft, document_sha256), values)
            remark = _SPLIT.format(number=_named(origin, beside=origin))
            draft = replace(draft, note=with_remark(draft.note, remark))
            line = current.enter(draft, origin.arrived_at, by=author.by, why=author.why)
            check_days(line, values)
            made = add_link(connection, new_link(LinkKind.SPLIT_OFF, line, author, other_id=origin.id))
            tell(connection, line, author, Happening.SPLIT_OFF, f"from {_named(origin, beside=line)}")
            return Split(entry=line, link=made)

    def undo(self, link_id: int, *, by: str, why: str) -> Undone:
        """Take a link back, see `undo_link`."""
        author = author_of_change(by, why, self._clock)
        with reaching_database(), self._engine.begin() as connection:
            return undo_link(connection, link_id, author)


def _shared(first: DraftEntry, document_sha256: str) -> DraftEntry:
    """Return what a second document shares with the first: how, when and for whom it came."""
    return DraftEntry(
        agency=first.agency,
        book=first.book,
        mail_id=first.mail_id,
        document_sha256=document_sha256,
        file_organ_id=first.file_organ_id,
        file_year=first.file_year,
        recipients=first.recipients,
        channel=first.channel,
    )


def merge_entries(connection: Connection, one_id: str, other_id: str, author: Author) -> Merged:
    """
    Merge two entries of one document, in a transaction of the caller: the later one into the earlier one.

    The later one keeps its number and its line, whose remark says where to look. Whoever sends its file again is told
    the number of the earlier one.

    Raises:
        NotDone: They are one entry, or of two agencies, or one of them awaits its number.
        EntryEnded: One of them stands for no document any more.
        EntryFrozen: An issuer asks for one of them.
        PeriodClosed: The day or the year of the later one is closed.
        LookupError: There is no such entry.
    """
    one, other = lock_entries(connection, (one_id, other_id))
    if one.id == other.id or one.draft.agency != other.draft.agency:
        raise NotDone(
            vi="Chỉ gộp được hai số đến khác nhau của cùng một cơ quan.",
            en="Only two different numbers of one agency can be merged.",
        )
    for each in (one, other):
        refuse_change(connection, each)
        if each.awaits_number:
            raise NotDone(
                vi="Văn bản chưa có số đến, chưa gộp được.", en="An entry that awaits its number is not merged yet."
            )
    into, line = sorted((one, other), key=_order)
    check_open(connection, line)
    return _merge(connection, line, into, author)


def _merge(
    connection: Connection, line: RegisterEntry, into: RegisterEntry, author: Author, undoes: int | None = None
) -> Merged:
    remark = _SEE.format(number=_named(into, beside=line))
    merged = restate(
        connection,
        line,
        author,
        Happening.MERGED,
        status=EntryStatus.MERGED,
        note=with_remark(line.draft.note, remark),
        said=f"into {_named(into, beside=line)}",
    )
    made = add_link(
        connection, new_link(LinkKind.SAME_DOCUMENT, line, author, other_id=into.id, remark=remark, undoes=undoes)
    )
    return Merged(entry=merged, into=into, link=made)


def undo_link(connection: Connection, link_id: int, author: Author) -> Undone:
    """
    Take a link back, in a transaction of the caller.

    A merged entry stands again as before; one that was parted off goes back into the entry it came from, keeping its
    number and its line; of a copy only the link goes.

    Raises:
        NotDone: The link was ended before, or is one that only a clerk's answer ends.
        PeriodClosed: The day or the year of the entry is closed.
        LookupError: There is no such link.
    """
    found = find_link(connection, link_id)
    if found is None:
        raise LookupError(f"no such link: {link_id}")
    ids = (found.entry_id, found.other_id) if found.other_id else (found.entry_id,)
    line, *others = lock_entries(connection, ids)
    if found not in standing_links(links_of(connection, (line.id,))):
        raise NotDone(vi="Liên kết này đã được bỏ.", en="This link was ended before.")
    match found.kind:
        case LinkKind.SPLIT_OFF:
            refuse_change(connection, line)
            check_open(connection, line)
            merged = _merge(connection, line, others[0], author, undoes=found.id)
            return Undone(link=found, by=merged.link, entry=merged.entry)
        case LinkKind.CHANNEL | LinkKind.REPLY_TO:
            ended = _end(connection, found, line, author)
            tell(connection, line, author, Happening.LINK_UNDONE, found.kind.value)
            return Undone(link=found, by=ended, entry=line)
        case _ if found.kind in _RESTATING:
            check_open(connection, line, ("note",) if found.kind is LinkKind.PAPER_COPY else None)
            ended = _end(connection, found, line, author)
            again = restate(
                connection,
                line,
                author,
                Happening.LINK_UNDONE,
                status=line.status if found.kind in _NOT_ENDING else status_before_end(connection, line.id),
                note=without_remark(line.draft.note, found.remark),
                said=found.kind.value,
            )
            return Undone(link=found, by=ended, entry=again)
        case _:
            raise NotDone(
                vi="Đề nghị của nơi gửi chỉ kết thúc khi Văn thư đồng ý hoặc từ chối.",
                en="What an issuer asks for ends only when a clerk agrees or refuses.",
            )


_NOT_ENDING = frozenset({LinkKind.PAPER_COPY, LinkKind.UPDATED_BY})
_RESTATING = frozenset(
    {
        LinkKind.SAME_DOCUMENT,
        LinkKind.PAPER_COPY,
        LinkKind.RECALLED_BY,
        LinkKind.REPLACED_BY,
        LinkKind.UPDATED_BY,
    }
)
"""Links that changed what the entry says."""


def _end(connection: Connection, found: Link, line: RegisterEntry, author: Author) -> Link:
    return add_link(connection, new_link(LinkKind.UNDONE, line, author, undoes=found.id))


def _order(line: RegisterEntry) -> tuple[object, ...]:
    return (line.arrived_at, line.year, line.number, line.id)


def _named(line: RegisterEntry, *, beside: RegisterEntry) -> str:
    """Name an entry for a reader of another one: with its year, or its book, where these are others."""
    number = line.shown_number if line.year == beside.year else f"{line.shown_number}/{line.year}"
    return number if line.draft.book == beside.draft.book else f"{number} (sổ {line.draft.book})"
