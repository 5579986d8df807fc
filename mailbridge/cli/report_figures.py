"""`mailbridge report figures|private`: the figures that agencies owe, and official business from private mailboxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.report_periods import period_of, period_options
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.printing.results import Report, Table
    from mailbridge.registry.figures import By, Figures, HeldFigures
    from mailbridge.registry.figures_facts import Facts, OfficialMail
    from mailbridge.registry.figures_periods import Period


@click.command("figures")
@period_options
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["unit", "sender", "kind", "day"]),
    help="Apart by unit, sender, kind or day; may be given several times.",
)
@as_json_option
@with_session
def figures(
    session: Session,
    /,
    agency: str | None,
    output: Path | None,
    force: bool,
    by: tuple[str, ...],
    as_json: bool,
    **asked: Any,
) -> int:
    """
    Draw up the figures of a period: how many documents, how many electronic, signed, on time, and what waited.

    Whatever arrived in the period is counted as it is known now. A period is of the calendar, or with --window-15 one
    of reports: from the 15th of the month before to the 14th.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.cli.register_search_out import write_file, writer_of
    from mailbridge.registry.figures import By, count, count_by, count_held
    from mailbridge.registry.figures_facts import read_facts

    period, writer = period_of(session, **asked), writer_of(session, output) if output else None
    with open_ledger(session) as engine:
        facts = read_facts(engine, period.first, period.last, agency=agency)
    following, now = session.settings().timetable.hours.calendar.following, datetime.now(UTC)
    whole, held = count(facts.documents, following), count_held(facts.held, now)
    parted = tuple((each, count_by(facts.documents, each, following)) for each in map(By, dict.fromkeys(by)))
    if as_json:
        print_json(_objects(period, whole, held, parted, facts))
        return 0
    report = _report(session, period, whole, held, parted, facts, agency, now)
    if writer is not None and output is not None:
        return write_file(session, output, writer(report), force=force)
    _print(session, report)
    return 0


@click.command("private")
@period_options
@as_json_option
@with_session
def private(
    session: Session, /, agency: str | None, output: Path | None, force: bool, as_json: bool, **asked: Any
) -> int:
    """
    List official business that came from private mailboxes, by sender: neither .gov.vn nor in the directory.

    Nothing is refused for it alone; 1 when there is none.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.cli.register_search_out import write_file, writer_of
    from mailbridge.decision.sender import is_private
    from mailbridge.registry.figures_facts import read_official_mails

    period, writer = period_of(session, **asked), writer_of(session, output) if output else None
    directory = session.settings().directory
    with open_ledger(session) as engine:
        mails = read_official_mails(engine, period.first, period.last, agency=agency)
        found = [each for each in mails if is_private(each.author, directory)]
    senders = _by_sender(found)
    if as_json:
        print_json({"sender": sender, "mails": len(mails), "symbols": _symbols(mails)} for sender, mails in senders)
    else:
        report = _private_report(session, period, senders, agency)
        if writer is not None and output is not None:
            return write_file(session, output, writer(report), force=force)
        _print(session, report)
    return 0 if found else ANSWER_NO


def _by_sender(mails: Sequence[OfficialMail]) -> list[tuple[str, list[OfficialMail]]]:
    """Part mails by their author, the most frequent first."""
    found: dict[str, list[OfficialMail]] = {}
    for each in mails:
        found.setdefault(each.author.lower(), []).append(each)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _symbols(mails: Sequence[OfficialMail]) -> list[str]:
    return list(dict.fromkeys(symbol for each in mails for symbol in each.symbols))


def _private_report(
    session: Session, period: Period, senders: Sequence[tuple[str, Sequence[OfficialMail]]], agency: str | None
) -> Report:
    from mailbridge.printing.results import Heading, Report, Table
    from mailbridge.registry.entry import local_day

    columns = (
        Heading(text="Hộp thư", width=2),
        Heading(text="Số thư", width=0.6),
        Heading(text="Thư gần nhất", width=0.9),
        Heading(text="Số, ký hiệu văn bản", width=4),
    )
    rows = tuple(
        (sender, len(mails), local_day(max(each.accepted_at for each in mails)), ", ".join(_symbols(mails)))
        for sender, mails in senders
    )
    return Report(
        title="Văn bản gửi từ hộp thư cá nhân",
        agency=_named(session, agency),
        told=(period.label,),
        tables=(Table(columns=columns, rows=rows),),
        written_at=datetime.now(UTC),
    )


def _report(
    session: Session,
    period: Period,
    whole: Figures,
    held: HeldFigures,
    parted: Sequence[tuple[By, Sequence[tuple[str | date, Figures]]]],
    facts: Facts,
    agency: str | None,
    now: datetime,
) -> Report:
    from mailbridge.printing.figures import figures_report

    name = _named(session, agency)
    return figures_report(period, whole, held, parted, agency=name, voided=facts.voided, written_at=now)


def _named(session: Session, agency: str | None) -> str:
    names = {each.id: each.name for each in session.settings().agencies}
    if agency is not None and agency not in names:
        known = ", ".join(names)
        raise click.UsageError(
            say(session.lang(), "there is no agency {agency}; agencies: {known}", agency=agency, known=known)
        )
    return names[agency] if agency else "; ".join(names.values())


def _print(session: Session, report: Report) -> None:
    click.echo("\n".join(visible(line) for line in (report.title, *report.told)))
    for table in report.tables:
        click.echo(f"\n{visible(table.title)}" if table.title else "")
        _print_table(session, table)


def _print_table(session: Session, table: Table) -> None:
    from mailbridge.printing.results import shown

    columns = [Column(head=column.text, whole=place > 0) for place, column in enumerate(table.columns)]
    print_table(session.lang(), columns, (tuple(map(shown, row)) for row in table.rows))


def _objects(
    period: Period,
    whole: Figures,
    held: HeldFigures,
    parted: Sequence[tuple[By, Sequence[tuple[str | date, Figures]]]],
    facts: Facts,
) -> Iterator[Mapping[str, object]]:
    days = {"from": period.first.isoformat(), "to": period.last.isoformat(), "label": period.label}
    yield {**days, **_plain(whole), "voided": facts.voided, "held": _plain(held)}
    for by, rows in parted:
        for name, each in rows:
            yield {"by": by.value, "name": str(name) or None, **_plain(each)}


def _plain(value: Figures | HeldFigures) -> dict[str, object]:
    """Lay out figures for JSON; spans of time in seconds."""
    told = {each.name: getattr(value, each.name) for each in fields(value)}
    return {
        name: one.total_seconds() if isinstance(one, timedelta) else list(one) if isinstance(one, tuple) else one
        for name, one in told.items()
    }
