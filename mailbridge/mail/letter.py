"""A letter of ours, ready to leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LetterKind(StrEnum):
    """The kinds of letters; in brackets the edXML status code that the kind tells."""

    ARRIVED = "arrived"  # (01)
    ACCEPTED = "accepted"  # (03)
    REFUSED = "refused"  # (02)
    CORRECTION = "correction"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """
    One rendered letter.

    `key` is unique among all letters of an installation and says what it answers, so that the outbox refuses a second
    one. `sender` is the reverse-path ("" for the null sender); `content` the complete mail, CRLF, ASCII or 8-bit MIME.
    """

    key: str
    kind: LetterKind
    agency: str
    mail_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPlan:
    """A letter that is due, or why it does not leave (`suppressed`: a word of CONTRACT.md, `letters[].suppressed`)."""

    kind: LetterKind
    to: str
    suppressed: str | None = None
