"""The account of some days, read from the database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from mailbridge.mail.delivery import Fate
from mailbridge.registry.deliveries import has_case, read_undecided
from mailbridge.registry.equation import DoorAccount, Equation, InSpool, sort_undecided
from mailbridge.registry.serials import Gap
from mailbridge.registry.tables import delivery

_MOST_DOUBLED = 1000
"""Doubled mails that are named; where there are more, a spool was set up anew, and the first ones say so."""


def read_equation(connection: Connection, first: date, last: date, spool: InSpool, before: datetime) -> Equation:
    """
    Read the account of these days, both included.

    Args:
        spool: What lay in the spool before `connection` began its transaction.
        before: Gaps and mails that are nowhere count as lost when they are older than this moment.
    """
    within = delivery.c.day.between(first, last)
    gaps = _gaps(connection, within)
    undecided = sort_undecided(read_undecided(connection, first, last), spool, before)
    return Equation(
        first=first,
        last=last,
        doors=_doors(connection, within),
        serials=connection.execute(
            select(func.count()).select_from(
                select(delivery.c.writer, delivery.c.serial).where(within).distinct().subquery()
            )
        ).scalar_one(),
        under_way=sum(gap.size for gap in gaps if gap.since >= before),
        gaps=tuple(gap for gap in gaps if gap.since < before),
        doubled=_doubled(connection, within),
        decided=_count(connection, within, delivery.c.fate == Fate.DELIVERED.value, has_case()),
        waiting=undecided.waiting,
        aside=undecided.aside,
        young=undecided.young,
        unexplained=undecided.unexplained,
        held_decided=_count(connection, within, delivery.c.fate == Fate.HELD.value, has_case()),
    )


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(delivery).where(*conditions)).scalar_one()


def _doors(connection: Connection, within: ColumnElement[bool]) -> tuple[DoorAccount, ...]:
    query = (
        select(delivery.c.door, delivery.c.fate, func.count()).where(within).group_by(delivery.c.door, delivery.c.fate)
    )
    counted: dict[str, dict[str, int]] = {}
    for door, fate, count in connection.execute(query):
        counted.setdefault(door, {})[Fate(fate).value] = count
    return tuple(DoorAccount(door=door, **counted[door]) for door in sorted(counted))


def _gaps(connection: Connection, within: ColumnElement[bool]) -> tuple[Gap, ...]:
    earlier = delivery.alias("earlier")
    highest = select(func.max(earlier.c.serial)).where(
        earlier.c.writer == delivery.c.writer, earlier.c.serial < delivery.c.serial
    )
    before = func.coalesce(highest.scalar_subquery(), 0)
    ranked = (
        select(delivery.c.writer, delivery.c.serial, delivery.c.ended_at, before.label("before"))
        .where(within)
        .subquery()
    )
    query = select(ranked).where(ranked.c.serial > ranked.c.before + 1).order_by(ranked.c.writer, ranked.c.serial)
    found: dict[tuple[str, int], Gap] = {}
    for writer, serial, ended_at, below in connection.execute(query):
        # Two mails under one serial have the same gap before them.
        found.setdefault((writer, serial), Gap(writer=writer, first=below + 1, last=serial - 1, since=ended_at))
    return tuple(found.values())


def _doubled(connection: Connection, within: ColumnElement[bool]) -> tuple[str, ...]:
    twin: Any = delivery.alias("twin")
    same_serial = (twin.c.writer == delivery.c.writer) & (twin.c.serial == delivery.c.serial)
    other = or_(twin.c.writer != delivery.c.writer, twin.c.serial != delivery.c.serial)
    under_one_serial = select(twin.c.mail_id).where(same_serial, twin.c.mail_id != delivery.c.mail_id).exists()
    told_twice = select(twin.c.mail_id).where(twin.c.mail_id == delivery.c.mail_id, other).exists()
    query = select(delivery.c.mail_id).where(within, or_(under_one_serial, told_twice)).distinct()
    return tuple(connection.execute(query.order_by(delivery.c.mail_id).limit(_MOST_DOUBLED)).scalars())
