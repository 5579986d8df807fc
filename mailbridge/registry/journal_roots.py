"""
Roots: the end of each chain as it was when a day was over, small enough to be stamped, printed or kept elsewhere.

Whoever rewrites a chain from some day on, with all its hashes, has to rewrite the roots too, and cannot rewrite what an
authority stamped or what another house keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, Engine, func, select

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM, local_day
from mailbridge.registry.journal import add
from mailbridge.registry.journal_links import Cause
from mailbridge.registry.tables import journal, journal_head, root, root_stamp


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """
    Links `first` to `last` of an agency's chain, both included; `hash` is that of the last.

    `day` is the one in Vietnam whose end, or whose closing, it was made for.
    """

    agency: str
    day: date
    first: int
    last: int
    hash: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What a timestamping authority signed over a root: a DER-encoded token of RFC 3161."""

    agency: str
    last: int
    made_at: datetime
    url: str
    token: bytes


def statement_of(root: Root) -> bytes:
    """Write down what is stamped: six lines, joined by line feeds."""
    lines = ("mailbridge root 1", root.agency, root.day.isoformat(), str(root.first), str(root.last), root.hash)
    return "\n".join(lines).encode()


def make_root(connection: Connection, agency: str, day: date, *, now: datetime | None = None) -> Root | None:
    """
    Write the root of a day, or of what there is of it: all links of an agency that no root has yet, up to its end.

    Idempotent: two that make it at once make one.

    Returns:
        None when no link of that day or before is without a root, apart from those of roots themselves.
    """
    before = connection.execute(select(func.max(root.c.last)).where(root.c.agency == agency)).scalar_one() or 0
    end = datetime.combine(day + timedelta(days=1), time.min, VIETNAM)
    here = (journal.c.agency == agency, journal.c.sequence > before, journal.c.at < end)
    newest = select(journal.c.sequence, journal.c.hash).where(*here).order_by(journal.c.sequence.desc()).limit(1)
    found = connection.execute(newest).first()
    # A root is named in a link itself: made of such links alone, there would be one every day for ever.
    said = select(journal.c.id).where(*here, journal.c.cause != Cause.ROOT.value).limit(1)
    if found is None or connection.execute(said).first() is None:
        return None
    made_at = now or datetime.now(UTC)
    made = Root(agency=agency, day=day, first=before + 1, last=found[0], hash=found[1], made_at=made_at)
    return made if add(connection, agency, root, asdict(made), "agency", "last", cause=Cause.ROOT) else None


def make_due_roots(engine: Engine, now: datetime) -> int:
    """Write the roots of all days that are over, chain by chain, and return how many; raises `Unavailable`."""
    count = 0
    with reaching_database(), reading(engine).begin() as connection:
        agencies = connection.execute(select(journal_head.c.agency)).scalars().all()
    for agency in agencies:
        while (day := _next_day(engine, agency, local_day(now))) is not None:
            with reaching_database(), engine.begin() as connection:
                count += make_root(connection, agency, day, now=now) is not None
    return count


def _next_day(engine: Engine, agency: str, today: date) -> date | None:
    """Return the day of the oldest link without a root that a root can be made for; None: all of them have one."""
    last = select(func.coalesce(func.max(root.c.last), 0)).where(root.c.agency == agency).scalar_subquery()
    query = (
        select(journal.c.at)
        .where(journal.c.agency == agency, journal.c.sequence > last, journal.c.cause != Cause.ROOT.value)
        .order_by(journal.c.sequence)
        .limit(1)
    )
    with reaching_database(), reading(engine).begin() as connection:
        at = connection.execute(query).scalar_one_or_none()
    return local_day(at) if at is not None and local_day(at) < today else None


def roots_of(connection: Connection, agency: str | None = None, since: date | None = None) -> Iterator[Root]:
    """List roots in the order of their days."""
    query = select(root).order_by(root.c.day, root.c.agency, root.c.last)
    if agency is not None:
        query = query.where(root.c.agency == agency)
    if since is not None:
        query = query.where(root.c.day >= since)
    for row in connection.execute(query).mappings():
        yield Root(**row)


def unstamped(connection: Connection) -> list[Root]:
    """List the newest root of each chain where no authority has stamped it: it speaks for all before it."""
    newest = select(root.c.agency, func.max(root.c.last).label("last")).group_by(root.c.agency).subquery()
    is_newest = (root.c.agency == newest.c.agency) & (root.c.last == newest.c.last)
    has_stamp = (root_stamp.c.agency == root.c.agency) & (root_stamp.c.last == root.c.last)
    query = select(root).join(newest, is_newest).outerjoin(root_stamp, has_stamp)
    query = query.where(root_stamp.c.agency.is_(None)).order_by(root.c.agency)
    return [Root(**row) for row in connection.execute(query).mappings()]


def add_stamp(connection: Connection, stamp: Stamp) -> bool:
    """Keep a stamp; False when the root has one already."""
    return add(connection, stamp.agency, root_stamp, asdict(stamp), "agency", "last", cause=Cause.ROOT)


def stamps_of(connection: Connection, agency: str | None = None) -> Iterator[Stamp]:
    """List the stamps in the order of their roots."""
    query = select(root_stamp).order_by(root_stamp.c.agency, root_stamp.c.last)
    if agency is not None:
        query = query.where(root_stamp.c.agency == agency)
    for row in connection.execute(query).mappings():
        yield Stamp(**{**row, "token": bytes(row["token"])})
