"""The numbers that MailBridge must reach, and whether it did. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bench.loads import Field, Load, Measured, Results, of_target, ratio

MAILBRIDGE = "mailbridge"
WALKING = "mailbridge+backlog"
"""The same hop while the walk works off a backlog beside it."""


class Figure(Enum):
    """What is compared."""

    DELIVERED = "delivered/s"
    CPU = "CPU a mail"
    P99 = "p99 of the answer to the dot"

    def of(self, one: Measured) -> float:
        """Return this figure of one measurement."""
        match self:
            case Figure.DELIVERED:
                return one.delivered
            case Figure.CPU:
                return one.cpu
            case Figure.P99:
                return one.p99

    @property
    def field(self) -> Field:
        """The function that reads it."""
        return self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One aim and what was measured; `value` is None when one of the two was not measured."""

    aim: str
    value: float | None
    limit: float
    at_least: bool = False
    unit: str = "×"

    @property
    def is_met(self) -> bool | None:
        """Whether the aim was reached; None when nobody knows."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """Say it in one line of a Markdown list."""
        sign = "≥" if self.at_least else "≤"
        said = f"* {self.aim}: aim {sign} {self.limit:g} {self.unit}, "
        if self.value is None:
            return f"{said}**not measured**"
        if self.is_met:
            return f"{said}measured {self.value:.2f} {self.unit}: **met**"
        side = "below" if self.at_least else "above"
        away = f", {abs(self.value / self.limit - 1) * 100:.0f} % {side} it" if self.limit else ""
        return f"{said}measured {self.value:.2f} {self.unit}: **not met**{away}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """A ratio between MailBridge and a peer that every load of one class of mails must reach."""

    mails: str
    figure: Figure
    base: str
    limit: float
    at_least: bool = False
    targets: tuple[str, ...] = (MAILBRIDGE,)

    def fits(self, load: Load) -> bool:
        """Say whether it speaks of this load: only the answer's delay is measured at a given rate."""
        return load.mails == self.mails and (load.rate is not None) == (self.figure is Figure.P99)


_PACED = (MAILBRIDGE, WALKING)
AIMS = (
    Aim(mails="text3k", figure=Figure.DELIVERED, base="postfix", limit=2.0, at_least=True),
    Aim(mails="official", figure=Figure.DELIVERED, base="postfix", limit=2.0, at_least=True),
    Aim(mails="scan5m", figure=Figure.DELIVERED, base="postfix", limit=1.4, at_least=True),
    Aim(mails="official", figure=Figure.DELIVERED, base="haraka+dkim", limit=8.0, at_least=True),
    Aim(mails="text3k", figure=Figure.CPU, base="postfix", limit=0.3),
    Aim(mails="official", figure=Figure.CPU, base="postfix", limit=0.3),
    Aim(mails="text3k", figure=Figure.CPU, base="amavisd", limit=0.15),
    Aim(mails="official", figure=Figure.CPU, base="amavisd", limit=0.15),
    Aim(mails="text3k", figure=Figure.CPU, base="fast-both-uv", limit=3.0),
    Aim(mails="official", figure=Figure.CPU, base="fast-both-uv", limit=1.6),
    Aim(mails="text3k", figure=Figure.P99, base="postfix", limit=1.2, targets=_PACED),
    Aim(mails="official", figure=Figure.P99, base="postfix", limit=1.2, targets=_PACED),
)
"""They come from what hand-written relays in Python reached, with some room for what a product needs."""


def judge(results: Results) -> tuple[Verdict, ...]:
    """Hold all measurements against the aims, and against the one that has no number: nothing is lost."""
    return (*_ratios(results), _lost(results))


def _ratios(results: Results) -> Iterator[Verdict]:
    for aim in AIMS:
        for load, found in results.items():
            if not aim.fits(load):
                continue
            for target in aim.targets:
                where = "" if target == MAILBRIDGE else ", with a backlog being walked"
                yield Verdict(
                    aim=f"{load.name}{where}: {aim.figure.value} against {aim.base}",
                    value=ratio(found, target, aim.base, aim.figure.field),
                    limit=aim.limit,
                    at_least=aim.at_least,
                )


def _lost(results: Results) -> Verdict:
    ours = [one for found in results.values() for name in _names(found) for one in of_target(found, name)]
    bad = sum((one.lost or 0) + one.doubled + one.errors for one in ours)
    value = float(bad) if ours else None
    return Verdict(aim="mails lost or doubled, and errors, in all loads", value=value, limit=0, unit="mails")


def _names(found: tuple[Measured, ...]) -> set[str]:
    return {one.target for one in found if one.target.startswith(MAILBRIDGE)}
