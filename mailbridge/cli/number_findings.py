"""What `check` finds about numbers: blocks that are used up, lines that wait since yesterday, old reservations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailbridge.errors import MailBridgeError
from mailbridge.settings import Problem, Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.decision.policy import Book


def number_findings(settings: Settings) -> Iterator[Problem]:
    """Yield what needs a person; nothing where the database cannot be asked, which is a finding of its own."""
    from mailbridge.registry.schema import current, newest

    try:
        if current(settings.database.url) != newest():
            return
        found = list(_asked(settings))
    except MailBridgeError:
        return
    file = str(settings.folder / "books.toml")
    for problem, remedy in found:
        yield Problem(file=file, line=None, problem=problem, remedy=remedy)


def _asked(settings: Settings) -> Iterator[tuple[str, str]]:
    from mailbridge.registry.database import open_database

    engine = open_database(settings.database.url)
    try:
        for policy in settings.policies:
            yield from _of_agency(engine, policy.agency.id, policy.books)
    finally:
        engine.dispose()


def _of_agency(engine: Engine, agency: str, books: tuple[Book, ...]) -> Iterator[tuple[str, str]]:
    from mailbridge.registry.authority import Authority
    from mailbridge.registry.entry import local_day
    from mailbridge.registry.importing_faults import stretches
    from mailbridge.registry.numbers import SqlNumbers
    from mailbridge.registry.numbers_blocks import SqlBlocks
    from mailbridge.registry.numbers_reserved import SqlReserved

    today = local_day(datetime.now(UTC))
    for book in books:
        blocks = SqlBlocks(engine).blocks(agency=agency, book=book.id, year=today.year)
        if book.numbers is Authority.BLOCK and not sum(each.left for each in blocks):
            remedy = f"mailbridge register block FIRST LAST --agency {agency} --book {book.id} --why …"
            yield f"book {book.id} of {agency} has no number left in its blocks of {today.year}", remedy
        late = [each for each in SqlNumbers(engine).awaiting(agency=agency, book=book.id) if each.arrival_date < today]
        if late:
            since = f"{late[0].arrival_date:%d/%m/%Y}"
            remedy = f"mailbridge register number --agency {agency} --book {book.id}"
            yield (
                f"{len(late)} lines of book {book.id} of {agency} wait for their number, the first since {since}",
                remedy,
            )
        old = [each for each in SqlReserved(engine).open(agency=agency, book=book.id) if each.year < today.year]
        for year in sorted({each.year for each in old}):
            told = stretches([each.number for each in old if each.year == year])
            remedy = f"mailbridge register release NUMBER --year {year} --agency {agency} --book {book.id} --why …"
            yield f"reserved numbers of {year} in book {book.id} of {agency} have no document: {told}", remedy
