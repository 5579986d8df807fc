from __future__ import annotations

import pytest

from mailbridge.mail.pages import Line, Pages
from mailbridge.reading import blocks as module
from mailbridge.reading.blocks import (
    LINE_BREAK,
    PAGE_BREAK,
    SOFT_HYPHEN,
    Block,
    Cell,
    Paragraph,
    Row,
    Run,
    TextBox,
    lay_out,
    mended,
    text_of,
)
from mailbridge.reading.flow import LEFT, TOP, Align, Look, Tab
from mailbridge.reading.problems import Problem, Unreadable


def p(*texts: str, font: str = "", align: Align = Align.LEFT) -> Paragraph:
    return Paragraph(runs=tuple(Run(text, font=font) for text in texts), align=align)


def row(*cells: tuple[float, float, Block]) -> Row:
    return Row(cells=tuple(Cell(left=left, right=right, blocks=(block,)) for left, right, block in cells))


def lines(pages: Pages) -> list[Line]:
    return [line for page in pages.pages for line in page.lines]


def texts(pages: Pages) -> list[str]:
    return pages.text.replace("\f", "\n").splitlines()


def test_cells_of_a_row_begin_at_the_same_height_and_what_follows_is_below_the_longest() -> None:
    cells = row((0, 100, p(f"one{LINE_BREAK}two")), (100, 400, p("right")))
    one, right, two, below = lines(lay_out([cells, p("below")]))
    assert (one.text, right.text, two.text) == ("one", "right", "two")
    assert one.box.top == right.box.top == TOP
    assert right.box.left == LEFT + 100
    assert below.box.top >= two.box.bottom


def test_box_at_a_place_does_not_move_the_text_unless_it_pushes() -> None:
    def second(*, pushes: bool) -> Line:
        box = TextBox(blocks=(p("Số: 12/QĐ-UBND"),), left=300, top=40, width=150, pushes=pushes)
        found = lay_out([p("first"), box, p("second")])
        boxed = next(line for line in lines(found) if line.text.startswith("Số"))
        assert (boxed.box.left, boxed.box.top) == (300, round(TOP + 13 * 1.25 + 40, 1))
        return next(line for line in lines(found) if line.text == "second")

    assert second(pushes=False).box.top < 80
    assert second(pushes=True).box.top > 120


def test_box_without_a_place_stands_in_its_turn() -> None:
    assert texts(lay_out([p("first"), TextBox(blocks=(p("box"),)), p("second")])) == ["first", "box", "second"]


def test_place_from_the_page_counts_from_its_top() -> None:
    box = TextBox(blocks=(p("box"),), left=100, top=20, width=100, from_page=True)
    found = lay_out([p("first"), p("second"), box])
    assert lines(found)[0].text == "box"
    assert lines(found)[0].box.top == 20


def test_boxes_at_absurd_places_stay_on_the_page() -> None:
    wild = [TextBox(blocks=(p("box"),), left=place, top=place, width=place) for place in (-1e9, 1e9)]
    for line in lines(lay_out([*wild, p("text")])):
        assert 0 <= line.box.left <= 595
        assert 0 <= line.box.top <= 842


def test_letter_of_an_old_font_may_be_cut_by_a_change_of_look() -> None:
    runs = (Run("Coä", Look(bold=True), "VNI-Times"), Run("ng ho", Look(), "VNI-Times"), Run("øa", Look(), "VNI-Times"))
    [line] = lines(lay_out([Paragraph(runs=runs)]))
    assert line.text == "Cộng hòa"


def test_soft_hyphen_shows_nothing_and_is_a_letter_in_old_fonts() -> None:
    assert texts(lay_out([p(f"quyết{SOFT_HYPHEN} định")])) == ["quyết định"]
    assert texts(lay_out([p(f"Ban th{SOFT_HYPHEN}\xeang trùc", font=".VnTime")])) == ["Ban thường trực"]


def test_capitals_are_raised_after_the_font_is_read() -> None:
    run = Run("së néi vô", font=".VnTime", capitals=True)
    assert texts(lay_out([Paragraph(runs=(run,))])) == ["SỞ NỘI VỤ"]


def test_page_before_begins_a_page_but_no_empty_one() -> None:
    def broken(text: str) -> Paragraph:
        return Paragraph(runs=(Run(text),), page_before=True)

    assert lay_out([broken("one"), broken("two"), p(f"three{PAGE_BREAK}four")]).text == "one\ftwo\nthree\ffour"


def test_header_is_shown_when_it_holds_a_part_of_the_letterhead() -> None:
    def shown(header: str, font: str = "") -> list[str]:
        body = Paragraph(runs=(Run("body"),), page_before=True)
        return texts(lay_out([body], header=[p(header, font=font)]))

    assert shown("SỞ TƯ PHÁP TỈNH LẠNG SƠN") == ["SỞ TƯ PHÁP TỈNH LẠNG SƠN", "body"]
    assert shown("Số: 12/QĐ-UBND") == ["Số: 12/QĐ-UBND", "body"]
    assert shown("së t\xad ph¸p", ".VnTimeH") == ["SỞ TƯ PHÁP", "body"]
    assert shown("2") == shown("Trang 1") == shown("van-ban-chinh.docx") == ["body"]


def test_frame_around_the_whole_text_does_not_keep_pages_from_turning() -> None:
    text = tuple(p(f"line {number}") for number in range(200))
    found = lay_out([Row(cells=(Cell(left=0, right=400, blocks=text),))])
    assert found.total > 2
    assert all(line.box.top < 842 for line in lines(found))


def test_tab_stops_count_from_the_border_and_not_from_the_indent() -> None:
    paragraph = Paragraph(runs=(Run("\tNơi nhận"),), left=50, tabs=(Tab(200),))
    assert lines(lay_out([paragraph]))[0].box.left == LEFT + 200


def test_line_has_the_look_of_most_of_its_letters() -> None:
    runs = (Run("Số: ", Look(bold=False)), Run("1234/QĐ-UBND", Look(bold=True)))
    assert lines(lay_out([Paragraph(runs=runs)]))[0].bold is True


def test_old_text_without_fonts_is_mended_together() -> None:
    blocks: list[Block] = [
        row((0, 100, p("Uû ban nh©n d©n")), (100, 200, p("Céng hoµ x· héi chñ nghÜa"))),
        p("§éc lËp - Tù do"),
    ]
    after = mended([*blocks, TextBox(blocks=(p("H¹nh ", "phóc"),))])
    assert text_of(after).splitlines() == [
        "Uỷ ban nhân dân",
        "Cộng hoà xã hội chủ nghĩa",
        "Độc lập - Tự do",
        "Hạnh phúc",
    ]


def test_text_that_needs_no_mending_stays() -> None:
    blocks = [p("Ủy ban nhân dân"), p("Số: 12/QĐ-UBND")]
    assert mended(blocks) == blocks


@pytest.mark.parametrize("limit", ["_MOST_LETTERS", "_MOST_BLOCKS"])
def test_more_than_a_document_holds_is_too_large(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 20)
    with pytest.raises(Unreadable) as caught:
        lay_out([p("some text")] * 30)
    assert caught.value.problem is Problem.TOO_LARGE
