"""XLSX to a grid (ECMA-376 part 1, SpreadsheetML): the first sheet that shows something."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.reading.docx_styles import attribute, child, local_name
from mailbridge.reading.flow import Align, Look
from mailbridge.reading.package import Package
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sheet_grid import (
    DEFAULT_LOOK,
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    GridCell,
    is_date_format,
    shown_number,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_MOST_MERGED = 20_000
_MOST_SHEETS = 20
_LETTER = 5.25  # points a letter of the standard font is wide; widths of columns count letters
_MARGIN = 3.75
_ALIGNS = {
    "left": Align.LEFT,
    "center": Align.CENTRE,
    "right": Align.RIGHT,
    "centerContinuous": Align.CENTRE,
    "justify": Align.LEFT,
    "distributed": Align.LEFT,
}


class _Format(NamedTuple):
    look: Look = DEFAULT_LOOK
    font: str = ""
    align: Align | None = None
    wraps: bool = False
    code: str = ""
    is_date: bool = False


def read_xlsx(content: bytes) -> Grid:
    """Read the first sheet with text; an empty grid when none has any. Raises `Unreadable`."""
    package = Package(content)
    workbook = package.part("xl/workbook.xml")
    if workbook is None:
        raise Unreadable(Problem.MALFORMED, "the package has no workbook in it")
    reader = _Reader(package, workbook)
    grid = Grid(cells=(), widths={}, spans={}, rows=0)
    for name in list(_sheets(package, workbook))[:_MOST_SHEETS]:
        grid = reader.grid(name)
        if any(cell.text.strip() for cell in grid.cells):
            break
    return grid


def xlsx_rows(content: bytes, *, most: int) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
    """
    Yield the rows of the first sheet with text that have cells: how many stand above, and its cells in order.

    All rows are read, hidden ones too: a line of a book that is filtered away is a line.

    Args:
        most: Octets that are taken out of the package.

    Raises:
        Unreadable: As `read_xlsx`.
    """
    package = Package(content, most=most)
    workbook = package.part("xl/workbook.xml")
    if workbook is None:
        raise Unreadable(Problem.MALFORMED, "the package has no workbook in it")
    reader = _Reader(package, workbook)
    for name in list(_sheets(package, workbook))[:_MOST_SHEETS]:
        is_empty = True
        for row, cells in reader.rows(name):
            is_empty = is_empty and not any(cell.text.strip() for cell in cells)
            yield row, cells
        if not is_empty:
            return


class _Reader:
    """Reads sheets of one workbook."""

    def __init__(self, package: Package, workbook: _Element) -> None:
        self._package = package
        properties = child(workbook, "workbookPr")
        self._from_1904 = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self._formats = list(_formats(package.part("xl/styles.xml")))
        self._strings = [_string(item) for item in _items(package, "xl/sharedStrings.xml", "si")]

    def grid(self, name: str) -> Grid:
        cells: list[GridCell] = []
        widths: dict[int, float] = {}
        spans: dict[tuple[int, int], int] = {}
        default = None
        row = -1
        for element in _items(self._package, name, "row", "cols", "mergeCell", "sheetFormatPr"):
            match local_name(element):
                case "row":
                    told = attribute(element, "r") or ""
                    row = int(told) - 1 if told.isascii() and told.isdigit() and len(told) < 8 else row + 1
                    if row < MOST_ROWS and attribute(element, "hidden") not in ("1", "true"):
                        cells.extend(self._cells(element, row))
                case "cols":
                    widths |= dict(_widths(element))
                case "mergeCell":
                    place, span = _merged(attribute(element, "ref") or "")
                    if span > 1 and len(spans) < _MOST_MERGED:
                        spans[place] = span
                case _:
                    default = _number(attribute(element, "defaultColWidth"))
        if default:
            widths = dict.fromkeys(range(MOST_COLUMNS), default * _LETTER + _MARGIN) | widths
        cells.extend(self._drawn(name))
        return Grid(cells=cells, widths=widths, spans=spans, rows=row + 1)

    def rows(self, name: str) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
        row = -1
        for element in _items(self._package, name, "row"):
            told = attribute(element, "r") or ""
            row = int(told) - 1 if told.isascii() and told.isdigit() and len(told) < 8 else row + 1
            yield row, tuple(self._cells(element, row))

    def _cells(self, row: _Element, number: int) -> Iterator[GridCell]:
        column = -1
        for element in row:
            if local_name(element) != "c":
                continue
            found = _REFERENCE.fullmatch(attribute(element, "r") or "")
            column = _column(found[1]) if found else column + 1
            if column >= MOST_COLUMNS:
                return
            value = child(element, "v")
            inline = child(element, "is")
            if value is not None or inline is not None:
                style = _index(attribute(element, "s") or "0")
                format_ = self._formats[style] if style < len(self._formats) else _Format()
                cell = self._cell(attribute(element, "t") or "n", value, inline, format_)
                yield cell._replace(row=number, column=column)

    def _cell(self, kind: str, value: _Element | None, inline: _Element | None, format_: _Format) -> GridCell:
        raw = "" if value is None else value.text or ""
        text, font = raw, format_.font
        if kind == "s":
            index = _index(raw)
            text, own = self._strings[index] if index < len(self._strings) else ("", "")
            font = own or font
        elif inline is not None:
            text, own = _string(inline)
            font = own or font
        elif kind == "n":
            number = _number(raw)
            text = "" if number is None else self._shown(number, format_)
        elif kind in ("b", "e"):
            text = ""
        return GridCell(0, 0, text, format_.look, font, format_.align, format_.wraps, kind == "n")

    def _shown(self, number: float, format_: _Format) -> str:
        return shown_number(number, format_.code, is_date=format_.is_date, from_1904=self._from_1904)

    def _drawn(self, sheet: str) -> Iterator[GridCell]:
        """Read text boxes that lie over the sheet, as if they stood in the cells under their corners."""
        for target in _targets(self._package, sheet, "/drawing"):
            for anchor in _items(self._package, target, "twoCellAnchor", "oneCellAnchor"):
                corner = child(anchor, "from")
                if corner is None or next(anchor.iter("{*}txBody"), None) is None:
                    continue
                row, column = (_index(_text(child(corner, name))) for name in ("row", "col"))
                lines = ["".join(text.text or "" for text in line.iter("{*}t")) for line in anchor.iter("{*}p")]
                if column < MOST_COLUMNS:
                    yield GridCell(row, column, "\n".join(lines), DEFAULT_LOOK, "", None, wraps=False)


def _sheets(package: Package, workbook: _Element) -> Iterator[str]:
    """Return the parts of the sheets that are shown, in their order."""
    targets = dict(_relations(package, "xl/workbook.xml"))
    sheets = child(workbook, "sheets")
    for sheet in () if sheets is None else sheets:
        target = targets.get(attribute(sheet, "id") or "", ("", ""))[0]
        if target and attribute(sheet, "state") not in ("hidden", "veryHidden"):
            yield target


def _relations(package: Package, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Return the relations of a part: its name, the part that it leads to, and its type."""
    folder, _, name = part.rpartition("/")
    relations = package.part(f"{folder}/_rels/{name}.rels")
    for relation in () if relations is None else relations:
        target = relation.get("Target") or ""
        if target.startswith("/"):
            target = target[1:]
        else:
            above = target.count("../")
            target = "/".join([*folder.split("/")[: len(folder.split("/")) - above], target.replace("../", "")])
        yield relation.get("Id") or "", (target, relation.get("Type") or "")


def _targets(package: Package, part: str, kind: str) -> Iterator[str]:
    yield from (target for _, (target, type_) in _relations(package, part) if type_.endswith(kind))


def _items(package: Package, name: str, *wanted: str) -> Iterator[_Element]:
    """Read a part element by element, for it may be large; each is emptied when the next one is asked for."""
    from lxml import etree

    octets = package.octets(name)
    if not octets:
        return
    tags = [f"{{*}}{tag}" for tag in wanted]
    try:
        walk = etree.iterparse(io.BytesIO(octets), tag=tags, resolve_entities=False, no_network=True, huge_tree=False)
        for _, element in walk:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable(Problem.MALFORMED, f"{name} is not well-formed XML") from error


def _string(item: _Element) -> tuple[str, str]:
    """Return the text of a string, and the font of its first run; how it is spoken (rPh) is no part of it."""
    text, font = "", ""
    for element in item:
        match local_name(element):
            case "t":
                text += element.text or ""
            case "r":
                text += _text(child(element, "t"))
                properties = child(element, "rPr")
                named = None if properties is None or font else child(properties, "rFont")
                font = font or ("" if named is None else attribute(named, "val") or "")
            case _:
                pass
    return text, font


def _formats(styles: _Element | None) -> Iterator[_Format]:
    """Read the formats of cells (cellXfs, §18.8.10)."""
    if styles is None:
        return
    fonts = [_font(font) for font in _within(styles, "fonts")]
    told = _within(styles, "numFmts")
    codes = {_index(attribute(code, "numFmtId")): attribute(code, "formatCode") or "" for code in told}
    for format_ in _within(styles, "cellXfs"):
        font = _index(attribute(format_, "fontId") or "0")
        look, name = fonts[font] if font < len(fonts) else (DEFAULT_LOOK, "")
        number = _index(attribute(format_, "numFmtId"))
        code = codes.get(number, "")
        alignment = child(format_, "alignment")
        align = None if alignment is None else _ALIGNS.get(attribute(alignment, "horizontal") or "")
        wraps = alignment is not None and attribute(alignment, "wrapText") in ("1", "true")
        yield _Format(look, name, align, wraps, code, is_date_format(number, code))


def _font(element: _Element) -> tuple[Look, str]:
    size, bold, italic, name = DEFAULT_LOOK.size, False, False, ""
    for property_ in element:
        value = attribute(property_, "val")
        match local_name(property_):
            case "b":
                bold = value not in ("0", "false")
            case "i":
                italic = value not in ("0", "false")
            case "sz":
                points = _number(value)
                size = points if points is not None and 1 <= points <= 200 else size
            case "name":
                name = value or ""
            case _:
                pass
    return Look(size=size, bold=bold, italic=italic), name


def _within(parent: _Element, name: str) -> Iterator[_Element]:
    found = child(parent, name)
    yield from () if found is None else found


def _widths(columns: _Element) -> Iterator[tuple[int, float]]:
    for column in columns:
        first, last = (_index(attribute(column, name)) for name in ("min", "max"))
        letters = _number(attribute(column, "width")) or 0.0
        hidden = attribute(column, "hidden") in ("1", "true")
        for index in range(max(first, 1) - 1, min(last, MOST_COLUMNS)):
            yield index, 0.0 if hidden else letters * _LETTER + _MARGIN


def _merged(reference: str) -> tuple[tuple[int, int], int]:
    """Return the first cell of a merged range, row and column, and how many columns it takes."""
    first, _, last = reference.partition(":")
    start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if start is None or end is None:
        return (0, 0), 0
    return (int(start[2]) - 1, _column(start[1])), _column(end[1]) - _column(start[1]) + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _index(text: str | None) -> int:
    """Read a number that counts; one that nothing has for what is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 10**9


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "")[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text(element: _Element | None) -> str:
    return "" if element is None else element.text or ""
