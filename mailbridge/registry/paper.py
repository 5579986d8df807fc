"""Documents on paper, in the same series of numbers as those that come by mail (NĐ 30/2020/NĐ-CP, Điều 22 khoản 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mailbridge.registry.conflicts import LooksEntered
from mailbridge.registry.corrections_fields import NEEDED, Value, WrongValue, check_days, with_values
from mailbridge.registry.entry import Channel, DraftEntry, RegisterEntry, local_day
from mailbridge.registry.numbers_reserved import check_open_number
from mailbridge.registry.series import Place
from mailbridge.registry.store import SqlRegistry

_LATE = "Vào sổ muộn: {why}"
"""How the last column of the book justifies a number that stands behind those of later days."""


def missing(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Name the fields that a complete line needs and that are empty."""
    given = {name for name, value in values.items() if value is not None}
    if {"number", "notation"} <= given:
        given.add("symbol")
    return tuple(name for name in NEEDED if name not in given)


def enter_paper(
    registry: SqlRegistry,
    values: Mapping[str, Value],
    *,
    agency: str,
    book: str,
    arrived_at: datetime,
    now: datetime,
    by: str,
    why: str = "",
    force: bool = False,
    reserved: int | None = None,
) -> RegisterEntry:
    """
    Give a document on paper the next number of its book.

    Args:
        values: By names of `corrections_fields.FIELDS`.
        why: Needed for a document of an earlier day, which is told in the note, and with `force`.
        force: Enter it although fields are missing or it looks entered already.
        reserved: The number that was set apart for it, of the year of its arrival; it is stamped with that.

    Raises:
        NumberRefused: This number is not reserved, or has a line.
        LooksEntered: The agency has an entry with the same number, symbol and issuer.
        WrongValue: A needed field is empty, a day cannot be so, or a reason is missing.
        Unavailable: The database is gone.
    """
    why = " ".join(why.split())
    late = local_day(arrived_at) < local_day(now)
    if arrived_at > now:
        raise WrongValue("the document cannot have arrived after now")
    if force and not why:
        raise WrongValue("--force needs its reason: --why")
    if late and not why:
        raise WrongValue("a document of an earlier day needs the reason why it is entered late: --why")
    if (lacking := missing(values)) and not force:
        raise WrongValue("missing: {fields}", fields=", ".join(lacking))
    empty = DraftEntry(agency=agency, book=book, mail_id="", document_sha256="", channel=Channel.PAPER)
    draft = with_values(empty, values)
    if late:
        draft = replace(draft, note="; ".join(filter(None, (draft.note, _LATE.format(why=why)))))
    with registry.transaction() as current:
        place = None if reserved is None else Place(book, local_day(arrived_at).year, reserved)
        if place is not None:
            check_open_number(current.connection, agency, place)
        line = current.enter(draft, arrived_at, by=by, why=why or "entered", place=place)
        check_days(line, values)
        # Behind the number, whose counter is locked: two clerks with one letter do not both enter it.
        if not force and (twins := current.twins(line)):
            raise LooksEntered(twins)
        return line
