"""`mailbridge trace WHAT`: the time line of a mail."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, say_word, utc

if TYPE_CHECKING:
    from mailbridge.registry.entry import Event

_MAIL = Column(head="Mail", whole=True)
_COLUMNS = (Column(head="Time", whole=True), Column(head="What", whole=True), Column(head="Detail"))


@click.command("trace")
@click.argument("what")
@as_json_option
@with_session
def command(session: Session, what: str, as_json: bool) -> int:
    """
    Show what happened to the mails called WHAT, in order of time.

    WHAT is the id of a mail or an entry, an arrival number (12 or 12/2026), a symbol (15/QĐ-SNV), a Message-ID, an
    address, the SHA-256 of a mail or a file, or a day of arrival (31/12/2026).
    """
    from mailbridge.cli.ledger import open_books

    with open_books(session) as books:
        events = books.trace(what)
    if as_json:
        print_json(map(_object, events))
    elif events and sys.stdout.isatty():
        _print_by_mail(session.lang(), events)
    else:
        print_table(
            session.lang(), (_MAIL, *_COLUMNS), ((event.mail_id, *_row(event, session.lang())) for event in events)
        )
    return 0 if events else ANSWER_NO


def _print_by_mail(language: str, events: Sequence[Event]) -> None:
    """Print a table a mail: the id is long, and whoever looks at a terminal follows one mail after the other."""
    for mail_id in dict.fromkeys(event.mail_id for event in events):
        click.echo(f"\n{say(language, 'Mail')} {mail_id}\n" if mail_id else "")
        print_table(language, _COLUMNS, (_row(event, language) for event in events if event.mail_id == mail_id))


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
