"""What modifiers (sprm) and styles of a Word 97–2003 file say of letters and paragraphs ([MS-DOC] §2.6, §2.9.271)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailbridge.reading.doc_file import DocFile
from mailbridge.reading.flow import Align, Look, Tab

TWIPS = 20.0
"""A twentieth of a point is the measure of lengths."""

_MOST_ANCESTORS = 20
_MOST_STYLES = 4096
_MOST_TABS = 64
_MOST_TABLES = 20
_LARGEST_FORMAT = 1024
_MOST_HUGE = 4 * 1024 * 1024


class _Sprm:
    """Modifiers that are read; those with 80 are what Word 97 wrote in place of the other."""

    BOLD, ITALIC, CAPITALS, HIDDEN, DELETED, SPECIAL = 0x0835, 0x0836, 0x083B, 0x083C, 0x0800, 0x0855
    SIZE, FONT, OTHER_FONT, SYMBOL, STYLE_OF_LETTERS = 0x4A43, 0x4A4F, 0x4A51, 0x6A09, 0x4A30
    ALIGN_80, ALIGN, LEFT_80, LEFT, RIGHT_80, RIGHT = 0x2403, 0x2461, 0x840F, 0x845E, 0x840E, 0x845D
    TABS_OF_STYLE, TABS, PAGE_BEFORE = 0xC60D, 0xC615, 0x2407
    IN_TABLE, DEPTH, ENDS_ROW, ENDS_INNER_ROW, ENDS_CELL, ROW = 0x2416, 0x6649, 0x2417, 0x244C, 0x244B, 0xD608
    HUGE_OF_WORD_97, HUGE = 0x6645, 0x6646


_ALIGNS = {1: Align.CENTRE, 2: Align.RIGHT}
_OPERAND = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


class Letters(NamedTuple):
    """
    How characters look. `special`: control characters stand for something ([MS-DOC] §2.6.1, sprmCFSpec).

    `symbol` is the font and the code of the letter that is shown for each character.
    """

    look: Look = Look(size=10.0, bold=False, italic=False)
    font: int = 0
    capitals: bool = False
    hidden: bool = False
    special: bool = False
    symbol: tuple[int, int] | None = None


class Shape(NamedTuple):
    """
    How a paragraph stands; lengths in points.

    `depth` is how many tables it stands in; `ends_row` and `ends_cell` for the marks of inner tables. `borders` are
    those of the cells of the row that it ends; `merged` tells which of them belong to the cell before.
    """

    align: Align = Align.LEFT
    left: float = 0.0
    right: float = 0.0
    tabs: tuple[Tab, ...] = ()
    page_before: bool = False
    depth: int = 0
    ends_row: bool = False
    ends_cell: bool = False
    borders: tuple[float, ...] = ()
    merged: tuple[bool, ...] = ()


class _Style(NamedTuple):
    base: int
    paragraph: bytes
    letters: bytes


_LETTER_CODES = frozenset(
    {
        _Sprm.BOLD,
        _Sprm.ITALIC,
        _Sprm.CAPITALS,
        _Sprm.HIDDEN,
        _Sprm.DELETED,
        _Sprm.SPECIAL,
        _Sprm.SIZE,
        _Sprm.FONT,
        _Sprm.OTHER_FONT,
        _Sprm.SYMBOL,
    }
)


class Styles:
    """The sheet of styles of one file."""

    def __init__(self, file: DocFile) -> None:
        self._file = file
        self._styles: dict[int, _Style] = {}
        self._font = 0
        self._huge_left = _MOST_HUGE
        self._letters: dict[tuple[int, bytes, bytes], Letters] = {}
        self._shapes: dict[tuple[int, bytes, bytes], Shape] = {}
        self._named: dict[int, dict[int, bytes]] = {}
        sheet = file.table(1)
        if sheet:
            self._read(sheet)

    def letters(self, style: int, format_: bytes, modifier: bytes) -> Letters:
        """Return the look of characters in a paragraph of a style, with a format, in a piece with a modifier."""
        key = (style, format_, modifier)
        found = self._letters.get(key)
        if found is None:
            if format_ or modifier:
                base = self.letters(style, b"", b"")
                found = _letters(base, self._expanded(format_ + modifier), base)
            else:
                found = Letters(font=self._font)
                for one in reversed(list(self._line_of(style))):
                    found = _letters(found, sprms(one.letters), found)
            self._letters[key] = found
        return found

    def shape(self, style: int, format_: bytes, modifier: bytes) -> Shape:
        """Return how a paragraph of a style with a format stands, in a piece with a modifier."""
        key = (style, format_, modifier)
        found = self._shapes.get(key)
        if found is None:
            if format_ or modifier:
                found = _shape(self.shape(style, b"", b""), self._with_huge(format_ + modifier))
            else:
                found = Shape()
                for one in reversed(list(self._line_of(style))):
                    found = _shape(found, sprms(one.paragraph))
            self._shapes[key] = found
        return found

    def _read(self, sheet: bytes) -> None:
        """Read the sheet (STSH, §2.9.271); styles without a definition are empty."""
        [size] = struct.unpack_from("<H", sheet)
        count, base_size = struct.unpack_from("<HH", sheet, 2)
        if size >= 14:
            [self._font] = struct.unpack_from("<H", sheet, 14)
        at = 2 + size
        for number in range(min(count, _MOST_STYLES)):
            if at + 2 > len(sheet):
                return
            [size] = struct.unpack_from("<H", sheet, at)
            if size:
                self._styles[number] = _style(sheet[at + 2 : at + 2 + size], base_size)
            at += 2 + size

    def _line_of(self, style: int) -> Iterator[_Style]:
        """Go from a style to those it is based on; a circle ends by count."""
        for _ in range(_MOST_ANCESTORS):
            found = self._styles.get(style)
            if found is None:
                return
            yield found
            style = found.base

    def _expanded(self, modifiers: bytes) -> Iterator[tuple[int, bytes]]:
        """Put in place of the number of a character style what it says."""
        for code, operand in sprms(modifiers):
            if code == _Sprm.STYLE_OF_LETTERS:
                yield from self._of_letters(int.from_bytes(operand, "little")).items()
            else:
                yield code, operand

    def _of_letters(self, style: int) -> dict[int, bytes]:
        """Return the last modifier of each code in a character style and those it is based on."""
        found = self._named.get(style)
        if found is None:
            found = {}
            for one in reversed(list(self._line_of(style))):
                found.update((code, operand) for code, operand in sprms(one.letters) if code in _LETTER_CODES)
            self._named[style] = found
        return found

    def _with_huge(self, modifiers: bytes) -> Iterator[tuple[int, bytes]]:
        """Follow a modifier that says where the others stand, because they are too many (sprmPHugePapx)."""
        for code, operand in sprms(modifiers):
            if code not in (_Sprm.HUGE, _Sprm.HUGE_OF_WORD_97):
                yield code, operand
                continue
            place = int.from_bytes(operand, "little")
            size = int.from_bytes(self._file.data[place : place + 2], "little")
            self._huge_left -= size
            if self._huge_left > 0:
                yield from sprms(self._file.data[place + 2 : place + 2 + size])


def _style(octets: bytes, base_size: int) -> _Style:
    """Read one style (STD, §2.9.260): a paragraph's formats and a character's stand behind its name."""
    kind, count = struct.unpack_from("<2xHH", octets)
    base = kind >> 4
    [letters] = struct.unpack_from("<H", octets, base_size)
    at = base_size + 2 + 2 * letters + 2
    formats = []
    for _ in range(min(count & 0xF, 3)):
        at += at & 1
        if at + 2 > len(octets):
            break
        [size] = struct.unpack_from("<H", octets, at)
        formats.append(octets[at + 2 : at + 2 + min(size, _LARGEST_FORMAT)])
        at += 2 + size
    match kind & 0xF, formats:
        case 1, [paragraph, letters_, *_]:
            return _Style(base, paragraph[2:], letters_)
        case 2, [letters_, *_]:
            return _Style(base, b"", letters_)
        case _:
            return _Style(base, b"", b"")


def sprms(modifiers: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through modifiers: the code and the operand of each, without its length (§2.6, §2.9.242)."""
    at = 0
    while at + 3 <= len(modifiers):
        code = modifiers[at] | modifiers[at + 1] << 8
        at += 2
        size = _OPERAND.get(code >> 13)
        if size is None:
            size = modifiers[at]
            at += 1
            if code == _Sprm.ROW:
                size = max(0, size + (modifiers[at] << 8 if at < len(modifiers) else 0) - 1)
                at += 1
            elif code == _Sprm.TABS and size == 255:
                return
        operand = modifiers[at : at + size]
        if len(operand) < size:
            return
        yield code, operand
        at += size


def _letters(letters: Letters, modifiers: Iterable[tuple[int, bytes]], base: Letters) -> Letters:
    """Apply modifiers of characters; switches may say "as in the style" or "other than in the style"."""
    (size, bold, italic), (_, font, capitals, hidden, special, symbol) = _of_look(letters.look), letters
    for code, operand in modifiers:
        match code:
            case _Sprm.BOLD:
                bold = _switched(operand, bool(base.look.bold))
            case _Sprm.ITALIC:
                italic = _switched(operand, bool(base.look.italic))
            case _Sprm.CAPITALS:
                capitals = _switched(operand, base.capitals)
            case _Sprm.HIDDEN:
                hidden = _switched(operand, base.hidden)
            case _Sprm.DELETED:
                hidden = hidden or operand[0] == 1
            case _Sprm.SIZE:
                half_points = int.from_bytes(operand, "little")
                size = half_points / 2 if 2 <= half_points <= 400 else size
            case _Sprm.FONT | _Sprm.OTHER_FONT:
                font = int.from_bytes(operand, "little")
            case _Sprm.SPECIAL:
                special = operand[0] == 1
            case _Sprm.SYMBOL:
                [of_font, place] = struct.unpack("<HH", operand)
                symbol = (of_font, place)
            case _:
                pass
    look = letters.look
    if (size, bold, italic) != _of_look(look):
        look = Look(size=size, bold=bold, italic=italic)
    return Letters(look, font, capitals, hidden, special, symbol)


def _of_look(look: Look) -> tuple[float, bool | None, bool | None]:
    return look.size, look.bold, look.italic


def _switched(operand: bytes, base: bool) -> bool:
    match operand[0]:
        case 0x80:
            return base
        case 0x81:
            return not base
        case value:
            return value == 1


def _shape(shape: Shape, modifiers: Iterable[tuple[int, bytes]]) -> Shape:
    """Apply modifiers of paragraphs (§2.6.2) and of rows (§2.6.3)."""
    for code, operand in modifiers:
        match code:
            case _Sprm.ALIGN_80 | _Sprm.ALIGN:
                shape = shape._replace(align=_ALIGNS.get(operand[0], Align.LEFT))
            case _Sprm.LEFT_80 | _Sprm.LEFT:
                shape = shape._replace(left=_points(operand))
            case _Sprm.RIGHT_80 | _Sprm.RIGHT:
                shape = shape._replace(right=_points(operand))
            case _Sprm.PAGE_BEFORE:
                shape = shape._replace(page_before=operand[0] == 1)
            case _Sprm.TABS_OF_STYLE | _Sprm.TABS:
                shape = shape._replace(tabs=_tabs(shape.tabs, operand, closes=code == _Sprm.TABS))
            case _:
                shape = _in_table(shape, code, operand)
    return shape


def _in_table(shape: Shape, code: int, operand: bytes) -> Shape:
    match code:
        case _Sprm.IN_TABLE:
            return shape._replace(depth=max(shape.depth, 1) if operand[0] else 0)
        case _Sprm.DEPTH:
            return shape._replace(depth=min(int.from_bytes(operand, "little"), _MOST_TABLES))
        case _Sprm.ENDS_ROW | _Sprm.ENDS_INNER_ROW:
            return shape._replace(ends_row=operand[0] == 1)
        case _Sprm.ENDS_CELL:
            return shape._replace(ends_cell=operand[0] == 1)
        case _Sprm.ROW:
            borders, merged = _borders(operand)
            return shape._replace(borders=borders, merged=merged)
        case _:
            return shape


def _points(operand: bytes) -> float:
    return float(int.from_bytes(operand, "little", signed=True)) / TWIPS


def _tabs(tabs: tuple[Tab, ...], operand: bytes, *, closes: bool) -> tuple[Tab, ...]:
    """Apply a change of tab stops (§2.9.184, §2.9.186): some go, others come."""
    stops = {tab.place: tab for tab in tabs}
    [gone] = struct.unpack_from("<B", operand)
    for place in struct.unpack_from(f"<{gone}h", operand, 1):
        stops.pop(place / TWIPS, None)
    at = 1 + gone * (4 if closes else 2)
    [come] = struct.unpack_from("<B", operand, at)
    places = struct.unpack_from(f"<{come}h", operand, at + 1)
    for place, kind in zip(places, operand[at + 1 + 2 * come :][:come], strict=True):
        # A decimal stop ends the text as one at the right does.
        align = Align.RIGHT if kind & 7 == 3 else _ALIGNS.get(kind & 7, Align.LEFT)
        stops[place / TWIPS] = Tab(place / TWIPS, align)
    return tuple(stops[place] for place in sorted(stops)[:_MOST_TABS])


def _borders(operand: bytes) -> tuple[tuple[float, ...], tuple[bool, ...]]:
    """Read the cells of a row (§2.9.315)."""
    count = operand[0]
    borders = tuple(place / TWIPS for place in struct.unpack_from(f"<{count + 1}h", operand, 1))
    flags = operand[1 + 2 * (count + 1) :]
    # The first of merged cells has bit 0, those merged into it bit 1 alone (TCGRF, §2.9.317).
    merged = (flags[20 * cell] & 3 == 2 for cell in range(min(count, (len(flags) + 19) // 20)))
    return borders, tuple(merged)
