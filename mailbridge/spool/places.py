"""The directories of a spool, and the names of the files in them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbridge.errors import Unavailable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Places:
    """
    Where a mail stands is what is known of it: in a journal (`segments`), or as a file of its own.

    Files are named by id in `open`, `sealed` and `unknown`, by moment and id in `accepted`, `aside` and `archive`. In
    `walking` there is a file of an id while that mail is walked; it holds how often this began without an end.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.open = root / "open"
        self.sealed = root / "sealed"
        self.accepted = root / "accepted"
        self.unknown = root / "unknown"
        self.aside = root / "aside"
        self.archive = root / "archive"
        self.walking = root / "walking"
        self.journal = root / "journal"

    def make(self) -> None:
        """Make what is missing, for our eyes only; raises `Unavailable`."""
        try:
            mails = (self.open, self.sealed, self.accepted, self.unknown, self.aside, self.archive)
            for place in (self.root, *mails, self.walking):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error


def names_in(directory: Path) -> list[str]:
    """List a directory in the order of names; raises `Unavailable`."""
    try:
        return sorted(os.listdir(directory))  # noqa: PTH208 - names only: a backlog may have 100,000
    except OSError as error:
        raise Unavailable("spool", str(error)) from error


def accepted_name(accepted_at: datetime, mail_id: str) -> str:
    """Name a file so that sorted names are the order of acceptance: microseconds since 1970, then the id."""
    return f"{(accepted_at - _EPOCH) // timedelta(microseconds=1):017d}-{mail_id}"


def id_of(name: str) -> str:
    """Take the id out of such a name."""
    return name.partition("-")[2]


def accepted_at_of(name: str) -> datetime:
    """Take the moment out of such a name."""
    return _EPOCH + timedelta(microseconds=int(name.partition("-")[0]))
