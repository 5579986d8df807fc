"""
What every office format holds, whatever it calls it: paragraphs, table rows, text boxes; and how they become pages.

Each reader turns its format into blocks, `lay_out` puts them on sheets. So left of, right of, above and below come out
the same for the same document in DOC, DOCX, ODT, RTF, HTML and sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, islice
from typing import NamedTuple, assert_never

from mailbridge.mail.pages import Pages
from mailbridge.mail.vietnamese import by_font, mend
from mailbridge.reading.flow import HEIGHT, LEFT, RIGHT, TOP, WIDTH, Align, Look, Sheet, Tab
from mailbridge.reading.problems import Problem, Unreadable

PAGE_BREAK = "\f"
LINE_BREAK = "\n"
SOFT_HYPHEN = "\x1f"
"""
What a run's text may hold besides letters and tabs.

A soft hyphen is where a word may be cut, and shows nothing. Programs take the octet AD for it, which in .VnTime is ư.
"""

_BREAKS = re.compile(r"([\n\f])")
_LEGACY = re.compile(r"[. ]*(?:[A-Z]{6}\+)?[. ]*v(?:n|ps|i)", re.IGNORECASE)
_PLAIN = Look()
# Beyond this a file holds data, not a document: a thousand pages of text.
_MOST_LETTERS = 3_000_000
_MOST_BLOCKS = 300_000
# A header belongs to the letter when it looks like box 2 or 3: words in capitals, or the number.
_LETTERHEAD = re.compile(r"\s*(?:số|số hiệu|no\.?)\s*:?\s*\d|.*(?:độc lập|tự do)", re.IGNORECASE)


class Run(NamedTuple):
    """
    Letters in one look, as the file holds them; with tabs, `LINE_BREAK` and `PAGE_BREAK` among them.

    `font` is its name where it is told: text in .VnTime and the like becomes Unicode only when it is laid out, for
    one letter may stand in two runs. `capitals`: shown in capitals, whatever was typed.
    """

    text: str
    look: Look = _PLAIN
    font: str = ""
    capitals: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """Runs between two borders; indents in points; `tabs` from the left border of all."""

    runs: tuple[Run, ...]
    align: Align = Align.LEFT
    left: float = 0.0
    right: float = 0.0
    tabs: tuple[Tab, ...] = ()
    page_before: bool = False
    look: Look = _PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell of a row; borders in points from the left border of what holds the table."""

    left: float
    right: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Cells side by side: all begin at the same height."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextBox:
    """
    A box that floats over the text, in points; None where the file does not tell a place, and it stands in its turn.

    `left` counts from the left edge of the page, `top` from the paragraph it hangs on, or from the top of the page
    when `from_page`. `pushes`: the text goes on below it.
    """

    blocks: tuple[Block, ...]
    left: float | None = None
    top: float | None = None
    width: float | None = None
    from_page: bool = False
    pushes: bool = False


Block = Paragraph | Row | TextBox


def lay_out(
    body: Sequence[Block],
    *,
    header: Sequence[Block] = (),
    footer: Sequence[Block] = (),
    notes: Sequence[Block] = (),
    turns_itself: bool = True,
    noted: int = 0,
) -> Pages:
    """
    Put blocks on pages.

    Args:
        header: That of page 1; it and `footer` are shown only when they hold a part of the letterhead.
        notes: Footnotes and endnotes; they stand behind everything.
        turns_itself: A page that is full turns; False where the file tells all turns of pages.
        noted: How many pages the writing program noted; the greater number is believed.

    Raises:
        Unreadable: `too-large`.
    """
    writer = _Writer(turns_itself=turns_itself)
    if _is_letterhead(header):
        writer.write(header, LEFT, RIGHT, is_top=False)
        writer.sheet.end_head()
    writer.write(body, LEFT, RIGHT, is_top=True)
    if _is_letterhead(footer):
        writer.write(footer, LEFT, RIGHT, is_top=True)
    writer.write(notes, LEFT, RIGHT, is_top=True)
    pages = writer.sheet.finish()
    return Pages(pages=pages, total=max(len(pages), noted))


def text_of(blocks: Sequence[Block]) -> str:
    """Return what stands in blocks, a line each, fonts not minded."""
    return LINE_BREAK.join("".join(run.text for run in paragraph.runs) for paragraph in _paragraphs(blocks))


def _paragraphs(blocks: Sequence[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        match block:
            case Paragraph():
                yield block
            case Row():
                for cell in block.cells:
                    yield from _paragraphs(cell.blocks)
            case TextBox():
                yield from _paragraphs(block.blocks)
            case _:
                assert_never(block)


class _Writer:
    """Walks the blocks and puts lines on the sheet; borders are in points from the left edge of the page."""

    def __init__(self, *, turns_itself: bool) -> None:
        self.sheet = Sheet()
        self._turns_itself = turns_itself
        self._letters = self._blocks = 0

    def write(self, blocks: Sequence[Block], left: float, right: float, *, is_top: bool) -> None:
        """Write blocks one below the other; `is_top` where pages may turn by themselves."""
        for block in blocks:
            self._blocks += 1
            if self._blocks > _MOST_BLOCKS:
                raise Unreadable(Problem.TOO_LARGE, f"more than {_MOST_BLOCKS} paragraphs and rows")
            if is_top and self._turns_itself and self.sheet.is_full:
                self.sheet.turn_page()
            match block:
                case Paragraph():
                    self._paragraph(block, left, right)
                case Row():
                    self._row(block, left, right, is_top=is_top)
                case TextBox():
                    self._text_box(block, left, right)
                case _:
                    assert_never(block)

    def _paragraph(self, paragraph: Paragraph, left: float, right: float) -> None:
        if paragraph.page_before and not self.sheet.is_fresh:
            self.sheet.turn_page()
        tabs = paragraph.tabs and tuple(Tab(tab.place - paragraph.left, tab.align) for tab in paragraph.tabs)
        start = min(left + max(0.0, paragraph.left), right - 1.0)
        end = max(right - max(0.0, paragraph.right), start + 1.0)
        line: list[Run] = []
        look = paragraph.look
        for run in _converted(paragraph.runs):
            for piece in _pieces(run.text):
                if piece == LINE_BREAK:
                    self._line(line, look, start, end, paragraph.align, tabs)
                    line = []
                elif piece == PAGE_BREAK:
                    if line:
                        self._line(line, look, start, end, paragraph.align, tabs)
                    line = []
                    self.sheet.turn_page()
                elif piece:
                    look = run.look
                    line.append(run if piece == run.text else run._replace(text=piece))
        self._line(line, look, start, end, paragraph.align, tabs)

    def _line(
        self, line: Sequence[Run], look: Look, left: float, right: float, align: Align, tabs: tuple[Tab, ...]
    ) -> None:
        text = "".join(run.text for run in line)
        self._letters += len(text)
        if self._letters > _MOST_LETTERS:
            raise Unreadable(Problem.TOO_LARGE, f"more than {_MOST_LETTERS} letters")
        self.sheet.put(text, _common_look(line, look), left=left, right=right, align=align, tabs=tabs)

    def _row(self, row: Row, left: float, right: float, *, is_top: bool) -> None:
        if len(row.cells) == 1 and is_top:
            # A frame around a page, or around the whole text: pages turn inside.
            [cell] = row.cells
            self.write(cell.blocks, *_borders(cell, left), is_top=True)
            return
        top = lowest = self.sheet.y
        page = self.sheet.page_number
        for cell in row.cells:
            if self.sheet.page_number == page:
                self.sheet.y = top
            self.write(cell.blocks, *_borders(cell, left), is_top=False)
            lowest = max(lowest, self.sheet.y) if self.sheet.page_number == page else self.sheet.y
        self.sheet.y = lowest

    def _text_box(self, box: TextBox, left: float, right: float) -> None:
        anchor, page = self.sheet.y, self.sheet.page_number
        start = left if box.left is None else min(max(box.left, 0.0), WIDTH - 20.0)
        end = right if box.width is None else start + max(box.width, 20.0)
        if box.top is None:
            self.write(box.blocks, start, max(end, start + 1.0), is_top=False)
            return
        self.sheet.y = min(max(box.top + (0.0 if box.from_page else anchor), TOP / 4), HEIGHT)
        self.write(box.blocks, start, max(end, start + 1.0), is_top=False)
        if self.sheet.page_number == page:
            self.sheet.y = max(anchor, self.sheet.y) if box.pushes else anchor


def _pieces(text: str) -> Sequence[str]:
    """Cut a text at its breaks, and hand them out too; most texts have none."""
    return _BREAKS.split(text) if LINE_BREAK in text or PAGE_BREAK in text else (text,)


def _borders(cell: Cell, left: float) -> tuple[float, float]:
    start = left + cell.left
    return start, max(left + cell.right, start + 1.0)


def _converted(runs: tuple[Run, ...]) -> Sequence[Run]:
    """Turn text in the old Vietnamese fonts into Unicode; neighbours of one font together."""
    if all(not run.capitals and not is_legacy(run.font) and SOFT_HYPHEN not in run.text for run in runs):
        return runs
    made: list[Run] = []
    for font, group in groupby(runs, key=lambda run: run.font if is_legacy(run.font) else ""):
        neighbours = list(group)
        made.extend(_by_font(neighbours, font) if font else neighbours)
    return [run._replace(text=_shown(run)) for run in made]


def _shown(run: Run) -> str:
    text = run.text.replace(SOFT_HYPHEN, "")
    return text.upper() if run.capitals else text


def _by_font(runs: list[Run], font: str) -> list[Run]:
    runs = [run._replace(text=run.text.replace(SOFT_HYPHEN, "\xad")) for run in runs]
    whole = by_font("".join(run.text for run in runs), font)
    if len(runs) == 1:
        return [runs[0]._replace(text=whole)]
    parts = [by_font(run.text, font) for run in runs]
    if "".join(parts) == whole:
        return [run._replace(text=part) for run, part in zip(runs, parts, strict=True)]
    # A letter is cut in two by a change of look; then one look has to do for all.
    return [max(runs, key=lambda run: len(run.text))._replace(text=whole)]


@lru_cache(maxsize=256)
def is_legacy(font: str) -> bool:
    """Say whether a font is of those that show Vietnamese letters in the places of Western ones."""
    return _LEGACY.match(font) is not None


def mended(blocks: Sequence[Block]) -> list[Block]:
    """Mend old Vietnamese text in blocks whose file tells no fonts; all together, for one line tells too little."""
    text = text_of(blocks)
    after = mend(text)
    if after == text or after.count(LINE_BREAK) != text.count(LINE_BREAK):
        return list(blocks)
    return _with_lines(blocks, iter(after.split(LINE_BREAK)))


def _with_lines(blocks: Sequence[Block], lines: Iterator[str]) -> list[Block]:
    """Put other lines in the place of those of `text_of`, in the same order."""
    made: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph():
                count = sum(run.text.count(LINE_BREAK) for run in block.runs) + 1
                text = LINE_BREAK.join(islice(lines, count))
                runs = block.runs if len(block.runs) == 1 else (Run("", _common_look(block.runs, block.look)),)
                made.append(replace(block, runs=(runs[0]._replace(text=text),)))
            case Row():
                cells = [replace(cell, blocks=tuple(_with_lines(cell.blocks, lines))) for cell in block.cells]
                made.append(replace(block, cells=tuple(cells)))
            case TextBox():
                made.append(replace(block, blocks=tuple(_with_lines(block.blocks, lines))))
            case _:
                assert_never(block)
    return made


def _common_look(line: Sequence[Run], default: Look) -> Look:
    """Return the look of most of the letters."""
    if len(line) <= 1:
        return line[0].look if line else default
    weights: dict[Look, int] = {}
    for run in line:
        weights[run.look] = weights.get(run.look, 0) + len(run.text.strip())
    return max(weights, key=weights.__getitem__)


def _is_letterhead(blocks: Sequence[Block]) -> bool:
    """Say whether a header holds a part of the letterhead, not only a page number or the name of a file."""
    for paragraph in _paragraphs(blocks):
        line = "".join(run.text for run in _converted(paragraph.runs))
        letters = [letter for letter in line if letter.isalpha()]
        if _LETTERHEAD.match(line) or (len(letters) >= 6 and all(letter.isupper() for letter in letters)):
            return True
    return False
