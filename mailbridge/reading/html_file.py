"""
HTML files to pages of lines: letters that Word saved as web page, exports of other systems, HTML under the name .doc.

No browser: what scripts would do is not done, nothing is fetched, places by CSS are not asked. Tables are, for they
hold letterheads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailbridge.mail.canonical import nfc
from mailbridge.mail.pages import Pages
from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.blocks import (
    LINE_BREAK,
    PAGE_BREAK,
    SOFT_HYPHEN,
    Block,
    Cell,
    Paragraph,
    Row,
    Run,
    is_legacy,
    lay_out,
    mended,
)
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.html_css import Manner, Sheets, declarations, length
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_OCTETS = 32 * 1024 * 1024
_MOST_COLUMNS = 100
_HEAD = 4_096
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_OLD_FONT = re.compile(rb"\.Vn[A-Z]|VNI-|VPS ", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# fmt: off
_UNSEEN = frozenset({
    "script", "style", "head", "title", "template", "object", "svg", "select", "textarea", "iframe", "noframes",
    "applet", "audio", "video", "canvas", "map", "math", "del", "datalist", "xml",
})
_BLOCKS = frozenset({
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "center", "blockquote", "form",
    "fieldset", "body", "html", "section", "article", "header", "footer", "main", "nav", "aside", "address", "pre",
    "figure", "caption", "details", "summary", "hr", "tbody", "thead", "tfoot", "tr", "td", "th",
})
# fmt: on


def read_html(content: bytes) -> Pages:
    """
    Read the text that a page shows, tables with their cells side by side.

    What is hidden, and what was deleted with changes tracked, is left out. Text in the old Vietnamese fonts becomes
    Unicode, and so does old Vietnamese text of which no font is told.

    Raises:
        Unreadable: `too-large` or `malformed`.
    """
    from lxml import etree

    if len(content) > _MOST_OCTETS:
        raise Unreadable(Problem.TOO_LARGE, f"the page is larger than {_MOST_OCTETS >> 20} MB")
    text = _decoded(content).replace("\0", "")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser) if text.strip() else None
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Problem.MALFORMED, "the page cannot be parsed") from error
    if root is None:
        raise Unreadable(Problem.MALFORMED, "there is nothing in the page")
    reader = _Reader(Sheets(root))
    try:
        blocks = reader.read(root, Manner(), RIGHT - LEFT)
        return lay_out(blocks if reader.has_old_fonts else mended(blocks))
    except RecursionError as error:
        raise Unreadable(Problem.MALFORMED, "elements are nested too deeply") from error


def _decoded(content: bytes) -> str:
    """Decode a page by what it says of itself; beside old fonts octets stay what they are, the fonts tell the rest."""
    claim = _CHARSET.search(content, 0, _HEAD)
    charset = claim[1].decode("ascii", errors="replace") if claim else None
    if _OLD_FONT.search(content) is None or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode_text(content, charset)
    try:
        return nfc(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


class _Flow:
    """Blocks of one element or cell; runs gather until a block ends them."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self.turns = False

    def add(self, text: str, manner: Manner) -> None:
        """Add text to the open paragraph."""
        if text:
            self._runs.append(Run(text, manner.look, manner.font, manner.capitals))

    def end(self, manner: Manner, left: float) -> None:
        """End the open paragraph, if one was begun."""
        if any(not run.text.isspace() or run.text == LINE_BREAK or "\xa0" in run.text for run in self._runs):
            paragraph = Paragraph(
                runs=tuple(self._runs), align=manner.align, left=left, page_before=self.turns, look=manner.look
            )
            self.blocks.append(paragraph)
            self.turns = False
        self._runs = []


class _Reader:
    """Walks the elements."""

    def __init__(self, sheets: Sheets) -> None:
        self.has_old_fonts = False
        self._sheets = sheets

    def read(self, element: _Element, manner: Manner, width: float) -> list[Block]:
        """Read what stands in an element that is `width` points wide."""
        flow = _Flow()
        self._inside(element, manner, width, 0.0, flow)
        flow.end(manner, 0.0)
        return flow.blocks

    def _inside(self, parent: _Element, manner: Manner, width: float, left: float, flow: _Flow) -> None:
        self._text(parent.text, manner, flow)
        for element in parent:
            tag = element.tag.lower() if isinstance(element.tag, str) else ""
            if tag and tag not in _UNSEEN:
                own = self._sheets.manner(element, tag, manner)
                if not own.hidden:
                    self._element(element, tag, own, manner, width, left, flow)
            self._text(element.tail, manner, flow)

    def _element(
        self, element: _Element, tag: str, own: Manner, parent: Manner, width: float, left: float, flow: _Flow
    ) -> None:
        is_block = tag in _BLOCKS or tag == "table"
        if is_block:
            flow.end(parent, left)
        flow.turns = flow.turns or own.breaks_before
        match tag:
            case "br":
                flow.add(PAGE_BREAK if own.breaks_before else LINE_BREAK, own)
                flow.turns = False
            case "table":
                flow.blocks.extend(self._table(element, own, width, left))
            case _ if own.tabs:
                flow.add("\t" * own.tabs, own)
            case _:
                inner = left + max(0.0, own.indent) if is_block else left
                self._inside(element, own, width, inner, flow)
        if is_block:
            flow.end(own, left + max(0.0, own.indent))
        flow.turns = flow.turns or own.breaks_after

    def _text(self, text: str | None, manner: Manner, flow: _Flow) -> None:
        if not text:
            return
        text = text.replace("\xad", SOFT_HYPHEN)
        if is_legacy(manner.font):
            self.has_old_fonts = True
        if manner.kept:
            flow.add(text.replace("\r\n", LINE_BREAK).replace("\f", " "), manner)
        else:
            flow.add(_BLANKS.sub(" ", text), manner)

    def _table(self, table: _Element, manner: Manner, width: float, left: float) -> Iterator[Row]:
        wide = length(table.get("width") or declarations(table.get("style") or "").get("width"), width)
        room = width if wide is None or not 0 < wide <= width else wide
        rows = list(_cells(table))
        columns = _widths(table, rows, room)
        align = (table.get("align") or "").lower()
        start = left + {"center": (width - sum(columns)) / 2, "right": width - sum(columns)}.get(align, 0.0)
        for row in rows:
            made = []
            for place, span, cell in row:
                near, far = start + sum(columns[:place]), start + sum(columns[: place + span])
                row_manner = self._within(cell, table, manner)
                own = self._sheets.manner(cell, str(cell.tag).lower(), row_manner)
                if not own.hidden:
                    made.append(Cell(left=near, right=far, blocks=tuple(self.read(cell, own, far - near))))
            yield Row(cells=tuple(made))

    def _within(self, cell: _Element, table: _Element, manner: Manner) -> Manner:
        """Return how the row of a cell looks, and what stands between it and the table."""
        around = []
        for element in cell.iterancestors():
            if element is table:
                break
            around.append(element)
        for element in reversed(around):
            manner = self._sheets.manner(element, str(element.tag).lower(), manner)
        return manner


def _rows(table: _Element) -> Iterator[_Element]:
    for element in table:
        match element.tag:
            case "tr":
                yield element
            case "tbody" | "thead" | "tfoot":
                yield from _rows(element)
            case _:
                pass


def _cells(table: _Element) -> Iterator[list[tuple[int, int, _Element]]]:
    """Give the cells of each row with their first column and how many they take; cells of rows above may reach down."""
    taken: dict[int, int] = {}
    for row in _rows(table):
        found = []
        place = 0
        further = {column: rows - 1 for column, rows in taken.items() if rows > 1}
        for cell in row.iterchildren("td", "th"):
            while taken.get(place):
                place += 1
            span = _count(cell.get("colspan"))
            rows = _count(cell.get("rowspan"))
            if place + span > _MOST_COLUMNS:
                span = max(1, _MOST_COLUMNS - place)
            found.append((min(place, _MOST_COLUMNS - 1), span, cell))
            if rows > 1:
                further.update(dict.fromkeys(range(place, place + span), rows - 1))
            place += span
        taken = further
        yield found


def _count(text: str | None) -> int:
    text = (text or "").strip()
    return min(max(int(text), 1), _MOST_COLUMNS) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _widths(table: _Element, rows: Iterable[list[tuple[int, int, _Element]]], room: float) -> list[float]:
    """Return the widths of columns, together as wide as `room` points; those not told share what is left."""
    told: dict[int, float] = {}
    count, place = 1, 0
    for column in table.iterchildren("col", "colgroup"):
        for one in column if len(column) else (column,):
            wide = _width(one, room)
            for _ in range(min(_count(one.get("span")), _MOST_COLUMNS - place)):
                if wide:
                    told[place] = wide
                place += 1
    for row in rows:
        for place, span, cell in row:
            count = max(count, place + span)
            wide = _width(cell, room) if span == 1 and place not in told else None
            if wide:
                told[place] = wide
    told = {place: wide for place, wide in told.items() if place < count}
    rest = max(room - sum(told.values()), 0.1 * room) if len(told) < count else 0.0
    widths = [told.get(place) or rest / (count - len(told)) for place in range(count)]
    return [wide * room / sum(widths) for wide in widths]


def _width(element: _Element, room: float) -> float | None:
    return length(declarations(element.get("style") or "").get("width") or element.get("width"), room)
