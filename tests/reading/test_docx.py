from __future__ import annotations

import io
import zipfile

import pytest

from mailbridge.mail.pages import Layer, Line, Pages
from mailbridge.reading.docx import read_docx
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_files import letter_docx

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def package(body: str, *, parts: dict[str, str] | None = None, namespace: str = W, prologue: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(
            "word/document.xml",
            f"{prologue}<w:document xmlns:w='{namespace}' xmlns:mc='urn:mc' xmlns:r='urn:r'>"
            f"<w:body>{body}</w:body></w:document>",
        )
        for name, text in (parts or {}).items():
            made.writestr(name, text)
    return out.getvalue()


def lines(content: bytes) -> list[str]:
    return read_docx(content).text.replace("\f", "\n").splitlines()


def p(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def line(pages: Pages, start: str) -> Line:
    return next(line for page in pages.pages for line in page.lines if line.text.startswith(start))


def test_letterhead_table_gives_lines_side_by_side() -> None:
    pages = read_docx(letter_docx())
    left, right = line(pages, "ỦY BAN NHÂN DÂN"), line(pages, "CỘNG HÒA")
    assert left.box.top == right.box.top
    assert left.box.right < right.box.left
    assert line(pages, "Số: 1234/SNV-VP").box.top == line(pages, "Bắc Kạn, ngày").box.top
    assert line(pages, "Nơi nhận:").box.left < line(pages, "KT. GIÁM ĐỐC").box.left
    assert (right.bold, left.bold, line(pages, "Bắc Kạn, ngày").italic) == (True, False, True)
    assert left.size == 13.0
    assert {page.layer for page in pages.pages} == {Layer.FLOW}
    assert (pages.pages[0].width, pages.pages[0].height) == (595, 842)


def test_order_of_lines_is_that_of_the_page() -> None:
    for page in read_docx(letter_docx(pages=3)).pages:
        places = [(line.box.top, line.box.left) for line in page.lines]
        assert places == sorted(places)


def test_page_breaks_begin_pages() -> None:
    pages = read_docx(letter_docx(pages=3))
    assert [page.number for page in pages.pages] == [1, 2, 3]
    assert pages.pages[1].lines[0].text == "Nội dung tiếp theo của văn bản ở trang 2."


def test_hard_break_seen_by_the_last_program_counts_once() -> None:
    hard = "<w:r><w:br w:type='page'/></w:r>"
    body = p(r("one") + hard) + p("<w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r>")
    assert read_docx(package(body)).text == "one\ftwo"


def test_soft_break_and_tabs_part_lines() -> None:
    body = p("<w:r><w:t>UBND</w:t><w:br/><w:t>Số 1</w:t><w:tab/><w:tab/><w:t>Hà Nội</w:t></w:r>")
    pages = read_docx(package(body))
    assert pages.text == "UBND\nSố 1\nHà Nội"
    assert line(pages, "Số 1").box.top == line(pages, "Hà Nội").box.top


def test_text_is_nfc() -> None:
    assert lines(package(p(r("Tie\u0302\u0301ng Vie\u0323\u0302t")))) == ["Tiếng Việt"]


def test_tracked_changes_are_read_as_accepted() -> None:
    body = p(r("Số ") + f"<w:del>{r('12')}<w:r><w:delText>13</w:delText></w:r></w:del><w:ins>{r('14')}</w:ins>")
    body += f"<w:ins>{p(r('new'))}</w:ins><w:moveFrom>{p(r('old'))}</w:moveFrom>"
    assert lines(package(body)) == ["Số 14", "new"]


def test_hidden_text_is_left_out_and_capitals_are_shown() -> None:
    body = p(r("Số 15", "<w:vanish/>") + r("sở nội vụ", "<w:caps/>") + r(" x", "<w:vanish w:val='0'/>"))
    assert lines(package(body)) == ["SỞ NỘI VỤ x"]


def test_text_box_is_read_once() -> None:
    box = "<w:txbxContent>" + p(r("HỎA TỐC")) + "</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert lines(package(p(f"<w:r>{both}</w:r>" + r("text")))) == ["HỎA TỐC", "text"]


def test_content_controls_links_and_fields_are_read() -> None:
    body = p(f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{r('Số: ')}</w:sdtContent></w:sdt>")
    body += p(f"<w:hyperlink>{r('link')}</w:hyperlink><w:fldSimple w:instr='PAGE'>{r(' 7')}</w:fldSimple>")
    body += p("<w:r><w:instrText>PAGE</w:instrText></w:r>" + r("12") + "<w:r><w:noBreakHyphen/><w:t>UBND</w:t></w:r>")
    assert lines(package(body)) == ["Số:", "link 7", "12-UBND"]


def test_styles_tell_what_runs_do_not() -> None:
    styles = f"""<w:styles xmlns:w='{W}'>
      <w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='28'/></w:rPr></w:rPrDefault></w:docDefaults>
      <w:style w:type='paragraph' w:styleId='Base'><w:basedOn w:val='Head'/><w:rPr><w:i/></w:rPr></w:style>
      <w:style w:type='paragraph' w:styleId='Head'><w:basedOn w:val='Base'/><w:pPr><w:jc w:val='center'/></w:pPr>
        <w:rPr><w:b/></w:rPr></w:style></w:styles>"""
    head = "<w:pPr><w:pStyle w:val='Head'/></w:pPr>"
    body = p(head + r("title")) + p(head + r("plain", "<w:b w:val='false'/><w:i w:val='0'/>")) + p(r("text"))
    pages = read_docx(package(body, parts={"word/styles.xml": styles}))
    title, plain, text = pages.pages[0].lines
    assert (title.bold, title.italic, title.size) == (True, True, 14.0)
    assert title.box.left > 250
    assert (plain.bold, plain.italic) == (False, False)
    assert (text.bold, text.italic, text.box.left) == (False, False, 85.0)


def test_header_of_the_first_page_stands_on_top() -> None:
    section = "<w:sectPr><w:headerReference w:type='default' r:id='r1'/></w:sectPr>"
    parts = {
        "word/_rels/document.xml.rels": "<Relationships><Relationship Id='r1' Target='header1.xml'/></Relationships>",
        "word/header1.xml": f"<w:hdr xmlns:w='{W}'>{p(r('UBND TỈNH'))}</w:hdr>",
    }
    assert lines(package(p(r("body")) + section, parts=parts)) == ["UBND TỈNH", "body"]
    first = section.replace("</w:sectPr>", "<w:titlePg/></w:sectPr>")
    assert lines(package(p(r("body")) + first, parts=parts)) == ["body"]


def test_number_of_pages_is_what_the_program_noted() -> None:
    noted = {"docProps/app.xml": "<Properties xmlns='x'><Pages>7</Pages></Properties>"}
    assert read_docx(package(p(r("x")), parts=noted)).total == 7
    lie = {"docProps/app.xml": "<Properties xmlns='x'><Pages>-7</Pages></Properties>"}
    assert read_docx(package(p(r("x")), parts=lie)).total == 1


def test_strict_form_is_read_too() -> None:
    assert lines(package(p(r("strict")), namespace="http://purl.oclc.org/ooxml/wordprocessingml/main")) == ["strict"]


def test_long_text_without_breaks_goes_over_pages() -> None:
    pages = read_docx(package("".join(p(r(f"line {n}")) for n in range(200))))
    assert pages.total > 2
    assert all(line.box.top < 842 for page in pages.pages for line in page.lines)


def test_nested_tables_and_odd_grids_lose_no_text() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{p(r('inner'))}</w:tc></w:tr></w:tbl>"
    grid = "<w:tblGrid><w:gridCol w:w='99999999999'/><w:gridCol w:w='-5'/></w:tblGrid>"
    cells = f"<w:tc><w:tcPr><w:gridSpan w:val='9999'/></w:tcPr>{inner}</w:tc><w:tc>{p(r('outer'))}</w:tc>"
    assert sorted(lines(package(f"<w:tbl>{grid}<w:tr>{cells}</w:tr></w:tbl>"))) == ["inner", "outer"]


def problem_of(content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read_docx(content)
    return caught.value.problem


def test_entities_are_not_followed(tmp_path: object) -> None:
    prologue = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'><!ENTITY b 'inside'>]>"
    assert lines(package(p(r("a&e;&b;z")), prologue=prologue)) in (["a"], ["az"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04 no zip", Problem.MALFORMED),
        (letter_docx()[:20_000], Problem.MALFORMED),
        (package("<w:p>"), Problem.MALFORMED),
        (package(p(r(" " * 3_000_000))), Problem.TOO_LARGE),
        (package("", parts={f"x{n}": "" for n in range(5_001)}), Problem.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_is_a_problem(content: bytes, problem: Problem) -> None:
    assert problem_of(content) is problem


def test_directory_that_lies_about_sizes_gives_no_more_than_it_says() -> None:
    content = bytearray(package(p(r("x" * 100_000))))
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    assert problem_of(bytes(content)) is Problem.MALFORMED


def test_package_without_text_is_malformed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
    assert problem_of(out.getvalue()) is Problem.MALFORMED


def styles_with(inner: str) -> dict[str, str]:
    return {"word/styles.xml": f"<w:styles xmlns:w='{W}'>{inner}</w:styles>"}


def fonts(name: str) -> str:
    return f"<w:rFonts w:ascii='{name}' w:hAnsi='{name}'/>"


def test_old_fonts_are_known_from_runs_styles_and_defaults() -> None:
    styles = styles_with(
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts('VNI-Times')}</w:rPr></w:rPrDefault></w:docDefaults>"
        f"<w:style w:type='paragraph' w:styleId='Cu'><w:rPr>{fonts('.VnTime')}</w:rPr></w:style>"
        f"<w:style w:type='character' w:styleId='Hoa'><w:rPr>{fonts('.VnTimeH')}</w:rPr></w:style>"
    )
    named = "<w:pPr><w:pStyle w:val='Cu'/></w:pPr>"
    body = p(r("Coäng hoøa")) + p(named + r("Uû ban ") + r("nh©n d©n", "<w:rStyle w:val='Hoa'/>"))
    body += p(named + r("Hà Nội", fonts("Times New Roman")))
    assert lines(package(body, parts=styles)) == ["Cộng hòa", "Uỷ ban NHÂN DÂN", "Hà Nội"]


def test_old_font_of_the_theme_goes_before_a_name() -> None:
    face = "<a:majorFont/><a:minorFont><a:latin typeface='.VnTime'/></a:minorFont>"
    theme = f"<a:theme xmlns:a='urn:a'>{face}</a:theme>".replace("'", '"')
    themed = "<w:rFonts w:ascii='Arial' w:asciiTheme='minorHAnsi' w:hAnsiTheme='minorHAnsi'/>"
    assert lines(package(p(r("Céng hoµ", themed)), parts={"word/theme/theme1.xml": theme})) == ["Cộng hoà"]


def test_letters_by_their_place_in_a_font() -> None:
    signs = [("Symbol", "F0B7"), ("Wingdings", "F0FC"), (".VnTime", "F0B5"), ("Symbol", "xyz")]
    body = "".join(f"<w:r><w:sym w:font='{font}' w:char='{place}'/><w:t>.</w:t></w:r>" for font, place in signs)
    assert lines(package(p(body))) == ["•..à.."]


def test_soft_hyphens_are_not_shown() -> None:
    assert lines(package(p("<w:r><w:t>quyết</w:t><w:softHyphen/><w:t> định</w:t></w:r>"))) == ["quyết định"]


def anchored(text: str, *, left: int, top: int, wrap: str = "wrapNone") -> str:
    return (
        f"<w:r><w:drawing><wp:anchor xmlns:wp='urn:wp'><wp:positionH relativeFrom='column'><wp:posOffset>{left * 12700}"
        f"</wp:posOffset></wp:positionH><wp:positionV relativeFrom='paragraph'><wp:posOffset>{top * 12700}"
        f"</wp:posOffset></wp:positionV><wp:extent cx='{150 * 12700}' cy='1'/><wp:{wrap}/>"
        f"<wp:x><w:txbxContent>{p(r(text))}</w:txbxContent></wp:x></wp:anchor></w:drawing></w:r>"
    )


def test_text_boxes_stand_at_their_places() -> None:
    body = (
        p(r("UBND TỈNH")) + p(anchored("Số: 1/QĐ", left=0, top=10) + anchored("Hà Nội", left=250, top=10)) + p(r("x"))
    )
    pages = read_docx(package(body))
    number, place = line(pages, "Số"), line(pages, "Hà Nội")
    assert number.box.top == place.box.top > line(pages, "UBND").box.bottom
    assert (number.box.left, place.box.left) == (85, 335)
    assert line(pages, "x").box.left == 85


def test_older_text_boxes_tell_their_place_by_style() -> None:
    style = "position:absolute;margin-left:250pt;margin-top:4pt;width:150pt;height:20pt"
    text = f"<v:textbox><w:txbxContent>{p(r('Số'))}</w:txbxContent></v:textbox>"
    box = f"<v:shape xmlns:v='urn:v' style='{style}'>{text}</v:shape>"
    pages = read_docx(package(p(f"<w:r><w:pict>{box}</w:pict></w:r>" + r("text"))))
    assert line(pages, "Số").box.left == 335
    assert line(pages, "text").box.left == 85


def test_tab_stops_come_from_styles_and_can_be_cleared() -> None:
    stops = "<w:tabs><w:tab w:val='center' w:pos='2000'/><w:tab w:val='right' w:pos='9000'/></w:tabs>"
    styles = styles_with(f"<w:style w:type='paragraph' w:styleId='T'><w:pPr>{stops}</w:pPr></w:style>")
    named = "<w:pStyle w:val='T'/>"
    cleared = "<w:tabs><w:tab w:val='clear' w:pos='2000'/></w:tabs>"
    body = p(f"<w:pPr>{named}</w:pPr><w:r><w:tab/><w:t>middle</w:t></w:r>")
    body += p(f"<w:pPr>{named}{cleared}</w:pPr><w:r><w:tab/><w:t>end</w:t></w:r>")
    middle, end = read_docx(package(body, parts=styles)).pages[0].lines
    assert middle.box.left + middle.box.right == 2 * (85 + 100)
    assert end.box.right == 85 + 450


def test_tables_are_moved_and_centred() -> None:
    def left(properties: str) -> float:
        grid = "<w:tblGrid><w:gridCol w:w='4000'/></w:tblGrid>"
        cells = f"<w:tr><w:tc>{p(r('x'))}</w:tc></w:tr>"
        table = f"<w:tbl><w:tblPr>{properties}</w:tblPr>{grid}{cells}</w:tbl>"
        return read_docx(package(table)).pages[0].lines[0].box.left

    assert left("") == 85
    assert left("<w:tblInd w:w='400'/>") == 105
    assert left("<w:jc w:val='center'/>") == pytest.approx(85 + (467.5 - 200) / 2, abs=0.1)


MARK = "<w:r><w:footnoteReference w:id='2'/></w:r>"


def test_rows_and_footnotes_of_other_texts_are_not_read() -> None:
    gone = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p(r('gone'))}</w:tc></w:tr>"
    kept = f"<w:tr><w:tc>{p(r('kept') + MARK)}</w:tc></w:tr>"
    notes = "".join(f"<w:footnote w:id='{number}'>{p(r(f'note {number}'))}</w:footnote>" for number in (0, 1, 2))
    parts = {"word/footnotes.xml": f"<w:footnotes xmlns:w='{W}'>{notes}</w:footnotes>"}
    assert lines(package(f"<w:tbl>{gone}{kept}</w:tbl>", parts=parts)) == ["kept", "note 2"]


def test_styles_that_are_not_written_as_usual_are_read_whole() -> None:
    odd = (
        "<w:style w:type='paragraph' w:styleId='B'><w:rPr><w:b/></w:rPr></w:style><!-- <w:style w:type=\"table\" > -->"
    )
    body = p("<w:pPr><w:pStyle w:val='B'/></w:pPr>" + r("bold"))
    assert read_docx(package(body, parts=styles_with(odd))).pages[0].lines[0].bold is True
    table = "<w:style w:type=\"table\" w:styleId='T'><w:rPr><w:i/></w:rPr></w:style>"
    assert read_docx(package(body, parts=styles_with(table + odd))).pages[0].lines[0].bold is True


def test_nesting_beyond_measure_is_malformed_or_read() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 80 + p(r("deep")) + "</w:tc></w:tr></w:tbl>" * 80
    assert lines(package(deep)) == ["deep"]
    assert problem_of(package("<w:sdt>" * 300 + "</w:sdt>" * 300)) is Problem.MALFORMED
