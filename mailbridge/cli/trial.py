"""Judging mails from files through the very same code as the real path, without side effects (M6)."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from mailbridge.cli.session import BAD_DATA
from mailbridge.decision.findings import Agency, Decision
from mailbridge.decision.office import EVERYBODY, agencies_of
from mailbridge.decision.policy import Policy
from mailbridge.letters.summary import sentence
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.files import as_transmitted, is_mbox, mails_of_mbox
from mailbridge.mail.ident import uuid7
from mailbridge.pipeline import Seen, judge_seen, look, main_files
from mailbridge.ports import Lookups, Reading
from mailbridge.record import Object, as_object
from mailbridge.registry.entry import DraftEntry, Known, RegisterEntry

_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First octets of an OLE file, which an Outlook .msg is ([MS-CFB] §2.2)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What replaces the world, so that a run can be repeated."""

    at: datetime | None
    client: Client
    mail_from: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One mail that was read from a file; `name` as it is printed."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A mail, judged: the object of CONTRACT.md without `source`, one sentence, and the decision."""

    told: Object
    why: str
    decision: Decision


class Trial:
    """Judges sources one after the other, reading ahead."""

    def __init__(
        self,
        *,
        lookups: Lookups,
        reading: Reading,
        policies: Sequence[Policy],
        owns_all: bool,
        world: World,
        jobs: int,
    ) -> None:
        self._lookups = lookups
        self._reading = reading
        self._policies = policies
        self._owns_all = owns_all
        self._world = world
        self._jobs = jobs
        self._known: list[tuple[str, RegisterEntry]] = []
        self._known_symbols: list[tuple[str, RegisterEntry]] = []
        self._known_mails: set[str] = set()
        self.status = 0

    async def seen(self, sources: Iterator[Source]) -> AsyncIterator[tuple[Source, Seen]]:
        """Look at each source; results come in the order of the sources."""
        ahead: deque[tuple[Source, asyncio.Task[Seen]]] = deque()
        for source in sources:
            ahead.append((source, asyncio.create_task(self._look(source))))
            if len(ahead) >= self._jobs:
                first, task = ahead.popleft()
                yield first, await task
        while ahead:
            first, task = ahead.popleft()
            yield first, await task

    async def _look(self, source: Source) -> Seen:
        now = datetime.now(UTC)
        mail = MailObject(
            id=uuid7(int(now.timestamp() * 1000), secrets.token_bytes(10)),
            door=Door.MANUAL,
            client=self._world.client,
            envelope=Envelope(mail_from=self._world.mail_from, recipients=self._world.recipients),
            content=source.content,
            sha256=hashlib.sha256(source.content).hexdigest(),
            accepted_at=self._world.at or now,
        )
        return await look(mail, self._lookups, self._reading, mail.accepted_at)

    def remember(self, seen: Seen) -> None:
        """Take a mail as one whose documents are in the book already (`--known`)."""
        self._known_mails.add(seen.mail.sha256)
        for document, digest in zip(seen.classification.documents, main_files(seen), strict=False):
            number = len(self._known) + 1
            symbol = document.symbol.value
            entry = RegisterEntry(
                id=str(number),
                year=seen.mail.accepted_at.year,
                number=number,
                arrived_at=seen.mail.accepted_at,
                draft=DraftEntry(
                    agency="",
                    book="known",
                    mail_id=seen.mail.id,
                    document_sha256=digest,
                    symbol=symbol.text if symbol else None,
                    issuer=document.issuer.value,
                    issued_date=document.issued_date.value,
                ),
            )
            self._known.append((digest, entry))
            if symbol:
                self._known_symbols.append((symbol.text, entry))

    def judge(self, seen: Seen) -> Judged:
        """Judge what was seen."""
        policy = self._policy(seen)
        began = time.perf_counter()
        files = set(main_files(seen))
        symbols = {each.symbol.value.text for each in seen.classification.documents if each.symbol.value}
        known = Known(
            same_mail=seen.mail.sha256 in self._known_mails,
            same_file=tuple(each for each in self._known if each[0] in files),
            same_symbol=tuple(each for each in self._known_symbols if each[0] in symbols),
        )
        judgement, letters = judge_seen(seen, known, policy)
        timings = {**seen.timings_ms, "decide": (time.perf_counter() - began) * 1000}
        told = as_object(seen.mail, seen.message, judgement, letters, timings)
        return Judged(told=told, why=sentence(judgement, (), policy.language), decision=judgement.decision)

    def _policy(self, seen: Seen) -> Policy:
        """Choose the agency of the recipients; without a configuration one that owns them all."""
        if self._owns_all:
            (policy,) = self._policies
            agency = Agency(id="any", name="", domains=(EVERYBODY,), addresses=self._world.recipients, clerks=())
            return replace(policy, agency=agency)
        agencies = agencies_of(seen.mail.envelope, tuple(policy.agency for policy in self._policies))
        return next((policy for policy in self._policies if policy.agency in agencies), self._policies[0])

    def sources(self, paths: Sequence[Path]) -> Iterator[Source]:
        """Read the mails below these paths; what is no mail is said on stderr and makes the exit status 65."""
        for path in _files(paths):
            content = path.read_bytes()
            if content.startswith(_OUTLOOK):
                click.echo(f"{path}: Outlook .msg is not read by this version", err=True)
                self.status = BAD_DATA
            elif is_mbox(content):
                for number, mail in enumerate(mails_of_mbox(content), 1):
                    yield Source(name=f"{path}#{number}", content=as_transmitted(mail))
            else:
                yield Source(name=str(path), content=as_transmitted(content))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """List the files: a Maildir gives `new` and `cur`, another folder everything that looks like mail."""
    for path in paths:
        if not path.is_dir():
            yield path
        elif (path / "cur").is_dir() and (path / "new").is_dir():
            yield from sorted(each for name in ("new", "cur") for each in (path / name).iterdir() if each.is_file())
        else:
            yield from sorted(each for each in path.rglob("*") if _is_mail_file(each))


def _is_mail_file(path: Path) -> bool:
    return path.is_file() and (path.suffix.lower() in (".eml", ".mbox", ".msg") or path.parent.name in ("new", "cur"))
