"""
XLS of Excel 5–2003 to a grid ([MS-XLS]): the first sheet that shows something.

Read here, not by a library: those that are quick tell neither fonts nor widths, and take memory for what a file says it
holds.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

from mailbridge.reading.compound import Compound
from mailbridge.reading.flow import Align, Look
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sheet_biff import Record, Strings, long_string, records, short_string
from mailbridge.reading.sheet_grid import DEFAULT_LOOK, MOST_COLUMNS, Grid, GridCell, is_date_format, shown_number


class _Kind:
    """Records that are read (§2.3)."""

    START, END, PASSWORD, SHEET = 0x0809, 0x0A, 0x2F, 0x85
    FROM_1904, FONT, CODE, FORMAT, STRINGS = 0x22, 0x31, 0x041E, 0xE0, 0xFC
    DEFAULT_WIDTH, WIDTHS, MERGED = 0x55, 0x7D, 0xE5
    SHARED, LABEL, RICH_LABEL, NUMBER, PACKED, MANY_PACKED = 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD
    FORMULA, RESULT = 0x06, 0x207


_OLD, _NEW = 0x0500, 0x0600
_MOST_SHEETS = 20
_MOST_STRINGS = 1_000_000
_MOST_CELLS = 300_000
_MOST_MERGED = 20_000
_LETTER = 5.25 / 256  # widths count 256ths of a letter of the standard font
_MARGIN = 3.75
_ALIGNS = {1: Align.LEFT, 2: Align.CENTRE, 3: Align.RIGHT, 5: Align.LEFT, 6: Align.CENTRE}


class _Format(NamedTuple):
    look: Look = DEFAULT_LOOK
    font: str = ""
    align: Align | None = None
    wraps: bool = False
    code: str = ""
    is_date: bool = False


def read_xls(content: bytes) -> Grid:
    """Read the first sheet with text; an empty grid when none has any. Raises `Unreadable`."""
    compound = Compound(content)
    if compound.stream("EncryptedPackage") is not None:
        raise Unreadable(Problem.ENCRYPTED, "the workbook opens only with a password")
    stream = compound.stream("Workbook")
    stream = compound.stream("Book") if stream is None else stream
    if stream is None:
        raise Unreadable(Problem.MALFORMED, "the compound file has no workbook in it")
    try:
        workbook = _Workbook(stream)
        grid = Grid(cells=(), widths={}, spans={}, rows=0)
        for place in workbook.sheets[:_MOST_SHEETS]:
            grid = workbook.grid(place)
            if any(cell.text.strip() for cell in grid.cells):
                break
    except (struct.error, IndexError) as error:
        raise Unreadable(Problem.MALFORMED, "the workbook contradicts itself") from error
    return grid


class _Workbook:
    """What holds for all sheets: strings, fonts, formats; `sheets` are the places of those that are shown."""

    def __init__(self, stream: bytes) -> None:
        self.sheets: list[int] = []
        self._stream = stream
        self._strings: list[str] = []
        self._from_1904 = False
        self._is_old = False
        fonts: list[tuple[Look, str]] = []
        codes: dict[int, str] = {}
        formats: list[bytes] = []
        for record in records(stream):
            octets = record.octets
            match record.kind:
                case _Kind.START:
                    self._is_old = self._version(octets) == _OLD
                case _Kind.PASSWORD:
                    raise Unreadable(Problem.ENCRYPTED, "the workbook opens only with a password")
                case _Kind.FROM_1904:
                    self._from_1904 = octets[:1] == b"\1"
                case _Kind.FONT:
                    fonts.append(_font(octets, is_old=self._is_old))
                case _Kind.CODE:
                    [number] = struct.unpack_from("<H", octets)
                    read = short_string if self._is_old else long_string
                    codes[number] = read(octets[2:], is_old=self._is_old)
                case _Kind.FORMAT:
                    formats.append(octets)
                case _Kind.SHEET:
                    place, hidden, kind = struct.unpack_from("<IBB", octets)
                    if not hidden & 3 and kind == 0:
                        self.sheets.append(place)
                case _Kind.STRINGS:
                    self._strings = list(_strings(record))
                case _Kind.END:
                    break
                case _:
                    pass
        self._formats = [_format(octets, fonts, codes, is_old=self._is_old) for octets in formats]

    def _version(self, octets: bytes) -> int:
        [version] = struct.unpack_from("<H", octets)
        if version not in (_OLD, _NEW):
            raise Unreadable(Problem.UNSUPPORTED, "sheets of Excel 4 and older are not read")
        return int(version)

    def grid(self, place: int) -> Grid:
        """Read the sheet that begins at a place of the stream."""
        cells: list[GridCell] = []
        widths: dict[int, float] = {}
        spans: dict[tuple[int, int], int] = {}
        depth = 0
        formula: tuple[int, int, int] | None = None
        for record in records(self._stream, place):
            octets = record.octets
            match record.kind:
                case _Kind.START:
                    depth += 1
                case _Kind.END:
                    depth -= 1
                    if depth <= 0:
                        break
                case _Kind.DEFAULT_WIDTH:
                    wide = int.from_bytes(octets[:2], "little") * 256 * _LETTER + _MARGIN
                    widths = dict.fromkeys(range(MOST_COLUMNS), wide) | widths
                case _Kind.WIDTHS:
                    widths |= _widths(octets)
                case _Kind.MERGED:
                    spans |= dict(_merged(octets)) if len(spans) < _MOST_MERGED else {}
                case _Kind.RESULT if formula is not None:
                    cells.append(self._text(*formula, long_string(octets, is_old=self._is_old)))
                    formula = None
                case _Kind.FORMULA:
                    formula = struct.unpack_from("<3H", octets)
                    value = self._result(octets)
                    cells.extend([] if value is None else [self._number(*formula, value)])
                case _ if depth == 1:
                    cells.extend(self._cells(record))
                case _:
                    pass
            if len(cells) > _MOST_CELLS:
                raise Unreadable(Problem.TOO_LARGE, f"the sheet has more than {_MOST_CELLS} cells")
        rows = max((cell.row for cell in cells), default=-1) + 1
        return Grid(cells=cells, widths=widths, spans=spans, rows=rows)

    def _cells(self, record: Record) -> Iterator[GridCell]:
        octets = record.octets
        match record.kind:
            case _Kind.SHARED:
                row, column, format_, index = struct.unpack_from("<3HI", octets)
                yield self._text(row, column, format_, self._strings[index] if index < len(self._strings) else "")
            case _Kind.LABEL | _Kind.RICH_LABEL:
                row, column, format_ = struct.unpack_from("<3H", octets)
                yield self._text(row, column, format_, long_string(octets[6:], is_old=self._is_old))
            case _Kind.NUMBER:
                row, column, format_, value = struct.unpack_from("<3Hd", octets)
                yield self._number(row, column, format_, value)
            case _Kind.PACKED:
                row, column, format_, packed = struct.unpack_from("<3HI", octets)
                yield self._number(row, column, format_, _unpacked(packed))
            case _Kind.MANY_PACKED:
                row, column = struct.unpack_from("<2H", octets)
                for index in range((len(octets) - 6) // 6):
                    format_, packed = struct.unpack_from("<HI", octets, 4 + 6 * index)
                    yield self._number(row, column + index, format_, _unpacked(packed))
            case _:
                pass

    def _text(self, row: int, column: int, format_: int, text: str) -> GridCell:
        found = self._format(format_)
        return GridCell(row, column, text, found.look, found.font, found.align, found.wraps)

    def _number(self, row: int, column: int, format_: int, value: float) -> GridCell:
        found = self._format(format_)
        is_finite = math.isfinite(value)
        text = shown_number(value, found.code, is_date=found.is_date, from_1904=self._from_1904) if is_finite else ""
        return GridCell(row, column, text, found.look, found.font, found.align, found.wraps, is_number=True)

    def _format(self, number: int) -> _Format:
        return self._formats[number] if number < len(self._formats) else _Format()

    def _result(self, octets: bytes) -> float | None:
        """Return the number that a formula gave; None for text, which the next record holds, and for no number."""
        if octets[12:14] == b"\xff\xff":
            return None
        [value] = struct.unpack_from("<d", octets, 6)
        return float(value)


def _strings(record: Record) -> Iterator[str]:
    """Read the strings that cells point at (SST, §2.4.265)."""
    strings = Strings(record, 8)
    for _ in range(_MOST_STRINGS):
        text = strings.next()
        if text is None:
            return
        yield text


def _font(octets: bytes, *, is_old: bool) -> tuple[Look, str]:
    """Read a font (§2.4.122)."""
    height, flags, weight = struct.unpack_from("<HH2xH", octets)
    size = height / 20 if 20 <= height <= 4_000 else DEFAULT_LOOK.size
    look = Look(size=size, bold=weight >= 600, italic=bool(flags & 2))
    return look, short_string(octets[14:], is_old=is_old)


def _format(octets: bytes, fonts: list[tuple[Look, str]], codes: dict[int, str], *, is_old: bool) -> _Format:
    """Read the format of cells (XF, §2.4.353); the number 4 is that of no font."""
    font, code_number, alignment = struct.unpack_from("<HH2xB", octets)
    font -= font > 4
    look, name = fonts[font] if font < len(fonts) else (DEFAULT_LOOK, "")
    code = codes.get(code_number, "")
    is_date = is_date_format(code_number, code)
    wraps = bool(alignment & 8)
    return _Format(look, name, _ALIGNS.get(alignment & 7), wraps, code, is_date)


def _widths(octets: bytes) -> dict[int, float]:
    first, last, width, _, flags = struct.unpack_from("<5H", octets)
    wide = 0.0 if flags & 1 else width * _LETTER
    return dict.fromkeys(range(first, min(last + 1, MOST_COLUMNS)), wide)


def _merged(octets: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    [count] = struct.unpack_from("<H", octets)
    for index in range(min(count, (len(octets) - 2) // 8)):
        row, _, first, last = struct.unpack_from("<4H", octets, 2 + 8 * index)
        if last > first:
            yield (row, first), last - first + 1


def _unpacked(packed: int) -> float:
    """Read a number that is packed into four octets (RkNumber, §2.5.217)."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        [value] = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    return value / 100 if packed & 1 else value
