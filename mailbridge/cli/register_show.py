"""`mailbridge register show`: an entry with all that is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.letters import letter_object, letter_row
from mailbridge.cli.register import entry_object, entry_row
from mailbridge.cli.register_changes import change_lines, change_objects
from mailbridge.cli.register_choice import narrowing
from mailbridge.cli.register_close_words import closing_line, closing_object
from mailbridge.cli.register_desk_done import act_lines, act_object
from mailbridge.cli.register_links import link_line, link_object, numbers_of
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import hanging, print_json
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.acts import Act
    from mailbridge.registry.closings import Closing
    from mailbridge.registry.copies import Arrival
    from mailbridge.registry.corrections_fields import Change
    from mailbridge.registry.entry import Case, RegisterEntry
    from mailbridge.registry.judged import Verdict
    from mailbridge.registry.links import Link
    from mailbridge.registry.readings import Reading
    from mailbridge.registry.rows import LetterRecord
    from mailbridge.registry.versions import EntryVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An entry and what belongs to it; without a case nothing of a mail is kept."""

    entry: RegisterEntry
    versions: tuple[EntryVersion, ...]
    case: Case | None
    letters: tuple[LetterRecord, ...]
    verdicts: tuple[Verdict, ...]
    acts: tuple[Act, ...] = ()
    readings: tuple[Reading, ...] | None = None
    links: tuple[Link, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    closings: tuple[Closing, ...] = ()


@click.command("show")
@click.argument("what")
@click.option("--history", is_flag=True, help="Tell who read it, too.")
@narrowing
@as_json_option
@with_session
def show(
    session: Session,
    what: str,
    history: bool,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Show the entries called WHAT: a number (12 or 12/2026), a symbol (15/QĐ-SNV), the id of an entry or a mail.

    Below each: its versions with what was changed, by whom and why; its mail, files, letters and verdicts. That it was
    read is written down (keep_readings below [proof]).
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books

    with open_ledger(session) as engine:
        found = Books(engine).find_entries(what, agency=agency, book=book, year=year)
        told = [_gathered(engine, each, history=history) for each in found]
        note_shown(session, engine, found)
    if as_json:
        print_json(map(_object, told))
    elif not told:
        click.echo(say(session.lang(), "no such entry"), err=True)
    else:
        click.echo("\n\n".join("\n".join(_lines(each, session.lang())) for each in told))
    return 0 if told else ANSWER_NO


def note_shown(session: Session, engine: Engine, entries: Sequence[RegisterEntry]) -> None:
    """Write down that these are read by whoever is at the terminal, before they are shown."""
    from mailbridge.control.audit import who_asks
    from mailbridge.registry.readings import Reading, note_readings

    if not entries or not session.settings().proof.keep_readings:
        return
    now, who = datetime.now(UTC), who_asks()
    readings = [
        Reading(
            at=now,
            agency=each.draft.agency,
            reader=who,
            via="cli",
            entry_id=each.id,
            mail_id=each.draft.mail_id or None,
        )
        for each in entries
    ]
    if problem := note_readings(engine, readings):
        text = "that it was read could not be written down: {problem}"
        click.echo(say(session.lang(), text, problem=visible(problem)), err=True)


def _gathered(engine: Engine, entry: RegisterEntry, *, history: bool) -> Told:
    from mailbridge.registry.acts import acts_told
    from mailbridge.registry.books import Books
    from mailbridge.registry.closings import SqlClosings
    from mailbridge.registry.links_books import LinkBooks
    from mailbridge.registry.readings import readings_of
    from mailbridge.registry.verdicts import SqlVerdicts
    from mailbridge.registry.versions import versions_of_entry

    mail_id, agency = entry.draft.mail_id, entry.draft.agency
    verdicts = SqlVerdicts(engine)
    links = LinkBooks(engine).standing(entry.id)
    cases = verdicts.cases_of(mail_id) if mail_id else ()
    return Told(
        entry=entry,
        versions=versions_of_entry(engine, entry.id),
        case=next((case for case in cases if case.agency == agency), None),
        letters=tuple(Books(engine).letters(agency=agency, mail_id=mail_id)) if mail_id else (),
        verdicts=verdicts.of_mail(mail_id, agency) if mail_id else (),
        acts=acts_told(engine, agency, mail_id=mail_id, entry_id=entry.id),
        readings=readings_of(engine, entry_ids=[entry.id]) if history else None,
        links=links,
        numbers=numbers_of(engine, links),
        closings=SqlClosings(engine).of_day(agency, entry.draft.book, entry.arrival_date),
    )


def _object(told: Told) -> Mapping[str, object]:
    """Return the object of `register list` and behind it what only this verb tells."""
    return {
        **entry_object(told.entry),
        "id": told.entry.id,
        "agency": told.entry.draft.agency,
        "document_sha256": told.entry.draft.document_sha256 or None,
        "version": told.entry.version,
        "fields": _fields(told.entry),
        "closings": [closing_object(each) for each in told.closings],
        "versions": [_version_object(each, changes) for each, changes in _changed(told.versions)],
        "mail": _mail_object(told.case) if told.case else None,
        "files": _files(told.case),
        "letters": [letter_object(each) for each in told.letters],
        "channels": [_arrival_object(each) for each in _arrivals(told)],
        "links": [link_object(each, told.numbers) for each in told.links],
        "verdicts": [_verdict_object(each) for each in told.verdicts],
        "acts": [act_object(each) for each in told.acts],
        **({} if told.readings is None else {"readings": [_reading_object(each) for each in told.readings]}),
    }


def _reading_object(reading: Reading) -> dict[str, object]:
    return {"at": utc(reading.at), "by": reading.reader, "via": reading.via}


def _arrivals(told: Told) -> tuple[Arrival, ...]:
    from mailbridge.registry.copies import arrivals

    return arrivals(told.entry, told.links)


def _arrival_object(arrival: Arrival) -> dict[str, object]:
    return {"channel": arrival.channel.value, "arrived_at": utc(arrival.arrived_at), "mail_id": arrival.mail_id}


def _fields(entry: RegisterEntry) -> dict[str, object]:
    """Return every input field of the book by its name, days as 2026-12-31."""
    from mailbridge.registry.corrections_fields import FIELDS

    values = ((each.name, getattr(entry.draft, each.name)) for each in FIELDS)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values}


def _changed(versions: Sequence[EntryVersion]) -> Iterator[tuple[EntryVersion, tuple[Change, ...]]]:
    """Yield each version with what it changed; the first one changed nothing."""
    from mailbridge.registry.corrections_fields import changes_between

    yield from ((each, ()) for each in versions[:1])
    for before, after in pairwise(versions):
        yield after, changes_between(before.entry.draft, after.entry.draft)


def _version_object(version: EntryVersion, changes: Iterable[Change]) -> dict[str, object]:
    return {
        "version": version.entry.version,
        "at": utc(version.author.at),
        "by": version.author.by,
        "why": version.author.why,
        "status": version.entry.status.value,
        "changes": change_objects(changes),
    }


def _mail_object(case: Case) -> dict[str, object]:
    return {
        "mail_id": case.mail_id,
        "message_id": case.message_id,
        "from": case.author,
        "subject": case.subject,
        "accepted_at": utc(case.accepted_at),
        "sha256": case.sha256,
        "rule": case.rule,
        "reason": case.reason,
    }


def _files(case: Case | None) -> list[dict[str, Any]]:
    """Return the files of the mail as its judgement tells them."""
    judged = json.loads(case.judgement) if case and case.judgement else {}
    parts = (judged.get("message") or {}).get("parts", [])
    wanted = ("index", "name", "type", "size", "sha256")
    return [{key: part.get(key) for key in wanted} for part in parts if part.get("name")]


def _verdict_object(verdict: Verdict) -> dict[str, object]:
    judged = json.loads(verdict.judgement)
    return {
        "sequence": verdict.sequence,
        "judged_at": utc(verdict.judged_at),
        "for_moment": utc(verdict.for_moment),
        "cause": verdict.cause.value,
        "authentication": judged.get("authentication"),
        "signatures": judged.get("signatures", []),
    }


def _lines(told: Told, language: str) -> Iterator[str]:
    from mailbridge.cli.verdict_words import verdict_events

    yield from _sheet(told.entry, language)
    yield from _block(language, "Versions", _version_lines(told.versions, language))
    yield from _block(language, "Closing", (closing_line(language, each) for each in told.closings))
    yield from _block(language, "Links", (link_line(each, told.entry, told.numbers, language) for each in told.links))
    if told.case:
        yield from _block(language, "Mail", _mail_lines(told.case))
    yield from _block(language, "Files", (_file_line(each) for each in _files(told.case)))
    letters = (", ".join(filter(None, letter_row(each, language))) for each in told.letters)
    yield from _block(language, "Letters", letters)
    judged = (f"{local_time(each.at)}, {each.detail}" for each in verdict_events(told.verdicts, language))
    yield from _block(language, "Verdicts", judged)
    yield from _block(language, "Acts", act_lines(told.acts, language))
    read = (f"{local_time(each.at)}, {each.reader}, {each.via}" for each in told.readings or ())
    yield from _block(language, "Read by", read)


def _block(language: str, head: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines below a head, or nothing when there are none."""
    indented = [f"  {visible(line)}" for line in lines]
    if indented:
        yield f"{say(language, head)}:"
        yield from indented


def _version_lines(versions: Sequence[EntryVersion], language: str) -> Iterator[str]:
    for version, changes in _changed(versions):
        author = version.author
        state = say(language, version.entry.status.value)
        yield f"{version.entry.version}. {local_time(author.at)}, {author.by}, {state}: {author.why}"
        yield from change_lines(language, changes)


def _mail_lines(case: Case) -> Iterator[str]:
    yield ", ".join(filter(None, (local_time(case.accepted_at), case.author, case.subject)))
    if case.message_id:
        yield case.message_id


def _file_line(part: Mapping[str, Any]) -> str:
    return f"{part['index']} {part['name']}, {part['type']}, SHA-256 {part['sha256']}"


def _sheet(entry: RegisterEntry, language: str) -> Iterator[str]:
    """Write one entry as lines "name: value", what is known of it."""
    draft = entry.draft

    def day(value: date | None) -> str | None:
        return f"{value:%d/%m/%Y}" if value else None

    facts = (
        ("Agency", draft.agency),
        ("Book", f"{draft.book} {entry.year}"),
        ("No.", entry_row(entry, language)[0]),
        ("Arrived", local_time(entry.arrived_at)),
        ("Author", draft.issuer),
        ("Symbol", draft.symbol),
        ("Date", day(draft.issued_date)),
        ("Type", draft.type),
        ("Subject", draft.subject),
        ("Urgency", draft.urgency),
        ("Signer", ", ".join(filter(None, (draft.signer_name, draft.signer_position)))),
        ("Pages", str(draft.pages) if draft.pages else None),
        ("Due", day(draft.due_date)),
        ("Recipients", draft.recipients),
        ("Handed over", day(draft.transfer_date)),
        ("Directions", draft.trace),
        ("Note", draft.note),
        ("State", say(language, entry.status.value)),
        ("Channel", say(language, f"channel/{draft.channel.value}").removeprefix("channel/")),
        ("Mail", draft.mail_id),
        ("SHA-256", draft.document_sha256),
    )
    for head, value in facts:
        if value:
            label = f"{say(language, head)}:"
            yield hanging(f"{label:15}" if len(label) < 15 else f"{label} ", visible(value))
