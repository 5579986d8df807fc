from __future__ import annotations

from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_marks import without_arrival_fields
from mailbridge.reading.scan_rows import Row


def row(text: str, left: int, base: int) -> Row:
    words, at = [], left
    for part in text.split():
        words.append(Word(part, at, base - 24, at + 15 * len(part), base, float(base), 0.9, 1))
        at += 15 * len(part) + 8
    return Row(words=tuple(words), em=24)


def kept(*rows: Row) -> list[str]:
    return [each.text for each in without_arrival_fields(rows)]


def test_number_and_day_of_an_arrival_stamp_go() -> None:
    stamp = (row("CÔNG VĂN ĐẾN", 1000, 60), row("Số: 8849", 1000, 100), row("Ngày 16 tháng 4 năm 2021", 1000, 140))
    assert kept(*stamp, row("Số: 504/TCHQ-GSQL", 300, 300)) == ["CÔNG VĂN ĐẾN", "Số: 504/TCHQ-GSQL"]


def test_the_number_of_the_letter_close_under_a_stamp_stays() -> None:
    assert "Số: 07/KH-UBND" in kept(row("VĂN BẢN ĐẾN", 300, 60), row("Số: 07/KH-UBND", 300, 200))


def test_a_stamp_whose_frame_hid_the_word_is_known_by_its_bare_number() -> None:
    assert kept(row("Số: 8849", 1000, 100), row("Số: 504/TCHQ-GSQL", 300, 300)) == ["Số: 504/TCHQ-GSQL"]


def test_a_number_alone_stays_where_there_is_no_other() -> None:
    assert kept(row("Số: 8849", 300, 100)) == ["Số: 8849"]


def test_place_and_date_of_the_letter_stay() -> None:
    rows = (row("CÔNG VĂN ĐẾN", 1000, 60), row("Hà Nội, ngày 05 tháng 3 năm 2020", 900, 250))
    assert len(kept(*rows)) == 2
