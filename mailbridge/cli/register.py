"""`mailbridge register`: the book, its lines, and `register list`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, utc
from mailbridge.registry.authority import book_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

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


# Where the verbs below `register` live; each is imported when it is called, as all verbs are.
VERBS = {
    "show": "mailbridge.cli.register_show:show",
    "search": "mailbridge.cli.register_search:search",
    "add": "mailbridge.cli.register_paper:add",
    "correct": "mailbridge.cli.register_changes:correct",
    "void": "mailbridge.cli.register_changes:void",
    "waiting": "mailbridge.cli.register_desk:waiting",
    "confirm": "mailbridge.cli.register_desk:confirm",
    "dismiss": "mailbridge.cli.register_desk:dismiss",
    "return": "mailbridge.cli.register_desk:return_",
    "assign": "mailbridge.cli.register_desk_entries:assign",
    "send-back": "mailbridge.cli.register_desk_entries:send_back",
    "done": "mailbridge.cli.register_desk_entries:done",
    "undo": "mailbridge.cli.register_desk_entries:undo",
    "merge": "mailbridge.cli.register_links:merge",
    "split": "mailbridge.cli.register_links:split",
    "unlink": "mailbridge.cli.register_links:unlink",
    "diff": "mailbridge.cli.register_diff:diff",
    "recall": "mailbridge.cli.register_recall:recall",
    "number": "mailbridge.cli.register_numbers:number",
    "reserve": "mailbridge.cli.register_numbers:reserve",
    "release": "mailbridge.cli.register_numbers:release",
    "block": "mailbridge.cli.register_numbers:block",
    "start": "mailbridge.cli.register_numbers:start",
    "import": "mailbridge.cli.register_import:import_book",
    "candidates": "mailbridge.cli.register_candidates:candidates",
    "compare": "mailbridge.cli.register_compare:compare",
    "archive": "mailbridge.cli.register_archive:archive",
    "close": "mailbridge.cli.register_close:close",
    "print": "mailbridge.cli.register_print:print_book",
    "export": "mailbridge.cli.register_export:export_book",
    "file": "mailbridge.cli.register_file:file",
    "verify": "mailbridge.cli.register_verify:verify",
}


class _Verbs(click.Group):
    """A group some of whose commands live elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return super().get_command(ctx, cmd_name)
        module, _, name = VERBS[cmd_name].partition(":")
        found = getattr(importlib.import_module(module), name)
        assert isinstance(found, click.Command)  # noqa: S101  # says for the type checker what the table holds
        return found


@click.group("register", cls=_Verbs)
@with_session
def command(_session: Session) -> None:
    """Show the book of incoming documents, search it, and write into it."""


@command.command("list")
@click.option("--agency", metavar="ID", help="Only this agency.")
@click.option("--book", metavar="ID", help="Only this book.")
@click.option("--year", type=int, help="Only this year.")
@click.option("--from", "first", type=int, metavar="NUMBER", help="Lowest number.")
@click.option("--to", "last", type=int, metavar="NUMBER", help="Highest number.")
@click.option("--awaiting-paper", is_flag=True, help="Only those whose paper or signed version is to follow.")
@as_json_option
@with_session
def list_entries(
    session: Session,
    agency: str | None,
    book: str | None,
    year: int | None,
    first: int | None,
    last: int | None,
    awaiting_paper: bool,
    as_json: bool,
) -> int:
    """List entries by agency, book, year and number."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books
    from mailbridge.registry.copies import SqlCopies

    with open_ledger(session) as engine:
        entries: Iterator[RegisterEntry]
        if awaiting_paper:
            awaited = SqlCopies(engine).awaiting_paper(agency=agency, book=book, year=year)
            entries = (each for each in awaited if (first or 0) <= each.number <= (last or each.number))
        else:
            entries = Books(engine).entries(agency=agency, book=book, year=year, first=first, last=last)
        if as_json:
            print_json(map(entry_object, entries))
        else:
            language = session.lang()
            print_table(language, COLUMNS, (entry_row(each, language) for each in entries))
            _tell_closings(engine, language, agency=agency, book=book, year=year)
    return 0


def _tell_closings(engine: Engine, language: str, *, agency: str | None, book: str | None, year: int | None) -> None:
    """Say below the lines how far the book is closed, and which days are open again."""
    from mailbridge.cli.register_close_words import closing_summary
    from mailbridge.registry.closings import SqlClosings

    for line in closing_summary(language, SqlClosings(engine).standing(agency=agency, book=book, year=year)):
        click.echo(line)


def entry_object(entry: RegisterEntry) -> Mapping[str, object]:
    """Return the object that CONTRACT.md describes for `register list --json`."""
    draft = entry.draft
    return {
        "book": book_of(draft.book),
        "year": entry.year,
        "number": None if entry.awaits_number else entry.number,
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
        "mail_id": draft.mail_id or None,
    }


def entry_row(entry: RegisterEntry, language: str) -> tuple[str, ...]:
    """Return the cells of one line, as the printed book shows them; the note says that an entry is voided."""
    draft = entry.draft
    said = "" if entry.status.value == "registered" else say(language, entry.status.value)
    # What is with a unit stands in the book as before; what does not stand any more must be seen at once.
    state = said.capitalize() if entry.status.is_worked_on else said.upper()
    return (
        entry.shown_number,
        f"{entry.arrival_date:%d/%m/%Y}",
        draft.issuer or "",
        draft.symbol or "",
        f"{draft.issued_date:%d/%m/%Y}" if draft.issued_date else "",
        draft.type_and_subject,
        draft.recipients or "",
        "; ".join(filter(None, (state, draft.note))),
    )
