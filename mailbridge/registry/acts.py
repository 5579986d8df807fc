"""
What people did with mails that waited and with entries: the table `act`, and by it what still waits.

Nothing is taken away: an act that was undone stays, and a later one names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, or_, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.happenings import WAITING_ACTIONS
from mailbridge.registry.journal import add
from mailbridge.registry.tables import act, mail_case


class Did(StrEnum):
    """Values of `Act.what`."""

    CONFIRMED = "confirmed"  # a mail that waited is in the book
    DISMISSED = "dismissed"  # it is no document
    RETURNED = "returned"
    JOINED = "joined"  # it is what an entry has already
    MERGED = "merged"  # an entry with another one
    CORRECTED = "corrected"
    VOIDED = "voided"
    ASSIGNED = "assigned"
    SENT_BACK = "sent-back"  # the unit says that it is not theirs
    SUBMITTED = "submitted"  # laid before the head
    STARTED = "started"
    ANSWERED = "answered"
    DONE = "done"
    UNDONE = "undone"


SETTLING = frozenset({Did.CONFIRMED, Did.DISMISSED, Did.RETURNED, Did.JOINED})
"""Acts after which a mail waits no more."""


class Via(StrEnum):
    """How a person said it."""

    MAIL = "mail"
    CLI = "cli"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """
    One thing that a person did.

    `id` is a UUIDv7. `mail_id` is "" where no mail is concerned. `before` and `after` are JSON texts that the desk
    reads again when it is undone. `undoes` is the act that this one takes back.
    """

    id: str
    agency: str
    what: Did
    written_by: str
    written_at: datetime
    via: Via
    why: str = ""
    mail_id: str = ""
    entry_id: str | None = None
    before: str = "{}"
    after: str = "{}"
    undoes: str | None = None


_FIELDS = tuple(each.name for each in fields(Act))
_UNDOING = act.alias("undoing")
_STANDS = ~exists().where(_UNDOING.c.undoes == act.c.id)
"""An act that nobody took back."""


def act_row(done: Act, turn: int | None) -> dict[str, object]:
    """Lay out an act for its table; `turn` counts the settlements of its mail, and is None for all other acts."""
    said = {name: getattr(done, name) for name in _FIELDS}
    return said | {
        "what": done.what.value,
        "via": done.via.value,
        "mail_id": done.mail_id or None,
        "turn": turn,
    }


def act_of(row: RowMapping) -> Act:
    """Read a row of `act`."""
    said = {name: row[name] for name in _FIELDS}
    return Act(**said | {"what": Did(row["what"]), "via": Via(row["via"]), "mail_id": row["mail_id"] or ""})


def add_act(connection: Connection, done: Act) -> dict[str, object]:
    """Write an act down and return its row; a mail that is settled already is refused by the database."""
    turn = None
    if done.what in SETTLING:
        earlier = select(func.max(act.c.turn)).where(act.c.mail_id == done.mail_id, act.c.agency == done.agency)
        turn = (connection.execute(earlier).scalar_one() or 0) + 1
    row = act_row(done, turn)
    add(connection, done.agency, act, row)
    return row


def find_act(connection: Connection, act_id: str) -> Act | None:
    """Look up an act by its id."""
    row = connection.execute(select(act).where(act.c.id == act_id)).mappings().one_or_none()
    return act_of(row) if row else None


def undone_by(connection: Connection, act_id: str) -> Act | None:
    """Return the act that took this one back."""
    row = connection.execute(select(act).where(act.c.undoes == act_id)).mappings().one_or_none()
    return act_of(row) if row else None


def settlement(connection: Connection, mail_id: str, agency: str) -> Act | None:
    """Return the act that settled a mail and was not taken back; None while it waits."""
    query = select(act).where(act.c.mail_id == mail_id, act.c.agency == agency, act.c.turn.is_not(None), _STANDS)
    row = connection.execute(query.order_by(act.c.turn.desc()).limit(1)).mappings().one_or_none()
    return act_of(row) if row else None


def settlements(connection: Connection, agency: str, mail_ids: Sequence[str]) -> dict[str, Did]:
    """Tell how mails were settled, by mail; those that wait, or never had to, are left out."""
    here = (act.c.agency == agency, act.c.mail_id.in_(mail_ids), act.c.turn.is_not(None), _STANDS)
    rows = connection.execute(select(act.c.mail_id, act.c.what).where(*here).order_by(act.c.turn))
    return {mail_id: Did(what) for mail_id, what in rows}


def acts_about(connection: Connection, *, mail_id: str = "", entry_ids: Sequence[str] = ()) -> tuple[Act, ...]:
    """List what people did with a mail or with entries, those of all agencies, in order."""
    about: list[ColumnElement[bool]] = [act.c.entry_id.in_(entry_ids)]
    if mail_id:
        about.append(act.c.mail_id == mail_id)
    query = select(act).where(or_(*about)).order_by(act.c.written_at, act.c.id)
    return tuple(map(act_of, connection.execute(query).mappings()))


def acts_told(engine: Engine, agency: str, *, mail_id: str = "", entry_id: str = "") -> tuple[Act, ...]:
    """List what people did in an agency with an entry and its mail, in order; raises `Unavailable`."""
    with reaching_database(), reading(engine).begin() as connection:
        found = acts_about(connection, mail_id=mail_id, entry_ids=[entry_id])
    return tuple(each for each in found if each.agency == agency and each.entry_id in (None, entry_id))


def hand_over(connection: Connection, entry_id: str) -> Act | None:
    """Return the act by which an entry was handed over last; None when it was not, or came back since."""
    here = (act.c.entry_id == entry_id, act.c.what.in_((Did.ASSIGNED.value, Did.SENT_BACK.value)), _STANDS)
    query = select(act).where(*here).order_by(act.c.written_at.desc(), act.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return act_of(row) if row and row["what"] == Did.ASSIGNED.value else None


def newest_act(connection: Connection, agency: str, by: str | None = None) -> Act | None:
    """Return what was done last in an agency, by anybody or by one person, and can still be taken back."""
    query = select(act).where(act.c.agency == agency, act.c.what != Did.UNDONE.value, _STANDS)
    if by is not None:
        query = query.where(act.c.written_by == by)
    row = connection.execute(query.order_by(act.c.written_at.desc(), act.c.id.desc()).limit(1)).mappings()
    found = row.one_or_none()
    return act_of(found) if found else None


def is_waiting() -> ColumnElement[bool]:
    """Say of a row of `mail_case` that a clerk has to settle it: held or a return proposed, and nobody did."""
    settled = exists().where(
        act.c.mail_id == mail_case.c.mail_id, act.c.agency == mail_case.c.agency, act.c.turn.is_not(None), _STANDS
    )
    return and_(mail_case.c.action.in_(WAITING_ACTIONS), mail_case.c.shadow.is_(False), ~settled)
