"""`mailbridge register list|show`: the book; `print` and `export` stand in `register_print`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_print import export_book, print_book
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, hanging, print_json, print_table
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from mailbridge.registry.entry import RegisterEntry

COLUMNS = (
    Column(head="No.", whole=True),
    Column(head="Arrived", whole=True, under="No."),
    Column(head="Author"),
    Column(head="Symbol", whole=True),
    Column(head="Date", whole=True, under="Symbol"),
    Column(head="Type and subject"),
    Column(head="Recipients", under="Type and subject", labelled=True),
    Column(head="Note", under="Type and subject", labelled=True),
)
"""The printed columns of Phụ lục IV mục VI that are known by now; hand-over and receipt come with assignment."""


@click.group("register")
@with_session
def command(_session: Session) -> None:
    """Show the book of incoming documents."""


command.add_command(print_book)
command.add_command(export_book)


@command.command("list")
@click.option("--agency", metavar="ID", help="Only this agency.")
@click.option("--book", metavar="ID", help="Only this book.")
@click.option("--year", type=int, help="Only this year.")
@click.option("--from", "first", type=int, metavar="NUMBER", help="Lowest number.")
@click.option("--to", "last", type=int, metavar="NUMBER", help="Highest number.")
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
    """List entries by agency, book, year and number."""
    from mailbridge.cli.ledger import open_books

    with open_books(session) as books:
        entries = books.entries(agency=agency, book=book, year=year, first=first, last=last)
        if as_json:
            print_json(map(entry_object, entries))
        else:
            print_table(session.lang(), COLUMNS, map(entry_row, entries))
    return 0


@command.command("show")
@click.argument("what")
@as_json_option
@with_session
def show(session: Session, what: str, as_json: bool) -> int:
    """Show the entries called WHAT: a number (12 or 12/2026), a symbol (15/QĐ-SNV), the id of an entry or a mail."""
    from mailbridge.cli.ledger import open_books

    with open_books(session) as books:
        found = books.find_entries(what)
    if as_json:
        print_json(map(entry_object, found))
    elif not found:
        click.echo(say(session.lang(), "no such entry"), err=True)
    else:
        click.echo("\n\n".join(_sheet(entry, session.lang()) for entry in found))
    return 0 if found else ANSWER_NO


def entry_object(entry: RegisterEntry) -> Mapping[str, object]:
    """Return the object that CONTRACT.md describes for `register list --json`."""
    draft = entry.draft
    return {
        "book": draft.book,
        "year": entry.year,
        "number": entry.number,
        "arrived_at": utc(entry.arrived_at),
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
        draft.type_and_subject,
        draft.recipients or "",
        draft.note or "",
    )


def _sheet(entry: RegisterEntry, language: str) -> str:
    """Write one entry as lines "name: value", what is known of it."""
    draft = entry.draft
    facts = (
        ("Agency", draft.agency),
        ("Book", f"{draft.book} {entry.year}"),
        ("No.", entry_row(entry)[0]),
        ("Arrived", local_time(entry.arrived_at)),
        ("Author", draft.issuer),
        ("Symbol", draft.symbol),
        ("Date", f"{draft.issued_date:%d/%m/%Y}" if draft.issued_date else None),
        ("Type", draft.type),
        ("Subject", draft.subject),
        ("Urgency", draft.urgency),
        ("Signer", ", ".join(filter(None, (draft.signer_name, draft.signer_position)))),
        ("Pages", str(draft.pages) if draft.pages else None),
        ("Due", f"{draft.due_date:%d/%m/%Y}" if draft.due_date else None),
        ("Recipients", draft.recipients),
        ("Handed over", f"{draft.transfer_date:%d/%m/%Y}" if draft.transfer_date else None),
        ("Note", draft.note),
        ("State", say(language, entry.status.value)),
        ("Mail", draft.mail_id),
        ("SHA-256", draft.document_sha256),
    )
    return "\n".join(hanging(f"{say(language, head) + ':':15}", visible(value)) for head, value in facts if value)
