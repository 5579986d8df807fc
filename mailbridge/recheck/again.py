"""A mail of the archive, judged again from its evidence and what the world says by now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.decision.findings import Action, Decision, Judgement, Reason
from mailbridge.decision.policy import Policy
from mailbridge.kept import load_evidence
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.journal_copy import open_copy
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.ports import Reading
from mailbridge.recheck.world import Lines, NotJudgedAgain, World
from mailbridge.record import as_object, evidence_object
from mailbridge.registry.entry import Case, Known
from mailbridge.registry.happenings import OURSELVES
from mailbridge.registry.judged import Cause, Verdict
from mailbridge.seen import Seen, as_unopened, judge_seen, look
from mailbridge.verify.digests import TrustDigests, rests_on_certificates
from mailbridge.verify.evidence import Answered, Evidence
from mailbridge.verify.pending import is_pending


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """A mail judged again: the new verdict, what was seen, and the judgement with the decision of its reception."""

    verdict: Verdict
    seen: Seen
    judgement: Judgement
    pending: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What is kept of a mail: its case, its verdicts in order, its octets; and by whose choices it is judged."""

    case: Case
    verdicts: Sequence[Verdict]
    policy: Policy
    copy: MailObject

    def next_verdict(
        self, cause: Cause, judgement: str, evidence: Evidence, kept: TrustDigests | None, now: datetime
    ) -> Verdict:
        """Put the next verdict together; `judgement` is its JSON text."""
        return Verdict(
            mail_id=self.case.mail_id,
            agency=self.case.agency,
            sequence=self.verdicts[-1].sequence + 1,
            judged_at=now,
            for_moment=evidence.at,
            cause=cause,
            judgement=judgement,
            evidence=json.dumps(evidence_object(evidence, kept), ensure_ascii=False),
        )


class Given:
    """Evidence in the place of the world; fulfils `ports.Lookups`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    async def gather(self, mail: MailObject, message: Message, at: datetime) -> Evidence:
        """Return what is known, whatever the question."""
        return self._evidence


async def look_by(
    evidence: Evidence, copy: MailObject, reading: Reading, *, directory: Directory = NO_DIRECTORY
) -> Seen:
    """
    Look at a mail by given evidence alone, for the moment that it names.

    Args:
        copy: The mail as it stands in the archive.
    """
    opened = open_copy(copy)
    seen = await look(opened.mail, Given(evidence), reading, evidence.at, directory=directory)
    return as_unopened(seen, opened.problem) if opened.problem else seen


def verdict_text(seen: Seen, judgement: Judgement) -> str:
    """Write what a verdict keeps of a judgement: the keys `authentication` and `signatures` of `try --json`."""
    told = as_object(seen.mail, seen.message, judgement, (), {})
    return json.dumps({key: told[key] for key in ("authentication", "signatures")}, ensure_ascii=False)


async def judge_again(case: Case, world: World, *, cause: Cause, now: datetime, moment: datetime) -> Again:
    """
    Judge a mail again for a moment, by the answers that were found before and new ones for what was open.

    Args:
        moment: What keys and certificates are judged for: the reception, or today.

    Raises:
        NotJudgedAgain: Nothing of it is kept, it is not in this archive, or its agency is not ours any more.
        Unavailable: Something of ours is gone.
    """
    found = await find(case, world)
    evidence = replace(await evidence_of(found, world, now), at=moment)
    return await look_again(found, evidence, world, cause, now)


async def find(case: Case, world: World) -> Found:
    """Find what is kept of a mail; raises `NotJudgedAgain` and `Unavailable`."""
    last = await asyncio.to_thread(world.verdicts.of_mail, case.mail_id, case.agency)
    policy = next((each for each in world.policies if each.agency.id == case.agency), None)
    copy = await asyncio.to_thread(world.archive, case)
    if not last or policy is None or copy is None:
        raise NotJudgedAgain(_why_not(case, last, policy))
    return Found(case=case, verdicts=last, policy=policy, copy=copy)


def _why_not(case: Case, last: Sequence[Verdict], policy: Policy | None) -> str:
    if not last:
        return f"nothing is kept of mail {case.mail_id}"
    if policy is None:
        return f"the configuration has no agency {case.agency}"
    return f"mail {case.mail_id} is not in this archive"


async def evidence_of(found: Found, world: World, now: datetime) -> Evidence:
    """Keep every answer that was found, and ask for the others; trust is that of today."""
    before = load_evidence(found.verdicts[-1].evidence, lambda _: b"")
    known = tuple(each for each in before.answers if each.answered is not Answered.UNANSWERED)
    mail = open_copy(found.copy).mail
    message = await asyncio.to_thread(parse, mail.content)
    return await world.lookups.gather(mail, message, now, known)


async def look_again(found: Found, evidence: Evidence, world: World, cause: Cause, now: datetime) -> Again:
    """Open the mail and its files, and judge them by this evidence; raises `Unavailable`."""
    seen = await look_by(evidence, found.copy, world.reading, directory=world.directory)
    return await asyncio.to_thread(_judged, found, seen, world, cause, now)


def _judged(found: Found, seen: Seen, world: World, cause: Cause, now: datetime) -> Again:
    fresh, _ = judge_seen(seen, Known(), found.policy)
    judgement = replace(fresh, decision=_decision(found.case, world.lines))
    kept = None
    if may_be_kept(seen) and rests_on_certificates(seen.authentication, seen.signatures):
        kept = world.trust.keep(seen.evidence.trust)
    verdict = found.next_verdict(cause, verdict_text(seen, judgement), seen.evidence, kept, now)
    pending = is_pending(seen.authentication, seen.signatures)
    return Again(verdict=verdict, seen=seen, judgement=judgement, pending=pending)


def may_be_kept(seen: Seen) -> bool:
    """Say whether a mail may be written about: a file that could not be read at first may hold a secret."""
    return seen.classification.kind.is_stored and not seen.classification.secrecy


def _decision(case: Case, lines: Lines) -> Decision:
    """Read back what was decided at the reception: nothing that is learnt later changes it."""
    told: dict[str, Any] = json.loads(case.judgement or "{}")["decision"]
    old = (told["duplicate_of"] or "").rsplit("/", 2)
    twin = None
    if len(old) == 3:
        twin = lines.entry(agency=case.agency, book=old[0], year=int(old[1]), number=int(old[2]))
    return Decision(
        action=Action(case.action),
        confidence=told["confidence"],
        reasons=tuple(Reason(rule=each["rule"], text=each["text"]) for each in told["reasons"]),
        book=told["book"],
        duplicate_of=twin,
        version=case.rules_version,
    )


async def ask_now(case: Case, world: World, now: datetime, *, by: str = OURSELVES) -> Verdict:
    """
    Judge a mail for today because somebody wants to know, and add the verdict; letters and queue stay as they are.

    Args:
        by: Who wants to know.

    Raises:
        NotJudgedAgain: It cannot be judged, or is one of which nothing may be kept.
        AlreadyJudged: Another process judged it at the same time.
        Unavailable: Something of ours is gone.
    """
    again = await judge_again(case, world, cause=Cause.ASKED, now=now, moment=now)
    if not may_be_kept(again.seen):
        raise NotJudgedAgain("nothing of this mail may be kept, by what its files say now")
    verdict = replace(again.verdict, written_by=by)

    def write() -> None:
        with world.registry.transaction() as tx:
            tx.judge(verdict)

    await asyncio.to_thread(write)
    return verdict
