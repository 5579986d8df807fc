from __future__ import annotations

import unicodedata

import pytest

from mailbridge.mail.pages import Layer, Line, Page, Pages
from mailbridge.reading.pdf import read_pdf
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_files import letter_pdf, typst_pdf
from tests.reading.builders_pdf_raw import (
    drawn_over,
    encrypted,
    outlined,
    raw_pdf,
    rotated,
    scan_pdf,
    shown,
    with_annotation,
)


def first_page(pdf: bytes) -> Page:
    return read_pdf(pdf).pages[0]


def texts(pdf: bytes) -> list[str]:
    return [line.text for line in first_page(pdf).lines]


def line(pdf: bytes, start: str) -> Line:
    return next(line for line in first_page(pdf).lines if line.text.startswith(start))


def test_letterhead_gives_two_lines_of_the_same_height() -> None:
    pdf = letter_pdf()
    left, right = line(pdf, "ỦY BAN NHÂN DÂN"), line(pdf, "CỘNG HÒA")
    assert left.text == "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"
    assert right.text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert left.box.top == right.box.top
    assert left.box.right < right.box.left
    number, date = line(pdf, "Số:"), line(pdf, "Bắc Kạn,")
    assert number.text == "Số: 1234/SNV-VP"
    assert date.text == "Bắc Kạn, ngày 05 tháng 3 năm 2026"
    assert number.box.top == date.box.top > left.box.bottom


def test_narrow_gap_between_columns_still_parts_them() -> None:
    pdf = typst_pdf(
        "#set page(margin: 20pt)\n"
        "#grid(columns: (auto, auto), column-gutter: 16pt, [SỞ GIÁO DỤC VÀ ĐÀO TẠO], [CỘNG HÒA XÃ HỘI CHỦ NGHĨA])"
    )
    assert texts(pdf) == ["SỞ GIÁO DỤC VÀ ĐÀO TẠO", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA"]


def test_words_stay_whole_in_every_face() -> None:
    words = "Nghị quyết Thưởng Người Trường đường Đỗ Quyền Nguyễn Khuyến giấy tờ luật sửa đổi ưu tiên ở thuở ỷ ỵ"
    for style in ("", 'weight: "bold"', 'style: "italic"', 'weight: "bold", style: "italic"'):
        assert texts(typst_pdf(f"#set page(width: 900pt)\n#text({style})[{words}]")) == [words], style


def test_text_is_nfc_when_the_file_has_combining_marks() -> None:
    name = "Nguyễn Thị Hường"
    found = texts(typst_pdf(f"#set text(ligatures: false)\n{unicodedata.normalize('NFD', name)}"))
    assert found == [name]


def test_justified_text_is_one_line_each() -> None:
    lines = texts(letter_pdf())
    assert "phủ về công tác văn thư, Sở Nội vụ đề nghị các cơ quan, đơn vị rà soát việc tiếp nhận," in lines


def test_bold_italic_and_size_are_told() -> None:
    pdf = letter_pdf()
    assert (line(pdf, "SỞ NỘI VỤ").bold, line(pdf, "SỞ NỘI VỤ").italic) == (True, False)
    assert (line(pdf, "ỦY BAN").bold, line(pdf, "ỦY BAN").size) == (False, 12.0)
    assert (line(pdf, "Bắc Kạn").italic, line(pdf, "Bắc Kạn").size) == (True, 13.0)
    assert (line(pdf, "Nơi nhận").bold, line(pdf, "Nơi nhận").italic) == (True, True)


def test_size_is_that_on_the_page_whatever_the_font_size_says() -> None:
    assert line(raw_pdf(shown("Chung", 80, 700, size=1, matrix="14 0 0 14")), "Chung").size == 14.0


def test_a_run_of_blanks_for_a_missing_number_does_not_part_the_line() -> None:
    assert texts(raw_pdf(shown("So:       /SNV-VP", 80, 700))) == ["So: /SNV-VP"]


def test_bold_feigned_by_printing_twice_reads_once() -> None:
    assert texts(raw_pdf(shown("QUYET DINH", 80, 700) + shown("QUYET DINH", 80.3, 700))) == ["QUYET DINH"]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotated_page_is_given_upright(degrees: int) -> None:
    turn = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[degrees]
    place = {0: (100, 742), 90: (100, 100), 180: (495, 100), 270: (495, 742)}[degrees]
    pdf = raw_pdf(shown("Upright text", *place, matrix=turn), page=f"/Rotate {degrees}")
    page = first_page(pdf)
    assert (page.width, page.height) == ((595, 842) if degrees in (0, 180) else (842, 595))
    [found] = page.lines
    assert found.text == "Upright text"
    assert found.box.left == pytest.approx(100, abs=3)
    assert found.box.top == pytest.approx(88, abs=8)
    assert found.box.bottom - found.box.top < 20


def test_page_scanned_sideways_is_turned_by_its_text() -> None:
    page = first_page(raw_pdf(shown("A sideways page", 300, 100, matrix="0 1 -1 0")))
    assert (page.width, page.height) == (842, 595)
    [found] = page.lines
    assert found.text == "A sideways page"
    assert found.box.right - found.box.left > found.box.bottom - found.box.top


def test_rotation_of_a_real_letter_keeps_every_line() -> None:
    upright = {line.text for line in first_page(letter_pdf()).lines}
    assert {line.text for line in first_page(rotated(letter_pdf(), 180)).lines} == upright


def test_text_outside_the_page_or_too_small_to_see_is_not_there() -> None:
    hidden = shown("outside", 80, -300) + shown("tiny", 80, 600, size=0.5)
    assert texts(raw_pdf(shown("shown", 80, 700) + hidden)) == ["shown"]


def test_first_and_last_pages_are_read_and_all_are_counted() -> None:
    pages = read_pdf(letter_pdf(pages=9), first=2, last=1)
    assert [page.number for page in pages.pages] == [1, 2, 9]
    assert pages.total == 9
    assert "Nguyễn Thị Hường" in pages.text
    assert all(page.layer is Layer.TEXT for page in pages.pages)


def test_free_text_without_appearance_is_a_line_in_its_place() -> None:
    pdf = with_annotation(
        letter_pdf(symbol="     /SNV-VP"), (160, 735, 190, 750), Subtype="/FreeText", Contents="1234", DA="/Helv 12 Tf"
    )
    found = line(pdf, "1234")
    assert (found.box.left, found.box.right) == (160, 190)
    assert found.box.top == pytest.approx(842 - 750, abs=1)


def test_appearance_of_an_annotation_counts_and_not_the_value_behind_it() -> None:
    pdf = with_annotation(
        letter_pdf(), (300, 300, 400, 320), drawn="Drawn 55", Subtype="/FreeText", Contents="Stored 66"
    )
    assert "Drawn 55" in texts(pdf)
    assert "Stored 66" not in texts(pdf)


def test_stamp_is_read_as_it_is_drawn() -> None:
    pdf = with_annotation(letter_pdf(), (300, 300, 400, 320), drawn="SAO Y", Subtype="/Stamp", Contents="a comment")
    assert line(pdf, "SAO Y").box.left == pytest.approx(302, abs=2)
    assert "a comment" not in texts(pdf)


def test_value_of_a_form_field_is_a_line() -> None:
    pdf = with_annotation(letter_pdf(), (300, 300, 400, 320), Subtype="/Widget", FT="/Tx", T="so", V="Số 77")
    assert line(pdf, "Số 77").box.left == pytest.approx(300, abs=5)


def test_field_with_an_appearance_is_read_as_it_is_drawn() -> None:
    pdf = with_annotation(
        letter_pdf(), (300, 300, 400, 320), drawn="So 55", Subtype="/Widget", FT="/Tx", T="so", V="So 66"
    )
    assert "So 55" in texts(pdf)
    assert "So 66" not in texts(pdf)


def test_field_whose_appearance_is_empty_has_its_value() -> None:
    pdf = with_annotation(letter_pdf(), (300, 300, 400, 320), paint=b"", Subtype="/Widget", FT="/Tx", T="so", V="So 66")
    assert "So 66" in texts(pdf)


def test_value_behind_an_appearance_that_draws_no_characters_is_not_believed() -> None:
    pdf = with_annotation(
        letter_pdf(),
        (300, 300, 400, 320),
        paint=outlined("55", 4, 4),
        Subtype="/Widget",
        FT="/Tx",
        T="so",
        V="So 66",
    )
    assert "So 66" not in texts(pdf)


def test_signature_field_shows_the_layers_of_its_appearance() -> None:
    """Name and time are in the form n2 of the form FRM, beside an empty n0 (as viewers of old built it)."""
    pdf = with_annotation(
        letter_pdf(),
        (300, 300, 480, 340),
        layers=shown("Ky boi: SO NOI VU", 4, 10),
        Subtype="/Widget",
        FT="/Sig",
        T="sig",
    )
    assert line(pdf, "Ky boi").text == "Ky boi: SO NOI VU"
    assert line(pdf, "Ky boi").box.left == pytest.approx(304, abs=2)


def test_links_and_comments_say_nothing() -> None:
    pdf = with_annotation(letter_pdf(), (300, 300, 400, 320), Subtype="/Link", Contents="a link")
    pdf = with_annotation(pdf, (300, 330, 320, 350), Subtype="/Text", Contents="a comment")
    assert texts(pdf) == texts(letter_pdf())


def test_hidden_annotation_says_nothing() -> None:
    pdf = with_annotation(letter_pdf(), (300, 300, 400, 320), F="2", Subtype="/FreeText", Contents="Số 88")
    assert "Số 88" not in texts(pdf)


def test_scan_without_text_is_a_picture_to_be_read() -> None:
    [page] = read_pdf(scan_pdf()).pages
    assert (page.layer, page.lines) == (Layer.OCR, ())


def test_scan_in_strips_is_a_scan() -> None:
    strip = b"q 595 0 0 210 0 %d cm /Im Do Q\n"
    pdf = scan_pdf().replace(b"q 595 0 0 842 0 0 cm /Im Do Q\n", b"".join(strip % (210 * n) for n in range(4)))
    [page] = read_pdf(pdf).pages
    assert (page.layer, page.lines) == (Layer.OCR, ())


def test_letters_drawn_as_outlines_only_are_to_be_read() -> None:
    [page] = read_pdf(raw_pdf(outlined("0123456789", 80, 700))).pages
    assert (page.layer, page.lines) == (Layer.OCR, ())


def test_empty_page_has_nothing_to_be_read() -> None:
    [page] = read_pdf(raw_pdf(b"0.5 w 80 700 m 500 700 l S")).pages
    assert (page.layer, page.lines) == (Layer.TEXT, ())


def test_photo_of_a_page_with_a_heading_is_a_picture() -> None:
    pdf = scan_pdf(shown("Chup man hinh", 80, 800)).replace(b"595 0 0 842 0 0 cm", b"420 0 0 600 80 100 cm")
    [page] = read_pdf(pdf).pages
    assert (page.layer, page.lines) == (Layer.OCR, ())


def test_scan_with_the_stamp_of_a_signature_has_no_lines() -> None:
    assert texts(scan_pdf(shown("Ky boi: SO NOI VU", 400, 800) + shown("Thoi gian: 05/03/2026 10:00", 400, 780))) == []


def test_text_recognised_under_a_scan_is_told_from_written_text() -> None:
    words = b"".join(shown("Công hòa xã hôi chu nghia Viêt Nam, dôc lâp", 80, 700 - 20 * row) for row in range(10))
    page = first_page(scan_pdf(b"3 Tr\n" + words))
    assert page.layer is Layer.OCR
    assert len(page.lines) == 10


@pytest.mark.parametrize(
    "hide",
    [
        b"1 1 1 rg",  # white on white
        b"0.97 g",  # nearly so
        b"3 Tr",  # invisible
        b"7 Tr",  # for clipping only
        b"0 0 1 1 re W n",  # cut away
    ],
)
def test_text_that_nobody_sees_is_not_read(hide: bytes) -> None:
    hidden = b"q " + hide + b"\n" + shown("So: 99/SNV-VP", 80, 600) + b"Q\n"
    words = " ".join(texts(raw_pdf(shown("So: 12/SNV-VP", 80, 700) + hidden)))
    assert "12" in words
    assert "99" not in words


def test_text_below_a_white_box_is_not_read() -> None:
    covered = shown("So: 12/SNV-VP", 80, 700) + b"1 g 70 690 200 30 re f\n"
    assert "12" not in " ".join(texts(raw_pdf(covered)))


def test_crop_box_is_where_the_page_begins() -> None:
    [found] = first_page(
        raw_pdf(shown("Inside", 200, 700) + shown("Outside", 20, 700), page="/CropBox [100 100 500 800]")
    ).lines
    assert found.text == "Inside"
    assert found.box.left == pytest.approx(100, abs=2)
    assert found.box.bottom == pytest.approx(103, abs=4)


def test_letters_set_apart_for_show_make_words() -> None:
    for title in ("#text(tracking: 4pt)[QUYẾT ĐỊNH]", "#text(tracking: 9pt)[QUYẾT ĐỊNH]", "Q U Y Ế T~ ~Đ Ị N H"):
        assert texts(typst_pdf(title)) == ["QUYẾT ĐỊNH"], title


def test_raised_mark_of_a_note_is_no_digit_of_the_number() -> None:
    assert texts(typst_pdf("Số: 123#super(typographic: false)[1]/QĐ-UBND")) == ["Số: 123¹/QĐ-UBND"]


def test_blanks_of_justified_text_part_no_columns() -> None:
    stretched = b"BT /F1 13 Tf 20 Tw 1 0 0 1 80 700 Tm (wide justified words) Tj ET"
    assert texts(raw_pdf(stretched)) == ["wide justified words"]


def test_columns_in_one_text_object_are_parted() -> None:
    columns = b"BT /F1 13 Tf 1 0 0 1 80 700 Tm [(LEFT SIDE)-6000(RIGHT SIDE)] TJ ET"
    assert texts(raw_pdf(columns)) == ["LEFT SIDE", "RIGHT SIDE"]


def test_order_of_the_text_objects_does_not_matter() -> None:
    assert texts(raw_pdf(shown("three", 160, 700) + shown("two", 130, 700) + shown("one", 100, 700))) == [
        "one two three"
    ]


def test_word_that_runs_into_the_next_one_stays_whole() -> None:
    """A number written too wide for its hole must not take letters of the notation between its digits."""
    assert texts(raw_pdf(shown("/SNV-VP", 120, 700) + shown("1234", 94, 700))) == ["1234/SNV-VP"]


def test_slanted_watermark_is_a_line_of_its_own() -> None:
    pdf = letter_pdf()
    marked = drawn_over(pdf, b"0.8 g BT /Helv 80 Tf 0.7 0.7 -0.7 0.7 150 300 Tm (DU THAO) Tj ET")
    assert set(texts(marked)) >= set(texts(pdf))


def test_page_with_few_words_and_no_picture_keeps_them() -> None:
    assert texts(raw_pdf(shown("Short", 80, 700))) == ["Short"]


def test_password_is_a_problem() -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(encrypted(letter_pdf()))
    assert caught.value.problem is Problem.ENCRYPTED
    assert str(caught.value).startswith("encrypted: ")


def test_encryption_with_an_empty_password_reads_on() -> None:
    assert "Số: 1234/SNV-VP" in texts(encrypted(letter_pdf(), password=""))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\xff" * 500, b"%PDF-1.7\n" + bytes(range(256)) * 20])
def test_octets_that_are_no_pdf_are_malformed(content: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_pdf(content)
    assert caught.value.problem is Problem.MALFORMED


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_cut_off_file_is_malformed_or_read_as_far_as_it_goes(share: int) -> None:
    whole = letter_pdf()
    try:
        pages: Pages | None = read_pdf(whole[: len(whole) * share // 100])
    except Unreadable as error:
        pages, problem = None, error.problem
    assert problem is Problem.MALFORMED if pages is None else pages.total == 1


def test_junk_before_the_header_does_not_matter() -> None:
    assert "Số: 1234/SNV-VP" in texts(b"From: x\r\n\r\n" + letter_pdf())
