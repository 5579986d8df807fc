"""
Further copies of a document that is in the book: by mail, in an edXML packet, on paper. No second number is given.

The document has one line for all its roads (NĐ 30/2020/NĐ-CP, Điều 22 khoản 2: one series for paper and electronic);
the links tell each copy with its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.closings import check_open, open_for_mail
from mailbridge.registry.corrections_fields import WrongValue
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import PAPER_AWAITED, Channel, EntryStatus, RegisterEntry, local_day
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links import Link, LinkKind, standing_links
from mailbridge.registry.links_rows import add_link, links_of, may_change, refuse_change
from mailbridge.registry.rows import Author, entry_of, select_entries
from mailbridge.registry.states import lock_entries, restate, tell, with_remark
from mailbridge.registry.tables import entry, entry_version

_PAPER_CAME = "Đã nhận bản giấy ngày {day:%d/%m/%Y}"
_SIGNED_CAME = "Đã nhận bản ký số ngày {day:%d/%m/%Y}"
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """
    A copy that came by mail.

    `signed`: it is the version signed by person and organisation that was to follow, so that no paper is awaited.
    """

    mail_id: str
    arrived_at: datetime
    channel: Channel = Channel.MAIL
    document_sha256: str | None = None
    signed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """An entry after a copy was joined with it, and the link."""

    entry: RegisterEntry
    link: Link


class SqlCopies:
    """Copies on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def join_paper(self, entry_id: str, arrived_at: datetime, *, by: str, why: str = "") -> Joined:
        """
        Join paper with the entry of its electronic copy: the link has its day, the remarks too.

        Raises:
            WrongValue: The paper came after now, or paper is there already.
            EntryEnded: The entry stands for no document any more.
            EntryFrozen: Its issuer asks to take it back.
            PeriodClosed: Its year is closed.
            LookupError: There is no such entry.
        """
        author = Author(by.strip(), self._clock(), " ".join(why.split()) or "bản giấy")
        if arrived_at > author.at:
            raise WrongValue("the document cannot have arrived after now")
        with reaching_database(), self._engine.begin() as connection:
            (line,) = lock_entries(connection, (entry_id,))
            refuse_change(connection, line)
            if has_paper(line, links_of(connection, (line.id,))):
                raise WrongValue("the paper of this entry is there already")
            check_open(connection, line, ("note",))
            remark = _PAPER_CAME.format(day=local_day(arrived_at))
            return _joined(connection, line, LinkKind.PAPER_COPY, author, remark, channel=Channel.PAPER, at=arrived_at)

    def join_mail(self, entry_id: str, copy: Copy, *, by: str, why: str) -> Joined:
        """Join the document of a mail with an entry, see `join_mail`."""
        author = Author(by.strip(), self._clock(), " ".join(why.split()))
        with reaching_database(), self._engine.begin() as connection:
            return join_mail(connection, entry_id, copy, author)

    def awaiting_paper(
        self, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> Iterator[RegisterEntry]:
        """
        List the entries of which paper or a signed version is to follow and has not come, oldest first (T2).

        What they wait for stands in their remarks; a clerk who takes it out of them ends the waiting, too.
        """
        query = select_entries().where(
            entry_version.c.note.contains(PAPER_AWAITED),
            entry_version.c.status.in_([each.value for each in EntryStatus if each.stands]),
            entry_version.c.channel != Channel.PAPER.value,
        )
        asked = ((entry.c.agency, agency), (entry.c.book, book), (entry.c.year, year))
        query = query.where(*(column == value for column, value in asked if value is not None))
        ordered = query.order_by(entry.c.arrived_at, entry.c.agency, entry.c.book, entry.c.number)
        with reaching_database(), reading(self._engine).begin() as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(ordered).mappings()
            for some in rows.partitions(_AT_ONCE):
                lines = [entry_of(row) for row in some]
                links = links_of(connection, [each.id for each in lines])
                yield from (each for each in lines if not has_original(each, links))


def join_mail(connection: Connection, entry_id: str, copy: Copy, author: Author) -> Joined:
    """
    Join the document of a mail with an entry, in a transaction of the caller: it came again, by this road, that day.

    Whoever sends this file again is told the number of the entry. A copy that is no news (the same mail) is joined
    once. The remarks change only when the signed version came that was to follow, which opens a closed year; an entry
    that nobody may change says no more than it did.

    Raises:
        LookupError: There is no such entry.
    """
    (line,) = lock_entries(connection, (entry_id,))
    for known in standing_links(links_of(connection, (line.id,))):
        if known.kind is LinkKind.CHANNEL and known.mail_id == copy.mail_id:
            return Joined(entry=line, link=known)
    remark = None
    # A mail is never refused, whatever became of the entry and of its year.
    if copy.signed and PAPER_AWAITED in (line.draft.note or "") and may_change(connection, line):
        remark = _SIGNED_CAME.format(day=local_day(copy.arrived_at))
        open_for_mail(connection, line, f"{remark}: số đến {line.shown_number}", at=author.at, fields=("note",))
    return _joined(
        connection,
        line,
        LinkKind.CHANNEL,
        author,
        remark,
        channel=copy.channel,
        at=copy.arrived_at,
        mail_id=copy.mail_id,
        document_sha256=copy.document_sha256,
    )


def _joined(
    connection: Connection,
    line: RegisterEntry,
    kind: LinkKind,
    author: Author,
    remark: str | None,
    *,
    channel: Channel,
    at: datetime,
    mail_id: str | None = None,
    document_sha256: str | None = None,
) -> Joined:
    made = Link(
        agency=line.draft.agency,
        kind=kind,
        entry_id=line.id,
        mail_id=mail_id,
        document_sha256=document_sha256,
        channel=channel,
        arrived_at=at,
        remark=remark,
        written_by=author.by,
        written_at=author.at,
        why=author.why,
    )
    link = add_link(connection, made)
    said = f"{channel.value}, {local_day(at):%d/%m/%Y}"
    if remark is None:
        tell(connection, line, author, Happening.JOINED, said)
        return Joined(entry=line, link=link)
    note = with_remark(line.draft.note, remark)
    newer = restate(connection, line, author, Happening.JOINED, status=line.status, note=note, said=said)
    return Joined(entry=newer, link=link)


def has_paper(line: RegisterEntry, links: tuple[Link, ...]) -> bool:
    """Say whether paper of an entry is there, among links that may name other entries too."""
    own = (each for each in standing_links(links) if each.entry_id == line.id)
    return line.draft.channel is Channel.PAPER or any(each.kind is LinkKind.PAPER_COPY for each in own)


def has_original(line: RegisterEntry, links: tuple[Link, ...]) -> bool:
    """Say whether paper came, or the signed version in its place."""
    own = (each for each in standing_links(links) if each.entry_id == line.id)
    signed = any(each.kind is LinkKind.CHANNEL and each.remark is not None for each in own)
    return signed or has_paper(line, links)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One road on which a document came, and when; `mail_id` is None of paper."""

    channel: Channel
    arrived_at: datetime
    mail_id: str | None = None
    link_id: int | None = None


def arrivals(line: RegisterEntry, links: tuple[Link, ...]) -> tuple[Arrival, ...]:
    """Tell every copy of a document, the one that was entered first (F6: mail, axis and paper in one entry)."""
    first = Arrival(channel=line.draft.channel, arrived_at=line.arrived_at, mail_id=line.draft.mail_id or None)
    own = (each for each in standing_links(links) if each.entry_id == line.id)
    later = (
        Arrival(channel=each.channel, arrived_at=each.arrived_at, mail_id=each.mail_id, link_id=each.id)
        for each in own
        if each.channel is not None and each.arrived_at is not None
    )
    return (first, *later)
