"""Pieces of a head put together again where lines were broken, and marks of other offices taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import Role, bare
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.types import type_by_name

_TIME = re.compile(r"\d{1,2}:\d{2}")


def with_whole_state_name(row: Sequence[Segment]) -> tuple[Segment, ...]:
    """Mark the pieces of a Quốc hiệu that was broken over lines; "CỘNG" alone counts only before its next piece."""
    found: list[Segment] = []
    for index, segment in enumerate(row):
        words = markers.state_name_words(segment.text) if segment.role is Role.OTHER else 0
        # In mixed order a line of the left column may stand between the pieces.
        near = (markers.state_name_words(f"{segment.text} {other.text}") for other in row[index + 1 : index + 3])
        if words >= 2 or (words == 1 and any(count >= 2 for count in near)):
            segment = replace(segment, role=Role.STATE_NAME)
        found.append(segment)
    return tuple(found)


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
            segment = replace(segment, text=f"{segment.text} {follower.text}")
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
    return replace(date, text=f"{half.text} {date.text}", box=half.box)


def without_arrival_stamp(row: Sequence[Segment]) -> tuple[tuple[Segment, ...], bool]:
    """Leave out the stamp of the office that received the paper: its name, "ĐẾN", its own number and date."""
    stamp = next((index for index, s in enumerate(row) if s.role is Role.ARRIVAL), None)
    if stamp is None:
        return tuple(row), False
    last = stamp + 1
    while last < min(len(row), stamp + 7) and _is_stamp_line(row[last]):
        last += 1
    first = stamp
    above = row[stamp - 1] if stamp else None
    others = [s for s in (*row[: max(stamp - 1, 0)], *row[last:]) if s.role is Role.OTHER and starts_agency(s.text)]
    if above is not None and above.role is Role.OTHER and starts_agency(above.text) and others:
        first -= 1
    return (*row[:first], *row[last:]), True


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
