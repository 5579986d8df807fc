"""
The account of a day: every mail whose content was complete has one outcome, and every delivered mail has its case.

CORE. Two halves: accepted = delivered + refused + held, where a serial that is missing or stands there twice breaks the
balance; and delivered = decided + still in the spool, where a mail that is nowhere breaks it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbridge.registry.serials import Gap

PATIENCE = timedelta(minutes=30)
"""
How old a missing serial, or a delivered mail that is nowhere, must be to count as lost. A next hop may take ten minutes
to answer the final dot (RFC 5321 §4.5.3.2.6), and a second one may be asked after it.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorAccount:
    """The mails that met their fate at one door."""

    door: str
    delivered: int = 0
    refused: int = 0
    held: int = 0

    @property
    def ended(self) -> int:
        """All of them."""
        return self.delivered + self.refused + self.held


@dataclass(frozen=True, kw_only=True, slots=True)
class InSpool:
    """Ids of mails that lie in the spool; asked for before the ledger is, as mail leaves the spool after its case."""

    waiting: Collection[str] = ()
    aside: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Equation:
    """
    The account of the days from `first` to `last` in Vietnam, both included.

    A mail is of the day on which its fate was known, a gap of the day of the mail behind it. `serials` counts the
    different serials that stand there, `under_way` those that are missing but not for long; `doubled` names mails that
    stand there twice, or under a serial that another mail has. Of the delivered mails `decided` have a case, `young`
    have none yet, and `unexplained` (ids) are nowhere. `held_decided` of the held mails were walked in the end.
    """

    first: date
    last: date
    doors: tuple[DoorAccount, ...] = ()
    serials: int = 0
    under_way: int = 0
    gaps: tuple[Gap, ...] = ()
    doubled: tuple[str, ...] = ()
    decided: int = 0
    waiting: int = 0
    aside: int = 0
    young: int = 0
    unexplained: tuple[str, ...] = ()
    held_decided: int = 0

    @property
    def accepted(self) -> int:
        """Mails whose content was complete and that must have an outcome by now: serials given."""
        return self.serials + self.missing

    @property
    def delivered(self) -> int:
        """Mails that the next hop took, at all doors."""
        return sum(each.delivered for each in self.doors)

    @property
    def refused(self) -> int:
        """Mails that were refused after their last octet, at all doors."""
        return sum(each.refused for each in self.doors)

    @property
    def held(self) -> int:
        """Mails of which nobody knows whether the next hop took them, at all doors."""
        return sum(each.held for each in self.doors)

    @property
    def missing(self) -> int:
        """How many serials are missing for good."""
        return sum(gap.size for gap in self.gaps)

    @property
    def holds(self) -> bool:
        """Say whether both halves balance."""
        first_half = self.accepted == self.delivered + self.refused + self.held and not self.doubled
        explained = self.decided + self.waiting + self.aside + self.young
        return first_half and self.delivered == explained and not self.unexplained


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """Delivered mails without a case, by where they are."""

    waiting: int
    aside: int
    young: int
    unexplained: tuple[str, ...]


def sort_undecided(undecided: Sequence[tuple[str, datetime]], spool: InSpool, before: datetime) -> Sorted:
    """
    Say where delivered mails without a case are.

    Args:
        undecided: Ids, with the end of their delivery.
        before: What ended before this moment and lies nowhere is unexplained.
    """
    waiting, aside = frozenset(spool.waiting), frozenset(spool.aside)
    nowhere = [(mail_id, at) for mail_id, at in undecided if mail_id not in waiting and mail_id not in aside]
    lost = tuple(mail_id for mail_id, at in nowhere if at < before)
    walking = sum(1 for mail_id, _ in undecided if mail_id in waiting)
    return Sorted(
        waiting=walking,
        aside=len(undecided) - walking - len(nowhere),
        young=len(nowhere) - len(lost),
        unexplained=lost,
    )
