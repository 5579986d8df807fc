"""Lines of the head of a page, cut into segments where one line holds pieces of several boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.markers import Role, bare, role_of
from mailbridge.classifier.page.places import known_tail
from mailbridge.mail.pages import Box, Line, Page

# A letterhead with stamps, signature texts and a long title stays well under 60 lines; words of one line beyond 1000
# characters are body text whatever they say.
_HEAD_LINES = 80
_LONGEST_LINE = 1000
# Both columns of a letterhead in one line; a printed line of 13 points has some 80 characters.
_LONGEST_ROW = 110


class Column(Enum):
    """Where on the page a segment stands; UNKNOWN where the boxes do not tell."""

    LEFT = auto()
    RIGHT = auto()
    UNDER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """
    A piece of a line that belongs to one box of Phụ lục I.

    `cut` says that the piece was cut out of a longer line by its words, so that its ends are less sure. `centred` says
    that it stands in the middle of the page and does not fill a line, as titles do. `sure` is that of its line.
    """

    text: str
    role: Role
    box: Box
    column: Column = Column.UNKNOWN
    bold: bool | None = None
    size: float = 13.0
    cut: bool = False
    centred: bool = False
    line: int = 0
    sure: float = 1.0


def cut_head(page: Page) -> tuple[Segment, ...]:
    """Cut the first lines of `page` into segments, in the order of the page; columns are not told yet."""
    pieces: list[Segment] = []
    under = False
    rests: list[str] = []
    for number, line in enumerate(page.lines[:_HEAD_LINES]):
        # Under "Kính gửi" and "Căn cứ" stands running text, where "V/v" and "Số" no longer mark a column.
        rest = "".join(rests[-2:])
        if rest and any(bare(near.text) == rest for near in page.lines[max(number - 1, 0) : number + 3]):
            # It stands in a line of its own.
            rest = ""
        found = tuple(_cut(line, number, rest)) if not under else (_whole(line, number),)
        rests.append(next((lost for piece in found if (lost := markers.state_name_rest(piece.text))), ""))
        under = under or any(piece.role in (Role.ADDRESSED, Role.GROUNDS) for piece in found)
        pieces.extend(found)
    return tuple(pieces)


def _whole(line: Line, number: int) -> Segment:
    text = line.text[:_LONGEST_LINE]
    return Segment(
        text=text, role=role_of(text), box=line.box, bold=line.bold, size=line.size, line=number, sure=line.sure
    )


def _cut(line: Line, number: int, rest: str) -> Iterator[Segment]:
    """Cut one line; `rest` is what a Quốc hiệu broken in the lines above leaves for the end of this one."""
    text = line.text[:_LONGEST_LINE]
    places = {0, *_cutting_places(text), len(text)}
    if rest and bare(text).endswith(f" {rest}"):
        places.add(len(text) - len(rest))
    yield from _pieces(line, number, text, sorted(places))


def _pieces(line: Line, number: int, text: str, places: list[int]) -> Iterator[Segment]:
    if len(places) == 2:
        yield _whole(line, number)
        return
    width = (line.box.right - line.box.left) / max(len(text), 1)
    for start, end in pairwise(places):
        piece = text[start:end].strip()
        if not piece:
            continue
        box = replace(line.box, left=line.box.left + width * start, right=line.box.left + width * end)
        yield replace(_whole(line, number), text=piece, role=role_of(piece), box=box, cut=True)


def _cutting_places(text: str) -> Iterator[int]:
    """Find where one line holds pieces of several boxes; each kind of marker cuts once."""
    plain = bare(text)
    fixed = [match.span() for pattern in _FIXED if (match := pattern.search(plain))]
    # The pattern of places is tried at each capital: only where there is a day at all.
    if "gay" in plain and (date := markers.DATE_WITHIN.search(plain)) and (span := _box_4(text, date)):
        fixed.append(span)
    whole_name = markers.state_name_words(text) > 0
    if not fixed and not whole_name and text == text.upper() and (part := markers.STATE_NAME_PART.search(plain)):
        fixed.append(part.span())
    for span in fixed:
        yield from span
    for pattern in (markers.ABOUT_WITHIN, markers.ADDRESSED_WITHIN):
        if match := pattern.search(plain):
            yield match.start()
    if match := markers.ARRIVAL_WITHIN.search(text):
        yield match.start()
    if (match := markers.NUMBER_WITHIN.search(plain)) and _is_letterhead_before(text, match.start(), fixed):
        yield match.start()
    if match := _URGENCY_AT_END.search(text):
        yield match.start(1)


_FIXED = (markers.STATE_NAME, markers.MOTTO, markers.PARTY_NAME, markers.YOUTH_NAME_AT_END)
_URGENCY_AT_END = re.compile(r"^(?:Số|V/v).*\s(KHẨN|THƯỢNG KHẨN|H[ỎO][ẢA]? ?TỐC)$")


def _box_4(text: str, date: re.Match[str]) -> tuple[int, int] | None:
    """Return where box 4 stands in a line; None for a date inside a sentence or a title."""
    tail = known_tail(text[date.start("place") : date.end("place")])
    if tail and text[: date.start("place") + tail].rstrip().endswith("-"):
        # "Xuân Hương - Đà Lạt" is one place.
        tail = 0
    start = date.start() + (tail or 0)
    before, behind = text[:start].rstrip(), text[date.end() :].strip()
    # What follows box 4 on the same line can only be a title in capitals.
    opening = behind.split(" ")[0]
    if opening != opening.upper():
        return None
    # Before it stands another box. A word that ties the place to a sentence speaks against it, but a "V/v" may end in
    # such a word at the edge of its column.
    if before.islower() and len(before.split()) <= 2:
        return None
    tied = re.search(r"(?:,|\bsố \S+|\bcủa|\btại|\bvà)$", before) is not None
    return None if tied and (tail is None or len(text) > _LONGEST_ROW) else (start, date.end())


def _is_letterhead_before(text: str, place: int, fixed: list[tuple[int, int]]) -> bool:
    """Say whether all before `place` is in capitals or a heading, as names of agencies are."""
    start = max((end for _, end in fixed if end <= place), default=0)
    before = text[start:place]
    return before == before.upper()
