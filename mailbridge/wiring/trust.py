"""How it is with trust, told in the words of the control room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbridge.control.status import TrustStatus
from mailbridge.lookups.revocation import TrustKeeper
from mailbridge.lookups.trust import Kind


def trust_status(keeper: TrustKeeper, now: datetime, days: Sequence[int]) -> TrustStatus:
    """Sum up what a keeper holds; `days` as `[trust] warn_days`."""
    expires: dict[str, float] = {}
    for facts in keeper.facts:
        if facts.kind is not Kind.ANSWER and facts.ends is not None:
            left = (facts.ends - now).total_seconds()
            expires[facts.kind.value] = min(left, expires.get(facts.kind.value, left))
    alarms = keeper.alarms(now, days)
    return TrustStatus(
        expires_seconds=expires,
        ending={alarm.facts.name: alarm.within for alarm in alarms if alarm.within is not None},
        over=tuple(dict.fromkeys(alarm.facts.name for alarm in alarms if alarm.within is None)),
        unfetched=keeper.problems(),
        problem=keeper.store_problem,
    )
