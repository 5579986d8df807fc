from __future__ import annotations

from mailbridge.reading.flow import HEIGHT, LEFT, RIGHT, WIDTH, Align, Look, Sheet, Tab


def test_alignment_moves_a_line_between_its_borders() -> None:
    sheet = Sheet()
    for align in Align:
        sheet.put("word", Look(), left=100, right=300, align=align)
    [page] = sheet.finish()
    left, centre, right = page.lines
    assert left.box.left == 100
    assert right.box.right == 300
    assert centre.box.left + centre.box.right == 400
    assert left.box.bottom <= centre.box.top


def test_long_paragraph_is_one_line_as_high_as_its_rows() -> None:
    sheet = Sheet()
    sheet.put("word " * 100, Look())
    sheet.put("next", Look())
    [page] = sheet.finish()
    paragraph, following = page.lines
    assert paragraph.box.bottom - paragraph.box.top > 5 * 13
    assert (paragraph.box.left, paragraph.box.right) == (LEFT, RIGHT)
    assert following.box.top == paragraph.box.bottom


def test_empty_line_takes_room_and_says_nothing() -> None:
    sheet = Sheet()
    top = sheet.y
    sheet.put("", Look())
    assert sheet.y > top
    [page] = sheet.finish()
    assert page.lines == ()
    assert (page.width, page.height) == (WIDTH, HEIGHT)


def test_columns_by_tabs_keep_the_look() -> None:
    sheet = Sheet()
    sheet.put("one\t\ttwo", Look(size=14, bold=True, italic=False), align=Align.CENTRE)
    [page] = sheet.finish()
    assert [(line.text, line.size, line.bold, line.italic) for line in page.lines] == [
        ("one", 14, True, False),
        ("two", 14, True, False),
    ]
    assert page.lines[0].box.top == page.lines[1].box.top


def test_tab_stops_place_centre_and_end_text() -> None:
    sheet = Sheet()
    sheet.put("\tleft\tmiddle\tend", Look(), tabs=(Tab(50), Tab(200, Align.CENTRE), Tab(400, Align.RIGHT)))
    [page] = sheet.finish()
    left, middle, end = page.lines
    assert left.box.left == LEFT + 50
    assert middle.box.left + middle.box.right == 2 * (LEFT + 200)
    assert end.box.right == LEFT + 400


def test_text_at_a_stop_never_lies_over_what_stands_before() -> None:
    sheet = Sheet()
    sheet.put("ỦY BAN NHÂN DÂN THÀNH PHỐ\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA", Look(), tabs=(Tab(180, Align.CENTRE),))
    [page] = sheet.finish()
    before, after = page.lines
    assert after.box.left >= before.box.right
    assert after.box.top == before.box.top


def test_hard_blanks_part_columns_as_blanks_do() -> None:
    sheet = Sheet()
    sheet.put("Số: 12" + "\xa0" * 20 + "Hà Nội", Look())
    [page] = sheet.finish()
    assert [line.text for line in page.lines] == ["Số: 12", "Hà Nội"]


def test_first_line_that_begins_with_a_tab_wraps_as_a_paragraph() -> None:
    sheet = Sheet()
    sheet.put("\t" + "word " * 100, Look())
    [page] = sheet.finish()
    assert page.lines[0].box.left == LEFT + 36
    assert page.lines[0].box.bottom - page.lines[0].box.top > 5 * 13
