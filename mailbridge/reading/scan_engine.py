"""
Tesseract, as far as it is needed: a picture in, words with places out.

The model (`data/vie.traineddata`) is loaded once in the nursery; children that are forked from it share its memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.mail.canonical import nfc
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.scan_source import DPI

if TYPE_CHECKING:
    import tesserocr
    from PIL import Image

MODELS = Path(__file__).parent / "data"
_LANGUAGE = "vie"


class Glyph(NamedTuple):
    """A recognised character; its box is where the network looked, which may be some pixels off its ink."""

    text: str
    left: float
    right: float
    sure: float


class Word(NamedTuple):
    """
    A recognised word; places in pixels from the top left corner of the picture.

    `base` is the height of its base line, `sure` Tesseract's confidence 0..1, `line` the same for all words that
    Tesseract found in one line. `glyphs` are told of single lines only.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int
    base: float
    sure: float
    line: int
    glyphs: tuple[Glyph, ...] = ()


class Layout(Enum):
    """How the picture is set: words here and there, or one line of them."""

    SPARSE = "SPARSE_TEXT"
    LINE = "SINGLE_LINE"


def load() -> tesserocr.PyTessBaseAPI:
    """
    Load the engine with its model; once in a process.

    Raises:
        Unreadable: `unsupported` where the libraries of the extra "ocr" are not installed.
    """
    # Before the library is loaded: one page, one thread; a forked child may start none anyway.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    return _engine()


@cache
def _engine() -> tesserocr.PyTessBaseAPI:
    try:
        import PIL.Image
        import tesserocr
    except ImportError as error:
        raise Unreadable(Problem.UNSUPPORTED, 'a scan needs the extra "ocr"') from error
    PIL.Image.preinit()
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    engine = tesserocr.PyTessBaseAPI(path=str(MODELS), lang=_LANGUAGE, oem=tesserocr.OEM.LSTM_ONLY)
    engine.SetVariable("debug_file", os.devnull)
    # White letters on black do not occur in letters; looking for them costs a second pass over doubtful words.
    engine.SetVariable("tessedit_do_invert", "0")
    return engine


def words(image: Image.Image, layout: Layout, *, dpi: int = DPI, only: str = "") -> list[Word]:
    """
    Recognise the words of a grey picture, in Tesseract's reading order.

    Args:
        dpi: Of the picture; it tells noise from full stops.
        only: The characters that may come out; empty for all.
    """
    with _set_up(image, layout, dpi, only) as engine:
        return list(_words(engine, with_glyphs=layout is Layout.LINE))


@contextmanager
def _set_up(image: Image.Image, layout: Layout, dpi: int, only: str) -> Iterator[tesserocr.PyTessBaseAPI]:
    import tesserocr

    engine = load()
    engine.SetVariable("tessedit_char_whitelist", only)
    engine.SetPageSegMode(getattr(tesserocr.PSM, layout.value))
    try:
        engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
        engine.SetSourceResolution(dpi)
        engine.Recognize()
        yield engine
    finally:
        engine.Clear()


def _words(engine: tesserocr.PyTessBaseAPI, *, with_glyphs: bool) -> Iterator[Word]:
    import tesserocr

    level = tesserocr.RIL.WORD
    found = engine.GetIterator()
    if found is None or found.Empty(level):
        return
    glyphs = _glyphs(engine) if with_glyphs else []
    line, base = 0, (0.0, 0.0, 0.0)
    for item in tesserocr.iterate_level(found, level):
        if item.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
            line, base = line + 1, _base_line(item)
        box = item.BoundingBox(level)
        text = _clean(item.GetUTF8Text(level))
        if not text or box is None:
            continue
        left, top, right, bottom = box
        x, y, slope = base
        yield Word(
            text=text,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            base=y + ((left + right) / 2 - x) * slope,
            sure=item.Confidence(level) / 100,
            line=line,
            glyphs=tuple(glyph for glyph in glyphs if left <= (glyph.left + glyph.right) / 2 <= right),
        )


def _clean(text: str | None) -> str:
    # The model knows the letter of Iceland, which looks like a Vietnamese one; no letter here is meant to be it.
    return nfc(text or "").replace("Ð", "Đ").strip()


def _glyphs(engine: tesserocr.PyTessBaseAPI) -> list[Glyph]:
    import tesserocr

    level = tesserocr.RIL.SYMBOL
    found = []
    for item in tesserocr.iterate_level(engine.GetIterator(), level):
        box = item.BoundingBox(level)
        text = _clean(item.GetUTF8Text(level))
        if text and box is not None:
            found.append(Glyph(text=text, left=box[0], right=box[2], sure=item.Confidence(level) / 100))
    return found


def _base_line(item: tesserocr.PyResultIterator) -> tuple[float, float, float]:
    """Return a point on the base line of the line, and its slope."""
    import tesserocr

    line = item.Baseline(tesserocr.RIL.TEXTLINE)
    if line is None:
        box = item.BoundingBox(tesserocr.RIL.TEXTLINE)
        return 0.0, float(box[3]) if box else 0.0, 0.0
    (x1, y1), (x2, y2) = line
    return float(x1), float(y1), (y2 - y1) / (x2 - x1) if x2 > x1 else 0.0
