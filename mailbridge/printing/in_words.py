"""A count in Vietnamese words, as it stands in brackets behind the figure, so that nobody adds a digit to it."""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")
MOST = 999_999_999


def in_words(number: int) -> str:
    """
    Write a whole number from 0 to `MOST` in words: 105 is "một trăm linh năm", 21 "hai mươi mốt".

    Raises:
        ValueError: It is below or above.
    """
    if not 0 <= number <= MOST:
        raise ValueError(f"not between 0 and {MOST}: {number}")
    if number == 0:
        return _DIGITS[0]
    told: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            told.append(_group(group, is_first=not told) + _GROUPS[power])
    return " ".join(told)


def _group(number: int, *, is_first: bool) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    told = [f"{_DIGITS[hundreds]} trăm"] if hundreds or not is_first else []
    if tens == 0 and ones and told:
        told.append("linh")
    if tens == 1:
        told.append("mười")
    elif tens:
        told.append(f"{_DIGITS[tens]} mươi")
    if ones:
        told.append(_one(ones, tens))
    return " ".join(told)


def _one(ones: int, tens: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    return "lăm" if ones == 5 and tens else _DIGITS[ones]
