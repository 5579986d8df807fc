"""
What is learnt of a mail before anybody decides, and the judgement of it for one agency.

`look()` asks the ports; what it returns is the same for every agency, and is judged as often as need be.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailbridge.classifier.classify import classify
from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.kinds import Classification
from mailbridge.classifier.learned import NO_HINTS, Hints, with_hints
from mailbridge.decision.findings import Action, Judgement, Reason
from mailbridge.decision.forwarded_copy import as_forwarded_copy
from mailbridge.decision.judge import judge
from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.plan import plan
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterPlan
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Pages
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.ports import Lookups, OpenedFile, Reading
from mailbridge.registry.entry import Known
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import AuthResults, SmimeResult
from mailbridge.verify.signature import SignatureStatus

UNOPENED = "fixed:journal-report"
"""The rule named in the case of a journal report that could not be opened and would have been entered otherwise."""

_UNOPENED = Sentence(
    vi="Báo cáo nhật ký của máy chủ thư không mở được; đề nghị Văn thư xem toàn bộ thư.",
    en="A journal report of the mail server could not be opened; a clerk has to look at the whole mail.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """
    All that was learnt of a mail before anybody decides; the same for every agency.

    `unopened`: a journal report that could not be opened, so that the mail in it was not judged by itself.
    `headers`: what the edXML files say of their documents, by part. `directory`: the agencies known at the time.
    `pages`: what files show to a reader, by part.
    """

    mail: MailObject
    message: Message
    evidence: Evidence
    authentication: AuthResults
    classification: Classification
    signatures: tuple[SignatureStatus, ...]
    problems: Mapping[str, str]
    timings_ms: Mapping[str, float]
    unopened: bool = False
    headers: Mapping[str, EdxmlHeader] = field(default_factory=dict)
    directory: Directory = NO_DIRECTORY
    pages: Mapping[str, Pages] = field(default_factory=dict)


class _Timer:
    """Milliseconds by step."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.taken[name] = (time.perf_counter() - began) * 1000


async def look(
    mail: MailObject,
    lookups: Lookups,
    reading: Reading,
    at: datetime,
    *,
    directory: Directory = NO_DIRECTORY,
    hints: Hints = NO_HINTS,
) -> Seen:
    """
    Read a mail, gather its evidence, open its files, and say what it is.

    Args:
        at: The moment to judge certificates and keys for (aware, UTC).
        directory: The agencies that are known, for the names of issuers.
        hints: What was learnt from corrections.
    """
    timer = _Timer()
    with timer.step("parse"):
        message = await asyncio.to_thread(parse, mail.content)
    with timer.step("evidence"):
        evidence = await lookups.gather(mail, message, at)
    with timer.step("read"):
        entities = signed_entities(mail.content, message)
        # Most mails are not signed, and need no second child.
        smime = reading.judge_mail(entities, message.author, evidence) if entities else _nothing()
        opened, signed = await asyncio.gather(reading.open(message.attachments, evidence), smime)
    with timer.step("judge"):
        seen = await asyncio.to_thread(_seen, mail, message, evidence, opened, signed, directory, timer.taken)
        proven = seen.authentication.proves_sender
        return replace(seen, classification=with_hints(seen.classification, message.author, hints, proven=proven))


async def _nothing() -> tuple[SmimeResult, ...]:
    return ()


def _seen(
    mail: MailObject,
    message: Message,
    evidence: Evidence,
    opened: Sequence[OpenedFile],
    smime: tuple[SmimeResult, ...],
    directory: Directory,
    timings_ms: Mapping[str, float],
) -> Seen:
    pages = {each.part: each.pages for each in opened if each.pages is not None}
    headers = {each.part: each.header for each in opened if each.header is not None}
    whole = _with_opened(message, opened)
    return Seen(
        mail=mail,
        message=whole,
        evidence=evidence,
        authentication=replace(authenticate(mail, message, evidence), smime=smime),
        classification=classify(whole, pages, mail_from=mail.envelope.mail_from, edxml=headers, directory=directory),
        signatures=tuple(status for each in opened for status in each.signatures),
        problems={part.index: part.problem for part in whole.parts if part.problem},
        timings_ms=timings_ms,
        headers=headers,
        directory=directory,
        pages=pages,
    )


def _with_opened(message: Message, opened: Sequence[OpenedFile]) -> Message:
    """Put what containers held behind them, and the letter that one of them held in the place of a missing text."""
    known = {part.index for part in message.parts}
    members = {each.part: [part for part in each.members if part.index not in known] for each in opened}
    problems = {each.part: each.problem for each in opened if each.problem}
    parts = (inner for part in message.parts for inner in _unfolded(part, members))
    text = message.text if message.text.strip() else next((each.text for each in opened if each.text), message.text)
    return replace(message, parts=tuple(_with_problem(part, problems.get(part.index)) for part in parts), text=text)


def _unfolded(part: Part, members: Mapping[str, Sequence[Part]]) -> Iterator[Part]:
    yield part
    for member in members.get(part.index, ()):
        yield from _unfolded(member, members)


def _with_problem(part: Part, problem: str | None) -> Part:
    return replace(part, problem=problem) if problem and not part.problem else part


def as_unopened(seen: Seen, problem: str) -> Seen:
    """Return what was learnt of a journal report that could not be opened, and why not (an English sentence)."""
    message = replace(seen.message, defects=(*seen.message.defects, problem))
    return replace(seen, message=message, unopened=True)


def main_files(seen: Seen) -> tuple[str, ...]:
    """Return the SHA-256 of the main part of each document, in order."""
    digests = {part.index: part.sha256 for part in seen.message.parts}
    return tuple(digests[document.main] for document in seen.classification.documents if document.main in digests)


def judge_seen(seen: Seen, known: Known, policy: Policy) -> tuple[Judgement, tuple[LetterPlan, ...]]:
    """Decide for one agency, and say which letters are due."""
    judgement = judge(
        mail=seen.mail,
        message=seen.message,
        authentication=seen.authentication,
        classification=seen.classification,
        signatures=seen.signatures,
        attachment_problems=tuple(seen.problems.values()),
        known=known,
        policy=policy,
        directory=seen.directory,
    )
    if seen.unopened:
        judgement = _held(judgement, policy.language)
    judgement = as_forwarded_copy(judgement, seen.message, policy.agency, policy.language)
    return judgement, plan(judgement, seen.mail, seen.message, policy.agency, same_mail=known.same_mail)


def _held(judgement: Judgement, language: str) -> Judgement:
    """Let a clerk look at what would be entered: whoever writes into a report chooses whose mail it becomes."""
    decision = judgement.decision
    if decision.action is not Action.REGISTER:
        return judgement
    reasons = (Reason(rule=UNOPENED, text=_UNOPENED.said(language)), *decision.reasons)
    return replace(judgement, decision=replace(decision, action=Action.HOLD, book=None, reasons=reasons))
