"""`mailbridge queue`: mail that waits, and mail set aside, which a person lets be walked again or drops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_choice import person, signed
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, utc, visible
from mailbridge.errors import Unavailable

if TYPE_CHECKING:
    from mailbridge.settings import Settings
    from mailbridge.spool import AsideMail, Spool

_COLUMNS = (Column(head="Mail", whole=True), Column(head="State", under="Mail"), Column(head="Reason"))
_Row = tuple[str, str, str]

_HEADS = {
    "mail_id": "Mail",
    "agency": "Agency",
    "state": "State",
    "reason": "Reason",
    "since": "Since",
    "size": "Size",
}

DROPPED = "desk:dropped"
"""The rule named in the case of a mail that was set aside and dropped."""


@click.group("queue")
@with_session
def command(_session: Session) -> None:
    """Show mail that waits for something, and deal with mail that was set aside."""


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


@command.command("show")
@click.argument("mail")
@as_json_option
@with_session
def show(session: Session, mail: str, as_json: bool) -> int:
    """Show one MAIL of the queue: its state, why it is there, since when; never what it says."""
    from mailbridge.cli.ledger import open_books

    settings, language = session.settings(), session.lang()
    told = next((dict(each) for each in _spooled(settings) if each["mail_id"] == mail.strip()), None)
    if told is None:
        with open_books(session) as books:
            case = next((each for each in books.held() if each.mail_id == mail.strip()), None)
        if case is not None:
            facts = {"state": "held for a clerk", "reason": case.reason, "since": case.accepted_at}
            told = {"mail_id": case.mail_id, "agency": case.agency, **facts}
    if told is None:
        click.echo(say(language, "there is no such mail in the queue"), err=True)
        return ANSWER_NO
    if as_json:
        print_json([{name: utc(value) if isinstance(value, datetime) else value for name, value in told.items()}])
        return 0
    for name, value in told.items():
        text = local_time(value) if isinstance(value, datetime) else str(value)
        shown = say(language, text) if name == "state" else text
        if shown:
            click.echo(f"{say(language, _HEADS[name]) + ':':14} {visible(shown)}")
    return 0


@command.command("retry")
@click.argument("mail")
@click.option("--why", default="", help="The reason, which is kept.")
@signed
@with_session
def retry(session: Session, mail: str, why: str, by: str | None) -> int:
    """Let a MAIL that was set aside be walked again; the running program takes it up within seconds."""
    settings, mail = session.settings(), mail.strip()
    with _spool(settings) as spool:
        if spool is None or not spool.retry(mail):
            return _not_aside(session, settings, mail)
    # The mail goes on even when nobody can write it down just now.
    with suppress(Unavailable):
        _note(session, mail, person(by), why, is_dropped=False)
    click.echo(say(session.lang(), "mail {mail} is walked again", mail=mail))
    return 0


@command.command("drop")
@click.argument("mail")
@click.option("--why", help="The reason, which is kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@signed
@with_session
def drop(session: Session, mail: str, why: str | None, yes: bool, by: str | None) -> int:
    """
    Delete our copy of a MAIL that was set aside; what the recipients have in their mailboxes stays as it is.

    That it was dropped, by whom and why is written into the ledger first; without a database nothing is dropped.
    """
    settings, mail = session.settings(), mail.strip()
    reason = " ".join((why or "").split())
    if not reason:
        raise click.UsageError(say(session.lang(), "a change needs its reason: --why"))
    with _spool(settings) as spool:
        aside = next((each for each in spool.aside() if each.id == mail), None) if spool else None
        if spool is None or aside is None:
            return _not_aside(session, settings, mail)
        if not yes and not _agrees(session, mail):
            click.echo(say(session.lang(), "nothing was dropped"), err=True)
            return ANSWER_NO
        _note(session, mail, person(by), reason, is_dropped=True, aside=aside)
        spool.drop(mail)
    click.echo(say(session.lang(), "mail {mail} was dropped", mail=mail))
    return 0


def _agrees(session: Session, mail: str) -> bool:
    import sys

    if not sys.stdin.isatty():
        raise click.UsageError(say(session.lang(), "a terminal is needed to ask; --yes drops without asking"))
    text = "drop mail {mail} for good? Its copy here is deleted; the mailbox keeps what it has."
    return click.confirm(say(session.lang(), text, mail=mail))


def _not_aside(session: Session, settings: Settings, mail: str) -> int:
    is_there = any(each["mail_id"] == mail for each in _spooled(settings))
    text = (
        "only mail that was set aside can be walked again or dropped"
        if is_there
        else "there is no such mail in the queue"
    )
    click.echo(say(session.lang(), text), err=True)
    return ANSWER_NO


def _note(session: Session, mail: str, by: str, why: str, *, is_dropped: bool, aside: AsideMail | None = None) -> None:
    """Write into the ledger what a person did; what is dropped has its outcome there, as every mail must."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.conflicts import AlreadyDecided
    from mailbridge.registry.database import reaching_database
    from mailbridge.registry.entry import Case, Event
    from mailbridge.registry.happenings import Happening
    from mailbridge.registry.rows import write_event
    from mailbridge.registry.store import SqlRegistry

    now = datetime.now(UTC)
    what = Happening.DROPPED if is_dropped else Happening.RETRIED
    with open_ledger(session) as engine:
        registry = SqlRegistry(engine)
        if aside is not None and registry.decided(mail, "") is None:
            gone = Case(
                mail_id=mail,
                agency="",
                door="",
                accepted_at=aside.since,
                decided_at=now,
                sha256="",
                size=0,
                kind="other",
                action="pass",
                rule=DROPPED,
                reason=why,
            )
            with suppress(AlreadyDecided), registry.transaction() as tx:
                tx.record(gone, ())
        with reaching_database(), engine.begin() as connection:
            write_event(connection, "", Event(at=now, mail_id=mail, actor=by, what=what, detail=why))


def _show(language: str, rows: Sequence[_Row], as_json: bool) -> None:
    if as_json:
        print_json({"mail_id": mail_id, "state": state, "reason": reason} for mail_id, state, reason in rows)
    else:
        print_table(language, _COLUMNS, ((mail_id, say(language, state), reason) for mail_id, state, reason in rows))


def _in_spool(settings: Settings) -> Iterator[_Row]:
    for each in _spooled(settings):
        yield str(each["mail_id"]), str(each["state"]), str(each["reason"])


def _spooled(settings: Settings) -> Iterator[dict[str, object]]:
    with _spool(settings) as spool:
        if spool is None:
            return
        for mail_id in spool.waiting():
            yield {"mail_id": mail_id, "state": "waiting", "reason": ""}
        for unknown in spool.unknown():
            told = {"mail_id": unknown.id, "state": "answer of the next hop unknown", "reason": ""}
            yield {**told, "since": unknown.sealed_at, "size": unknown.size}
        for aside in spool.aside():
            yield {"mail_id": aside.id, "state": "set aside", "reason": aside.reason, "since": aside.since}


@contextmanager
def _spool(settings: Settings) -> Iterator[Spool | None]:
    from mailbridge.spool import Spool

    root = settings.data / "spool"
    # Looking must not make it: who looks may be root, and the program that writes there is not.
    if not root.is_dir():
        yield None
        return
    spool = Spool(root)
    try:
        yield spool
    finally:
        spool.close()
