"""
What comes back about letters of ours: delivery reports, read receipts, absences, in fields or in words.

A letter is known by the token in its return address, or by its Message-ID, which mail servers give back with the header
of what they could not deliver. What is read here starts nothing but a line in a history and a task for a clerk.

Source: RFC 3464 §2.3 (Action, Status, Diagnostic-Code), RFC 8098, RFC 3834.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from mailbridge.classifier.automatic import automatic_reason, is_report, wording_reason
from mailbridge.classifier.automatic_words import body_of, reads_like_bounce, reads_like_receipt
from mailbridge.mail.letter import token_in_address, tokens_in_text
from mailbridge.mail.message import Message, Part

_LARGEST = 2_000_000
"""Octets of a mail that are searched for identifiers; reports hold little more than a header."""
_MOST_TOKENS = 20
_LONGEST = 300

_ACTION = re.compile(r"(?im)^action\s*:\s*([a-z]+)")
_STATUS = re.compile(r"(?im)^status\s*:\s*([245]\.\d{1,3}\.\d{1,3})")
_DIAGNOSTIC = re.compile(r"(?im)^diagnostic-code\s*:\s*((?:.*)(?:\r?\n[ \t].*){0,5})")
_CODE_IN_TEXT = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_IN_TEXT = re.compile(r"(?m)^.*(?<!\d)[45]\d\d[ -].*$")
_STILL_TRIED = re.compile(
    r"delay(?:ed)?\b|will (?:continue|keep) (?:to )?try|(?:still|not yet) (?:been )?(?:trying|delivered)|temporar|"
    r"will be retried|"
    r"you do not need to (?:resend|do)|se (?:tiep tuc|thu) (?:gui|lai)|tam thoi"
)
_GIVEN_UP = re.compile(r"giv(?:en|ing) up|permanent|could not be delivered after|khong the (?:gui|chuyen|phan phoi)")


class CameBack(Enum):
    """What a mail tells of a letter."""

    RETURNED = "returned"
    DELAYED = "delayed"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """
    A mail that speaks of letters.

    `tokens` may be those of letters of ours, whole or their beginnings, the surest first. `status` is an enhanced
    status code (RFC 3463), `said` one line of what the other server wrote, "" when nothing was found.
    """

    tokens: tuple[str, ...]
    what: CameBack
    status: str | None = None
    said: str = ""


def read_bounce(message: Message, mail_from: str | None, recipients: tuple[str, ...], content: bytes) -> Bounce | None:
    """
    Say which letters a mail speaks of, and what of them; None when it is an ordinary mail or names no identifier.

    Args:
        recipients: Of the envelope; what came to a return address needs no other sign.
        content: The mail as received.

    Raises nothing.
    """
    sent_back = tuple(filter(None, map(token_in_address, recipients)))
    told = _is_told(message, mail_from)
    if not sent_back and not told:
        return None
    tokens = tuple(dict.fromkeys((*sent_back, *_named(message, content))))[:_MOST_TOKENS]
    if not tokens:
        return None
    report = _report_text(message)
    what = _what(message, mail_from, report)
    return Bounce(tokens=tokens, what=what, status=_status(message, report), said=_said(message, report))


def _is_told(message: Message, mail_from: str | None) -> bool:
    """Say whether a program wrote this; a letter of another installation is its letter, not an answer to ours."""
    reason = automatic_reason(message, mail_from) or wording_reason(message, mail_from)
    return reason is not None and reason not in ("ourselves", "list", "bulk")


def _named(message: Message, content: bytes) -> tuple[str, ...]:
    texts = [content[:_LARGEST].decode("latin-1")]
    texts += [part.content[:100_000].decode("latin-1") for part in message.parts[:50] if _is_text(part)]
    return tokens_in_text("\n".join((*texts, message.text[:100_000])))


def _is_text(part: Part) -> bool:
    return part.declared_type.startswith(("text/", "message/"))


def _report_text(message: Message) -> str:
    """Return the fields of a delivery report, "" when there is none (RFC 3464 §2)."""
    kinds = ("message/delivery-status", "message/global-delivery-status")
    found = (part.content[:50_000].decode("utf-8", "replace") for part in message.parts if part.declared_type in kinds)
    return "\n".join(found)


def _what(message: Message, mail_from: str | None, report: str) -> CameBack:
    actions = {action.lower() for action in _ACTION.findall(report)}
    if "failed" in actions:
        return CameBack.RETURNED
    if "delayed" in actions:
        return CameBack.DELAYED
    if actions or _is_read_receipt(message):
        return CameBack.ANSWERED
    local = frozenset(
        {(mail_from or "").partition("@")[0].lower(), message.author.local.lower() if message.author else ""}
    )
    if is_report(message, mail_from) or reads_like_bounce(message, local - {""}):
        text = body_of(message)
        still = _STILL_TRIED.search(text) is not None and _GIVEN_UP.search(text) is None
        return CameBack.DELAYED if still else CameBack.RETURNED
    return CameBack.ANSWERED


def _is_read_receipt(message: Message) -> bool:
    kinds = ("message/disposition-notification", "message/global-disposition-notification", "message/feedback-report")
    return any(part.declared_type in kinds for part in message.parts) or reads_like_receipt(message)


def _status(message: Message, report: str) -> str | None:
    found = _STATUS.search(report) or _CODE_IN_TEXT.search(message.text[:20_000])
    return found[1] if found else None


def _said(message: Message, report: str) -> str:
    diagnostic = _DIAGNOSTIC.search(report)
    if diagnostic:
        return " ".join(diagnostic[1].split())[:_LONGEST]
    line = _REPLY_IN_TEXT.search(message.text[:20_000])
    return " ".join(line[0].split())[:_LONGEST] if line else ""
