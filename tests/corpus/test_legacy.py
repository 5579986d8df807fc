from __future__ import annotations

from mailbridge.mail.vietnamese import by_font
from tests.corpus.legacy import VN_TIME, in_tcvn3, old_font

_ALPHABET = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"


def test_the_codes_are_those_that_readers_of_such_fonts_know() -> None:
    assert by_font(in_tcvn3(_ALPHABET), VN_TIME) == _ALPHABET


def test_a_word_of_the_time() -> None:
    assert in_tcvn3("Cộng hòa xã hội chủ nghĩa Việt Nam") == "Céng hßa x· héi chñ nghÜa ViÖt Nam"


def test_capitals_have_a_font_of_their_own() -> None:
    assert old_font(VN_TIME, "QUYẾT ĐỊNH") == (".VnTimeH", "quyết định")
    assert old_font(VN_TIME, "Số: 12") == (VN_TIME, "Số: 12")
    assert old_font("Times New Roman", "QUYẾT ĐỊNH") == ("Times New Roman", "QUYẾT ĐỊNH")
