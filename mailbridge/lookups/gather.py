"""Asks the world until no question of a mail is open, and keeps what was said as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from mailbridge.lookups.dns import Names
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.message import Message
from mailbridge.mail.parse import has_readable_header
from mailbridge.verify import dkim
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from mailbridge.verify.inner import inner_mails

# A mail waits for its walk, not a person for an answer: but a dead DNS must not stop the spool.
_PATIENCE = 5.0
# More than the methods together may ask (SPF alone 10 lookups of up to 10 names, RFC 7208 §4.6.4).
_MOST_QUESTIONS = 100


class GatheredLookups:
    """
    Fulfils the port `Lookups`.

    Args:
        names: The DNS, or a file in its place.
        trust: Goes into every evidence as it is.
        patience: Seconds for all questions of one mail together.
    """

    def __init__(self, names: Names, trust: Trust, *, patience: float = _PATIENCE) -> None:
        self._names = names
        self._trust = trust
        self._patience = patience

    async def gather(self, mail: MailObject, message: Message, at: datetime) -> Evidence:
        """
        Ask what the methods want to know, and again what follows from the answers.

        What is not answered when the time is over stays as UNANSWERED and ends as `temperror`. Raises nothing.
        """
        evidence = Evidence(at=at, trust=self._trust)
        end = asyncio.get_running_loop().time() + self._patience
        while still_open := (await asyncio.to_thread(wanted, mail, message, evidence))[
            : _MOST_QUESTIONS - len(evidence.answers)
        ]:
            answers = await self._ask_all(still_open, at, end)
            evidence = Evidence(at=at, trust=self._trust, answers=evidence.answers + answers)
        return evidence

    async def _ask_all(self, questions: Iterable[Question], at: datetime, end: float) -> tuple[Answer, ...]:
        return tuple(await asyncio.gather(*(self._ask(question, at, end) for question in questions)))

    async def _ask(self, question: Question, at: datetime, end: float) -> Answer:
        try:
            async with asyncio.timeout_at(end):
                return await self._names.ask(question, at)
        except TimeoutError:
            detail = f"no answer within {self._patience:g} s"
            return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at, detail=detail)


def wanted(mail: MailObject, message: Message, evidence: Evidence) -> tuple[Question, ...]:
    """
    Name the questions that are still open, without doubles.

    Each method that needs the DNS adds a line here; one whose next question depends on an answer (SPF) reads the
    evidence and asks on in the next round.
    """
    asked = {answer.question for answer in evidence.answers}
    named = dict.fromkeys(dkim.questions(mail.content) if has_readable_header(mail.content) else ())
    for inner in inner_mails(mail.content, message):
        named |= dict.fromkeys(dkim.questions(inner.content, most=inner.most))
    return tuple(question for question in named if question not in asked)
