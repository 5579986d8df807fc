from __future__ import annotations

import pytest

from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_ink import blobs, level_of_ink
from mailbridge.reading.scan_number import _NUMBER, _agreed, _merged, is_date_row, is_number_row
from mailbridge.reading.scan_rows import Row

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")


def row(text: str) -> Row:
    found, left = [], 100
    for part in text.split():
        found.append(Word(part, left, 100, left + 15 * len(part), 124, 124.0, 0.9, 1))
        left += 15 * len(part) + 8
    return Row(words=tuple(found), em=24)


@pytest.mark.parametrize(
    "text", ["Số: 12/QĐ-UBND", "Số:", "Số 127-QĐ/TW", "Sô: #7/UBND-VX", "số: 5/UBND", "Số: /QĐ-TTg"]
)
def test_number_lines(text: str) -> None:
    assert is_number_row(row(text))


@pytest.mark.parametrize("text", ["Sở Y tế", "SỞ TƯ PHÁP", "số lượng người", "Căn cứ Nghị định số 30/2020/NĐ-CP"])
def test_other_lines(text: str) -> None:
    assert not is_number_row(row(text))


def test_a_date_line_and_a_sentence_with_a_date() -> None:
    assert is_date_row(row("Hà Nội, ngày 05 tháng 3 năm 2020"))
    assert is_date_row(row("Hà Nội, ngày tháng năm 2020"))
    assert not is_date_row(row("quyền; căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ."))


def test_blobs_are_pieces_of_ink_that_hang_together() -> None:
    picture = Image.new("L", (60, 40), 250)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((5, 10, 9, 29), fill=20)
    draw.line((20, 10, 30, 30), fill=20)
    draw.line((30, 10, 20, 30), fill=20)
    found = blobs(picture, level_of_ink(picture))
    assert [(blob.left, blob.top, blob.right, blob.bottom) for blob in found] == [(5, 10, 10, 30), (20, 10, 31, 31)]


def test_too_much_ink_is_no_blobs() -> None:
    assert blobs(Image.effect_noise((600, 600), 120), 128) == []


def test_readings_that_agree_are_sure() -> None:
    assert _agreed(["504", "504", "504", "504"], _NUMBER) == ("504", 1.0)


def test_a_reading_that_is_no_number_is_overruled_and_another_number_is_a_doubt() -> None:
    assert _agreed(["504", "504", "504", "5O4"], _NUMBER)[0] == "504"
    assert _agreed(["504", "504", "504", "584"], _NUMBER)[0] == UNREAD
    assert _agreed(["504"] * 5 + ["584"], _NUMBER)[0] == "504"


def test_nothing_read_is_blank() -> None:
    assert _agreed(["", "", ""], _NUMBER) == ("", 1.0)


def test_a_letter_of_the_notation_without_a_majority_is_unread() -> None:
    assert _merged(["/QĐ-TTg", "/QĐ-TTg", "/QĐ-TTg", "/QĐ-TIg"])[0] == "/QĐ-TTg"
    assert _merged(["/UBND-VX", "/UBND-VX", "/UBND-VY", "/UBND-VY"])[0] == f"/UBND-V{UNREAD}"


def test_one_reading_that_sees_the_tail_of_a_q_is_a_doubt() -> None:
    assert _merged(["/SGD-OLT", "/SGD-OLT", "/SGD-OLT", "/SGD-QLT"])[0] == f"/SGD-{UNREAD}LT"
