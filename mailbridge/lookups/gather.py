"""Asks the world until no question of a mail is open, and keeps what was said as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from mailbridge.lookups.dns import Names
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.message import Message
from mailbridge.verify.authenticate import first_questions, next_questions
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust

# A mail waits for its walk, not a person for an answer: but a dead DNS must not stop the spool.
_PATIENCE = 5.0
# Of that patience for one question: a dead name must leave time to ask what follows from the answers of the others.
_SHARE = 0.5
# A mail in order asks ten; the limits of SPF alone allow a hundred (10 lookups of 10 names, RFC 7208 §4.6.4). Keys and
# DMARC are among the first, so that a record which wants more costs nobody but its own domain an answer.
_MOST_QUESTIONS = 100


class GatheredLookups:
    """
    Fulfils the port `Lookups`.

    Args:
        names: The DNS, or a file in its place.
        trust: Goes into every evidence as it is; or returns that of the moment, as lists are fetched all the time.
        patience: Seconds for all questions of one mail together.
    """

    def __init__(self, names: Names, trust: Trust | Callable[[], Trust], *, patience: float = _PATIENCE) -> None:
        self._names = names
        self._trust = trust
        self._patience = patience

    async def gather(
        self, mail: MailObject, message: Message, at: datetime, known: tuple[Answer, ...] = ()
    ) -> Evidence:
        """
        Ask what the methods want to know, and again what follows from the answers.

        What is not answered when the time is over stays as UNANSWERED and ends as `temperror`. Raises nothing.

        Args:
            known: Answers from before; what they answer is not asked again.
        """
        trust = self._trust if isinstance(self._trust, Trust) else self._trust()
        evidence = Evidence(at=at, trust=trust, answers=known)
        end = asyncio.get_running_loop().time() + self._patience
        # In a thread: a hostile mail takes milliseconds that the other mails of this loop should not wait for.
        named = await asyncio.to_thread(first_questions, mail, message)
        while still_open := await asyncio.to_thread(_open, mail, message, evidence, named):
            answers = await self._ask_all(still_open, at, end)
            evidence = Evidence(at=at, trust=trust, answers=evidence.answers + answers)
        return evidence

    async def _ask_all(self, questions: Iterable[Question], at: datetime, end: float) -> tuple[Answer, ...]:
        return tuple(await asyncio.gather(*(self._ask(question, at, end) for question in questions)))

    async def _ask(self, question: Question, at: datetime, end: float) -> Answer:
        longest = self._patience * _SHARE
        try:
            async with asyncio.timeout_at(min(end, asyncio.get_running_loop().time() + longest)):
                return await self._names.ask(question, at)
        except TimeoutError:
            detail = f"no answer within {longest:g} s"
            return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at, detail=detail)


def _open(mail: MailObject, message: Message, evidence: Evidence, named: tuple[Question, ...]) -> tuple[Question, ...]:
    """Return what has no answer yet of `named` and of what follows now, without doubles, as many as may be asked."""
    asked = {answer.question for answer in evidence.answers}
    questions = dict.fromkeys((*named, *next_questions(mail, message, evidence)))
    return tuple(each for each in questions if each not in asked)[: max(0, _MOST_QUESTIONS - len(asked))]
