"""The printed book, read back from its PDF."""

from __future__ import annotations

import importlib
import io
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import typst
from pyhanko.pdf_utils.reader import PdfFileReader

from mailbridge.errors import MailBridgeError, Misconfigured
from mailbridge.printing.columns import PRINTED
from mailbridge.printing.line import line_of
from mailbridge.printing.setting import run_apart, run_here
from mailbridge.printing.showable import _RANGES
from mailbridge.printing.typeset import cut_by_pages, set_book
from tests.printing.builders_printing import corrected, first_version, lines, voided, volume
from tests.printing.builders_reading import pages

MM = 72 / 25.4
HEADS = [*(column.head for column in PRINTED), *(f"({number})" for number in range(1, 11))]


def sizes(pdf: bytes) -> set[tuple[int, int]]:
    """Return the sizes of all pages in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return {tuple(map(round, document.get_page_size(number))) for number in range(len(document))}
    finally:
        document.close()


def test_cover_sheets_and_last_page_say_what_the_form_asks() -> None:
    pdf = set_book(volume(lines(40), superior="Ủy ban nhân dân tỉnh Bắc Kạn", volume=2))
    cover, *sheets = pages(pdf)
    assert cover == (
        "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN SỞ NỘI VỤ TỈNH BẮC KẠN SỔ ĐĂNG KÝ VĂN BẢN ĐẾN Năm: 2026 "
        "Từ ngày 05/01/2026 đến ngày 05/01/2026 Từ số 01 đến số 40 Quyển số: 2"
    )
    assert "Tổng cộng: 40 (bốn mươi) văn bản đến. Từ số 01 đến số 40." in sheets[-1]
    for sign in ("NGƯỜI LẬP SỔ (Ký, ghi rõ họ tên)", "VĂN THƯ (Ký, ghi rõ họ tên)"):
        assert sign in sheets[-1]
    assert "LÃNH ĐẠO CƠ QUAN (Ký, ghi rõ họ tên, đóng dấu)" in sheets[-1]
    assert sizes(pdf) == {(842, 595)}


FORM = [
    "Ngày đến",
    "Số đến",
    "Tác giả",
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Đơn vị hoặc người nhận",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
]
"""NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI, in its order."""


def test_columns_are_those_of_the_form_and_fill_the_sheet() -> None:
    assert [column.head for column in PRINTED] == FORM
    assert sum(column.width for column in PRINTED) == 265


def test_heads_stand_on_the_sheet_in_the_order_of_the_form_above_their_numbers() -> None:
    document = pypdfium2.PdfDocument(set_book(volume(lines(1))))
    text = document[1].get_textpage()
    left = 20.0
    for number, column in enumerate(PRINTED, start=1):
        edges = {"left": left * MM, "right": (left + column.width) * MM}
        words = " ".join(text.get_text_bounded(**edges).split())
        assert f"{column.head} ({number})" in words
        left += column.width
    text.close()
    document.close()


def test_a_book_is_cut_into_volumes_by_its_sheets() -> None:
    whole = volume(lines(60), volume=3)
    volumes = cut_by_pages(whole, 2)
    assert [each.title.volume for each in volumes] == [3, 4, 5][: len(volumes)]
    assert tuple(line for each in volumes for line in each.lines) == whole.lines
    for each in volumes:
        assert sum("(10)" in text for text in pages(set_book(each))) <= 2
    first, second = volumes[0].numbers, volumes[1].numbers
    assert first is not None
    assert second is not None
    assert second[0] == first[1] + 1


def test_a_closing_stands_on_the_last_page() -> None:
    bound = replace(volume(lines(3)), seals=("Sổ năm 2026 đã khóa lúc 04/01/2027 09:00:00 (lan).",))
    assert "Sổ năm 2026 đã khóa lúc 04/01/2027 09:00:00 (lan)." in pages(set_book(bound))[-1]


def test_every_sheet_has_the_ten_heads_its_number_and_its_total() -> None:
    sheets = [text for text in pages(set_book(volume(lines(60))))[1:] if "(10)" in text]
    assert len(sheets) > 3
    added = 0
    for number, text in enumerate(sheets, start=1):
        assert f"Trang {number} / " in text
        assert [head for head in HEADS if head not in text] == []
        before, _, total = text.partition("Cộng trang: ")
        count = int(total.split()[0])
        added += count
        assert f"Cộng dồn: {added} văn bản." in total
        assert before.count("Văn phòng Sở") == count
    assert added == 60


def test_all_pages_know_how_many_there_are() -> None:
    _, *sheets = pages(set_book(volume(lines(60))))
    assert all(f"Trang {number} / {len(sheets)}" in text for number, text in enumerate(sheets, start=1))


def test_one_entry_is_a_book() -> None:
    texts = pages(set_book(volume(lines(1))))
    assert len(texts) == 2
    assert "05/01/2026 01 Bộ Nội vụ 101/QĐ-UBND 02/01/2026 Quyết định ban hành Quy chế" in texts[1]
    assert "Cộng trang: 1 văn bản. Cộng dồn: 1 văn bản." in texts[1]


def test_an_empty_book_is_printed_as_empty() -> None:
    texts = pages(set_book(volume(())))
    assert len(texts) == 2
    assert "Từ ngày .............. đến ngày .............." in texts[0]
    assert "Cộng trang: 0 văn bản" in texts[1]
    assert "Không có văn bản nào được đăng ký" in texts[1]


def test_a_voided_entry_stays_with_its_reason_and_is_counted() -> None:
    texts = pages(set_book(volume((*lines(3), line_of(voided(4)), line_of((first_version(6),))))))
    assert "104/BNV" in texts[1]
    assert "Đã hủy 06/01/2026 (Trần Thị Bình): Đăng ký trùng với số đến 01." in texts[1]
    assert "Cộng trang: 5 văn bản (trong đó gạch bỏ 1)" in texts[1]
    assert "Số đã gạch bỏ, không cấp lại (1): 04." in texts[1]
    assert "Số không có trong sổ (1): 05." in texts[1]


def test_a_corrected_entry_shows_what_it_said_before_and_now() -> None:
    text = pages(set_book(volume([line_of(corrected(1, issuer="Bộ Tài chính"))])))[1]
    assert "Bộ Nội vụ" in text
    assert "Bộ Tài chính" in text
    assert "Đính chính 06/01/2026 (Trần Thị Bình): Nhập sai tác giả." in text


HOSTILE = [
    '#panic("x")',
    '#read("/etc/passwd")',
    '#eval("1+1")',
    '"); #sys.inputs //',
    "$ integral $ *bold* _it_ = Head",
    "\\ ] ) } <label> @ref",
    "// ghi chú /* */ `raw`",
    "https://example.vn/a b",
    "=HYPERLINK(1)",
    "{{ 7*7 }} ${7*7}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_strangers_wrote_is_run(text: str) -> None:
    """A string stays the string it is in each column, on the cover and in the remarks."""
    line = line_of(
        corrected(1, why=text, issuer=text, symbol=text, subject=text, recipients=text, note=text, type=None)
    )
    cover, sheet, *_ = pages(set_book(volume([line], agency=text, book=text, superior=text)))
    bare = "".join(text.split())
    assert "".join(sheet.split()).count(bare) >= 6
    assert "".join(cover.split()).count("".join(text.upper().split())) == 3


def test_a_subject_of_a_hundred_thousand_letters_is_there_to_its_last_word() -> None:
    long = line_of((first_version(2, subject="lời " * 25_000 + "HẾT"),))
    texts = pages(set_book(volume((*lines(1), long, line_of((first_version(3),))))))
    assert sum("lời" in text for text in texts) > 20
    assert any("HẾT" in text for text in texts)
    assert all("(10)" in text for text in texts if "lời" in text)
    assert "Cộng dồn: 3 văn bản." in "".join(texts)


def test_a_word_without_a_blank_stays_on_the_paper() -> None:
    line = line_of((first_version(1, symbol="1/" + "A" * 120),))
    pdf = set_book(volume([line]))
    document = pypdfium2.PdfDocument(pdf)
    text = document[1].get_textpage()
    column = text.get_text_bounded(left=20 * MM + 67 * MM, right=20 * MM + 96 * MM)
    document.close()
    assert column.count("A") == 120


def test_everything_that_is_called_showable_is_in_our_fonts() -> None:
    """PDF/A refuses a letter that no font has."""
    everything = "".join(chr(code) for first, last in _RANGES for code in range(first, last + 1))
    some = [line_of((first_version(1, subject=everything[start : start + 400]),)) for start in range(0, 4000, 400)]
    assert set_book(volume(some))


def test_the_same_book_gives_the_same_octets_whenever_it_is_printed() -> None:
    those = (*lines(20), line_of(voided(21)))
    assert set_book(volume(those)) == set_book(volume(those))


def test_the_book_is_as_old_as_what_stands_in_it() -> None:
    document = pypdfium2.PdfDocument(set_book(volume(lines(3))))
    found = document.get_metadata_dict()
    document.close()
    assert found["CreationDate"].startswith("D:20260105010300")
    assert found["Title"] == "Sổ đăng ký văn bản đến năm 2026"


def test_a_book_begins_anew_on_the_first_day_of_the_year_in_vietnam() -> None:
    turn = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)
    texts = pages(set_book(volume([line_of((first_version(1, arrived_at=turn),))])))
    assert "Từ ngày 01/01/2026 đến ngày 01/01/2026" in texts[0]
    assert "01/01/2026 01 " in texts[1]


def test_without_typst_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Misconfigured, match=r"typst is not installed \(install mailbridge\[report\]\)"):
        set_book(volume(()))
    monkeypatch.undo()
    assert importlib.import_module("typst") is typst


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set books of more than 20 lines two sheets at a time, each part in a process of its own."""
    monkeypatch.setattr("mailbridge.printing.typeset._PART", 20)
    monkeypatch.setattr("mailbridge.printing.typeset._SHEETS", 2)


@pytest.mark.parametrize("count", [45, 60])
def test_a_long_book_is_set_in_parts_and_reads_like_one_piece(count: int, request: pytest.FixtureRequest) -> None:
    those = (*lines(count - 1), line_of(voided(count)))
    whole = set_book(volume(those))
    request.getfixturevalue("in_parts")
    told: list[tuple[int, int]] = []
    bound = set_book(volume(those), lambda done, of: told.append((done, of)))
    assert pages(bound) == pages(whole)
    assert sizes(bound) == sizes(whole)
    assert bound == set_book(volume(those))
    assert told == sorted(told)
    assert told[-1] == (count, count)


@pytest.mark.usefixtures("in_parts")
def test_a_line_over_many_sheets_leaves_the_numbers_of_pages_right() -> None:
    long = line_of((first_version(31, subject="lời " * 25_000, symbol="31/QĐ"),))
    _, *sheets = pages(set_book(volume((*lines(30), long, line_of((first_version(32),))))))
    assert len(sheets) > 20
    assert all(f"Trang {number} / {len(sheets)}" in text for number, text in enumerate(sheets, start=1))


@pytest.mark.usefixtures("in_parts")
def test_parts_keep_what_makes_the_book_an_archival_file() -> None:
    bound = PdfFileReader(io.BytesIO(set_book(volume(lines(45)))))
    assert "/OutputIntents" in bound.root
    xmp = bound.root["/Metadata"].data
    assert b"<pdfaid:part>2</pdfaid:part>" in xmp
    assert bound.trailer["/Info"]["/Title"] == "Sổ đăng ký văn bản đến năm 2026"


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(MailBridgeError, match=r"ended with 1: [\s\S]*the book cannot be set"):
        run_apart("print", {"widths": [], "start": 1}, 0)


def test_what_typst_refuses_is_an_error_of_ours() -> None:
    with pytest.raises(MailBridgeError, match="cannot be set"):
        run_here("print", {"widths": []}, 0)
