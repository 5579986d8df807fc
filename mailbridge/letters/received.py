"""The facts of a mail that an answer to its sender may name, taken from the mail itself or from what its case keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from mailbridge.letters.typeset import one_line
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterKind
from mailbridge.mail.message import Message
from mailbridge.registry.entry import Case

_ANSWERS = frozenset(kind.value for kind in (LetterKind.ARRIVED, LetterKind.ACCEPTED, LetterKind.REFUSED))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedFile:
    """A file that was attached: its name as shown, octets, and SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """
    One mail as its sender knows it.

    Attributes:
        author: The From address, None when there is not exactly one.
        references: Message identifiers of the thread before it.
        suppressed: Why its sender was not answered (a word of CONTRACT.md), None when he was. "policy" and "rate" are
            choices of ours, which a clerk's decision overrules; a proposed return waits with "policy".
    """

    id: str
    sha256: str
    accepted_at: datetime
    author: str | None
    subject: str
    message_id: str | None
    references: str = ""
    files: tuple[ReceivedFile, ...] = ()
    suppressed: str | None = None


def received(mail: MailObject, message: Message) -> Received:
    """Gather the facts of a mail that is at hand."""
    own = (part for part in message.attachments if part.inside is None)
    return Received(
        id=mail.id,
        sha256=mail.sha256,
        accepted_at=mail.accepted_at,
        author=str(message.author) if message.author else None,
        subject=message.subject,
        message_id=message.message_id,
        references=message.first("References") or "",
        files=tuple(
            ReceivedFile(name=one_line(part.name or part.index), size=part.size, sha256=part.sha256) for part in own
        ),
    )


def received_of(case: Case) -> Received | None:
    """Gather the facts that a case keeps; None of a mail of which nothing is kept."""
    if case.judgement is None:
        return None
    told = json.loads(case.judgement)
    answers = [each for each in told["letters"] if each["kind"] in _ANSWERS]
    parts = [part for part in told["message"]["parts"] if part["inside"] is None and _is_file(part)]
    return Received(
        id=case.mail_id,
        sha256=case.sha256,
        accepted_at=case.accepted_at,
        author=case.author,
        subject=case.subject or "",
        message_id=case.message_id,
        files=tuple(
            ReceivedFile(name=one_line(part["name"] or part["index"]), size=part["size"], sha256=part["sha256"])
            for part in parts
        ),
        # A case of an earlier version does not say whether the sender of a proposed return is proven.
        suppressed=answers[0]["suppressed"] if answers else "unproven-sender",
    )


def _is_file(part: dict[str, str | None]) -> bool:
    """As `Part.is_attachment`; a nameless text that was attached all the same is not told apart here."""
    return bool(part["name"]) or not (part["type"] or "").startswith("text/")
