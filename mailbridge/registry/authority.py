"""
Who gives the numbers of a book: we, another system, or blocks that another system leaves to us.

CORE. A line whose number has not come stands in the intake book of its book, and counts its place there: it is in no
legal book yet, and says so. See docs/decisions/0025.
"""

from __future__ import annotations

from enum import StrEnum

_INTAKE = ":cho-so"
"""Behind the id of a book; no id in `books.toml` has a colon."""

INTAKE_PATTERN = f"%{_INTAKE}"
"""What the ids of intake books look like, for LIKE."""

AWAITED = "chờ cấp số"
"""Stands in the place of a số đến that has not come (ux-vocabulary: what people see)."""


class Authority(StrEnum):
    """Who gives the số đến of a book."""

    OURS = "ours"
    EXTERNAL = "external"  # the agency's e-office; its number is brought in by a person or a file
    BLOCK = "block"  # ours within blocks that the e-office has set apart


def intake_of(book: str) -> str:
    """Return the id of the book in which lines of this book wait for their number."""
    return f"{book_of(book)}{_INTAKE}"


def book_of(book: str) -> str:
    """Return the legal book of a line; that of an intake book is the one its lines wait for."""
    return book.removesuffix(_INTAKE)


def is_intake(book: str) -> bool:
    """Say whether lines of this book wait for their number."""
    return book.endswith(_INTAKE)
