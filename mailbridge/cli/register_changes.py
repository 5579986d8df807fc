"""`mailbridge register correct|void`: what may happen to a line of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailbridge.cli.register import entry_object
from mailbridge.cli.register_choice import (
    narrowing,
    read_fields,
    reason,
    signed,
    the_entry,
    warn_of_length,
)
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbridge.registry.corrections_fields import Change
    from mailbridge.registry.entry import RegisterEntry


@click.command("correct")
@click.argument("what")
@click.argument("fields", nargs=-1, required=True)
@click.option("--why", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def correct(
    session: Session,
    what: str,
    fields: tuple[str, ...],
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Correct the entry WHAT: `register correct 12/2026 "trích yếu=Về việc họp" --why "đọc nhầm"`.

    FIELDS are words field=value, in Vietnamese or English; an empty value empties the field. Nothing is overwritten:
    the old value stays readable, with who changed it, when and why.
    """
    from mailbridge.cli.register_desk_done import at_desk, remark_lines
    from mailbridge.desk.desk import Via
    from mailbridge.registry.books import Books

    with at_desk(session, by) as (desk, who):
        values, why = read_fields(session, fields), reason(session, why)
        entry = the_entry(session, Books(who.engine), what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        if entry.status.value == "voided":
            return _is_voided(session, entry)
        done = desk.correct(entry.id, tuple(values.items()), by=who.name, via=Via.CLI, why=why)
    newer = done.entry or entry
    if as_json:
        changed = {"version": newer.version, "changes": change_objects(done.changes), "act": done.act_id or None}
        print_json([{**entry_object(newer), **changed}])
        return 0
    if not done.changes:
        click.echo(say(session.lang(), "it says so already; nothing was written"))
        return 0
    facts = {"number": f"{newer.shown_number}/{newer.year}", "version": newer.version}
    click.echo(say(session.lang(), "number {number} was corrected, version {version}", **facts))
    click.echo("\n".join((*change_lines(session.lang(), done.changes), *remark_lines(session.lang(), done))))
    warn_of_length(session, newer)
    return 0


@click.command("void")
@click.argument("what")
@click.option("--why", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def void(
    session: Session,
    what: str,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Void the entry WHAT: its line stays in the book, and its number is never given again.

    The document may be entered again, and gets a new number then.
    """
    from mailbridge.cli.register_desk_done import at_desk, remark_lines
    from mailbridge.desk.desk import Via
    from mailbridge.registry.books import Books

    with at_desk(session, by) as (desk, who):
        why = reason(session, why)
        entry = the_entry(session, Books(who.engine), what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        if entry.status.value == "voided":
            return _is_voided(session, entry)
        done = desk.void(entry.id, by=who.name, via=Via.CLI, why=why)
    voided = done.entry or entry
    if as_json:
        print_json([{**entry_object(voided), "version": voided.version, "act": done.act_id}])
    else:
        number = f"{voided.shown_number}/{voided.year}"
        told = say(session.lang(), "number {number} is voided; it is not given again", number=number)
        click.echo("\n".join((told, *remark_lines(session.lang(), done))))
    return 0


def _is_voided(session: Session, entry: RegisterEntry) -> int:
    number = f"{entry.shown_number}/{entry.year}"
    click.echo(say(session.lang(), "number {number} was voided before; nothing was written", number=number), err=True)
    return ANSWER_NO


def change_lines(language: str, changes: Iterable[Change]) -> list[str]:
    """Write each change in a line: the old value and the new one."""
    from mailbridge.registry.corrections_fields import shown

    empty = say(language, "(empty)")
    return [
        visible(f"  {each.field.title(language)}: {shown(each.old) or empty} → {shown(each.new) or empty}")
        for each in changes
    ]


def change_objects(changes: Iterable[Change]) -> list[dict[str, object]]:
    """Return changes for programs: `field`, `old`, `new`; days as 2026-12-31."""
    from datetime import date

    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    return [{"field": each.field.name, "old": plain(each.old), "new": plain(each.new)} for each in changes]
