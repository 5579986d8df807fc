"""Judging mails through the real path, `look()` and `judge_seen()`, in worker processes; no packet is sent."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from mailbridge.classifier.kinds import Document, Reading, Signer
from mailbridge.decision.findings import Judgement
from mailbridge.decision.policy import Policy
from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.ports import Lookups
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.entry import Known
from mailbridge.seen import Seen, judge_seen, look
from mailbridge.settings import default_policy
from mailbridge.wiring import lookups_for, reading_for
from tests.corpus.facts import read_facts, read_negatives
from tests.corpus.mails import AT, OFFICE, OURS, zone
from tests.corpus.making import Made, Maker
from tests.corpus.office import Office
from tests.corpus.orders import Order

FIELDS = ("symbol", "issued_date", "type", "issuer", "subject", "place", "superior", "urgency", "due_date", "signer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was read of one field: "" where nothing was; `sure` is the confidence."""

    value: str
    sure: float
    source: str
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDocument:
    """What was read of one document; `file` is the name of its main file, None for the mail's own text."""

    file: str | None
    parts: int
    fields: dict[str, Found]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A mail of the run, and what became of it; the octets are kept only when asked for."""

    made: Made
    kind: str
    confidence: float
    reasons: tuple[str, ...]
    action: str
    rule: str
    documents: tuple[FoundDocument, ...]
    problems: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Where the records lie, where converted files are, and where to keep what is made; None keeps nothing."""

    documents: Path
    negatives: Path
    converted: Path
    keep: Path | None = None


class Looker:
    """The ports of the real path, for one process; to be closed."""

    def __init__(self, folder: Path) -> None:
        file = folder / "zone"
        file.write_text(zone(), encoding="utf-8")
        self._lookups: Lookups = lookups_for(None, zone=file)
        self._reading: LimitedReading = reading_for(None, parallel=1)
        self._policy: Policy = default_policy("vi")

    def close(self) -> None:
        """End the readers."""
        self._reading.close()

    def outcome(self, made: Made) -> Outcome:
        """Judge one mail as the pipeline does, for an office with the shipped rules and an empty book."""
        began = time.perf_counter()
        mail = MailObject(
            id=hashlib.sha256(made.content).hexdigest()[:32],
            door=Door.MANUAL,
            client=Client(ip=None, helo=None),
            envelope=Envelope(mail_from=f"vanthu@{OFFICE}", recipients=(OURS,)),
            content=made.content,
            sha256=hashlib.sha256(made.content).hexdigest(),
            accepted_at=AT,
        )
        seen = asyncio.run(look(mail, self._lookups, self._reading, AT))
        judgement, _ = judge_seen(seen, Known(same_mail=False, same_file=(), same_symbol=()), self._policy)
        return _outcome(made, seen, judgement, (time.perf_counter() - began) * 1000)


def _outcome(made: Made, seen: Seen, judgement: Judgement, milliseconds: float) -> Outcome:
    names = {part.index: part.name if part.is_attachment else None for part in seen.message.parts}
    decision = judgement.decision
    return Outcome(
        made=replace(made, content=b""),
        kind=seen.classification.kind.value,
        confidence=seen.classification.confidence,
        reasons=seen.classification.reasons,
        action=decision.action.value,
        rule=decision.reasons[0].rule if decision.reasons else "",
        documents=tuple(_found_document(each, names.get(each.main)) for each in seen.classification.documents),
        problems=tuple(seen.problems.values()),
        milliseconds=milliseconds,
    )


def _found_document(document: Document, file: str | None) -> FoundDocument:
    found = {name: _found(getattr(document, name)) for name in FIELDS}
    symbol = document.symbol.value
    if symbol is None or not symbol.number:
        # A symbol whose number is blank names no document: for the book it is absent (`decision.fields`).
        found["symbol"] = replace(found["symbol"], value="", sure=0.0)
    return FoundDocument(file=file, parts=len(document.parts), fields=found)


def _found(reading: Reading[object]) -> Found:
    value = reading.value
    if isinstance(value, Signer):
        value = value.name
    text = "" if value is None else str(getattr(value, "text", value))
    return Found(
        value=unicodedata.normalize("NFC", text),
        sure=reading.confidence if value is not None else 0.0,
        source=reading.source,
        reason=reading.reason,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Worker:
    """What one process works with."""

    looker: Looker
    maker: Maker
    job: Job

    def carry_out(self, order: Order) -> Outcome:
        made = self.maker.make(order)
        if self.job.keep:
            (self.job.keep / f"{order.id.replace(':', '-')}.eml").write_bytes(made.content)
        return self.looker.outcome(made)


_workers: list[_Worker] = []
"""The one of this process; a pool can hand nothing from its first call to the next."""


def run(orders: Sequence[Order], job: Job, workers: int) -> Iterator[Outcome]:
    """Make and judge all orders in so many processes; outcomes come as they get ready."""
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(job,)) as pool:
        for future in as_completed([pool.submit(_carry_out, order) for order in orders]):
            yield future.result()


def run_here(orders: Iterable[Order], job: Job) -> Iterator[Outcome]:
    """Make and judge in this process; for tests and for a look at one."""
    with tempfile.TemporaryDirectory() as folder:
        looker = Looker(Path(folder))
        worker = _Worker(looker=looker, maker=maker_of(job), job=job)
        try:
            for order in orders:
                yield worker.carry_out(order)
        finally:
            looker.close()


def maker_of(job: Job) -> Maker:
    """Read the records."""
    facts = {record.id: record for record in read_facts(job.documents)}
    negatives = {text.id: text for text in read_negatives(job.negatives)}
    return Maker(facts, negatives, Office(job.converted))


def _begin(job: Job) -> None:
    """Set a worker up; the readers that it starts end with its process."""
    with tempfile.TemporaryDirectory() as folder:
        _workers.append(_Worker(looker=Looker(Path(folder)), maker=maker_of(job), job=job))


def _carry_out(order: Order) -> Outcome:
    try:
        return _workers[0].carry_out(order)
    except Unavailable as error:
        # Errors of ours carry facts that do not pass from process to process.
        raise RuntimeError(f"{order.id}: {error}") from None
