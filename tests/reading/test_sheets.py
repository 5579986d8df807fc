from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from mailbridge.mail.pages import Line, Pages
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sheet_biff import Record, Strings
from mailbridge.reading.sheet_grid import is_date_format, shown_number
from mailbridge.reading.sheets import read_sheet
from tests.reading.builders_office import LETTERS, sheet_xlsx

DATA = Path(__file__).parent / "data"
XLS = (DATA / "bang-tinh.xls").read_bytes()
ODS = (DATA / "bang-tinh.ods").read_bytes()


def package(*rows: str, sheets: str = '<sheet name="1" r:id="r1"/>', **parts: str) -> bytes:
    """Make the least that is a workbook; each of `rows` is the content of the first sheet, then of the next."""
    named = {
        "xl/workbook.xml": f"<workbook xmlns:r='urn:r'><sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        + "".join(f"<Relationship Id='r{n}' Target='worksheets/sheet{n}.xml'/>" for n in range(1, len(rows) + 1))
        + "</Relationships>",
        **{f"xl/worksheets/sheet{n}.xml": f"<worksheet>{row}</worksheet>" for n, row in enumerate(rows, 1)},
        **{NAMES[name]: text for name, text in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in named.items():
            made.writestr(name, text)
    return out.getvalue()


NAMES = {
    "strings": "xl/sharedStrings.xml",
    "styles": "xl/styles.xml",
    "rels": "xl/worksheets/_rels/sheet1.xml.rels",
    "drawing": "xl/drawings/drawing1.xml",
}


def text(place: str, value: str, style: int = 0) -> str:
    return f"<c r='{place}' s='{style}' t='inlineStr'><is><t>{value}</t></is></c>"


def data(*rows: str) -> str:
    inner = "".join(f"<row r='{number}'>{row}</row>" for number, row in enumerate(rows, 1))
    return f"<sheetData>{inner}</sheetData>"


def replaced(content: bytes, name: str, before: str, after: str) -> bytes:
    """Change text in one part of a package."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as made:
        for part in package.namelist():
            octets = package.read(part)
            if part == name:
                assert before in octets.decode()
                octets = octets.decode().replace(before, after, 1).encode()
            made.writestr(part, octets)
    return out.getvalue()


def line(found: Pages, start: str) -> Line:
    return next(line for page in found.pages for line in page.lines if line.text.startswith(start))


@pytest.mark.parametrize("content", [XLS, ODS, sheet_xlsx(LETTERS["bang-tinh"])], ids=["xls", "ods", "xlsx"])
def test_rows_and_columns_stand_where_the_sheet_has_them(content: bytes) -> None:
    found = read_sheet(content)
    day = "2025-01-10" if content is ODS else "10/01/2025"
    for first, last in (("STT", "Ghi chú"), ("1", day), ("Nơi nhận", "GIÁM ĐỐC")):
        left = next(one for one in found.pages[0].lines if one.text.removesuffix(":") == first)
        right = next(one for one in found.pages[0].lines if one.text == last)
        assert left.box.top == right.box.top
        assert left.box.right < right.box.left
    title = line(found, "KẾ HOẠCH")
    assert title.bold
    assert title.box.left + title.box.right == pytest.approx(2 * 318.75, abs=2)
    numbers = [one.text for one in found.pages[0].lines if one.text in ("0.5", "1.5", "121", "40")]
    assert {"0.5", "1.5", "121", "40"} == set(numbers)


STYLES = """<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd/mm/yyyy'/>
<numFmt numFmtId='165' formatCode='00'/>
</numFmts><fonts><font><sz val='13'/><name val='Times New Roman'/></font><font><b/><name val='.VnTime'/></font></fonts>
<cellXfs><xf fontId='0'/><xf fontId='1'/><xf numFmtId='164'/><xf numFmtId='165'/>
<xf fontId='0'><alignment horizontal='center'/></xf></cellXfs></styleSheet>"""


def test_values_are_shown_as_their_formats_say() -> None:
    strings = "<sst><si><r><t>Số: </t></r><r><rPr><b/></rPr><t>12</t></r><rPh><t>x</t></rPh><t>/QĐ</t></si></sst>"
    rows = data(
        "<c r='A1' t='s'><v>0</v></c><c t='s'><v>7</v></c>",
        text("A2", "Uû ban nh©n d©n", 1),
        "<c r='A3' s='2'><v>45720</v></c>",
        "<c r='A4' s='3'><v>7</v></c>",
        "<c r='A5' t='str'><f>x</f><v>text of a formula</v></c>",
        "<c r='A6' t='b'><v>1</v></c><c r='B6' t='e'><v>#REF!</v></c><c r='C6'><v>nan</v></c>",
    )
    lines = read_sheet(package(rows, strings=strings, styles=STYLES)).pages[0].lines
    assert [line.text for line in lines] == ["Số: 12/QĐ", "Uỷ ban nhân dân", "04/03/2025", "07", "text of a formula"]
    assert [(line.bold, line.size) for line in lines[:2]] == [(False, 13.0), (True, 11.0)]


def test_first_sheet_that_shows_something_is_read() -> None:
    sheets = "".join(f"<sheet r:id='r{n}' {state}/>" for n, state in enumerate(("", "state='hidden'", "", ""), 1))
    found = read_sheet(
        package("", data(text("A1", "hidden")), data(text("B2", "letter")), data("annex"), sheets=sheets)
    )
    assert found.text == "letter"


def test_text_lies_over_empty_cells_beside_it() -> None:
    rows = data(
        text("A1", "SỞ NỘI VỤ") + text("E1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 4),
        text("A2", "Số: 1234/SNV-TCBC") + text("B2", "beside"),
    )
    found = read_sheet(package(rows, styles=STYLES))
    state = line(found, "CỘNG")
    assert state.box.bottom - state.box.top < 20
    assert state.box.left > line(found, "SỞ").box.right
    assert line(found, "Số").box.right <= line(found, "beside").box.left


def test_text_box_over_a_sheet_is_read() -> None:
    box = "<xdr:txBody><a:p><a:r><a:t>CỘNG HÒA</a:t></a:r><a:r><a:t> XÃ HỘI</a:t></a:r></a:p><a:p/></xdr:txBody>"
    anchor = (
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:row>0</xdr:row></xdr:from>{box}</xdr:twoCellAnchor>"
    )
    drawing = f"<xdr:wsDr xmlns:xdr='urn:xdr' xmlns:a='urn:a'>{anchor}</xdr:wsDr>"
    rels = (
        "<Relationships><Relationship Id='d' Type='urn:x/drawing' Target='../drawings/drawing1.xml'/></Relationships>"
    )
    found = read_sheet(package(data(text("A1", "SỞ NỘI VỤ")), rels=rels, drawing=drawing))
    assert line(found, "CỘNG HÒA XÃ HỘI").box.top == line(found, "SỞ").box.top
    assert line(found, "CỘNG").box.left > line(found, "SỞ").box.right


def test_hidden_rows_are_not_shown() -> None:
    rows = f"<sheetData><row r='1'>{text('A1', 'one')}</row><row r='2' hidden='1'>{text('A2', 'two')}</row></sheetData>"
    assert read_sheet(package(rows)).text == "one"


def test_cell_at_the_far_end_takes_no_memory() -> None:
    """A dense grid up to XFD1048576 has 17,000,000,000 cells."""
    far = f"<row r='1048576'>{text('XFD1048576', 'far')}</row>"
    found = read_sheet(package(f"<sheetData><row r='1'>{text('A1', 'near')}</row>{far}</sheetData>"))
    assert found.text == "near"
    assert found.total > 20_000


def test_cell_that_is_told_twice_is_read_twice() -> None:
    """Found by the fuzzer: cells of one place and text cannot be put in order by their looks."""
    assert read_sheet(package(data(text("A1", "one") + text("A1", "one", 1)), styles=STYLES)).text == "one\none"


def test_long_table_counts_its_pages() -> None:
    found = read_sheet(package(data(*(text(f"A{number}", f"row {number}") for number in range(1, 6_001)))))
    assert found.pages[0].lines[0].text == "row 1"
    assert found.total >= 6_000 // 45


def test_repeated_rows_of_ods_are_counted_not_made() -> None:
    content = replaced(
        ODS, "content.xml", "<table:table-row ", '<table:table-row table:number-rows-repeated="9999999" '
    )
    assert read_sheet(content).text.splitlines()[0] == "SỞ Y TẾ TỈNH QUẢNG TRỊ"


def problem_of(content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read_sheet(content)
    return caught.value.problem


def test_workbook_with_a_password_is_encrypted() -> None:
    start = XLS.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    place = start + 20
    assert problem_of(XLS[:place] + b"\x2f\x00" + XLS[place + 2 :]) is Problem.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\3\4",
        XLS[:600],
        (DATA / "bang.doc").read_bytes(),
        (DATA / "bang.odt").read_bytes(),
        package("<row>"),
        package("", strings="<sst>"),
    ],
)
def test_what_is_no_sheet_is_malformed(content: bytes) -> None:
    assert problem_of(content) is Problem.MALFORMED


def test_strings_are_cut_by_the_ends_of_records() -> None:
    """Behind the cut the first octet tells anew how wide the letters are ([MS-XLS] §2.5.293)."""
    head = (2).to_bytes(4, "little") * 2
    first = (6).to_bytes(2, "little") + b"\0" + b"abc"
    rest = b"\1" + "đêf".encode("utf-16-le") + (2).to_bytes(2, "little") + b"\x08" + b"\1\0" + b"xy" + b"\0" * 4
    strings = Strings(Record(0xFC, head + first, (rest,)), 8)
    assert [strings.next() for _ in range(3)] == ["abcđêf", "xy", None]


@pytest.mark.parametrize(
    ("value", "code", "number", "shown"),
    [
        (45_720.0, "", 14, "04/03/2025"),
        (45_720.75, '"ngày" dd/mm/yyyy', 164, "04/03/2025"),
        (5.0, "00", 0, "05"),
        (1234.5, "#,##0.0", 164, "1234.5"),
        (1e300, "", 0, "1e+300"),
        (1e300, "dd/mm", 164, "1e+300"),
        (12.0, '"day" 0', 164, "12"),
    ],
)
def test_numbers_are_shown_as_letters_need_them(value: float, code: str, number: int, shown: str) -> None:
    assert shown_number(value, code, is_date=is_date_format(number, code)) == shown


def test_days_count_from_1904_where_the_book_says_so() -> None:
    assert shown_number(1.0, "", is_date=True, from_1904=True) == "02/01/1904"
