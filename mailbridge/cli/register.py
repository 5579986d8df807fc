"""`mailbridge register list|show`: the book."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, print_json, print_table, with_session
from mailbridge.cli.texts import say
from mailbridge.registry.entry import RegisterEntry
from mailbridge.wiring import open_ledger

COLUMNS = ("No.", "Arrived", "Author", "Symbol", "Date", "Type and subject", "Recipients", "Note")
"""The printed columns of Phụ lục IV mục VI that are known by now; hand-over and receipt come with assignment."""


@click.group("register")
def command() -> None:
    """Show the book of incoming documents."""


@command.command("list")
@click.option("--agency", help="Only this agency.")
@click.option("--book", help="Only this book.")
@click.option("--year", type=int, help="Only this year.")
@click.option("--from", "first", type=int, help="Lowest number.")
@click.option("--to", "last", type=int, help="Highest number.")
@as_json_option
@with_session
def list_entries(
    session: Session,
    agency: str | None,
    book: str | None,
    year: int | None,
    first: int | None,
    last: int | None,
    as_json: bool,
) -> int:
    """List entries by book, year and number."""
    with open_ledger(session.settings_path()) as ledger:
        entries = ledger.books.entries(agency=agency, book=book, year=year, first=first, last=last)
        if as_json:
            print_json(entry_object(entry) for entry in entries)
        else:
            print_table(session.lang(ledger.language), COLUMNS, map(entry_row, entries))
    return 0


@command.command("show")
@click.argument("what")
@as_json_option
@with_session
def show(session: Session, what: str, as_json: bool) -> int:
    """Show the entries called WHAT: a number (12 or 12/2026), a symbol, or an id."""
    with open_ledger(session.settings_path()) as ledger:
        found = ledger.books.find_entries(what)
        language = session.lang(ledger.language)
        if as_json:
            print_json(entry_object(entry) for entry in found)
        for entry in () if as_json else found:
            for name, value in entry_object(entry).items():
                click.echo(f"{name:16}{'' if value is None else value}")
            click.echo()
        if not found:
            click.echo(say(language, "no such entry"), err=True)
            return ANSWER_NO
    return 0


def entry_object(entry: RegisterEntry) -> Mapping[str, object]:
    """Return the object that CONTRACT.md describes for `register list --json`."""
    draft = entry.draft
    return {
        "book": draft.book,
        "year": entry.year,
        "number": entry.number,
        "arrived_at": entry.arrived_at.isoformat().replace("+00:00", "Z"),
        "arrival_date": entry.arrival_date.isoformat(),
        "issuer": draft.issuer,
        "symbol": draft.symbol,
        "issued_date": draft.issued_date.isoformat() if draft.issued_date else None,
        "type": draft.type,
        "subject": draft.subject,
        "recipients": draft.recipients,
        "transfer_date": draft.transfer_date.isoformat() if draft.transfer_date else None,
        "note": draft.note,
        "urgency": draft.urgency,
        "status": entry.status.value,
        "channel": draft.channel.value,
        "mail_id": draft.mail_id,
    }


def entry_row(entry: RegisterEntry) -> tuple[str, ...]:
    """Return the cells of one line, as the printed book shows them."""
    draft = entry.draft
    return (
        entry.shown_number,
        f"{entry.arrival_date:%d/%m/%Y}",
        draft.issuer or "",
        draft.symbol or "",
        f"{draft.issued_date:%d/%m/%Y}" if draft.issued_date else "",
        " ".join(filter(None, (draft.type, draft.subject))),
        draft.recipients or "",
        draft.note or "",
    )
