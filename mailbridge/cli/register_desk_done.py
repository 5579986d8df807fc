"""The desk as the command line opens it, and how it shows what was done there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register import entry_object
from mailbridge.cli.register_changes import change_lines, change_objects
from mailbridge.cli.register_choice import person, refusing, warn_of_length
from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.desk.answers import Done
    from mailbridge.desk.desk import Desk
    from mailbridge.registry.acts import Act


@dataclass(frozen=True, slots=True)
class Who:
    """Who sits at the terminal, and the database before him."""

    name: str
    engine: Engine


@contextmanager
def at_desk(session: Session, by: str | None = None) -> Iterator[tuple[Desk, Who]]:
    """Open the desk; what it refuses is said on stderr, and the exit status is 1."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.desk.answers import Refused
    from mailbridge.wiring.books import declare_books
    from mailbridge.wiring.desk import desk_of

    settings = session.settings()
    with open_ledger(session) as engine, refusing(session):
        declare_books(engine, settings)
        try:
            yield desk_of(settings, engine), Who(person(by), engine)
        except Refused as refused:
            if refused.code == "wrong-value":
                raise click.UsageError(visible(refused.said(session.lang()))) from refused
            click.echo(visible(refused.said(session.lang())), err=True)
            raise click.exceptions.Exit(ANSWER_NO) from refused


def no_reason(session: Session) -> click.UsageError:
    """Say that a reason is missing."""
    return click.UsageError(say(session.lang(), "a change needs its reason: --why"))


def show_done(session: Session, done: Done, *, as_json: bool) -> int:
    """Say what was done: entry by entry, field by field, and how it is taken back."""
    if as_json:
        print_json([done_object(done)])
        return 0
    language = session.lang()
    if not done.act_id:
        click.echo(say(language, "it says so already; nothing was written"))
        return 0
    numbers = ", ".join(f"{each.shown_number}/{each.year}" for each in done.entries)
    what = say(language, f"did/{done.what.value}")
    told = say(language, "number {number}: {what}", number=numbers, what=what) if numbers else what
    click.echo(visible(f"{told}"))
    for line in change_lines(language, done.changes):
        click.echo(line)
    for line in remark_lines(language, done):
        click.echo(line)
    if done.entry is not None:
        warn_of_length(session, done.entry)
    return 0


def remark_lines(language: str, done: Done) -> Iterator[str]:
    """Yield what the person should know besides, and how the act is taken back."""
    for remark in done.remarks:
        yield visible(remark.said(language))
    if done.act_id and done.what.value != "undone":
        yield say(language, "to undo: mailbridge register undo {act}", act=done.undo)


def act_lines(acts: Sequence[Act], language: str) -> Iterator[str]:
    """Yield what people did, a line each; what was taken back says so, and the taking back has a line of its own."""
    undone = {each.undoes: each for each in acts if each.undoes}
    for each in acts:
        what = say(language, f"did/{each.what.value}")
        told = f"{local_time(each.written_at)}, {each.written_by} ({each.via.value}): {what}"
        told += f": {each.why}" if each.why else ""
        back = undone.get(each.id)
        if back is None:
            yield f"{told} [{each.id}]"
            continue
        facts = {"who": back.written_by, "when": local_time(back.written_at)}
        yield f"{told} ({say(language, 'undone by {who}, {when}', **facts)})"


def act_object(act: Act) -> dict[str, object]:
    """Return an act for programs."""
    return {
        "act": act.id,
        "what": act.what.value,
        "by": act.written_by,
        "at": utc(act.written_at),
        "via": act.via.value,
        "why": act.why,
        "undoes": act.undoes,
    }


def done_object(done: Done) -> dict[str, object]:
    """Return what was done for programs."""
    return {
        "act": done.act_id or None,
        "what": done.what.value,
        "mail_id": done.mail_id or None,
        "entries": [{**entry_object(each), "id": each.id, "version": each.version} for each in done.entries],
        "changes": change_objects(done.changes),
        "remarks": [{"vi": each.vi, "en": each.en} for each in done.remarks],
    }
