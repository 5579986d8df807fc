"""
The figures that agencies owe, counted from facts; nothing here reads a database or a clock.

Source: NĐ 30/2020/NĐ-CP, Điều 4 khoản 2 (registered the same day, at latest the next working day; urgent documents at
once), Điều 21 khoản 2 (acknowledged the same day); NĐ 09/2019/NĐ-CP, Điều 12 (windows of reports).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil

from mailbridge.registry.acts import Did
from mailbridge.registry.entry import local_day
from mailbridge.registry.figures_facts import DocumentFact, HeldFact

NextWorkday = Callable[[date], date]
"""Returns the first working day behind a day."""


class By(StrEnum):
    """What figures are parted by."""

    UNIT = "unit"
    SENDER = "sender"
    KIND = "kind"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """
    Counts of documents; shares are for who shows them.

    `signed`, `without_paper` and `acknowledged_same_day` are parts of `electronic`. `on_time`: registered on the day of
    arrival or the next working day, an urgent one on the day of arrival; `urgent_on_time` is part of `urgent`.
    `median` and `p95` are times from arrival to registration of electronic documents, None when there are none.
    """

    documents: int
    electronic: int
    signed: int
    without_paper: int
    awaiting_paper: int
    same_day: int
    on_time: int
    urgent: int
    urgent_on_time: int
    acknowledged_same_day: int
    median: timedelta | None
    p95: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldFigures:
    """Counts of mails that waited for a clerk; `longest` and `median` with those that wait still, up to now."""

    held: int
    waiting: int
    confirmed: int
    dismissed: int
    joined: int
    returned: int
    proposed: int
    median: timedelta | None
    longest: timedelta | None
    reasons: tuple[tuple[str, int], ...]


def count(documents: Sequence[DocumentFact], next_workday: NextWorkday) -> Figures:
    """Count documents."""
    electronic = [each for each in documents if each.is_electronic]
    urgent = [each for each in documents if each.urgency]
    took = sorted(max(each.registered_at - each.arrived_at, timedelta()) for each in electronic)
    return Figures(
        documents=len(documents),
        electronic=len(electronic),
        signed=sum(each.is_signed for each in electronic),
        without_paper=sum(not each.needs_paper for each in electronic),
        awaiting_paper=sum(each.awaits_paper for each in documents),
        same_day=sum(_is_same_day(each) for each in documents),
        on_time=sum(is_on_time(each, next_workday) for each in documents),
        urgent=len(urgent),
        urgent_on_time=sum(_is_same_day(each) for each in urgent),
        acknowledged_same_day=sum(_is_acknowledged(each) for each in electronic),
        median=percentile(took, 0.5),
        p95=percentile(took, 0.95),
    )


def is_on_time(document: DocumentFact, next_workday: NextWorkday) -> bool:
    """Say whether a document was registered when it had to be."""
    if document.urgency:
        return _is_same_day(document)
    return local_day(document.registered_at) <= next_workday(local_day(document.arrived_at))


def _is_same_day(document: DocumentFact) -> bool:
    return local_day(document.registered_at) <= local_day(document.arrived_at)


def _is_acknowledged(document: DocumentFact) -> bool:
    at = document.acknowledged_at
    return at is not None and local_day(at) <= local_day(document.arrived_at)


def percentile(sorted_times: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the shortest time within which this share of all lies (nearest rank); None of nothing."""
    if not sorted_times:
        return None
    return sorted_times[max(0, ceil(share * len(sorted_times)) - 1)]


def count_by(
    documents: Iterable[DocumentFact], by: By, next_workday: NextWorkday
) -> tuple[tuple[str | date, Figures], ...]:
    """
    Count apart; most documents first, days in their order. What is not known stands under "".

    A document for several units counts for each of them, so the sum may be more than all.
    """
    parted: dict[str | date, list[DocumentFact]] = defaultdict(list)
    for each in documents:
        for name in _names(each, by):
            parted[name].append(each)
    counted = [(name, count(those, next_workday)) for name, those in parted.items()]
    if by is By.DAY:
        return tuple(sorted(counted, key=lambda pair: str(pair[0])))
    return tuple(sorted(counted, key=lambda pair: (-pair[1].documents, str(pair[0]))))


def _names(document: DocumentFact, by: By) -> Iterable[str | date]:
    match by:
        case By.UNIT:
            units = [unit.strip() for unit in (document.recipients or "").split(";")]
            return dict.fromkeys(filter(None, units)) or ("",)
        case By.SENDER:
            return (document.issuer or document.domain or "",)
        case By.KIND:
            return (document.type or "",)
        case By.DAY:
            return (local_day(document.arrived_at),)


def count_held(held: Sequence[HeldFact], now: datetime) -> HeldFigures:
    """Count mails that waited, and why mails were returned, the most frequent reason first."""
    took = sorted((each.settled_at or now) - each.accepted_at for each in held)
    outcomes = Counter(each.outcome for each in held)
    returned = [each for each in held if each.outcome is Did.RETURNED]
    reasons = Counter(each.why for each in returned)
    return HeldFigures(
        held=len(held),
        waiting=outcomes[None],
        confirmed=outcomes[Did.CONFIRMED],
        dismissed=outcomes[Did.DISMISSED],
        joined=outcomes[Did.JOINED],
        returned=len(returned),
        proposed=sum(each.action == "return" and each.outcome is None for each in held),
        median=percentile(took, 0.5),
        longest=took[-1] if took else None,
        reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
