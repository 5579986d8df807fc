"""The words of the time line: what an `Event` can say."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    """Values of `Event.what`."""

    ACCEPTED = "accepted"  # our 250
    REGISTERED = "registered"  # an entry has its số đến
    CORRECTED = "corrected"  # an entry has a new version
    VOIDED = "voided"
    MERGED = "merged"  # its document stands under another number
    JOINED = "joined"  # the document came again, by mail or on paper
    SPLIT_OFF = "split-off"
    LINK_UNDONE = "link-undone"
    REPLY_LINKED = "reply-linked"
    REPLY_NOT_LINKED = "reply-not-linked"  # it names an earlier document, and too little proves that it belongs there
    RECALL_ASKED = "recall-asked"  # recall, replacement or change; the entry is frozen
    RECALL_UNPROVEN = "recall-unproven"  # somebody asks who is not proven to be the issuer
    RECALL_AGREED = "recall-agreed"
    RECALL_REFUSED = "recall-refused"
    DECIDED = "decided"  # the walk ended in REGISTER
    HELD = "held"
    DUPLICATE = "duplicate"
    RETURN_PROPOSED = "return-proposed"
    STOPPED = "stopped"
    PASSED = "passed"
    SHADOW = "shadow"  # the walk ended in shadow mode; nothing followed
    DELIVERED = "delivered"  # the fates of a mail at its door, from the ledger of deliveries
    REFUSED = "refused"
    UNCERTAIN = "uncertain"  # nobody knows whether the next hop took it
    LETTER_QUEUED = "letter-queued"
    LETTER_SENT = "letter-sent"
    LETTER_DEFERRED = "letter-deferred"
    LETTER_FAILED = "letter-failed"  # given up; a person must act
    LETTER_RETURNED = "letter-returned"  # it came back; a person must act
    LETTER_DELAYED = "letter-delayed"  # another server still tries
    LETTER_ANSWERED = "letter-answered"  # by a program
    SERIES_STARTED = "series-started"
    TEXT_FORGOTTEN = "text-forgotten"  # the text of a document was taken out of the search
    NUMBER_AWAITED = "number-awaited"  # a line waits for a số đến that we cannot give
    NUMBER_GIVEN = "number-given"
    NUMBERS_RESERVED = "numbers-reserved"  # for paper that is stamped by hand
    NUMBER_SKIPPED = "number-skipped"  # a reserved number is not used; its line says why
    BLOCK_ADDED = "block-added"  # numbers that another system set apart for us
    BOOK_IMPORTED = "book-imported"
    BROUGHT = "brought"  # a person handed a file of mail in
    BOOK_CLOSED = "book-closed"  # a day or a year of a book; no line of it is added or corrected any more
    BOOK_REOPENED = "book-reopened"
    DISMISSED = "dismissed"  # a clerk says that a held mail is no document
    RETURNED = "returned"  # a clerk sent it back
    ASSIGNED = "assigned"  # handed over, or given back to the clerks
    PROGRESSED = "progressed"  # laid before the head, begun, answered, done
    UNDONE = "undone"
    RETRIED = "mail-retried"  # set aside, and walked again because a person said so
    DROPPED = "mail-dropped"  # set aside, and our copy deleted because a person said so
    COMMANDED = "commanded"  # a command by mail is carried out
    FORWARDED = "forwarded"  # an official passed it on to be registered, and was told how it stands
    COMMAND_REFUSED = "command-refused"  # somebody who is not proven sent one; nothing was done


BY_ACTION = {
    "register": Happening.DECIDED,
    "hold": Happening.HELD,
    "duplicate": Happening.DUPLICATE,
    "return": Happening.RETURN_PROPOSED,
    "stop": Happening.STOPPED,
    "pass": Happening.PASSED,
}
"""How a case with this action (CONTRACT.md, `decision.action`) stands in the time line."""

WAITING_ACTIONS = ("hold", "return")
"""Actions that a clerk has to settle."""

UNSTORED_ACTIONS = ("stop", "pass")
"""Actions after which nothing of the mail's content may be kept."""

OURSELVES = "mailbridge"
"""The actor of what happens without a person."""
