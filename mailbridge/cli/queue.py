"""`mailbridge queue list`: mail that waits, and mail set aside."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mailbridge.cli.session import Session, as_json_option, print_json, print_table, with_session
from mailbridge.cli.texts import say
from mailbridge.settings import load
from mailbridge.spool import Spool
from mailbridge.wiring import open_ledger, spool_path


@click.group("queue")
def command() -> None:
    """Show mail that waits for something."""


@command.command("list")
@as_json_option
@with_session
def list_queue(session: Session, as_json: bool) -> int:
    """List mail that waits for its walk, was set aside, or is held for a clerk."""
    settings = load(session.settings_path())
    spool = Spool(spool_path(settings))
    try:
        with open_ledger(session.settings_path()) as ledger:
            held = [(case.mail_id, "held for a clerk", case.reason) for case in ledger.books.held()]
        rows = [*_in_spool(spool), *held]
    finally:
        spool.close()
    language = session.lang(settings.language)
    if as_json:
        print_json({"mail_id": mail_id, "state": state, "reason": reason} for mail_id, state, reason in rows)
    else:
        shown = ((mail_id, say(language, state), reason) for mail_id, state, reason in rows)
        print_table(language, ("Mail", "State", "Reason"), shown)
    return 0


def _in_spool(spool: Spool) -> Iterator[tuple[str, str, str]]:
    for mail_id in spool.waiting():
        yield mail_id, "waiting", ""
    for unknown in spool.unknown():
        yield unknown.id, "answer of the next hop unknown", ""
    for aside in spool.aside():
        yield aside.id, "set aside", aside.reason
