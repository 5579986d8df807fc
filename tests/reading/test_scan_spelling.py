from __future__ import annotations

import pytest

from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_spelling import mended


def mend(text: str, sure: float = 0.9) -> str:
    return " ".join(word.text for word in mended([Word(part, 0, 0, 9, 9, 9.0, sure, 1) for part in text.split()]))


@pytest.mark.parametrize(("read", "meant"), [
    ("VỀ VIẸC BAN HÀNH", "VỀ VIỆC BAN HÀNH"),
    ("KẾT LUẠN", "KẾT LUẬN"),
    ("NGHIẸP", "NGHIỆP"),
    ("THUƠNG", "THƯƠNG"),
    ("quyẻn", "quyển"),
])  # fmt: skip
def test_spellings_that_do_not_exist_are_put_right(read: str, meant: str) -> None:
    assert mend(read, sure=0.99) == meant


@pytest.mark.parametrize("text", ["GIẸP", "quan", "qua", "của", "mua", "quở", "thuở", "gieo", "UBND", "eo", "Pleiku"])
def test_spellings_that_exist_stay(text: str) -> None:
    assert mend(text) == text


@pytest.mark.parametrize(("read", "meant"), [
    ("BỒ SUNG", "BỔ SUNG"),
    ("BẢO HIỀM XÃ HỌI", "BẢO HIỂM XÃ HỘI"),
    ("Bọ Lao đọng - Thương binh và Xã họi", "Bộ Lao động - Thương binh và Xã hội"),
    ("tĩnh Hà Tĩnh,", "tỉnh Hà Tĩnh,"),
])  # fmt: skip
def test_marks_of_a_fixed_phrase_are_put_right(read: str, meant: str) -> None:
    assert mend(read) == meant


def test_two_syllables_that_were_read_surely_stay() -> None:
    assert mend("BỒ SUNG", sure=0.96) == "BỒ SUNG"


def test_the_older_place_of_a_tone_stays() -> None:
    assert mend("Uỷ ban nhân dân tỉnh Khánh Hoà") == "Uỷ ban nhân dân tỉnh Khánh Hoà"


def test_what_was_mended_is_not_sure() -> None:
    (word,) = mended([Word("VIẸC", 0, 0, 9, 9, 9.0, 0.99, 1)])
    assert word.sure <= 0.85


def test_no_letter_is_changed() -> None:
    assert mend("BAN HÀNG QUY ĐỊNH") == "BAN HÀNG QUY ĐỊNH"
