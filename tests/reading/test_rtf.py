from __future__ import annotations

import pytest

from mailbridge.mail.pages import Line, Pages
from mailbridge.reading import rtf as module
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.rtf import read_rtf

FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\froman\fcharset163{\*\falt x}Times New Roman (Vietnamese);}"
    r"{\f2\fnil\fcharset2 Symbol;}{\f3\fswiss\fcharset0 .VnTime;}{\f4\fcharset0 .VnTimeH;}{\f5 VNI-Times;}"
    r"{\f6\fcharset134 SimSun;}}"
)


def rtf(text: str, head: str = r"\ansi\ansicpg1252\deff0") -> bytes:
    return ("{\\rtf1" + head + FONTS + text + "}").encode("latin-1")


def pages(text: str) -> Pages:
    return read_rtf(rtf(text))


def texts(text: str) -> list[str]:
    return pages(text).text.replace("\f", "\n").splitlines()


def line(found: Pages, start: str) -> Line:
    return next(line for page in found.pages for line in page.lines if line.text.startswith(start))


def test_letters_are_those_of_the_code_page_of_their_font() -> None:
    assert texts(r"{\f1 \'d0\'ed\'f4\'d2nh}") == ["Đíổnh"]
    assert texts(r"{\f6 \'d6\'d0}") == ["中"]
    assert texts(r"{\f2 \'b7}{\f0 \'b7}") == ["•·"]


def test_unicode_goes_before_its_fallback() -> None:
    assert texts(r"\uc1 Ngh\u7883 ?\u273\'64\u7883 ?nh") == ["Nghịđịnh"]
    assert texts(r"{\uc3\u272 abcx}{\uc0\u272 abc}") == ["ĐxĐabc"]
    assert texts(r"\uc1\u-10179 ?\u-8704 ?x") == ["\N{GRINNING FACE}x"]


def test_old_fonts_become_unicode() -> None:
    assert texts(r"{\f3 U\'fb ban nh\'a9n d\'a9n}{\f4  s\'eb}{\f5  Co\'e4ng ho\'f8a}") == [
        "Uỷ ban nhân dân SỞ Cộng hòa"
    ]
    assert texts(r"{\f3 th\-\'eang}") == ["thường"]


def test_signs_that_are_spelt() -> None:
    assert texts(r"a\~b\_c\-d\emdash e\lquote f\rquote  \{\}\\") == ["a b-cd—e‘f’ {}\\"]


def test_formats_end_with_their_group() -> None:
    found = pages(r"\fs26{\b\fs28 bold}\par {\i italic\par}\plain plain\par")
    assert [(line.text, line.bold, line.italic, line.size) for line in found.pages[0].lines] == [
        ("bold", True, False, 14.0),
        ("italic", False, True, 13.0),
        ("plain", False, False, 12.0),
    ]


def test_alignment_and_tab_stops() -> None:
    found = pages(r"\pard\qc middle\par\pard\qr end\par\pard\tqc\tx2000\tx6000\tab one\tab two\par")
    assert line(found, "middle").box.left + line(found, "middle").box.right == pytest.approx(85 + 552.5, abs=0.2)
    assert line(found, "end").box.right == 552.5
    assert line(found, "one").box.left + line(found, "one").box.right == 2 * (85 + 100)
    assert line(found, "two").box.left == 85 + 300


def test_cells_stand_side_by_side() -> None:
    row = r"\trowd\trleft-108\cellx4000\cellx9000 "
    found = pages(row + r"\pard\intbl\qc UBND\par So 1\cell\pard\intbl RIGHT\cell\row\pard below\par")
    assert line(found, "UBND").box.top == line(found, "RIGHT").box.top
    assert line(found, "RIGHT").box.left == 85 + 200
    assert line(found, "below").box.top >= line(found, "So 1").box.bottom


def test_cells_that_are_merged_are_one() -> None:
    found = pages(r"\trowd\clmgf\cellx3000\clmrg\cellx6000\cellx9000\intbl\qc one\cell\cell two\cell\row")
    assert line(found, "one").box.left + line(found, "one").box.right == 2 * 85 + 300
    assert line(found, "two").box.left > 85 + 300


def test_table_in_a_table() -> None:
    inner = r"\pard\intbl\itap2 in\nestcell{\*\nesttableprops\trowd\cellx2000\nestrow}"
    found = pages(r"\trowd\cellx4000\cellx9000" + inner + r"\pard\intbl\cell\pard\intbl out\cell\row\pard after\par")
    assert line(found, "in").box.top == line(found, "out").box.top
    assert line(found, "out").box.left == 85 + 200
    assert line(found, "after").box.left == 85


def test_pages_turn_at_breaks_and_sections() -> None:
    assert pages(r"one\page two\par\sect\sectd three\par\sect\sbknone four\par\pard\pagebb five\par").text == (
        "one\ftwo\fthree\nfour\ffive"
    )


def test_what_is_hidden_is_not_read() -> None:
    hidden = r"{\info{\title t}}{\v hidden}{\deleted gone}{\*\unknown x{y}z}{\pict 00ff}"
    hidden += r"{\field{\*\fldinst PAGE}{\fldrslt 7}}"
    assert texts(hidden + r"{\*\bkmkstart b}shown{\footer foot}{\*\shppict{\pict 00}}") == ["7shown"]
    assert texts(r"{\upr{ansi}{\*\ud{unicode}}}") == ["unicode"]


def test_binary_octets_are_passed_over() -> None:
    assert read_rtf(rtf(r"a{\pict\bin5 }}}}}}b\bin3 xyzc")).text == "abc"


def test_header_notes_and_boxes_are_texts_of_their_own() -> None:
    shape = r"{\shp{\*\shpinst\shpleft4000\shptop200\shpright7000\shpbypara\shpwr3{\sp{\sn posrelh}{\sv 2}}"
    text = (
        r"{\header\pard S\'d4 NOI VU\par}"
        + shape
        + r"{\shptxt\pard\b box\par}}{\shprslt old}}one{\footnote note}\par two\par"
    )
    found = pages(text)
    assert found.text == "SÔ NOI VU\none\nbox\ntwo\nnote"
    box = line(found, "box")
    assert (box.box.left, box.bold) == (285, True)
    assert line(found, "one").bold is False


def test_title_page_has_its_own_header() -> None:
    assert texts(r"\titlepg{\header OTHER PAGES}{\headerf FIRST PAGE}text") == ["FIRST PAGE", "text"]


def test_cut_file_gives_what_it_holds() -> None:
    assert read_rtf(rtf(r"{\b one\par two")[:-1]).text == "one\ntwo"


@pytest.mark.parametrize("content", [b"", b"text", b"{\\rt", b"{\\rtf1" + b"{" * 2000])
def test_what_is_no_rtf_is_malformed(content: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_rtf(content)
    assert caught.value.problem is Problem.MALFORMED


def test_more_runs_than_a_document_has_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_RUNS", 10)
    with pytest.raises(Unreadable) as caught:
        pages(r"{\b x}" * 20)
    assert caught.value.problem is Problem.TOO_LARGE
