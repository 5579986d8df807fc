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

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.learned import NO_HINTS, Hints
from mailbridge.cli.sources import Source
from mailbridge.decision.findings import Agency, Decision, Judgement
from mailbridge.decision.office import EVERYBODY, agencies_of
from mailbridge.decision.policy import Policy
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.ident import uuid7
from mailbridge.ports import Lookups, Reading
from mailbridge.record import Object, as_object
from mailbridge.registry.differences import says_the_same
from mailbridge.registry.entry import DraftEntry, Known, RegisterEntry
from mailbridge.seen import Seen, judge_seen, look


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What replaces the world, so that a run can be repeated; `at` None: now."""

    at: datetime | None
    client: Client
    mail_from: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """
    A mail, judged: the object of CONTRACT.md without `source`, and the judgement in the words of `language`.

    `book`: title of the book in which it would be entered, "" when in none.
    """

    told: Object
    judgement: Judgement
    language: str
    book: str = ""

    @property
    def decision(self) -> Decision:
        """What would become of the mail."""
        return self.judgement.decision


class Trial:
    """Judges sources one after the other, reading ahead. Its books are what it was told to `remember`."""

    def __init__(
        self,
        *,
        lookups: Lookups,
        reading: Reading,
        policies: Sequence[Policy],
        owns_all: bool,
        world: World,
        jobs: int,
        directory: Directory = NO_DIRECTORY,
        hints: Hints = NO_HINTS,
    ) -> None:
        self._lookups = lookups
        self._reading = reading
        self._policies = policies
        self._owns_all = owns_all
        self._world = world
        self._jobs = jobs
        self._directory = directory
        self._hints = hints
        self._known_files: list[tuple[str, RegisterEntry]] = []
        self._known_symbols: list[tuple[str, RegisterEntry]] = []
        self._known_mails: set[str] = set()
        self._known_texts: dict[str, str] = {}

    async def seen(self, sources: Iterator[Source]) -> AsyncIterator[tuple[Source, Seen]]:
        """Look at each source; results come in the order of the sources. Raises `Unavailable`."""
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
        at = mail.accepted_at
        return await look(mail, self._lookups, self._reading, at, directory=self._directory, hints=self._hints)

    def remember(self, seen: Seen) -> None:
        """Take a mail as one whose documents are in the book already (`--known`)."""
        self._known_mails.add(seen.mail.sha256)
        digests = {part.index: part.sha256 for part in seen.message.parts}
        for document in seen.classification.documents:
            digest = digests.get(document.main, "")
            symbol = document.symbol.value
            number = len(self._known_files) + 1
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
            self._known_files.append((digest, entry))
            if document.main in seen.pages:
                self._known_texts[entry.id] = seen.pages[document.main].text
            if symbol:
                # The newest first, as the book tells them.
                self._known_symbols.insert(0, (symbol.text, entry))

    def judge(self, seen: Seen) -> Judged:
        """Judge what was seen."""
        policy = self._policy(seen)
        began = time.perf_counter()
        judgement, letters = judge_seen(seen, self._known(seen), policy)
        timings = {**seen.timings_ms, "decide": (time.perf_counter() - began) * 1000}
        told = as_object(seen.mail, seen.message, judgement, letters, timings, language=policy.language)
        book = next((each.title for each in policy.books if each.id == judgement.decision.book), "")
        return Judged(told=told, judgement=judgement, language=policy.language, book=book)

    def _known(self, seen: Seen) -> Known:
        """Ask what was remembered the questions that the real path asks its books."""
        digests = {part.index: part.sha256 for part in seen.message.parts}
        files = {digests.get(document.main) for document in seen.classification.documents}
        symbols = {each.symbol.value.text for each in seen.classification.documents if each.symbol.value}
        symbols.update(each.symbol for each in seen.classification.notices)
        texts = [seen.pages[each.main].text for each in seen.classification.documents if each.main in seen.pages]
        return Known(
            same_mail=seen.mail.sha256 in self._known_mails,
            same_file=tuple(each for each in self._known_files if each[0] in files),
            same_symbol=tuple(each for each in self._known_symbols if each[0] in symbols),
            same_text=frozenset(
                id_ for id_, kept in self._known_texts.items() if any(says_the_same(kept, text) for text in texts)
            ),
        )

    def _policy(self, seen: Seen) -> Policy:
        """Choose the agency of the recipients; without a configuration one that owns them all."""
        if self._owns_all:
            (policy,) = self._policies
            agency = Agency(id="any", name="", domains=(EVERYBODY,), addresses=self._world.recipients, clerks=())
            return replace(policy, agency=agency)
        agencies = agencies_of(seen.mail.envelope, tuple(policy.agency for policy in self._policies))
        return next((policy for policy in self._policies if policy.agency in agencies), self._policies[0])
