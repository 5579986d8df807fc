"""The fonts of a PDF: bold, italic, size and direction, and what their names say about their letters."""

from __future__ import annotations

import ctypes
import math
import re
from typing import NamedTuple

from mailbridge.reading.glyphs import Style
from mailbridge.reading.pdf_view import View

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|,b(?:i|old)?$", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"italic|oblique|,(?:b?i)$", re.IGNORECASE)
# Names that printer drivers make up; they say nothing about the face.
_ANONYMOUS_NAME = re.compile(r"^(?:CIDFont\+)?[A-Z]{0,2}\d*$|^$")
# Fonts whose letters are in an old Vietnamese charset.
_LEGACY_NAME = re.compile(r"^(?:Vn[A-Z]|(?i:\.Vn|VNI|VPS|VISCII|VI[ -]))")
# Bullets, arrows and boxes that stand in no charset.
_SIGNS_NAME = re.compile(r"symbol|dingbat|webdings|marlett", re.IGNORECASE)
_FLAG_ITALIC = 1 << 6  # ISO 32000-1 table 123
_FLAG_FORCE_BOLD = 1 << 18
_HEAVY = 600  # CSS scale: semi-bold
_LONGEST_NAME = 200


class Face(NamedTuple):
    """
    One font.

    `name` without the prefix of a subset; `is_legacy`: its letters are those of an old charset (`by_font` reads them);
    `is_signs`: it has bullets and such, no letters; `has_outlines`: its letters are drawn by a font program, and not by
    pieces of page content (Type 3), which can draw anything or nothing.
    """

    name: str
    bold: bool | None
    italic: bool | None
    is_legacy: bool
    is_signs: bool
    has_outlines: bool


NO_FACE = Face("", None, None, is_legacy=False, is_signs=False, has_outlines=False)


def face_of(font: object) -> Face:
    """Tell bold and italic by the name of the font; by its figures where the name says nothing."""
    import pypdfium2.raw as raw

    buffer = ctypes.create_string_buffer(_LONGEST_NAME)
    raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    name = buffer.value.decode("utf-8", errors="replace").rpartition("+")[2]
    flags = max(raw.FPDFFont_GetFlags(font), 0)
    angle, size = ctypes.c_int(), ctypes.c_size_t()
    raw.FPDFFont_GetItalicAngle(font, angle)
    raw.FPDFFont_GetFontData(font, None, 0, size)
    is_slanted = bool(flags & _FLAG_ITALIC) or angle.value != 0
    bold: bool | None
    italic: bool | None
    if _ANONYMOUS_NAME.search(name):
        heavy = raw.FPDFFont_GetWeight(font) >= _HEAVY or bool(flags & _FLAG_FORCE_BOLD)
        bold, italic = heavy or None, is_slanted or None
    else:
        bold = bool(_BOLD_NAME.search(name)) or bool(flags & _FLAG_FORCE_BOLD)
        italic = bool(_ITALIC_NAME.search(name)) or is_slanted
    return Face(
        name,
        bold,
        italic,
        is_legacy=bool(_LEGACY_NAME.search(name)),
        is_signs=bool(_SIGNS_NAME.search(name)),
        has_outlines=size.value > 0,
    )


def style_of(view: View, matrix: object, size: float, face: Face, is_heavy: bool) -> Style:
    """Tell size, face and direction of text from its matrix and the size of its font, as they come on the page."""
    # The text matrix maps (1, 0) to the way along the base line and (0, 1) to the way up.
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d  # type: ignore[attr-defined]  # a structure of pdfium
    along = (view.a * a + view.c * b, view.b * a + view.d * b)
    up = (view.a * c + view.c * d, view.b * c + view.d * d)
    slanted = abs(along[0] * up[0] + along[1] * up[1]) > 0.1 * math.hypot(*along) * math.hypot(*up)
    return Style(
        size=round(abs(size) * math.hypot(*up), 1),
        bold=True if is_heavy else face.bold,
        italic=True if slanted else face.italic,
        direction=_direction(*along),
    )


def _direction(x: float, y: float) -> int | None:
    """Tell which quarter a base line follows (y downwards); None when it is more than 5° off."""
    quarters = math.atan2(y, x) / (math.pi / 2)
    nearest = round(quarters)
    return nearest % 4 if abs(quarters - nearest) <= 5 / 90 else None
