from __future__ import annotations

from mailbridge.reading.flow import HEIGHT, LEFT, RIGHT, WIDTH, Align, Look, Sheet


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
