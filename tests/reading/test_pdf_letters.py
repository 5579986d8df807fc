from __future__ import annotations

import pytest

from mailbridge.mail.pages import UNREAD, Box, Layer, Line
from mailbridge.reading.glyphs import Glyph, Style
from mailbridge.reading.pdf import read_pdf
from mailbridge.reading.pdf_letters import is_usable, mended
from tests.reading.builders_pdf_raw import raw_pdf

_STYLE = Style(size=13, bold=None, italic=None, direction=0)


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(text=text, box=Box(left=0, top=0, right=9, bottom=9)) for text in texts)


def glyphs(text: str) -> list[Glyph]:
    return [Glyph(text, 0, 0, 9, 9, 0, 9, 1, _STYLE)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("NGƢỜI KÝ: Nguyễn Văn Hƣng", "NGƯỜI KÝ: Nguyễn Văn Hưng"),
        ("QUYẾT ÐỊNH", "QUYẾT ĐỊNH"),
        ("Ĉӝc lұp - Tӵ do - Hҥnh phúc", "Độc lập - Tự do - Hạnh phúc"),
        ("CӜNG HÒA XÃ HӜI CHӪ NGHƬA VIӊT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    ],
)
def test_letters_that_are_always_wrong_in_the_same_way(wrong: str, right: str) -> None:
    assert mended(lines(wrong))[0].text == right


@pytest.mark.parametrize("text", ["Кӱзбасс", "Ủy ban nhân dân tỉnh Bắc Kạn", "ÿ"])
def test_good_text_of_any_language_stays(text: str) -> None:
    assert mended(lines(text))[0].text == text


def test_text_with_many_characters_without_meaning_is_not_usable() -> None:
    text = "Ủy ban nhân dân tỉnh Bắc Kạn " * 10
    assert is_usable(glyphs(text), 3, is_recognised=False)
    assert not is_usable(glyphs(text), 120, is_recognised=False)


def test_rubbish_in_other_scripts_is_not_usable() -> None:
    assert not is_usable(glyphs("ͳ͵Ͷͷ ϮϬϮϲ ǌĂď ĐŚƵ ŶŐŚŝĂ ϭϮϯϰ ΩΠΣΔ " * 10), 0, is_recognised=False)


def coded(font: bytes, text: bytes, to_unicode: bytes = b"") -> bytes:
    content = b"BT /F1 13 Tf 1 0 0 1 80 700 Tm (" + text + b") Tj ET\n"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(to_unicode), to_unicode)
    entry = b"/BaseFont /" + font + (b" /ToUnicode 6 0 R" if to_unicode else b"")
    return raw_pdf(content, extra=(stream,)).replace(b"/BaseFont /Helvetica", entry)


@pytest.mark.parametrize(
    ("font", "written", "text"),
    [
        (b"ABCDEF+.VnTime", "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        (b"#2EVnTime", "Sè: 12/Q§-UBND", "Số: 12/QĐ-UBND"),
        (b"#2EVnTimeH", "ñy ban nh©n d©n", "ỦY BAN NHÂN DÂN"),
        (b"VNI-Times", "Coäng hoøa xaõ hoäi chuû nghóa", "Cộng hòa xã hội chủ nghĩa"),
        (b"VNI-Times", "Vieät Nam", "Việt Nam"),
    ],
)
def test_fonts_of_old_charsets_are_read_by_their_name(font: bytes, written: str, text: str) -> None:
    page = read_pdf(coded(font, written.encode("cp1252"))).pages[0]
    assert [line.text for line in page.lines] == [text]


def test_character_without_meaning_stands_as_unread_in_its_line() -> None:
    names = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def /CMapType 2 def "
        b"1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <31> <E123> <32> <E124> endbfchar endcmap"
    )
    page = read_pdf(coded(b"Helvetica", b"So: 12/QD-UBND va cac co quan", names)).pages[0]
    assert [line.text for line in page.lines] == [f"So: {UNREAD}/QD-UBND va cac co quan"]


def test_page_of_characters_without_meaning_is_to_be_looked_at() -> None:
    names = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def /CMapType 2 def "
        b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <41> <7A> <E141> endbfrange endcmap"
    )
    page = read_pdf(coded(b"Helvetica", b"Every letter of it has a private meaning", names)).pages[0]
    assert (page.layer, page.lines) == (Layer.OCR, ())


def test_marks_drawn_apart_come_upon_their_letters() -> None:
    """A tone before the roof of its letter, and marks that come before the letter that they stand over."""
    content = b"BT /F1 13 Tf 1 0 0 1 80 700 Tm (Viet Nam) Tj ET BT /F1 13 Tf 1 0 0 1 94.5 700 Tm (\x88) Tj ET\n"
    assert [line.text for line in read_pdf(raw_pdf(content)).pages[0].lines] == ["Viêt Nam"]
