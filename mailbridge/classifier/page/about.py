"""Box 5b: the lines of "V/v" under the number of a công văn."""

from __future__ import annotations

from collections.abc import Sequence

from mailbridge.classifier.page import markers
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import Role, bare
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.page.wording import carries_on

_HEADINGS = (Role.STATE_NAME, Role.PARTY_NAME, Role.YOUTH_NAME)
_RIGHT_ROLES = (*_HEADINGS, Role.MOTTO, Role.DATE, Role.RULE, Role.DRAFT, Role.URGENCY)
# The left column holds some 40 characters a line; one-column text of web pages and mails runs longer.
_LONGEST_ABOUT_LINE = 75
_MOST_ABOUT = 14


def find_about(row: Sequence[Segment], end: int) -> tuple[int, ...]:
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
