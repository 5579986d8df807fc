"""Why a file could not be read, in the words of CONTRACT.md (`parts[].problem`)."""

from __future__ import annotations

from enum import StrEnum

from mailbridge.errors import MailBridgeError


class Problem(StrEnum):
    """The word before the colon."""

    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY = "too-many"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"


class Unreadable(MailBridgeError):
    """
    A file that its reader gives up on; inside this room only, `files` turns it into `OpenedFile.problem`.

    `reason` is one line in English without names or paths of our machines: clerks see it.
    """

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(f"{problem}: {reason}")
        self.problem = problem
        self.reason = reason
