"""
DOC of Word 97–2003 to pages of lines ([MS-DOC]).

The text is one long row of characters, in which marks end paragraphs, cells and rows; footnotes, headers and text boxes
follow behind it. Formats hang on places in the file. Tables, alignment, tab stops and fonts are read, for without them
the letterhead's columns melt, and .VnTime is not readable.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mailbridge.mail.pages import Pages
from mailbridge.reading.blocks import (
    LINE_BREAK,
    PAGE_BREAK,
    SOFT_HYPHEN,
    Block,
    Paragraph,
    Run,
    TextBox,
    lay_out,
)
from mailbridge.reading.doc_boxes import HEADERS, MAIN_TEXT, find_boxes
from mailbridge.reading.doc_file import DocFile, Span
from mailbridge.reading.doc_styles import TWIPS, Letters, Styles, sprms
from mailbridge.reading.doc_tables import Tables
from mailbridge.reading.margins import Margins
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.symbols import symbol

_CELL, _PAGE = "\x07", "\x0c"
_ENDS = re.compile("[\r\x07\x0c]")
_ANCHOR = re.compile("\x08")
_FIELD = re.compile("([\x13\x14\x15])")
_MARKS = str.maketrans({"\x0b": LINE_BREAK, "\x0c": PAGE_BREAK, "\x0e": LINE_BREAK, "\x1e": "-", "\x1f": SOFT_HYPHEN})
# What a special character stands for is no letter: a picture, a mark of a note, the page number.
_SPECIAL = dict.fromkeys(range(0x20))
_MOST_SECTIONS = 1000
_MOST_FONTS = 1000


def read_doc(content: bytes) -> Pages:
    """
    Read the whole text: header of the first page, paragraphs, tables, text boxes; footnotes last.

    Text that was deleted with changes tracked, hidden text and the codes of fields are left out. Text in the old
    Vietnamese fonts becomes Unicode.

    Raises:
        Unreadable: `encrypted`, `too-large`, `malformed`; `unsupported` for files of Word 95 and older.
    """
    try:
        reader = _Reader(DocFile(content))
        return lay_out(reader.text(), header=reader.header(), notes=reader.notes())
    except (struct.error, IndexError, RecursionError) as error:
        raise Unreadable(Problem.MALFORMED, "the document contradicts itself") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sections:
    """Whether page 1 has a header of its own; at which characters sections end, and whether the next begins a page."""

    has_title_page: bool = False
    ends: dict[int, bool] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class _Open:
    """The paragraph that is being read."""

    runs: list[Run] = field(default_factory=list)
    boxes: list[TextBox] = field(default_factory=list)
    page_before: bool = False


class _Reader:
    """Reads the parts of one document."""

    def __init__(self, file: DocFile) -> None:
        self._file = file
        self._styles = Styles(file)
        self._fonts = _font_names(file.table(15))
        self._sections, self._margins = _sections(file)
        counts = file.counts
        headers = counts.text + counts.notes
        boxes = headers + counts.headers + counts.macros + counts.comments + counts.end_notes
        self._places = {
            **find_boxes(file, MAIN_TEXT, 0, boxes, self._margins),
            **find_boxes(file, HEADERS, headers, boxes + counts.boxes, self._margins),
        }

    def text(self) -> list[Block]:
        """Read the main text."""
        return self._blocks(0, self._file.counts.text)

    def header(self) -> list[Block]:
        """Read the header of page 1 (§2.3.3): after six lines that part notes, six stories for each section."""
        counts = self._file.counts
        table = self._file.table(11)
        story = 6 + (4 if self._sections.has_title_page else 1)
        if len(table) < 4 * (story + 2):
            return []
        start, end = struct.unpack_from("<2i", table, 4 * story)
        base = counts.text + counts.notes
        # The last mark of a story is no paragraph of it.
        return self._blocks(base + start, base + min(end, counts.headers) - 1) if 0 <= start < end else []

    def notes(self) -> list[Block]:
        """Read footnotes and endnotes."""
        counts = self._file.counts
        ends = counts.text + counts.notes + counts.headers + counts.macros + counts.comments
        return [*self._blocks(counts.text, counts.text + counts.notes), *self._blocks(ends, ends + counts.end_notes)]

    def _blocks(self, first: int, last: int) -> list[Block]:
        tables = Tables()
        fields = _Fields()
        found = _Open()
        for span in self._file.spans(first, last):
            at = 0
            for end in _ENDS.finditer(span.text):
                is_section = end[0] == _PAGE and span.cp + end.start() in self._sections.ends
                if end[0] == _PAGE and not is_section:
                    continue
                self._add(found, fields, span, at, end.start())
                self._close(tables, found, span, end.start(), end[0])
                found = _Open(page_before=is_section and self._sections.ends[span.cp + end.start()])
                at = end.end()
            self._add(found, fields, span, at, len(span.text))
        if found.runs:
            tables.take([Paragraph(runs=tuple(found.runs))], 0)
        return tables.finish()

    def _add(self, found: _Open, fields: _Fields, span: Span, start: int, end: int) -> None:
        """Add a part of a span to the open paragraph."""
        if start == end:
            return
        style, _ = self._file.paragraphs.at(span.place + start * span.width)
        letters = self._styles.letters(style[0] if style else 0, span.format, span.modifier)
        if letters.hidden:
            return
        if letters.special:
            for index in _ANCHOR.finditer(span.text, start, end):
                found.boxes.extend(self._box(span.cp + index.start()))
        text = fields.shown(span.text[start:end])
        if text:
            found.runs.append(self._run(text, letters))

    def _run(self, text: str, letters: Letters) -> Run:
        if letters.symbol is not None:
            font = self._font(letters.symbol[0])
            return Run(symbol(font, letters.symbol[1]) * len(text), letters.look, font)
        shown = text.translate(_SPECIAL if letters.special else _MARKS)
        return Run(shown, letters.look, self._font(letters.font), letters.capitals)

    def _font(self, number: int) -> str:
        return self._fonts[number] if number < len(self._fonts) else ""

    def _close(self, tables: Tables, found: _Open, span: Span, at: int, mark: str) -> None:
        """End the open paragraph; its mark carries its format."""
        style, format_ = self._file.paragraphs.at(span.place + at * span.width)[0] or (0, b"")
        shape = self._styles.shape(style, format_, span.modifier)
        depth = max(shape.depth, 1) if mark == _CELL else shape.depth
        if shape.ends_row:
            tables.take(found.boxes, depth)
            tables.end_row(shape.borders, shape.merged)
            return
        paragraph = Paragraph(
            runs=tuple(found.runs),
            align=shape.align,
            left=shape.left,
            right=shape.right,
            tabs=shape.tabs,
            page_before=shape.page_before or found.page_before,
            look=self._styles.letters(style, span.format, span.modifier).look,
        )
        tables.take([*found.boxes, paragraph], depth)
        if mark == _CELL or shape.ends_cell:
            tables.end_cell()

    def _box(self, cp: int) -> Iterator[TextBox]:
        """Read the text box that hangs at a character, once."""
        place = self._places.pop(cp, None)
        if place is not None:
            yield replace(place.box, blocks=tuple(self._blocks(place.first, place.last)))


class _Fields:
    """Fields have a code and a result; only the result is shown (§2.8.25)."""

    def __init__(self) -> None:
        self._open: list[bool] = []
        self._codes = 0

    def shown(self, text: str) -> str:
        """Return what is shown of the next characters."""
        if not self._codes and _FIELD.search(text) is None:
            return text
        kept = []
        for piece in _FIELD.split(text):
            match piece:
                case "\x13":
                    self._open.append(True)
                    self._codes += 1
                case "\x14" if self._open and self._open[-1]:
                    self._open[-1] = False
                    self._codes -= 1
                case "\x15" if self._open:
                    self._codes -= self._open.pop()
                case "\x14" | "\x15":
                    pass
                case _ if not self._codes:
                    kept.append(piece)
                case _:
                    pass
        return "".join(kept)


def _sections(file: DocFile) -> tuple[_Sections, Margins]:
    """Read where sections end, and the margins of the first (PlcfSed, §2.8.26; properties §2.6.4)."""
    table = file.table(6)
    count = min(max(0, len(table) - 4) // 16, _MOST_SECTIONS)
    full = max(0, len(table) - 4) // 16
    if not count:
        return _Sections(), Margins()
    starts = struct.unpack_from(f"<{count + 1}i", table)
    turns, first = [], {0x3009: b"\x02"}
    for index in range(count):
        [place] = struct.unpack_from("<2xI", table, 4 * (full + 1) + 12 * index)
        size = int.from_bytes(file.main[place : place + 2], "little") if place + 2 <= len(file.main) else 0
        found = dict(sprms(file.main[place + 2 : place + 2 + size]))
        first = found if index == 0 else first
        turns.append(found.get(0x3009, b"\x02")[0] >= 2)
    ends = {cp - 1: turn for cp, turn in zip(starts[1:-1], turns[1:], strict=True)}
    sections = _Sections(has_title_page=first.get(0x300A, b"\0")[0] == 1, ends={**ends, starts[-1] - 1: False})
    margins = Margins(
        left=int.from_bytes(first.get(0xB021, b"\x08\x07"), "little") / TWIPS,
        top=abs(int.from_bytes(first.get(0x9023, b"\xa0\x05"), "little", signed=True)) / TWIPS,
    )
    return sections, margins


def _font_names(table: bytes) -> Sequence[str]:
    """Read the names of fonts (SttbfFfn, §2.9.286)."""
    names: list[str] = []
    at = 4
    while at < len(table) and len(names) < _MOST_FONTS:
        size = table[at] + 1
        name = table[at + 40 : at + size].decode("utf-16-le", errors="replace")
        names.append(name.partition("\0")[0])
        at += size
    return names
