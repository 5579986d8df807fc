"""Pieces of a head put together again where lines were broken, and marks of other offices taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.certainty import around
from mailbridge.classifier.page.markers import Role, bare
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.types import type_by_name

_WHOLE = 8
# A stamp is 35 mm by 50 mm (Phụ lục IV, mục V), its word "ĐẾN" in the middle or at its left.
_STAMP_EDGE, _STAMP_WIDTH, _STAMP_HEIGHT = 14.0, 60.0, 60.0
_TIME = re.compile(r"\d{1,2}:\d{2}")


def with_whole_state_name(row: Sequence[Segment]) -> tuple[Segment, ...]:
    """Mark the pieces of a Quốc hiệu that was broken over lines; "CỘNG" alone counts only before its next piece."""
    if any(markers.state_name_words(segment.text) == _WHOLE for segment in row):
        # What else looks like a piece of it is one of a ministry ("… THƯƠNG BINH VÀ / XÃ HỘI").
        return tuple(row)
    at_right = any(segment.column is Column.RIGHT and markers.state_name_words(segment.text) > 2 for segment in row)
    found: list[Segment] = []
    for index, segment in enumerate(row):
        if segment.column is Column.LEFT and at_right:
            found.append(segment)
            continue
        if index and _is_of_parliament(row[index - 1], segment):
            # "QUỐC HỘI NƯỚC CỘNG HÒA / XÃ HỘI CHỦ NGHĨA VIỆT NAM" at the left is an agency.
            found.append(replace(segment, role=Role.OTHER))
            continue
        words = markers.state_name_words(segment.text) if segment.role is Role.OTHER else 0
        # In mixed order a line of the left column may stand between the pieces.
        near = (
            *(markers.state_name_words(f"{segment.text} {other.text}") for other in row[index + 1 : index + 3]),
            *(markers.state_name_words(f"{other.text} {segment.text}") for other in row[max(index - 2, 0) : index]),
        )
        if words >= 2 or (words == 1 and any(count >= 2 for count in near)):
            segment = replace(segment, role=Role.STATE_NAME)
        found.append(segment)
    return tuple(found)


def _is_of_parliament(before: Segment, segment: Segment) -> bool:
    return before.text.upper().endswith("NƯỚC CỘNG HÒA") and before.column is segment.column is not Column.RIGHT


def with_whole_dates(row: Sequence[Segment]) -> tuple[Segment, ...]:
    """Put box 4 together where it was broken over lines, with a place broken before it ("Bình / Định, ngày …")."""
    found: list[Segment] = []
    index = 0
    while index < len(row):
        segment, taken = row[index], 1
        while taken < 4 and markers.date_begins(segment.text) and index + taken < len(row):
            follower = row[index + taken]
            if not (markers.date_goes_on(follower.text) and follower.role in (Role.OTHER, Role.RULE)):
                break
            segment = _joined(segment, follower)
            taken += 1
        if markers.date_match(segment.text):
            segment = _with_broken_place(found, replace(segment, role=Role.DATE))
        found.append(segment)
        index += taken
    return tuple(found)


def _with_broken_place(before: list[Segment], date: Segment) -> Segment:
    """Take the first half of a place from the line before; it is short, not in capitals, and no agency."""
    place = date.text.split(",", 1)[0]
    half = before[-1] if before else None
    if (
        half is None
        or half.role is not Role.OTHER
        or half.column is not date.column
        or len(half.text) > 20
        or not half.text.istitle()
        or (len(place.split()) > 1 and place[:1].isupper())
    ):
        return date
    before.pop()
    return replace(_joined(half, date), role=date.role, column=date.column)


def _joined(first: Segment, second: Segment) -> Segment:
    return replace(
        first,
        text=f"{first.text} {second.text}",
        box=around((first, second)) or first.box,
        sure=min(first.sure, second.sure),
        cut=first.cut or second.cut,
    )


def without_arrival_stamp(row: Sequence[Segment]) -> tuple[tuple[Segment, ...], bool]:
    """Leave out the stamp of the office that received the paper: its name, "ĐẾN", its own number and date."""
    stamp = next((index for index, s in enumerate(row) if s.role is Role.ARRIVAL), None)
    if stamp is None:
        return tuple(row), False
    last = stamp + 1
    while last < min(len(row), stamp + 7) and _is_stamp_line(row[last]):
        last += 1
    left_out = {*range(stamp, last), *_within_stamp(row, stamp)}
    above = stamp - 1
    if above in range(len(row)) and _is_office_of_stamp(row, above, left_out):
        left_out.add(above)
    return tuple(segment for index, segment in enumerate(row) if index not in left_out), True


def _within_stamp(row: Sequence[Segment], stamp: int) -> set[int]:
    """Find the lines of a stamp between those of the document by where they stand; none where boxes tell nothing."""
    box = row[stamp].box
    if row[stamp].column is Column.UNKNOWN:
        return set()
    near = (
        index
        for index, segment in enumerate(row)
        if segment.box.left < box.right + _STAMP_EDGE
        and segment.box.right > box.left - _STAMP_WIDTH
        and abs(segment.box.top - box.top) < _STAMP_HEIGHT
        and segment.size <= row[stamp].size + 1
    )
    found = {index for index in near if index != stamp}
    return {
        index
        for index in found
        if _is_stamp_line(row[index])
        or (row[index].box.top < box.top and _is_office_of_stamp(row, index, {stamp, index}))
    }


def _is_office_of_stamp(row: Sequence[Segment], index: int, left_out: set[int]) -> bool:
    """Say whether a line is the name of the receiving office, and not the only agency of the page."""
    if row[index].role is not Role.OTHER or not starts_agency(row[index].text):
        return False
    others = (s for at, s in enumerate(row) if at != index and at not in left_out and s.role is Role.OTHER)
    return any(starts_agency(segment.text) for segment in others)


def _is_stamp_line(segment: Segment) -> bool:
    plain = bare(segment.text)
    if segment.role is Role.NUMBER:
        # The number in a stamp is a bare one; with a notation behind it, it is the document's own again.
        return "/" not in plain and "-" not in plain
    return segment.role in (Role.OTHER, Role.DATE, Role.RULE) and bool(markers.ARRIVAL_LINE.match(plain))


def without_copy_mark(row: Sequence[Segment]) -> tuple[tuple[Segment, ...], str | None]:
    """
    Leave out the mark of a digital copy (box 14, at the top): form of copy, copying office, time of its signature.

    "SAO Y" as a title under the columns stays: that is a document of the copying office itself.
    """
    mark = next((index for index, segment in enumerate(row) if _is_copy_mark(row, index, segment)), None)
    if mark is None:
        return tuple(row), None
    kind = type_by_name(" ".join(re.split(r"[^\w ]", row[mark].text)[0].split()[:2]))
    last = mark + 1
    if not _TIME.search(row[mark].text):
        timed = (index + 1 for index in range(mark + 1, min(mark + 4, len(row))) if _TIME.search(row[index].text))
        last = next(timed, last)
    return (*row[:mark], *row[last:]), kind.name if kind else None


def _is_copy_mark(row: Sequence[Segment], index: int, segment: Segment) -> bool:
    if segment.role is not Role.COPY or segment.column is Column.UNDER:
        return False
    headed = any(other.role in (Role.STATE_NAME, Role.PARTY_NAME) for other in row[:index])
    return segment.column is not Column.UNKNOWN or not headed
