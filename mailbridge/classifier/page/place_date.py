"""Box 4: place and date of issue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.page.certainty import Place, absent
from mailbridge.classifier.page.head import Head
from mailbridge.classifier.page.markers import SHORT_DATE, bare, date_match
from mailbridge.classifier.page.places import is_known_place
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.mail.pages import UNREAD

_BOX = "4"
# No office of today's State wrote before September 1945.
_FIRST_YEAR, _LAST_YEAR = 1945, 2199
_EDGES = " \t.,;*_…"


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """Where and when a document was issued."""

    date: Reading[date]
    place: Reading[str]


def read_issue(head: Head, place: Place) -> Issue:
    """Read box 4; the place alone where the date is blank, impossible or incomplete."""
    segments = sorted(head.date, key=lambda segment: segment.column is not Column.RIGHT)
    if not segments:
        reason = "no place and date in the letterhead"
        return Issue(date=absent(reason), place=absent(reason))
    first = segments[0]
    day, problem = _day(first)
    sure = _sure(first, head)
    rivals = tuple(
        Rival(value=other, source=place.source(_BOX))
        for segment in segments[1:]
        if (other := _day(segment)[0]) is not None and other != day
    )
    if rivals:
        sure = min(sure, 0.6)
    issued = absent(problem or "", rivals) if day is None else place.found(day, sure, _BOX, of=(first,), rivals=rivals)
    return Issue(date=issued, place=_place(first, place, sure, head))


def _day(segment: Segment) -> tuple[date | None, str | None]:
    match = date_match(segment.text)
    if match is None:
        return None, "no date in box 4"
    if any(UNREAD in (match[name] or "") for name in ("day", "month", "year")):
        return None, "the date is written by hand or unreadable"
    parts = [re.sub(r"\D", "", match[name] or "") for name in ("day", "month", "year")]
    if not parts[0] and not parts[1]:
        return None, "the date is blank on the page"
    if not all(parts) or len(parts[2]) != 4:
        return None, "the date is incomplete on the page"
    day, month, year = (int(part) for part in parts)
    try:
        found = date(year, month, day)
    except ValueError:
        return None, f"there is no day {day:02}/{month:02}/{year}"
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None, f"the year {year} cannot be right"
    return found, None


def _sure(segment: Segment, head: Head) -> float:
    if SHORT_DATE.fullmatch(bare(segment.text).strip(" .;")):
        return 0.9
    if "," not in segment.text:
        return 0.93
    sure = 0.99 if segment.column is Column.RIGHT and not segment.cut else 0.97
    return sure if head.heading is not None else min(sure, 0.9)


def _place(segment: Segment, place: Place, sure: float, head: Head) -> Reading[str]:
    match = date_match(segment.text)
    lead = len(segment.text) - len(segment.text.lstrip(" .;"))
    if match is None or not match["place"]:
        return absent("no place before the date")
    text = segment.text[lead + match.start("place") : lead + match.end("place")].strip(_EDGES)
    if not text:
        return absent("no place before the date")
    if UNREAD in text:
        return absent("the place is written by hand or unreadable")
    if not is_known_place(text) and (text[:1].islower() or not re.search(r"[ -]", text)):
        # "phố Hồ Chí Minh", "Dương": the line before held the rest.
        return absent("the place breaks off", (Rival(value=text, source=place.source(_BOX)),))
    if segment.cut and not is_known_place(text) and not _is_behind_number(segment, head):
        # Cut out of a longer line, the place may have swallowed the last word of the box before it.
        rival = Rival(value=text, source=place.source(_BOX))
        return absent("the place cannot be told from the text before it", (rival,))
    return place.found(text, sure if is_known_place(text) else min(sure, 0.93), _BOX, of=(segment,))


def _is_behind_number(segment: Segment, head: Head) -> bool:
    """Say whether box 4 was cut from behind a whole number, whose end is certain ("Số: 12/QĐ-UBND Củ Chi, ngày …")."""
    before = head.number[-1] if head.number else None
    return before is not None and before.line == segment.line and re.search(r"\d.*[/-]\S+$", before.text) is not None
