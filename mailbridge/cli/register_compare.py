"""`mailbridge register compare`: our book beside the export of another system (parallel run)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import open_ledger
from mailbridge.cli.moments import the_day
from mailbridge.cli.register_import import fault_line, fault_object, read_mapping
from mailbridge.cli.register_paper import chosen_agency, chosen_book
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.printing.results import Report
    from mailbridge.registry.comparing import Pair
    from mailbridge.registry.entry import RegisterEntry

_COLUMNS = (
    Column(head="Stands in", whole=True),
    Column(head="No. here", whole=True),
    Column(head="No. there", whole=True),
    Column(head="Symbol", whole=True),
    Column(head="Author"),
    Column(head="Differences"),
)


@click.command("compare")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--day", metavar="DAY", help="Only this day of arrival, 20/11/2026.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--year", type=click.IntRange(1970, 9998), help="Year of the book; that of the day without it.")
@click.option("--map", "maps", multiple=True, metavar="HEAD=COLUMN", help="What a head of the file means; repeatable.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Where the whole goes: .xlsx or .csv.")
@as_json_option
@with_session
def compare(
    session: Session,
    file: Path,
    day: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    maps: Sequence[str],
    report: Path | None,
    as_json: bool,
) -> int:
    """
    Hold our book beside what another system exports: CSV, XLSX or XLS with the ten printed heads.

    Shown is what stands only here, only there, or says something else; exit status 1 when there is any. Documents are
    paired by symbol and day, not by number.
    """
    from mailbridge.letters.reasons import said
    from mailbridge.reading.problems import Unreadable
    from mailbridge.reading.sheet_tables import table_rows
    from mailbridge.registry.books import Books
    from mailbridge.registry.comparing import compared
    from mailbridge.registry.importing import read_lines

    settings = session.settings()
    chosen = chosen_agency(session, settings, agency)
    of_book, on = chosen_book(session, settings, chosen, book), _day(session, day)
    try:
        lines, faults = read_lines(table_rows(file), read_mapping(session, maps), year or (on.year if on else None))
    except Unreadable as error:
        click.echo(visible(f"{file}: {said(str(error), session.lang())}"), err=True)
        return BAD_DATA
    for fault in faults:
        click.echo(visible(fault_line(fault, session.lang())), err=True)
    theirs = [line for line in lines if on in (None, line.arrived)]
    days = {line.arrived for line in theirs}
    with open_ledger(session) as engine:
        ours = [
            each for each in Books(engine).entries(agency=chosen, book=of_book, year=year) if _is_asked(each, on, days)
        ]
    pairs = [each for each in compared(ours, theirs) if each.where.value != "both" or each.differing]
    if report is not None:
        name = next(each.agency.name for each in settings.policies if each.agency.id == chosen)
        _write(session, report, _report(session, pairs, file.name, name))
    if as_json:
        print_json(map(_object, pairs))
        print_json(fault_object(each) for each in faults)
    else:
        print_table(session.lang(), _COLUMNS, (_row(session, each) for each in pairs))
    return ANSWER_NO if pairs else BAD_DATA if any(each.stops for each in faults) else 0


def _day(session: Session, text: str | None) -> date | None:
    return None if text is None else the_day(session, text)


def _is_asked(entry: RegisterEntry, on: date | None, days: set[date]) -> bool:
    """Say whether a line of ours is of the day, or of one that the file has; what was voided has no document."""
    in_time = entry.arrival_date == on if on else entry.arrival_date in days
    return in_time and entry.status.stands


def _row(session: Session, pair: Pair) -> tuple[str, ...]:
    from mailbridge.registry.comparing import title_of

    language, here, there = session.lang(), pair.here, pair.there
    values = there.values if there else {}
    differing = (f"{title_of(name, language)}: {ours} ↔ {theirs}" for name, ours, theirs in pair.differing)
    return (
        say(language, pair.where.value),
        here.shown_number if here else "",
        str(there.number) if there else "",
        (here.draft.symbol if here else str(values.get("symbol") or "")) or "",
        (here.draft.issuer if here else str(values.get("issuer") or "")) or "",
        "; ".join(differing),
    )


def _object(pair: Pair) -> dict[str, object]:
    here, there = pair.here, pair.there
    values = there.values if there else {}
    return {
        "where": pair.where.value,
        "number": None if here is None or here.awaits_number else here.number,
        "number_there": there.number if there else None,
        "row": there.row if there else None,
        "symbol": here.draft.symbol if here else values.get("symbol"),
        "issuer": here.draft.issuer if here else values.get("issuer"),
        "differing": [{"field": name, "here": ours, "there": theirs} for name, ours, theirs in pair.differing],
    }


def _report(session: Session, pairs: Sequence[Pair], file: str, agency: str) -> Report:
    from mailbridge.printing.results import Heading, Report, Table

    widths = (1.5, 1.0, 1.0, 2.0, 3.0, 5.0)
    heads = zip(_COLUMNS, widths, strict=True)
    columns = tuple(Heading(text=say(session.lang(), column.head), width=width) for column, width in heads)
    table = Table(columns=columns, rows=tuple(_row(session, each) for each in pairs))
    title = say(session.lang(), "Our book beside {file}", file=visible(file))
    return Report(title=title, agency=agency, tables=(table,), written_at=datetime.now(UTC))


def _write(session: Session, path: Path, report: Report) -> None:
    from mailbridge.printing.results import report_csv
    from mailbridge.printing.results_workbook import report_xlsx

    match path.suffix.lower():
        case ".csv":
            path.write_bytes(report_csv(report))
        case ".xlsx":
            path.write_bytes(report_xlsx(report))
        case other:
            raise click.UsageError(say(session.lang(), "a report ends in .xlsx or .csv, not {suffix}", suffix=other))
    click.echo(say(session.lang(), "written: {path}", path=visible(str(path))), err=True)
