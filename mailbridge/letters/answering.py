"""
What the letters of a mail depend on beside the mail itself: how often its sender was answered, and what it speaks of.

A `Correspondence` knows of earlier letters; it is asked in the transaction that writes the new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from mailbridge.classifier.bounces import Bounce, CameBack, read_bounce
from mailbridge.classifier.directory import Directory
from mailbridge.classifier.signs import speaks_of_receipt
from mailbridge.decision.findings import Judgement
from mailbridge.decision.policy import Policy
from mailbridge.letters.comeback import Returned, other_addresses, returned_notices, storm_notices
from mailbridge.letters.limits import (
    PEER_WINDOW,
    QUIET,
    THREAD_WINDOW,
    Threads,
    is_too_many,
    letters_answered,
    threads_of,
)
from mailbridge.letters.stage import Stage
from mailbridge.letters.typeset import one_line
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import INSIDE, Letter, LetterKind, LetterPlan
from mailbridge.mail.message import Message
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.fates import Fate, LetterFate


class Posted(Protocol):
    """A letter that was written before, and when."""

    @property
    def letter(self) -> Letter:
        """The letter."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was written, aware."""
        ...


class Correspondence(Protocol):
    """What the ledger knows of letters beside the outbox; `registry.returned` fulfils it."""

    def find(self, token: str) -> Posted | None:
        """Return the letter of a token or of its beginning."""
        ...

    def note_fate(self, letter: Letter, fate: LetterFate) -> bool:
        """Write down what came back; False when it is known."""
        ...

    def answers(self, threads: Collection[str], since: datetime) -> Mapping[str, int]:
        """Count the answers since a moment by thread."""
        ...

    def note_answer(self, threads: Collection[str], key: str, at: datetime) -> None:
        """Count an answer."""
        ...

    def withhold(self, agency: str, peer: str, at: datetime, quiet: timedelta) -> bool:
        """Count an answer that is not given; True when somebody has to be told."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """The letters that are due by now, what the answers among them belong to, and notices for clerks beside them."""

    letters: tuple[LetterPlan, ...]
    threads: Threads | None = None
    alarms: tuple[Letter, ...] = ()


def within_limits(
    letters: Sequence[LetterPlan],
    book: Correspondence,
    *,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    files: Sequence[str],
    policy: Policy,
    now: datetime,
) -> Answers:
    """
    Withhold what the office does not tell ("policy") and what would be one answer too many ("rate").

    Args:
        files: SHA-256 of the main files.
    """
    told = tuple(_as_the_office_says(each, policy) for each in letters)
    answer = next((each for each in told if each.suppressed is None and each.kind not in INSIDE), None)
    if answer is None:
        return Answers(letters=told)
    threads = threads_of(message, files, answer.to, policy.agency.id)
    echoes = not _is_new(answer, judgement) and _answers_ours(message, book)
    if not echoes and not _is_storm(threads, book, judgement, policy, now):
        return Answers(letters=told, threads=threads)
    rated = tuple(replace(each, suppressed="rate") if each is answer else each for each in told)
    peer = answer.to.lower()
    first = not echoes and book.withhold(policy.agency.id, peer, now, QUIET)
    alarms = storm_notices(peer, mail.id, policy.agency, policy.agency.clerks, policy.language, now) if first else ()
    return Answers(letters=rated, alarms=tuple(alarms))


def _as_the_office_says(plan: LetterPlan, policy: Policy) -> LetterPlan:
    stage = {LetterKind.ARRIVED: Stage.ARRIVED, LetterKind.ACCEPTED: Stage.ACCEPTED}.get(plan.kind)
    told = stage is None or plan.suppressed is not None or stage.value in policy.answering.stages
    return plan if told else replace(plan, suppressed="policy")


def _answers_ours(message: Message, book: Correspondence) -> bool:
    """Say whether a mail answers a letter of ours: with no new number to tell, enough has been said then."""
    return speaks_of_receipt(message) or any(book.find(token) for token in letters_answered(message))


def _is_new(answer: LetterPlan, judgement: Judgement) -> bool:
    return answer.kind is LetterKind.ACCEPTED and judgement.decision.duplicate_of is None


def _is_storm(threads: Threads, book: Correspondence, judgement: Judgement, policy: Policy, now: datetime) -> bool:
    return is_too_many(
        judgement.decision.action,
        threads,
        to_peer=book.answers((threads.peer,), now - PEER_WINDOW),
        narrowly=book.answers(threads.narrow, now - THREAD_WINDOW),
        answering=policy.answering,
    )


_FATES = {
    CameBack.RETURNED: Fate.RETURNED,
    CameBack.DELAYED: Fate.DELAYED,
    CameBack.ANSWERED: Fate.ANSWERED,
}


def note_come_back(
    book: Correspondence,
    *,
    mail: MailObject,
    message: Message,
    entries: Sequence[RegisterEntry],
    policy: Policy,
    directory: Directory,
    now: datetime,
) -> tuple[Letter, ...]:
    """
    Write down what a mail tells of letters of ours, and return the notices for clerks.

    Args:
        entries: Entered from this mail; a mail that brought a document is no mere report, whatever it says.
    """
    if entries:
        return ()
    bounce = read_bounce(message, mail.envelope.mail_from, mail.envelope.recipients, mail.content)
    if bounce is None:
        return ()
    return tuple(
        notice
        for posted in _posted(bounce, book, policy)
        for notice in _noted(bounce, posted, book, mail, policy, directory, now)
    )


def _posted(bounce: Bounce, book: Correspondence, policy: Policy) -> tuple[Posted, ...]:
    """Find the letters of this agency that a mail speaks of, each once."""
    found = (posted for token in bounce.tokens if (posted := book.find(token)) is not None)
    return tuple({each.letter.key: each for each in found if each.letter.agency == policy.agency.id}.values())


def _noted(
    bounce: Bounce,
    posted: Posted,
    book: Correspondence,
    mail: MailObject,
    policy: Policy,
    directory: Directory,
    now: datetime,
) -> tuple[Letter, ...]:
    letter = posted.letter
    fate = LetterFate(
        key=letter.key,
        at=mail.accepted_at,
        what=_FATES[bounce.what],
        mail_id=mail.id,
        status=bounce.status,
        said=one_line(bounce.said, 300),
    )
    # What comes back of a notice to a clerk is noted; a notice about it would come back as well.
    if not book.note_fate(letter, fate) or fate.what is not Fate.RETURNED or letter.kind in INSIDE:
        return ()
    returned = Returned(
        letter=letter,
        written_at=posted.created_at,
        said=fate.said,
        status=fate.status,
        others=other_addresses(letter.recipient, directory),
    )
    return tuple(returned_notices(returned, policy.agency, policy.agency.clerks, policy.language, now))
