"""
Evidence: everything from outside that a judgement rests on, gathered first and kept.

A judgement can be repeated years later from the mail and its evidence alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Question:
    """A DNS question; `name` absolute without the last dot, lower case; `type` such as "TXT"."""

    name: str
    type: str


class Answered(StrEnum):
    """How a question ended."""

    FOUND = "found"
    NO_DATA = "no-data"
    NXDOMAIN = "nxdomain"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """
    What the DNS said, and when.

    `values`: for TXT the joined character-strings of each record as octets. `authentic` is the AD bit, None when not
    asked for. UNANSWERED (time-out, SERVFAIL) ends as `temperror`, never as a failure.
    """

    question: Question
    answered: Answered
    values: tuple[bytes, ...] = ()
    asked_at: datetime
    authentic: bool | None = None
    detail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """
    Whom we trust, and what is known of revocations: put into `config/trust/`, fetched for it, or chosen there.

    DER octets: `anchors` self-signed or not, `others` intermediate certificates, `crls` certificate revocation lists,
    `ocsps` answers of OCSP responders (RFC 6960, the whole OCSPResponse). `sealers` are the domains, lower case, whose
    ARC seals are believed (RFC 8617 §5.2).
    """

    anchors: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    sealers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The answers to all questions of one mail, the trust material, and the moment `at` to judge for (aware, UTC)."""

    at: datetime
    trust: Trust
    answers: tuple[Answer, ...] = ()

    def answer(self, question: Question) -> Answer | None:
        """Return what is known about this question."""
        return next((answer for answer in self.answers if answer.question == question), None)
