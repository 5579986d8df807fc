"""The words of the time line: what an `Event` can say."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    """Values of `Event.what`."""

    ACCEPTED = "accepted"  # our 250
    REGISTERED = "registered"  # an entry has its số đến
    CORRECTED = "corrected"  # an entry has a new version
    VOIDED = "voided"
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
    SERIES_STARTED = "series-started"


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
