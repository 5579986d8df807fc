"""
What a mailbox shows of a mail: one state, and whether it is urgent.

Where nothing can be said for sure nothing is shown: a mail never looks registered when its document is not in the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailbridge.desk.documents import kept_of
from mailbridge.mailboxes.settings import MailState
from mailbridge.registry.acts import Did
from mailbridge.registry.entry import Case, EntryStatus
from mailbridge.registry.shown import KnownMail

KEYWORDS = {
    MailState.WAITING: "$MailBridge-Waiting",
    MailState.REGISTERED: "$MailBridge-Registered",
    MailState.DONE: "$MailBridge-Done",
    MailState.DUPLICATE: "$MailBridge-Duplicate",
    MailState.RETURNED: "$MailBridge-Returned",
    MailState.NOT_DOCUMENT: "$MailBridge-NotDocument",
}
"""The keyword of each state (RFC 9051 §2.3.2); servers do not tell capitals from small letters."""

URGENT_KEYWORD = "$MailBridge-Urgent"

OURS = frozenset(word.lower() for word in (*KEYWORDS.values(), URGENT_KEYWORD))
"""All keywords that we set and take away, in small letters. No other flag is touched."""

_MARKING_DOORS = ("hop", "milter")
"""Doors that write `X-MailBridge-ID` on top of a mail."""

_MOST_ALIKE = 20
"""Mails with one Message-ID: somebody plays a game when there are more, and none of them is shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What is shown of a mail; `state` None: nothing."""

    state: MailState | None = None
    urgent: bool = False

    @property
    def keywords(self) -> frozenset[str]:
        """The keywords that stand on the mail."""
        own = {KEYWORDS[self.state]} if self.state else set()
        return frozenset(own | {URGENT_KEYWORD} if self.urgent else own)

    def __str__(self) -> str:
        """Write it as the database keeps it: "registered urgent", "" for nothing."""
        return " ".join(filter(None, (self.state, "urgent" if self.urgent else "")))


NOTHING = View()


def view_of(mail: KnownMail, least_confidence: float) -> View:
    """
    Say what is shown of a mail.

    Args:
        least_confidence: With less, an urgency that was read of a mail that waits is not believed.
    """
    if mail.waits:
        return View(state=MailState.WAITING, urgent=bool(mail.case and _is_urgent(mail.case, least_confidence)))
    match mail.settled:
        case Did.DISMISSED:
            return View(state=MailState.NOT_DOCUMENT)
        case Did.RETURNED:
            return View(state=MailState.RETURNED)
        case Did.JOINED:
            return View(state=MailState.DUPLICATE)
        case _:
            return _entered(mail)


def _entered(mail: KnownMail) -> View:
    """Say what is shown of a mail that nobody settled otherwise, by the lines that it brought."""
    standing = [(status, urgency) for status, urgency in mail.lines if status.stands]
    urgent = any(urgency and status is not EntryStatus.DONE for status, urgency in standing)
    if any(status is EntryStatus.AWAITING for status, _ in standing):
        return View(state=MailState.WAITING, urgent=urgent)
    if standing:
        is_done = all(status is EntryStatus.DONE for status, _ in standing)
        return View(state=MailState.DONE if is_done else MailState.REGISTERED, urgent=urgent)
    if any(status is EntryStatus.MERGED for status, _ in mail.lines) or (not mail.lines and mail.action == "duplicate"):
        return View(state=MailState.DUPLICATE)
    return NOTHING


def view_together(views: Iterable[View]) -> View:
    """
    Say what is shown of a mail in a mailbox that may be any of several mails with one Message-ID.

    A copy of what is in the book may be shown as the first one. Otherwise they must agree: one of them may be forged,
    and then a clerk waits for it.
    """
    found = {view.state: view for view in views}
    if len(found) > 1:
        found.pop(MailState.DUPLICATE, None)
    if MailState.WAITING in found:
        return found[MailState.WAITING]
    return next(iter(found.values())) if len(found) == 1 else NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """All mails of an agency with one Message-ID, and what is shown of each; `doors` says where each came in."""

    message_id: str
    views: dict[str, View]
    doors: dict[str, str]

    def view(self, mark: str | None) -> View | None:
        """
        Say what is shown of a mail in a mailbox; None when it is none of these.

        Args:
            mark: Its uppermost `X-MailBridge-ID`, which tells one of these mails from another, and from a stranger's
                with the same Message-ID, where all of them came in by doors that write it.
        """
        return view_together(self.views[mail_id] for mail_id in self.members(mark)) if self.members(mark) else None

    def members(self, mark: str | None) -> tuple[str, ...]:
        """Name the mails that a mail in a mailbox may be."""
        if len(self.views) > _MOST_ALIKE:
            return ()
        if mark and all(door in _MARKING_DOORS for door in self.doors.values()):
            return (mark,) if mark in self.views else ()
        return tuple(self.views)


def alike(mails: Iterable[KnownMail], least_confidence: float) -> tuple[Alike, ...]:
    """Put mails with one Message-ID together."""
    by_name: dict[str, list[KnownMail]] = {}
    for mail in mails:
        by_name.setdefault(mail.message_id, []).append(mail)
    return tuple(
        Alike(
            message_id=message_id,
            views={mail.mail_id: view_of(mail, least_confidence) for mail in same},
            doors={mail.mail_id: mail.door for mail in same},
        )
        for message_id, same in by_name.items()
    )


def _is_urgent(case: Case, least_confidence: float) -> bool:
    kept = kept_of(case)
    readings = [document.urgency for document in kept.documents] if kept else []
    return any(each.value and each.confidence >= least_confidence for each in readings)
