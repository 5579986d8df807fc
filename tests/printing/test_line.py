"""A line of the printed book: ten cells, and what corrections leave of what stood there."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mailbridge.printing.line import Cell, day_text, line_of
from mailbridge.registry.entry import EntryStatus
from tests.printing.builders_printing import corrected, entry, first_version, later_version, voided


def test_a_line_has_the_ten_columns_in_the_order_of_the_form() -> None:
    line = line_of((first_version(1, transfer_date=date(2026, 1, 6), note="Bản giấy"),))
    assert [cell.text for cell in line.cells] == [
        "05/01/2026",
        "01",
        "Bộ Nội vụ",
        "101/QĐ-UBND",
        "02/01/2026",
        "Quyết định ban hành Quy chế công tác văn thư, lưu trữ của các cơ quan nhà nước trên địa bàn tỉnh",
        "Văn phòng Sở",
        "06/01/2026",
        "",
        "Bản giấy",
    ]
    assert not line.is_struck
    assert line.remarks == "Bản giấy"


def test_the_day_of_arrival_is_that_of_vietnam() -> None:
    late = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)
    assert line_of((first_version(1, arrived_at=late),)).cells[0].text == "01/01/2026"


def test_what_a_correction_replaced_stays_in_its_cell() -> None:
    line = line_of(corrected(1, issuer="Bộ Tài chính"))
    assert line.cells[2] == Cell(text="Bộ Tài chính", former=("Bộ Nội vụ",))
    assert line.cells[3].former == ()
    assert line.events == ("Đính chính 06/01/2026 (Trần Thị Bình): Nhập sai tác giả.",)
    assert "Tác giả trước khi sửa: Bộ Nội vụ." in line.remarks


def test_each_of_several_corrections_is_told() -> None:
    twice = later_version(entry(1, version=3, issuer="Bộ Y tế"), "Lại sai", days=2, by="Lê C")
    line = line_of((*corrected(1, issuer="Bộ Tài chính"), twice))
    assert line.cells[2] == Cell(text="Bộ Y tế", former=("Bộ Nội vụ", "Bộ Tài chính"))
    assert line.events[1] == "Đính chính 07/01/2026 (Lê C): Lại sai."


def test_an_empty_cell_that_is_filled_later_is_no_correction() -> None:
    handed = later_version(entry(1, version=2, transfer_date=date(2026, 1, 6)), "assigned")
    line = line_of((first_version(1), handed))
    assert line.cells[7] == Cell(text="06/01/2026")
    assert line.events == ()


def test_a_value_that_was_taken_away_is_told() -> None:
    emptied = later_version(entry(1, version=2, recipients=None), "Chuyển nhầm")
    line = line_of((first_version(1), emptied))
    assert line.cells[6] == Cell(text="", former=("Văn phòng Sở",))
    assert line.events == ("Đính chính 06/01/2026 (Trần Thị Bình): Chuyển nhầm.",)


def test_a_voided_entry_is_struck_with_its_reason() -> None:
    line = line_of(voided(4))
    assert line.is_struck
    assert line.cells[1].text == "04"
    assert line.events == ("Đã hủy 06/01/2026 (Trần Thị Bình): Đăng ký trùng với số đến 01.",)


def test_a_replaced_entry_is_marked_and_goes_on_being_read() -> None:
    replaced = later_version(entry(4, version=2, status=EntryStatus.REPLACED), "Thay bằng số đến 09")
    line = line_of((first_version(4), replaced))
    assert not line.is_struck
    assert line.events == ("Đã thay thế 06/01/2026 (Trần Thị Bình): Thay bằng số đến 09.",)


def test_a_hand_over_is_no_correction() -> None:
    handed = entry(1, version=2, status=EntryStatus.TRANSFERRED, recipients="Phòng Cải cách hành chính")
    line = line_of((first_version(1), later_version(handed, "giao xử lý")))
    assert line.cells[6] == Cell(text="Phòng Cải cách hành chính")
    assert line.events == ()


def test_a_unit_that_was_put_right_later_is_a_correction() -> None:
    handed = entry(1, version=2, status=EntryStatus.TRANSFERRED, recipients="Phòng A")
    righted = entry(1, version=3, status=EntryStatus.TRANSFERRED, recipients="Phòng B")
    line = line_of((first_version(1), later_version(handed, "giao"), later_version(righted, "nhầm", days=2)))
    assert line.cells[6] == Cell(text="Phòng B", former=("Phòng A",))
    assert len(line.events) == 1


def test_a_merged_entry_is_struck() -> None:
    line = line_of((first_version(4), later_version(entry(4, version=2, status=EntryStatus.MERGED), "Trùng số 01")))
    assert line.is_struck
    assert line.events == ("Đã gộp 06/01/2026 (Trần Thị Bình): Trùng số 01.",)


def test_a_state_that_was_taken_back_does_not_look_as_if_it_held() -> None:
    voided_once = later_version(entry(4, version=2, status=EntryStatus.VOIDED), "nhầm")
    again = later_version(entry(4, version=3), "hoàn tác", days=2)
    line = line_of((first_version(4), voided_once, again))
    assert not line.is_struck
    assert line.events == (
        "Đã hủy 06/01/2026 (Trần Thị Bình): nhầm.",
        "Khôi phục 07/01/2026 (Trần Thị Bình): hoàn tác.",
    )


def test_a_remark_behind_others_corrects_nothing() -> None:
    added = entry(1, version=2, note="Chưa ký số; Đã nhận bản giấy ngày 06/01/2026")
    line = line_of((first_version(1, note="Chưa ký số"), later_version(added, "bản giấy")))
    assert line.cells[9] == Cell(text="Chưa ký số; Đã nhận bản giấy ngày 06/01/2026")
    assert line.events == ()


def test_days_have_ten_characters_in_every_year() -> None:
    assert day_text(date(999, 2, 1)) == "01/02/0999"
    assert day_text(None) == ""
