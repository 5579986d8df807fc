"""A letter of ours, ready to leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

TOKEN_LENGTH = 32
"""Hexadecimal digits of a token."""

RETURN_MARK = "+ack-"
"""Stands between the local part of an agency's address and the token in the return address of a letter."""

_RETURN_DIGITS = 20
"""Digits of the token in a return address: a local part has 64 octets (RFC 5321 §4.5.3.1.1)."""

_LOCAL = 64 - len(RETURN_MARK) - _RETURN_DIGITS
_RETURN = re.compile(rf".{{1,{_LOCAL}}}\+ack-([0-9a-f]{{{_RETURN_DIGITS}}})", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"<([0-9a-f]{{{TOKEN_LENGTH}}})@[!-;=?-~]{{1,255}}>", re.IGNORECASE)


class LetterKind(StrEnum):
    """The kinds of letters; in brackets the edXML status code that the kind tells."""

    ARRIVED = "arrived"  # (01)
    ACCEPTED = "accepted"  # (03)
    REFUSED = "refused"  # (02)
    CORRECTION = "correction"
    PROGRESS = "progress"  # (04) (05) (06)
    RECALL = "recall"  # (13) (15) (16)
    QUESTION = "question"  # to the published address of a body that a mail names as its sender
    NOTICE = "notice"


INSIDE = frozenset({LetterKind.NOTICE})
"""The kinds that go to our own people."""


def token_of(key: str) -> str:
    """
    Return the token of a letter, by which it is known when it comes back or is shown.

    It follows from the key, which holds the id of a mail with 74 random bits (RFC 9562 §5.7), so nobody guesses it who
    has not seen the letter. The Message-ID begins with it.
    """
    return sha256(key.encode()).hexdigest()[:TOKEN_LENGTH]


def message_id_of(key: str, domain: str) -> str:
    """Return the Message-ID of a letter, with its angle brackets."""
    return f"<{token_of(key)}@{domain}>"


def return_address(address: str, key: str) -> str:
    """Return the address where the letter comes back; "" when the agency's own local part is too long for one."""
    local, _, domain = address.rpartition("@")
    return f"{local}{RETURN_MARK}{token_of(key)[:_RETURN_DIGITS]}@{domain}" if len(local) <= _LOCAL else ""


def token_in_address(address: str) -> str | None:
    """Return the beginning of the token in a return address of ours, None when it is no such address."""
    found = _RETURN.fullmatch(address.rpartition("@")[0])
    return found[1].lower() if found else None


def tokens_in_text(text: str) -> tuple[str, ...]:
    """Return what may be tokens in a text with message identifiers, in order, each once."""
    return tuple(dict.fromkeys(found.lower() for found in _MESSAGE_ID.findall(text)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """
    One rendered letter.

    `key` is unique among all letters of an installation and says what it answers, so that the outbox refuses a second
    one. `sender` is the reverse-path ("" for the null sender); `content` the complete mail, CRLF, ASCII or 8-bit MIME.
    """

    key: str
    kind: LetterKind
    agency: str
    mail_id: str
    sender: str
    recipient: str
    content: bytes

    @property
    def token(self) -> str:
        """What the letter is known by, see `token_of`."""
        return token_of(self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPlan:
    """A letter that is due, or why it does not leave (`suppressed`: a word of CONTRACT.md, `letters[].suppressed`)."""

    kind: LetterKind
    to: str
    suppressed: str | None = None
