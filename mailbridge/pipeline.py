"""
The walk of one mail.

`look()` learns all that a judgement needs, `process()` judges and writes it down. Its two halves, `prepare` and
`conclude`, are called apart by the loop over the spool, `walk.Walk`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Classification
from mailbridge.decision.draft import draft_entries
from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.judge import judge
from mailbridge.decision.office import agencies_of
from mailbridge.decision.policy import Policy
from mailbridge.letters.compose import compose
from mailbridge.letters.plan import plan
from mailbridge.letters.summary import sentence
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterPlan
from mailbridge.mail.message import Message, Part
from mailbridge.mail.parse import parse
from mailbridge.ports import Lookups, OpenedFile, Reading, Registry
from mailbridge.record import as_object, evidence_object
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered
from mailbridge.registry.entry import Case, Known, RegisterEntry
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_MOST_CONFLICTS = 5
"""Times that one mail is judged again because somebody else was quicker; more than once needs several nodes."""

NOT_OURS = "fixed:not-ours"
"""The rule named in the case of a mail whose recipients belong to no agency of this installation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """What stands around the walk; made by `wiring`. `templates` of letters: None for those in the package."""

    lookups: Lookups
    reading: Reading
    registry: Registry
    templates: SandboxedEnvironment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """All that was learnt of a mail before anybody decides; the same for every agency."""

    mail: MailObject
    message: Message
    evidence: Evidence
    authentication: AuthResults
    classification: Classification
    signatures: tuple[SignatureStatus, ...]
    problems: Mapping[str, str]
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a mail for one agency; `case` is what was written down."""

    case: Case
    entries: tuple[RegisterEntry, ...] = ()
    letters: tuple[LetterPlan, ...] = ()


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


async def look(mail: MailObject, lookups: Lookups, reading: Reading, at: datetime) -> Seen:
    """
    Read a mail, gather its evidence, open its files, and say what it is.

    Args:
        at: The moment to judge certificates and keys for (aware, UTC).
    """
    timer = _Timer()
    with timer.step("parse"):
        message = await asyncio.to_thread(parse, mail.content)
    with timer.step("evidence"):
        evidence = await lookups.gather(mail, message, at)
    with timer.step("read"):
        opened = await reading.open(message.attachments, evidence)
    with timer.step("judge"):
        return await asyncio.to_thread(_seen, mail, message, evidence, opened, timer.taken)


def _seen(
    mail: MailObject,
    message: Message,
    evidence: Evidence,
    opened: Sequence[OpenedFile],
    timings_ms: Mapping[str, float],
) -> Seen:
    pages = {each.part: each.pages for each in opened if each.pages is not None}
    problems = {each.part: each.problem for each in opened if each.problem}
    message = replace(message, parts=tuple(_with_problem(part, problems.get(part.index)) for part in message.parts))
    return Seen(
        mail=mail,
        message=message,
        evidence=evidence,
        authentication=authenticate(mail.content, message, evidence),
        classification=classify(message, pages, mail_from=mail.envelope.mail_from),
        signatures=tuple(status for each in opened for status in each.signatures),
        problems={part.index: part.problem for part in message.parts if part.problem},
        timings_ms=timings_ms,
    )


def _with_problem(part: Part, problem: str | None) -> Part:
    return replace(part, problem=problem) if problem and not part.problem else part


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
    )
    return judgement, plan(judgement, seen.mail, seen.message, policy.agency, same_mail=known.same_mail)


async def process(mail: MailObject, ports: Ports, policies: Sequence[Policy], now: datetime) -> tuple[Outcome, ...]:
    """
    Walk one mail to its end for every agency that it concerns.

    Safe to repeat: what was decided before is returned as it was. Raises `Unavailable` when something of ours is gone;
    then nothing was written for the agency at hand.
    """
    seen = await prepare(mail, ports, policies)
    return await asyncio.to_thread(conclude, mail, seen, ports, policies, now)


async def prepare(mail: MailObject, ports: Ports, policies: Sequence[Policy]) -> Seen | None:
    """Do the slow half of the walk, which may run for several mails at once; None when nothing is left to decide."""
    if not await asyncio.to_thread(_undecided, mail, ports.registry, policies):
        return None
    return await look(mail, ports.lookups, ports.reading, mail.accepted_at)


def conclude(
    mail: MailObject, seen: Seen | None, ports: Ports, policies: Sequence[Policy], now: datetime
) -> tuple[Outcome, ...]:
    """Do the quick half, in the order of arrival: decide and write, agency by agency."""
    if seen is not None:
        return tuple(settle(seen, ports, policy, now) for policy in _concerned(mail, policies))
    decided = (ports.registry.decided(mail.id, policy.agency.id) for policy in _concerned(mail, policies))
    return tuple(Outcome(case=case) for case in decided if case) or (_not_ours(mail, ports.registry, now),)


def _concerned(mail: MailObject, policies: Sequence[Policy]) -> list[Policy]:
    agencies = agencies_of(mail.envelope, tuple(policy.agency for policy in policies))
    return [policy for policy in policies if policy.agency in agencies]


def _undecided(mail: MailObject, registry: Registry, policies: Sequence[Policy]) -> bool:
    return any(registry.decided(mail.id, policy.agency.id) is None for policy in _concerned(mail, policies))


def settle(seen: Seen, ports: Ports, policy: Policy, now: datetime) -> Outcome:
    """
    Judge for one agency and write entry, case, events and letters in one transaction.

    When another worker was quicker with the same document or the same mail, judge again with what is known now.
    """
    for _ in range(_MOST_CONFLICTS):
        case = ports.registry.decided(seen.mail.id, policy.agency.id)
        if case:
            return Outcome(case=case)
        known = ports.registry.known(
            policy.agency.id, seen.mail.sha256, main_files(seen), _symbols(seen), seen.message.message_id
        )
        judgement, letters = judge_seen(seen, known, policy)
        with suppress(AlreadyEntered, AlreadyDecided):
            return _write(seen, judgement, letters, ports, policy, now)
    raise RuntimeError("the book refuses what it does not know")


def _symbols(seen: Seen) -> tuple[str, ...]:
    return tuple(
        document.symbol.value.text for document in seen.classification.documents if document.symbol.value is not None
    )


def _write(
    seen: Seen,
    judgement: Judgement,
    letters: tuple[LetterPlan, ...],
    ports: Ports,
    policy: Policy,
    now: datetime,
) -> Outcome:
    entries: tuple[RegisterEntry, ...] = ()
    with ports.registry.transaction() as tx:
        if judgement.decision.action is Action.REGISTER:
            drafts = draft_entries(judgement, seen.mail, seen.message, policy)
            entries = tuple(tx.enter(draft, seen.mail.accepted_at) for draft in drafts)
        case = _case(seen, judgement, letters, entries, policy, now)
        tx.record(case, entries)
        for due in letters:
            if due.suppressed is None:
                letter = compose(
                    due,
                    judgement=judgement,
                    mail=seen.mail,
                    message=seen.message,
                    agency=policy.agency,
                    entries=entries,
                    language=policy.language,
                    now=now,
                    problems=seen.problems,
                    templates=ports.templates,
                )
                tx.post(letter)
    return Outcome(case=case, entries=entries, letters=letters)


def _case(
    seen: Seen,
    judgement: Judgement,
    letters: tuple[LetterPlan, ...],
    entries: tuple[RegisterEntry, ...],
    policy: Policy,
    now: datetime,
) -> Case:
    mail, message, decision = seen.mail, seen.message, judgement.decision
    bare = Case(
        mail_id=mail.id,
        agency=policy.agency.id,
        door=mail.door.value,
        accepted_at=mail.accepted_at,
        decided_at=now,
        sha256=mail.sha256,
        size=len(mail.content),
        kind=judgement.classification.kind.value,
        action=decision.action.value,
        rule=decision.reasons[0].rule,
        reason=decision.reasons[0].text,
        rules_version=decision.version,
    )
    if not decision.action.is_kept:
        return bare
    told = as_object(mail, message, judgement, letters, seen.timings_ms)
    return replace(
        bare,
        reason=sentence(judgement, entries, policy.language),
        message_id=message.message_id,
        author=str(message.author) if message.author else None,
        subject=message.subject,
        next_hop_reply=mail.next_hop_reply,
        judgement=json.dumps(told, ensure_ascii=False),
        evidence=json.dumps(evidence_object(seen.evidence), ensure_ascii=False),
    )


def _not_ours(mail: MailObject, registry: Registry, now: datetime) -> Outcome:
    """Record that a mail concerns no agency here; it is not even read."""
    case = registry.decided(mail.id, "")
    if case is None:
        case = Case(
            mail_id=mail.id,
            agency="",
            door=mail.door.value,
            accepted_at=mail.accepted_at,
            decided_at=now,
            sha256=mail.sha256,
            size=len(mail.content),
            kind="other",
            action=Action.PASS.value,
            rule=NOT_OURS,
            reason="",
        )
        try:
            with registry.transaction() as tx:
                tx.record(case, ())
        except AlreadyDecided:
            return _not_ours(mail, registry, now)
    return Outcome(case=case)


def is_kept(outcomes: Sequence[Outcome]) -> bool:
    """Say whether any agency keeps the mail itself."""
    return any(Action(outcome.case.action).is_kept for outcome in outcomes)
