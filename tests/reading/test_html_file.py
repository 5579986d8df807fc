from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from mailbridge.mail.pages import Line, Pages
from mailbridge.reading import html_file as module
from mailbridge.reading.html_file import read_html
from mailbridge.reading.problems import Problem, Unreadable


def pages(body: str, head: str = "") -> Pages:
    return read_html(f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode())


def texts(body: str, head: str = "") -> list[str]:
    return pages(body, head).text.replace("\f", "\n").splitlines()


def line(found: Pages, start: str) -> Line:
    return next(line for page in found.pages for line in page.lines if line.text.startswith(start))


@pytest.mark.parametrize("charset", ["utf-8", "windows-1258", "utf-16"])
def test_charset_is_what_the_page_says(charset: str) -> None:
    # windows-1258 writes tones behind their letters.
    written = "Cô\u0323ng ho\u0300a xa\u0303 hô\u0323i chu\u0309 nghi\u0303a Viê\u0323t Nam"
    head = f"<head><meta http-equiv=Content-Type content='text/html; charset={charset}'></head>"
    page = f"<html>{head}<p>{written}</p></html>"
    assert read_html(page.encode(charset)).text == "Cộng hòa xã hội chủ nghĩa Việt Nam"


def test_old_fonts_are_read_and_their_octets_kept() -> None:
    page = "<meta charset=windows-1252><p style='font-family:\".VnTime\"'>Uû ban nh©n d©n</p>".encode("windows-1252")
    assert read_html(page).text == "Uỷ ban nhân dân"
    assert texts("<font face='VNI-Times'>Co&auml;ng hoøa</font> <font face='.VnTimeH'>së</font>") == ["Cộng hòa SỞ"]


def test_old_text_without_a_font_is_mended() -> None:
    assert texts("<p>Uû ban nh&copy;n d&copy;n tØnh</p><p>Céng hoµ x· héi chñ nghÜa ViÖt Nam</p>") == [
        "Uỷ ban nhân dân tỉnh",
        "Cộng hoà xã hội chủ nghĩa Việt Nam",
    ]


def test_blocks_end_lines_and_letters_do_not() -> None:
    assert texts("one<b>two</b> <i>three</i><p>four<br>five</p><div>six<div>seven</div>eight</div>") == [
        "onetwo three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
    ]
    assert texts("<pre>a\n b</pre>line\nend") == ["a", "b", "line end"]


def test_look_comes_from_tags_attributes_styles_and_sheets() -> None:
    rules = "p.Head, h9 { font-weight: bold; text-align:center } .small {font-size: 8pt} @media x {p {color:red}}"
    body = "<p class='Head small'>title<p align=right><i>date</i><p style='font-size:14.0pt;font-weight:700'>x"
    found = pages(body, f"<style><!-- {rules} --></style>")
    title, date, other = found.pages[0].lines
    assert (title.bold, title.size) == (True, 8.0)
    assert title.box.left > 250
    assert (date.italic, date.box.right) == (True, 552.5)
    assert (other.bold, other.size) == (True, 14.0)


def test_alignment_of_a_paragraph_goes_before_the_rule_for_its_tag() -> None:
    assert line(pages("<p align=center>mid</p>", "<style>p {text-align: left}</style>"), "mid").box.left > 250


def test_cells_stand_side_by_side() -> None:
    found = pages("<table width=400><tr><td width=150>left<td>right</tr></table>below")
    assert line(found, "left").box.top == line(found, "right").box.top
    assert line(found, "right").box.left == pytest.approx(85 + 112.5, abs=0.1)
    assert line(found, "below").box.left == 85


def test_cells_over_several_rows_and_columns_keep_the_others_in_place() -> None:
    cells = "<tr><td rowspan=2>one<td>two<td>three</tr><tr><td>four<td>five</tr><tr><td colspan=2>six<td>seven</tr>"
    found = pages(f"<table width=100%><col width=100><col width=200><col width=100>{cells}</table>")
    assert line(found, "four").box.left == line(found, "two").box.left
    assert line(found, "seven").box.left == line(found, "five").box.left == line(found, "three").box.left


def test_table_in_the_middle_and_table_in_a_cell() -> None:
    inner = "<table><tr><td>a<td>b</table>"
    found = pages(f"<table align=center width=200><tr><td>{inner}<td>c</table>")
    assert line(found, "a").box.left > 200
    assert line(found, "a").box.left < line(found, "b").box.left < line(found, "c").box.left


def test_tabs_of_word_are_tabs() -> None:
    found = pages("<p>Số 1<span style='mso-tab-count:2'>&nbsp;&nbsp; </span>Hà Nội</p>")
    assert [line.text for line in found.pages[0].lines] == ["Số 1", "Hà Nội"]


def test_pages_turn_at_breaks() -> None:
    assert pages("one<br style='page-break-before:always'>two<p style='page-break-before:always'>three").text == (
        "one\ftwo\fthree"
    )


def test_what_is_hidden_or_deleted_is_not_read() -> None:
    hidden = "<del>a</del><span style='display:none'>b</span><p style='mso-hide:all'>c</p><script>d</script><!--e-->"
    assert texts(hidden + "<ins>f</ins><o:p>g</o:p>", "<title>h</title>") == ["fg"]


def test_layout_by_one_table_turns_pages() -> None:
    rows = "".join(f"<p>line {number}</p>" for number in range(200))
    assert pages(f"<table><tr><td>{rows}</td></tr></table>").total > 2


def problem_of(content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read_html(content)
    return caught.value.problem


@pytest.mark.parametrize("content", [b"", b" \n", b"\0\0"])
def test_nothing_is_malformed(content: bytes) -> None:
    assert problem_of(content) is Problem.MALFORMED


def test_page_beyond_measure_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_OCTETS", 10)
    assert problem_of(b"<p>long enough</p>") is Problem.TOO_LARGE


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "b"])
def test_deep_nesting_is_read_or_malformed(tag: str) -> None:
    with suppress(Unreadable):
        assert read_html(f"<{tag}>".encode() * 5_000 + b"deep").pages


def test_nothing_outside_of_the_page_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    page = f"<!DOCTYPE html SYSTEM '{secret}' [<!ENTITY e SYSTEM '{secret}'>]><p>a&e;<iframe src='{secret}'></iframe>"
    assert "secret" not in read_html(page.encode()).pages[0].lines[0].text.replace("&e;", "")
