"""What is sent, and what came of it: plain values and the arithmetic on them. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """
    One kind of work for all targets.

    Args:
        mails: Class of mails in the corpus.
        connections: How many at once.
        each: Mails over one connection, before a new one is opened.
        rate: Mails a second that are due (open loop); as fast as it goes without.
    """

    mails: str
    connections: int
    each: int
    rate: float | None = None

    @property
    def name(self) -> str:
        """What the tables call it."""
        paced = f", {self.rate:.0f} mails/s" if self.rate else ""
        return f"{self.mails}, {self.connections} connections{paced}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """
    One target under one load, once.

    `delivered` is in mails a second as they arrived at the sink, `cpu` in milliseconds of the whole process tree for
    one mail, `p50` and `p99` in milliseconds from the last octet of the content to its answer, `memory` in MB (10^6)
    of proportional set size. `lost` and `doubled` are mails that the sink missed or got twice; None where the target
    throws mail away by design.
    """

    round: int
    target: str
    mails: int
    delivered: float
    cpu: float
    p50: float
    p99: float
    memory: float
    errors: int
    lost: int | None
    doubled: int
    steal: float


Results = Mapping[Load, tuple[Measured, ...]]
"""All measurements of each load."""

Field = Callable[[Measured], float]


def measured(said: Mapping[str, Any], *, target: str, turn: int) -> Measured:
    """Read what the measuring program says of one run."""
    dot = said["dot_ms"]
    return Measured(
        round=turn,
        target=target,
        mails=said["messages"],
        delivered=said["delivered_per_s"] or 0.0,
        cpu=said["cpu_ms_per_msg"],
        p50=dot["p50"] or 0.0,
        p99=dot["p99"] or 0.0,
        memory=said["peak_rss_mb"],
        errors=sum(said["errors"].values()),
        lost=said["lost"],
        doubled=said["delivered"] - said["delivered_unique"],
        steal=said["steal"],
    )


def of_target(found: Iterable[Measured], target: str) -> tuple[Measured, ...]:
    """Return one target's measurements."""
    return tuple(one for one in found if one.target == target)


def middle(found: Iterable[Measured], target: str, field: Field) -> float | None:
    """Return the median over the rounds; None when this target was not measured."""
    values = [field(one) for one in of_target(found, target)]
    return median(values) if values else None


def ratio(found: Iterable[Measured], target: str, base: str, field: Field) -> float | None:
    """
    Return the median over the rounds of target ÷ base within a round.

    Neighbours in time suffer from the same noise, so their ratio says more than the ratio of medians. None when a
    side is missing or is zero everywhere.
    """
    found = tuple(found)
    bases = {one.round: field(one) for one in of_target(found, base)}
    ratios = [field(one) / bases[one.round] for one in of_target(found, target) if bases.get(one.round)]
    return median(ratios) if ratios else None
