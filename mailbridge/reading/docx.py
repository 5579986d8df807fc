"""
DOCX to pages of lines (ECMA-376 part 1, WordprocessingML).

A DOCX holds no places; they are laid out from tables and paragraphs, so that left of, right of, above and below are
right and nothing more. Names are compared without their namespace: the strict and the transitional form have others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbridge.mail.pages import Pages
from mailbridge.reading.docx_styles import Styles, attribute, child, local_name, number
from mailbridge.reading.flow import LEFT, RIGHT, Align, Look, Sheet
from mailbridge.reading.package import Package
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN = "word/document.xml"
_DELETED = {"del", "moveFrom"}
_PROPERTIES = {"pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr"}
_MOST_PAGES = 10_000
_PLAIN = Look()
_TWIPS = 20.0  # a twentieth of a point


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """Text of one run in one look; or a break, when `text` is "" and `breaks` is True; `box` holds a text box."""

    text: str = ""
    look: Look = _PLAIN
    turns_page: bool = False
    breaks: bool = False
    box: _Element | None = None


def read_docx(content: bytes) -> Pages:
    """
    Read the whole text in its order: header of the first page, paragraphs, tables, text boxes.

    What was deleted with changes tracked is left out, what was inserted is kept, hidden text is left out. The number
    of pages is what the writing program noted, or what was counted here.

    Raises:
        Unreadable: `encrypted`, `too-large` or `malformed`.
    """
    package = Package(content)
    document = package.part(_MAIN)
    body = None if document is None else child(document, "body")
    if body is None:
        raise Unreadable(Problem.MALFORMED, "the package has no text document in it")
    writer = _Writer(Styles(package.part("word/styles.xml")), breaks_itself=not _has_rendered_breaks(body))
    header = _first_header(package, body)
    if header is not None:
        writer.blocks(header, LEFT, RIGHT)
    writer.blocks(body, LEFT, RIGHT, is_top=True)
    pages = writer.sheet.finish()
    return Pages(pages=pages, total=max(len(pages), _noted_pages(package)))


class _Writer:
    """Walks the tree and puts lines on the sheet; borders are in points."""

    def __init__(self, styles: Styles, *, breaks_itself: bool) -> None:
        self.sheet = Sheet()
        self._styles = styles
        self._breaks_itself = breaks_itself

    def blocks(self, parent: _Element, left: float, right: float, *, is_top: bool = False) -> None:
        """Write paragraphs and tables; `is_top` where pages may turn by themselves."""
        for element in parent:
            if is_top and self._breaks_itself and self.sheet.is_full:
                self.sheet.turn_page()
            match local_name(element):
                case "p":
                    self._paragraph(element, left, right)
                case "tbl":
                    self._table(element, left, right, is_top=is_top)
                case name if name not in _DELETED and name not in _PROPERTIES:
                    self.blocks(element, left, right, is_top=is_top)
                case _:
                    pass

    def _paragraph(self, paragraph: _Element, left: float, right: float) -> None:
        properties = child(paragraph, "pPr")
        align = self._styles.align(properties)
        indent = child(properties, "ind") if properties is not None else None
        if indent is not None:
            left += max(0.0, number(indent, "left", "start") / _TWIPS)
        left = min(left, right - 1.0)
        line: list[_Piece] = []
        for piece in self._pieces(paragraph, self._styles.paragraph(properties)):
            if piece.box is not None:
                self.blocks(piece.box, left, right)
            elif piece.turns_page:
                self._put(line, left, right, align)
                line = []
                self.sheet.turn_page()
            elif piece.breaks:
                self._put(line or [_Piece(look=piece.look)], left, right, align)
                line = []
            else:
                line.append(piece)
        self._put(line or [_Piece(look=self._styles.paragraph(properties))], left, right, align)

    def _put(self, line: list[_Piece], left: float, right: float, align: Align) -> None:
        if line:
            text = "".join(piece.text for piece in line)
            self.sheet.put(text, _common_look(line), left=left, right=right, align=align)

    def _pieces(self, parent: _Element, look: Look) -> Iterator[_Piece]:
        """Go through what a paragraph holds, in order; `look` is that of the paragraph."""
        for element in parent:
            match local_name(element):
                case "r":
                    properties = child(element, "rPr")
                    if not self._styles.is_hidden(properties):
                        capitals = self._styles.is_capitals(properties)
                        yield from self._run(element, self._styles.run(properties, look), capitals=capitals)
                case name if name not in _DELETED and name not in _PROPERTIES:
                    yield from self._pieces(element, look)
                case _:
                    pass

    def _run(self, run: _Element, look: Look, *, capitals: bool) -> Iterator[_Piece]:
        for element in run:
            match local_name(element):
                case "t":
                    text = element.text or ""
                    yield _Piece(text=text.upper() if capitals else text, look=look)
                case "tab" | "ptab":
                    yield _Piece(text="\t", look=look)
                case "noBreakHyphen":
                    yield _Piece(text="-", look=look)
                case "lastRenderedPageBreak":
                    yield _Piece(turns_page=True)
                case "br" | "cr":
                    turns = attribute(element, "type") == "page"
                    # The page that a hard break begins is also marked by the program that showed it last.
                    yield _Piece(turns_page=turns and self._breaks_itself, breaks=not turns, look=look)
                case "drawing" | "pict" | "object" | "AlternateContent":
                    yield from (_Piece(box=box) for box in _text_boxes(element))
                case _:
                    pass

    def _table(self, table: _Element, left: float, right: float, *, is_top: bool) -> None:
        grid = child(table, "tblGrid")
        columns = [] if grid is None else [number(column, "w") / _TWIPS for column in grid]
        for row in _children(table, "tr"):
            if is_top and self._breaks_itself and self.sheet.is_full:
                self.sheet.turn_page()
            self._row(row, columns, left, right)

    def _row(self, row: _Element, columns: list[float], left: float, right: float) -> None:
        """Write the cells of a row side by side: all begin at the same height."""
        cells = list(_children(row, "tc"))
        if not columns or sum(columns) <= 0:
            columns = [(right - left) / max(len(cells), 1)] * len(cells)
        properties = child(row, "trPr")
        index = 0 if properties is None else _span(properties, "gridBefore", 0)
        top = lowest = self.sheet.y
        page = self.sheet.page_number
        for cell in cells:
            properties = child(cell, "tcPr")
            span = 1 if properties is None else _span(properties, "gridSpan", 1)
            start = left + sum(columns[:index])
            end = start + sum(columns[index : index + span])
            if self.sheet.page_number == page:
                self.sheet.y = top
            self.blocks(cell, start, max(end, start + 1.0))
            lowest = max(lowest, self.sheet.y) if self.sheet.page_number == page else self.sheet.y
            index += span
        self.sheet.y = lowest


def _text_boxes(element: _Element) -> Iterator[_Element]:
    """Return the contents of the text boxes of a drawing; of alternatives only the first, they say the same."""
    for inner in element:
        match local_name(inner):
            case "txbxContent":
                yield inner
            case "Fallback" if any(local_name(other) == "Choice" for other in element):
                pass
            case _:
                yield from _text_boxes(inner)


def _common_look(line: list[_Piece]) -> Look:
    """Return the look of most of the letters."""
    weights: Counter[Look] = Counter()
    for piece in line:
        weights[piece.look] += len(piece.text.strip())
    return weights.most_common(1)[0][0]


def _children(parent: _Element, name: str) -> Iterator[_Element]:
    """Find rows or cells, also inside content controls and tracked insertions."""
    for element in parent:
        found = local_name(element)
        if found == name:
            yield element
        elif found in {"sdt", "sdtContent", "customXml", "ins", "moveTo"}:
            yield from _children(element, name)


def _span(properties: _Element, name: str, default: int) -> int:
    element = child(properties, name)
    return default if element is None else min(max(int(number(element, "val")), 0), 100)


def _has_rendered_breaks(body: _Element) -> bool:
    return next((True for element in body.iter() if local_name(element) == "lastRenderedPageBreak"), False)


def _first_header(package: Package, body: _Element) -> _Element | None:
    """Return the header that page 1 shows; some templates put the letterhead there."""
    section = next((element for element in body.iter() if local_name(element) == "sectPr"), None)
    relations = package.part("word/_rels/document.xml.rels")
    if section is None or relations is None:
        return None
    kind = "default" if child(section, "titlePg") is None else "first"
    wanted = next(
        (
            attribute(element, "id")
            for element in section
            if local_name(element) == "headerReference" and attribute(element, "type") == kind
        ),
        None,
    )
    target = next((relation.get("Target") for relation in relations if wanted and relation.get("Id") == wanted), None)
    return package.part(f"word/{target}") if target else None


def _noted_pages(package: Package) -> int:
    properties = package.part("docProps/app.xml")
    noted = None if properties is None else child(properties, "Pages")
    text = "" if noted is None else (noted.text or "").strip()
    return min(int(text), _MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 0
