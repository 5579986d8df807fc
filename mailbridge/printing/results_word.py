"""
Tables as a DOCX that Word and LibreOffice open: A4 across, heads repeated on every page, page numbers.

Source: ISO/IEC 29500-1 (WordprocessingML), the few parts that a document of tables needs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date
from xml.sax.saxutils import escape

from mailbridge.printing.results import Cell, Report, Share, Table, shown
from mailbridge.printing.showable import showable

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_ACROSS = 14_570
"""Twentieths of a point between the margins: 257 of 297 mm."""

_SMALL = 20
"""Half points of the letters in a table."""

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the package: the same report gives the same octets."""

_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_TYPES}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_PACKAGE_RELATIONS = (
    f'{_XML}{_RELATIONS}<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Target="docProps/core.xml" '
    'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'{_XML}{_RELATIONS}<Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_R}/footer" Target="footer1.xml"/></Relationships>'
)
_STYLES = (
    f'{_XML}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    '<w:sz w:val="22"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>'
)


def _field(code: str) -> str:
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


_FOOTER = (
    f'{_XML}<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:t xml:space="preserve">Trang </w:t>'
    f'</w:r>{_field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_field("NUMPAGES")}</w:p></w:ftr>'
)


def report_docx(report: Report) -> bytes:
    """Write a document; the same report gives the same octets."""
    files = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_RELATIONS,
        "docProps/core.xml": _core(report),
        "word/document.xml": "".join(_document(report)),
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/styles.xml": _STYLES,
        "word/footer1.xml": _FOOTER,
    }
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as package:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, text.encode())
    return octets.getvalue()


def _core(report: Report) -> str:
    at = report.written_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_said(report.title)}</dc:title><dc:creator>{_said(report.agency)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
    )


def _document(report: Report) -> Iterator[str]:
    yield f'{_XML}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>'
    yield _paragraph(report.agency.upper(), bold=True)
    yield _paragraph(report.title.upper(), bold=True, size=28, align="center")
    for line in report.told:
        yield _paragraph(line, italic=True, align="center")
    for table in report.tables:
        # Without a paragraph between them, Word takes two tables for one.
        yield _paragraph(table.title, bold=True, keep=True)
        yield from _table(table)
    yield _paragraph("")
    yield '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
    yield '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    yield '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567"'
    yield ' w:gutter="0"/>'
    yield "</w:sectPr></w:body></w:document>"


def _table(table: Table) -> Iterator[str]:
    whole = sum(column.width for column in table.columns)
    widths = [round(_ACROSS * column.width / whole) for column in table.columns]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    yield f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
    sides = "".join(f'<w:{side} w:w="60" w:type="dxa"/>' for side in ("left", "right"))
    yield f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr><w:tblGrid>'
    yield from (f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield "</w:tblGrid>"
    heads = (_paragraph(column.text, bold=True, size=_SMALL, align="center") for column in table.columns)
    yield _row(widths, heads, "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")
    for row in table.rows:
        yield _row(widths, (_paragraph(shown(cell), size=_SMALL, align=_side(cell)) for cell in row), "")
    yield "</w:tbl>"


def _row(widths: list[int], paragraphs: Iterator[str], properties: str) -> str:
    cells = (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph}</w:tc>'
        for width, paragraph in zip(widths, paragraphs, strict=True)
    )
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def _side(cell: Cell) -> str:
    match cell:
        case int() | float() | Share():
            return "right"
        case date():
            return "center"
        case _:
            return "left"


def _paragraph(
    text: str, *, bold: bool = False, italic: bool = False, size: int = 22, align: str = "left", keep: bool = False
) -> str:
    looks = f'{"<w:b/>" if bold else ""}{"<w:i/>" if italic else ""}<w:sz w:val="{size}"/>'
    place = f'{"<w:keepNext/>" if keep else ""}<w:spacing w:before="20" w:after="20"/><w:jc w:val="{align}"/>'
    run = f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{_said(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{place}</w:pPr>{run}</w:p>"


def _said(text: str) -> str:
    # `showable` leaves no character that XML forbids, and none that hides or turns what stands there.
    return escape(showable(text))
