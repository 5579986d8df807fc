"""The choices of one office: its rules, its books, and which kinds are exchanged without being entered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbridge.classifier.kinds import Document, Kind, WorkingKind
from mailbridge.decision.conditions import word_key
from mailbridge.decision.duty import Shift
from mailbridge.decision.findings import Agency, Findings
from mailbridge.decision.rules import RuleSet
from mailbridge.registry.authority import Authority


class Treatment(StrEnum):
    """What an office does with a kind of document."""

    BOOKED = "booked"
    ANNOUNCED = "announced"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """
    A book of incoming documents; every year has its own series of numbers.

    `kinds` are the kinds of mail that go into it when a rule names no book. `numbers`: who gives its numbers.
    `close_daily`: each of its days is closed in the night after it.
    """

    id: str
    title: str
    kinds: tuple[Kind, ...] = ()
    numbers: Authority = Authority.OURS
    close_daily: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentKind:
    """
    A kind of document by the office's own regulation.

    `types` are tên loại, compared without regard to case; `working` are kinds of mail without a document to enter.
    `internal`: True for what is proven to come from the agency's own domains, False for all others, None for both.
    """

    name: str
    title: str
    treatment: Treatment
    types: tuple[str, ...] = ()
    working: tuple[WorkingKind, ...] = ()
    internal: bool | None = None


class Asks(StrEnum):
    """Whom an office asks about a mail that seems forged in the name of somebody."""

    NEVER = "never"
    CONFIRMED = "confirmed"  # at an address that the body has confirmed in writing
    PUBLISHED = "published"  # at any address of it in the directory


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """
    How an office answers.

    Attributes:
        stages: edXML codes of the stages that senders are told of.
        per_peer_hour: Answers to one address within an hour; those that come after wait for nobody, they are not sent.
        per_thread: Answers that tell no new number, to one address within a day, in one thread or about one file.
    """

    stages: tuple[str, ...] = ("01", "02", "03", "15", "16")
    per_peer_hour: int = 300
    per_thread: int = 3
    asks: Asks = Asks.CONFIRMED


USUAL = Answering()
"""What an office does that has chosen nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    Everything that one agency has chosen; `language` is "vi" or "en"; `least_confidence` lies in 0..1.

    `shadow`: everything is decided, nothing is entered and nothing is sent. `roster`: who of the clerks is there.
    """

    agency: Agency
    rules: RuleSet
    books: tuple[Book, ...]
    kinds: tuple[DocumentKind, ...] = ()
    language: str = "vi"
    least_confidence: float = 0.9
    shadow: bool = False
    roster: tuple[Shift, ...] = ()
    answering: Answering = USUAL

    def book_for(self, kind: Kind) -> str | None:
        """Name the book for a kind of mail when the rule names none; None when no book takes it."""
        return next((book.id for book in self.books if kind in book.kinds), None)


def is_internal(findings: Findings) -> bool:
    """Say whether a mail is proven to come from the agency's own domain; a claim is not enough."""
    author = findings.author
    return author is not None and author.domain in findings.agency.domains and findings.authentication.proves_author


def treatment(document: Document, findings: Findings, policy: Policy) -> DocumentKind | None:
    """
    Return the line of `kinds.toml` that speaks of this document; the first one that fits.

    A type that was read with doubt fits no line: nothing stays out of the book by a guess.
    """
    if document.type.value is None or not document.type.confidence >= policy.least_confidence:
        return None
    name = word_key(document.type.value)
    internal = is_internal(findings)
    for kind in policy.kinds:
        if any(word_key(each) == name for each in kind.types) and kind.internal in (None, internal):
            return kind
    return None


def working_treatment(findings: Findings, policy: Policy) -> DocumentKind | None:
    """Return the line of `kinds.toml` that speaks of this working mail; the first one that fits."""
    classification = findings.classification
    if classification.kind is not Kind.WORKING_MAIL or classification.working is None:
        return None
    internal = is_internal(findings)
    return next(
        (kind for kind in policy.kinds if classification.working in kind.working and kind.internal in (None, internal)),
        None,
    )
