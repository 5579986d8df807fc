"""
From characters with places to lines.

A PDF holds no words, only characters at places, in any order. The text that pdfium itself puts together breaks
Vietnamese words, because letters with two marks are often drawn in several steps; so words and lines are found by
position. Nothing here knows of pdfium.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from mailbridge.mail.pages import UNREAD, Box, Line
from mailbridge.reading import holes
from mailbridge.reading.glyphs import SAME_ROW, Frame, Glyph, clean, untangled

# All distances are in heights of the letters (em). Those of words and rows were found on Vietnamese office documents.
_WORD_GAP = 0.15
# A file that writes its blanks is believed: there a small gap is letter-spacing, and a blank needs hardly any room.
_WORD_GAP_WITH_BLANKS = 0.3
_BLANK_ROOM = 0.04
# Justified text stretches its blanks, but never as far as two columns are apart; where no blank was written at all,
# the gap between two cells of a table can be much narrower.
_COLUMN_GAP = 2.3
_COLUMN_GAP_WITHOUT_BLANK = 1.0
# Letters set apart: so many at least; the gap between words is so much wider than the usual one.
_FEWEST_SPACED = 4
_WIDER = 1.5
# Figures that are so much smaller and stand so much higher than the rest of their line.
_SMALL = 0.75
_LIFT = 0.15
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DOTS = " .…_"
_BEFORE_NUMBER = f"ốỐ:{_DOTS}"

_T = TypeVar("_T", float, bool | None)
IsWritten = Callable[[Frame], bool]


def _never(_: Frame) -> bool:
    return False


def lines_of(glyphs: Sequence[Glyph], is_written: IsWritten = _never) -> tuple[Line, ...]:
    """
    Put characters together to lines, from top to bottom, then left to right; glyphs of blanks are welcome.

    Args:
        is_written: Tells whether a frame holds writing that is no characters; asked about the holes that a form leaves
            for number and date, where `UNREAD` stands in for it.
    """
    upright = [glyph for glyph in glyphs if glyph.style.direction == 0]
    rows = [line for row in _rows(upright) for line in _split(row, is_written)]
    # Text that runs otherwise (a stamp at the margin, a watermark) is one line for each text object.
    askew: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        if glyph.style.direction != 0:
            askew.setdefault(glyph.run, []).append(glyph)
    rest = [
        _line([_Placed(glyph, 0.0, has_blank=False) for glyph in run], True, _bounds(run)) for run in askew.values()
    ]
    found = [line for line in (*rows, *rest) if line is not None]
    return tuple(sorted(found, key=lambda line: (line.box.top, line.box.left)))


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    rows: list[list[Glyph]] = []
    base = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if rows and glyph.y - base <= SAME_ROW * glyph.style.size:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
            base = glyph.y
    return rows


def _split(row: list[Glyph], is_written: IsWritten) -> list[Line | None]:
    """Cut a row into lines at wide gaps; all get the top and bottom of the row, so that columns compare."""
    row.sort(key=lambda glyph: glyph.left)
    visible = [glyph for glyph in row if not glyph.text.isspace()]
    if not visible:
        return []
    shared = _bounds(visible)
    if len(visible) == 1:  # the usual case
        return [_line([_Placed(visible[0], 0.0, has_blank=False)], True, shared, is_written, math.inf)]
    has_blanks = len(visible) < len(row) or any(" " in glyph.text for glyph in visible)
    lines: list[Line | None] = []
    run: list[_Placed] = []
    blank = False
    for glyph in _raised_told(untangled(row), visible):
        if glyph.text.isspace():
            blank = True
            continue
        gap = 0.0
        if run:
            before = run[-1].glyph
            gap = (glyph.left - before.right) / max(before.style.size, glyph.style.size)
            hole = _hole(run, glyph, has_blanks)
            if hole is not None and is_written(hole):
                unread = before._replace(text=UNREAD, left=hole[0], right=hole[2])
                run.append(_Placed(unread, gap, has_blank=True))
                gap = 1.0 if glyph.text[0].isalpha() else 0.0
            elif gap > (_COLUMN_GAP if blank else _COLUMN_GAP_WITHOUT_BLANK) and hole is None:
                lines.append(_line(run, has_blanks, shared, is_written, glyph.left))
                run = []
        run.append(_Placed(glyph, gap, blank))
        blank = False
    lines.append(_line(run, has_blanks, shared, is_written, math.inf))
    return lines


def _hole(run: Sequence[_Placed], after: Glyph, has_blanks: bool) -> Frame | None:
    """Return the room that a form leaves between a run and the next glyph, with the dots that lead through it."""
    last = len(run)
    while last > 1 and not run[last - 1].glyph.text.strip(_DOTS):
        last -= 1
    before = run[last - 1].glyph
    room = (after.left - before.right) / before.style.size
    if not holes.NARROWEST < room < holes.WIDEST or not holes.is_hole(_text(run, has_blanks), after.text):
        return None
    return _room(before, after.left)


def _room(before: Glyph, right: float) -> Frame:
    """Return where digits would stand behind a glyph."""
    em = before.style.size
    return before.right, before.y - 0.8 * em, right, before.y + 0.15 * em


class _Placed(NamedTuple):
    """A glyph, the gap before it in heights of the letters, and whether a blank was written there."""

    glyph: Glyph
    gap: float
    has_blank: bool


def _text(run: Sequence[_Placed], has_blanks: bool) -> str:
    word_gap = _WORD_GAP_WITH_BLANKS if has_blanks else _WORD_GAP
    text = run[0].glyph.text
    for placed in run[1:]:
        is_parted = placed.gap > (_BLANK_ROOM if placed.has_blank else word_gap)
        text += (" " if is_parted else "") + placed.glyph.text
    return _unspaced(run, text) if len(text) > 2 * _FEWEST_SPACED - 2 and text[1] == " " else text


def _unspaced(run: Sequence[_Placed], text: str) -> str:
    """Put together words whose letters were set apart for show: "Q U Y Ế T  Đ Ị N H"."""
    tokens = text.split()
    if len(tokens) < _FEWEST_SPACED or not all(len(token) == 1 and token.isupper() for token in tokens):
        return text
    gaps = sorted(placed.gap for placed in run[1:])
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    made = run[0].glyph.text.replace(" ", "")
    for placed in run[1:]:
        # A stretch of several letters has one blank between them, and a hole before it.
        is_parted = len(placed.glyph.text) > 1 or placed.gap > _WIDER * usual
        made += (" " if is_parted else "") + placed.glyph.text.replace(" ", "")
    # All gaps alike do not tell where one word ends: whoever knows the words may find out.
    return made if " " in made else text


def _raised_told(row: Sequence[Glyph], visible: Sequence[Glyph]) -> Iterable[Glyph]:
    """Give small raised figures as such: the mark of a note behind a number is none of its digits."""
    sizes: Counter[float] = Counter()
    for glyph in visible:
        sizes[glyph.style.size] += len(glyph.text)
    usual = sizes.most_common(1)[0][0]
    if min(sizes) > _SMALL * usual:
        return row
    base = next(glyph.y for glyph in visible if glyph.style.size == usual)
    return [
        glyph._replace(text=glyph.text.translate(_RAISED))
        if glyph.style.size <= _SMALL * usual and base - glyph.y >= _LIFT * usual
        else glyph
        for glyph in row
    ]


def _line(
    run: Sequence[_Placed], has_blanks: bool, rows: Box, is_written: IsWritten = _never, end: float = 0.0
) -> Line | None:
    """Make a line; `end` is where the next one of its row begins, up to which a number that is no text may reach."""
    glyphs = [placed.glyph for placed in run]
    text = _text(run, has_blanks)
    last = glyphs[-1]
    room = min(end - last.right, holes.WIDEST * last.style.size)
    if (
        room > last.style.size
        and text[-1] in _BEFORE_NUMBER
        and holes.awaits_number(text)
        and is_written(_room(last, last.right + room))
    ):
        text += f" {UNREAD}"
    cleaned = clean(text)
    if not cleaned:
        return None
    if len(glyphs) == 1:
        box = Box(left=round(last.left, 1), top=rows.top, right=round(last.right, 1), bottom=rows.bottom)
        return Line(text=cleaned, box=box, size=last.style.size, bold=last.style.bold, italic=last.style.italic)
    own = _bounds(glyphs)
    return Line(
        text=cleaned,
        box=Box(left=own.left, top=rows.top, right=own.right, bottom=rows.bottom),
        size=round(_majority((glyph.style.size, len(glyph.text)) for glyph in glyphs), 1),
        bold=_majority((glyph.style.bold, len(glyph.text)) for glyph in glyphs),
        italic=_majority((glyph.style.italic, len(glyph.text)) for glyph in glyphs),
    )


def _majority(values: Iterable[tuple[_T, int]]) -> _T:
    """Return what most letters have."""
    counts: dict[_T, int] = {}
    for value, letters in values:
        counts[value] = counts.get(value, 0) + letters
    return max(counts, key=counts.__getitem__)


def _bounds(glyphs: Sequence[Glyph]) -> Box:
    if len(glyphs) == 1:
        _, left, top, right, bottom, *_ = glyphs[0]
    else:
        _, lefts, tops, rights, bottoms, *_ = zip(*glyphs, strict=True)
        left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
    return Box(left=round(left, 1), top=round(top, 1), right=round(right, 1), bottom=round(bottom, 1))
