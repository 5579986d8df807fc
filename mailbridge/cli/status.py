"""`mailbridge status`: how the running program is, told by its processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, hanging, print_json, print_table
from mailbridge.cli.texts import local_time, say, visible
from mailbridge.errors import Misconfigured

if TYPE_CHECKING:
    from mailbridge.cli.overview import Overview
    from mailbridge.control.bypass import BypassState
    from mailbridge.control.status import ProcessStatus, SpoolStatus
    from mailbridge.settings.glance import Glance

_COLUMNS = (
    Column(head="Does", whole=True),
    Column(head="Process", whole=True, under="Does", labelled=True),
    Column(head="Since", whole=True),
    Column(head="Sessions", whole=True),
    Column(head="Taken today", whole=True),
    Column(head="Delivered", whole=True, under="Taken today", labelled=True),
    Column(head="Refused", whole=True, under="Taken today", labelled=True),
    Column(head="Note", under="Since"),
)

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@click.command("status")
@as_json_option
@with_session
def command(session: Session, as_json: bool) -> int:
    """
    Show every process, what waits, and whether something is wrong; exit status 1 then.

    Wrong is: nothing runs, a role of the configuration does not, the database is away, the ledger has a gap, or the
    configuration on the disk could not be read again.
    """
    from mailbridge.cli.overview import look

    try:
        settings = session.settings()
    except Misconfigured as error:
        overview = look(glance_of(session, error), error)
    else:
        overview = look(settings, None)
    if as_json:
        print_json([overview.as_object()])
    else:
        _show(session.lang(), overview)
    return ANSWER_NO if overview.troubles else 0


def glance_of(session: Session, error: Misconfigured) -> Glance:
    """Find the running program all the same, and speak its language; raises `error` where that cannot be done."""
    from mailbridge.settings.glance import glance

    try:
        seen = glance(session.settings_path())
    except Misconfigured:
        raise error from None
    session.language = session.language or seen.language
    return seen


def _show(language: str, overview: Overview) -> None:
    if overview.processes:
        print_table(language, _COLUMNS, (_row(language, each) for each in overview.processes))
        click.echo()
    lines = [(say(language, head), text) for head, text in _lines(language, overview)]
    width = max(len(head) for head, _ in lines)
    for head, text in lines:
        click.echo(hanging(f"{head:<{width}}  ", visible(text)))


def _row(language: str, process: ProcessStatus) -> tuple[str, ...]:
    doors = process.doors
    notes = []
    if process.ending:
        notes.append(say(language, "process {pid} ends", pid=process.pid))
    if process.child and process.child.restarts:
        notes.append(say(language, "restarts: {count}", count=process.child.restarts))
    counts = (
        (
            sum(door.sessions_now for door in doors),
            sum(door.today.taken for door in doors),
            sum(door.today.delivered for door in doors),
            sum(door.today.refused for door in doors),
        )
        if doors
        else ("", "", "", "")
    )
    return (
        ", ".join(process.roles),
        str(process.pid),
        local_time(process.since),
        *(str(count) for count in counts),
        "; ".join(notes),
    )


def _lines(language: str, overview: Overview) -> Iterator[tuple[str, str]]:
    yield "Bypass", _bypass(language, overview.bypass)
    if overview.shadow:
        yield "Shadow mode", say(language, "on: nothing is entered and no letter leaves")
    if overview.spool:
        yield "Waiting", _waiting(language, overview.spool)
        yield "Set aside", str(overview.spool.set_aside)
        yield "Answer unknown", str(overview.spool.unknown)
    if overview.ledger:
        if overview.ledger.letters_waiting is not None:
            yield "Letters waiting", str(overview.ledger.letters_waiting)
        if overview.ledger.held is not None:
            yield "Held for clerks", str(overview.ledger.held)
        states = {"ready": "ready", "away": "does not answer", "other-schema": "other schema"}
        yield "Database", say(language, states[overview.ledger.database.value])
        for name, problem in overview.ledger.mailboxes.items():
            yield "Mailbox", f"{name}: {problem or say(language, 'states are shown')}"
    if overview.trust:
        for name, days in overview.trust.ending.items():
            yield "Trust", say(language, "{name} ends within {days} days", name=name, days=days)
        if overview.trust.unfetched:
            addresses = ", ".join(overview.trust.unfetched)
            yield "Trust", say(language, "no list came from {addresses}", addresses=addresses)
    for trouble in overview.troubles:
        yield "Wrong", say(language, trouble.text, **trouble.facts)


def _bypass(language: str, state: BypassState | None) -> str:
    if state is None:
        return say(language, "off")
    text = say(language, "on: mail is passed on, and none is kept")
    if state.since is None:
        return text
    return f"{text} ({told_of(language, state)})"


def told_of(language: str, state: BypassState) -> str:
    """Say since when bypass is on, who did it and why."""
    facts = {
        "since": local_time(state.since) if state.since else "?",
        "who": state.who or "?",
        "reason": state.reason or say(language, "not given"),
    }
    return say(language, "since {since}, by {who}: {reason}", **facts)


def _waiting(language: str, spool: SpoolStatus) -> str:
    if not spool.waiting or spool.oldest_seconds is None:
        return say(language, "none")
    return say(language, "{count}, the oldest for {age}", count=spool.waiting, age=_age(language, spool.oldest_seconds))


def _age(language: str, seconds: float) -> str:
    for unit, text in ((_DAY, "{count} days"), (_HOUR, "{count} h"), (_MINUTE, "{count} min")):
        if seconds >= 2 * unit:
            return say(language, text, count=int(seconds // unit))
    return say(language, "{count} s", count=int(seconds))
