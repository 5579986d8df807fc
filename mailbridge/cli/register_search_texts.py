"""The text of documents: read again for the search, or taken out of it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_choice import person, the_entry
from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from mailbridge.recheck import Filled
    from mailbridge.registry.search_books import Question

_OFTEN = 20
"""Mails between two words on how far it is."""


def reindex(session: Session) -> int:
    """Read all mails again of which no text is kept; may be broken off, and goes on where it was."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.recheck import fill_texts
    from mailbridge.registry.search_index import index_missing
    from mailbridge.registry.texts import mails_without_text
    from mailbridge.wiring import reading_for
    from mailbridge.wiring.prepared import prepare, world_of

    language = session.lang()
    text = "{mails} mails read, {files} files kept for the search, {absent} mails not readable here"

    def tell(done: Filled) -> None:
        if sys.stderr.isatty() and (done.mails + done.absent) % _OFTEN == 0:
            click.echo(say(language, text, mails=done.mails, files=done.files, absent=done.absent), err=True)

    with open_ledger(session) as engine, closing(reading_for(session.settings())) as reading:
        with engine.begin() as connection:
            index_missing(connection)
        world = world_of(prepare(session.settings()), engine, reading)
        done = asyncio.run(fill_texts(world, mails_without_text(engine), tell))
    click.echo(say(language, text, mails=done.mails, files=done.files, absent=done.absent))
    return 0


def forget_text(session: Session, what: str, question: Question, by: str | None) -> int:
    """Take the text of an entry's document out of the search, and note who did it; 1 when there is none."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books
    from mailbridge.registry.database import reaching_database
    from mailbridge.registry.entry import Event
    from mailbridge.registry.happenings import Happening
    from mailbridge.registry.rows import write_event
    from mailbridge.registry.texts import forget_texts

    with open_ledger(session) as engine:
        asked = question
        line = the_entry(session, Books(engine), what, agency=asked.agency, book=asked.book, year=asked.year)
        if line is None:
            return ANSWER_NO
        with reaching_database(), engine.begin() as connection:
            count = forget_texts(connection, line.draft.agency, line.draft.document_sha256)
            happened = Event(
                at=datetime.now(UTC),
                mail_id=line.draft.mail_id,
                entry_id=line.id,
                actor=person(by),
                what=Happening.TEXT_FORGOTTEN,
                detail=f"{count} files",
            )
            if count:
                write_event(connection, line.draft.agency, happened)
    click.echo(say(session.lang(), "text of {count} files taken out of the search", count=count))
    return 0 if count else ANSWER_NO
