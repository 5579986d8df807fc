"""`mailbridge register assign|send-back|submit|start|done|answered|undo`: what becomes of an entered document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailbridge.cli.moments import the_day
from mailbridge.cli.register_choice import narrowing, signed, the_entry
from mailbridge.cli.register_desk_done import Who, at_desk, no_reason, show_done
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from mailbridge.desk.desk import Share
    from mailbridge.registry.entry import RegisterEntry


@click.command("assign")
@click.argument("what")
@click.option("--lead", metavar="UNIT", help="Who leads: name, id or initials of a unit.")
@click.option("--with", "cooperating", multiple=True, metavar="UNIT[=DAY]", help="Who helps; may be given often.")
@click.option("--due", metavar="DAY", help="Day by which it must be settled, 31/12/2026.")
@click.option("--direction", metavar="TEXT", help="What the head wrote.")
@click.option("--why", default="", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def assign(
    session: Session,
    what: str,
    lead: str | None,
    cooperating: tuple[str, ...],
    due: str | None,
    direction: str | None,
    why: str,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Hand the document of the entry WHAT over: `register assign 12/2026 --lead P.TCHC --with VP=28/11/2026`.

    The units are told by mail, each with its own deadline.
    """
    from mailbridge.desk.desk import Via

    until = the_day(session, due) if due else None
    shares = [_share(session, each) for each in cooperating]
    with at_desk(session, by) as (desk, who):
        line = _line(session, who, what, agency, book, year)
        done = desk.assign(
            line.id,
            lead=lead,
            cooperating=shares,
            due=until,
            direction=direction,
            by=who.name,
            via=Via.CLI,
            why=why,
        )
    return show_done(session, done, as_json=as_json)


@click.command("send-back")
@click.argument("what")
@click.option("--why", help="Why it is not for this unit.")
@signed
@narrowing
@as_json_option
@with_session
def send_back(
    session: Session,
    what: str,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """Give the document of the entry WHAT, which went to the wrong unit, back to the clerks."""
    from mailbridge.desk.desk import Via

    if not (why or "").strip():
        raise no_reason(session)
    with at_desk(session, by) as (desk, who):
        line = _line(session, who, what, agency, book, year)
        done = desk.send_back(line.id, by=who.name, via=Via.CLI, why=why or "")
    return show_done(session, done, as_json=as_json)


@click.command("done")
@click.argument("what")
@click.option(
    "--state",
    type=click.Choice(["submitted", "started", "done"]),
    default="done",
    show_default=True,
    help="How far it has come: laid before the head, begun, done.",
)
@click.option("--answer", metavar="SYMBOL", help="Number of our own document that answers it; then it is done.")
@click.option("--answer-date", metavar="DAY", help="Day of our answer; today without it.")
@click.option("--why", default="", help="A remark, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def done(
    session: Session,
    what: str,
    state: str,
    answer: str | None,
    answer_date: str | None,
    why: str,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """Say that the document of the entry WHAT is done, or how far it has come, or by what it was answered."""
    from datetime import UTC, datetime

    from mailbridge.desk.desk import Did, Via
    from mailbridge.registry.entry import local_day

    day = the_day(session, answer_date) if answer_date else local_day(datetime.now(UTC))
    with at_desk(session, by) as (desk, who):
        line = _line(session, who, what, agency, book, year)
        if answer is not None:
            result = desk.answered(line.id, answer, day, by=who.name, via=Via.CLI, why=why)
        else:
            result = desk.progress(line.id, Did(state), by=who.name, via=Via.CLI, why=why)
    return show_done(session, result, as_json=as_json)


@click.command("undo")
@click.argument("act", required=False)
@click.option("--last", is_flag=True, help="What was done last in the agency, by --by when that is given.")
@click.option("--agency", metavar="ID", help="Only this agency.")
@click.option("--why", default="", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def undo(
    session: Session, act: str | None, last: bool, agency: str | None, why: str, by: str | None, as_json: bool
) -> int:
    """
    Take back the ACT that a verb named when it was done, as long as nothing came after it.

    Nothing is deleted: an entry is voided or says again what it said before, and a mail waits again.
    """
    from mailbridge.cli.register_paper import chosen_agency
    from mailbridge.desk.desk import Via

    if (act is None) != last:
        raise click.UsageError(say(session.lang(), "name an act, or say --last"))
    of = chosen_agency(session, session.settings(), agency) if last else ""
    with at_desk(session, by) as (desk, who):
        wanted = act or desk.last_act(of, by).id
        result = desk.undo(wanted, by=who.name, via=Via.CLI, why=why)
    return show_done(session, result, as_json=as_json)


def _line(
    session: Session, who: Who, what: str, agency: str | None, book: str | None, year: int | None
) -> RegisterEntry:
    from mailbridge.registry.books import Books

    found = the_entry(session, Books(who.engine), what, agency=agency, book=book, year=year)
    if found is None:
        raise click.exceptions.Exit(ANSWER_NO)
    return found


def _share(session: Session, text: str) -> Share:
    from mailbridge.desk.desk import Share

    name, equals, day = text.partition("=")
    return Share(name=name, due=the_day(session, day) if equals else None)
