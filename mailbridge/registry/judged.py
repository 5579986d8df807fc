"""Verdicts over time: what was judged of a mail at its reception, and whenever it was judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailbridge.registry.entry import Case
from mailbridge.registry.happenings import OURSELVES


class Cause(StrEnum):
    """Why a mail was judged."""

    RECEPTION = "reception"
    RETRY = "retry"  # a question had no answer in time
    ASKED = "asked"  # somebody wanted to know


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What was judged of a mail for one agency; it is added, and never changed.

    `sequence` counts from 1, which is the verdict at reception. `for_moment` is the time that keys and certificates
    were judged for. `judgement` and `evidence` are JSON texts: the keys `authentication` and `signatures` of `try
    --json`, and `record.evidence_object`.
    """

    mail_id: str
    agency: str
    sequence: int
    judged_at: datetime
    for_moment: datetime
    cause: Cause
    judgement: str
    evidence: str
    written_by: str = OURSELVES


def verdict_at_reception(case: Case) -> Verdict | None:
    """Return the first verdict, which is the case's own judgement; None of a mail of which nothing is kept."""
    if case.judgement is None or case.evidence is None:
        return None
    return Verdict(
        mail_id=case.mail_id,
        agency=case.agency,
        sequence=1,
        judged_at=case.decided_at,
        for_moment=case.accepted_at,
        cause=Cause.RECEPTION,
        judgement=case.judgement,
        evidence=case.evidence,
    )


_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 24 * 60))
"""From one try to the next: short for a name server that is started anew, a day for a list that is due."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """Say when a pending verdict is asked for again after so many tries; None: it stays as it is."""
    return now + _PAUSES[tries] if tries < len(_PAUSES) else None
