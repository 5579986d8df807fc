"""From the space in which a page of a PDF is written to the page as it is shown."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2 as pdfium

# pdfium answers in whole device units.
_FINE = 100


class View(NamedTuple):
    """
    From page space to points from the top left corner of the page as shown: a·x + c·y + e, b·x + d·y + f.

    `width` and `height` are those of the page as shown. pdfium leaves /UserUnit out, and so do we: a page whose unit
    is larger only looks as if it were printed smaller.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Place a point of the page."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Place a rectangle of the page: left, top, right, bottom as shown."""
        x1, y1 = self.point(left, bottom)
        x2, y2 = self.point(right, top)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def view_of(page: pdfium.PdfPage) -> View:
    """Ask pdfium where three points of the page come to lie: that settles boxes, origin and rotation at once."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    x, y = ctypes.c_int(), ctypes.c_int()

    def place(px: float, py: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, round(width * _FINE), round(height * _FINE), 0, px, py, x, y)
        return x.value / _FINE, y.value / _FINE

    (e, f), (ax, bx), (cy, dy) = place(0, 0), place(1000, 0), place(0, 1000)
    return View(
        a=(ax - e) / 1000,
        b=(bx - f) / 1000,
        c=(cy - e) / 1000,
        d=(dy - f) / 1000,
        e=e,
        f=f,
        width=width,
        height=height,
    )
