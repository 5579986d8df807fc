"""`mailbridge letters`, and `letters list`: acknowledgements and notices, and what became of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, say_word, utc

if TYPE_CHECKING:
    from mailbridge.registry.rows import LetterRecord

_COLUMNS = (
    Column(head="Time", whole=True),
    Column(head="Letter", whole=True),
    Column(head="State", under="Letter"),
    Column(head="To"),
    Column(head="Attempts", under="To", labelled=True),
    Column(head="Detail", under="To"),
)


# Where the verbs below `letters` live; each is imported when it is called, as all verbs are.
VERBS = {
    "show": "mailbridge.cli.letters_show:show",
    "check": "mailbridge.cli.letters_show:check",
    "resend": "mailbridge.cli.letters_show:resend",
    "preview": "mailbridge.cli.letters_preview:preview",
}


class _Verbs(click.Group):
    """A group some of whose commands live elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return super().get_command(ctx, cmd_name)
        module, _, name = VERBS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found


@click.group("letters", cls=_Verbs)
@with_session
def command(_session: Session) -> None:
    """Show the letters that we write: acknowledgements to senders, notices to clerks."""


@command.command("list")
@click.option("--state", type=click.Choice(["waiting", "sent", "failed", "returned"]), help="Only these.")
@click.option("--mail", "mail_id", metavar="ID", help="Only those that answer this mail.")
@as_json_option
@with_session
def list_letters(session: Session, state: str | None, mail_id: str | None, as_json: bool) -> int:
    """List letters in the order in which they were written."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books, LetterState
    from mailbridge.registry.returned import Returned

    with open_ledger(session) as engine:
        asked = LetterState(state) if state not in (None, "returned") else None
        letters = Books(engine).letters(state=asked, mail_id=mail_id)
        if state == "returned":
            back = Returned(engine).keys_of_returned()
            letters = (each for each in letters if each.letter.key in back)
        if as_json:
            print_json(map(letter_object, letters))
        else:
            print_table(session.lang(), _COLUMNS, (letter_row(letter, session.lang()) for letter in letters))
    return 0


def _state(record: LetterRecord) -> str:
    if record.sent_at:
        return "sent"
    return "failed" if record.failed_at else "waiting"


def letter_object(record: LetterRecord) -> dict[str, object]:
    """Return a letter for programs; its content stays where it is."""
    return {
        "key": record.letter.key,
        "kind": record.letter.kind.value,
        "agency": record.letter.agency,
        "mail_id": record.letter.mail_id,
        "to": record.letter.recipient,
        "state": _state(record),
        "created_at": utc(record.created_at),
        "sent_at": utc(record.sent_at) if record.sent_at else None,
        "attempts": record.attempts,
        "reply": record.reply,
        "last_error": record.last_error,
    }


def letter_row(record: LetterRecord, language: str) -> tuple[str, ...]:
    """Return the cells of a letter: when, what, state, to whom, attempts, what was said to it."""
    return (
        local_time(record.created_at),
        say_word(language, "letter", record.letter.kind.value),
        say(language, _state(record)),
        record.letter.recipient,
        str(record.attempts) if record.attempts > 1 else "",
        record.reply or record.last_error or "",
    )
