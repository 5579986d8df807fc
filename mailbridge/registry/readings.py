"""Who read what is kept: a line of the book, or a mail of the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, exc, or_, select

from mailbridge.errors import Unavailable
from mailbridge.registry.database import reaching_database
from mailbridge.registry.database import reading as only_reading
from mailbridge.registry.journal import add
from mailbridge.registry.tables import reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Somebody read an entry, a mail, or both; `reader` as the way knows him, `via` is "cli", "mail" or "web"."""

    at: datetime
    agency: str
    reader: str
    via: str
    entry_id: str | None = None
    mail_id: str | None = None


def note_readings(engine: Engine, readings: Sequence[Reading]) -> str | None:
    """
    Write down who read what, all or none.

    Nobody is kept from reading by a database that takes no rows: a copy for inspectors, a role that may only read.

    Returns:
        None; or why it could not be written down.
    """
    try:
        with reaching_database(), engine.begin() as connection:
            for each in readings:
                add(connection, each.agency, reading, asdict(each))
    except Unavailable as error:
        return error.detail
    except exc.DBAPIError as error:  # PostgreSQL: insufficient_privilege
        return str(error.orig)
    return None


def readings_of(engine: Engine, *, entry_ids: Sequence[str] = (), mail_ids: Sequence[str] = ()) -> tuple[Reading, ...]:
    """List who read these entries and mails, in order; raises `Unavailable`."""
    about = or_(reading.c.entry_id.in_(entry_ids), reading.c.mail_id.in_(mail_ids))
    query = select(reading).where(about).order_by(reading.c.id)
    with reaching_database(), only_reading(engine).begin() as connection:
        rows = connection.execute(query).mappings()
        return tuple(Reading(**{name: row[name] for name in Reading.__slots__}) for row in rows)
