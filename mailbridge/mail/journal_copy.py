"""
A copy that a mail server handed in, as the mail that it is a copy of.

The client of the journal door is a mail server, and the recipient it names is often a mailbox for copies. Who the mail
was for has to be learnt, from the surest source there is; the parameters of each recipient name it:

    report      a journal report of Exchange says so
    address     the copy went to `name@domain.mailbridge.invalid`: the server has put the true recipient there
    received    the server's own trace says `for <name@domain>`; a server writes it when there was one recipient
    delivered   Delivered-To or X-Original-To, set by the server above its trace
    header      To and Cc, or Resent-To and Resent-Cc: what the author wrote, which is not always who got it
    rcpt        nothing better than the address of the copy
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.journal_report import JournalReport, UncleanReport, header_of, unwrap

COPY_DOMAIN = "mailbridge.invalid"
"""Addresses of copies end so; .invalid is nobody's for ever (RFC 6761 §6.4), so no copy can go to a stranger."""

OPEN_REPORTS = "X-MAILBRIDGE-OPEN-REPORTS"
"""The parameter of MAIL by which the door says that its listener takes journal reports; no client may send it."""

SOURCE = "X-MAILBRIDGE-SOURCE"
"""The parameter of each recipient that names where it was found (`Source`)."""

# RFC 5321 §4.4: the For clause stands last before the date. What a client said in HELO stands far before it.
_FOR = re.compile(r"\sfor\s+<?([^\s<>;()@]+@[^\s<>;()@]+)>?(?:\s*\([^()]*\))*\s*;[^;]*\Z", re.IGNORECASE)
# A quote that nobody closes goes on to the end: one pass, whatever a stranger writes.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)')
_LONGEST_TRACE = 2000
_COMMENT = re.compile(r"\([^()]*\)")
_ANGLE = re.compile(r"<([^<>]*)>[^<>]*\Z")
_ADDRESS = re.compile(r"[^\s<>,;:@]+@[^\s<>,;:@]+")


class Source(StrEnum):
    """Where a recipient was found, the surest first."""

    REPORT = "report"
    ADDRESS = "address"
    RECEIVED = "received"
    DELIVERED = "delivered"
    HEADER = "header"
    RCPT = "rcpt"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedCopy:
    """`problem` is an English sentence when a journal report came that could not be opened, else None."""

    mail: MailObject
    problem: str | None = None


def mail_of(mail: MailObject) -> MailObject:
    """Return the mail that was copied; any mail of another door as it is."""
    return open_copy(mail).mail


def open_copy(mail: MailObject) -> OpenedCopy:
    """
    Find the mail in what came through the journal door.

    Id, door, time and reply stay. Content and hash change only for a journal report, when the listener takes them.
    The client becomes unknown: who talked to the mail server is not known here, and the server itself did not send
    the mail (SPF, RFC 7208 §2.3, has nothing to go by). Raises nothing.
    """
    if mail.door is not Door.JOURNAL:
        return OpenedCopy(mail=mail)
    copy = replace(mail, client=Client())
    found = unwrap(mail.content) if _may_be_report(mail.envelope) else None
    match found:
        case JournalReport():
            envelope = Envelope(
                mail_from=found.sender,
                recipients=found.recipients,
                recipient_parameters=_marks(Source.REPORT, found.recipients),
            )
            digest = hashlib.sha256(found.content).hexdigest()
            return OpenedCopy(mail=replace(copy, envelope=envelope, content=found.content, sha256=digest))
        case UncleanReport():
            problem = f"it is a journal report that cannot be opened: {found.reason}"
            return OpenedCopy(mail=_addressed(copy), problem=problem)
        case None:
            return OpenedCopy(mail=_addressed(copy))


def _may_be_report(envelope: Envelope) -> bool:
    """Say whether a report may be opened; in a copy that names its true recipient it is a mail like any other."""
    named = any(map(_true_recipient, envelope.recipients))
    return OPEN_REPORTS in envelope.mail_parameters.split(" ") and not named


def _marks(source: Source, recipients: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{SOURCE}={source}",) * len(recipients)


def _addressed(mail: MailObject) -> MailObject:
    source, recipients = _recipients(mail.envelope.recipients, mail.content)
    envelope = replace(mail.envelope, recipients=recipients, recipient_parameters=_marks(source, recipients))
    return replace(mail, envelope=envelope)


def _recipients(named: tuple[str, ...], content: bytes) -> tuple[Source, tuple[str, ...]]:
    true = tuple(dict.fromkeys(filter(None, map(_true_recipient, named))))
    if true:
        return Source.ADDRESS, true
    above, trace, below = _around_trace(header_of(content))
    sources = (
        (Source.RECEIVED, _without(named, _for(trace))),
        (Source.DELIVERED, _without(named, _of(above, "x-original-to", "delivered-to"))),
        (Source.HEADER, _of(above + below, "resent-to", "resent-cc") or _of(above + below, "to", "cc")),
        (Source.RCPT, list(named)),
    )
    source, found = next((source, found) for source, found in sources if found or source is Source.RCPT)
    return source, tuple(dict.fromkeys(found))


def _without(named: tuple[str, ...], found: list[str]) -> list[str]:
    """Leave out the address of the copy itself: servers on its way write that one down too."""
    copies = {each.lower() for each in named}
    return [each for each in found if each.lower() not in copies]


def _true_recipient(address: str) -> str | None:
    """Return `name@domain` of `name@domain.mailbridge.invalid`."""
    local, _, domain = address.rpartition("@")
    true, _, rest = domain.lower().rpartition(f".{COPY_DOMAIN}")
    return f"{local}@{domain[: len(true)]}" if local and true and not rest else None


def _around_trace(
    header: list[tuple[str, bytes]],
) -> tuple[list[tuple[str, bytes]], str, list[tuple[str, bytes]]]:
    """Split at the topmost Received, which the server wrote; without one nothing above it can be trusted either."""
    for number, (name, value) in enumerate(header):
        if name == "received":
            return header[:number], value.decode("utf-8", "replace"), header[number + 1 :]
    return [], "", header


def _for(trace: str) -> list[str]:
    found = _FOR.search(trace[-_LONGEST_TRACE:])
    return [found[1]] if found else []


def _of(header: list[tuple[str, bytes]], *names: str) -> list[str]:
    """Read the addresses of some fields, in the order of names."""
    found: list[str] = []
    for name in names:
        for field, value in header:
            if field == name:
                found.extend(_addresses(value.decode("utf-8", "replace")))
    return found


def _addresses(value: str) -> list[str]:
    bare = _COMMENT.sub(" ", _QUOTED.sub(" ", value))
    found = []
    for item in re.split(r"[,;]", bare):
        angle = _ANGLE.search(item)
        # "Group: one, two;" (RFC 5322 §3.4): the name of a group is none of its members.
        address = (angle[1] if angle else item.rpartition(":")[2]).strip()
        if _ADDRESS.fullmatch(address):
            found.append(address)
    return found
