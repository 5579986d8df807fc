from __future__ import annotations

from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_rows import rows_of, told


def words(*texts: str, left: int = 100, base: int = 200, line: int = 1, gap: int = 8, sure: float = 0.95) -> list[Word]:
    """Set words on one base line, letters of 16 pixels by 24."""
    made = []
    for text in texts:
        right = left + 16 * len(text)
        made.append(Word(text, left, base - 24, right, base, float(base), sure, line))
        left = right + gap
    return made


def test_a_wide_gap_parts_two_lines() -> None:
    rows = rows_of([*words("BỘ", "TƯ", "PHÁP"), *words("Hà", "Nội,", left=700)])
    assert [row.text for row in rows] == ["BỘ TƯ PHÁP", "Hà Nội,"]


def test_pieces_of_one_base_line_are_joined() -> None:
    rows = rows_of([*words("Kính", "gửi:", line=1), *words("Bộ", "Y", "tế", left=260, base=202, line=2)])
    assert [row.text for row in rows] == ["Kính gửi: Bộ Y tế"]


def test_the_heading_is_parted_from_the_name_close_beside_it() -> None:
    rows = rows_of(words("BỘ", "TÀI", "CHÍNH", "CỘNG", "HÒA", "XÃ", "HỘI", "CHỦ", "NGHĨA", "VIỆT", "NAM"))
    assert [row.text for row in rows] == ["BỘ TÀI CHÍNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]


def test_the_space_left_for_a_number_does_not_part_the_line() -> None:
    rows = rows_of([*words("Số:"), *words("/QĐ-UBND", left=300, line=2)])
    assert [row.text for row in rows] == ["Số: /QĐ-UBND"]


def test_specks_are_no_words() -> None:
    assert rows_of([Word("'", 10, 10, 12, 13, 13.0, 0.9, 1)]) == []


def test_an_unreadable_word_inside_a_line_is_told() -> None:
    (row,) = rows_of([*words("tỉnh"), *words("xyz", left=172, sure=0.1), *words("Giang", left=230)])
    certain = told(row)
    assert certain is not None
    assert certain.text == f"tỉnh {UNREAD} Giang"


def test_dirt_at_the_end_of_a_line_is_left_out() -> None:
    (row,) = rows_of([*words("Hà", "Nội"), *words("j", left=210, sure=0.1)])
    certain = told(row)
    assert certain is not None
    assert certain.text == "Hà Nội"


def test_a_line_of_nothing_readable_is_none() -> None:
    (row,) = rows_of([*words("abcdefgh", "ijklmnop", sure=0.2)])
    assert told(row) is None
