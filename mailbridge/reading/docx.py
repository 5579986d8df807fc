"""
DOCX to pages of lines (ECMA-376 part 1, WordprocessingML).

A DOCX holds no places; they are laid out from tables and paragraphs, so that left of, right of, above and below are
right and nothing more. Names are compared without their namespace: the strict and the transitional form have others.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from mailbridge.mail.pages import Pages
from mailbridge.reading.blocks import (
    LINE_BREAK,
    PAGE_BREAK,
    SOFT_HYPHEN,
    Block,
    Cell,
    Paragraph,
    Row,
    Run,
    TextBox,
    lay_out,
)
from mailbridge.reading.docx_boxes import text_boxes
from mailbridge.reading.docx_styles import TWIPS, Letters, Styles, attribute, child, local_name, number
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.margins import Margins
from mailbridge.reading.package import Package
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.symbols import symbol

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN = "word/document.xml"
_DELETED = {"del", "moveFrom"}
_PROPERTIES = {"pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "tblPrEx"}
_PASSED = {*_DELETED, *_PROPERTIES, ""}
_DRAWINGS = {"drawing", "pict", "object", "AlternateContent"}
_OLD_FONT = re.compile(rb'typeface="(?:\.?vn|vps|visc)', re.IGNORECASE)
_NOTED_PAGES = re.compile(rb"<(?:\w{1,20}:)?Pages>\s{0,20}(\d{1,7})\s{0,20}</")
_MOST_PAGES = 10_000
_MOST_COLUMNS = 200


def read_docx(content: bytes) -> Pages:
    """
    Read the whole text in its order: header of the first page, paragraphs, tables, text boxes; footnotes last.

    What was deleted with changes tracked is left out, what was inserted is kept, hidden text is left out. Text in the
    old Vietnamese fonts becomes Unicode. The number of pages is what the writing program noted, or what was counted
    here.

    Raises:
        Unreadable: `encrypted`, `too-large` or `malformed`.
    """
    package = Package(content)
    document = package.part(_MAIN)
    body = None if document is None else child(document, "body")
    if body is None:
        raise Unreadable(Problem.MALFORMED, "the package has no text document in it")
    breaks_itself = next(body.iter("{*}lastRenderedPageBreak"), None) is None
    section = next(body.iter("{*}sectPr"), None)
    # Most of a sheet of styles is about tables, of which nothing is asked here.
    sheet = package.part_without("word/styles.xml", b"w:style", b'w:type="table"', b'w:type="numbering"')
    styles = Styles(sheet)
    reader = _Reader(styles, _theme_fonts(package), _margins(section), breaks_itself=breaks_itself)
    try:
        header, footer = (reader.blocks(part) for part in _first_page_parts(package, section))
        text = reader.blocks(body)
        notes = list(chain.from_iterable(reader.blocks(part) for part in _notes(package, body)))
        return lay_out(
            text, header=header, footer=footer, notes=notes, turns_itself=breaks_itself, noted=_noted_pages(package)
        )
    except RecursionError as error:
        raise Unreadable(Problem.MALFORMED, "tables or text boxes are nested too deeply") from error


class _Reader:
    """Turns elements into blocks."""

    def __init__(self, styles: Styles, fonts: dict[str, str], margins: Margins, *, breaks_itself: bool) -> None:
        self._styles = styles
        self._fonts = fonts
        self._margins = margins
        self._breaks_itself = breaks_itself

    def blocks(self, parent: _Element | None, width: float = RIGHT - LEFT) -> list[Block]:
        """Read the paragraphs and tables of an element that is `width` points wide."""
        made: list[Block] = []
        for element in () if parent is None else parent:
            match local_name(element):
                case "p":
                    self._paragraph(element, made, width)
                case "tbl":
                    made.extend(self._table(element, width))
                case name if name not in _PASSED:
                    made.extend(self.blocks(element, width))
                case _:
                    pass
        return made

    def _paragraph(self, element: _Element, made: list[Block], width: float) -> None:
        """Add one paragraph behind the text boxes that hang on it."""
        shape, letters = self._styles.paragraph(child(element, "pPr"))
        runs: list[Run] = []
        for drawing in self._inline(element, letters, runs):
            for box in text_boxes(drawing, self._margins):
                inner = chain.from_iterable(self.blocks(content, box.width or width) for content in box.contents)
                made.append(
                    TextBox(
                        blocks=tuple(inner),
                        left=box.left,
                        top=box.top,
                        width=box.width,
                        from_page=box.from_page,
                        pushes=box.pushes,
                    )
                )
        made.append(
            Paragraph(
                runs=tuple(runs),
                align=shape.align,
                left=shape.left,
                right=shape.right,
                tabs=shape.tabs,
                page_before=shape.page_before and self._breaks_itself,
                look=letters.look,
            )
        )

    def _inline(self, parent: _Element, letters: Letters, runs: list[Run]) -> Iterator[_Element]:
        """Collect the runs of a paragraph; hand out its drawings."""
        for element in parent:
            match local_name(element):
                case "r":
                    own = self._styles.run(child(element, "rPr"), letters)
                    if not own.hidden:
                        yield from self._run(element, own, runs)
                case name if name in _DRAWINGS:
                    yield element
                case name if name not in _PASSED:
                    yield from self._inline(element, letters, runs)
                case _:
                    pass

    def _run(self, run: _Element, letters: Letters, runs: list[Run]) -> Iterator[_Element]:
        font = self._fonts.get(letters.theme, letters.font) if letters.theme else letters.font
        text = ""
        for element in run:
            match local_name(element):
                case "t":
                    text += element.text or ""
                case "tab" | "ptab":
                    text += "\t"
                case "noBreakHyphen":
                    text += "-"
                case "softHyphen":
                    text += SOFT_HYPHEN
                case "lastRenderedPageBreak":
                    text += PAGE_BREAK
                case "br" | "cr":
                    # The page that a hard break begins is also marked by the program that showed it last.
                    turns = attribute(element, "type") == "page"
                    text += LINE_BREAK if not turns else PAGE_BREAK if self._breaks_itself else ""
                case "sym":
                    runs.append(Run(text, letters.look, font, letters.capitals))
                    runs.append(_symbol(element, letters))
                    text = ""
                case name if name in _DRAWINGS:
                    yield element
                case _:
                    pass
        if text:
            runs.append(Run(text, letters.look, font, letters.capitals))

    def _table(self, table: _Element, width: float) -> Iterator[Row]:
        grid = child(table, "tblGrid")
        columns = [] if grid is None else [number(column, "w") / TWIPS for column in grid][:_MOST_COLUMNS]
        start = _indent(table, sum(columns), width)
        for row in _children(table, "tr"):
            yield self._row(row, columns, start, width)

    def _row(self, row: _Element, columns: list[float], start: float, width: float) -> Row:
        cells = list(_children(row, "tc"))
        if not columns or sum(columns) <= 0:
            columns = [width / max(len(cells), 1)] * len(cells)
        properties = child(row, "trPr")
        index = 0 if properties is None else _span(properties, "gridBefore", 0)
        made = []
        for cell in cells:
            properties = child(cell, "tcPr")
            span = 1 if properties is None else _span(properties, "gridSpan", 1)
            left, right = sum(columns[:index]), sum(columns[: index + span])
            blocks = self.blocks(cell, max(right - left, 1.0))
            made.append(Cell(left=start + left, right=start + right, blocks=tuple(blocks)))
            index += span
        return Row(cells=tuple(made))


def _symbol(element: _Element, letters: Letters) -> Run:
    font, place = attribute(element, "font") or "", attribute(element, "char") or ""
    is_place = 0 < len(place) <= 4 and all(digit in string.hexdigits for digit in place)
    return Run(symbol(font, int(place, 16)) if is_place else "", letters.look, font)


def _indent(table: _Element, wide: float, width: float) -> float:
    """Return how far a table stands from the left border; tables are also centred or moved into the margin."""
    properties = child(table, "tblPr")
    if properties is None:
        return 0.0
    align = child(properties, "jc")
    match None if align is None else attribute(align, "val"):
        case "center":
            return (width - wide) / 2
        case "right" | "end":
            return width - wide
        case _:
            indent = child(properties, "tblInd")
            return 0.0 if indent is None else max(number(indent, "w") / TWIPS, 10.0 - LEFT)


def _children(parent: _Element, name: str) -> Iterator[_Element]:
    """Find rows or cells, also inside content controls and tracked insertions."""
    for element in parent:
        found = local_name(element)
        if found == name:
            if name != "tr" or not _is_deleted(element):
                yield element
        elif found in {"sdt", "sdtContent", "customXml", "ins", "moveTo"}:
            yield from _children(element, name)


def _is_deleted(row: _Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def _span(properties: _Element, name: str, default: int) -> int:
    element = child(properties, name)
    return default if element is None else min(max(int(number(element, "val")), 0), 100)


def _margins(section: _Element | None) -> Margins:
    margins = None if section is None else child(section, "pgMar")
    if margins is None:
        return Margins()
    return Margins(left=number(margins, "left") / TWIPS, top=abs(number(margins, "top")) / TWIPS)


def _first_page_parts(package: Package, section: _Element | None) -> tuple[_Element | None, _Element | None]:
    """Return the header and the footer that page 1 shows; some templates put the letterhead there."""
    if section is None or next(section.iter("{*}headerReference", "{*}footerReference"), None) is None:
        return None, None
    relations = package.part("word/_rels/document.xml.rels")
    if relations is None:
        return None, None
    targets = {relation.get("Id"): relation.get("Target") for relation in relations}
    title_page = child(section, "titlePg")
    has_own = title_page is not None and attribute(title_page, "val") not in {"0", "false", "off"}
    kind = "first" if has_own else "default"

    def part(name: str) -> _Element | None:
        for element in section:
            if local_name(element) == name and attribute(element, "type") == kind:
                target = targets.get(attribute(element, "id"))
                return package.part(f"word/{target.removeprefix('/word/')}") if target else None
        return None

    return part("headerReference"), part("footerReference")


def _notes(package: Package, body: _Element) -> Iterator[_Element]:
    """Find the footnotes and endnotes that the text points at; lines that part them from the text are no notes."""
    for note in ("footnote", "endnote"):
        wanted = {attribute(element, "id") for element in body.iter(f"{{*}}{note}Reference")}
        part = package.part(f"word/{note}s.xml") if wanted else None
        for element in () if part is None else part:
            if local_name(element) == note and attribute(element, "id") in wanted:
                yield element


def _theme_fonts(package: Package) -> dict[str, str]:
    """Return what the names of theme fonts stand for; {} unless one of them is an old Vietnamese font."""
    theme = package.part("word/theme/theme1.xml", only_with=_OLD_FONT)
    fonts: dict[str, str] = {}
    if theme is None:
        return fonts
    for kind in ("major", "minor"):
        face = next(theme.iter(f"{{*}}{kind}Font"), None)
        latin = None if face is None else child(face, "latin")
        for suffix in ("Ascii", "HAnsi"):
            fonts[f"{kind}{suffix}"] = "" if latin is None else attribute(latin, "typeface") or ""
    return fonts


def _noted_pages(package: Package) -> int:
    noted = _NOTED_PAGES.search(package.octets("docProps/app.xml"))
    return min(int(noted[1]), _MOST_PAGES) if noted else 0
