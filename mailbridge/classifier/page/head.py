"""The head of a document: its segments sorted into the boxes of Phụ lục I, from heading to the first body line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.about import find_about
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.columns import head_of
from mailbridge.classifier.page.markers import Role, title_of
from mailbridge.classifier.page.mending import (
    with_whole_dates,
    with_whole_state_name,
    without_arrival_stamp,
    without_copy_mark,
)
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.classifier.types import DocumentType, type_before
from mailbridge.mail.pages import Page

_HEADINGS = (Role.STATE_NAME, Role.PARTY_NAME, Role.YOUTH_NAME)
_BODY = (Role.ADDRESSED, Role.GROUNDS)
_LONGEST_NAME = 140
# The last group of a long symbol on a line of its own: "68/2013/TTLT-BTC- / BLĐTBXH".
_GROUP = re.compile(r"[A-ZĐ&]{2,12}")
_GROUP_BELOW = re.compile(r"[-–][A-ZĐ&]{2,12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """
    What the head of a page holds; each tuple in reading order, empty when the box is not there.

    Attributes:
        heading: STATE_NAME, PARTY_NAME, YOUTH_NAME or None.
        in_columns: The boxes told left from right, so that places count as proof.
        number: The piece with "Số" and, when it breaks off there, the piece with the rest.
        about: The text behind "V/v" with its further lines.
        title: The type title; `type` is what it says, `tail` what follows the type in the same line.
        rest: All from behind the title, or from behind the columns, to the end of what was read of the page.
        copy: "Bản sao y" or another kind of copy when its mark (box 14) was found and left out.
        arrival: Another office's stamp was found and left out.
    """

    row: tuple[Segment, ...]
    heading: Role | None = None
    in_columns: bool = False
    letterhead: tuple[Segment, ...] = ()
    number: tuple[Segment, ...] = ()
    date: tuple[Segment, ...] = ()
    about: tuple[Segment, ...] = ()
    title: tuple[Segment, ...] = ()
    type: DocumentType | None = None
    tail: str = ""
    rest: tuple[Segment, ...] = ()
    urgency: tuple[Segment, ...] = ()
    draft: bool = False
    copy: str | None = None
    arrival: bool = False


def read_head(page: Page) -> Head:
    """Sort the head of `page`; boxes that are not there stay empty."""
    row = with_whole_dates(with_whole_state_name(head_of(page)))
    row, arrival = without_arrival_stamp(row)
    row, copy = without_copy_mark(row)
    row = tuple(segment for segment in row if segment.role is not Role.NOISE)
    body = _first(row, _BODY, default=len(row))
    number = _number_at(row, body)
    title, kind = _title_at(row, body, number)
    if title is None:
        title, kind = _title_in_sentence(row, body, number)
    end = title.start if title else body
    about = find_about(row, end)
    return Head(
        row=row,
        heading=next((s.role for role in _HEADINGS for s in row[:end] if s.role is role), None),
        in_columns=any(segment.column is Column.LEFT and not segment.cut for segment in row),
        letterhead=_letterhead(row, end, number, about),
        number=tuple(row[index] for index in number),
        date=tuple(segment for segment in row[:end] if segment.role is Role.DATE),
        about=tuple(row[index] for index in about),
        title=tuple(row[title.start : title.stop]) if title else (),
        type=kind,
        tail=_tail_of(row[title], kind) if title else "",
        rest=row[title.stop :] if title else row[_end_of_columns(row, end, number, about) :],
        urgency=tuple(segment for segment in row[:body] if segment.role is Role.URGENCY),
        draft=any(segment.role is Role.DRAFT for segment in row[: max(body, end)]),
        copy=copy,
        arrival=arrival,
    )


def _first(row: Sequence[Segment], roles: tuple[Role, ...], *, default: int) -> int:
    return next((index for index, segment in enumerate(row) if segment.role in roles), default)


def _number_at(row: Sequence[Segment], body: int) -> tuple[int, ...]:
    """Find box 3; a second "Số" further down is a form's field or another document's."""
    found = [index for index in range(body) if row[index].role is Role.NUMBER]
    if not found:
        return ()
    at = next((index for index in found if row[index].column in (Column.LEFT, Column.UNKNOWN)), found[0])
    match = markers.NUMBER.match(row[at].text)
    rest = match["rest"].strip() if match else ""
    if rest and rest[-1] not in "/-" and any(char.isalpha() for char in rest):
        below = at + 1 < body and row[at + 1].role is Role.OTHER and row[at + 1].column is row[at].column
        return (at, at + 1) if below and _GROUP_BELOW.fullmatch(row[at + 1].text) else (at,)
    for index in range(at + 1, min(at + 6, body)):
        if row[index].role is Role.OTHER:
            broken = rest[-1:] in ("/", "-") and _GROUP.fullmatch(row[index].text) is not None
            return (at, index) if broken or _is_symbol_rest(row[index].text) else (at,)
    return (at,)


def _is_symbol_rest(text: str) -> bool:
    """Say whether a piece can be what stands behind a lone "Số:": "8625/TB-CTTPHCM", "/TTr-VPCP", "UBND-VX"."""
    words = text.split()
    if markers.ABOUT.match(markers.bare(text)):
        return False
    return 0 < len(words) <= 4 and ("/" in text or "-" in text) and len(text) <= 60 and text != text.lower()


def _title_at(row: Sequence[Segment], body: int, number: Sequence[int]) -> tuple[slice | None, DocumentType | None]:
    start = max(number, default=-1) + 1
    if not number:
        start = _first(row, (*_HEADINGS, Role.DATE), default=0) + 1
    for index in range(start, body):
        segment = row[index]
        if segment.column is Column.LEFT or segment.role not in (Role.OTHER, Role.COPY):
            continue
        two = f"{segment.text} {row[index + 1].text}" if index + 1 < body else ""
        joined = title_of(two) if len(two) < 60 else None
        kind = title_of(segment.text)
        if joined is not None and joined is not kind:
            return slice(index, index + 2), joined
        if kind is not None:
            return slice(index, index + 1), kind
    return None, None


def _title_in_sentence(
    row: Sequence[Segment], body: int, number: Sequence[int]
) -> tuple[slice | None, DocumentType | None]:
    """Find a title that runs on in its line ("KẾ HOẠCH TỔ CHỨC HỘI NGHỊ"), where the number names the same type."""
    symbol = parse_symbol(text_of(row[index] for index in number)[:120]) if number else None
    if symbol is None or symbol.type_abbr is None:
        return None, None
    for index in range(max(number) + 1, body):
        segment = row[index]
        if segment.column is Column.LEFT or segment.role is not Role.OTHER:
            continue
        found = type_before(segment.text)
        if found is not None and found[0].name == symbol.type_name:
            return slice(index, index + 1), found[0]
    return None, None


def _tail_of(title: Sequence[Segment], kind: DocumentType | None) -> str:
    found = type_before(text_of(title))
    return found[1] if found is not None and found[0] is kind and title_of(found[1]) is not kind else ""


def _letterhead(row: Sequence[Segment], end: int, number: Sequence[int], about: Sequence[int]) -> tuple[Segment, ...]:
    """Collect box 2: the names at the left over the number, or in one column the names in capitals before it."""
    last = min([*number[:1], *about[:1], end])
    names: list[Segment] = []
    for segment in row[:last]:
        if segment.role is not Role.OTHER or segment.column in (Column.RIGHT, Column.UNDER):
            continue
        if segment.column is Column.UNKNOWN and not _is_name(segment.text, names):
            continue
        if len(segment.text) <= _LONGEST_NAME and any(char.isalpha() for char in segment.text):
            names.append(segment)
    while names and not starts_agency(names[0].text) and any(starts_agency(name.text) for name in names[1:]):
        # A file name or a portal's own line above the letterhead.
        if names[0].text == names[0].text.upper() and not starts_agency(names[1].text):
            break
        names.pop(0)
    return tuple(names)


def _is_name(text: str, names: Sequence[Segment]) -> bool:
    letters = [char for char in text if char.isalpha()]
    if not letters or text.endswith((".", ":", ";", "?", "!")):
        return False
    capitals = sum(char.isupper() for char in letters) / len(letters)
    if capitals > 0.8:
        return bool(names) or len(letters) > 1
    return starts_agency(text) and text[:1].isupper() and len(text) <= 60 and "," not in text


def _end_of_columns(row: Sequence[Segment], end: int, number: Sequence[int], about: Sequence[int]) -> int:
    """Return where the summary of a typed document starts when its title line is lost: behind the last box above."""
    boxes = (*_HEADINGS, Role.MOTTO, Role.DATE, Role.NUMBER)
    last = max((index for index in range(end) if row[index].role in boxes), default=-1)
    return max([last, *number, *about]) + 1


def text_of(segments: Iterable[Segment]) -> str:
    """Join the texts of segments with blanks."""
    return " ".join(segment.text for segment in segments)
