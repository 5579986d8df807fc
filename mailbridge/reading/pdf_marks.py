"""
What was laid upon a page of a PDF afterwards: free text, stamps, form fields, signatures.

Signing programs put number, date and name there, so it belongs to what the page says.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_MOST_ANNOTATIONS = 500
_MOST_TEXT = 20_000  # UTF-16 units of one value
_FLAG_HIDDEN = 1 << 1  # ISO 32000-1 table 165
_FLAG_NO_VIEW = 1 << 5


class Mark(NamedTuple):
    """
    The stored value of an annotation.

    `place` in page space: left, bottom, right, top; `position` among the annotations of the page; `is_drawn`: the file
    brings an appearance for it.
    """

    text: str
    place: tuple[float, float, float, float]
    position: int
    is_drawn: bool


def has_annotations(page: pdfium.PdfPage) -> bool:
    """Say whether anything was laid upon the page that can be seen; links are not."""
    import pypdfium2.raw as raw

    nothing = (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP)
    return any(raw.FPDFAnnot_GetSubtype(annotation) not in nothing for _, annotation in _annotations(page))


def drawn_annotations(page: pdfium.PdfPage) -> frozenset[int]:
    """
    Tell which annotations have an appearance of the file's own; ask before the form of the document is opened.

    Opening it makes pdfium draw the fields that have none, in a font without Vietnamese letters.
    """
    import pypdfium2.raw as raw

    return frozenset(index for index, annotation in _annotations(page) if raw.FPDFAnnot_HasKey(annotation, b"AP"))


def find_marks(page: pdfium.PdfPage, drawn: frozenset[int]) -> list[Mark]:
    """
    Return the values of free texts and form fields that a viewer shows.

    Only what can be seen counts: when such a mark has an appearance with text in it, that is what it says, and not
    the value stored beside it; nothing makes the two agree. `characters_in` tells, asked before and after `flatten`.
    """
    found = (_mark(page, index, annotation, index in drawn) for index, annotation in _annotations(page))
    return [mark for mark in found if mark is not None]


def flatten(page: pdfium.PdfPage, marks: Sequence[Mark]) -> None:
    """
    Draw annotations into the page, as a viewer shows them; load the page again afterwards.

    Marks without an appearance of their own are not drawn: their value is the better text.
    """
    import pypdfium2.raw as raw

    for mark in reversed(marks):
        if not mark.is_drawn:
            raw.FPDFPage_RemoveAnnot(page, mark.position)
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)


def characters_in(page: pdfium.PdfPage, marks: Sequence[Mark]) -> list[int]:
    """Count the characters in the rectangle of each mark: more after flattening means that the mark shows text."""
    if not marks:
        return []
    with closing(page.get_textpage()) as text:
        return [len(text.get_text_bounded(*mark.place).strip()) for mark in marks]


def _annotations(page: pdfium.PdfPage) -> Iterator[tuple[int, object]]:
    """Go through the annotations; each is closed when the next one is asked for."""
    import pypdfium2.raw as raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield index, annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _mark(page: pdfium.PdfPage, index: int, annotation: object, is_drawn: bool) -> Mark | None:
    import pypdfium2.raw as raw

    rectangle = raw.FS_RECTF()
    if raw.FPDFAnnot_GetFlags(annotation) & (_FLAG_HIDDEN | _FLAG_NO_VIEW):
        return None
    if not raw.FPDFAnnot_GetRect(annotation, rectangle):
        return None
    match raw.FPDFAnnot_GetSubtype(annotation):
        case raw.FPDF_ANNOT_FREETEXT:
            text = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
        case raw.FPDF_ANNOT_WIDGET:
            text = _field_value(page, annotation)
        case _:
            return None
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    return Mark(text, (left, bottom, right, top), index, is_drawn) if text.strip() else None


def _field_value(page: pdfium.PdfPage, annotation: object) -> str:
    """Return what a text or choice field holds; buttons and signatures have no words of their own."""
    import pypdfium2.raw as raw

    form = page.formenv
    if not form:
        return _string(raw.FPDFAnnot_GetStringValue, annotation, b"V")
    if raw.FPDFAnnot_GetFormFieldType(form, annotation) not in (
        raw.FPDF_FORMFIELD_TEXTFIELD,
        raw.FPDF_FORMFIELD_COMBOBOX,
    ):
        return ""
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _string(ask: Callable[..., int], *args: object) -> str:
    """Fetch a string in pdfium's way: ask for its length in octets first; UTF-16, with a null at the end."""
    length = ask(*args, None, 0)
    if length <= 2 or length > _MOST_TEXT * 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    ask(*args, buffer, length)
    return bytes(buffer).decode("utf-16-le", errors="ignore").rstrip("\0")
