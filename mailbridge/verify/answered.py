"""What an authority said of one certificate, in a list or as the answer of a responder, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# A responder that names no next update has newer answers at any time (RFC 6960 §2.4).
_MOMENTARY = timedelta(minutes=30)


class Answered(Enum):
    """What was said of a certificate; HELD is a revocation that can be taken back."""

    GOOD = "good"
    REVOKED = "revoked"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """`begin` and `end` (None: momentary) is when it was said and until when it holds; `since` of a revocation."""

    answered: Answered
    begin: datetime
    end: datetime | None
    since: datetime | None = None

    def holds_at(self, moment: datetime, *, expiry: datetime) -> bool:
        """
        Say whether this proves that a certificate was good at `moment`.

        What was said later counts too: it knows more. But not what was said after the certificate had expired
        (`expiry`): then its entry may have been taken off the list (RFC 5280 §3.3).
        """
        end = self.end or self.begin + _MOMENTARY
        return moment <= max(end, self.begin) and self.begin <= expiry


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """
    How a certificate stood at a moment: `good`, or revoked at `since`; None of both when nothing current is known.
    """

    good: bool = False
    since: datetime | None = None


def settle(said: Iterable[Said], moment: datetime, *, expiry: datetime) -> Standing:
    """
    Put together all that was said of one certificate.

    A revocation by `moment` stands for ever, however old the list. A hold stands until something later no longer
    says so. Otherwise one current answer is enough.
    """
    heard = sorted(said, key=lambda each: each.begin)
    final = [each.since for each in heard if each.answered is Answered.REVOKED and each.since and each.since <= moment]
    if final:
        return Standing(since=min(final))
    held: datetime | None = None
    good = False
    for each in heard:
        if each.answered is Answered.HELD and each.since and each.since <= moment:
            held, good = each.since, False
        elif each.holds_at(moment, expiry=expiry):
            held, good = None, True
    return Standing(since=held) if held else Standing(good=good)
