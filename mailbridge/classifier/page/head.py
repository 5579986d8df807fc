"""The head of a document: its segments sorted into the boxes of Phụ lục I, from heading to the first body line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.letterhead import starts_agency
from mailbridge.classifier.page.markers import Role, bare, title_of
from mailbridge.classifier.page.segments import Column, Segment, head_of
from mailbridge.classifier.types import DocumentType
from mailbridge.mail.pages import Page

_HEADINGS = (Role.STATE_NAME, Role.PARTY_NAME, Role.YOUTH_NAME)
_BODY = (Role.ADDRESSED, Role.GROUNDS)
_RIGHT_ROLES = (*_HEADINGS, Role.MOTTO, Role.DATE, Role.RULE, Role.DRAFT, Role.URGENCY)
_LONGEST_NAME = 140
# The left column holds some 40 characters a line; one-column text of web pages and mails runs longer.
_LONGEST_ABOUT_LINE = 75
_MOST_ABOUT = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """
    What the head of a page holds; each tuple in reading order, empty when the box is not there.

    Attributes:
        heading: STATE_NAME, PARTY_NAME, YOUTH_NAME or None.
        in_columns: The boxes told left from right, so that places count as proof.
        number: The piece with "Số" and, when it breaks off there, the piece with the rest.
        about: The text behind "V/v" with its further lines.
        title: The type title; `type` is what it says.
        rest: All from behind the title, or from behind the columns, to the end of what was read of the page.
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
    rest: tuple[Segment, ...] = ()
    urgency: tuple[Segment, ...] = ()
    draft: bool = False
    copy: bool = False
    arrival: bool = False


def read_head(page: Page) -> Head:
    """Sort the head of `page`; boxes that are not there stay empty."""
    row = _with_whole_dates(_with_whole_state_name(head_of(page)))
    row, arrival = without_arrival_stamp(row)
    copy = any(segment.role is Role.COPY and title_of(segment.text) is None for segment in row)
    row = tuple(segment for segment in row if segment.role not in (Role.NOISE, Role.COPY) or _is_title(segment))
    body = _first(row, _BODY, default=len(row))
    number = _number_at(row, body)
    title, kind = _title_at(row, body, number)
    end = title.start if title else body
    about = _about(row, end)
    return Head(
        row=row,
        heading=next((s.role for role in _HEADINGS for s in row[:end] if s.role is role), None),
        in_columns=any(segment.column is Column.LEFT for segment in row),
        letterhead=_letterhead(row, end, number, about),
        number=tuple(row[index] for index in number),
        date=tuple(segment for segment in row[:end] if segment.role is Role.DATE),
        about=tuple(row[index] for index in about),
        title=tuple(row[title.start : title.stop]) if title else (),
        type=kind,
        rest=row[title.stop :] if title else row[_end_of_columns(row, end, number, about) :],
        urgency=tuple(s for s in row[: min(len(row), body + 3)] if s.role is Role.URGENCY),
        draft=any(segment.role is Role.DRAFT for segment in row[: max(body, end)]),
        copy=copy,
        arrival=arrival,
    )


def _first(row: Sequence[Segment], roles: tuple[Role, ...], *, default: int) -> int:
    return next((index for index, segment in enumerate(row) if segment.role in roles), default)


def _with_whole_state_name(row: Sequence[Segment]) -> tuple[Segment, ...]:
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


def _with_whole_dates(row: Sequence[Segment]) -> tuple[Segment, ...]:
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


def _is_title(segment: Segment) -> bool:
    return segment.role is Role.COPY and title_of(segment.text) is not None


def _number_at(row: Sequence[Segment], body: int) -> tuple[int, ...]:
    """Find box 3; a second "Số" further down is a form's field or another document's."""
    found = [index for index in range(body) if row[index].role is Role.NUMBER]
    if not found:
        return ()
    at = next((index for index in found if row[index].column in (Column.LEFT, Column.UNKNOWN)), found[0])
    match = markers.NUMBER.match(row[at].text)
    rest = match["rest"].strip() if match else ""
    if rest and rest[-1] not in "/-" and any(char.isalpha() for char in rest):
        return (at,)
    for index in range(at + 1, min(at + 6, body)):
        if row[index].role is Role.OTHER:
            return (at, index) if _is_symbol_rest(row[index].text) else (at,)
    return (at,)


def _is_symbol_rest(text: str) -> bool:
    """Say whether a piece can be what stands behind a lone "Số:": "8625/TB-CTTPHCM", "/TTr-VPCP", "UBND-VX"."""
    words = text.split()
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
        joined = title_of(two)
        kind = title_of(segment.text)
        if joined is not None and joined is not kind and len(two) < 60:
            return slice(index, index + 2), joined
        if kind is not None:
            return slice(index, index + 1), kind
    return None, None


def _about(row: Sequence[Segment], end: int) -> tuple[int, ...]:
    """Find "V/v" and its further lines: those under it in the left column, or what goes on with it in one column."""
    start = next((i for i in range(end) if row[i].role is Role.OTHER and _is_about(row[i], row[:i])), None)
    if start is None:
        return ()
    if row[start].column is Column.LEFT and not row[start].cut:
        return _about_in_column(row, start, end)
    return _about_in_one_column(row, start, end)


def _about_in_column(row: Sequence[Segment], start: int, end: int) -> tuple[int, ...]:
    found = [start]
    for index in range(start + 1, min(end, start + _MOST_ABOUT)):
        last, segment = row[found[-1]], row[index]
        close = segment.box.top - last.box.bottom < 1.6 * max(last.size, 8.0)
        if segment.role is not Role.OTHER or segment.column is not Column.LEFT or not close:
            break
        found.append(index)
    return tuple(found)


def _about_in_one_column(row: Sequence[Segment], start: int, end: int) -> tuple[int, ...]:
    """Follow the summary across the pieces of the right column that may stand between its lines."""
    found = [start]
    for index in range(start + 1, min(end, start + _MOST_ABOUT)):
        last, segment = row[found[-1]], row[index]
        if segment.role in _RIGHT_ROLES:
            continue
        if segment.role is not Role.OTHER or len(segment.text) > _LONGEST_ABOUT_LINE:
            break
        if starts_agency(segment.text) and segment.text == segment.text.upper():
            break
        if not (_is_tied(last.text, segment.text) or _is_all_summary(row, index, end)):
            break
        found.append(index)
    return tuple(found)


def _is_all_summary(row: Sequence[Segment], index: int, end: int) -> bool:
    """Say whether nothing but short lines stands between here and "Kính gửi": what else could they be."""
    lines = [segment for segment in row[index:end] if segment.role not in _RIGHT_ROLES]
    closed = end < len(row) and row[end].role is Role.ADDRESSED
    return (
        closed
        and len(lines) <= _MOST_ABOUT
        and all(segment.role is Role.OTHER and len(segment.text) <= _LONGEST_ABOUT_LINE for segment in lines)
    )


def _is_tied(last: str, text: str) -> bool:
    return text[:1].islower() or text[:1].isdigit() or carries_on(last)


def _is_about(segment: Segment, before: Sequence[Segment]) -> bool:
    match = markers.ABOUT.match(bare(segment.text))
    if match is None or segment.column is Column.RIGHT or len(segment.text) == match.end():
        return match is not None and segment.column is not Column.RIGHT
    if match.group().startswith("Ve ") and segment.column is Column.UNKNOWN:
        # "Về …" opens many a sentence; under the number it is the summary.
        return any(other.role in (Role.NUMBER, *_HEADINGS) for other in before)
    # All in capitals it is the summary of a typed document whose title line is lost.
    return segment.text != segment.text.upper() or match.group()[:2].lower() != "ve"


def carries_on(text: str) -> bool:
    """Say whether a line cannot be the last one: it ends in a comma, a dash or a word that ties it to the next."""
    last = text.rsplit(" ", 1)[-1].lower()
    return text.endswith((",", "-", "–")) or last in _CARRIES_ON


_CARRIES_ON = frozenset(
    [
        "và",
        "của",
        "các",
        "về",
        "với",
        "cho",
        "tại",
        "theo",
        "từ",
        "đến",
        "trong",
        "thuộc",
        "do",
        "là",
        "bằng",
        "những",
        "được",
        "để",
        "tỉnh",
        "quận",
        "huyện",
        "phố",
        "xã",
        "phường",
        "số",
        "nhà",
        "năm",
        "khu",
        "vực",
        "lần",
        "thứ",
        "việc",
    ]
)


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
