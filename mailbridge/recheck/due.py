"""Verdicts that had no answer are asked for again; what follows of it is written in one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.policy import Policy
from mailbridge.errors import Unavailable
from mailbridge.kept import load_evidence, trust_named_in
from mailbridge.letters.manners import is_writable
from mailbridge.letters.settled import Settled, compose_settled
from mailbridge.mail.letter import Letter
from mailbridge.recheck.again import Again, Found, evidence_of, find, look_again, may_be_kept
from mailbridge.recheck.letters import answers_due, notices_due
from mailbridge.recheck.world import NotJudgedAgain, World
from mailbridge.registry.conflicts import AlreadyJudged
from mailbridge.registry.entry import Case
from mailbridge.registry.judged import Cause, Verdict, next_try
from mailbridge.verify.evidence import Answered, Evidence
from mailbridge.verify.pending import OUT_OF_TIME

log = logging.getLogger("mailbridge.recheck")


_AT_ONCE = 20
"""Verdicts that are asked for again in one go; the others come with the next."""


_ABSENT = timedelta(hours=1)
"""How long a mail is left alone that is not in this archive (another node has it), or over which the program trips."""


async def ask_due(world: World, left_alone: dict[tuple[str, str], datetime], now: datetime) -> int:
    """
    Ask again for the verdicts that are due, one by one, and return how many were added.

    One bad mail stops nothing. Raises `Unavailable`; what was written then stays written.

    Args:
        left_alone: Mails that cannot be judged here for now, and until when; changed in place.
    """
    for key in [key for key, until in left_alone.items() if until <= now]:
        del left_alone[key]
    due = await asyncio.to_thread(world.verdicts.due, now, _AT_ONCE + len(left_alone))
    added = 0
    for mail_id, agency in due:
        if (mail_id, agency) in left_alone:
            continue
        try:
            added += await _ask_again(mail_id, agency, world, now)
        except Unavailable:
            raise
        except NotJudgedAgain as error:
            log.warning("not judged again", extra={"mail": mail_id, "detail": str(error)})
            left_alone[mail_id, agency] = now + _ABSENT
        except AlreadyJudged:
            continue  # another process was quicker, and has noted when it is due again
        except Exception:  # a fault of ours in one mail must not stop the others
            log.exception("not judged again", extra={"mail": mail_id})
            left_alone[mail_id, agency] = now + _ABSENT
    return added


async def _ask_again(mail_id: str, agency: str, world: World, now: datetime) -> bool:
    case = await asyncio.to_thread(world.registry.decided, mail_id, agency)
    if case is None:
        raise NotJudgedAgain(f"no case of mail {mail_id}")
    found = await find(case, world)
    evidence = replace(await evidence_of(found, world, now), at=case.accepted_at)
    same = await asyncio.to_thread(_as_before, found, evidence, world, now)
    if same is not None:
        await asyncio.to_thread(_postpone, found, same, world, now)
    else:
        again = await look_again(found, evidence, world, Cause.RETRY, now)
        await asyncio.to_thread(_write, found, again, world, now)
    return True


def _as_before(found: Found, evidence: Evidence, world: World, now: datetime) -> Verdict | None:
    """
    Return the verdict that follows when the world has said nothing new; None when the mail has to be looked at.

    While a name server is away for hours, no file is opened again: the judgement is that of the last time.
    """
    last = next(each for each in reversed(found.verdicts) if each.cause in (Cause.RECEPTION, Cause.RETRY))
    told = json.loads(last.judgement)
    kept = None
    if told["signatures"] or told["authentication"]["smime"]:
        kept = world.trust.keep(evidence.trust)
    before = load_evidence(last.evidence, lambda _: b"")
    is_new = (
        _heard(before) != _heard(evidence)
        or (kept is not None and kept != trust_named_in(last.evidence))
        or OUT_OF_TIME in last.judgement
    )
    if is_new:
        return None
    same = json.dumps({key: told[key] for key in ("authentication", "signatures")}, ensure_ascii=False)
    return found.next_verdict(Cause.RETRY, same, evidence, kept, now)


def _heard(evidence: Evidence) -> frozenset[tuple[str, str, Answered]]:
    return frozenset((each.question.name, each.question.type, each.answered) for each in evidence.answers)


def _postpone(found: Found, verdict: Verdict, world: World, now: datetime) -> None:
    with world.registry.transaction() as tx:
        tx.judge(verdict)
        tx.ask_again(verdict.mail_id, verdict.agency, next_try(_tries(found) + 1, now))


def _tries(found: Found) -> int:
    return sum(1 for each in found.verdicts if each.cause is Cause.RETRY)


def _write(found: Found, again: Again, world: World, now: datetime) -> None:
    """Add the verdict, and with it the letters that it makes due, in one transaction."""
    case, policy = found.case, found.policy
    if not may_be_kept(again.seen):
        _forget(case, again, world, policy, now)
        return
    next_at = next_try(_tries(found) + 1, now) if again.pending else None
    letters = [*answers_due(case, again, world, policy, now), *notices_due(case, again, policy, now)]
    with world.registry.transaction() as tx:
        tx.judge(again.verdict)
        tx.ask_again(case.mail_id, case.agency, next_at)
        # An office that is back in shadow mode sends nothing.
        for letter in () if policy.shadow else letters:
            tx.post(letter)
    state = "pending" if again.pending else "settled"
    log.info("judged again", extra={"mail": case.mail_id, "agency": case.agency, "state": state})


def _forget(case: Case, again: Again, world: World, policy: Policy, now: datetime) -> None:
    """Keep nothing of a mail that turns out to be secret or private now that its files could be read."""
    letters: list[Letter] = []
    if again.seen.classification.kind is Kind.SECRET or again.seen.classification.secrecy:
        agency = policy.agency
        told = Settled(
            judgement=again.judgement,
            mail=again.seen.mail,
            message=again.seen.message,
            sequence=again.verdict.sequence,
            secret=True,
        )
        contacts = (agency.security_contact,) if agency.security_contact else agency.clerks
        letters = [
            compose_settled(told, agency=agency, to=to, language=policy.language, now=now)
            for to in dict.fromkeys(filter(is_writable, contacts))
        ]
    log.warning("nothing more is written of this mail", extra={"mail": case.mail_id, "agency": case.agency})
    with world.registry.transaction() as tx:
        tx.ask_again(case.mail_id, case.agency, None)
        for letter in letters:
            tx.post(letter)
