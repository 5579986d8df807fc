"""Pages as a scanner or a telephone sees them: skewed, noisy, blurred, pressed into JPEG, as PDF, JPEG or TIFF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_PAPER = (250, 249, 246)
_DESK = (96, 78, 64)
_TILE = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanner:
    """
    A machine and its habits.

    `dpi` of the picture; `skew` at most, in degrees; `noise` is the spread of grey values; `blur` in pixels at 200 dpi;
    `quality` of JPEG. `as_type` is what the file is called: "pdf", "jpg" or "tiff".
    """

    dpi: int = 200
    skew: float = 1.0
    noise: float = 8.0
    blur: float = 0.5
    quality: int = 60
    grey: bool = False
    as_type: str = "pdf"


def scanned(pdf: bytes, scanner: Scanner, rng: Random) -> bytes:
    """Scan all pages of a PDF."""
    pages = [_seen(page, scanner, rng) for page in drawn(pdf, scanner.dpi)]
    return _file(pages, scanner)


def two_up(pdf: bytes, scanner: Scanner, rng: Random) -> bytes:
    """Scan a document of two pages or more as sheets with two pages side by side."""
    pages = drawn(pdf, scanner.dpi)
    sheets = []
    for place in range(0, len(pages), 2):
        width, height = pages[place].size
        sheet = Image.new("RGB", (2 * width, height), "white")
        for half, page in enumerate(pages[place : place + 2]):
            sheet.paste(page, (half * width, 0))
        sheets.append(_seen(sheet, scanner, rng))
    return _file(sheets, scanner)


def photographed(pdf: bytes, rng: Random) -> bytes:
    """Take a picture of the first page with a telephone: from a side, with light from another, on a desk; a JPEG."""
    page = _sheeted(drawn(pdf, 190)[0])
    width, height = page.size
    edge = width // 12
    desk = Image.new("RGB", (width + 2 * edge, height + 2 * edge), _DESK)
    desk.paste(page, (edge, edge))
    mask_size = desk.size
    corners = [(0.0, 0.0), (0.0, mask_size[1]), (mask_size[0], mask_size[1]), (mask_size[0], 0.0)]
    moved = [(x + rng.uniform(-0.02, 0.02) * width, y + rng.uniform(-0.02, 0.02) * height) for x, y in corners]
    # What lies at `moved` in the flat picture comes into the corners: a page seen a little from the side.
    taken = desk.transform(
        mask_size, Image.Transform.PERSPECTIVE, _perspective(corners, moved), Image.Resampling.BICUBIC
    )
    lit = ImageChops.multiply(taken, _light(mask_size, rng))
    out = io.BytesIO()
    _grained(lit.filter(ImageFilter.GaussianBlur(0.7)), 10.0, rng).save(out, "JPEG", quality=72)
    return out.getvalue()


def drawn(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Draw the pages of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    document.close()
    return pages


def _seen(page: Image.Image, scanner: Scanner, rng: Random) -> Image.Image:
    sheet = _sheeted(page)
    turned = sheet.rotate(
        rng.uniform(-scanner.skew, scanner.skew), Image.Resampling.BICUBIC, expand=False, fillcolor=(236, 236, 236)
    )
    blurred = turned.filter(ImageFilter.GaussianBlur(scanner.blur * scanner.dpi / 200))
    seen = _grained(blurred, scanner.noise, rng)
    return seen.convert("L") if scanner.grey else seen


def _sheeted(page: Image.Image) -> Image.Image:
    """Put what is printed on paper that is not quite white."""
    return ImageChops.multiply(page, Image.new("RGB", page.size, _PAPER))


def _grained(picture: Image.Image, noise: float, rng: Random) -> Image.Image:
    """Add grain: one tile of it, laid over the page from a place that chance chooses."""
    tile = _tile(noise)
    grain = Image.new("L", picture.size)
    for left in range(-rng.randrange(_TILE), picture.width, _TILE):
        for top in range(-rng.randrange(_TILE), picture.height, _TILE):
            grain.paste(tile, (left, top))
    return ImageChops.add(picture, Image.merge("RGB", (grain,) * 3), scale=1, offset=-128)


@cache
def _tile(noise: float) -> Image.Image:
    rng = Random(f"grain of {noise}")
    greys = bytes(max(0, min(255, round(rng.gauss(128, noise)))) for _ in range(_TILE * _TILE))
    return Image.frombytes("L", (_TILE, _TILE), greys)


def _light(size: tuple[int, int], rng: Random) -> Image.Image:
    """Shade a picture from one corner to the other."""
    small = Image.new("L", (16, 16))
    across, down = rng.uniform(-3, 3), rng.uniform(-3, 3)
    draw = ImageDraw.Draw(small)
    for x in range(16):
        for y in range(16):
            draw.point((x, y), fill=max(120, min(255, round(225 + (x - 8) * across + (y - 8) * down))))
    return Image.merge("RGB", (small.resize(size, Image.Resampling.BICUBIC),) * 3)


def _perspective(target: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]) -> list[float]:
    """Solve for the eight numbers that bring `source` to `target` (Gauss, four pairs of points)."""
    rows = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):
        pivot = max(range(place, 8), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other in range(8):
            if other != place:
                factor = rows[other][place]
                rows[other] = [value - factor * top for value, top in zip(rows[other], rows[place], strict=True)]
    return [row[8] for row in rows]


def _file(pages: Sequence[Image.Image], scanner: Scanner) -> bytes:
    out = io.BytesIO()
    first, rest = pages[0], list(pages[1:])
    match scanner.as_type:
        case "jpg":
            first.save(out, "JPEG", quality=scanner.quality, dpi=(scanner.dpi, scanner.dpi))
        case "tiff":
            grey = [page.convert("L") for page in pages]
            grey[0].save(
                out,
                "TIFF",
                compression="tiff_lzw",
                dpi=(scanner.dpi, scanner.dpi),
                save_all=True,
                append_images=grey[1:],
            )
        case _:
            first.save(
                out,
                "PDF",
                resolution=scanner.dpi,
                quality=scanner.quality,
                save_all=True,
                append_images=rest,
            )
    return out.getvalue()
