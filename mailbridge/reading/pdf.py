"""
PDF to pages of lines, by pdfium.

pdfium is C++ and not safe for threads: call this only in a process of its own (`sandbox`).
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.reading.glyphs import Glyph, Style, clean, dominant_direction, lines_of, turned, turned_point
from mailbridge.reading.ink import seen_only
from mailbridge.reading.pdf_marks import Mark, characters_in, drawn_annotations, find_marks, flatten
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    import pypdfium2 as pdfium

# A dense A4 page has 6000 characters; what has ten times as many is a drawing, or an attack on our patience.
_MOST_CHARACTERS = 60_000
_MOST_OBJECTS = 5_000
# A picture that covers this part of the page is a scan; so few words over it are stamps of signing programs, not the
# text of the document. Two such stamps (name, body, time of signing) have about 40 words.
_SCAN_COVERS = 0.6
_STAMP_WORDS = 40
# Smaller letters cannot be read on paper.
_LEAST_SIZE = 1.5

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|,b(?:i|old)?$", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"italic|oblique|,(?:b?i)$", re.IGNORECASE)
# Names that printer drivers make up; they say nothing about the face.
_ANONYMOUS_NAME = re.compile(r"^(?:CIDFont\+)?[A-Z]{0,2}\d*$|^$")
_FLAG_ITALIC = 1 << 6  # ISO 32000-1 table 123
_FLAG_FORCE_BOLD = 1 << 18
_RENDER_FILL_STROKE = 2  # ISO 32000-1 table 106: how programs fake a bold face
_RENDER_INVISIBLE = 3
_HEAVY = 600  # CSS scale: semi-bold
_HYPHENS = {0x02, 0xFFFE}  # pdfium's own codes for a hyphen at the end of a line


class _View(NamedTuple):
    """From page space to points from the top left corner of the page as shown: a·x + c·y + e, b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        x1, y1 = self.point(left, bottom)
        x2, y2 = self.point(right, top)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def read_pdf(content: bytes, *, first: int = 3, last: int = 2) -> Pages:
    """
    Read the first and the last pages.

    What annotations and form fields show (a number drawn by a signing program, say) is part of the page. A page
    without usable text has no lines: one without characters, one whose characters have no meaning, or a scan with
    nothing but stamps of signatures on it.

    Raises:
        Unreadable: `encrypted` when it does not open without a password, `malformed` when it does not open at all.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise _unreadable(error) from error
    with closing(document):
        total = len(document)
        wanted = sorted({*range(min(first, total)), *range(max(0, total - last), total)})
        drawn = [_drawn(document, index) for index in wanted]
        document.init_forms()
        pages = tuple(_read_page(document, index, own) for index, own in zip(wanted, drawn, strict=True))
        return Pages(pages=pages, total=total)


def _unreadable(error: pdfium.PdfiumError) -> Unreadable:
    import pypdfium2.raw as raw

    match error.err_code:
        case raw.FPDF_ERR_PASSWORD:
            return Unreadable(Problem.ENCRYPTED, "the PDF opens only with a password")
        case raw.FPDF_ERR_SECURITY:
            return Unreadable(Problem.ENCRYPTED, "the PDF is encrypted in a way that is not supported")
        case _:
            return Unreadable(Problem.MALFORMED, "the PDF cannot be opened")


def _drawn(document: pdfium.PdfDocument, index: int) -> frozenset[int]:
    import pypdfium2 as pdfium

    try:
        with closing(document.get_page(index)) as page:
            return drawn_annotations(page)
    except pdfium.PdfiumError:
        return frozenset()


def _read_page(document: pdfium.PdfDocument, index: int, drawn: frozenset[int]) -> Page:
    import pypdfium2 as pdfium

    try:
        page = document.get_page(index)
    except pdfium.PdfiumError:
        # One broken page does not take the others away; the reader of the pages sees that it has no lines.
        return Page(number=index + 1, width=595.0, height=842.0, lines=(), layer=Layer.TEXT)
    with closing(page):
        view = _view(page)
        is_scan = _picture_share(page) >= _SCAN_COVERS
        marks = find_marks(page, drawn)
        before = characters_in(page, marks)
        flatten(page, marks)
    with closing(document.get_page(index)) as page:
        glyphs, unknown = _glyphs(page, view)
        glyphs = seen_only(glyphs, page, view.width, view.height)
        after = characters_in(page, marks)
    unseen = [mark for mark, old, new in zip(marks, before, after, strict=True) if not mark.is_drawn or new <= old]
    direction = dominant_direction(glyphs)
    width, height = (view.width, view.height) if direction in (0, 2) else (view.height, view.width)
    written = lines_of(turned(glyphs, direction, view.width, view.height) if direction else glyphs)
    lines = (*(written if unknown <= len(glyphs) else ()), *_lines_of_marks(unseen, view, direction))
    if is_scan and sum(len(line.text.split()) for line in lines) < _STAMP_WORDS:
        lines = ()
    return Page(
        number=index + 1,
        width=round(width, 1),
        height=round(height, 1),
        lines=tuple(sorted(lines, key=lambda line: (line.box.top, line.box.left))),
        layer=Layer.OCR if _is_recognised(glyphs) else Layer.TEXT,
    )


def _is_recognised(glyphs: Sequence[Glyph]) -> bool:
    """Say whether the text was laid invisibly over a picture, as text recognition does."""
    return sum(glyph.style.invisible for glyph in glyphs) * 2 > len(glyphs)


def _view(page: pdfium.PdfPage) -> _View:
    """Ask pdfium where three points of the page come to lie: that settles boxes, origin and rotation at once."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    fine = 100  # pdfium answers in whole device units
    x, y = ctypes.c_int(), ctypes.c_int()

    def place(px: float, py: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, round(width * fine), round(height * fine), 0, px, py, x, y)
        return x.value / fine, y.value / fine

    (e, f), (ax, bx), (cy, dy) = place(0, 0), place(1000, 0), place(0, 1000)
    return _View(
        a=(ax - e) / 1000,
        b=(bx - f) / 1000,
        c=(cy - e) / 1000,
        d=(dy - f) / 1000,
        e=e,
        f=f,
        width=width,
        height=height,
    )


def _picture_share(page: pdfium.PdfPage) -> float:
    """Return how much of the page the largest picture covers, 0 to 1."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    largest = 0.0
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for picture in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), _MOST_OBJECTS):
        if raw.FPDFPageObj_GetBounds(picture, left, bottom, right, top):
            largest = max(largest, (right.value - left.value) * (top.value - bottom.value))
    return largest / (width * height) if width * height > 0 else 0.0


def _lines_of_marks(marks: Iterable[Mark], view: _View, direction: int) -> Iterator[Line]:
    """Lay out the values of marks that draw no text, where the file says they belong."""
    for mark in marks:
        texts = [text for text in map(clean, mark.text.splitlines()) if text]
        left, top, right, bottom = view.box(*mark.place)
        x1, y1 = turned_point(left, top, direction, view.width, view.height)
        x2, y2 = turned_point(right, bottom, direction, view.width, view.height)
        left, top, right, bottom = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
        height = max(bottom - top, 1.0) / max(len(texts), 1)
        for row, text in enumerate(texts):
            upper = top + row * height
            box = Box(left=round(left, 1), top=round(upper, 1), right=round(right, 1), bottom=round(upper + height, 1))
            yield Line(text=text, box=box)


def _glyphs(page: pdfium.PdfPage, view: _View) -> tuple[list[Glyph], int]:
    """Return the characters of a page, and how many more have no known meaning."""
    import pypdfium2.raw as raw

    glyphs: list[Glyph] = []
    unknown = 0
    styles: dict[int, Style] = {}
    fonts: dict[int, _Face] = {}
    rectangle = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    with closing(page.get_textpage()) as text:
        for index in range(min(text.count_chars(), _MOST_CHARACTERS)):
            owner = raw.FPDFText_GetTextObject(text, index)
            if not owner:  # a blank or line end that pdfium made up
                continue
            code = raw.FPDFText_GetUnicode(text, index)
            character = _character(code)
            if character is None:
                unknown += 1
                continue
            if glyphs and unicodedata.combining(character[0]):
                glyphs[-1] = glyphs[-1]._replace(text=glyphs[-1].text + character)
                continue
            run = ctypes.cast(owner, ctypes.c_void_p).value or 0
            style = styles.get(run)
            if style is None:
                style = styles[run] = _style(owner, text, index, view, fonts)
            raw.FPDFText_GetLooseCharBox(text, index, rectangle)
            raw.FPDFText_GetCharOrigin(text, index, x, y)
            box = view.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            if style.size < _LEAST_SIZE or not _on_page(box, view):
                continue
            glyphs.append(Glyph(character, *box, *view.point(x.value, y.value), run, style))
    return glyphs, unknown


def _character(code: int) -> str | None:
    """Return the character of a code; None when it has no meaning that could be read."""
    if code in _HYPHENS:
        return "-"
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xF900 or code & 0xFFFE == 0xFFFE:
        return None  # not a character, half of one, or a private one
    return chr(code)


def _on_page(box: tuple[float, float, float, float], view: _View) -> bool:
    left, top, right, bottom = box
    return right > 0 and bottom > 0 and left < view.width and top < view.height


class _Face(NamedTuple):
    bold: bool | None
    italic: bool | None


def _style(owner: object, text: pdfium.PdfTextPage, index: int, view: _View, faces: dict[int, _Face]) -> Style:
    """Read size, face and direction from the text object of a character."""
    import pypdfium2.raw as raw

    matrix, size = raw.FS_MATRIX(), ctypes.c_float(1.0)
    raw.FPDFText_GetMatrix(text, index, matrix)
    raw.FPDFTextObj_GetFontSize(owner, size)
    font = raw.FPDFTextObj_GetFont(owner)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    face = faces.get(key)
    if face is None:
        face = faces[key] = _face(font) if font else _Face(None, None)
    mode = raw.FPDFTextObj_GetTextRenderMode(owner)
    # The text matrix maps (1, 0) to the way along the base line and (0, 1) to the way up.
    along = (view.a * matrix.a + view.c * matrix.b, view.b * matrix.a + view.d * matrix.b)
    up = (view.a * matrix.c + view.c * matrix.d, view.b * matrix.c + view.d * matrix.d)
    slanted = abs(along[0] * up[0] + along[1] * up[1]) > 0.1 * math.hypot(*along) * math.hypot(*up)
    return Style(
        size=round(abs(size.value) * math.hypot(*up), 1),
        bold=True if mode == _RENDER_FILL_STROKE else face.bold,
        italic=True if slanted else face.italic,
        direction=_direction(*along),
        invisible=mode == _RENDER_INVISIBLE,
    )


def _direction(x: float, y: float) -> int | None:
    """Tell which quarter a base line follows (y downwards); None when it is more than 5° off."""
    quarters = math.atan2(y, x) / (math.pi / 2)
    nearest = round(quarters)
    return nearest % 4 if abs(quarters - nearest) <= 5 / 90 else None


def _face(font: object) -> _Face:
    """Tell bold and italic by the name of the font; by its figures where the name says nothing."""
    import pypdfium2.raw as raw

    buffer = ctypes.create_string_buffer(200)
    raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    name = buffer.value.decode("utf-8", errors="replace").rpartition("+")[2]
    flags = max(raw.FPDFFont_GetFlags(font), 0)
    angle = ctypes.c_int()
    raw.FPDFFont_GetItalicAngle(font, angle)
    is_slanted = bool(flags & _FLAG_ITALIC) or angle.value != 0
    if _ANONYMOUS_NAME.search(name):
        heavy = raw.FPDFFont_GetWeight(font) >= _HEAVY or bool(flags & _FLAG_FORCE_BOLD)
        return _Face(bold=heavy or None, italic=is_slanted or None)
    return _Face(
        bold=bool(_BOLD_NAME.search(name)) or bool(flags & _FLAG_FORCE_BOLD),
        italic=bool(_ITALIC_NAME.search(name)) or is_slanted,
    )
