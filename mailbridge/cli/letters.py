"""`mailbridge letters list`: acknowledgements and notices, and what became of them."""

from __future__ import annotations

import click

from mailbridge.cli.session import Session, as_json_option, print_json, print_table, with_session
from mailbridge.cli.texts import say
from mailbridge.registry.books import LetterState
from mailbridge.registry.entry import VIETNAM
from mailbridge.registry.rows import LetterRecord
from mailbridge.wiring import open_ledger


@click.group("letters")
def command() -> None:
    """Show the letters that we write."""


@command.command("list")
@click.option("--state", type=click.Choice([state.value for state in LetterState]), help="Only these.")
@click.option("--mail", "mail_id", help="Only those that answer this mail.")
@as_json_option
@with_session
def list_letters(session: Session, state: str | None, mail_id: str | None, as_json: bool) -> int:
    """List letters in the order in which they were written."""
    with open_ledger(session.settings_path()) as ledger:
        letters = ledger.books.letters(state=LetterState(state) if state else None, mail_id=mail_id)
        if as_json:
            print_json(_object(letter) for letter in letters)
        else:
            language = session.lang(ledger.language)
            rows = (_row(letter, language) for letter in letters)
            print_table(language, ("Time", "Letter", "To", "State", "Attempts", "Detail"), rows)
    return 0


def _state(record: LetterRecord) -> LetterState:
    if record.sent_at:
        return LetterState.SENT
    return LetterState.FAILED if record.failed_at else LetterState.WAITING


def _object(record: LetterRecord) -> dict[str, object]:
    return {
        "key": record.letter.key,
        "kind": record.letter.kind.value,
        "agency": record.letter.agency,
        "mail_id": record.letter.mail_id,
        "to": record.letter.recipient,
        "state": _state(record).value,
        "created_at": record.created_at.isoformat().replace("+00:00", "Z"),
        "sent_at": record.sent_at.isoformat().replace("+00:00", "Z") if record.sent_at else None,
        "attempts": record.attempts,
        "reply": record.reply,
        "last_error": record.last_error,
    }


def _row(record: LetterRecord, language: str) -> tuple[str, ...]:
    return (
        f"{record.created_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}",
        record.letter.kind.value,
        record.letter.recipient,
        say(language, _state(record).value),
        str(record.attempts),
        record.reply or record.last_error or "",
    )
