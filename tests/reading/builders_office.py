"""
The same few letters the way agencies type them: letterhead in a table, by tabs, in text boxes, in old fonts, in Excel.

What stands in `tests/reading/data` was saved by LibreOffice from these; its README tells how.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_MOTTO = "Độc lập - Tự do - Hạnh phúc"
_STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What must be read from a letter, as it is printed; `type` as the book names it."""

    superior: str
    issuer: str
    symbol: str
    place: str
    issued: date
    type: str
    subject: str
    addressee: str | None
    authority: str | None
    position: str
    signer: str
    body: tuple[str, ...]

    @property
    def place_date(self) -> str:
        """Box 4."""
        month = f"{self.issued.month:02}" if self.issued.month < 3 else str(self.issued.month)
        return f"{self.place}, ngày {self.issued.day:02} tháng {month} năm {self.issued.year}"


LETTERS = {
    # Letterhead and signing block in tables without borders.
    "bang": Letter(
        superior="ỦY BAN NHÂN DÂN TỈNH LÀO CAI",
        issuer="SỞ XÂY DỰNG",
        symbol="1287/SXD-QLN",
        place="Lào Cai",
        issued=date(2025, 9, 8),
        type="Công văn",
        subject="báo cáo tình hình quản lý vận hành nhà chung cư trên địa bàn tỉnh",
        addressee="Ủy ban nhân dân các xã, phường",
        authority="KT. GIÁM ĐỐC",
        position="PHÓ GIÁM ĐỐC",
        signer="Trần Quốc Toản",
        body=(
            "Thực hiện Công văn số 4512/UBND-XD ngày 03 tháng 9 năm 2025 của Ủy ban nhân dân tỉnh, Sở Xây dựng đề nghị "
            "Ủy ban nhân dân các xã, phường rà soát, báo cáo tình hình quản lý vận hành nhà chung cư.",
            "Báo cáo gửi về Sở Xây dựng trước ngày 25 tháng 9 năm 2025 để tổng hợp./.",
        ),
    ),
    # Both columns in one line each, with tab stops that centre.
    "tab": Letter(
        superior="BỘ GIÁO DỤC VÀ ĐÀO TẠO",
        issuer="TRƯỜNG ĐẠI HỌC TÂY BẮC",
        symbol="845/QĐ-ĐHTB",
        place="Sơn La",
        issued=date(2025, 2, 14),
        type="Quyết định",
        subject="Về việc thành lập Hội đồng tuyển sinh năm 2025",
        addressee=None,
        authority=None,
        position="HIỆU TRƯỞNG",
        signer="Nguyễn Văn Bao",
        body=(
            "HIỆU TRƯỞNG TRƯỜNG ĐẠI HỌC TÂY BẮC",
            "Căn cứ Quyết định số 39/2001/QĐ-TTg ngày 23 tháng 3 năm 2001 của Thủ tướng Chính phủ;",
            "Theo đề nghị của Trưởng phòng Đào tạo đại học,",
            "QUYẾT ĐỊNH:",
            "Điều 1. Thành lập Hội đồng tuyển sinh năm 2025 gồm các ông, bà có tên trong danh sách kèm theo.",
            "Điều 2. Trưởng các đơn vị liên quan chịu trách nhiệm thi hành Quyết định này./.",
        ),
    ),
    # Number and date in text boxes that float over the letterhead.
    "hop": Letter(
        superior="ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG",
        issuer="BAN QUẢN LÝ KHU KINH TẾ",
        symbol="96/TB-BQL",
        place="Hải Phòng",
        issued=date(2025, 11, 20),
        type="Thông báo",
        subject="Kết luận của Trưởng ban tại cuộc họp giao ban tháng 11 năm 2025",
        addressee=None,
        authority="TL. TRƯỞNG BAN",
        position="CHÁNH VĂN PHÒNG",
        signer="Phạm Thị Minh Nguyệt",
        body=(
            "Ngày 18 tháng 11 năm 2025, Trưởng ban chủ trì cuộc họp giao ban tháng 11 năm 2025.",
            "Văn phòng thông báo để các phòng, đơn vị biết, thực hiện./.",
        ),
    ),
    # TCVN3: .VnTime, capitals in .VnTimeH.
    "vntime": Letter(
        superior="TỈNH ỦY NINH BÌNH",
        issuer="BAN DÂN VẬN",
        symbol="37/BC-BDV",
        place="Ninh Bình",
        issued=date(2004, 6, 7),
        type="Báo cáo",
        subject="Kết quả công tác dân vận sáu tháng đầu năm 2004",
        addressee=None,
        authority=None,
        position="TRƯỞNG BAN",
        signer="Đỗ Thị Vượng",
        body=(
            "Trong sáu tháng đầu năm, Ban đã hướng dẫn cơ sở thực hiện nhiệm vụ được giao.",
            "Trên đây là báo cáo kết quả công tác sáu tháng đầu năm 2004./.",
        ),
    ),
    # VNI-Times.
    "vni": Letter(
        superior="ỦY BAN NHÂN DÂN TỈNH CÀ MAU",
        issuer="SỞ THỦY SẢN",
        symbol="412/STS-KT",
        place="Cà Mau",
        issued=date(2003, 10, 15),
        type="Công văn",
        subject="phòng chống dịch bệnh trên tôm nuôi",
        addressee="Phòng Thủy sản các huyện",
        authority="KT. GIÁM ĐỐC",
        position="PHÓ GIÁM ĐỐC",
        signer="Lê Hoàng Yến",
        body=(
            "Hiện nay dịch bệnh trên tôm nuôi diễn biến phức tạp ở các huyện ven biển.",
            "Sở Thủy sản yêu cầu các phòng khẩn trương thực hiện./.",
        ),
    ),
    # A sheet.
    "bang-tinh": Letter(
        superior="SỞ Y TẾ TỈNH QUẢNG TRỊ",
        issuer="TRUNG TÂM Y TẾ HƯỚNG HÓA",
        symbol="58/KH-TTYT",
        place="Hướng Hóa",
        issued=date(2025, 1, 6),
        type="Kế hoạch",
        subject="Tiêm chủng mở rộng quý I năm 2025",
        addressee=None,
        authority=None,
        position="GIÁM ĐỐC",
        signer="Hồ Văn Khánh",
        body=("Trung tâm Y tế lập kế hoạch tiêm chủng mở rộng như sau:",),
    ),
}


def table_docx(letter: Letter) -> bytes:
    """Type a letter with its letterhead and its signing block in tables without borders."""
    document = _blank()
    head = _table(document, (65, 100), rows=2)
    left, right = head.rows[0].cells
    _centred(left.paragraphs[0], letter.superior, bold=False)
    _put(left, letter.issuer, bold=True)
    _centred(right.paragraphs[0], _STATE, bold=True)
    _put(right, _MOTTO, bold=True)
    left, right = head.rows[1].cells
    _centred(left.paragraphs[0], f"Số: {letter.symbol}", bold=False)
    if letter.type == "Công văn":
        _put(left, f"V/v {letter.subject}", bold=False)
    _centred(right.paragraphs[0], letter.place_date, italic=True)
    _rest(document, letter)
    return _saved(document)


def tab_docx(letter: Letter) -> bytes:
    """Type a letter whose two columns stand in one line each, centred by tab stops."""
    document = _blank()
    _tabbed(document, letter.superior, _STATE, bold=True)
    _tabbed(document, letter.issuer, _MOTTO, bold=True)
    _tabbed(document, f"Số: {letter.symbol}", letter.place_date, bold=False)
    _rest(document, letter)
    return _saved(document)


def box_docx(letter: Letter) -> bytes:
    """Type a letter whose number and date stand in text boxes, behind the paragraphs that make room for them."""
    document = _blank()
    _tabbed(document, letter.superior, _STATE, bold=True)
    _tabbed(document, letter.issuer, _MOTTO, bold=True)
    anchor = document.add_paragraph()
    run = anchor.add_run()._r
    run.append(_text_box(1, f"Số: {letter.symbol}", left=0, width=65))
    run.append(_text_box(2, letter.place_date, left=75, width=95))
    document.add_paragraph()
    _rest(document, letter)
    return _saved(document)


def old_font_docx(letter: Letter, charset: str) -> bytes:
    """Type a letter as `table_docx` does, in the fonts of an old charset: "tcvn3" or "vni"."""
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(io.BytesIO(table_docx(letter)))
    paragraphs = [*document.paragraphs]
    for table in document.tables:
        paragraphs += [paragraph for row in table.rows for cell in row.cells for paragraph in cell.paragraphs]
    for run in (run for paragraph in paragraphs for run in paragraph.runs):
        run.text, name = tcvn3(run.text) if charset == "tcvn3" else vni(run.text)
        run.font.name = name
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), name)
    return _saved(document)


_VOWELS = "aăâeêioôơuưy"
_TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
# A row for each vowel, a place in it for each tone.
_TCVN3 = (
    *("µ¶·¸¹", "»¼½¾Æ", "ÇÈÉÊË", "ÌÎÏÐÑ", "ÒÓÔÕÖ", "×ØÜÝÞ"),
    *("ßáâãä", "åæçèé", "êëìíî", "ïñòóô", "õö÷øù", "úûüýþ"),
)
_TCVN3_PLAIN = dict(zip("ăâêôơưđĂÂÊÔƠƯĐ", "¨©ª«¬\xad®¡¢£¤¥¦§", strict=True))
_VNI_TONES = dict(zip(_TONES, "øûõùï", strict=True))
_VNI_BREVE, _VNI_HAT = dict(zip(_TONES, "èúüéë", strict=True)), dict(zip(_TONES, "àåãáä", strict=True))
_VNI_WHOLE = dict(zip("ìỉĩíịỵơưđ", "ìæóíòîôöñ", strict=True))


def tcvn3(text: str) -> tuple[str, str]:
    """Write text as the keyboard programs of the 1990s did; the second value is the font that shows it."""
    if text.upper() == text:
        return "".join(_in_tcvn3(letter) for letter in text.lower()), ".VnTimeH"
    return "".join(_in_tcvn3(letter) for letter in text), ".VnTime"


def _in_tcvn3(letter: str) -> str:
    base, tone = _parted(letter)
    if tone and base in _VOWELS:
        return _TCVN3[_VOWELS.index(base)][_TONES.index(tone)]
    assert not tone, f"{letter} has no place in TCVN3"
    return _TCVN3_PLAIN.get(letter, letter)


def vni(text: str) -> tuple[str, str]:
    """Write text for a VNI font, whose tones are letters of their own."""
    return "".join(_in_vni(letter) for letter in text), "VNI-Times"


def _in_vni(letter: str) -> str:
    small = letter.lower()
    base, tone = _parted(small)
    if small in _VNI_WHOLE:
        made = _VNI_WHOLE[small]
    elif base in _VNI_WHOLE:
        made = _VNI_WHOLE[base] + _VNI_TONES[tone]
    elif base in "âêô":
        made = unicodedata.normalize("NFD", base)[0] + (_VNI_HAT[tone] if tone else "â")
    elif base == "ă":
        made = "a" + (_VNI_BREVE[tone] if tone else "ê")
    else:
        made = base + (_VNI_TONES[tone] if tone else "")
    return made if small == letter else made.upper()


def _parted(letter: str) -> tuple[str, str]:
    """Part the tone from a letter; "" for none."""
    marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks if mark in _TONES), "")
    return unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks), tone


def sheet_xlsx(letter: Letter) -> bytes:
    """Type a letter in a sheet: columns A–C at the left, D–G at the right, each line a merged cell."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Kế hoạch"
    for column, width in zip("ABCDEFG", (6, 22, 12, 10, 14, 12, 14), strict=True):
        sheet.column_dimensions[column].width = width

    def put(cells: str, text: str, *, bold: bool = False, italic: bool = False, align: str = "center") -> None:
        first = cells.partition(":")[0]
        sheet[first] = text
        sheet[first].font = Font(name="Times New Roman", size=12, bold=bold, italic=italic)
        sheet[first].alignment = Alignment(horizontal=align, wrap_text=True)
        if ":" in cells:
            sheet.merge_cells(cells)

    put("A1:C1", letter.superior)
    put("D1:G1", _STATE, bold=True)
    put("A2:C2", letter.issuer, bold=True)
    put("D2:G2", _MOTTO, bold=True)
    put("A4:C4", f"Số: {letter.symbol}")
    put("D4:G4", letter.place_date, italic=True)
    put("A6:G6", letter.type.upper(), bold=True)
    put("A7:G7", letter.subject, bold=True)
    put("A9:G9", letter.body[0], align="left")
    titles = ("STT", "Xã, thị trấn", "Số trẻ", "BCG", "Sởi", "Ngày", "Ghi chú")
    for column, title in zip("ABCDEFG", titles, strict=True):
        put(f"{column}11", title, bold=True)
    for number, commune in enumerate(("Khe Sanh", "Lao Bảo", "Tân Liên", "Hướng Phùng"), 1):
        row = 11 + number
        values = (number, commune, 120 + number, 0.5 * number, 40, date(2025, 1, number + 9), None)
        for column, value in zip("ABCDEFG", values, strict=True):
            sheet[f"{column}{row}"] = value
    put("A18:C18", "Nơi nhận:", bold=True, italic=True, align="left")
    put("A19:C19", "- Sở Y tế (b/c);", align="left")
    put("A20:C20", "- Lưu: VT.", align="left")
    put("E18:G18", letter.position, bold=True)
    put("E23:G23", letter.signer, bold=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def office_docx(name: str) -> bytes:
    """Make the DOCX of one of `LETTERS`, typed in the way that goes with it."""
    letter = LETTERS[name]
    match name:
        case "tab":
            return tab_docx(letter)
        case "hop":
            return box_docx(letter)
        case "vntime":
            return old_font_docx(letter, "tcvn3")
        case "vni":
            return old_font_docx(letter, "vni")
        case _:
            return table_docx(letter)


def _blank() -> Document:
    import docx
    from docx.shared import Mm, Pt

    document = docx.Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(13)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    return document


def _table(document: Document, widths: tuple[int, int], rows: int = 1) -> Table:
    from docx.shared import Mm

    table: Table = document.add_table(rows=rows, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _rest(document: Document, letter: Letter) -> None:
    """Type what stands below the letterhead."""
    document.add_paragraph()
    if letter.type != "Công văn":
        _centred(document.add_paragraph(), letter.type.upper(), bold=True)
        _centred(document.add_paragraph(), letter.subject, bold=True)
    if letter.addressee:
        _centred(document.add_paragraph(), f"Kính gửi: {letter.addressee}")
    document.add_paragraph()
    for text in letter.body:
        document.add_paragraph(text)
    left, right = _table(document, (80, 85)).rows[0].cells
    run = left.paragraphs[0].add_run("Nơi nhận:")
    run.bold = run.italic = True
    for text in ("- Như trên;", "- Lưu: VT."):
        left.add_paragraph(text)
    lines = [line for line in (letter.authority, letter.position) if line]
    _centred(right.paragraphs[0], lines[0], bold=True)
    for text in (*lines[1:], "", "", "", letter.signer):
        _centred(right.add_paragraph(), text, bold=True)


def _tabbed(document: Document, left: str, right: str, *, bold: bool) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm, Pt

    paragraph = document.add_paragraph()
    for place in (32, 118):
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(place), WD_TAB_ALIGNMENT.CENTER)
    run = paragraph.add_run(f"\t{left}\t{right}")
    run.bold = bold
    run.font.size = Pt(11)


def _text_box(number: int, text: str, *, left: int, width: int) -> BaseOxmlElement:
    """Draw a text box at `left` millimetres from the margin."""
    from docx.oxml import parse_xml

    emu = 36_000
    return parse_xml(f"""
      <w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
        xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
        xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
       <wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{number}" behindDoc="0"
        locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
        <wp:positionH relativeFrom="column"><wp:posOffset>{left * emu}</wp:posOffset></wp:positionH>
        <wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>
        <wp:extent cx="{width * emu}" cy="{9 * emu}"/><wp:wrapNone/><wp:docPr id="{number}" name="box {number}"/>
        <a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
         <wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>
          <a:xfrm><a:off x="0" y="0"/><a:ext cx="{width * emu}" cy="{9 * emu}"/></a:xfrm>
          <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></wps:spPr>
          <wps:txbx><w:txbxContent><w:p><w:pPr><w:jc w:val="center"/></w:pPr>
           <w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>
        </a:graphicData></a:graphic></wp:anchor></w:drawing>""")


def _put(cell: _Cell, text: str, *, bold: bool) -> None:
    _centred(cell.add_paragraph(), text, bold=bold)


def _centred(paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic


def _saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FEATURES = (
    "UBND TỈNH LẠNG SƠN",
    "còn lại sau khi xóa",
    "12-UBND",
    "thẻ đúng chỗ",
    "sau ô trường 7",
    "VIẾT HOA",
    "trong bảng con",
    "ngoài bảng con",
    "trang hai",
    "Ghi chú cuối trang",
)
"""Texts that must be read from `features_docx`, in whatever format, in this order."""

HIDDEN = ("đã bị xóa", "văn bản ẩn", "PAGEREF")
"""Texts that stand in it and are not shown."""


def features_docx() -> bytes:
    """Make a document with what is rarely typed: tracked changes, fields, a letterhead in the header, inner tables."""
    from docx.oxml import parse_xml

    document = _blank()
    header = document.sections[0].header.paragraphs[0]
    _centred(header, FEATURES[0], bold=True)

    def add(inner: str) -> None:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        document.element.body.insert(-1, parse_xml(f"<w:p {space}>{inner}</w:p>"))

    def run(text: str, properties: str = "") -> str:
        return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'

    deleted = f"<w:r><w:delText>{HIDDEN[0]}</w:delText></w:r>"
    change = 'w:id="1" w:author="a" w:date="2025-01-01T00:00:00Z"'
    add(f"<w:del {change}>{deleted}</w:del>" + run("còn lại ") + f"<w:ins {change}>{run('sau khi xóa')}</w:ins>")
    add(run("12") + "<w:r><w:noBreakHyphen/></w:r>" + run("UBND"))
    add(run(HIDDEN[1], "<w:vanish/>") + run("thẻ đúng") + run(" chỗ"))
    field = "".join(f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>{{}}' for kind in ("begin", "separate", "end"))
    code = f"<w:r><w:instrText> {HIDDEN[2]} x </w:instrText></w:r>"
    add(run("sau ô trường ") + field.format(code, run("7"), ""))
    add(run("viết hoa", "<w:caps/>"))
    outer = document.add_table(rows=1, cols=2)
    inner = outer.rows[0].cells[0].add_table(rows=1, cols=1)
    inner.rows[0].cells[0].text = "trong bảng con"
    outer.rows[0].cells[1].text = "ngoài bảng con"
    add('<w:r><w:br w:type="page"/></w:r>' + run("trang hai"))
    document.element.body.append(document.element.body.sectPr)
    return _with_footnote(_saved(document))


def _with_footnote(content: bytes) -> bytes:
    """Hang a footnote on the last paragraph."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    type_ = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    text = f"<w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{FEATURES[-1]}</w:t></w:r></w:p>"
    note = f'<w:footnote w:id="2">{text}</w:footnote>'
    end, mark = "trang hai</w:t></w:r>", '<w:r><w:footnoteReference w:id="2"/></w:r>'
    changes = {
        "word/document.xml": (end, end + mark),
        "word/_rels/document.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdN" Type="{base}" Target="footnotes.xml"/></Relationships>',
        ),
        "[Content_Types].xml": (
            "</Types>",
            f'<Override PartName="/word/footnotes.xml" ContentType="{type_}"/></Types>',
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            before, after = changes.get(name, ("", ""))
            octets = package.read(name)
            made.writestr(name, octets.decode().replace(before, after) if before else octets)
        made.writestr("word/footnotes.xml", f"<w:footnotes {space}>{note}</w:footnotes>")
    return out.getvalue()
