"""
What a page of a PDF draws, and which of its texts are drawn plainly.

Plainly: by a font program, in a dark colour, opaque, with nothing that cuts it away, switches it off or lies over or
under it. Such text is seen, and the page need not be painted to know it. Whatever is not understood here is not plain,
and `ink` looks for it.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2 as pdfium

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top in page space."""

_MOST_OBJECTS = 20_000
# Beyond so many, what may cover text is taken together: the page is a drawing.
_MOST_COVERS = 60
_DARK = 140
"""Of 255, by the weights of the eye: darker letters have contrast enough on white, and light fillings are lighter."""
_OPAQUE = 255
_THIN = 3.0
"""Points: rules and borders of tables hide no letters."""
_MOST_RULES = 40
"""More may be the strokes of letters."""
_FEW_SEGMENTS = 12
_MODE_FILL = 0  # ISO 32000-1 table 106
_MODE_FILL_STROKE = 2  # how programs fake a bold face
_MODE_CLIP = 4  # and those above
_DEEPEST = 3
_RECTANGLE_POINTS = (4, 5)
_TOLERANCE = 0.6
_LONGEST_NAME = 16
_BYTES_A_UNIT = 2


def address(handle: object) -> int:
    """Return where an object of pdfium lies: the same one may come in many handles."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0  # type: ignore[arg-type]  # any pointer


class Cover(NamedTuple):
    """Something that may hide text in `bounds`; when `is_ground` only text drawn before it: it is as light as paper."""

    order: int
    bounds: Bounds
    is_ground: bool


class _Text(NamedTuple):
    handle: object
    order: int
    mode: int
    is_dark: bool


class Drawing:
    """
    The objects of a page, outermost only; what stands inside others (forms) is never plain.

    `is_empty`: nothing is drawn but text and rules. `pictures` says how much of the page pictures cover, 0 to 1.
    """

    def __init__(self, document: pdfium.PdfDocument, page: pdfium.PdfPage) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._document = document
        self._texts: dict[int, _Text] = {}
        self._covers: list[Cover] = []
        self._is_all_suspect = False
        self._numbers = tuple(ctypes.c_uint() for _ in range(4))
        self._floats = tuple(ctypes.c_float() for _ in range(4))
        self._name, self._length = (ctypes.c_ushort * _LONGEST_NAME)(), ctypes.c_ulong()
        self._rules = 0
        self.pictures = 0.0
        self.is_empty = True
        count = raw.FPDFPage_CountObjects(page)
        self._is_all_suspect = count > _MOST_OBJECTS
        width, height = page.get_size()
        area = max(width * height, 1.0)
        for order in range(min(max(count, 0), _MOST_OBJECTS)):
            self._take(raw.FPDFPage_GetObject(page, order), order, area)
        if len(self._covers) > _MOST_COVERS:
            self._covers = [_all_of(self._covers)]

    def handle(self, owner: int) -> tuple[object, int]:
        """Return a text object by its address, and how it is rendered (ISO 32000-1 table 106)."""
        found = self._texts.get(owner)
        if found is not None:
            return found.handle, found.mode
        inner = ctypes.cast(owner, self._raw.FPDF_PAGEOBJECT)
        return inner, self._raw.FPDFTextObj_GetTextRenderMode(inner)

    def is_plain(self, key: int, has_outlines: bool) -> bool:
        """Say whether the text of the object at this address is surely seen."""
        text = self._texts.get(key)
        if text is None or not text.is_dark or self._is_all_suspect or not has_outlines:
            return False
        raw, owner = self._raw, text.handle
        if raw.FPDFPageObj_HasTransparency(owner) or self._has_pattern(owner) or self._may_be_switched_off(owner):
            return False
        clip = raw.FPDFPageObj_GetClipPath(owner)
        cuts = raw.FPDFClipPath_CountPaths(clip) if clip else -1
        if cuts < 0 and not self._covers:
            return True
        bounds = self._bounds(owner)
        if bounds is None or cuts == 0 or cuts > _FEW_SEGMENTS:
            return False  # cut by letters, or by a heap of paths
        uncut = all(_holds(self._rectangle(clip, index), bounds) for index in range(cuts))
        return uncut and not self._is_covered(bounds, text.order)

    def _take(self, found: object, order: int, area: float) -> None:
        raw = self._raw
        match raw.FPDFPageObj_GetType(found):
            case raw.FPDF_PAGEOBJ_TEXT:
                self._take_text(found, order)
            case raw.FPDF_PAGEOBJ_PATH:
                self._take_path(found, order)
            case raw.FPDF_PAGEOBJ_IMAGE:
                self.is_empty = False
                self._cover(found, order, is_ground=False)
                self.pictures = min(1.0, self.pictures + _area(self._bounds(found)) / area)
            case _:
                self.is_empty = False
                self._cover(found, order, is_ground=False)
                self.pictures = min(1.0, self.pictures + self._inner_pictures(found, _DEEPEST) / area)

    def _take_text(self, text: object, order: int) -> None:
        raw = self._raw
        mode = raw.FPDFTextObj_GetTextRenderMode(text)
        if mode >= _MODE_CLIP:
            self._is_all_suspect = True
        if not self._is_dark(raw.FPDFPageObj_GetFillColor, text):
            # White letters may be blocks, which cover as well as a box does.
            self._cover(text, order, is_ground=False)
            is_dark = False
        else:
            is_dark = mode == _MODE_FILL or (
                mode == _MODE_FILL_STROKE and self._is_dark(raw.FPDFPageObj_GetStrokeColor, text)
            )
        self._texts[address(text)] = _Text(text, order, mode, is_dark)

    def _take_path(self, path: object, order: int) -> None:
        raw = self._raw
        bounds = self._bounds(path)
        if bounds is None:
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        is_dark = (not fill.value or self._is_dark(raw.FPDFPageObj_GetFillColor, path)) and (
            not stroke.value or self._is_dark(raw.FPDFPageObj_GetStrokeColor, path)
        )
        is_thin = min(bounds[2] - bounds[0], bounds[3] - bounds[1]) < _THIN
        if is_thin and is_dark:
            self._rules += 1
            self.is_empty = self.is_empty and self._rules <= _MOST_RULES
            return
        simple = raw.FPDFPath_CountSegments(path) <= _FEW_SEGMENTS
        if not fill.value and simple and is_dark and self._stroke_width(path) < _THIN:
            return  # a frame
        light = fill.value and not stroke.value and simple and self._is_white(path)
        if not light:
            self.is_empty = False
        self._covers.append(Cover(order, bounds, bool(light)))

    def _cover(self, found: object, order: int, *, is_ground: bool) -> None:
        bounds = self._bounds(found)
        if bounds is not None:
            self._covers.append(Cover(order, bounds, is_ground))

    def _inner_pictures(self, form: object, depth: int) -> float:
        """Return the area of the pictures in a form; scanners and programs that stamp put them there."""
        raw = self._raw
        if raw.FPDFPageObj_GetType(form) != raw.FPDF_PAGEOBJ_FORM or not depth:
            return 0.0
        area = 0.0
        for index in range(min(max(raw.FPDFFormObj_CountObjects(form), 0), _MOST_COVERS)):
            inner = raw.FPDFFormObj_GetObject(form, index)
            if raw.FPDFPageObj_GetType(inner) == raw.FPDF_PAGEOBJ_IMAGE:
                area += _area(self._bounds(inner))
            else:
                area += self._inner_pictures(inner, depth - 1)
        return min(area, _area(self._bounds(form)))

    def _bounds(self, found: object) -> Bounds | None:
        raw = self._raw
        left, bottom, right, top = self._floats
        if not raw.FPDFPageObj_GetBounds(found, left, bottom, right, top):
            return None
        return left.value, bottom.value, right.value, top.value

    def _is_dark(self, ask: ctypes._FuncPointer, found: object) -> bool:
        red, green, blue, opacity = self._numbers
        if not ask(found, red, green, blue, opacity) or opacity.value != _OPAQUE:
            return False
        return 0.3 * red.value + 0.59 * green.value + 0.11 * blue.value <= _DARK

    def _is_white(self, path: object) -> bool:
        """Say whether a path is filled in a light colour, opaque, as the ground of a page or a cell is."""
        raw = self._raw
        red, green, blue, opacity = self._numbers
        if not raw.FPDFPageObj_GetFillColor(path, red, green, blue, opacity) or opacity.value != _OPAQUE:
            return False
        light = min(red.value, green.value, blue.value) > 200
        return light and not raw.FPDFPageObj_HasTransparency(path) and not self._has_pattern(path)

    def _stroke_width(self, path: object) -> float:
        raw = self._raw
        width = self._floats[0]
        return width.value if raw.FPDFPageObj_GetStrokeWidth(path, width) else _THIN

    def _has_pattern(self, found: object) -> bool:
        """Say whether something is filled with a pattern; pdfium names some colour for it, which means nothing."""
        raw = self._raw
        bitmap = raw.FPDFPageObj_GetRenderedFillPattern(self._document, found)
        if bitmap:
            raw.FPDFBitmap_Destroy(bitmap)
        return bool(bitmap)

    def _is_covered(self, bounds: Bounds, order: int) -> bool:
        left, bottom, right, top = bounds
        return any(
            not (cover.is_ground and cover.order < order)
            and cover.order != order
            and cover.bounds[0] < right
            and cover.bounds[2] > left
            and cover.bounds[1] < top
            and cover.bounds[3] > bottom
            for cover in self._covers
        )

    def _may_be_switched_off(self, owner: object) -> bool:
        """Say whether an object belongs to a layer that a viewer may hide (ISO 32000-1 §8.11)."""
        raw = self._raw
        count = raw.FPDFPageObj_CountMarks(owner)
        if count <= 0:
            return False
        name, length = self._name, self._length
        for index in range(min(count, _FEW_SEGMENTS)):
            mark = raw.FPDFPageObj_GetMark(owner, index)
            if not raw.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length):
                return True
            if length.value == 3 * _BYTES_A_UNIT and bytes(name)[:4] == b"O\0C\0":
                return True
        return bool(count > _FEW_SEGMENTS)

    def _rectangle(self, clip: object, index: int) -> Bounds | None:
        """Return one path of a clip, when it is an upright rectangle."""
        raw = self._raw
        count = raw.FPDFClipPath_CountPathSegments(clip, index)
        if count not in _RECTANGLE_POINTS:
            return None
        x, y = self._floats[:2]
        points = []
        for position in range(count):
            segment = raw.FPDFClipPath_GetPathSegment(clip, index, position)
            if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO:
                return None
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            points.append((x.value, y.value))
        across, up = {point[0] for point in points}, {point[1] for point in points}
        if len(across) != 2 or len(up) != 2 or len(set(points)) != 4:
            return None
        return min(across), min(up), max(across), max(up)


def _holds(clip: Bounds | None, bounds: Bounds) -> bool:
    return (
        clip is not None
        and clip[0] <= bounds[0] + _TOLERANCE
        and clip[1] <= bounds[1] + _TOLERANCE
        and clip[2] >= bounds[2] - _TOLERANCE
        and clip[3] >= bounds[3] - _TOLERANCE
    )


def _area(bounds: Bounds | None) -> float:
    return 0.0 if bounds is None else (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])


def _all_of(covers: list[Cover]) -> Cover:
    lefts, bottoms, rights, tops = zip(*(cover.bounds for cover in covers), strict=True)
    return Cover(-1, (min(lefts), min(bottoms), max(rights), max(tops)), is_ground=False)
