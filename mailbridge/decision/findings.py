"""All that a decision may look at, what it may say, and the choices of one office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.kinds import Classification
from mailbridge.mail.address import Address
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.entry import Acquaintance, Known, RegisterEntry
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus

if TYPE_CHECKING:
    from mailbridge.decision.assurance import Assurance
    from mailbridge.decision.identity import Identities
    from mailbridge.decision.recall import Recall
    from mailbridge.decision.sender import Sender


class Action(StrEnum):
    """What becomes of a mail (CONTRACT.md, `decision.action`)."""

    REGISTER = "register"
    HOLD = "hold"
    DUPLICATE = "duplicate"
    RETURN = "return"
    STOP = "stop"
    PASS = "pass"

    @property
    def is_kept(self) -> bool:
        """Say whether the mail itself is archived afterwards."""
        return self not in (Action.STOP, Action.PASS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agency:
    """
    One agency of this installation.

    `domains` are lower case; a recipient belongs to the agency when its domain is one of them. `addresses` are
    published, the first is the From of its letters; `clerks` get the notices; `security_contact` is told of secret
    marks (empty: the clerks). `phone` stands in letters. `heads` direct by mail, and hear of urgent documents that
    nobody touches. `heads_void`: only they strike a line of the book out.
    """

    id: str
    name: str
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    clerks: tuple[str, ...]
    security_contact: str = ""
    phone: str = ""
    heads: tuple[str, ...] = ()
    heads_void: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """
    Everything that rules may ask about; nothing else decides.

    `directory`: the agencies that are known. `arrived`: the day of arrival in Vietnam, None when it is not known.
    """

    agency: Agency
    door: Door
    client: Client
    envelope: Envelope
    author: Address | None
    attachment_problems: tuple[str, ...]
    authentication: AuthResults
    classification: Classification
    signatures: tuple[SignatureStatus, ...]
    known: Known
    delivered: bool = True
    directory: Directory = NO_DIRECTORY
    arrived: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """`rule` is the name of the rule that spoke; `text` one sentence in the language of the office."""

    rule: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """
    What becomes of a mail, and why.

    `book` only with REGISTER; `duplicate_of` only with DUPLICATE. `notify` are addresses told beside the clerks.
    `reasons`: the deciding rule first. `version` is the SHA-256 of the rule set, hex.
    """

    action: Action
    confidence: float
    reasons: tuple[Reason, ...]
    book: str | None = None
    duplicate_of: RegisterEntry | None = None
    notify: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """
    The whole answer of the core about one mail for one agency.

    `sender` and `assurance` are None where nobody looked: in a mail that is stopped, and of one without a document.
    `identities` stand in the order of the documents. `met`: whether mail of the author came before.
    `recalls`: what the mail asks of documents that are in the book.
    """

    authentication: AuthResults
    classification: Classification
    signatures: tuple[SignatureStatus, ...]
    decision: Decision
    sender: Sender | None = None
    assurance: Assurance | None = None
    identities: tuple[Identities, ...] = ()
    met: Acquaintance | None = None
    recalls: tuple[Recall, ...] = ()
