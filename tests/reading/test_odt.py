from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from mailbridge.mail.pages import Line, Pages
from mailbridge.reading.odt import read_odt
from mailbridge.reading.problems import Problem, Unreadable

DATA = Path(__file__).parent / "data"
SPACES = " ".join(
    f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "table", "style", "fo", "draw", "svg", "t")
)


def flat(body: str, *, automatic: str = "", common: str = "", masters: str = "", faces: str = "") -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document {SPACES}>"
        f"<office:font-face-decls>{faces}</office:font-face-decls><office:styles>{common}</office:styles>"
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    ).encode()


def style(family: str, name: str, properties: str, more: str = "") -> str:
    return f'<style:style style:family="{family}" style:name="{name}" {more}>{properties}</style:style>'


def p(inner: str, name: str = "") -> str:
    return f'<text:p text:style-name="{name}">{inner}</text:p>'


def texts(content: bytes) -> list[str]:
    return read_odt(content).text.replace("\f", "\n").splitlines()


def line(found: Pages, start: str) -> Line:
    return next(line for page in found.pages for line in page.lines if line.text.startswith(start))


def test_blanks_tabs_and_breaks_are_elements() -> None:
    body = p(
        'Số:\n  <text:s text:c="3"/>12<text:line-break/>a<text:tab/>b<text:span>c<text:span>d</text:span>e</text:span>f'
    )
    assert texts(flat(body)) == ["Số: 12", "a", "bcdef"]


def test_styles_are_followed_to_their_parents() -> None:
    common = style("paragraph", "Base", '<style:text-properties fo:font-weight="bold" fo:font-size="14pt"/>')
    centre = '<style:paragraph-properties fo:text-align="center"/><style:text-properties fo:font-size="50%"/>'
    automatic = style("paragraph", "P1", centre, 'style:parent-style-name="Base"')
    automatic += style("text", "T1", '<style:text-properties fo:font-style="italic" fo:font-weight="normal"/>')
    automatic += style("text", "T2", '<style:text-properties text:display="none"/>')
    body = p("title", "P1") + p('<text:span text:style-name="T1">date</text:span>', "P1")
    body += p('<text:span text:style-name="T2">hidden</text:span>shown')
    title, date, shown = read_odt(flat(body, automatic=automatic, common=common)).pages[0].lines
    assert (title.bold, title.italic, title.size) == (True, False, 7.0)
    assert title.box.left > 200
    assert (date.bold, date.italic) == (False, True)
    assert shown.text == "shown"


def test_circle_of_styles_ends() -> None:
    circle = style("paragraph", "A", "", 'style:parent-style-name="B"') + style(
        "paragraph", "B", "", 'style:parent-style-name="A"'
    )
    assert texts(flat(p("text", "A"), common=circle)) == ["text"]


def test_old_fonts_are_known_by_name_and_by_face() -> None:
    faces = '<style:font-face style:name="F1" svg:font-family="&apos;.VnTime&apos;"/>'
    automatic = style("text", "T1", '<style:text-properties style:font-name="F1"/>')
    automatic += style(
        "text", "T2", '<style:text-properties fo:font-family="VNI-Times" fo:text-transform="uppercase"/>'
    )
    body = p('<text:span text:style-name="T1">Uû ban th\xad\xeang</text:span>') + p(
        '<text:span text:style-name="T2">hoøa</text:span>'
    )
    assert texts(flat(body, automatic=automatic, faces=faces)) == ["Uỷ ban thường", "HÒA"]


def test_cells_stand_side_by_side_in_their_columns() -> None:
    automatic = style("table-column", "A", '<style:table-column-properties style:column-width="200pt"/>')
    column = '<table:table-column table:style-name="A" table:number-columns-repeated="2"/>'
    cells = f"<table:table-cell>{p('left')}</table:table-cell><table:table-cell>{p('right')}</table:table-cell>"
    wide = (
        f'<table:table-cell table:number-columns-spanned="2">{p("wide")}</table:table-cell><table:covered-table-cell/>'
    )
    rows = f"<table:table-header-rows><table:table-row>{cells}</table:table-row></table:table-header-rows>"
    body = f"<table:table>{column}{rows}<table:table-row>{wide}</table:table-row></table:table>"
    found = read_odt(flat(body, automatic=automatic))
    assert line(found, "left").box.top == line(found, "right").box.top
    assert line(found, "right").box.left == 285
    assert line(found, "wide").box.left == 85


def test_text_boxes_stand_at_their_places() -> None:
    graphic = '<style:graphic-properties style:wrap="run-through" style:vertical-rel="paragraph"/>'
    frame = '<draw:frame draw:style-name="G" svg:x="200pt" svg:y="30pt" svg:width="150pt" text:anchor-type="paragraph">'
    body = p(f"{frame}<draw:text-box>{p('Số: 1')}</draw:text-box></draw:frame>text") + p("below")
    box, text, below = (
        line(read_odt(flat(body, automatic=style("graphic", "G", graphic))), word) for word in ("Số", "text", "below")
    )
    assert (box.box.left, round(box.box.top - text.box.top)) == (285, 30)
    assert below.box.top == text.box.bottom


def test_changes_notes_and_remarks_are_where_they_belong() -> None:
    gone = f"<text:changed-region><text:deletion>{p('gone')}</text:deletion></text:changed-region>"
    gone = f"<text:tracked-changes>{gone}</text:tracked-changes>"
    note = (
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('note')}</text:note-body></text:note>"
    )
    remark = f"<office:annotation>{p('remark')}</office:annotation>"
    assert texts(flat(gone + p(f"one{note}{remark}") + p("two"))) == ["one", "two", "note"]


def test_lists_and_sections_are_read_in_order() -> None:
    body = (
        f"<text:list><text:list-item>{p('- one')}</text:list-item></text:list><text:section>{p('two')}</text:section>"
    )
    assert texts(flat(body)) == ["- one", "two"]


def test_header_of_the_page_that_the_first_paragraph_names() -> None:
    masters = "".join(
        f'<style:master-page style:name="{name}"><style:header>{p(text)}</style:header></style:master-page>'
        for name, text in (("Standard", "SỞ TƯ PHÁP"), ("Other", "SỞ NỘI VỤ"))
    )
    automatic = style("paragraph", "P1", "", 'style:master-page-name="Other"')
    assert texts(flat(p("text"), masters=masters)) == ["SỞ TƯ PHÁP", "text"]
    assert texts(flat(p("text", "P1"), automatic=automatic, masters=masters)) == ["SỞ NỘI VỤ", "text"]


def test_pages_turn_where_styles_say() -> None:
    automatic = style("paragraph", "P1", '<style:paragraph-properties fo:break-before="page"/>')
    automatic += style("paragraph", "P2", '<style:paragraph-properties fo:break-after="page"/>')
    assert read_odt(flat(p("one") + p("two", "P1") + p("three", "P2") + p("four"), automatic=automatic)).text == (
        "one\ftwo\nthree\ffour"
    )


def problem_of(content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read_odt(content)
    return caught.value.problem


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr({"manifest": "META-INF/manifest.xml", "content": "content.xml"}[name], text)
    return out.getvalue()


def test_document_with_a_password_is_encrypted() -> None:
    assert problem_of(zipped(manifest="<m><encryption-data/></m>", content="garbage")) is Problem.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"<a",
        zipped(manifest="<m/>"),
        zipped(content="<a><body/></a>"),
        (DATA / "bang-tinh.ods").read_bytes(),
        (DATA / "bang.odt").read_bytes()[:9000],
    ],
)
def test_what_is_no_text_is_malformed(content: bytes) -> None:
    assert problem_of(content) is Problem.MALFORMED
