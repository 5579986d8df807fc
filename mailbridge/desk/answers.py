"""What the desk says: an act that was done, a refusal with its reason, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbridge.classifier.folding import fold
from mailbridge.decision.sentence import Sentence
from mailbridge.errors import Refusal
from mailbridge.registry.acts import Did
from mailbridge.registry.corrections_fields import URGENCIES, Change
from mailbridge.registry.entry import DraftEntry, RegisterEntry


class Refused(Refusal):
    """
    What the desk does not do, whatever the reason; every other refusal becomes one there (`around.refusing`).

    Attributes:
        code: A word for programs, such as "settled", "missing", "twin", "not-allowed".
    """

    def __init__(self, vi: str, en: str, *, code: str) -> None:
        super().__init__(vi, en)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """
    What was done, in one transaction.

    `undo` is the act's id, by which `Desk.undo` takes it back. `entry` is the first of `entries`: how they stand now.
    `changes` are those of the fields of `entry`. `remarks` are what the person should know besides. `undid` is what was
    taken back, where that was done.
    """

    act_id: str
    what: Did
    changes: tuple[Change, ...] = ()
    entry: RegisterEntry | None = None
    entries: tuple[RegisterEntry, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    mail_id: str = ""
    undid: Did | None = None

    @property
    def undo(self) -> str:
        """The id by which this act is taken back."""
        return self.act_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """
    A mail that waits for a clerk.

    `action` is "hold" or "return". `documents` are the lines as they would be entered, without a number; `verdict` is
    one sentence on how far they can be relied on, "" when nobody judged. `missing` are fields of the first document
    that a line needs. `files` maps the index of each part that has a name to that name. `pass_on` is another body that
    the document is addressed to, with its published address.
    """

    mail_id: str
    agency: str
    accepted_at: datetime
    action: str
    rule: str
    reason: str
    author: str | None
    subject: str | None
    documents: tuple[DraftEntry, ...]
    verdict: str
    missing: tuple[str, ...]
    files: Mapping[str, str]
    pass_on: str | None = None

    @property
    def urgency(self) -> str | None:
        """The highest urgency of its documents."""
        found = [each.urgency for each in self.documents if each.urgency]
        return max(found, key=urgency_rank, default=None)


def urgency_rank(urgency: str | None) -> int:
    """Return 0 for what is not urgent, 3 for "hỏa tốc"."""
    words = [fold(word) for word in URGENCIES]
    word = fold(urgency or "")
    return words.index(word) + 1 if word in words else 0
