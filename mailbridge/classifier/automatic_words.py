"""
What programs write when no field says that a program wrote: bounces, absences, tickets, questions whether one is human.

All patterns run over folded text (no marks, small letters). They only withhold an answer: a document that comes along
is entered all the same, so a word too many costs an acknowledgement and a word too few a war of machines.
"""

from __future__ import annotations

from mailbridge.classifier.automatic_phrases import (
    ALERT_SUBJECT,
    BOUNCE_SIGNS,
    BOUNCE_SUBJECT,
    CHALLENGE,
    DAEMON_NAME,
    PLAIN_PROGRAM,
    PREFIX,
    QUOTE,
    READ_TEXT,
    REPLY_SUBJECT,
    REPLY_TEXT,
    TICKET_SUBJECT,
    TICKET_TEXT,
)
from mailbridge.classifier.folding import fold
from mailbridge.mail.message import Message, Part

_LONGEST = 6_000
"""Characters of the body that are looked at; what programs say stands at the top."""

_SHORT = 1_500
"""Characters of what a person leaves for the time of absence."""

_GREETED = 300
"""Characters in which a letter names whom it greets."""

_CALENDAR = 4_000
"""Octets of a calendar in which its method stands (RFC 5545 §3.6: before its components)."""

_ENOUGH_SIGNS = 3
_PACKED_ORIGINAL = frozenset({"message/rfc822", "text/rfc822-headers", "message/partial", "message/global-headers"})


def reads_like_bounce(message: Message, local_parts: frozenset[str]) -> bool:
    """
    Say whether the words are those of a mail server that tells of another mail.

    Args:
        local_parts: Of the reverse-path and of From, small letters.
    """
    by_daemon = _is_daemon(message, local_parts)
    subject, text = subject_of(message), body_of(message)
    by_subject = BOUNCE_SUBJECT.match(subject) is not None or (by_daemon and BOUNCE_SUBJECT.search(subject) is not None)
    signs = sum(1 for each in BOUNCE_SIGNS if each.search(text))
    if carries_files(message):
        return by_daemon and (by_subject or signs >= _ENOUGH_SIGNS)
    packed = any(part.inside is None and part.declared_type in _PACKED_ORIGINAL for part in message.parts)
    if by_daemon and (by_subject or signs >= 1):
        return True
    if by_daemon or by_subject:
        return packed or signs >= _ENOUGH_SIGNS - 1
    return signs >= _ENOUGH_SIGNS or (packed and signs >= _ENOUGH_SIGNS - 1)


def reads_like_receipt(message: Message) -> bool:
    """Say whether the words tell that a mail was read, in a mail without a file of its own."""
    return not carries_files(message) and READ_TEXT.search(body_of(message)[:_SHORT]) is not None


def reads_like_program(message: Message) -> bool:
    """
    Say whether a program of an absent person, of a help desk, of a list or of a machine room wrote this.

    Only mails that bring no file: with a file the words of the body are a cover letter, whatever they are.
    """
    if carries_files(message):
        return False
    if _is_calendar_reply(message):
        return True
    subject, whole = subject_of(message), body_of(message)
    said = unquoted(whole)
    # "Cảnh báo: …" is a subject of offices too; they begin with "Kính gửi", and machine rooms do not.
    alerts = ALERT_SUBJECT.match(subject) is not None and "kinh gui" not in said[:_GREETED]
    if REPLY_SUBJECT.match(subject) or alerts:
        return len(said) <= _LONGEST
    answers = is_answer(message)
    if len(said) <= _SHORT and (REPLY_TEXT.search(said) or CHALLENGE.search(said)):
        return answers or _says_program(subject, said)
    ticket = TICKET_SUBJECT.search(subject) is not None
    return len(said) <= 2 * _SHORT and (ticket or answers) and TICKET_TEXT.search(said) is not None


def _is_calendar_reply(message: Message) -> bool:
    """Say whether a calendar program answers an invitation (RFC 5546 §3.2.3); an invitation itself is none."""
    calendars = (part for part in message.parts if part.inside is None and part.declared_type == "text/calendar")
    answers = (b"\nMETHOD:REPLY", b"\nMETHOD:COUNTER", b"\nMETHOD:DECLINECOUNTER")
    heads = [b"\n" + part.content[:_CALENDAR].upper() for part in calendars]
    return any(answer in head for head in heads for answer in answers)


def _says_program(subject: str, said: str) -> bool:
    """Ask for a second sign where the mail does not even claim to answer one of ours."""
    second = REPLY_SUBJECT.match(subject) or TICKET_SUBJECT.search(subject) or CHALLENGE.search(subject)
    return second is not None or PLAIN_PROGRAM.search(said) is not None


def is_answer(message: Message) -> bool:
    """Say whether a mail answers another one, by its fields or by its subject."""
    if message.first("In-Reply-To") is not None or message.first("References") is not None:
        return True
    return PREFIX.match(fold(message.subject[:500])) is not None


def subject_of(message: Message) -> str:
    """Return the subject for comparison, without "Re:" and its kin."""
    return PREFIX.sub("", fold(message.subject[:500].replace("\u2019", "'")), count=1)


def body_of(message: Message) -> str:
    """Return the beginning of the body for comparison, its lines kept."""
    return "\n".join(fold(line[:500]) for line in message.text[:_LONGEST].replace("\u2019", "'").splitlines())


def unquoted(text: str) -> str:
    """Return what stands above the quoted mail."""
    found = QUOTE.search(text)
    return (text[: found.start()] if found and found.start() > 0 else text).strip()


def carries_files(message: Message) -> bool:
    """Say whether a person could have attached something: no logo, card or signature, nor the mail that is told of."""
    return any(part.is_attachment and not _is_trimming(part) for part in message.parts if part.inside is None)


def _is_trimming(part: Part) -> bool:
    if part.type.startswith("image/") and (part.content_id or part.disposition != "attachment"):
        return True
    return part.declared_type in _TRIMMINGS or part.declared_type.startswith("message/")


_TRIMMINGS = frozenset(
    {
        "text/plain",
        "text/html",
        "text/rfc822-headers",
        "text/vcard",
        "text/x-vcard",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/calendar",
    }
)


def _is_daemon(message: Message, local_parts: frozenset[str]) -> bool:
    shown = fold((message.first("From") or "")[:300])
    return bool(DAEMON_NAME.search(shown)) or any(DAEMON_NAME.search(name) for name in local_parts)
