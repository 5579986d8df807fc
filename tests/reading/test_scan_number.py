from __future__ import annotations

import pytest

from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_ink import blobs, level_of_ink
from mailbridge.reading.scan_number import is_date_row, is_number_row
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
