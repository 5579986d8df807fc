"""What has to be done about trust, in sentences; for `check` and `trust check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailbridge.cli.texts import local_time, say, say_word

if TYPE_CHECKING:
    from mailbridge.lookups.revocation import TrustKeeper
    from mailbridge.lookups.trust_facts import Alarm

_ENDS = "{kind} {name} ends on {day}, within {days} days"
_OVER = "{kind} {name} was over on {day}"
_NO_ANCHOR = "no anchor: no signature can be valid; `mailbridge trust import`"
_UNSIGNED = "nobody whom we hold has signed this list: {why}"
_CERTIFICATE = "ask its authority for the next one, and bring it in with `mailbridge trust import`"
_LIST = "bring a new list in with `mailbridge trust import`, or have it fetched ([trust] fetch and lists)"
_FETCHED = "see with `mailbridge trust fetch` why no new list comes"
_WRONG_LIST = "bring the certificate of its authority, or take the list away"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One finding; `text` and `remedy` are texts of `cli.texts`, `words` facts that have two languages themselves."""

    file: str
    text: str
    facts: Mapping[str, object]
    words: Mapping[str, str]
    remedy: str

    @property
    def english(self) -> str:
        """The finding for programs."""
        return self._said("en")

    def told(self, language: str) -> str:
        """Write file, finding and remedy in one line."""
        remedy = f" ({say(language, self.remedy)})" if self.remedy else ""
        return f"{self.file}: {self._said(language)}{remedy}"

    def _said(self, language: str) -> str:
        words = {key: say_word(language, "trust", word) for key, word in self.words.items()}
        return say(language, self.text, **self.facts, **words)


def findings(keeper: TrustKeeper, now: datetime, days: Sequence[int]) -> Iterator[Finding]:
    """Yield what `trust check` tells."""
    if not keeper.current.anchors:
        yield Finding(file="trust", text=_NO_ANCHOR, facts={}, words={}, remedy="")
    yield from endings(keeper, now, days)
    for path, why in keeper.disbelieved(now):
        yield Finding(file=str(path), text=_UNSIGNED, facts={"why": why}, words={}, remedy=_WRONG_LIST)


def endings(keeper: TrustKeeper, now: datetime, days: Sequence[int]) -> Iterator[Finding]:
    """Yield what ends within some of these days, or is over."""
    for alarm in keeper.alarms(now, days):
        yield _of_alarm(alarm)


def _of_alarm(alarm: Alarm) -> Finding:
    from mailbridge.lookups.trust import Kind

    facts = alarm.facts
    remedy = _CERTIFICATE if facts.kind is not Kind.LIST else _FETCHED if facts.fetched else _LIST
    return Finding(
        file=str(facts.file),
        text=_OVER if alarm.within is None else _ENDS,
        facts={
            "name": facts.name,
            "day": local_time(facts.ends)[:16] if facts.ends else "",
            "days": alarm.within,
        },
        words={"kind": facts.kind.value},
        remedy=remedy,
    )
