"""`mailbridge register export`: the book in files for other programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.register_proof import ExportCommand
from mailbridge.cli.register_stretch import Asked, ask, read_entries, stretch_options, volume_of_entries
from mailbridge.cli.session import ANSWER_NO, Session, with_session

if TYPE_CHECKING:
    from mailbridge.registry.versions import EntryVersion


@click.command("export", cls=ExportCommand)
@stretch_options
@click.option(
    "--format", "form", required=True, type=click.Choice(["xlsx", "csv", "json", "xml"]), help="Kind of file."
)
@click.option(
    "--form",
    "what",
    type=click.Choice(["book", "follow-up", "file"]),
    default="book",
    help="The book, the follow-up book (xlsx), or one hồ sơ (xml).",
)
@click.option("--file", metavar="NOTATION", help="With --form file: số và ký hiệu of the hồ sơ.")
@click.option("--full", is_flag=True, help="All input fields of every version instead of ten columns; csv, json.")
@click.option("--shorten", is_flag=True, help="Cut values to the lengths of Phụ lục VI, and say which.")
@with_session
def export_book(
    session: Session, /, form: str, what: str, file: str | None, full: bool, shorten: bool, **options: Any
) -> int:
    """Write the book into a spreadsheet, CSV or JSON; or a hồ sơ into XML."""
    if (what == "file") != (form == "xml") or (what == "file") != (file is not None) or (what == "file" and full):
        raise click.UsageError("--form file, --file and --format xml go together")
    if what == "follow-up" and (form != "xlsx" or full):
        raise click.UsageError("--form follow-up goes with --format xlsx")
    if full and form == "xlsx":
        raise click.UsageError("--full goes with --format csv or json")
    asked = ask(session, **options, needs_year=what != "file")
    if asked.is_in_the_way():
        return ANSWER_NO
    if file is not None:
        return _export_file(asked, file)
    entries = read_entries(asked)
    if entries is None:
        return ANSWER_NO
    if shorten:
        entries = _shorten(asked, entries)
    if what == "follow-up":
        return asked.write(_follow_up_xlsx(asked, entries))
    return asked.write(_exported(asked, entries, form, full))


def _export_file(asked: Asked, notation: str) -> int:
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.printing.file_lists import files_of
    from mailbridge.printing.file_xml import file_xml
    from mailbridge.registry.filed import filed_entries

    notation = unicodedata.normalize("NFC", notation).strip()
    with open_ledger(asked.session) as engine:
        year = asked.stretch.year or None
        files = files_of(filed_entries(engine, asked.stretch.agency, notation=notation, year=year))
    if not files:
        click.echo(asked.say("no file with entries"), err=True)
        return ANSWER_NO
    return asked.write(file_xml(files[0]))


def _follow_up_xlsx(asked: Asked, entries: Sequence[Sequence[EntryVersion]]) -> bytes:
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.printing.follow_up import follow_up_title
    from mailbridge.printing.workbook import follow_up_xlsx
    from mailbridge.registry.filed import answers_given

    volume = volume_of_entries(asked, entries)
    with open_ledger(asked.session) as engine:
        replies = answers_given(engine, asked.stretch.agency)
    return follow_up_xlsx(replace(volume, title=follow_up_title(volume.title)), replies)


def _exported(asked: Asked, entries: Sequence[Sequence[EntryVersion]], form: str, full: bool) -> bytes:
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

            return book_xlsx(volume_of_entries(asked, entries))


def _shorten(asked: Asked, entries: Sequence[tuple[EntryVersion, ...]]) -> list[tuple[EntryVersion, ...]]:
    from mailbridge.printing.shortening import shortened

    for versions in entries:
        if fields := {name for version in versions for name in version.entry.draft.too_long()}:
            number = versions[-1].entry.shown_number
            warning = asked.say("number {number}: cut: {fields}", number=number, fields=", ".join(sorted(fields)))
            click.echo(warning, err=True)
    return [shortened(versions) for versions in entries]
