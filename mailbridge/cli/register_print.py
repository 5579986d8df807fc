"""`mailbridge register print|export`: the book on paper and in files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mailbridge.cli.session import ANSWER_NO, Session, with_session
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from rich.progress import Progress

    from mailbridge.printing.volume import Title, Volume
    from mailbridge.registry.book_versions import Stretch
    from mailbridge.registry.versions import EntryVersion
    from mailbridge.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)
_FEW = 500
"""Entries that are printed before anybody wonders; more get a bar of progress."""

_MODE = 0o640
"""The book names people: whoever may read the folder's group may read it."""

_FIRST_YEAR, _LAST_YEAR = 1970, 9998


def _read_day(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    from mailbridge.registry.search import read_day

    day = read_day(text.strip()) if text else None
    if text and day is None:
        raise click.BadParameter("write a day such as 21/11/2026 or 2026-11-21")
    return day


def _stretch_options(function: F) -> F:
    for option in reversed(
        (
            click.option("--year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), help="The year of the book."),
            click.option("--book", metavar="ID", help="Which book; the first of books.toml without it."),
            click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies."),
            click.option("--from", "first", type=click.IntRange(min=1), metavar="NUMBER", help="Lowest number."),
            click.option("--to", "last", type=click.IntRange(min=1), metavar="NUMBER", help="Highest number."),
            click.option("--day", callback=_read_day, metavar="DAY", help="Only what arrived on this day in Vietnam."),
            click.option("--output", required=True, type=_FILE, metavar="FILE", help="The file to be written."),
            click.option("--force", is_flag=True, help="Write over a file that is there."),
        )
    ):
        function = option(function)
    return function


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
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

    def write(self, octets: bytes) -> int:
        from mailbridge.lookups.atomic import write_whole

        if self.is_in_the_way():  # it may have come while the book was being set
            return ANSWER_NO
        write_whole(self.output, octets, mode=_MODE)
        click.echo(self.say("written: {path}"))
        return 0

    def say(self, text: str, **facts: object) -> str:
        return say(self.session.lang(), text, path=visible(str(self.output)), **facts)


@click.command("print")
@_stretch_options
@click.option("--volume", type=click.IntRange(min=1), metavar="N", help="Quyển số; a dotted line without it.")
@click.option("--superior", default="", metavar="NAME", help="The body above the agency, for the cover.")
@with_session
def print_book(session: Session, /, volume: int | None, superior: str, **options: Any) -> int:
    """
    Print the book as PDF, on A4 across with the ten columns of Phụ lục IV, to be signed and bound.

    The same book gives the same file. Voided entries stay, struck through, and so does what was corrected.
    """
    from mailbridge.printing.typeset import set_book

    asked = _asked(session, **options)
    asked = replace(asked, title=replace(asked.title, volume=volume, superior=superior))
    if asked.is_in_the_way():
        return ANSWER_NO
    bound = _bind(asked)
    if bound is None:
        return ANSWER_NO
    with _progress(len(bound.lines)) as progress:
        octets = set_book(bound, _teller(progress))
    return asked.write(octets)


@click.command("export")
@_stretch_options
@click.option("--format", "form", required=True, type=click.Choice(["xlsx", "csv", "json"]), help="Kind of file.")
@click.option("--full", is_flag=True, help="All input fields of every version instead of ten columns; csv, json.")
@click.option("--shorten", is_flag=True, help="Cut values to the lengths of Phụ lục VI, and say which.")
@with_session
def export_book(session: Session, /, form: str, full: bool, shorten: bool, **options: Any) -> int:
    """Write the book into a spreadsheet, CSV or JSON."""
    if full and form == "xlsx":
        raise click.UsageError("--full goes with --format csv or json")
    asked = _asked(session, **options)
    if asked.is_in_the_way():
        return ANSWER_NO
    entries = _entries(asked)
    if entries is None:
        return ANSWER_NO
    if shorten:
        entries = _shorten(asked, entries)
    return asked.write(_exported(asked, entries, form, full))


def _exported(asked: _Asked, entries: Sequence[Sequence[EntryVersion]], form: str, full: bool) -> bytes:
    from mailbridge.printing.line import line_of
    from mailbridge.printing.plain import book_csv, book_json, whole_csv, whole_json

    match form, full:
        case "csv", True:
            return whole_csv(entries)
        case "json", True:
            return whole_json(asked.title, asked.stretch.agency, entries)
        case "csv", _:
            return book_csv([line_of(versions) for versions in entries])
        case "json", _:
            return book_json(asked.title, asked.stretch.agency, [line_of(versions) for versions in entries])
        case _:
            from mailbridge.printing.workbook import book_xlsx

            return book_xlsx(_volume(asked, entries))


def _asked(
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
) -> _Asked:
    """Find out which book is meant; raises `click.UsageError`."""
    from mailbridge.printing.volume import Title
    from mailbridge.registry.book_versions import Stretch

    year = year or (day.year if day else None)
    if year is None:
        raise click.UsageError("name the year of the book by --year, or one day by --day")
    if day and day.year != year:
        raise click.UsageError("--day is not in the year of --year")
    if first and last and first > last:
        raise click.UsageError("--from is higher than --to")
    settings = session.settings()
    agency_id, agency_name = _agency(settings, agency)
    book_id = book or settings.books[0].id
    titles = {each.id: each.title for each in settings.books}
    return _Asked(
        session=session,
        settings=settings,
        stretch=Stretch(agency=agency_id, book=book_id, year=year, first=first, last=last, day=day),
        title=Title(agency=agency_name, book=titles.get(book_id, book_id), year=year, day=day),
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


def _entries(asked: _Asked) -> list[tuple[EntryVersion, ...]] | None:
    """Read the entries; None, after a word about it, when there are none in a book that nobody has."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.book_versions import count_entries, entries_with_versions

    with open_ledger(asked.session) as engine:
        count = count_entries(engine, asked.stretch)
        with _progress(count) as progress:
            entries = list(_watched(entries_with_versions(engine, asked.stretch), progress, count))
    is_known = asked.stretch.book in {each.id for each in asked.settings.books} and asked.stretch.agency in {
        each.id for each in asked.settings.agencies
    }
    if not entries:
        click.echo(asked.say("no entry" if is_known else "no such book, and no entry in it"), err=True)
    return entries if entries or is_known else None


def _bind(asked: _Asked) -> Volume | None:
    entries = _entries(asked)
    return None if entries is None else _volume(asked, entries)


def _volume(asked: _Asked, entries: Sequence[Sequence[EntryVersion]]) -> Volume:
    from mailbridge.printing.line import line_of
    from mailbridge.printing.volume import volume_of

    newest = max((version.author.at for versions in entries for version in versions), default=None)
    return volume_of(asked.title, tuple(map(line_of, entries)), newest)


def _shorten(asked: _Asked, entries: Sequence[tuple[EntryVersion, ...]]) -> list[tuple[EntryVersion, ...]]:
    from mailbridge.printing.shortening import shortened

    for versions in entries:
        if fields := {name for version in versions for name in version.entry.draft.too_long()}:
            number = versions[-1].entry.shown_number
            warning = asked.say("number {number}: cut: {fields}", number=number, fields=", ".join(sorted(fields)))
            click.echo(warning, err=True)
    return [shortened(versions) for versions in entries]


def _progress(entries: int) -> AbstractContextManager[Progress | None]:
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


def _teller(progress: Progress | None) -> Callable[[int, int], None]:
    task = progress.add_task("", total=None) if progress else None

    def tell(done: int, of: int) -> None:
        if progress and task is not None:
            progress.update(task, completed=done, total=of)

    return tell
