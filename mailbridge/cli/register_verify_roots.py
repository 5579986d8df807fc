"""Roots and their stamps, as `register verify` judges them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailbridge.cli.texts import local_time, say
from mailbridge.registry.journal_proof import Fault, Wrong
from mailbridge.registry.journal_roots import Root, Stamp, statement_of
from mailbridge.verify.stamping import judge_stamp

if TYPE_CHECKING:
    from mailbridge.verify.evidence import Trust
    from mailbridge.verify.timestamps import StampedTime


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamped:
    """Roots and what their stamps prove; `newest` is the newest root that a good stamp stands over, with its time."""

    roots: int
    stamps: int
    good: int
    newest: tuple[Root, datetime] | None
    reason: str | None
    faults: tuple[Fault, ...]

    def told(self, language: str) -> str:
        """Say it in a line."""
        said = [say(language, "roots: {roots}, stamped {stamps}", roots=self.roots, stamps=self.stamps)]
        if self.newest:
            root, at = self.newest
            text = "by a trusted authority all up to the day {day} was there at {at}"
            said.append(say(language, text, day=f"{root.day:%d/%m/%Y}", at=local_time(at)))
        if self.good < self.stamps and self.reason:
            text = "{count} stamps could not be verified here ({reason})"
            said.append(say(language, text, count=self.stamps - self.good - len(self.faults), reason=self.reason))
        return "; ".join(said)


def judge_stamps(roots: Sequence[Root], stamps: Sequence[Stamp], trust: Trust, now: datetime) -> Stamped:
    """Hold each stamp against its root, by what is trusted now."""
    of = {(root.agency, root.last): root for root in roots}
    faults: list[Fault] = []
    reasons: list[str] = []
    good: list[tuple[Root, datetime]] = []
    for stamp in stamps:
        root = of.get((stamp.agency, stamp.last))
        judged = judge_stamp(stamp.token, statement_of(root), trust, now) if root else None
        if root is None or judged is None or judged.broken:
            faults.append(_fault(stamp, root))
        elif judged.at is not None:
            good.append((root, judged.at))
        else:
            reasons.append(_reason(judged))
    newest = max(good, key=lambda each: (each[0].day, each[0].last), default=None)
    return Stamped(
        roots=len(roots),
        stamps=len(stamps),
        good=len(good),
        newest=newest,
        reason=reasons[0] if reasons else None,
        faults=tuple(faults),
    )


def _reason(judged: StampedTime) -> str:
    return judged.reason or ""


def _fault(stamp: Stamp, root: Root | None) -> Fault:
    said = f"root of {root.day.isoformat()}" if root else "a stamp without its root"
    return Fault(wrong=Wrong.STAMP_WRONG, agency=stamp.agency, table="root_stamp", link=stamp.last, detail=said)
