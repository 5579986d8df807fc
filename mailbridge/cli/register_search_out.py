"""What a search found, written into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_search_saved import told
from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.printing.results import Report
    from mailbridge.printing.results_entries import ResultColumn
    from mailbridge.registry.search_books import Hit, Question

_MODE = 0o640
"""Entries name people: whoever may read the folder's group may read them."""


def write_found(
    session: Session, hits: Sequence[Hit], question: Question, *, output: Path, columns: str | None, force: bool
) -> int:
    """Write what was found; 1 when nothing was, or when a file is in the way."""
    from mailbridge.printing.results_entries import found_report

    writer, chosen = writer_of(session, output), _columns(session, columns)
    if not hits:
        click.echo(say(session.lang(), "nothing found"), err=True)
        return ANSWER_NO
    names = {policy.agency.id: policy.agency.name for policy in session.settings().policies}
    agencies = dict.fromkeys(names.get(hit.entry.draft.agency, hit.entry.draft.agency) for hit in hits)
    said = (f"Tìm: {told(question)}", f"{len(hits)} văn bản")
    report = found_report(hits, chosen, agency="; ".join(agencies), told=said, written_at=datetime.now(UTC))
    return write_file(session, output, writer(report), force=force)


def writer_of(session: Session, output: Path) -> Callable[[Report], bytes]:
    """Return what writes a report into a file of this name; raises `UsageError` when nothing does."""
    from mailbridge.printing.results import report_csv
    from mailbridge.printing.results_pdf import report_pdf
    from mailbridge.printing.results_word import report_docx
    from mailbridge.printing.results_workbook import report_xlsx

    writers = {".csv": report_csv, ".xlsx": report_xlsx, ".docx": report_docx, ".pdf": report_pdf}
    found = writers.get(output.suffix.lower())
    if found is None:
        raise click.UsageError(say(session.lang(), "name a file that ends in .xlsx, .docx, .pdf or .csv"))
    return found


def write_file(session: Session, output: Path, octets: bytes, *, force: bool) -> int:
    """Write a file whole; 1 when one is there that may not be written over."""
    from mailbridge.lookups.atomic import write_whole

    path = visible(str(output))
    if output.exists() and not force:
        click.echo(say(session.lang(), "{path} is there already; --force writes over it", path=path), err=True)
        return ANSWER_NO
    write_whole(output, octets, mode=_MODE)
    click.echo(say(session.lang(), "written: {path}", path=path))
    return 0


def _columns(session: Session, asked: str | None) -> tuple[ResultColumn, ...]:
    from mailbridge.printing.results_entries import COLUMNS, USUAL, column_called

    chosen = []
    for name in asked.split(",") if asked else USUAL:
        column = column_called(name)
        if column is None:
            known = ", ".join(f"{each.name} ({each.head})" for each in COLUMNS)
            facts = {"name": visible(name.strip()), "known": known}
            raise click.UsageError(say(session.lang(), "there is no column {name}; columns: {known}", **facts))
        chosen.append(column)
    return tuple(chosen)
