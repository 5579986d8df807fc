"""
PDF to pages of lines, by pdfium.

pdfium is C++ and not safe for threads: call this only in a process of its own (`sandbox`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.reading.glyph_lines import lines_of
from mailbridge.reading.glyphs import Frame, Glyph, clean, dominant_direction, turned, turned_point
from mailbridge.reading.ink import Seen, look_for, paint
from mailbridge.reading.pdf_drawing import Drawing
from mailbridge.reading.pdf_letters import is_usable, mended
from mailbridge.reading.pdf_marks import (
    Mark,
    characters_in,
    drawn_annotations,
    find_marks,
    flatten,
    has_annotations,
)
from mailbridge.reading.pdf_text import Fonts, read_text
from mailbridge.reading.pdf_view import View, view_of
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.two_up import parted

if TYPE_CHECKING:
    import pypdfium2 as pdfium

# Pictures that cover this part of the page are a scan; so few words over it are stamps of signing programs, not the
# text of the document. Two such stamps (name, body, time of signing) have about 40 words.
_SCAN_COVERS = 0.6
_STAMP_WORDS = 40
# A picture that covers less is one too (a photo of a page in an office document) when there is hardly a word.
_PHOTO_COVERS = 0.3
_HEADING_WORDS = 12
_RECOGNISED_SURE = 0.8
"""What we give for the least sure word of a line that some program recognised: it does not say, and may have erred."""
_USUAL_SIZE = 12.0
_LAST_RESORT = (595.0, 842.0)


def read_pdf(content: bytes, *, first: int = 3, last: int = 2) -> Pages:
    """
    Read the first and the last pages.

    What annotations and form fields show (a number drawn by a signing program, say) is part of the page. A page
    without usable text is a page of the layer OCR without lines: a picture, with nothing but stamps of signatures on it
    perhaps, letters drawn as outlines, characters without meaning. Text that was recognised in a picture by some other
    program is of the layer OCR too. A sheet that holds two pages gives two.

    Raises:
        Unreadable: `encrypted` when it does not open without a password, `malformed` when it does not open at all.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise _unreadable(error) from error
    with closing(document), ExitStack() as opened:
        total = len(document)
        wanted = sorted({*range(min(first, total)), *range(max(0, total - last), total)})
        pages = {index: _loaded(document, index, opened) for index in wanted}
        drawn = {index: drawn_annotations(page) for index, page in pages.items() if page and has_annotations(page)}
        if drawn:
            document.init_forms()
        made, fonts = [], Fonts()
        for index, page in pages.items():
            if index in drawn:
                page, values = _with_annotations(document, index, drawn[index], opened)
            else:
                values = []
            made.append(_read_page(document, page, index, values, fonts))
        return parted(Pages(pages=tuple(made), total=total))


def signature_fields(content: bytes) -> int:
    """Count the fields for signatures, signed or not; 0 for what does not open."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    try:
        with closing(pdfium.PdfDocument(content)) as document:
            return max(0, int(raw.FPDF_GetSignatureCount(document)))
    except pdfium.PdfiumError:
        return 0


def _unreadable(error: pdfium.PdfiumError) -> Unreadable:
    import pypdfium2.raw as raw

    match error.err_code:
        case raw.FPDF_ERR_PASSWORD:
            return Unreadable(Problem.ENCRYPTED, "the PDF opens only with a password")
        case raw.FPDF_ERR_SECURITY:
            return Unreadable(Problem.ENCRYPTED, "the PDF is encrypted in a way that is not supported")
        case _:
            return Unreadable(Problem.MALFORMED, "the PDF cannot be opened")


def _loaded(document: pdfium.PdfDocument, index: int, opened: ExitStack) -> pdfium.PdfPage | None:
    """Load a page; None when it is broken, which does not take the others away."""
    import pypdfium2 as pdfium

    try:
        return opened.enter_context(closing(document.get_page(index)))
    except pdfium.PdfiumError:
        return None


def _with_annotations(
    document: pdfium.PdfDocument, index: int, drawn: frozenset[int], opened: ExitStack
) -> tuple[pdfium.PdfPage | None, list[Mark]]:
    """Draw the annotations into the page and load it again; return also the marks of which nothing is drawn."""
    page = _loaded(document, index, opened)
    if page is None:
        return None, []
    marks = find_marks(page, drawn)
    before = characters_in(page, marks)
    flatten(page, marks)
    page = _loaded(document, index, opened)
    if page is None:
        return None, []
    after = characters_in(page, marks)
    view = view_of(page)
    silent = [mark for mark, old, new in zip(marks, before, after, strict=True) if not mark.is_drawn or new <= old]
    # What is drawn without characters may say something else than the value behind it.
    return page, [mark for mark in silent if not (mark.is_drawn and _shows_ink(page, view.box(*mark.place), view))]


def _shows_ink(page: pdfium.PdfPage, frame: Frame, view: View) -> bool:
    height = min(frame[3] - frame[1], _USUAL_SIZE)
    return paint(page, frame, view.width, view.height).has_writing(height)


def _read_page(
    document: pdfium.PdfDocument, page: pdfium.PdfPage | None, index: int, values: Sequence[Mark], fonts: Fonts
) -> Page:
    if page is None:
        width, height = _LAST_RESORT
        return Page(number=index + 1, width=width, height=height, lines=(), layer=Layer.OCR)
    view = view_of(page)
    drawing = Drawing(document, page)
    written = read_text(page, view, drawing, fonts)
    seen = look_for(written.glyphs, written.suspects, page, view.width, view.height)
    is_recognised = _is_recognised(seen, drawing)
    glyphs = [*seen.glyphs, *seen.over_ink] if is_recognised else seen.glyphs
    direction = dominant_direction(glyphs)
    width, height = (view.width, view.height) if direction in (0, 2) else (view.height, view.width)
    lines: tuple[Line, ...] = ()
    if is_usable(glyphs, written.unknown, is_recognised):
        upright = turned(glyphs, direction, view.width, view.height) if direction else glyphs

        def is_written(frame: Frame) -> bool:
            return paint(page, frame, view.width, view.height).has_writing((frame[3] - frame[1]) / 0.95)

        lines = mended(lines_of(upright, is_written) if direction == 0 else lines_of(upright))
    if is_recognised:
        lines = tuple(replace(line, sure=_RECOGNISED_SURE) for line in lines)
    lines = (*lines, *_lines_of_marks(values, view, direction))
    if _is_picture(lines, drawing):
        lines = ()
    is_unread = not lines and (bool(glyphs) or bool(written.unknown) or not drawing.is_empty)
    return Page(
        number=index + 1,
        width=round(width, 1),
        height=round(height, 1),
        lines=tuple(sorted(lines, key=lambda line: (line.box.top, line.box.left))),
        layer=Layer.OCR if is_recognised or is_unread else Layer.TEXT,
    )


def _is_recognised(seen: Seen, drawing: Drawing) -> bool:
    """
    Say whether the text was recognised in a picture: laid over it invisibly, or under it.

    What is seen then is no text of its own. Beside such text, letters that make no difference are hidden ones.
    """
    over, own = _letters(seen.over_ink), _letters(seen.glyphs)
    words = sum(len(glyph.text.split()) for glyph in seen.glyphs if len(glyph.text) > 1) + own / 4
    is_own = words >= _STAMP_WORDS and drawing.pictures < _SCAN_COVERS
    return over > own and over > seen.hidden and not is_own


def _letters(glyphs: Iterable[Glyph]) -> int:
    return sum(len(glyph.text) for glyph in glyphs)


def _is_picture(lines: Sequence[Line], drawing: Drawing) -> bool:
    """Say whether the page is a picture, and its words were laid upon it afterwards."""
    words = sum(len(line.text.split()) for line in lines)
    if drawing.pictures >= _SCAN_COVERS:
        return words < _STAMP_WORDS
    return drawing.pictures >= _PHOTO_COVERS and words < _HEADING_WORDS


def _lines_of_marks(marks: Iterable[Mark], view: View, direction: int) -> Iterator[Line]:
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
