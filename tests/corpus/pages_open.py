"""Documents as ODT (odfdo), as a sheet (openpyxl) and as HTML."""

from __future__ import annotations

import html
import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.corpus.flow import Block, Break, Row, Tabs, Text

if TYPE_CHECKING:
    from odfdo import Cell


def as_odt(some: Sequence[Block]) -> bytes:
    """Write a document as OpenDocument text; rows that follow each other are one table."""
    from odfdo import Document, Paragraph, Table
    from odfdo import Row as TableRow

    document = Document("text")
    body = document.body
    body.clear()
    table: Table | None = None
    for block in some:
        match block:
            case Row():
                if table is None:
                    table = Table(f"Bang{len(body.children)}", width=0, height=0)
                    body.append(table)
                row = TableRow()
                for texts in (block.left, block.right):
                    row.append_cell(_odt_cell(texts))
                table.append_row(row)
                continue
            case Text(text=text):
                body.append(Paragraph(text))
            case Tabs(left=left, right=right):
                body.append(Paragraph(f"\t{left}\t{right}"))
            case Break():
                body.append(Paragraph(""))
        table = None
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _odt_cell(texts: Sequence[Text]) -> Cell:
    from odfdo import Cell, Paragraph

    cell = Cell()
    for text in texts:
        cell.append(Paragraph(text.text))
    return cell


def as_xlsx(some: Sequence[Block]) -> bytes:
    """Write a document into a sheet, as offices do that have learnt Excel: merged cells, a line a row."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    at = 1

    def put(text: Text, first: str, last: str, row: int) -> None:
        cell = sheet[f"{first}{row}"]
        cell.value = text.text
        cell.font = Font(name="Times New Roman", size=13, bold=text.bold, italic=text.italic)
        cell.alignment = Alignment(horizontal="center" if text.centred else "left", wrap_text=True)
        sheet.merge_cells(f"{first}{row}:{last}{row}")

    for block in some:
        match block:
            case Row():
                for column, texts in (("AD", block.left), ("EJ", block.right)):
                    for place, text in enumerate(texts):
                        put(text, column[0], column[1], at + place)
                at += max(len(block.left), len(block.right))
            case Tabs(left=left, right=right):
                put(Text(text=left, centred=True), "A", "D", at)
                put(Text(text=right, centred=True), "E", "J", at)
                at += 1
            case Text():
                put(block, "A", "J", at)
                at += 1
            case Break():
                at += 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_html(some: Sequence[Block]) -> str:
    """Write a page as Word and portals do."""
    inside = "\n".join(_html(block) for block in some)
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title></title>'
        "<style>p {margin: 0; font-family: 'Times New Roman'; font-size: 13pt}</style></head>\n"
        f"<body>\n{inside}\n</body></html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Text():
            return _html_text(block)
        case Row():
            cells = "".join(
                f'<td width="{share:.0%}" valign="top">{"".join(_html_text(text) for text in texts)}</td>'
                for texts, share in ((block.left, block.share), (block.right, 1 - block.share))
            )
            return f'<table width="100%"><tr>{cells}</tr></table>'
        case Tabs(left=left, right=right):
            gap = "&nbsp;" * 12
            return f"<p>{html.escape(left)}{gap}{html.escape(right)}</p>"
        case Break():
            return '<br style="page-break-before: always">'


def _html_text(text: Text) -> str:
    inside = html.escape(text.text) or "&nbsp;"
    for tag, is_set in (("b", text.bold), ("i", text.italic)):
        inside = f"<{tag}>{inside}</{tag}>" if is_set else inside
    return f'<p align="{"center" if text.centred else "justify"}">{inside}</p>'


def as_text(some: Sequence[Block], width: int = 72) -> str:
    """Write a document into a mail as plain text, its columns one after the other, lines wrapped."""
    out: list[str] = []
    for block in some:
        match block:
            case Text(text=text):
                out += [*textwrap.wrap(text, width), ""]
            case Row(left=left, right=right):
                out += [line for each in (*left, *right) for line in textwrap.wrap(each.text, width)]
                out.append("")
            case Tabs(left=left, right=right):
                out.append(f"{left.center(width // 2)}{right.center(width // 2)}".rstrip())
            case Break():
                out.append("")
    return "\n".join(out) + "\n"
