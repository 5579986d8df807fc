"""`mailbridge register show`: an entry with all that is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.letters import letter_object, letter_row
from mailbridge.cli.register import entry_object, entry_row
from mailbridge.cli.register_changes import change_lines, change_objects
from mailbridge.cli.register_choice import narrowing
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import hanging, print_json
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.corrections_fields import Change
    from mailbridge.registry.entry import Case, RegisterEntry
    from mailbridge.registry.judged import Verdict
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


@click.command("show")
@click.argument("what")
@narrowing
@as_json_option
@with_session
def show(session: Session, what: str, agency: str | None, book: str | None, year: int | None, as_json: bool) -> int:
    """
    Show the entries called WHAT: a number (12 or 12/2026), a symbol (15/QĐ-SNV), the id of an entry or a mail.

    Below each: its versions with what was changed, by whom and why; its mail, files, letters and verdicts.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books

    with open_ledger(session) as engine:
        found = Books(engine).find_entries(what, agency=agency, book=book, year=year)
        told = [_gathered(engine, each) for each in found]
    if as_json:
        print_json(map(_object, told))
    elif not told:
        click.echo(say(session.lang(), "no such entry"), err=True)
    else:
        click.echo("\n\n".join("\n".join(_lines(each, session.lang())) for each in told))
    return 0 if told else ANSWER_NO


def _gathered(engine: Engine, entry: RegisterEntry) -> Told:
    from mailbridge.registry.books import Books
    from mailbridge.registry.verdicts import SqlVerdicts
    from mailbridge.registry.versions import versions_of_entry

    mail_id, agency = entry.draft.mail_id, entry.draft.agency
    verdicts = SqlVerdicts(engine)
    cases = verdicts.cases_of(mail_id) if mail_id else ()
    return Told(
        entry=entry,
        versions=versions_of_entry(engine, entry.id),
        case=next((case for case in cases if case.agency == agency), None),
        letters=tuple(Books(engine).letters(agency=agency, mail_id=mail_id)) if mail_id else (),
        verdicts=verdicts.of_mail(mail_id, agency) if mail_id else (),
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
        "versions": [_version_object(each, changes) for each, changes in _changed(told.versions)],
        "mail": _mail_object(told.case) if told.case else None,
        "files": _files(told.case),
        "letters": [letter_object(each) for each in told.letters],
        "verdicts": [_verdict_object(each) for each in told.verdicts],
    }


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
    if told.case:
        yield from _block(language, "Mail", _mail_lines(told.case))
    yield from _block(language, "Files", (_file_line(each) for each in _files(told.case)))
    letters = (", ".join(filter(None, letter_row(each, language))) for each in told.letters)
    yield from _block(language, "Letters", letters)
    judged = (f"{local_time(each.at)}, {each.detail}" for each in verdict_events(told.verdicts, language))
    yield from _block(language, "Verdicts", judged)


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
            yield hanging(f"{say(language, head) + ':':15}", visible(value))
