"""What a clerk can ask for, whichever way: the values between those who read the words and the desk that acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm:
    """Enter what was held as it was read ("duyệt", "đồng ý", "đúng rồi", "ok")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correct:
    """
    Write these values; of a mail that is held it also confirms.

    `values`: name of a field of `registry.corrections_fields.FIELDS` and what was written; each name stands once.
    """

    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assign:
    """
    Hand over: who leads, who works with them, until when, and what the head wrote; at least one of them is given.

    Names stand as written ("P.TCHC"); `due` is a day in Vietnam.
    """

    lead: str | None = None
    cooperating: tuple[str, ...] = ()
    due: date | None = None
    direction: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismiss:
    """This is no official document ("không phải văn bản")."""

    why: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """Send it back to where it came from, for this reason ("trả lại: gửi nhầm")."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Void:
    """Void the entry for this reason; its number stays taken ("hủy: nhập nhầm")."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """This is the document that has the arrival number `into` already ("trùng với số 0123"); digits as written."""

    into: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """Put back as it was before the last act ("hoàn tác")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Find:
    """Look in the book for these words ("tìm 123/QĐ-UBND")."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """Say what can be answered ("?", "trợ giúp")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchConfirm:
    """
    Confirm lines of a digest by their numbers there.

    Either `all_lines`, without those in `but` ("duyệt hết trừ 3, 5"), or those in `numbers` ("duyệt 1, 2, 4-7").
    """

    all_lines: bool = False
    numbers: tuple[int, ...] = ()
    but: tuple[int, ...] = ()


Command: TypeAlias = Confirm | Correct | Assign | Dismiss | Return | Void | Merge | Undo | Find | Help | BatchConfirm
