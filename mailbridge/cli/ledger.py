"""The book as the command line opens it: for reading, and with a word on what to do when it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailbridge.cli.session import Session
from mailbridge.cli.texts import say
from mailbridge.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.books import Books
    from mailbridge.registry.equation import InSpool
    from mailbridge.settings import Settings


@contextmanager
def open_books(session: Session) -> Iterator[Books]:
    """
    Open the books that the configuration names; nothing is made and nothing is written.

    Raises:
        Unavailable: The database is gone, was never made, or has the schema of another version; the text says which.
    """
    from mailbridge.registry.books import Books

    with open_ledger(session) as engine:
        yield Books(engine)


@contextmanager
def open_ledger(session: Session) -> Iterator[Engine]:
    """Open the database that the configuration names; raises as `open_books` does, and nothing is made."""
    settings = session.settings()
    from mailbridge.registry.database import open_database

    engine = open_database(settings.database.url)
    try:
        yield engine
    except Unavailable as error:
        detail = _why_not(settings, session.lang())
        raise Unavailable(error.what, detail) if detail else error from error
    finally:
        engine.dispose()


def in_spool(settings: Settings) -> InSpool:
    """
    Say which mails lie in the spool; to be asked before the books, as mail leaves the spool after its case.

    Looking makes nothing: who looks may be root, and the program that writes there is not. Raises `Unavailable`.
    """
    from mailbridge.registry.equation import InSpool
    from mailbridge.spool import Spool

    root = settings.data / "spool"
    if not root.is_dir():
        return InSpool()
    spool = Spool(root)
    try:
        return InSpool(waiting=frozenset(spool.waiting()), aside=frozenset(each.id for each in spool.aside()))
    finally:
        spool.close()


def _why_not(settings: Settings, language: str) -> str | None:
    """Say why the tables could not be read when it is not the database that is gone."""
    from mailbridge.registry.schema import current, newest

    try:
        revision = current(settings.database.url)
    except Unavailable:
        return None
    if revision is None:
        return say(language, "there is no book yet; `mailbridge serve` makes it, and so does `mailbridge db upgrade`")
    if revision != newest():
        facts = {"found": revision, "needed": newest()}
        return say(language, "schema {found}, this program needs {needed}; run `mailbridge db upgrade`", **facts)
    return None
