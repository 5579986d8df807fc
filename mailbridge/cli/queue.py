"""`mailbridge queue list`: mail that waits, and mail set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say
from mailbridge.errors import Unavailable

if TYPE_CHECKING:
    from mailbridge.settings import Settings

_COLUMNS = (Column(head="Mail", whole=True), Column(head="State", under="Mail"), Column(head="Reason"))
_Row = tuple[str, str, str]


@click.group("queue")
@with_session
def command(_session: Session) -> None:
    """Show mail that waits for something."""


@command.command("list")
@as_json_option
@with_session
def list_queue(session: Session, as_json: bool) -> int:
    """
    List mail that waits for its walk, was set aside, or is held for a clerk.

    Mail in the spool is told even when the database is gone; then the exit status is 75.
    """
    from mailbridge.cli.ledger import open_books

    rows = list(_in_spool(session.settings()))
    try:
        with open_books(session) as books:
            rows += [(case.mail_id, "held for a clerk", case.reason) for case in books.held()]
    except Unavailable:
        _show(session.lang(), rows, as_json)
        raise
    _show(session.lang(), rows, as_json)
    return 0


def _show(language: str, rows: Sequence[_Row], as_json: bool) -> None:
    if as_json:
        print_json({"mail_id": mail_id, "state": state, "reason": reason} for mail_id, state, reason in rows)
    else:
        print_table(language, _COLUMNS, ((mail_id, say(language, state), reason) for mail_id, state, reason in rows))


def _in_spool(settings: Settings) -> Iterator[_Row]:
    from mailbridge.spool import Spool

    root = settings.data / "spool"
    # Looking must not make it: who looks may be root, and the program that writes there is not.
    if not root.is_dir():
        return
    spool = Spool(root)
    try:
        for mail_id in spool.waiting():
            yield mail_id, "waiting", ""
        for unknown in spool.unknown():
            yield unknown.id, "answer of the next hop unknown", ""
        for aside in spool.aside():
            yield aside.id, "set aside", aside.reason
    finally:
        spool.close()
