"""What is shown of a mail, and what of several with one Message-ID."""

from __future__ import annotations

from typing import Any

import pytest

from mailbridge.mailboxes.settings import MailState
from mailbridge.mailboxes.states import KEYWORDS, NOTHING, OURS, View, alike, view_of, view_together
from mailbridge.registry.acts import Did
from mailbridge.registry.entry import EntryStatus
from mailbridge.registry.shown import KnownMail

REGISTERED, WAITING = View(state=MailState.REGISTERED), View(state=MailState.WAITING)
DUPLICATE = View(state=MailState.DUPLICATE)


def known(mail_id: str = "mail-1", **changes: Any) -> KnownMail:
    values: dict[str, Any] = {"message_id": "<a@b>", "door": "hop", "action": "hold"}
    return KnownMail(mail_id=mail_id, **values | changes)


def lines(*states: EntryStatus, urgency: str | None = None) -> tuple[tuple[EntryStatus, str | None], ...]:
    return tuple((status, urgency) for status in states)


@pytest.mark.parametrize(
    ("mail", "shown"),
    [
        (known(waits=True), "waiting"),
        (known(settled=Did.DISMISSED), "not-document"),
        (known(settled=Did.RETURNED), "returned"),
        (known(settled=Did.JOINED), "duplicate"),
        (known(settled=Did.CONFIRMED, lines=lines(EntryStatus.REGISTERED)), "registered"),
        (known(action="register", lines=lines(EntryStatus.TRANSFERRED)), "registered"),
        (known(action="register", lines=lines(EntryStatus.DONE)), "done"),
        (known(action="register", lines=lines(EntryStatus.DONE, EntryStatus.REGISTERED)), "registered"),
        (known(action="register", lines=lines(EntryStatus.VOIDED, EntryStatus.REGISTERED)), "registered"),
        (known(action="duplicate"), "duplicate"),
        (known(action="register", lines=lines(EntryStatus.MERGED)), "duplicate"),
    ],
)
def test_a_mail_shows_what_became_of_it(mail: KnownMail, shown: str) -> None:
    assert str(view_of(mail, 0.9)) == shown


@pytest.mark.parametrize(
    "mail",
    [
        known(action="register"),
        known(action="register", lines=lines(EntryStatus.VOIDED)),
        known(settled=Did.CONFIRMED, lines=lines(EntryStatus.RECALLED)),
        known(action="register", lines=lines(EntryStatus.REPLACED)),
    ],
)
def test_a_mail_without_a_standing_line_never_looks_registered(mail: KnownMail) -> None:
    assert view_of(mail, 0.9) == NOTHING


def test_a_line_without_its_number_is_not_registered_yet() -> None:
    mail = known(action="register", lines=lines(EntryStatus.REGISTERED, EntryStatus.AWAITING))
    assert view_of(mail, 0.9).state is MailState.WAITING


def test_urgency_is_shown_until_the_work_is_done() -> None:
    open_line = lines(EntryStatus.SUBMITTED, urgency="Hỏa tốc")
    done = lines(EntryStatus.DONE, urgency="Hỏa tốc")
    assert view_of(known(action="register", lines=open_line), 0.9).keywords == {
        "$MailBridge-Registered",
        "$MailBridge-Urgent",
    }
    assert view_of(known(action="register", lines=done), 0.9).keywords == {"$MailBridge-Done"}


def test_keywords_are_atoms_that_every_server_takes() -> None:
    """RFC 3501 §9: an atom has no blanks, brackets, quotes or wildcards, and is ASCII."""
    assert set(KEYWORDS) == set(MailState)
    for word in (*KEYWORDS.values(), *OURS):
        assert word.isascii()
        assert not set(word) & set(' (){%*"\\]')


@pytest.mark.parametrize(
    ("views", "shown"),
    [
        ((REGISTERED, DUPLICATE), REGISTERED),
        ((DUPLICATE, DUPLICATE), DUPLICATE),
        ((REGISTERED, WAITING), WAITING),
        ((WAITING, DUPLICATE), WAITING),
        ((REGISTERED, View(state=MailState.RETURNED)), NOTHING),
        ((REGISTERED, NOTHING), NOTHING),
    ],
)
def test_mails_that_cannot_be_told_apart_show_nothing_that_may_be_wrong(views: tuple[View, View], shown: View) -> None:
    assert view_together(views) == view_together(reversed(views)) == shown


def test_the_mark_of_our_door_tells_a_forged_mail_from_the_registered_one() -> None:
    good = known("mail-1", action="register", lines=lines(EntryStatus.REGISTERED))
    (mails,) = alike((good, known("mail-2", waits=True)), 0.9)
    assert mails.view("mail-1") == REGISTERED
    assert mails.view("mail-2") == WAITING
    assert mails.view("mail-3") is None
    assert mails.view(None) == WAITING


def test_where_a_door_writes_no_mark_none_is_believed() -> None:
    """Whoever hands a mail in there may have written the field himself."""
    good = known("mail-1", action="register", lines=lines(EntryStatus.REGISTERED))
    (mails,) = alike((good, known("mail-2", waits=True, door="journal")), 0.9)
    assert mails.view("mail-1") == WAITING


def test_a_flood_of_mails_with_one_message_id_shows_nothing() -> None:
    (mails,) = alike((known(f"mail-{number}", waits=True) for number in range(21)), 0.9)
    assert mails.view("mail-1") is None
