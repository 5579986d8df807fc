"""`mailbridge register verify`: is the book what was written into it, and where not?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.moments import day_option
from mailbridge.cli.register_verify_roots import Stamped, judge_stamps
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, visible
from mailbridge.verify.evidence import Trust

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailbridge.cli.register_verify_files import FileProof
    from mailbridge.registry.journal_check import Proven
    from mailbridge.registry.journal_proof import Fault
    from mailbridge.settings import Settings

_MOST_SHOWN = 20
"""Broken places that are named behind the first one; the others are counted."""


@dataclass(slots=True)
class Checked:
    """All that was found: in the rows, in the files, of the stamps."""

    proven: Proven
    files: FileProof | None
    stamped: Stamped
    faults: Sequence[Fault]


@click.command("verify")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", metavar="ID", help="Only the journal of this agency.")
@click.option("--since", callback=day_option, metavar="DAY", help="Only what was written from this day on.")
@click.option(
    "--mails",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A copy of the archive of mails, for a proof from a file.",
)
@click.option(
    "--trust",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Certificates of the authority that stamped, for a proof from a file.",
)
@click.option("--rows-only", is_flag=True, help="Leave out the mails of the archive and the evidence.")
@as_json_option
@with_session
def verify(
    session: Session,
    path: Path | None,
    agency: str | None,
    since: date | None,
    mails: Path | None,
    trust: Path | None,
    rows_only: bool,
    as_json: bool,
) -> int:
    """
    Prove that nothing of the book was changed, or name the first place where it was.

    Every link of the journal, every row that a link names, rows that no link names, the numbers of each book, roots
    and stamps, every mail of the archive and every piece of evidence. With PATH, a file of `register export --proof`
    is proven instead, without database and configuration.
    """
    if path is not None and (agency or since):
        raise click.UsageError("--agency and --since do not go with a file")
    if path is None and (mails or trust):
        raise click.UsageError("--mails and --trust go with a file; without one those of the configuration are read")
    from mailbridge.registry.journal_file import NoProof

    try:
        checked = _of_file(path, mails, trust) if path else _of_book(session, agency, since, rows_only)
    except NoProof as error:
        click.echo(visible(str(error)), err=True)
        return BAD_DATA
    print_checked(session, checked, as_json=as_json)
    return ANSWER_NO if checked.faults else 0


def print_checked(session: Session, checked: Checked, *, as_json: bool) -> None:
    """Say what was found."""
    if as_json:
        print_json([_object(checked)])
    else:
        _print(session.lang(), checked)


def _of_book(session: Session, agency: str | None, since: date | None, rows_only: bool) -> Checked:
    from mailbridge.cli.ledger import in_spool, open_ledger
    from mailbridge.cli.register_verify_files import FileProof
    from mailbridge.registry.journal_check import Asked, damage, one_moment, prove
    from mailbridge.wiring.prepared import evidence_folder

    settings = session.settings()
    files = None
    if not rows_only:
        archive = settings.data / "spool" / "archive"
        spool = in_spool(settings)
        files = FileProof(archive, evidence_folder(settings), waiting=frozenset((*spool.waiting, *spool.aside)))
    with open_ledger(session) as engine, one_moment(engine) as connection, progress() as tell:
        asked = Asked(agency=agency, since=since)
        proven = prove(connection, asked, tell=tell, watch=files.watch if files else None)
        if agency is None and since is None:
            proven = replace(proven, faults=(*proven.faults, *damage(connection)))
        return with_stamps(connection, agency, proven, settings, files)


def with_stamps(
    connection: Connection, agency: str | None, proven: Proven, settings: Settings, files: FileProof | None = None
) -> Checked:
    """Judge the stamps of a database by what the configuration trusts, and put all together."""
    from mailbridge.registry.journal_roots import roots_of, stamps_of
    from mailbridge.wiring.looking import keeper_for

    roots, stamps = list(roots_of(connection, agency)), list(stamps_of(connection, agency))
    trust = keeper_for(settings).current if stamps else Trust()
    return _checked(proven, files, judge_stamps(roots, stamps, trust, datetime.now(UTC)))


def _of_file(path: Path, mails: Path | None, trusted: Path | None) -> Checked:
    from mailbridge.cli.register_verify_files import FileProof
    from mailbridge.lookups.trust import read_trust, trust_of
    from mailbridge.registry.journal_file import ProofFile

    files = FileProof(mails, None) if mails else None
    proof = ProofFile(path, watch=files.watch if files else None)
    with progress() as tell:
        proven = proof.prove(lambda links: tell(links, 0))
    trust = trust_of(read_trust(trusted), ()) if trusted else Trust()
    return _checked(proven, files, judge_stamps(proof.roots, proof.stamps, trust, datetime.now(UTC)))


def _checked(proven: Proven, files: FileProof | None, stamped: Stamped) -> Checked:
    found = tuple(files.finish()) if files else ()
    faults = (*proven.faults, *stamped.faults, *found)
    return Checked(proven=proven, files=files, stamped=stamped, faults=faults)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr when somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of or None)


def _print(language: str, checked: Checked) -> None:
    proven = checked.proven
    until = local_time(datetime.fromisoformat(proven.until)) if proven.until else "–"
    facts = {"entries": proven.entries, "rows": proven.rows, "links": proven.links, "until": until}
    if not checked.faults:
        click.echo(
            say(language, "nothing changed: {entries} entries, {rows} rows, {links} links, until {until}", **facts)
        )
    else:
        first, *others = checked.faults
        click.echo(say(language, "CHANGED. The first broken place: {place}", place=describe(language, first)))
        for each in others[:_MOST_SHOWN]:
            click.echo(f"  {describe(language, each)}")
        if others:
            click.echo(say(language, "besides: {count}", count=_counted(language, others)))
        click.echo(say(language, "looked at: {entries} entries, {rows} rows, {links} links, until {until}", **facts))
    if checked.files:
        facts = {"mails": checked.files.mails, "files": checked.files.files}
        click.echo(say(language, "files: {mails} mails of the archive, {files} pieces of evidence", **facts))
    if proven.is_partial:
        click.echo(say(language, "only a part was looked at: rows that no link names are found without --since"))
    click.echo(checked.stamped.told(language))


def _counted(language: str, faults: Sequence[Fault]) -> str:
    counts = Counter(each.wrong.value for each in faults)
    return ", ".join(f"{count} × {say(language, wrong)}" for wrong, count in sorted(counts.items()))


def describe(language: str, fault: Fault) -> str:
    """Say in a line what is wrong and where: the line of the book, the row, its link."""
    parts = [say(language, fault.wrong.value)]
    if fault.label:
        parts.append(_line_of(language, fault))
    if fault.table:
        parts.append(say(language, "table {table}, row {key}", table=fault.table, key=visible(fault.key) or "?"))
    elif fault.key:
        parts.append(visible(fault.key))
    if fault.link is not None:
        chain = fault.agency or say(language, "of the house")
        parts.append(say(language, "link {link} of the journal {chain}", link=fault.link, chain=chain))
    elif fault.agency:
        parts.append(fault.agency)
    if fault.detail:
        parts.append(visible(fault.detail))
    return "; ".join(parts)


def _line_of(language: str, fault: Fault) -> str:
    """Name the line of the book, and its version where the row is one: "den/2026/12" is book, year and number."""
    import json

    book, _, rest = fault.label.partition("/")
    year, _, number = rest.partition("/")
    if not number:
        return visible(fault.label)
    said = say(language, "book {book}, number {number}/{year}", book=visible(book), number=number, year=year)
    if fault.table != "entry_version" or not fault.key:
        return said
    return f"{said}, {say(language, 'version {version}', version=json.loads(fault.key)[-1])}"


def _object(checked: Checked) -> dict[str, object]:
    proven, files = checked.proven, checked.files
    return {
        "whole": not checked.faults,
        "entries": proven.entries,
        "rows": proven.rows,
        "links": proven.links,
        "until": proven.until or None,
        "partial": proven.is_partial,
        "mails": files.mails if files else None,
        "evidence": files.files if files else None,
        "faults": len(checked.faults),
        "first": _fault_object(checked.faults[0]) if checked.faults else None,
        "others": [_fault_object(each) for each in checked.faults[1 : 1 + _MOST_SHOWN]],
        "roots": checked.stamped.roots,
        "stamps": checked.stamped.stamps,
        "stamps_good": checked.stamped.good,
        "stamped_until": checked.stamped.newest[0].day.isoformat() if checked.stamped.newest else None,
    }


def _fault_object(fault: Fault) -> dict[str, object]:
    book, _, rest = fault.label.partition("/")
    year, _, number = rest.partition("/")
    return {
        "what": fault.wrong.value,
        "agency": fault.agency or None,
        "book": book or None,
        "year": int(year) if year.isdecimal() else None,
        "number": int(number) if number.isdecimal() else None,
        "table": fault.table or None,
        "key": fault.key or None,
        "link": fault.link,
        "detail": fault.detail or None,
    }
