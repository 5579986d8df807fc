"""`mailbridge register archive`: a folder of scans into an archive book."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import open_ledger
from mailbridge.cli.register_choice import person, reason, signed
from mailbridge.cli.register_paper import chosen_agency, chosen_book
from mailbridge.cli.session import BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.decision.policy import Policy
    from mailbridge.registry.entry import DraftEntry, RegisterEntry
    from mailbridge.seen import Seen
    from mailbridge.settings import Settings

_KINDS = {
    ".pdf": "application/pdf",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
}
"""Files that are looked at, by the ends of their names; others are told as left out."""

_LARGEST = 100 * 1024 * 1024
_AHEAD = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of a file: entered, there already, or why not; `missing` are fields that were not read."""

    name: str
    line: RegisterEntry | None = None
    is_new: bool = False
    missing: tuple[str, ...] = ()
    fault: str = ""


@click.command("archive")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--book", metavar="ID", required=True, help="The archive book.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--why", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def archive(
    session: Session,
    folder: Path,
    book: str,
    agency: str | None,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Enter each file below FOLDER into an archive book, with what is read of it; what was not read stays empty.

    A file that the agency has in a book is left as it is, so that the same command goes on where it was stopped. No
    letter leaves. Exit status 65 when a file could not be entered.
    """
    settings = session.settings()
    chosen = chosen_agency(session, settings, agency)
    of_book = chosen_book(session, settings, chosen, book)
    policy = next(each for each in settings.policies if each.agency.id == chosen)
    told, who = reason(session, why), person(by)
    counts = {"new": 0, "there": 0, "faults": 0}
    with open_ledger(session) as engine:
        from mailbridge.wiring.books import declare_books

        declare_books(engine, settings)
        run = _Run(settings, policy, of_book, engine, who, told)
        for done in run.all(sorted(each for each in folder.rglob("*") if each.is_file())):
            counts["faults" if done.fault else "new" if done.is_new else "there"] += 1
            _show(session, replace(done, name=str(Path(done.name).relative_to(folder))), as_json)
    if not as_json:
        click.echo(say(session.lang(), "{new} entered, {there} were there, {faults} could not be entered", **counts))
    return BAD_DATA if counts["faults"] else 0


class _Run:
    """One call: reads files ahead, and enters them one by one, in their order."""

    def __init__(self, settings: Settings, policy: Policy, book: str, engine: Engine, by: str, why: str) -> None:
        from mailbridge.classifier.kinds import Kind
        from mailbridge.decision.policy import Book

        self._settings = settings
        self._policy = replace(policy, books=(Book(id=book, title=book, kinds=tuple(Kind)),))
        self._book = book
        self._engine = engine
        self._by = by
        self._why = why

    def all(self, files: Sequence[Path]) -> Iterator[Done]:
        """Enter each file; one that cannot be read stops nothing. Raises `Unavailable`."""
        from mailbridge.wiring import reading_for

        with closing(reading_for(self._settings, parallel=_AHEAD)) as self._reading, asyncio.Runner() as runner:
            for path in files:
                yield self._one(path, runner)

    def _one(self, path: Path, runner: asyncio.Runner) -> Done:
        name = str(path)
        kind = _KINDS.get(path.suffix.lower())
        try:
            size = path.stat().st_size
            if kind is None or not 0 < size <= _LARGEST:
                return Done(name=name, fault="no scan, empty, or too large")
            content = path.read_bytes()
        except OSError as error:
            return Done(name=name, fault=error.strerror or "it cannot be read")
        there = self._there(hashlib.sha256(content).hexdigest())
        if there is not None:
            return Done(name=name, line=there)
        draft = self._draft(runner.run(self._look(content, kind)), content, path)
        return Done(name=name, fault="signs of a state secret were seen") if draft is None else self._enter(draft, name)

    def _there(self, sha256: str) -> RegisterEntry | None:
        from mailbridge.registry.database import reaching_database, reading
        from mailbridge.registry.links_rows import entry_for_document

        with reaching_database(), reading(self._engine).begin() as connection:
            return entry_for_document(connection, self._policy.agency.id, sha256)

    async def _look(self, content: bytes, kind: str) -> Seen:
        """Look at a file as at the only one of a mail, asking nobody."""
        from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
        from mailbridge.recheck.again import Given
        from mailbridge.seen import look
        from mailbridge.verify.evidence import Evidence, Trust

        mail = EmailMessage(policy=SMTP)
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename="scan")
        octets, now = mail.as_bytes(), datetime.now(UTC)
        given = MailObject(
            id="scan",
            door=Door.MANUAL,
            client=Client(),
            envelope=Envelope(mail_from=None, recipients=self._policy.agency.addresses[:1]),
            content=octets,
            sha256=hashlib.sha256(octets).hexdigest(),
            accepted_at=now,
        )
        evidence = Evidence(at=now, trust=Trust())
        return await look(given, Given(evidence), self._reading, now, directory=self._settings.directory)

    def _draft(self, seen: Seen, content: bytes, path: Path) -> DraftEntry | None:
        """Write the line of a file; None for what may not be stored."""
        from mailbridge.decision.draft import draft_entries
        from mailbridge.registry.entry import Channel, DraftEntry, Known
        from mailbridge.seen import judge_seen

        judgement, _ = judge_seen(seen, Known(), self._policy)
        if seen.classification.secrecy or judgement.decision.action.value == "stop":
            return None
        digest = hashlib.sha256(content).hexdigest()
        drafts = draft_entries(judgement, seen.mail, seen.message, self._policy)
        empty = DraftEntry(agency=self._policy.agency.id, book=self._book, mail_id="", document_sha256=digest)
        note = visible(path.name)
        return replace(
            drafts[0] if drafts else empty,
            book=self._book,
            mail_id="",
            document_sha256=digest,
            recipients=None,
            note=note,
            channel=Channel.PAPER,
        )

    def _enter(self, draft: DraftEntry, name: str) -> Done:
        from mailbridge.registry.conflicts import AlreadyEntered
        from mailbridge.registry.paper import missing
        from mailbridge.registry.store import SqlRegistry

        try:
            with SqlRegistry(self._engine).transaction() as current:
                line = current.enter(draft, datetime.now(UTC), by=self._by, why=self._why)
        except AlreadyEntered as there:
            return Done(name=name, line=there.entry)
        values = {each: getattr(draft, each) for each in ("type", "symbol", "issued_date", "issuer", "subject")}
        return Done(name=name, line=line, is_new=True, missing=missing(values))


def _show(session: Session, done: Done, as_json: bool) -> None:
    line = done.line
    if as_json:
        number = line.number if line and not line.awaits_number else None
        told = {"file": done.name, "number": number, "year": line.year if line else None, "new": done.is_new}
        print_json([{**told, "missing": list(done.missing), "fault": done.fault or None}])
        return
    language = session.lang()
    if done.fault:
        click.echo(visible(f"{done.name}: {say(language, done.fault)}"), err=True)
    elif line is not None and done.is_new:
        lacking = say(language, "; not read: {fields}", fields=_titles(done.missing, language)) if done.missing else ""
        click.echo(visible(f"{done.name}: {line.shown_number}/{line.year}{lacking}"))


def _titles(names: Sequence[str], language: str) -> str:
    from mailbridge.registry.corrections_fields import FIELDS

    return ", ".join(each.title(language) for each in FIELDS if each.name in names)
