"""
The segments of a head in one row: left column, right column, then what stands under both.

A letterhead is printed in two columns, and reaches us in any order: as lines with true boxes, as one column with the
blocks behind each other, or with both columns melted into one line. All become such a row here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbridge.classifier.page.markers import ABOUT, Role, bare, title_of
from mailbridge.classifier.page.segments import Column, Segment, cut_head
from mailbridge.mail.pages import Page

_HEADINGS = (Role.STATE_NAME, Role.PARTY_NAME, Role.YOUTH_NAME)
_ON_THE_RIGHT = (*_HEADINGS, Role.MOTTO, Role.DATE)


def head_of(page: Page) -> tuple[Segment, ...]:
    """Return the head of `page` as a row; where no boxes tell the columns, in the order of the page."""
    pieces = _sided(cut_head(page))
    boundary = _boundary(pieces, page)
    return tuple(pieces) if boundary is None else tuple(_in_columns(pieces, boundary, page))


def _sided(pieces: Sequence[Segment]) -> list[Segment]:
    """Give the pieces of a cut line their columns: what precedes a piece of the right column stands at the left."""
    last_right = {piece.line: index for index, piece in enumerate(pieces) if piece.cut and piece.role in _ON_THE_RIGHT}
    sided = []
    for index, piece in enumerate(pieces):
        if piece.line in last_right:
            at_right = piece.role in _ON_THE_RIGHT or (index > last_right[piece.line] and not _is_at_left(piece))
            piece = replace(piece, column=Column.RIGHT if at_right else Column.LEFT)
        sided.append(piece)
    return sided


def _is_at_left(piece: Segment) -> bool:
    return piece.role is Role.NUMBER or ABOUT.match(bare(piece.text)) is not None


def _in_columns(pieces: Sequence[Segment], boundary: float, page: Page) -> list[Segment]:
    left: list[Segment] = []
    right: list[Segment] = []
    under: list[Segment] = []
    heading = min(piece.box.top for piece in pieces if piece.role in _HEADINGS)
    lowest = max(piece.box.bottom for piece in pieces if piece.role in (*_ON_THE_RIGHT, Role.NUMBER))
    for piece in pieces:
        # Lines of both columns overlap in height, so the first line under them is known only when it is met.
        if under or _is_under(piece, boundary, heading, page.width) or _is_title_below(piece, lowest):
            under.append(replace(piece, column=Column.UNDER, centred=_is_centred(piece, page.width)))
        elif _is_left(piece, boundary):
            left.append(replace(piece, column=Column.LEFT))
        else:
            right.append(replace(piece, column=Column.RIGHT))
    return [*left, *right, *under]


def _is_left(piece: Segment, boundary: float) -> bool:
    if piece.column is not Column.UNKNOWN:
        return piece.column is Column.LEFT
    if piece.cut and _is_at_left(piece):
        return True
    return (piece.box.left + piece.box.right) / 2 < boundary and piece.role not in _ON_THE_RIGHT


def _boundary(pieces: Sequence[Segment], page: Page) -> float | None:
    """
    Return the x that parts the columns; None when no whole line of the right column has text at its left.

    Pieces cut out of melted lines have no boxes of their own, so they do not count.
    """
    headings = [piece for piece in pieces if piece.role in _HEADINGS]
    rights = [piece.box for piece in pieces if piece.role in _ON_THE_RIGHT and not piece.cut]
    if not headings or not rights:
        return None
    # Box 4 may begin further left than the heading over it, but what stands at the heading's left is the left column.
    x = min([piece.box.left for piece in headings if not piece.cut] or [box.left for box in rights])
    if x < page.width * 0.25:
        return None
    lowest = max(box.bottom for box in rights) + 4 * headings[0].size
    neighbours = any(piece.box.right <= x + 12 and piece.box.top < lowest for piece in pieces)
    return x - 2 if neighbours or any(piece.cut for piece in headings) else None


def _is_under(piece: Segment, boundary: float, heading: float, width: float) -> bool:
    """Say whether a segment stands under both columns: it crosses the boundary, or opens what never is in a column."""
    if piece.role in (Role.ADDRESSED, Role.GROUNDS):
        return True
    if piece.box.top <= heading or piece.cut or piece.role in (*_ON_THE_RIGHT, Role.RULE):
        return False
    crosses = piece.box.left < boundary - 0.03 * width and piece.box.right > boundary + 0.03 * width
    middle = (piece.box.left + piece.box.right) / 2
    if title_of(piece.text) and abs(middle - width / 2) < 0.1 * width:
        return True
    return crosses and (abs(middle - width / 2) < 0.12 * width or piece.box.right - piece.box.left > 0.5 * width)


def _is_title_below(piece: Segment, lowest: float) -> bool:
    """Tell a title at the margin, as office text without its layout has it, by its place under number and date."""
    return piece.box.top > lowest - 2 and piece.text == piece.text.upper() and title_of(piece.text) is not None


def _is_centred(piece: Segment, width: float) -> bool:
    """Tell a title from a body line: a full line is centred too, but as wide as the margins allow."""
    middle = (piece.box.left + piece.box.right) / 2
    return abs(middle - width / 2) < 0.05 * width and piece.box.right - piece.box.left < 0.72 * width
