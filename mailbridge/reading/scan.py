"""
Scans to pages of lines: what a letter that is only a picture says, by text recognition (Tesseract).

Read are the first page and the last one with a signing block; pages between them say nothing that is entered. A page
costs one to two seconds. Call this only in a process of its own (`sandbox`): Tesseract and Leptonica are C++ and C.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from mailbridge.classifier.page.markers import Role, bare, role_of
from mailbridge.mail.pages import Box, Layer, Line, Page
from mailbridge.reading.problems import Unreadable
from mailbridge.reading.scan_engine import Layout, Word, load, words
from mailbridge.reading.scan_frames import framed_rows
from mailbridge.reading.scan_marks import coloured_rows, without_arrival_fields
from mailbridge.reading.scan_number import is_date_row, is_number_row, settle_date, settle_number
from mailbridge.reading.scan_pose import two_pages
from mailbridge.reading.scan_rows import Row, cut, rows_of, told
from mailbridge.reading.scan_sheet import Sheet, prepare_sheet
from mailbridge.reading.scan_source import pictures
from mailbridge.reading.scan_spelling import mended
from mailbridge.reading.scan_views import reread

# A letterhead with stamps and a long title stays under it; what is below is read once.
_MOST_HEAD = 34
_BODY_WIDTH = 0.7
# In heights of letters with their marks.
_LINE_PITCH = 2.2
# Rows of the foot that were read less surely than this are read again.
_DOUBTFUL = 0.9
_MOST_AGAIN = 25
# Upside down, hardly a letter is recognised with more than even chances.
_UPSIDE_DOWN = 0.62
# A signing block may be followed by annexes; so many pages are looked at for it, from the last one on.
_MOST_LAST = 3


def read_scan(media_type: str, content: bytes, pages: tuple[int, ...]) -> tuple[Page, ...]:
    """
    Read those of the wanted pages that tell something: the first, and from the last back to the one with "Nơi nhận".

    Args:
        media_type: A PDF or one of `scan_source.MEDIA_TYPES`.
        pages: Numbers from 1, ascending; those that the file does not have are passed over.

    Returns:
        The pages that were read, ascending; `Line.sure` is below 1, and what is written by hand is `UNREAD`.

    Raises:
        Unreadable: `unsupported` (another type, or the extra "ocr" is missing), `too-large`, `encrypted`, `malformed`.
    """
    load()
    found: dict[int, Page] = {}
    for picture in pictures(media_type, content, pages[:1]):
        found[picture.number] = _page(prepare_sheet(picture))
    for picture in pictures(media_type, content, tuple(reversed(pages[1:]))[:_MOST_LAST]):
        page = found[picture.number] = _page(prepare_sheet(picture))
        if any(bare(line.text).lower().startswith("noi nhan") for line in page.lines):
            break
    return tuple(found[number] for number in sorted(found))


def prepare() -> None:
    """Load what all children need, once, in the nursery; nothing where the extra "ocr" is not installed."""
    with suppress(Unreadable):
        load()


def _page(sheet: Sheet) -> Page:
    sheet, seen = _upright(sheet)
    if two_pages(sheet.black):
        return _both_halves(sheet)
    return _as_page(sheet, _rows(sheet, seen))


def _both_halves(sheet: Sheet) -> Page:
    """Read two pages that lie side by side as one long page: the right one follows under the left one."""
    left, right = (sheet.half(right=side) for side in (False, True))
    above = _as_page(left, _rows(left, words(left.black, Layout.SPARSE)))
    under = _as_page(right, _rows(right, words(right.black, Layout.SPARSE)))
    moved = tuple(
        replace(line, box=replace(line.box, top=line.box.top + above.height, bottom=line.box.bottom + above.height))
        for line in under.lines
    )
    return replace(above, height=above.height + under.height, lines=(*above.lines, *moved))


def _upright(sheet: Sheet) -> tuple[Sheet, list[Word]]:
    """Turn the sheet by half a circle when that can be read and it as it is cannot."""
    seen = words(sheet.black, Layout.SPARSE)
    if _legibility(seen) >= _UPSIDE_DOWN or not seen:
        return sheet, seen
    other = sheet.turned(2)
    again = words(other.black, Layout.SPARSE)
    return (other, again) if _legibility(again) > _legibility(seen) + 0.1 else (sheet, seen)


def _legibility(seen: Sequence[Word]) -> float:
    weights = [(len(word.text), word.sure) for word in seen if any(char.isalnum() for char in word.text)]
    return sum(size * sure for size, sure in weights) / max(sum(size for size, _ in weights), 1)


def _rows(sheet: Sheet, seen: Sequence[Word]) -> list[Row]:
    """Put the words into rows, read the doubtful ones again, and leave out what is not the letter's."""
    rows = _settled(rows_of(seen), sheet)
    framed = framed_rows(sheet)
    loose = [row for row in coloured_rows(sheet) if not any(_covers(frame, row) for frame in framed)]
    rows = [row for row in rows if not any(_covers(frame, row) for frame in framed)]
    for mark in (*framed, *loose):
        under = (at for at, row in enumerate(rows) if row.base > mark.base + 0.5 * row.em)
        rows.insert(next(under, len(rows)), mark)
    rows = _spelt([replace(row, words=mended(row.words)) for row in rows])
    certain = [row for row in map(told, rows) if row is not None]
    return without_arrival_fields(certain)


def _covers(frame: Row, row: Row) -> bool:
    """Say whether a row lies in the frame of a mark, and so is the same ink."""
    middle = ((row.left + row.right) / 2, (row.top + row.bottom) / 2)
    return frame.left <= middle[0] <= frame.right and frame.top <= middle[1] <= frame.bottom


def _spelt(rows: list[Row]) -> list[Row]:
    """Put marks right in phrases that go on in the row below: "TỈNH NGHẸ / AN"."""
    for at, row in enumerate(rows):
        below = next((index for index in range(at + 1, min(at + 4, len(rows))) if _goes_on(row, rows[index])), None)
        if below is not None:
            words = mended((*row.words, *rows[below].words))
            rows[at] = replace(row, words=words[: len(row.words)])
            rows[below] = replace(rows[below], words=words[len(row.words) :])
    return rows


def _goes_on(row: Row, below: Row) -> bool:
    is_near = 0.5 * row.em < below.base - row.base < _LINE_PITCH * row.em
    return is_near and below.left < row.right and below.right > row.left


def _settled(rows: list[Row], sheet: Sheet) -> list[Row]:
    """Read the rows of the head again, number and date with the greatest care, and doubtful rows of the foot."""
    body = next((at for at, row in enumerate(rows) if _opens_body(row, sheet)), len(rows))
    head = min(body + 4, _MOST_HEAD, len(rows))
    settled = []
    for at, row in enumerate(rows[:head]):
        if at < body and is_number_row(row):
            settled.append(settle_number(row, rows, sheet))
        elif at < body and is_date_row(row):
            settled.extend(settle_date(reread(row, rows, sheet.black), rows, sheet))
        else:
            # Headings that were read right only now part the columns.
            settled.extend(cut(reread(row, rows, sheet.black)))
    rest = rows[head:]
    narrow = [row for row in rest if row.sure < _DOUBTFUL and row.right - row.left < 0.5 * sheet.black.width]
    again = {id(row) for row in narrow[-_MOST_AGAIN:]}
    return [*settled, *(reread(row, rows, sheet.black) if id(row) in again else row for row in rest)]


def _opens_body(row: Row, sheet: Sheet) -> bool:
    if role_of(row.text) in (Role.ADDRESSED, Role.GROUNDS):
        return True
    small = sum(char.islower() for char in row.text)
    is_wide = row.right - row.left > _BODY_WIDTH * sheet.black.width
    return is_wide and small > 0.6 * len(row.text) and row.base > 0.15 * sheet.black.height


def _as_page(sheet: Sheet, rows: Sequence[Row]) -> Page:
    points = sheet.height / sheet.black.height
    lines = tuple(_line(row, points) for row in rows)
    return Page(number=sheet.number, width=sheet.width, height=sheet.height, lines=lines, layer=Layer.OCR)


def _line(row: Row, points: float) -> Line:
    box = Box(
        left=round(row.left * points, 1),
        top=round(row.top * points, 1),
        right=round(row.right * points, 1),
        bottom=round(row.bottom * points, 1),
    )
    return Line(text=row.text, box=box, size=round(row.em * points * 1.15, 1), sure=round(row.sure, 2))
