"""
What entries have to do with one another: joined, parted, taken back, replaced, answered.

CORE: no database here. A link is never taken away; a later one names it and ends it, and when that one ends in turn,
the first stands again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbridge.errors import Refusal
from mailbridge.registry.entry import Channel, EntryStatus, RegisterEntry


class LinkKind(StrEnum):
    """Values of `Link.kind`; the sentence goes from the entry to the other entry, or to the mail."""

    SAME_DOCUMENT = "same-document"  # the document of the entry stands under the other number
    SPLIT_OFF = "split-off"  # the entry was parted from the other one
    CHANNEL = "channel"  # the document of the entry came again, by this mail
    PAPER_COPY = "paper-copy"  # … on paper
    REPLY_TO = "reply-to"
    RECALL_ASKED = "recall-asked"
    REPLACE_ASKED = "replace-asked"
    UPDATE_ASKED = "update-asked"
    RECALLED_BY = "recalled-by"
    REPLACED_BY = "replaced-by"
    UPDATED_BY = "updated-by"
    REFUSED = "refused"  # a clerk did not agree to what was asked
    UNDONE = "undone"


ASKED = {
    LinkKind.RECALL_ASKED: LinkKind.RECALLED_BY,
    LinkKind.REPLACE_ASKED: LinkKind.REPLACED_BY,
    LinkKind.UPDATE_ASKED: LinkKind.UPDATED_BY,
}
"""What an issuer asks for, and what stands there when a clerk agrees. Until he says so the entry is frozen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """
    One link; `id` counts them in the order of writing, 0 before it is written.

    `other_id` is an entry of the same agency, `mail_id` a mail; "" is never kept in place of None. `channel` and
    `arrived_at` tell how and when a copy came; `document_sha256` is the main file that came with it. `remark`
    is what it wrote into the remarks of the entry. `undoes` is the link that this one ends.
    """

    agency: str
    kind: LinkKind
    entry_id: str
    written_by: str
    written_at: datetime
    why: str
    other_id: str | None = None
    mail_id: str | None = None
    document_sha256: str | None = None
    channel: Channel | None = None
    arrived_at: datetime | None = None
    remark: str | None = None
    undoes: int | None = None
    id: int = 0


def standing_links(links: Iterable[Link]) -> tuple[Link, ...]:
    """
    Return those that nothing has ended, in their order; rows that only end others are left out.

    Args:
        links: All links that name an entry, in the order in which they were written.
    """
    known = tuple(links)
    ended: set[int] = set()
    # Whoever ends a link was written behind it: from the last to the first, each is known to stand or not.
    for each in reversed(known):
        if each.undoes is not None and each.id not in ended:
            ended.add(each.undoes)
    return tuple(each for each in known if each.id not in ended and each.kind not in _ENDING)


_ENDING = frozenset({LinkKind.UNDONE, LinkKind.REFUSED})


def asked_of(entry_id: str, standing: Sequence[Link]) -> Link | None:
    """Return what an issuer asks of an entry and no clerk has answered; while there is one, the entry is frozen."""
    return next((each for each in standing if each.kind in ASKED and each.entry_id == entry_id), None)


class NotDone(Refusal):
    """The book does not let this happen to an entry."""


class EntryFrozen(NotDone):
    """An entry whose issuer asks to take it back is not touched before a clerk has answered; `entry`, `asked`."""

    def __init__(self, entry: RegisterEntry, asked: Link) -> None:
        shown = f"{entry.shown_number}/{entry.year}"
        super().__init__(
            vi=f"Số đến {shown} đang tạm khóa: {_ASKED_VI[asked.kind]}; Văn thư cần trả lời trước "
            "(`register recall … --agree` hoặc `--refuse`).",
            en=f"Number {shown} is frozen: {_ASKED_EN[asked.kind]}; a clerk has to answer first "
            "(`register recall … --agree` or `--refuse`).",
        )
        self.entry = entry
        self.asked = asked


_ASKED_VI = {
    LinkKind.RECALL_ASKED: "nơi gửi đề nghị thu hồi văn bản",
    LinkKind.REPLACE_ASKED: "nơi gửi đề nghị thay thế văn bản",
    LinkKind.UPDATE_ASKED: "nơi gửi đề nghị cập nhật văn bản",
}
_ASKED_EN = {
    LinkKind.RECALL_ASKED: "the issuer asks to take the document back",
    LinkKind.REPLACE_ASKED: "the issuer asks to replace the document",
    LinkKind.UPDATE_ASKED: "the issuer asks to change the document",
}


class EntryEnded(NotDone):
    """An entry that stands for no document any more (merged, recalled) is not changed; `entry` is how it stands."""

    def __init__(self, entry: RegisterEntry) -> None:
        shown = f"{entry.shown_number}/{entry.year}"
        vi, en = _ENDED[entry.status]
        super().__init__(vi=f"Số đến {shown} {vi}; không sửa được nữa.", en=f"Number {shown} {en}; it is not changed.")
        self.entry = entry


_ENDED = {
    EntryStatus.VOIDED: ("đã hủy", "is voided"),
    EntryStatus.MERGED: ("đã gộp với số đến khác", "was merged into another number"),
    EntryStatus.RECALLED: ("đã thu hồi", "was recalled"),
    EntryStatus.REPLACED: ("đã được thay thế", "was replaced"),
}


def check_changeable(line: RegisterEntry, standing: Sequence[Link]) -> None:
    """
    Raise when nobody may change what an entry says.

    What was replaced goes on being read, so that a slip of the pen in it may be corrected.

    Raises:
        EntryEnded: It stands for no document any more.
        EntryFrozen: Its issuer asks for it, and no clerk has answered.
    """
    if line.status in (EntryStatus.VOIDED, EntryStatus.MERGED, EntryStatus.RECALLED):
        raise EntryEnded(line)
    if (asked := asked_of(line.id, standing)) is not None:
        raise EntryFrozen(line, asked)
