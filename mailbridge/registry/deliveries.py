"""
The ledger of deliveries in the database: one row for each mail whose content was complete, whatever became of it.

Nothing private is in it. A row is written before anybody has read the mail, so it holds what may be known of private
mail too: when, how big, which fate. Of the next hop's words only the codes and the queue id are kept, since the rest
may name a mailbox, a Message-ID or a file; the full text stands in the case of a mail that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.registry.database import insert_into
from mailbridge.registry.entry import local_day
from mailbridge.registry.journal import OF_NOBODY, note
from mailbridge.registry.serials import Gap, WriterSerials
from mailbridge.registry.tables import delivery, mail_case

# RFC 5321 §4.2 and RFC 3463 §2: "250", "250 2.1.5", "554-5.7.1".
_CODES = re.compile(r"([2-5][0-9]{2})(?:[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.]))?(?![0-9])", re.ASCII)
_QUEUE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{2,62}[0-9A-Za-z]", re.ASCII)


def delivery_row(one: Delivery) -> dict[str, Any]:
    """Lay out a delivery for its table, without anything that the next hop may have said of a person."""
    return {
        "writer": one.writer,
        "serial": one.serial,
        "mail_id": one.mail_id,
        "door": one.door.value,
        "ended_at": one.ended_at,
        "day": local_day(one.ended_at),
        "fate": one.fate.value,
        "size": one.size,
        "reply": codes_of(one.reply),
        "queue_id": _plain_queue_id(one.queue_id),
    }


def codes_of(reply: str | None) -> str | None:
    """Return the reply code and the enhanced status code of a reply, such as "250 2.0.0"; None when it has none."""
    found = _CODES.match(reply or "")
    return " ".join(filter(None, found.groups())) if found else None


def _plain_queue_id(queue_id: str | None) -> str | None:
    """Return what looks like an id; "queued as <an@so.vn>" does not."""
    return queue_id if queue_id and _QUEUE_ID.fullmatch(queue_id) else None


def add_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> int:
    """Insert those that are not there yet, and return how many that were."""
    there = _there(connection, deliveries)
    rows = {(one.writer, one.serial, one.mail_id): one for one in deliveries}
    new = [delivery_row(one) for key, one in rows.items() if key not in there]
    if not new:
        return 0
    # On PostgreSQL another node may be telling the same at this moment: only what this one wrote is in its link.
    once = insert_into(connection.dialect.name, delivery).on_conflict_do_nothing()
    written = {tuple(row) for row in connection.execute(once.returning(*delivery.primary_key), new)}
    for row in new:
        key = (row["writer"], row["serial"], row["mail_id"])
        if key in written:
            note(connection, OF_NOBODY, delivery.name, list(key), row)
    return len(new)


def _there(connection: Connection, deliveries: Sequence[Delivery]) -> set[tuple[str, int, str]]:
    key = (delivery.c.writer, delivery.c.serial, delivery.c.mail_id)
    found: set[tuple[str, int, str]] = set()
    for writer in {one.writer for one in deliveries}:
        serials = [one.serial for one in deliveries if one.writer == writer]
        asked = select(*key).where(delivery.c.writer == writer, delivery.c.serial.in_(serials))
        found.update((row[0], row[1], row[2]) for row in connection.execute(asked))
    return found


def read_serials(connection: Connection) -> tuple[WriterSerials, ...]:
    """Tell which serials of each writer stand there; gaps are looked for only where the count says there are some."""
    counted = select(delivery.c.writer, func.max(delivery.c.serial), func.count(delivery.c.serial.distinct())).group_by(
        delivery.c.writer
    )
    return tuple(
        WriterSerials(writer=writer, highest=highest, gaps=_gaps_of(connection, writer) if count < highest else ())
        for writer, highest, count in connection.execute(counted.order_by(delivery.c.writer)).all()
    )


def _gaps_of(connection: Connection, writer: str) -> tuple[Gap, ...]:
    before = func.lag(delivery.c.serial, 1, 0).over(order_by=delivery.c.serial).label("before")
    ranked = select(delivery.c.serial, delivery.c.ended_at, before).where(delivery.c.writer == writer).subquery()
    query = select(ranked).where(ranked.c.serial > ranked.c.before + 1).order_by(ranked.c.serial)
    return tuple(
        Gap(writer=writer, first=before + 1, last=serial - 1, since=ended_at)
        for serial, ended_at, before in connection.execute(query)
    )


def read_undecided(connection: Connection, first: date, last: date) -> tuple[tuple[str, datetime], ...]:
    """List the delivered mails of these days (both included) that have no case, with the end of their delivery."""
    query = (
        select(delivery.c.mail_id, delivery.c.ended_at)
        .where(delivery.c.day.between(first, last), delivery.c.fate == Fate.DELIVERED.value, ~has_case())
        .order_by(delivery.c.ended_at, delivery.c.mail_id)
    )
    return tuple((mail_id, ended_at) for mail_id, ended_at in connection.execute(query))


def has_case() -> Any:
    """Return the condition that the mail of a row of `delivery` was walked to its end for somebody."""
    return exists().where(mail_case.c.mail_id == delivery.c.mail_id)


def deliveries_of(mails: Select[Any]) -> Select[Any]:
    """Select deliveries of these mails, with the next hop's words where a case has kept them."""
    words = select(func.max(mail_case.c.next_hop_reply)).where(mail_case.c.mail_id == delivery.c.mail_id)
    return select(delivery, words.scalar_subquery().label("words")).where(delivery.c.mail_id.in_(mails))
