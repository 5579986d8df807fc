"""
Official letters as files, made on the fly: pages by the form of Nghị định 30/2020/NĐ-CP, Phụ lục I.

`letter_pdf()` and `letter_docx()` take the same fields, each with a default, so that a test
names only what it is about.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, TypedDict, Unpack

if TYPE_CHECKING:
    from docx.document import Document

TextLines = str | Sequence[str]


class LetterFields(TypedDict, total=False):
    """
    What stands in a letter.

    `superior`, `issuer`, `authority` and `position` are printed in capitals whatever their case. `type_title` None or
    "" makes a công văn: "V/v" and the subject stand under the number. `symbol` is printed as it is ("" leaves
    "Số:" alone, as signing programs do that draw the number later). Several lines: a sequence, or a text with line
    ends. `pages`: the signature stands on the last one.
    """

    superior: str | None
    issuer: str
    symbol: str
    place_date: str
    type_title: str | None
    subject: str
    addressees: TextLines
    body: TextLines
    authority: str | None
    position: str
    signer: str
    recipients: TextLines
    urgency: str | None
    secrecy: str | None
    pages: int


_DEFAULTS: LetterFields = {
    "superior": "Ủy ban nhân dân tỉnh Bắc Kạn",
    "issuer": "Sở Nội vụ",
    "symbol": "1234/SNV-VP",
    "place_date": "Bắc Kạn, ngày 05 tháng 3 năm 2026",
    "type_title": None,
    "subject": "tăng cường quản lý văn bản, hồ sơ điện tử",
    "addressees": ("Ủy ban nhân dân các xã, phường",),
    "body": (
        "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư, Sở Nội vụ "
        "đề nghị các cơ quan, đơn vị rà soát việc tiếp nhận, đăng ký văn bản đến trên Hệ thống.",
        "Kết quả thực hiện gửi về Sở Nội vụ trước ngày 20 tháng 3 năm 2026 để tổng hợp./.",
    ),
    "authority": "KT. Giám đốc",
    "position": "Phó Giám đốc",
    "signer": "Nguyễn Thị Hường",
    "recipients": ("Như trên;", "Giám đốc Sở (b/c);", "Lưu: VT, VP."),
    "urgency": None,
    "secrecy": None,
    "pages": 1,
}

_TYPST = """
#let f = json(bytes(sys.inputs.fields))
#set document(title: "Văn bản", date: none)
#set text(font: "Libertinus Serif", size: 13pt, lang: "vi", hyphenate: false, ligatures: false)
#set par(leading: 0.62em, spacing: 0.62em)
#set page(paper: "a4", margin: (top: 20mm, bottom: 20mm, left: 30mm, right: 15mm), header-ascent: 30%,
  header: context { let n = here().page(); if n > 1 { align(center, text(size: 13pt, str(n))) } })
#let rule(width) = block(above: 5pt, below: 0pt, line(length: width, stroke: 0.5pt))
#let framed(word) = box(stroke: 0.8pt + red, inset: (x: 8pt, y: 4pt), text(fill: red, weight: "bold", word))
#grid(columns: (43%, 57%), row-gutter: 10pt, align: center,
  { set text(size: 12pt)
    if f.superior != none [#upper(f.superior) \\ ]
    text(weight: "bold", upper(f.issuer))
    align(center, rule(25mm)) },
  { text(size: 12pt, weight: "bold", tracking: -0.25pt)[CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM \\ ]
    text(weight: "bold")[Độc lập - Tự do - Hạnh phúc]
    align(center, rule(56mm)) },
  { [Số: #f.symbol]
    if f.type_title == none { block(above: 6pt, width: 90%, text(size: 12pt)[V/v #f.subject]) } },
  text(style: "italic", f.place_date),
)
#if f.secrecy != none or f.urgency != none { v(4pt)
  pad(left: 8mm, stack(spacing: 6pt, ..(f.secrecy, f.urgency).filter(w => w != none).map(w => framed(upper(w))))) }
#v(8pt)
#if f.type_title != none {
  align(center, { block(text(weight: "bold", size: 14pt, upper(f.type_title)))
    block(above: 6pt, width: 80%, text(weight: "bold", f.subject)); align(center, rule(40mm)) })
  v(6pt) }
#if f.addressees.len() == 1 { align(center)[Kính gửi: #f.addressees.first()] }
#if f.addressees.len() > 1 { pad(left: 30mm)[Kính gửi: \\ #for a in f.addressees [\\- #a \\ ]] }
#v(6pt)
#set par(justify: true, first-line-indent: (amount: 10mm, all: true), spacing: 0.8em)
#for p in f.body { par(text(size: 13.5pt, p)) }
#for n in range(2, f.pages + 1) { pagebreak()
  par(text(size: 13.5pt)[Nội dung tiếp theo của văn bản ở trang #n.]) }
#v(14pt)
#set par(justify: false, first-line-indent: 0pt, spacing: 0.55em)
#grid(columns: (45%, 55%),
  { text(size: 12pt, weight: "bold", style: "italic")[Nơi nhận:]
    for r in f.recipients { block(above: 4pt, below: 0pt, text(size: 11pt)[\\- #r]) } },
  align(center, text(weight: "bold", {
    if f.authority != none [#upper(f.authority) \\ ]
    upper(f.position); v(26mm); f.signer })),
)
"""


def letter_pdf(**fields: Unpack[LetterFields]) -> bytes:
    """Set a letter as PDF with a text layer, the way a ministry's text program would; tagged as an official letter."""
    return _compile(json.dumps(_complete(fields), ensure_ascii=False))


@cache
def _compile(fields: str) -> bytes:
    return typst_pdf(_TYPST, fields=fields)


def typst_pdf(source: str, **inputs: str) -> bytes:
    """Compile Typst source with the fonts that come with the program; `inputs` are `sys.inputs`."""
    import typst

    compiler = typst.Compiler(source.encode(), ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made


def letter_docx(**fields: Unpack[LetterFields]) -> bytes:
    """Set the same letter as DOCX: letterhead and signing block in tables without borders, as office templates do."""
    import docx
    from docx.enum.text import WD_BREAK
    from docx.shared import Pt

    letter = _complete(fields)
    document = docx.Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(13)
    _letterhead(document, letter)
    for word in (letter["secrecy"], letter["urgency"]):
        if word:
            document.add_paragraph().add_run(word.upper()).bold = True
    if letter["type_title"]:
        for text in (letter["type_title"].upper(), letter["subject"]):
            _centred(document.add_paragraph(), text, bold=True)
    if len(letter["addressees"]) == 1:
        _centred(document.add_paragraph(), f"Kính gửi: {letter['addressees'][0]}")
    elif letter["addressees"]:
        document.add_paragraph("Kính gửi:")
        for addressee in letter["addressees"]:
            document.add_paragraph(f"- {addressee}")
    for paragraph in letter["body"]:
        document.add_paragraph(paragraph)
    for number in range(2, letter["pages"] + 1):
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph(f"Nội dung tiếp theo của văn bản ở trang {number}.")
    _signing_block(document, letter)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _letterhead(document: Document, letter: LetterFields) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (Mm(65), Mm(100)), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    left, right = table.rows[0].cells
    if letter["superior"]:
        _centred(left.paragraphs[0], letter["superior"].upper())
        _centred(left.add_paragraph(), letter["issuer"].upper(), bold=True)
    else:
        _centred(left.paragraphs[0], letter["issuer"].upper(), bold=True)
    _centred(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True)
    _centred(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", bold=True)
    left, right = table.rows[1].cells
    _centred(left.paragraphs[0], f"Số: {letter['symbol']}")
    if not letter["type_title"]:
        _centred(left.add_paragraph(), f"V/v {letter['subject']}")
    _centred(right.paragraphs[0], letter["place_date"], italic=True)


def _signing_block(document: Document, letter: LetterFields) -> None:
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    run = left.paragraphs[0].add_run("Nơi nhận:")
    run.bold = run.italic = True
    for recipient in letter["recipients"]:
        left.add_paragraph(f"- {recipient}")
    lines = [*([letter["authority"].upper()] if letter["authority"] else []), letter["position"].upper()]
    _centred(right.paragraphs[0], lines[0], bold=True)
    for text in (*lines[1:], "", "", letter["signer"]):
        _centred(right.add_paragraph(), text, bold=True)


def _centred(paragraph: object, text: str, *, bold: bool | None = None, italic: bool | None = None) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.text.paragraph import Paragraph

    assert isinstance(paragraph, Paragraph)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic


def _complete(fields: LetterFields) -> LetterFields:
    letter: LetterFields = {**_DEFAULTS, **fields}
    letter["type_title"] = letter["type_title"] or None
    for name in ("addressees", "body", "recipients"):
        value = letter[name]
        letter[name] = tuple(value.splitlines()) if isinstance(value, str) else tuple(value)
    return letter
