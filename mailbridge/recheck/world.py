"""What stands around a mail that is judged again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.decision.policy import Policy
from mailbridge.errors import MailBridgeError
from mailbridge.kept import KeepsTrust
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.message import Message
from mailbridge.pipeline import Ledger
from mailbridge.ports import Reading
from mailbridge.registry.entry import Case, RegisterEntry
from mailbridge.registry.judged import Verdict
from mailbridge.verify.evidence import Answer, Evidence

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class Asking(Protocol):
    """Asks the world what is not known yet; `lookups.gather` fulfils it."""

    async def gather(
        self, mail: MailObject, message: Message, at: datetime, known: tuple[Answer, ...] = ()
    ) -> Evidence:
        """Ask until no question is open, beginning with what is known. Raises nothing."""
        ...


class Verdicts(Protocol):
    """What is remembered of verdicts; `registry.verdicts` fulfils it. Its methods block and raise `Unavailable`."""

    def due(self, now: datetime, most: int) -> Sequence[tuple[str, str]]:
        """List mail and agency of the verdicts that are to be asked for again, the oldest first."""
        ...

    def of_mail(self, mail_id: str, agency: str | None = None) -> tuple[Verdict, ...]:
        """Return the verdicts of a mail in order."""
        ...

    def came_before(self, case: Case) -> bool:
        """Say whether the same mail was decided before this one was."""
        ...


class Lines(Protocol):
    """What is read of the book; `registry.books` fulfils it."""

    def find_entries(self, text: str, *, agency: str | None = None) -> tuple[RegisterEntry, ...]:
        """Find entries by the id of their mail."""
        ...

    def entry(self, *, agency: str, book: str, year: int, number: int) -> RegisterEntry | None:
        """Return one line of a book."""
        ...

    def stands_for(self, line: RegisterEntry) -> RegisterEntry:
        """Follow a merged entry to the one that stands for its document."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """
    What stands around a mail that is judged again; made by `wiring`.

    `archive` returns the mail of a case as it came, None when it is not there, and raises `Unavailable`.
    """

    lookups: Asking
    reading: Reading
    registry: Ledger
    verdicts: Verdicts
    lines: Lines
    archive: Callable[[Case], MailObject | None]
    trust: KeepsTrust
    policies: Sequence[Policy]
    directory: Directory = NO_DIRECTORY
    templates: SandboxedEnvironment | None = None


class NotJudgedAgain(MailBridgeError):
    """A mail cannot be judged again; the text says why."""
