"""Documents as DOCX, made by python-docx."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.corpus.flow import Block, Break, Row, Tabs, Text
from tests.corpus.legacy import in_tcvn3, old_font

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_WIDTH = 165.0
"""Of the text on the page, in millimetres."""


def as_docx(some: Sequence[Block], *, font: str = "Times New Roman", size: float = 13.0) -> bytes:
    """Write a document; a font whose name begins with ".Vn" gets its text in TCVN3, as before 2005."""
    import docx
    from docx.enum.text import WD_BREAK
    from docx.shared import Pt

    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = font, Pt(size)
    normal.paragraph_format.space_after = Pt(0)
    row_before = False
    for block in some:
        match block:
            case Text():
                _write(document.add_paragraph(), block, font, size)
            case Tabs(left=left, right=right):
                paragraph = document.add_paragraph()
                _tab_stops(paragraph)
                _write(paragraph, Text(text=f"\t{left}\t{right}", small=True), font, size)
            case Row():
                _add_row(document, block, font, size, begin=not row_before)
            case Break():
                document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        row_before = isinstance(block, Row)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(paragraph: Paragraph, text: Text, font: str, size: float) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    if text.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    name, shown = old_font(font, text.text)
    run = paragraph.add_run(in_tcvn3(shown) if name.startswith(".Vn") else shown)
    run.bold, run.italic = text.bold or None, text.italic or None
    if text.small:
        run.font.size = Pt(size - 1)
    if name.startswith(".Vn"):
        run.font.name = name


def _tab_stops(paragraph: Paragraph) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    for place in (33, 115):
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(place), WD_TAB_ALIGNMENT.CENTER)


def _add_row(document: Document, row: Row, font: str, size: float, *, begin: bool) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=2) if begin else document.tables[-1]
    table.autofit = False
    left, right = table.add_row().cells
    left.width, right.width = Mm(_WIDTH * row.share), Mm(_WIDTH * (1 - row.share))
    _fill(left, row.left, font, size)
    _fill(right, row.right, font, size)


def _fill(cell: _Cell, texts: Sequence[Text], font: str, size: float) -> None:
    for place, text in enumerate(texts):
        _write(cell.paragraphs[0] if place == 0 else cell.add_paragraph(), text, font, size)
