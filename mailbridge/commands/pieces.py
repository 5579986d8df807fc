"""What one clause of an answer says, before clauses are put together into commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from mailbridge.commands.command import (
    BatchConfirm,
    Confirm,
    Dismiss,
    Find,
    Help,
    Merge,
    Return,
    Undo,
    Void,
)
from mailbridge.decision.sentence import Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A field (name of `corrections_fields.FIELDS`) and what was written for it."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Handing:
    """One part of an assignment."""

    lead: str | None = None
    cooperating: tuple[str, ...] = ()
    due: date | None = None
    direction: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """Words that ask for nothing."""


Piece: TypeAlias = (
    Confirm | Dismiss | Return | Void | Merge | Undo | Find | Help | BatchConfirm | Value | Handing | Nothing
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A clause: what it says and where it ends in its line. `asks` ends the line there: nothing may follow but more."""

    piece: Piece
    end: int


Clause: TypeAlias = Found | Sentence | None
"""None: the words here are another clause. A sentence: this clause, but what it says is not clear."""
