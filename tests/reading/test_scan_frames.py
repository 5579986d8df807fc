"""Marks in boxes, drawn as a stamp would: by typst, in several fonts, turned a little, in colour and in grey."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
import typst
from PIL import Image

from mailbridge.reading.scan_frames import framed_rows
from mailbridge.reading.scan_sheet import prepare_sheet
from mailbridge.reading.scan_source import Picture

pytest.importorskip("tesserocr")

_PAGE = """#set page(width: 210mm, height: 297mm, margin: 25mm)
#set text(font: "{font}", size: 13pt, lang: "vi")
#columns(2)[ỦY BAN NHÂN DÂN \\ Số: 12/UBND-VP #colbreak() Độc lập - Tự do - Hạnh phúc]
#v({down}mm)
#pad(left: 8mm, rotate({turn}deg, box(stroke: {line}pt + {colour}, inset: (x: 8pt, y: 4pt),
  text(fill: {colour}, weight: "bold", size: {size}pt, "{word}"))))
#lorem(180)
"""


def page(
    word: str,
    *,
    colour: str = "red",
    font: str = "Libertinus Serif",
    turn: float = 0.0,
    line: float = 0.8,
    size: int = 13,
    grey: bool = False,
    down: int = 2,
) -> list[str]:
    source = _PAGE.format(word=word, colour=colour, font=font, turn=turn, line=line, size=size, down=down)
    document = pdfium.PdfDocument(typst.compile(source.encode(), format="pdf"))
    drawn: Image.Image = document[0].render(scale=200 / 72).to_pil()
    spoilt = io.BytesIO()
    drawn.convert("L" if grey else "RGB").save(spoilt, "JPEG", quality=60)
    image = Image.open(spoilt)
    image.load()
    sheet = prepare_sheet(Picture(number=1, image=image, width=595.3, height=841.9))
    return [row.text for row in framed_rows(sheet)]


@pytest.mark.parametrize("word", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"])
@pytest.mark.parametrize("grey", [False, True], ids=["red", "grey"])
def test_a_mark_in_a_box_is_read_as_it_is_written(word: str, grey: bool) -> None:
    assert page(word, grey=grey) == [word]


@pytest.mark.parametrize(
    "look",
    [{"colour": "black"}, {"turn": 1.5}, {"size": 18, "line": 2}, {"size": 22, "line": 3}, {"size": 11, "line": 0.5}],
    ids=["black", "askew", "large", "stamp", "small"],
)
def test_marks_of_other_looks_are_found(look: dict[str, float | str]) -> None:
    assert page("TỐI MẬT", **look) == ["TỐI MẬT"]  # type: ignore[arg-type]  # one table for numbers and words


@pytest.mark.parametrize("word", ["BẢO MẬT", "MẬT ĐỘ", "PHỤ LỤC", "MẪU SỐ 01", "ĐẾN", "BẢN SAO"])
def test_another_word_in_a_box_is_no_mark(word: str) -> None:
    assert page(word) == []


def test_a_box_in_the_lower_half_is_no_mark_of_the_head() -> None:
    assert page("MẬT", down=150) == []
