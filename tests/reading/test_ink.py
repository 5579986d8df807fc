"""Text that nobody sees is not read, whatever hides it."""

from __future__ import annotations

import pytest

from mailbridge.mail.pages import Layer, Page
from mailbridge.reading.pdf import read_pdf
from tests.reading.builders_pdf_raw import raw_pdf, scan_pdf, shown, with_annotation

_RESOURCES = b"/XObject << /Im 6 0 R >>"
_HIDDEN = shown("So: 99/SNV-VP", 80, 600)
_SHOWN = shown("So: 12/SNV-VP", 80, 700)


def page_of(pdf: bytes) -> Page:
    return read_pdf(pdf).pages[0]


def words(pdf: bytes) -> str:
    return " ".join(line.text for line in page_of(pdf).lines)


def with_resource(content: bytes, resources: bytes, *extra: bytes) -> bytes:
    return raw_pdf(content, extra=extra).replace(_RESOURCES, resources)


def stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def assert_hidden(pdf: bytes) -> None:
    found = words(pdf)
    assert "12" in found
    assert "99" not in found


@pytest.mark.parametrize(
    "state",
    [
        b"/ca 0",
        b"/ca 0.02",
        b"/SMask << /Type /Mask /S /Luminosity /G 7 0 R >>",
        b"/BM /Screen /ca 0.01",
    ],
)
def test_transparent_text(state: bytes) -> None:
    mask = stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >>", b""
    )
    state = b"<< /Type /ExtGState %s >>" % state
    content = _SHOWN + b"q /GS gs\n" + _HIDDEN + b"Q\n"
    assert_hidden(with_resource(content, b"/ExtGState << /GS 6 0 R >>", state, mask))


def test_text_filled_with_a_pattern_of_white() -> None:
    pattern = stream(
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >>",
        b"1 g 0 0 9 9 re f",
    )
    content = _SHOWN + b"q /Pattern cs /P0 scn\n" + _HIDDEN + b"Q\n"
    assert_hidden(with_resource(content, b"/Pattern << /P0 6 0 R >>", pattern))


def test_text_filled_with_an_empty_pattern_of_a_dark_colour() -> None:
    pattern = stream(
        b"/Type /Pattern /PatternType 1 /PaintType 2 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >>",
        b"",
    )
    content = _SHOWN + b"q /CS0 cs 0 0 0 /P0 scn\n" + _HIDDEN + b"Q\n"
    resources = b"/Pattern << /P0 6 0 R >> /ColorSpace << /CS0 [/Pattern /DeviceRGB] >>"
    assert_hidden(with_resource(content, resources, pattern))


def test_text_cut_away_by_other_letters() -> None:
    cut = b"q BT /F1 13 Tf 7 Tr 1 0 0 1 80 500 Tm (clip) Tj ET 0 Tr\n" + _HIDDEN + b"Q\n"
    assert_hidden(raw_pdf(_SHOWN + cut))


def test_text_cut_away_by_two_frames() -> None:
    cut = b"q 0 0 595 842 re W n 0 0 85 842 re W n\n" + shown("xxxxxxx 99", 60, 600) + b"Q\n"
    assert_hidden(raw_pdf(_SHOWN + cut))


def test_text_on_a_layer_that_is_switched_off() -> None:
    group = b"<< /Type /OCG /Name (Hidden) >>"
    content = _SHOWN + b"/OC /MC0 BDC\n" + _HIDDEN + b"EMC\n"
    pdf = with_resource(content, b"/Properties << /MC0 6 0 R >>", group)
    off = b"/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] /Order [6 0 R] >> >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R "
    # The table of places is wrong then; pdfium makes it anew.
    assert_hidden(pdf.replace(catalog, catalog + off))


def test_letters_that_a_font_leaves_empty() -> None:
    names = stream(
        b"",
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def /CMapType 2 def "
        b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <40> <0039> endbfchar endcmap end end",
    )
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R "
        b"/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [64 /space] >> >>"
    )
    content = _SHOWN + b"BT /F2 13 Tf 1 0 0 1 80 600 Tm (@@) Tj ET\n"
    pdf = with_resource(content, b"", names, font).replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 7 0 R")
    assert_hidden(pdf)


@pytest.mark.parametrize("drawn", [b"", b"0 0 750 750 re f"])
def test_letters_that_are_pieces_of_page_content(drawn: bytes) -> None:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /Resources << >> "
        b"/CharProcs << /nine 7 0 R >> /Encoding << /Type /Encoding /Differences [57 /nine] >> "
        b"/FirstChar 57 /LastChar 57 /Widths [900] >>"
    )
    content = _SHOWN + b"BT /F2 13 Tf 1 0 0 1 80 600 Tm (99) Tj ET\n"
    piece = stream(b"", b"900 0 0 0 750 750 d1 " + drawn)
    pdf = with_resource(content, b"", font, piece).replace(b"/F1 5 0 R", b"/F1 5 0 R /F2 6 0 R")
    assert ("99" in words(pdf)) is bool(drawn)


def test_dark_text_on_a_dark_box() -> None:
    assert_hidden(raw_pdf(_SHOWN + b"0 g 70 590 200 30 re f\n" + _HIDDEN))


def test_white_text_on_a_dark_box_is_seen() -> None:
    assert "99" in words(raw_pdf(_SHOWN + b"0 g 70 590 200 30 re f 1 g\n" + _HIDDEN))


def test_text_on_a_light_ground_is_seen() -> None:
    assert "12" in words(raw_pdf(b"0.95 g 0 0 595 842 re f 0 g\n" + _SHOWN))


def test_text_below_stripes_of_white() -> None:
    stripes = b"1 g " + b" ".join(b"75 %d 200 1.2 re" % y for y in range(595, 615)) + b" f\n"
    single = b"1 g " + b"".join(b"75 %d 200 1.2 re f\n" % y for y in range(595, 615))
    for hiding in (stripes, single):
        assert_hidden(raw_pdf(_SHOWN + _HIDDEN + hiding))


def test_text_below_a_thick_white_line() -> None:
    assert_hidden(raw_pdf(_SHOWN + _HIDDEN + b"1 G 30 w 70 604 m 300 604 l S\n"))


def test_text_below_an_annotation() -> None:
    covered = with_annotation(
        raw_pdf(_SHOWN + _HIDDEN), (70, 590, 300, 620), paint=b"1 g 0 0 230 30 re f", Subtype="/Square"
    )
    assert_hidden(covered)


def test_half_of_a_number_below_a_box() -> None:
    assert "1299" not in words(raw_pdf(shown("1299", 80, 700) + b"1 g 95 690 30 30 re f\n"))


def test_rules_and_frames_hide_nothing() -> None:
    rules = b"0.5 w 80 697 m 200 697 l S 70 690 200 30 re S 70 696 200 1 re f\n"
    assert words(raw_pdf(_SHOWN + rules)) == "So: 12/SNV-VP"


def test_seen_text_in_forms_within_forms() -> None:
    inner = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>", _HIDDEN)
    outer = stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /In 6 0 R >> >>", b"/In Do"
    )
    pdf = with_resource(b"/Out Do\n", b"/XObject << /Out 7 0 R >>", inner, outer)
    assert words(pdf) == "So: 99/SNV-VP"


def test_text_that_the_frame_of_a_form_cuts_away() -> None:
    form = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 50 50] /Resources << /Font << /F1 5 0 R >> >>", _HIDDEN)
    assert_hidden(with_resource(_SHOWN + b"/In Do\n", b"/XObject << /In 6 0 R >>", form))


def test_invisible_words_over_the_ink_of_a_scan_beside_seen_text() -> None:
    """The ink in its place is not its own."""
    text = b"".join(shown("Công hòa xã hôi chu nghia Viêt Nam, dôc lâp", 80, 700 - 20 * row) for row in range(12))
    found = words(scan_pdf(text + b"3 Tr " + _HIDDEN))
    assert "Công hòa" in found
    assert "99" not in found


def test_invisible_text_over_visible_text() -> None:
    body = b"".join(
        shown(f"Visible line {row} of a letter with enough words on it", 80, 700 - 20 * row) for row in range(12)
    )
    found = page_of(raw_pdf(body + b"3 Tr\n" + shown("So: 99/SNV-VP", 80, 660)))
    assert found.layer is Layer.TEXT
    assert not any("99" in line.text for line in found.lines)


def test_text_squeezed_to_a_stroke() -> None:
    assert_hidden(raw_pdf(_SHOWN + shown("So: 99", 80, 600, matrix="0.02 0 0 1")))


@pytest.mark.parametrize("way", [b"3 Tr", b"0 Tr"])
def test_recognised_text_lies_invisibly_over_or_under_its_picture(way: bytes) -> None:
    """Both are what some program recognised: it may have erred, and the line says so."""
    text = b"".join(shown("Công hòa xã hôi chu nghia Viêt Nam, dôc lâp", 80, 700 - 20 * row) for row in range(10))
    picture = b"q 595 0 0 842 0 0 cm /Im Do Q\n"
    pdf = scan_pdf(way + b"\n" + text)
    page = page_of(pdf if way == b"3 Tr" else pdf.replace(picture + way, way).replace(text, text + picture))
    assert page.layer is Layer.OCR
    assert len(page.lines) == 10
    assert {line.sure for line in page.lines} == {0.8}


def test_text_recognised_without_knowing_the_language_is_of_no_use() -> None:
    text = b"".join(
        shown("C(>NG HOA XA H<)I CHU NGHIA VI~T NAM Doc lap - Tu do", 80, 700 - 20 * row) for row in range(10)
    )
    page = page_of(scan_pdf(b"3 Tr\n" + text))
    assert (page.layer, page.lines) == (Layer.OCR, ())
