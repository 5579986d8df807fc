"""`mailbridge trace WHAT`: the time line of a mail."""

from __future__ import annotations

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, print_json, print_table, with_session
from mailbridge.registry.entry import VIETNAM
from mailbridge.wiring import open_ledger


@click.command("trace")
@click.argument("what")
@as_json_option
@with_session
def command(session: Session, what: str, as_json: bool) -> int:
    """Show the time line of the mails called WHAT: any id, number, symbol, address, SHA-256 or date."""
    with open_ledger(session.settings_path()) as ledger:
        events = ledger.books.trace(what)
        if as_json:
            print_json(
                {
                    "at": event.at.isoformat().replace("+00:00", "Z"),
                    "mail_id": event.mail_id,
                    "entry_id": event.entry_id,
                    "actor": event.actor,
                    "what": event.what,
                    "detail": event.detail,
                }
                for event in events
            )
        else:
            rows = (
                (f"{event.at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}", event.mail_id, event.what, event.detail)
                for event in events
            )
            print_table(session.lang(ledger.language), ("Time", "Mail", "What", "Detail"), rows)
    return 0 if events else ANSWER_NO
