"""`mailbridge directory import|list|check`: agencies, how documents name them, and their published addresses."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.classifier.directory import Confirmation, Office
    from mailbridge.settings.problem import Report

_COLUMNS = (
    Column(head="Agency"),
    Column(head="Superior", under="Agency"),
    Column(head="Code", whole=True),
    Column(head="Addresses", under="Agency"),
    Column(head="Domains", under="Agency"),
    Column(head="Confirmed", under="Agency"),
)
_OWN = (Column(head="Agency"), Column(head="Address", whole=True))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("directory")
@with_session
def command(_session: Session) -> None:
    """Show, check and bring in the directory of agencies."""


@command.command("list")
@click.argument("text", required=False)
@click.option("--own", is_flag=True, help="List the addresses that our own agencies publish.")
@click.option("--csv", "as_csv", is_flag=True, help="With --own: as CSV, to be published.")
@as_json_option
@with_session
def list_offices(session: Session, text: str | None, own: bool, as_csv: bool, as_json: bool) -> int:
    """List the agencies, or those with TEXT in a name, code or address; marks and case do not matter."""
    if own:
        return _list_own(session, as_csv, as_json)
    if as_csv:
        raise click.UsageError(say(session.lang(), "--csv goes with --own"))
    offices = [office for office in session.settings().directory.offices if text is None or _has(office, text)]
    if as_json:
        print_json(map(_object, offices))
    else:
        rows = (
            (
                each.name,
                each.superior or "",
                each.code or "",
                ", ".join(each.addresses),
                ", ".join(each.domains),
                "; ".join(f"{one.address}: {_shown(one.confirmation)}" for one in each.confirmed),
            )
            for each in offices
        )
        print_table(session.lang(), _COLUMNS, rows)
    return 0 if offices else ANSWER_NO


@command.command("check")
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE…]")
@as_json_option
@with_session
def check(session: Session, files: Sequence[Path], as_json: bool) -> int:
    """
    Check the directory of the configuration, or files that are to be brought in.

    Confirmations of addresses that are over are named too. Exit status 1 when something is found.
    """
    from mailbridge.registry.entry import local_day
    from mailbridge.settings.directory_confirmed import ended, overlapping
    from mailbridge.settings.directory_files import read_directory, read_lists
    from mailbridge.settings.problem import Report

    report = Report()
    folder = session.settings_path() if not files else None
    if folder is not None:
        folder = (folder if folder.is_dir() else folder.parent) / "directory"
        read_directory(folder, report)
    offices, lines = read_lists(files or sorted(folder.glob("*.csv") if folder else ()), Report() if folder else report)
    if files:
        for line, _ in overlapping(lines):
            report.add(line.place, f'"{line.entry.address}" is confirmed twice for the same days', "mend the days")
    ended(lines, local_day(datetime.now(UTC)), report)
    _tell(report, as_json)
    if not as_json:
        told = say(session.lang(), "{count} agencies", count=len(offices))
        more = say(session.lang(), "{count} confirmed addresses", count=len(lines))
        click.echo(f"{told}, {more}" if lines else told)
    return ANSWER_NO if report.problems else 0


@command.command("import")
@click.argument("file", type=_FILE)
@click.option("--name", metavar="NAME", help="Name of the file in the directory; that of FILE without it.")
@click.option("--replace", is_flag=True, help="Replace the file of this name.")
@as_json_option
@with_session
def bring_in(session: Session, file: Path, name: str | None, replace: bool, as_json: bool) -> int:
    """
    Bring a list of agencies into the configuration.

    FILE is CSV with a heading: name, and any of superior, code, others, addresses, domains. What is new, changed and
    gone is shown. Or a list of confirmed addresses: name, address, confirmed_by, from, to; its agencies must be in the
    directory. With a finding nothing is written, exit status 65.
    """
    from mailbridge.settings.directory_confirmed import with_confirmed
    from mailbridge.settings.directory_files import read_lists, read_offices, write_confirmed, write_offices
    from mailbridge.settings.problem import Report

    settings = session.settings()
    target = settings.folder / "directory" / f"{Path(name or file.stem).stem}.csv"
    report = Report()
    placed, lines = read_lists((file,), report)
    offices = [office for _, office in placed]
    if lines:
        with_confirmed(settings.directory.offices, lines, report)
    if report.problems:
        _tell(report, as_json)
        return BAD_DATA
    before = [office for _, office in read_offices(target, Report())] if target.exists() else []
    if target.exists() and not replace:
        text = say(session.lang(), "{path} is there already; --replace puts this list in its place", path=target)
        click.echo(visible(text), err=True)
        return ANSWER_NO
    if lines:
        write_confirmed(target, lines)
        click.echo(say(session.lang(), "{count} confirmed addresses", count=len(lines)), err=as_json)
    else:
        write_offices(target, offices)
        _show_changes(session, before, offices, as_json)
    if not as_json:
        click.echo(visible(say(session.lang(), "written: {path}", path=target)))
    return 0


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        print_json(
            {"file": each.file, "line": each.line, "problem": each.problem, "remedy": each.remedy}
            for each in report.problems
        )
    else:
        for each in report.problems:
            click.echo(visible(str(each)))


def _show_changes(session: Session, before: Sequence[Office], after: Sequence[Office], as_json: bool) -> None:
    old, new = ({(each.name, each.superior): each for each in offices} for offices in (before, after))
    changes = [("new", new[key]) for key in new if key not in old]
    changes += [("changed", new[key]) for key in new if key in old and new[key] != old[key]]
    changes += [("gone", old[key]) for key in old if key not in new]
    if as_json:
        print_json({"change": change, **_object(office)} for change, office in changes)
        return
    for change, office in changes:
        click.echo(visible(f"{say(session.lang(), change)}: {office.name}"))


def _has(office: Office, text: str) -> bool:
    from mailbridge.classifier.directory import name_key
    from mailbridge.classifier.folding import fold

    names = (office.name, *office.others)
    exact = (*names, office.superior or "", office.code or "", *office.addresses, *office.domains)
    wanted = name_key(text)
    return any(fold(text) in fold(each) for each in exact) or (
        bool(wanted) and any(wanted in name_key(name) for name in names)
    )


def _list_own(session: Session, as_csv: bool, as_json: bool) -> int:
    """List what our agencies publish of themselves (Chỉ thị 15/CT-TTg 2012): name and receiving addresses."""
    rows = [(each.name, address) for each in session.settings().agencies for address in each.addresses]
    if as_json:
        print_json({"name": name, "address": address} for name, address in rows)
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows((("name", "address"), *rows))
    else:
        print_table(session.lang(), _OWN, rows)
    return 0 if rows else ANSWER_NO


def _shown(confirmation: Confirmation) -> str:
    since, until = (f"{day:%d/%m/%Y}" if day else "…" for day in (confirmation.since, confirmation.until))
    return f"{confirmation.document} ({since}–{until})"


def _object(office: Office) -> dict[str, object]:
    return {
        "name": office.name,
        "superior": office.superior,
        "code": office.code,
        "others": list(office.others),
        "addresses": list(office.addresses),
        "domains": list(office.domains),
        "confirmed": [
            {
                "address": each.address,
                "confirmed_by": each.confirmation.document,
                "from": each.confirmation.since.isoformat() if each.confirmation.since else None,
                "to": each.confirmation.until.isoformat() if each.confirmation.until else None,
            }
            for each in office.confirmed
        ],
    }
