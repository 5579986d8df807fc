"""`mailbridge trace WHAT`: the time line of a mail."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.account import account_lines, account_object
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, say_word, utc

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.entry import Event
    from mailbridge.registry.equation import Equation

_MAIL = Column(head="Mail", whole=True)
_COLUMNS = (Column(head="Time", whole=True), Column(head="What", whole=True), Column(head="Detail"))


@click.command("trace")
@click.argument("what")
@as_json_option
@with_session
def command(session: Session, what: str, as_json: bool) -> int:
    """
    Show what happened to the mails called WHAT, in order of time.

    WHAT is the id of a mail or an entry, the queue id of the next hop, an arrival number (12 or 12/2026), a symbol
    (15/QĐ-SNV), a Message-ID, an address, the SHA-256 of a mail or a file, or a day of arrival (31/12/2026), on top of
    which stands the account of its deliveries. Each verdict on a mail that is kept stands there with what was new.
    """
    from mailbridge.cli.ledger import in_spool, open_ledger
    from mailbridge.cli.verdict_words import verdict_events
    from mailbridge.registry.books import Books
    from mailbridge.registry.days import read_day
    from mailbridge.registry.verdicts import SqlVerdicts

    day = read_day(what.strip())
    spool = in_spool(session.settings()) if day else None
    with open_ledger(session) as engine:
        books = Books(engine)
        told = verdict_events(SqlVerdicts(engine).called(what), session.lang())
        events = sorted((*books.trace(what), *told), key=lambda each: each.at)
        events = sorted((*events, *_readings(engine, events)), key=lambda each: each.at)
        account = books.equation(day, now=datetime.now(UTC), spool=spool) if day and spool else None
    if as_json:
        print_json([_account_event(account)] if account else [])
        print_json(map(_object, events))
    else:
        if account:
            click.echo("\n".join(account_lines(session.lang(), account)) + "\n")
        _print(session.lang(), events)
    return 0 if events else ANSWER_NO


def _readings(engine: Engine, events: Sequence[Event]) -> list[Event]:
    """Tell who read the entries and mails that the events are about."""
    from mailbridge.registry.entry import Event
    from mailbridge.registry.readings import readings_of

    entry_ids = sorted({each.entry_id for each in events if each.entry_id})
    mail_ids = sorted({each.mail_id for each in events if each.mail_id})
    return [
        Event(
            at=each.at,
            mail_id=each.mail_id or "",
            entry_id=each.entry_id,
            actor=each.reader,
            what="read",
            detail=f"{each.reader}, {each.via}",
        )
        for each in readings_of(engine, entry_ids=entry_ids, mail_ids=mail_ids)
    ]


def _print(language: str, events: Sequence[Event]) -> None:
    if events and sys.stdout.isatty():
        _print_by_mail(language, events)
    else:
        print_table(language, (_MAIL, *_COLUMNS), ((event.mail_id, *_row(event, language)) for event in events))


def _print_by_mail(language: str, events: Sequence[Event]) -> None:
    """Print a table a mail: the id is long, and whoever looks at a terminal follows one mail after the other."""
    for mail_id in dict.fromkeys(event.mail_id for event in events):
        click.echo(f"\n{say(language, 'Mail')} {mail_id}\n" if mail_id else "")
        print_table(language, _COLUMNS, (_row(event, language) for event in events if event.mail_id == mail_id))


def _account_event(account: Equation) -> dict[str, object]:
    """Return the account in the form of an event, with all of it under one more key."""
    said = "\n".join(account_lines("en", account))
    bare = {"at": None, "mail_id": None, "entry_id": None, "actor": "mailbridge", "what": "account", "detail": said}
    return bare | {"account": account_object(account)}


def _object(event: Event) -> dict[str, object]:
    return {
        "at": utc(event.at),
        "mail_id": event.mail_id,
        "entry_id": event.entry_id,
        "actor": event.actor,
        "what": event.what,
        "detail": event.detail,
    }


def _row(event: Event, language: str) -> tuple[str, str, str]:
    return local_time(event.at), say_word(language, "event", event.what), event.detail
