"""
What the walk of a mail needs from outside, at the height of the domain.

A class fulfils a port by its shape; only `wiring` names both. Each call may raise `Unavailable`; then the mail stays in
the spool and is walked again later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mailbridge.mail.address import Address
from mailbridge.mail.delivery import Delivery
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Pages
from mailbridge.mail.smime import SignedEntity
from mailbridge.registry.entry import Acquaintance, Case, DraftEntry, Known, RegisterEntry
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import SignatureStatus


class Tls(StrEnum):
    """How a connection to a next server is protected: not, by STARTTLS when offered (unverified), always (verified)."""

    OFF = "off"
    MAY = "may"
    REQUIRE = "require"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedFile:
    """
    What a file of a stranger turned out to hold.

    `pages` is None when it has no text that could be read; `problem` is then a word of CONTRACT.md with its reason
    ("encrypted: …", "timeout: …", "malformed: …", "unsupported: …"). `signatures` are judged by `verify.files`.
    `members` are the files that a container held, in order, each with its own index below that of the container and
    with `inside`; what they hold in turn is told by answers of their own. `header` is what an edXML file says of its
    document. `text` is the letter itself where a container holds it in the place of the mail (an opaque S/MIME
    signature, winmail.dat).
    """

    part: str
    pages: Pages | None = None
    problem: str | None = None
    signatures: tuple[SignatureStatus, ...] = ()
    members: tuple[Part, ...] = ()
    header: EdxmlHeader | None = None
    text: str = ""


class Lookups(Protocol):
    """Asks the world."""

    async def gather(self, mail: MailObject, message: Message, at: datetime) -> Evidence:
        """Ask until no question is open; one that stays open is UNANSWERED in the evidence. Raises nothing."""
        ...


class Reading(Protocol):
    """Opens files, each in a limited process of its own."""

    async def open(self, parts: Sequence[Part], evidence: Evidence) -> tuple[OpenedFile, ...]:
        """Open each part that can hold a document; one answer a part opened, in order. A hostile file is a problem."""
        ...

    async def judge_mail(
        self, entities: Sequence[SignedEntity], author: Address | None, evidence: Evidence
    ) -> tuple[SmimeResult, ...]:
        """
        Judge the S/MIME signatures of a mail (`mail.smime.signed_entities`), one result a signer.

        Args:
            author: The single From address of the mail that came.
        """
        ...


class Transaction(Protocol):
    """What may be written, all or nothing; refusals are in `registry.conflicts`."""

    def enter(self, draft: DraftEntry, arrived_at: datetime) -> RegisterEntry:
        """Give the next number of the draft's book and year; raises `AlreadyEntered` when the document is there."""
        ...

    def record(self, case: Case, entries: Sequence[RegisterEntry]) -> None:
        """Keep the case and the events of its way; raises `AlreadyDecided` when this mail has one."""
        ...

    def post(self, letter: Letter) -> bool:
        """Put a letter into the outbox; False when a letter with this key is there already."""
        ...


class Registry(Protocol):
    """The ledger. Its methods block: call them in a thread."""

    def decided(self, mail_id: str, agency: str) -> Case | None:
        """Return what was recorded of this mail, if it was walked to the end before."""
        ...

    def known(
        self, agency: str, mail_sha256: str, files: Sequence[str], symbols: Sequence[str], message_id: str | None = None
    ) -> Known:
        """Look for the same mail (octets or Message-ID), the same main files (SHA-256) and the same symbols."""
        ...

    def same_text(self, agency: str, texts: Sequence[str], entries: Sequence[RegisterEntry]) -> frozenset[str]:
        """Return the ids of those entries whose main file says what one of these texts says."""
        ...

    def acquaintance(self, agency: str, author: str) -> Acquaintance:
        """Say whether this From address, or another one of its domain, has sent mail that was kept."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin; commit on leaving without error, roll back otherwise."""
        ...


class Spool(Protocol):
    """Raw mail that waits for its walk, in the order of acceptance."""

    def waiting(self) -> Iterator[str]:
        """Ids of accepted mail, oldest first."""
        ...

    def load(self, mail_id: str) -> MailObject:
        """Read one mail; raises `Unavailable`."""
        ...

    def begin_walk(self, mail_id: str) -> int:
        """Note that the walk of a mail begins; return how often it began without an end, this time included."""
        ...

    def end_walk(self, mail_id: str) -> None:
        """Note that the program ends in good order before the walk did; after a crash this is not called."""
        ...

    def release(self, mail_id: str, *, keep: bool) -> None:
        """Take a mail that was decided out of the spool: into the archive, or away for good."""
        ...

    def set_aside(self, mail_id: str, reason: str) -> None:
        """Put a mail where a person looks at it; the walk goes on with the next."""
        ...

    def deliveries(self, most: int) -> Sequence[Delivery]:
        """Return the oldest fates (at most so many) that are not in the ledger yet, by writer in order of serials."""
        ...

    def noted(self, deliveries: Sequence[Delivery]) -> None:
        """Note that these stand in the ledger durably; they are not told again."""
        ...
