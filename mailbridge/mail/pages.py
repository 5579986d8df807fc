"""What a file shows to a reader: pages of lines with their places. Made by `reading`, read by `classifier`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNREAD = "\ufffd"
"""Stands in a line for ink that is writing and could not be read: a number by hand, a word under a seal."""


class Layer(StrEnum):
    """Where the characters of a page come from."""

    TEXT = "text layer"
    FLOW = "flow text"
    OCR = "ocr"
    BODY = "mail text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle in points (1/72 inch) from the top left corner of the page; `top` < `bottom`."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    A run of words on one base line without a wide gap.

    The two columns of a letterhead are two lines with the same `top`. `text` is NFC, blanks folded, never empty.
    `bold` and `italic` are None where the file does not tell. For flow text (DOCX, mail text) the box is laid out from
    tables and paragraphs: good for left of, right of, above and below, not for measuring.
    `sure` is how sure its least sure word is, 0..1: below 1 only where letters were recognised in a picture.
    """

    text: str
    box: Box
    size: float = 13.0
    bold: bool | None = None
    italic: bool | None = None
    sure: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """
    One page; `number` from 1; lines from top to bottom, then left to right.

    A page of the layer OCR without lines is a picture that was not read, or that shows no letters.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    layer: Layer


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """The pages that were read (first ones and last one at least); `total` is how many the file has."""

    pages: tuple[Page, ...]
    total: int

    @property
    def text(self) -> str:
        """All lines, a line each, pages parted by a form feed."""
        return "\f".join("\n".join(line.text for line in page.lines) for page in self.pages)
