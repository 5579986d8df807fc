"""Whose mail it is: the agencies of this installation that a mail is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbridge.decision.findings import Agency
from mailbridge.mail.envelope import Envelope
from mailbridge.mail.message import Message

EVERYBODY = "*"
"""In place of a domain: the agency owns every recipient (`try` without a configuration)."""

_ADDRESSED = frozenset({"to", "cc", "resent-to", "resent-cc", "delivered-to", "x-original-to"})
_LONGEST_FIELD = 100_000
"""Octets of a field that are looked at; more mailboxes than that holds are counted nowhere."""
# What is not closed goes to the end: looking for the next mark from each one would take quadratic time.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)')
_COMMENT = re.compile(r"\([^()]*\)")
_ANGLE = re.compile(r"<([^<>]*)>")
_MAILBOX = re.compile(r"[^\s@<>(),;:\"\\]{1,64}@[^\s@<>(),;:\"\\]{1,255}")


def owns(agency: Agency, recipient: str) -> bool:
    """Say whether a forward-path belongs to an agency: by its domain, exactly, in any case of letters."""
    domain = recipient.rpartition("@")[2].rstrip(".").lower()
    return EVERYBODY in agency.domains or domain in agency.domains


def recipients_of(agency: Agency, envelope: Envelope) -> tuple[str, ...]:
    """Return the recipients that belong to an agency, in order, none twice."""
    return tuple(dict.fromkeys(recipient for recipient in envelope.recipients if owns(agency, recipient)))


def mailboxes_of(agency: Agency, envelope: Envelope, message: Message) -> tuple[str, ...]:
    """
    Return the mailboxes of an agency that a mail went to or is addressed to, each once, those of the envelope first.

    A mail to several mailboxes may come in as many transactions, of which the first is entered: whom the others are
    for stands only in the fields To, Cc and their like. Hidden recipients (Bcc) are in the envelope alone.
    """
    named = (*recipients_of(agency, envelope), *(each for each in _addressed(message) if owns(agency, each)))
    found: dict[str, str] = {}
    for mailbox in named:
        found.setdefault(mailbox.rstrip(".").lower(), mailbox)
    return tuple(found.values())


def _addressed(message: Message) -> Iterator[str]:
    for field in message.header:
        if field.name.lower() in _ADDRESSED:
            yield from _mailboxes(field.raw[:_LONGEST_FIELD].decode("utf-8", "replace"))


def _mailboxes(value: str) -> Iterator[str]:
    """Read a list of addresses (RFC 5322 §3.4); names and comments are not looked into."""
    for item in re.split("[,;]", _COMMENT.sub(" ", _QUOTED.sub(" ", value))):
        angle = _ANGLE.search(item)
        # "Group: one, two;": the name of a group is none of its members.
        address = (angle[1] if angle else item.rpartition(":")[2]).strip()
        if _MAILBOX.fullmatch(address):
            yield address


def agencies_of(envelope: Envelope, agencies: tuple[Agency, ...]) -> tuple[Agency, ...]:
    """Return the agencies that a mail is for, in their own order; none when no recipient is ours."""
    return tuple(agency for agency in agencies if recipients_of(agency, envelope))
