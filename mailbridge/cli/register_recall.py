"""`mailbridge register recall`: what a clerk answers to a recall, a replacement or a change that was asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register import entry_object
from mailbridge.cli.register_choice import narrowing, person, reason, refusing, signed, the_entry
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from mailbridge.registry.entry import RegisterEntry
    from mailbridge.registry.recalls import Answered
    from mailbridge.registry.store import SqlTransaction


@click.command("recall")
@click.argument("what")
@click.option("--agree", is_flag=True, help="The document is taken back, or replaced.")
@click.option("--refuse", is_flag=True, help="It stays as it is.")
@click.option("--by-number", "other", metavar="NUMBER", help="The entry of the document that recalls or replaces it.")
@click.option("--why", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def recall(
    session: Session,
    what: str,
    agree: bool,
    refuse: bool,
    other: str | None,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Answer what the issuer of the entry WHAT asks: `register recall 12 --agree --why "đúng nơi ban hành"`.

    With --agree the line is struck through as recalled, or marked as replaced; its number stays and is never given
    again. With --refuse all stays as it was. Either way the entry is not frozen any more, and the sender is told.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books
    from mailbridge.registry.store import SqlRegistry

    if agree is refuse:
        raise click.UsageError(say(session.lang(), "say --agree or --refuse"))
    with open_ledger(session) as engine, refusing(session):
        why = reason(session, why)
        books = Books(engine)
        entry = the_entry(session, books, what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        by_entry = the_entry(session, books, other, agency=entry.draft.agency, book=None, year=None) if other else None
        if other and by_entry is None:
            return ANSWER_NO
        now = datetime.now(UTC)
        with SqlRegistry(engine, clock=lambda: now).transaction() as current:
            done, told = _answer(session, current, entry, by_entry, agreed=agree, by=person(by), why=why, now=now)
    if as_json:
        facts = {"version": done.entry.version, "link": done.link.id, "status_code": done.status_code, "told": told}
        print_json([{**entry_object(done.entry), **facts}])
        return 0
    click.echo(_said(session, done))
    click.echo(say(session.lang(), "the sender is told" if told else "the sender is not told by mail"))
    return 0


def _answer(
    session: Session,
    current: SqlTransaction,
    entry: RegisterEntry,
    other: RegisterEntry | None,
    *,
    agreed: bool,
    by: str,
    why: str,
    now: datetime,
) -> tuple[Answered, bool]:
    """Write the answer and the letter that tells it, in one transaction; say whether there is a letter."""
    from mailbridge.letters.received import received_of
    from mailbridge.letters.stage import ReturnReason, Stage
    from mailbridge.letters.stages import Desk, Why, stage_letter
    from mailbridge.registry.recalls import answer_recall
    from mailbridge.registry.rows import Author, find_case

    author = Author(by, now, why)
    other_id = other.id if other else None
    done = answer_recall(current.connection, entry.id, author, agreed=agreed, other_id=other_id)
    case = find_case(current.connection, done.mail_id, entry.draft.agency) if done.mail_id else None
    mail = received_of(case) if case else None
    policy = next((each for each in session.settings().policies if each.agency.id == entry.draft.agency), None)
    if mail is None or policy is None:
        return done, False
    letter = stage_letter(
        Stage(done.status_code),
        mail,
        Desk(agency=policy.agency, language=policy.language),
        now=now,
        entries=(done.entry,),
        why=None if agreed else Why(reason=ReturnReason.OTHER, detail=why),
    )
    return done, letter is not None and current.post(letter)


def _said(session: Session, done: Answered) -> str:
    text = "number {number}: {state}" if done.agreed else "number {number}: refused, it stands as before"
    number = f"{done.entry.shown_number}/{done.entry.year}"
    return say(session.lang(), text, number=number, state=say(session.lang(), done.entry.status.value))
