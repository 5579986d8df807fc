"""What the book refuses; the walk rolls back and starts over when it meets one of these."""

from __future__ import annotations

from collections.abc import Sequence

from mailbridge.errors import MailBridgeError
from mailbridge.registry.entry import Case, RegisterEntry


class AlreadyEntered(MailBridgeError):
    """This document (agency and SHA-256) is in the book; `entry` is the line that has it."""

    def __init__(self, entry: RegisterEntry) -> None:
        draft = entry.draft
        super().__init__(f"document is entered already: {draft.agency}, {draft.book} {entry.number}/{entry.year}")
        self.entry = entry


class LooksEntered(MailBridgeError):
    """The agency has documents with the same number, symbol and issuer: `entries`. Nothing was written."""

    def __init__(self, entries: Sequence[RegisterEntry]) -> None:
        super().__init__(f"looks like what is entered already: {', '.join(e.shown_number for e in entries)}")
        self.entries = tuple(entries)


class AlreadyDecided(MailBridgeError):
    """This mail was walked to its end before for this agency; `case` is what was kept then."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"mail is decided already: {case.mail_id}, {case.agency}")
        self.case = case


class AlreadyJudged(MailBridgeError):
    """There is a verdict with this sequence of this mail: another process judged it at the same time."""

    def __init__(self, mail_id: str, agency: str, sequence: int) -> None:
        super().__init__(f"verdict {sequence} is there already: {mail_id}, {agency}")


class SeriesTaken(MailBridgeError):
    """A series cannot be continued from a number at or below the `highest` that an entry has."""

    def __init__(self, highest: int) -> None:
        super().__init__(f"the year has entries up to number {highest}")
        self.highest = highest


class BookDamaged(MailBridgeError):
    """
    The database refused a row that must be new: a number that was given before, an entry without its first version.

    Somebody changed the tables by hand, or a backup was put back in part. Nothing was written; a person must look.
    """
