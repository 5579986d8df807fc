"""
The walk of one mail.

`seen.look()` learns all that a judgement needs, `process()` judges and writes it down. Its two halves, `prepare` and
`conclude`, are called apart by the loop over the spool, `walk.Walk`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.learned import NO_HINTS, Hints
from mailbridge.decision.draft import draft_entries
from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.office import agencies_of
from mailbridge.decision.policy import Policy
from mailbridge.decision.related import relations_of
from mailbridge.kept import KeepsTrust
from mailbridge.letters.answering import Correspondence, note_come_back, within_limits
from mailbridge.letters.compose import compose
from mailbridge.letters.plan import plan
from mailbridge.letters.question import question_letter
from mailbridge.letters.roster import for_those_on_duty
from mailbridge.letters.summary import sentence
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.mail.letter import INSIDE, Letter, LetterKind, LetterPlan
from mailbridge.ports import Lookups, Reading, Registry, Transaction
from mailbridge.record import as_object, evidence_object
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered
from mailbridge.registry.entry import Case, Known, RegisterEntry, local_day
from mailbridge.registry.judged import Verdict, next_try, verdict_at_reception
from mailbridge.registry.relations import Relations
from mailbridge.registry.texts import DocumentText, texts_of
from mailbridge.seen import Seen, as_unopened, judge_seen, look, main_files
from mailbridge.shadow import Shadows, as_second, sentence_in_shadow
from mailbridge.verify.digests import TrustDigests, rests_on_certificates
from mailbridge.verify.pending import is_pending

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_MOST_CONFLICTS = 5
"""Times that one mail is judged again because somebody else was quicker; more than once needs several nodes."""

NOT_OURS = "fixed:not-ours"
"""The rule named in the case of a mail whose recipients belong to no agency of this installation."""


class Writing(Transaction, Protocol):
    """What may be written, verdicts among it."""

    @property
    def correspondence(self) -> Correspondence:
        """What is known and written of letters beside the outbox."""
        ...

    def judge(self, verdict: Verdict) -> None:
        """Add a verdict; raises `AlreadyJudged` when there is one with its sequence."""
        ...

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        """Note when the verdict of a mail is asked for again; None: not any more."""
        ...

    def relate(self, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
        """Write what the mail has to do with the book: a copy, an answer, a recall that is asked for."""
        ...

    def keep_texts(self, texts: Sequence[DocumentText]) -> int:
        """Keep what documents say, so that they are found by it; return how many files of them are new."""
        ...


class TakesCommands(Protocol):
    """Knows the answers of officials to notices of ours, or the mails that they pass on."""

    def take(self, seen: Seen, policy: Policy, now: datetime) -> Case | None:
        """Carry out and answer a command, and record its case; None when this mail is none. Blocks."""
        ...


class Ledger(Registry, Shadows, Protocol):
    """The ledger, its verdicts, and what it remembers of shadow mode."""

    def transaction(self) -> AbstractContextManager[Writing]:
        """Begin; commit on leaving without error, roll back otherwise."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """
    What stands around the walk; made by `wiring`.

    `templates` of letters: None for those in the package. `directory`: the agencies that are known. `hints`: what
    was learnt from corrections. `trust` keeps the certificates and lists that a judgement rested on; None: they are not
    kept. `commands` takes answers of officials; None: they are mails like others. `forwards` takes mails that
    officials pass on to be registered, likewise. `secret` seals the notices that may be answered; none is without it.
    """

    lookups: Lookups
    reading: Reading
    registry: Ledger
    templates: SandboxedEnvironment | None = None
    directory: Directory = NO_DIRECTORY
    hints: Hints = NO_HINTS
    trust: KeepsTrust | None = None
    commands: TakesCommands | None = None
    forwards: TakesCommands | None = None
    secret: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a mail for one agency; `case` is what was written down."""

    case: Case
    entries: tuple[RegisterEntry, ...] = ()
    letters: tuple[LetterPlan, ...] = ()


async def process(mail: MailObject, ports: Ports, policies: Sequence[Policy], now: datetime) -> tuple[Outcome, ...]:
    """
    Walk one mail to its end for every agency that it concerns.

    Safe to repeat: what was decided before is returned as it was. Raises `Unavailable` when something of ours is gone;
    then nothing was written for the agency at hand.
    """
    seen = await prepare(mail, ports, policies)
    return await asyncio.to_thread(conclude, mail, seen, ports, policies, now)


async def prepare(
    mail: MailObject, ports: Ports, policies: Sequence[Policy], problem: str | None = None
) -> Seen | None:
    """
    Do the slow half of the walk, which may run for several mails at once; None when nothing is left to decide.

    Args:
        problem: Why a journal report could not be opened (`OpenedCopy.problem`); then a clerk sees the whole.
    """
    if not await asyncio.to_thread(_undecided, mail, ports.registry, policies):
        return None
    at = mail.accepted_at
    seen = await look(mail, ports.lookups, ports.reading, at, directory=ports.directory, hints=ports.hints)
    return as_unopened(seen, problem) if problem else seen


def conclude(
    mail: MailObject, seen: Seen | None, ports: Ports, policies: Sequence[Policy], now: datetime
) -> tuple[Outcome, ...]:
    """Do the quick half, in the order of arrival: decide and write, agency by agency."""
    if seen is not None:
        return tuple(settle(seen, ports, policy, now) for policy in _concerned(mail, policies))
    decided = (ports.registry.decided(mail.id, policy.agency.id) for policy in _concerned(mail, policies))
    shadow = bool(policies) and all(policy.shadow for policy in policies)
    return tuple(Outcome(case=case) for case in decided if case) or (_not_ours(mail, ports.registry, now, shadow),)


def _concerned(mail: MailObject, policies: Sequence[Policy]) -> list[Policy]:
    agencies = agencies_of(mail.envelope, tuple(policy.agency for policy in policies))
    return [policy for policy in policies if policy.agency in agencies]


def _undecided(mail: MailObject, registry: Registry, policies: Sequence[Policy]) -> bool:
    return any(registry.decided(mail.id, policy.agency.id) is None for policy in _concerned(mail, policies))


def settle(seen: Seen, ports: Ports, policy: Policy, now: datetime) -> Outcome:
    """
    Judge for one agency and write entry, case, events and letters in one transaction.

    When another worker was quicker with the same document or the same mail, judge again with what is known now. In
    shadow mode only the case is written: neither number nor letter comes out of it.
    """
    for _ in range(_MOST_CONFLICTS):
        case = ports.registry.decided(seen.mail.id, policy.agency.id) or _command(seen, ports, policy, now)
        if case:
            return Outcome(case=case)
        known = ports.registry.known(
            policy.agency.id, seen.mail.sha256, main_files(seen), _symbols(seen), seen.message.message_id
        )
        if known.same_symbol and not known.same_file:
            entries = tuple(entry for _, entry in known.same_symbol)
            known = replace(known, same_text=ports.registry.same_text(policy.agency.id, _main_texts(seen), entries))
        if seen.message.author is not None:
            known = replace(known, sender=ports.registry.acquaintance(policy.agency.id, str(seen.message.author)))
        with suppress(AlreadyEntered, AlreadyDecided):
            if policy.shadow:
                return _write_shadow(seen, known, ports, policy, now)
            judgement, planned = judge_seen(seen, known, policy)
            letters = for_those_on_duty(planned, policy, local_day(now))
            return _write(seen, judgement, letters, ports, policy, now)
    raise RuntimeError("the book refuses what it does not know")


def _main_texts(seen: Seen) -> tuple[str, ...]:
    """Return what the main files say, as far as they could be read."""
    pages = (seen.pages.get(document.main) for document in seen.classification.documents)
    return tuple(each.text for each in pages if each is not None)


def _command(seen: Seen, ports: Ports, policy: Policy, now: datetime) -> Case | None:
    """Take what an official answers or passes on, before anybody takes it for a document; not in shadow mode."""
    takers = (each for each in (ports.commands, ports.forwards) if each is not None and not policy.shadow)
    return next((case for each in takers if (case := each.take(seen, policy, now)) is not None), None)


def _symbols(seen: Seen) -> tuple[str, ...]:
    """Name the documents of the mail, and those that it asks something of."""
    own = (each.symbol.value.text for each in seen.classification.documents if each.symbol.value is not None)
    return tuple(dict.fromkeys((*own, *(each.symbol for each in seen.classification.notices))))


def _write(
    seen: Seen,
    judgement: Judgement,
    letters: tuple[LetterPlan, ...],
    ports: Ports,
    policy: Policy,
    now: datetime,
) -> Outcome:
    entries: tuple[RegisterEntry, ...] = ()
    # Before the transaction: nobody waits for the disk with the book in hand, nor finds a case without its evidence.
    kept = _keep_trust(seen, judgement, ports)
    is_kept = judgement.decision.action.is_kept
    texts = texts_of(policy.agency.id, seen.mail.id, seen.classification, seen.message, seen.pages) if is_kept else ()
    with ports.registry.transaction() as tx:
        # Before the number: who takes one keeps all others waiting until the commit.
        tx.keep_texts(texts)
        if judgement.decision.action is Action.REGISTER:
            drafts = draft_entries(judgement, seen.mail, seen.message, policy)
            entries = tuple(tx.enter(draft, seen.mail.accepted_at) for draft in drafts)
        letters = _unasked(_without_number(letters, entries, judgement), seen.mail)
        answers = within_limits(
            letters,
            tx.correspondence,
            judgement=judgement,
            mail=seen.mail,
            message=seen.message,
            files=main_files(seen),
            policy=policy,
            now=now,
        )
        letters = answers.letters
        case = _case(seen, judgement, letters, entries, policy, now, kept)
        tx.record(case, entries)
        _note_verdict(tx, case, seen, now)
        if is_kept:
            tx.relate(case, entries, relations_of(judgement, seen.message, seen.headers))
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
                    secret=ports.secret,
                    directory=ports.directory,
                )
                if tx.post(letter) and answers.threads and letter.kind not in INSIDE:
                    tx.correspondence.note_answer(answers.threads.every, letter.key, now)
        for other in (*answers.alarms, *_other_letters(tx, seen, judgement, letters, entries, ports, policy, now)):
            tx.post(other)
    return Outcome(case=case, entries=entries, letters=letters)


def _other_letters(
    tx: Writing,
    seen: Seen,
    judgement: Judgement,
    letters: tuple[LetterPlan, ...],
    entries: tuple[RegisterEntry, ...],
    ports: Ports,
    policy: Policy,
    now: datetime,
) -> tuple[Letter, ...]:
    """Write what follows of letters that came back, and the question to a body whose name seems forged."""
    if judgement.decision.action is Action.STOP:
        return ()
    mail, message, directory = seen.mail, seen.message, ports.directory
    question = question_letter(judgement, letters, mail, message, policy, directory, now=now, templates=ports.templates)
    back = note_come_back(
        tx.correspondence,
        mail=mail,
        message=message,
        entries=entries,
        policy=policy,
        directory=directory,
        now=now,
    )
    return (*((question,) if question else ()), *back)


def _without_number(
    letters: tuple[LetterPlan, ...], entries: tuple[RegisterEntry, ...], judgement: Judgement
) -> tuple[LetterPlan, ...]:
    """Say "arrived" in the place of "accepted" while the số đến is awaited; that letter leaves when it comes."""
    old = judgement.decision.duplicate_of
    if not any(line.awaits_number for line in (*entries, *((old,) if old else ()))):
        return letters
    accepted, arrived = LetterKind.ACCEPTED, LetterKind.ARRIVED
    return tuple(replace(each, kind=arrived) if each.kind is accepted else each for each in letters)


def _unasked(letters: tuple[LetterPlan, ...], mail: MailObject) -> tuple[LetterPlan, ...]:
    """Send nothing for a mail that a person brought, unless he named its envelope sender, as `--answer` does."""
    if mail.door is not Door.MANUAL or mail.envelope.mail_from is not None:
        return letters
    return tuple(replace(each, suppressed=each.suppressed or "policy") for each in letters)


def _keep_trust(seen: Seen, judgement: Judgement, ports: Ports) -> TrustDigests | None:
    """Keep the certificates and lists that a judgement of signatures rested on, and nothing for other mails."""
    rests = rests_on_certificates(seen.authentication, seen.signatures)
    if ports.trust is None or not rests or not judgement.decision.action.is_kept:
        return None
    return ports.trust.keep(seen.evidence.trust)


def _note_verdict(tx: Writing, case: Case, seen: Seen, now: datetime) -> None:
    """Begin the row of verdicts of a mail that is kept; what could not be asked is asked again."""
    first = verdict_at_reception(case)
    if first is None:
        return
    tx.judge(first)
    if is_pending(seen.authentication, seen.signatures):
        tx.ask_again(case.mail_id, case.agency, next_try(0, now))


def _write_shadow(seen: Seen, known: Known, ports: Ports, policy: Policy, now: datetime) -> Outcome:
    """Keep what would have become of a mail, the letters that would have left among it."""
    registry = ports.registry
    again = registry.would_be_entered(policy.agency.id, seen.mail.sha256, seen.message.message_id)
    judgement, letters = judge_seen(seen, replace(known, same_mail=known.same_mail or again), policy)
    if again:
        judgement = as_second(judgement, policy.language)
        letters = plan(judgement, seen.mail, seen.message, policy.agency, same_mail=True)
    kept = _keep_trust(seen, judgement, ports)
    case = replace(_case(seen, judgement, letters, (), policy, now, kept), shadow=True)
    if judgement.decision.action.is_kept:
        case = replace(case, reason=sentence_in_shadow(judgement, policy.language))
    with registry.transaction() as tx:
        tx.record(case, ())
    return Outcome(case=case)


def _case(
    seen: Seen,
    judgement: Judgement,
    letters: tuple[LetterPlan, ...],
    entries: tuple[RegisterEntry, ...],
    policy: Policy,
    now: datetime,
    kept: TrustDigests | None,
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
    told = as_object(mail, message, judgement, letters, seen.timings_ms, language=policy.language)
    return replace(
        bare,
        reason=sentence(judgement, entries, policy.language),
        message_id=message.message_id,
        author=str(message.author) if message.author else None,
        subject=message.subject,
        next_hop_reply=mail.next_hop_reply,
        judgement=json.dumps(told, ensure_ascii=False),
        evidence=json.dumps(evidence_object(seen.evidence, kept), ensure_ascii=False),
    )


def _not_ours(mail: MailObject, registry: Registry, now: datetime, shadow: bool) -> Outcome:
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
            shadow=shadow,
        )
        try:
            with registry.transaction() as tx:
                tx.record(case, ())
        except AlreadyDecided:
            return _not_ours(mail, registry, now, shadow)
    return Outcome(case=case)


def is_kept(outcomes: Sequence[Outcome]) -> bool:
    """Say whether any agency keeps the mail itself."""
    return any(Action(outcome.case.action).is_kept for outcome in outcomes)
