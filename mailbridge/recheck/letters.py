"""The letters that a later verdict makes due: the answer that was withheld, and a word to the clerks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from mailbridge.decision.findings import Judgement
from mailbridge.decision.policy import Policy
from mailbridge.letters.compose import compose
from mailbridge.letters.manners import is_writable
from mailbridge.letters.plan import plan
from mailbridge.letters.settled import Settled, compose_settled
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.recheck.again import Again
from mailbridge.recheck.world import World
from mailbridge.registry.entry import Case, EntryStatus, RegisterEntry
from mailbridge.registry.happenings import WAITING_ACTIONS
from mailbridge.verify.results import Result
from mailbridge.verify.signature import Status


def answers_due(case: Case, again: Again, world: World, policy: Policy, now: datetime) -> Iterator[Letter]:
    """Write the answer that was withheld only because nobody knew who had sent the mail; its key makes it once only."""
    seen = again.seen
    withheld = {
        (each["kind"], each["to"])
        for each in json.loads(case.judgement or "{}")["letters"]
        if each["suppressed"] == "unproven-sender"
    }
    if not withheld:
        return
    same_mail = world.verdicts.came_before(case)
    plans = plan(again.judgement, seen.mail, seen.message, policy.agency, same_mail=same_mail)
    found = world.lines.find_entries(case.mail_id, agency=case.agency)
    standing = {each.id: each for each in map(world.lines.stands_for, found)}
    entries = [each for each in standing.values() if each.status is not EntryStatus.VOIDED]
    if found and not entries:
        return  # what was voided is not acknowledged any more
    for due in plans:
        if due.suppressed is None and due.kind is not LetterKind.NOTICE and (due.kind.value, due.to) in withheld:
            yield _composed(due, again, policy, entries, world, now)


def _composed(
    due: LetterPlan,
    again: Again,
    policy: Policy,
    entries: Sequence[RegisterEntry],
    world: World,
    now: datetime,
) -> Letter:
    return compose(
        due,
        judgement=again.judgement,
        mail=again.seen.mail,
        message=again.seen.message,
        agency=policy.agency,
        entries=entries,
        language=policy.language,
        now=now,
        problems=again.seen.problems,
        templates=world.templates,
        directory=world.directory,
    )


def notices_due(case: Case, again: Again, policy: Policy, now: datetime) -> Iterator[Letter]:
    """Tell the clerks that a verdict is settled, where one of them has to decide or has been told better than it is."""
    if again.pending or not (case.action in WAITING_ACTIONS or _speaks_against(again.judgement)):
        return
    told = Settled(
        judgement=again.judgement,
        mail=again.seen.mail,
        message=again.seen.message,
        sequence=again.verdict.sequence,
    )
    for to in dict.fromkeys(filter(is_writable, policy.agency.clerks)):
        yield compose_settled(told, agency=policy.agency, to=to, language=policy.language, now=now)


def _speaks_against(judgement: Judgement) -> bool:
    results = judgement.authentication
    failed = Result.FAIL in (results.dmarc.result, *(each.result for each in results.dkim))
    states = (*(each.status for each in judgement.signatures), *(each.status for each in results.smime))
    return failed or Status.TOTAL_FAILED in states
