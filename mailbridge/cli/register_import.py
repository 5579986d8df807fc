"""`mailbridge register import`: an old book, or the pages of an emergency, into ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import open_ledger
from mailbridge.cli.register_choice import person, reason, refusing, signed
from mailbridge.cli.register_paper import chosen_agency, chosen_book
from mailbridge.cli.session import BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.printing.results import Report
    from mailbridge.registry.importing import Checked
    from mailbridge.registry.importing_heads import Column
    from mailbridge.registry.importing_lines import Fault

_MOST_SHOWN = 50
"""Faults that the terminal shows; a report has all."""

_CHUNK = 1 << 20


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--year", type=click.IntRange(1970, 9998), help="Year of the book, for days without one.")
@click.option("--map", "maps", multiple=True, metavar="HEAD=COLUMN", help="What a head of the file means; repeatable.")
@click.option("--gaps", default="", metavar="WHY", help="Why numbers are missing; each gets a line that says so.")
@click.option("--emergency", is_flag=True, help="Lines written by hand today: they continue the series.")
@click.option("--dry-run", is_flag=True, help="Only look, and report.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Where faults go: .xlsx, .json or .csv."
)
@click.option("--why", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def import_book(
    session: Session,
    file: Path,
    agency: str | None,
    book: str | None,
    year: int | None,
    maps: Sequence[str],
    gaps: str,
    emergency: bool,
    dry_run: bool,
    report: Path | None,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Bring an old book into ours, with its numbers: CSV, XLSX or XLS with the ten printed heads.

    All lines are entered or none; the report names the rows of the file that stop it. No letter leaves.
    """
    from mailbridge.letters.reasons import said
    from mailbridge.reading.problems import Unreadable
    from mailbridge.reading.sheet_tables import table_rows
    from mailbridge.registry.importing import ImportRefused, SqlImport, Wanted

    settings = session.settings()
    chosen = chosen_agency(session, settings, agency)
    wanted = Wanted(
        agency=chosen,
        book=chosen_book(session, settings, chosen, book),
        file=visible(file.name),
        sha256=_sha256(file),
        mapping=read_mapping(session, maps),
        year=year,
        gaps=gaps,
        emergency=emergency,
    )
    with open_ledger(session) as engine, refusing(session):
        from mailbridge.wiring.books import declare_books

        declare_books(engine, settings)
        importing = SqlImport(engine)
        try:
            if dry_run:
                checked = importing.check(wanted, lambda: table_rows(file))
            else:
                told = reason(session, why)
                checked = importing.write(wanted, lambda: table_rows(file), by=person(by), why=told)
        except Unreadable as error:
            click.echo(visible(f"{file}: {said(str(error), session.lang())}"), err=True)
            return BAD_DATA
        except ImportRefused as refused:
            checked = refused.checked
    if report is not None:
        agency_name = next(each.agency.name for each in settings.policies if each.agency.id == chosen)
        _write_report(session, report, checked, wanted.file, agency_name)
    _show(session, checked, as_json=as_json, is_written=not dry_run and checked.is_sound)
    return 0 if checked.is_sound else BAD_DATA


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as octets:
        while chunk := octets.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read_mapping(session: Session, maps: Sequence[str]) -> Mapping[str, Column]:
    """Read "head of the file=column" words; raises `UsageError`, which names the columns."""
    from mailbridge.registry.corrections_fields import name_key
    from mailbridge.registry.importing_heads import Column, column_called

    mapping = {}
    for word in maps:
        head, equals, name = word.rpartition("=")
        column = column_called(name, {}) if equals else None
        if column is None or not head.strip():
            known = ", ".join(each.value for each in Column)
            text = "write --map “head of the file=column”, not {word}; columns: {known}"
            raise click.UsageError(say(session.lang(), text, word=visible(word), known=known))
        mapping[name_key(head)] = column
    return mapping


def _show(session: Session, checked: Checked, *, as_json: bool, is_written: bool) -> None:
    language = session.lang()
    if as_json:
        print_json([_object(checked, is_written=is_written)])
        return
    for found in checked.years:
        facts = {"year": found.year, "lines": found.lines, "first": found.first, "last": found.last}
        text = "{year}: {lines} lines, numbers {first} to {last}"
        click.echo(say(language, text, **facts))
    for fault in checked.faults[:_MOST_SHOWN]:
        click.echo(visible(fault_line(fault, language)), err=fault.stops)
    if len(checked.faults) > _MOST_SHOWN:
        more = len(checked.faults) - _MOST_SHOWN
        click.echo(say(language, "{count} more; --report writes all of them", count=more), err=True)
    text = "imported" if is_written else "nothing was written" if not checked.is_sound else "it can be imported"
    click.echo(say(language, text), err=not checked.is_sound)


def fault_line(fault: Fault, language: str) -> str:
    """Write a fault for people, with its row and column."""
    place = say(language, "row {row}", row=fault.row) if fault.row else ""
    column = f" [{fault.column}]" if fault.column else ""
    said = fault.vi if language == "vi" else fault.en
    return f"{place}{column}: {said}" if place else said


def _object(checked: Checked, *, is_written: bool) -> dict[str, object]:
    return {
        "written": is_written,
        "years": [
            {name: getattr(each, name) for name in ("year", "lines", "first", "last")} | {"missing": list(each.missing)}
            for each in checked.years
        ],
        "left_out": dict(checked.left_out),
        "faults": [fault_object(each) for each in checked.faults],
    }


def fault_object(fault: Fault) -> dict[str, object]:
    """Return a fault for programs."""
    names = ("row", "column", "code", "stops", "vi", "en")
    return {name: getattr(fault, name) for name in names}


def _write_report(session: Session, path: Path, checked: Checked, file: str, agency: str) -> None:
    from mailbridge.printing.results import report_csv
    from mailbridge.printing.results_workbook import report_xlsx

    match path.suffix.lower():
        case ".json":
            text = json.dumps(_object(checked, is_written=False)["faults"], ensure_ascii=False, indent=1)
            path.write_text(text + "\n", encoding="utf-8")
        case ".csv":
            path.write_bytes(report_csv(_report(session, checked.faults, file, agency)))
        case ".xlsx":
            path.write_bytes(report_xlsx(_report(session, checked.faults, file, agency)))
        case other:
            raise click.UsageError(
                say(session.lang(), "a report ends in .xlsx, .json or .csv, not {suffix}", suffix=other)
            )
    click.echo(say(session.lang(), "written: {path}", path=visible(str(path))), err=True)


def _report(session: Session, faults: Iterable[Fault], file: str, agency: str) -> Report:
    from mailbridge.printing.results import Heading, Report, Table

    language = session.lang()
    heads = (("Row", 1.0), ("Column", 2.0), ("Stops", 1.0), ("What is wrong", 6.0))

    def rows() -> Iterator[tuple[int | str | None, ...]]:
        for each in faults:
            stops = say(language, "yes" if each.stops else "no")
            yield (each.row or None, each.column, stops, each.vi if language == "vi" else each.en)

    table = Table(
        columns=tuple(Heading(text=say(language, text), width=width) for text, width in heads), rows=tuple(rows())
    )
    title = say(language, "Faults of {file}", file=file)
    return Report(title=title, agency=agency, tables=(table,), written_at=datetime.now(UTC))
