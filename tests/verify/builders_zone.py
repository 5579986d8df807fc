"""Zones as dictionaries: evidence gathered from one as `gather` does it, and the zones of the openspf suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from tests.keys.pki import AT

MOST_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class FakeZone:
    """
    `records`: name → type → values as `Answer.values` has them; `silent`: names, or names with a type, without answer.

    `asked` keeps each question in its order.
    """

    records: Mapping[str, Mapping[str, Sequence[bytes]]]
    silent: frozenset[str | tuple[str, str]] = frozenset()
    asked: list[Question] = field(default_factory=list)

    def ask(self, question: Question, at: datetime = AT) -> Answer:
        self.asked.append(question)
        name = question.name
        for _ in range(8):
            if name in self.silent or (name, question.type) in self.silent:
                return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at)
            if name not in self.records:
                return Answer(question=question, answered=Answered.NXDOMAIN, asked_at=at)
            held = self.records[name]
            if question.type in held:
                values = tuple(held[question.type])
                return Answer(question=question, answered=Answered.FOUND, values=values, asked_at=at)
            if "CNAME" not in held:
                return Answer(question=question, answered=Answered.NO_DATA, asked_at=at)
            name = held["CNAME"][0].decode().lower().removesuffix(".")
        return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at)


def gathered(
    ask: Callable[[Question], Answer], questions: Callable[[Evidence], tuple[Question, ...]], trust: Trust | None = None
) -> Evidence:
    """Ask until nothing is open; each question once."""
    evidence = Evidence(at=AT, trust=trust or Trust())
    for _ in range(MOST_ROUNDS):
        missing = questions(evidence)
        if not missing:
            return evidence
        assert not {answer.question for answer in evidence.answers} & set(missing), "asked twice"
        evidence = Evidence(
            at=AT, trust=evidence.trust, answers=evidence.answers + tuple(ask(question) for question in missing)
        )
    raise AssertionError("questions without end")


def text_zone(records: Mapping[str, str]) -> FakeZone:
    """Make a zone of "TYPE value" by name, several values apart by newlines; "SILENT" is a name without answer."""
    held: dict[str, dict[str, list[bytes]]] = {}
    silent: set[str | tuple[str, str]] = set()
    for name, lines in records.items():
        held.setdefault(name, {})
        for line in lines.splitlines():
            kind, _, value = line.partition(" ")
            if kind == "SILENT":
                silent.add((name, value) if value else name)
            else:
                held[name].setdefault(kind, []).append(value.encode())
    return FakeZone(records=held, silent=frozenset(silent))
