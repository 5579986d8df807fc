"""
OpenDocument text to pages of lines (ODF 1.3 part 3); ODT packages, and the flat form in one XML file.

Names are compared without their namespace: files of OpenOffice 1 have others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from mailbridge.reading.docx_styles import attribute, child, local_name
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.margins import WIDE, Margins
from mailbridge.reading.odf_styles import Letters, Styles, length
from mailbridge.reading.package import Package, parse_xml
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_BLANKS = 200
_MOST_COLUMNS = 200
_DRAWINGS = {"frame", "custom-shape", "rect", "g", "text-box", "ellipse", "polygon", "path"}
# What holds text that is not shown where it stands, or not at all.
_UNSEEN = {
    "tracked-changes",
    "annotation",
    "annotation-end",
    "hidden-text",
    "hidden-paragraph",
    "sequence-decls",
    "variable-decls",
    "user-field-decls",
    "forms",
    "ruby-text",
    "event-listeners",
    "script",
    "desc",
    "title",
    "table-columns",
    "",
}


def open_document(content: bytes) -> tuple[_Element, _Element]:
    """
    Open an OpenDocument file; return the elements that hold the content and the common styles (one, when it is flat).

    Raises:
        Unreadable: `encrypted`, `too-large` or `malformed`.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        flat = parse_xml(content, "document.fodt")
        return flat, flat
    package = Package(content)
    manifest = package.octets("META-INF/manifest.xml")
    if b"encryption-data" in manifest or b"encrypted-package" in manifest:
        raise Unreadable(Problem.ENCRYPTED, "the document opens only with a password")
    document = package.part("content.xml")
    if document is None:
        raise Unreadable(Problem.MALFORMED, "the package has no document in it")
    common = package.part("styles.xml")
    return document, document if common is None else common


def styles_of(document: _Element, common: _Element) -> Styles:
    """Collect the styles of both parts."""
    return Styles(
        child(document, "automatic-styles"),
        child(common, "styles"),
        child(common, "automatic-styles"),
        child(document, "font-face-decls"),
        child(common, "font-face-decls"),
    )


def read_odt(content: bytes) -> Pages:
    """
    Read the whole text: header of the first page, paragraphs, tables, text boxes; footnotes last.

    What was deleted with changes tracked is left out, so is hidden text. Text in the old Vietnamese fonts becomes
    Unicode.

    Raises:
        Unreadable: `encrypted`, `too-large` or `malformed`.
    """
    document, common = open_document(content)
    body = child(document, "body")
    root = None if body is None else child(body, "text")
    if root is None:
        raise Unreadable(Problem.MALFORMED, "there is no text document in the file")
    styles = styles_of(document, common)
    page, margins = _first_page(styles, common, root)
    reader = _Reader(styles, margins)
    try:
        blocks = reader.blocks(root)
        header = [] if page is None else reader.blocks(page)
        turns_itself = next(root.iter("{*}soft-page-break"), None) is None
        return lay_out(blocks, header=header, notes=reader.notes, turns_itself=turns_itself)
    except RecursionError as error:
        raise Unreadable(Problem.MALFORMED, "tables or text boxes are nested too deeply") from error


class _Reader:
    """Turns elements into blocks; `notes` are the foot- and endnotes met on the way."""

    def __init__(self, styles: Styles, margins: Margins) -> None:
        self.notes: list[Block] = []
        self._styles = styles
        self._margins = margins
        self._is_fresh = True

    def blocks(self, parent: _Element, width: float = RIGHT - LEFT) -> list[Block]:
        """Read the paragraphs and tables of an element that is `width` points wide."""
        made: list[Block] = []
        for element in parent:
            match local_name(element):
                case "p" | "h":
                    self._paragraph(element, made, width)
                case "table":
                    made.extend(self._table(element, width))
                case "soft-page-break":
                    made.append(Paragraph(runs=(Run(PAGE_BREAK),)))
                case name if name in _DRAWINGS:
                    made.append(self._text_box(element, width))
                case name if name not in _UNSEEN:
                    made.extend(self.blocks(element, width))
                case _:
                    pass
        return made

    def _paragraph(self, element: _Element, made: list[Block], width: float) -> None:
        """Add one paragraph behind the text boxes that hang on it."""
        name = attribute(element, "style-name")
        shape, letters = self._styles.shape("paragraph", name), self._styles.letters("paragraph", name)
        if letters.hidden:
            return
        runs: list[Run] = []
        made.extend(self._text_box(drawing, width) for drawing in self._inline(element, letters, runs))
        if shape.page_after:
            runs.append(Run(PAGE_BREAK, letters.look))
        made.append(
            Paragraph(
                runs=tuple(runs),
                align=shape.align,
                left=shape.left,
                right=shape.right,
                tabs=shape.tabs,
                page_before=shape.page_before,
                look=letters.look,
            )
        )

    def _inline(self, parent: _Element, letters: Letters, runs: list[Run]) -> Iterator[_Element]:
        """Collect the runs of a paragraph; hand out its drawings."""
        _add(parent.text, letters, runs)
        for element in parent:
            match local_name(element):
                case "span":
                    own = self._styles.letters("text", attribute(element, "style-name"), letters)
                    if not own.hidden:
                        yield from self._inline(element, own, runs)
                case "s":
                    runs.append(Run(" " * _count(element, "c", _MOST_BLANKS), letters.look, letters.font))
                case "tab" | "tab-stop":
                    runs.append(Run("\t", letters.look, letters.font))
                case "line-break":
                    runs.append(Run(LINE_BREAK, letters.look, letters.font))
                case "soft-page-break":
                    runs.append(Run(PAGE_BREAK, letters.look, letters.font))
                case "note":
                    note = child(element, "note-body")
                    self.notes.extend([] if note is None else self.blocks(note))
                case name if name in _DRAWINGS:
                    yield element
                case name if name not in _UNSEEN:
                    yield from self._inline(element, letters, runs)
                case _:
                    pass
            _add(element.tail, letters, runs)

    def _text_box(self, element: _Element, width: float) -> TextBox:
        style = attribute(element, "style-name")
        wide = length(attribute(element, "width"))
        x, y = length(attribute(element, "x")), length(attribute(element, "y"))
        blocks = tuple(self.blocks(element, wide or width))
        anchor = attribute(element, "anchor-type") or self._styles.named("graphic", style, "graphic", "anchor-type")
        if anchor == "as-char" or y is None:
            return TextBox(blocks=blocks)
        across, from_side, down_from, wrap = (
            self._styles.named("graphic", style, "graphic", name)
            for name in ("horizontal-pos", "horizontal-rel", "vertical-rel", "wrap")
        )
        match across:
            case "center":
                left = (LEFT + RIGHT - (wide or 0.0)) / 2
            case "right" | "outside":
                left = RIGHT - (wide or 0.0)
            case "left" | "inside":
                left = LEFT
            case _:
                left = self._margins.across(x or 0.0, from_page=from_side == "page")
        from_page = anchor == "page" or down_from in ("page", "page-content")
        top = self._margins.down(y, from_page=down_from != "page-content") if from_page else y
        pushes = wrap == "none" or (wrap not in (None, "run-through") and (wide or 0.0) >= WIDE)
        return TextBox(blocks=blocks, left=left, top=top, width=wide, from_page=from_page, pushes=pushes)

    def _table(self, table: _Element, width: float) -> Iterator[Row]:
        columns = list(_columns(table, self._styles))
        wide = sum(columns)
        style = attribute(table, "style-name")
        margin = length(self._styles.named("table", style, "table", "margin-left")) or 0.0
        match self._styles.named("table", style, "table", "align"):
            case "center":
                start = (width - wide) / 2
            case "right":
                start = width - wide
            case _:
                start = max(margin, 10.0 - LEFT)
        for row in rows_of(table):
            yield self._row(row, columns, start, width)

    def _row(self, row: _Element, columns: list[float], start: float, width: float) -> Row:
        cells = [element for element in row if local_name(element) in ("table-cell", "covered-table-cell")]
        if sum(columns) <= 0:
            columns = [width / max(len(cells), 1)] * len(cells)
        made = []
        index = 0
        for cell in cells:
            span = _count(cell, "number-columns-spanned", _MOST_COLUMNS)
            left, right = sum(columns[:index]), sum(columns[: index + span])
            blocks = self.blocks(cell, max(right - left, 1.0))
            if blocks:
                made.append(Cell(left=start + left, right=start + right, blocks=tuple(blocks)))
            index += _count(cell, "number-columns-repeated", _MOST_COLUMNS)
        return Row(cells=tuple(made))


def rows_of(table: _Element) -> Iterator[_Element]:
    """Find the rows of a table, also in groups; not those of tables inside."""
    for element in table:
        match local_name(element):
            case "table-row":
                yield element
            case "table-header-rows" | "table-rows" | "table-row-group":
                yield from rows_of(element)
            case _:
                pass


def _columns(table: _Element, styles: Styles) -> Iterator[float]:
    """Return the widths of columns in points; 0 where none is told."""
    left = _MOST_COLUMNS
    for element in table.iterchildren("{*}table-column", "{*}table-columns", "{*}table-header-columns"):
        inner = [element] if local_name(element) == "table-column" else list(element)
        for column in inner:
            wide = length(styles.named("table-column", attribute(column, "style-name"), "table-column", "column-width"))
            count = min(_count(column, "number-columns-repeated", _MOST_COLUMNS), left)
            left -= count
            yield from [wide or 0.0] * count


def _count(element: _Element, name: str, most: int) -> int:
    text = attribute(element, name) or "1"
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _add(text: str | None, letters: Letters, runs: list[Run]) -> None:
    if text:
        shown = _BLANKS.sub(" ", text).replace("\xad", SOFT_HYPHEN)
        runs.append(Run(shown, letters.look, letters.font, letters.capitals))


def _first_page(styles: Styles, common: _Element, root: _Element) -> tuple[_Element | None, Margins]:
    """Return the header that page 1 shows, and its margins: the first paragraph may name a page of its own."""
    masters = child(common, "master-styles")
    pages = {} if masters is None else {attribute(page, "name"): page for page in masters.iter("{*}master-page")}
    first = next((element for element in root.iter("{*}p", "{*}h", "{*}table") if _is_shown(element)), None)
    family = "table" if first is not None and local_name(first) == "table" else "paragraph"
    named = None if first is None else attribute(first, "style-name")
    names = (attribute(style, "master-page-name") for style in styles.of(family, named))
    page = pages.get(next(filter(None, names), "Standard"))
    page = next(iter(pages.values()), None) if page is None else page
    if page is None:
        return None, Margins()
    header = child(page, "header-first")
    header = child(page, "header") if header is None else header
    return header, _margins(common, attribute(page, "page-layout-name"))


def _is_shown(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and local_name(parent) not in ("changed-region", "deletion", "insertion")


def _margins(common: _Element, layout: str | None) -> Margins:
    for element in common.iter("{*}page-layout"):
        if attribute(element, "name") == layout:
            properties = child(element, "page-layout-properties")
            if properties is not None:
                left, top = length(attribute(properties, "margin-left")), length(attribute(properties, "margin-top"))
                return Margins(left=LEFT if left is None else left, top=56.7 if top is None else top)
    return Margins()
