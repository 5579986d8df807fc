"""
Vietnamese text in the codes from before Unicode, for documents whose fonts name them.

TCVN 5712:1993 (VN3, "ABC"): the table is its own, given here by letter. Capitals with marks have no code of their own
there: they are written with the small letter of a font whose name ends in "H".
"""

from __future__ import annotations

VN_TIME = ".VnTime"
"""The font of nearly all old documents; what is in capitals stands in ".VnTimeH"."""

_LETTERS = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§",
)
_TCVN3 = str.maketrans(*_LETTERS)


def in_tcvn3(text: str) -> str:
    """Write text with the letters of Latin-1 that TCVN3 puts in their place; capitals with tones become small."""
    return "".join(_one(letter) for letter in text)


def _one(letter: str) -> str:
    if letter in _LETTERS[0] or letter.isascii():
        return letter.translate(_TCVN3)
    return letter.lower().translate(_TCVN3)


def old_font(font: str, text: str) -> tuple[str, str]:
    """
    Name the font for a text, and the text to be written in it.

    TCVN3 has no capitals with tones: a font of its own, with an H behind its name, shows small letters as capitals.
    """
    return (f"{font}H", text.lower()) if font == VN_TIME and text.isupper() else (font, text)
