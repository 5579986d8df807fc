"""Which stretch of a book is meant, where it is written to, and its lines: what print and export share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mailbridge.cli.moments import day_option
from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.texts import local_time, say, visible

if TYPE_CHECKING:
    from rich.progress import Progress

    from mailbridge.printing.volume import Title, Volume
    from mailbridge.registry.book_versions import Stretch
    from mailbridge.registry.closings import Closing
    from mailbridge.registry.versions import EntryVersion
    from mailbridge.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)
_FEW = 500
"""Entries that are printed before anybody wonders; more get a bar of progress."""

_MODE = 0o640
"""The book names people: whoever may read the folder's group may read it."""

_MOST_SEALS = 20
"""Closings that the last page tells; more days that are open again are found by `register close --check`."""

_FIRST_YEAR, _LAST_YEAR = 1970, 9998


def stretch_options(function: F) -> F:
    """Add the options by which a stretch of a book and its file are named."""
    for option in reversed(
        (
            click.option("--year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), help="The year of the book."),
            click.option("--book", metavar="ID", help="Which book; the first of books.toml without it."),
            click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies."),
            click.option("--from", "first", type=click.IntRange(min=1), metavar="NUMBER", help="Lowest number."),
            click.option("--to", "last", type=click.IntRange(min=1), metavar="NUMBER", help="Highest number."),
            click.option("--day", callback=day_option, metavar="DAY", help="Only what arrived on this day in Vietnam."),
            click.option("--output", required=True, type=_FILE, metavar="FILE", help="The file to be written."),
            click.option("--force", is_flag=True, help="Write over a file that is there."),
        )
    ):
        function = option(function)
    return function


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be written, and where."""

    session: Session
    settings: Settings
    stretch: Stretch
    title: Title
    output: Path
    force: bool

    def is_in_the_way(self) -> bool:
        """Say whether a file is there that may not be written over, and complain about it."""
        if self.force or not self.output.exists():
            return False
        click.echo(self.say("{path} is there already; --force writes over it"), err=True)
        return True

    def part(self, number: int) -> Asked:
        """Return the same for one of several volumes."""
        return replace(self, output=self.output.with_stem(f"{self.output.stem}-{number}"))

    def write(self, octets: bytes) -> int:
        """Write the file as a whole, and say so; return the exit status."""
        from mailbridge.lookups.atomic import write_whole

        if self.is_in_the_way():  # it may have come while the book was being set
            return ANSWER_NO
        write_whole(self.output, octets, mode=_MODE)
        click.echo(self.say("written: {path}"))
        return 0

    def say(self, text: str, **facts: object) -> str:
        """Return a text in the language of the session, with the path of the file among its facts."""
        return say(self.session.lang(), text, path=visible(str(self.output)), **facts)


def ask(
    session: Session,
    *,
    year: int | None,
    book: str | None,
    agency: str | None,
    first: int | None,
    last: int | None,
    day: date | None,
    output: Path,
    force: bool,
    needs_year: bool = True,
) -> Asked:
    """Find out which book is meant; raises `click.UsageError`."""
    from mailbridge.printing.volume import Title
    from mailbridge.registry.book_versions import Stretch

    year = year or (day.year if day else None)
    if year is None and needs_year:
        raise click.UsageError("name the year of the book by --year, or one day by --day")
    if day and day.year != year:
        raise click.UsageError("--day is not in the year of --year")
    if first and last and first > last:
        raise click.UsageError("--from is higher than --to")
    settings = session.settings()
    agency_id, agency_name = _agency(settings, agency)
    book_id = book or settings.books[0].id
    titles = {each.id: each.title for each in settings.books}
    return Asked(
        session=session,
        settings=settings,
        stretch=Stretch(agency=agency_id, book=book_id, year=year or 0, first=first, last=last, day=day),
        title=Title(agency=agency_name, book=titles.get(book_id, book_id), year=year or 0, day=day),
        output=output,
        force=force,
    )


def _agency(settings: Settings, agency: str | None) -> tuple[str, str]:
    names = {each.id: each.name for each in settings.agencies}
    if agency is None and len(names) > 1:
        raise click.UsageError(f"several agencies keep books: {', '.join(names)}; name one by --agency")
    # A book of an agency that has left the configuration can still be printed, under its id.
    wanted = agency or next(iter(names))
    return wanted, names.get(wanted, wanted)


def read_entries(asked: Asked) -> list[tuple[EntryVersion, ...]] | None:
    """Read the entries; None, after a word about it, when there are none in a book that nobody has."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.book_versions import count_entries, entries_with_versions

    with open_ledger(asked.session) as engine:
        count = count_entries(engine, asked.stretch)
        with progress_bar(count) as progress:
            entries = list(_watched(entries_with_versions(engine, asked.stretch), progress, count))
    is_known = asked.stretch.book in {each.id for each in asked.settings.books} and asked.stretch.agency in {
        each.id for each in asked.settings.agencies
    }
    if not entries:
        click.echo(asked.say("no entry" if is_known else "no such book, and no entry in it"), err=True)
    return entries if entries or is_known else None


def bind_volume(asked: Asked) -> Volume | None:
    """Read the entries and bind them; None as `read_entries`."""
    entries = read_entries(asked)
    return None if entries is None else volume_of_entries(asked, entries)


def volume_of_entries(asked: Asked, entries: Sequence[Sequence[EntryVersion]]) -> Volume:
    """Bind entries that were read, with a word on how their day or year was closed."""
    from mailbridge.printing.line import line_of
    from mailbridge.printing.volume import volume_of

    newest = max((version.author.at for versions in entries for version in versions), default=None)
    return volume_of(asked.title, tuple(map(line_of, entries)), newest, _seals(asked))


def _seals(asked: Asked) -> tuple[str, ...]:
    """Say how the printed day or year was closed, and which days of it are open again."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.closings import SqlClosings

    stretch = asked.stretch
    with open_ledger(asked.session) as engine:
        closings = SqlClosings(engine)
        if stretch.day:
            standing = closings.of_day(stretch.agency, stretch.book, stretch.day)
        else:
            standing = closings.standing(agency=stretch.agency, book=stretch.book, year=stretch.year)
    told = [each for each in standing if stretch.day or each.period.day is None or not each.is_closed]
    return tuple(map(_seal, told[:_MOST_SEALS]))


def _seal(done: Closing) -> str:
    at, who = local_time(done.at), visible(done.by)
    if done.is_closed and done.totals:
        return f"Sổ {done.period.shown} đã khóa lúc {at} ({who}), SHA-256 {done.totals.lines_digest}."
    return f"Sổ {done.period.shown} mở lại lúc {at} ({who}), chưa khóa lại: {visible(done.why).rstrip('.')}."


def progress_bar(entries: int) -> AbstractContextManager[Progress | None]:
    """Show a bar on stderr when somebody watches and there is something to wait for."""
    if entries <= _FEW or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _watched(
    entries: Iterator[tuple[EntryVersion, ...]], progress: Progress | None, count: int
) -> Iterator[tuple[EntryVersion, ...]]:
    task = progress.add_task("", total=count) if progress else None
    for entry in entries:
        yield entry
        if progress and task is not None:
            progress.advance(task)


def teller(progress: Progress | None) -> Callable[[int, int], None]:
    """Return what moves a bar, or does nothing when there is none."""
    task = progress.add_task("", total=None) if progress else None

    def tell(done: int, of: int) -> None:
        if progress and task is not None:
            progress.update(task, completed=done, total=of)

    return tell
