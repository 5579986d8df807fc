# mypy: disable-error-code="no-untyped-call"
# pyHanko's objects have constructors without types.
"""Number and date put on a finished page by a signing program: as text drawn over it, or as an annotation."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from random import Random

from tests.corpus.letter import Letter

_NUMBER = re.compile(r"\d[\d.a-z]*")
_NBSP = "\u00a0"
_DAY = re.compile(r"ngày (\d+) tháng (\d+)")


def blank(letter: Letter) -> tuple[Letter, str, tuple[str, str]]:
    """Leave number, day and month open; return what is to be put there."""
    number = _NUMBER.search(letter.number)
    day = _DAY.search(letter.place_date)
    assert number
    assert day
    without = replace(
        letter,
        # A blank is half as wide as a digit.
        number=f"{letter.number[: number.start()]}{_NBSP * (2 * len(number[0]) + 3)}{letter.number[number.end() :]}",
        place_date=letter.place_date.replace(day[0], f"ngày{_NBSP * 7}tháng{_NBSP * 7}"),
    )
    return without, number[0], (day[1], day[2])


def fill(pdf: bytes, number: str, day: tuple[str, str], rng: Random) -> bytes:
    """Put number, day and month into the blanks of page 1."""
    places = _places(pdf)
    texts = [(places["Số"], number), (places["ngày"], day[0]), (places["tháng"], day[1])]
    return _drawn_over(pdf, texts) if rng.random() < 0.5 else _annotated(pdf, texts)


def _places(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Find where each blank begins: right of the word before it, on its base line; in points from the bottom left."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage()
    shown = text.get_text_bounded()
    found = {}
    for word in ("Số", "ngày", "tháng"):
        at = text.search(word, match_case=True).get_next()
        assert at, shown[:200]
        last = at[0] + at[1] - 1
        if word == "Số":
            # The colon and its blank belong to the print.
            last += 1
        _, bottom, right, _ = text.get_charbox(last, loose=True)
        found[word] = (right + 4, bottom + 3)
    document.close()
    return found


def _drawn_over(pdf: bytes, texts: list[tuple[tuple[float, float], str]]) -> bytes:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    body = b"".join(_shown(text, x, y) for (x, y), text in texts)
    stream = writer.add_object(generic.StreamObject(stream_data=b"q\n" + body + b"Q\n"))
    writer.add_stream_to_page(0, stream, resources=_resources())
    return _written(writer)


def _annotated(pdf: bytes, texts: list[tuple[tuple[float, float], str]]) -> bytes:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page_ref, _ = writer.find_page_for_modification(0)
    page = page_ref.get_object()
    annotations = generic.ArrayObject()
    for (x, y), text in texts:
        width = 8.0 * len(text)
        look = generic.StreamObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
                generic.pdf_name("/BBox"): generic.ArrayObject(map(generic.FloatObject, (0, 0, width, 16))),
                generic.pdf_name("/Resources"): _resources(),
            },
            stream_data=_shown(text, 0, 3),
        )
        annotation = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.FloatObject, (x, y - 3, x + width, y + 13))),
                generic.pdf_name("/Contents"): generic.pdf_string(text),
                generic.pdf_name("/DA"): generic.pdf_string("/F1 13 Tf 0 g"),
                generic.pdf_name("/F"): generic.NumberObject(4),
                generic.pdf_name("/AP"): generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(look)}),
            }
        )
        annotations.append(writer.add_object(annotation))
    page[generic.pdf_name("/Annots")] = annotations
    writer.update_container(page)
    return _written(writer)


def _shown(text: str, x: float, y: float) -> bytes:
    return f"BT 0 g /Corpus1 13 Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({text}) Tj ET\n".encode("ascii")


def _resources() -> object:
    from pyhanko.pdf_utils import generic

    font = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Font"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Type1"),
            generic.pdf_name("/BaseFont"): generic.pdf_name("/Times-Roman"),
            generic.pdf_name("/Encoding"): generic.pdf_name("/WinAnsiEncoding"),
        }
    )
    fonts = generic.DictionaryObject({generic.pdf_name("/Corpus1"): font})
    return generic.DictionaryObject({generic.pdf_name("/Font"): fonts})


def _written(writer: object) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    assert isinstance(writer, IncrementalPdfFileWriter)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
