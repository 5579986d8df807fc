"""
What MailBridge raises when *it* cannot go on.

Bad mail is never an exception: it is a defect, a result or a decision. Each error keeps two texts apart: what the log
shall know (`str(error)`) and what a peer may hear (`public`), which names no path, version or address of our machines.
"""

from __future__ import annotations


class MailBridgeError(Exception):
    """Base of all errors of ours."""

    public = "local error in processing"


class Unavailable(MailBridgeError):
    """
    Something that we need is gone for now: database, disk, DNS, next server.

    The mail stays in the spool; a peer at the door hears 451 4.3.0.
    """

    public = "temporary local problem, try again later"

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what = what
        self.detail = detail


class ProtocolViolation(MailBridgeError):
    """A peer broke the rules of its protocol; `octets` are what it sent (at most the first 200)."""

    public = "protocol violation"

    def __init__(self, what: str, octets: bytes = b"") -> None:
        super().__init__(what)
        self.what = what
        self.octets = octets[:200]


class Misconfigured(MailBridgeError):
    """
    The configuration cannot be used; raised only at start and by `check`.

    `file` and `line` (from 1) say where; `remedy` says what to do.
    """

    public = "service is not configured"

    def __init__(self, problem: str, *, file: str | None = None, line: int | None = None, remedy: str = "") -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{where}{problem}" + (f" ({remedy})" if remedy else ""))
        self.problem = problem
        self.file = file
        self.line = line
        self.remedy = remedy


class Refusal(MailBridgeError):
    """What a person asked for cannot be done, and nothing was written; `vi` and `en` are sentences for that person."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en

    def said(self, language: str) -> str:
        """Return the sentence in a language ("vi", "en")."""
        return self.vi if language == "vi" else self.en
