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
from mailbridge.decision.draft import draft_entries
from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.office import agencies_of
from mailbridge.decision.policy import Policy
from mailbridge.kept import KeepsTrust
from mailbridge.letters.compose import compose
from mailbridge.letters.plan import plan
from mailbridge.letters.summary import sentence
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterPlan
from mailbridge.ports import Lookups, Reading, Registry, Transaction
from mailbridge.record import as_object, evidence_object
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered
from mailbridge.registry.entry import Case, Known, RegisterEntry
from mailbridge.registry.judged import Verdict, next_try, verdict_at_reception
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

    def judge(self, verdict: Verdict) -> None:
        """Add a verdict; raises `AlreadyJudged` when there is one with its sequence."""
        ...

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        """Note when the verdict of a mail is asked for again; None: not any more."""
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

    `templates` of letters: None for those in the package. `directory`: the agencies that are known. `trust` keeps the
    certificates and lists that a judgement rested on; None: they are not kept.
    """

    lookups: Lookups
    reading: Reading
    registry: Ledger
    templates: SandboxedEnvironment | None = None
    directory: Directory = NO_DIRECTORY
    trust: KeepsTrust | None = None


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
    seen = await look(mail, ports.lookups, ports.reading, mail.accepted_at, directory=ports.directory)
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
        case = ports.registry.decided(seen.mail.id, policy.agency.id)
        if case:
            return Outcome(case=case)
        known = ports.registry.known(
            policy.agency.id, seen.mail.sha256, main_files(seen), _symbols(seen), seen.message.message_id
        )
        if seen.message.author is not None:
            known = replace(known, sender=ports.registry.acquaintance(policy.agency.id, str(seen.message.author)))
        with suppress(AlreadyEntered, AlreadyDecided):
            if policy.shadow:
                return _write_shadow(seen, known, ports, policy, now)
            judgement, letters = judge_seen(seen, known, policy)
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
    # Before the transaction: nobody waits for the disk with the book in hand, nor finds a case without its evidence.
    kept = _keep_trust(seen, judgement, ports)
    with ports.registry.transaction() as tx:
        if judgement.decision.action is Action.REGISTER:
            drafts = draft_entries(judgement, seen.mail, seen.message, policy)
            entries = tuple(tx.enter(draft, seen.mail.accepted_at) for draft in drafts)
        case = _case(seen, judgement, letters, entries, policy, now, kept)
        tx.record(case, entries)
        _note_verdict(tx, case, seen, now)
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
