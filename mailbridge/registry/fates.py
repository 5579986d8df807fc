"""
What came back about a letter of ours.

CORE: no database here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """Values of `letter_fate.what`."""

    RETURNED = "returned"  # it will not reach its recipient
    DELAYED = "delayed"  # a server still tries
    ANSWERED = "answered"  # by a program: absence, read receipt, ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFate:
    """
    What came back about a letter.

    `mail_id` is the mail that told so; `status` an enhanced status code (RFC 3463), None when none was told; `said` one
    line of what the other server wrote.
    """

    key: str
    at: datetime
    what: Fate
    mail_id: str
    status: str | None = None
    said: str = ""
