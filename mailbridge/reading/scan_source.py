"""
The pictures of a scan: pages of a PDF, frames of a TIFF, or one image; each bounded before it is decoded.

Pillow and pdfium are C; call this only in a process of its own (`sandbox`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.mail.filetype import PDF
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    import pypdfium2 as pdfium
    from PIL import Image, ImageFile

DPI = 200
"""Dots per inch that pages are read at: letters of 11 to 14 points are then as high as the model was taught."""
POINTS = 72 / DPI

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
MEDIA_TYPES = frozenset(_FORMATS)
"""The pictures that are read; JPEG 2000, HEIC and others are not."""

# An A3 page at 400 dpi. Pillow takes four octets for a pixel in colour, and the page is in memory twice for a moment.
_MOST_PIXELS = 40_000_000
# libjpeg makes a picture smaller while it decodes, so that those of phones, up to 200 megapixels, need no more.
_MOST_JPEG_PIXELS = 210_000_000
_MOST_FRAMES = 5_000
# A3 in points, rounded up. A larger page was made by a program that took pixels for points.
_LONGEST_SIDE = 1200.0
_A4 = (595.3, 841.9)
_PLAUSIBLE_DPI = range(60, 1300)


class Picture(NamedTuple):
    """A page as a picture in RGB or L; `width` and `height` of the page in points."""

    number: int
    image: Image.Image
    width: float
    height: float


def pictures(media_type: str, content: bytes, pages: tuple[int, ...]) -> Iterator[Picture]:
    """
    Give the wanted pages, as many as the file has, in the order of `pages`, one decoded at a time.

    Raises:
        Unreadable: `unsupported` for other types, `too-large` beyond 40 megapixels (JPEG: 210), `encrypted` or
            `malformed` when the file does not open.
    """
    if media_type == PDF:
        return _of_pdf(content, pages)
    if media_type in _FORMATS:
        return _of_image(_FORMATS[media_type], content, pages)
    raise Unreadable(Problem.UNSUPPORTED, f"{media_type} is not read yet")


def frames(media_type: str, content: bytes) -> int:
    """
    Count the pages of a picture: a TIFF from a scanner has one for each sheet, other formats have one.

    A chain of pages that goes in circles or is broken ends the count; so does the five-thousandth.

    Raises:
        Unreadable: as `pictures`.
    """
    if _FORMATS.get(media_type) != "TIFF":
        return 1
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
            return _walked(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable(Problem.MALFORMED, "the picture cannot be opened") from error


def _walked(image: ImageFile.ImageFile) -> int:
    for number in range(1, _MOST_FRAMES):
        try:
            image.seek(number)
        except (EOFError, OSError, ValueError, SyntaxError, KeyError):
            return number
    return _MOST_FRAMES


def _of_pdf(content: bytes, pages: tuple[int, ...]) -> Iterator[Picture]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Unreadable(Problem.MALFORMED, "the PDF cannot be opened") from error
    with closing(document):
        document.init_forms()
        for number in pages:
            if not 1 <= number <= len(document):
                continue
            try:
                page = document.get_page(number - 1)
            except pdfium.PdfiumError:
                continue  # one broken page does not take the others away
            with closing(page):
                drawn = _drawn(page, number)
            if drawn is not None:
                yield drawn


def _drawn(page: pdfium.PdfPage, number: int) -> Picture | None:
    width, height = page.get_size()
    if width <= 1 or height <= 1 or max(width, height) > 30 * min(width, height):
        return None
    longest = max(width, height)
    scale = DPI / 72 if longest <= _LONGEST_SIDE else _A4[1] * DPI / 72 / longest
    with closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
        image = bitmap.to_pil().convert("RGB")
    return Picture(number, image, width, height)


def _of_image(kind: str, content: bytes, pages: tuple[int, ...]) -> Iterator[Picture]:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _MOST_JPEG_PIXELS
    try:
        image = Image.open(io.BytesIO(content), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable(Problem.MALFORMED, "the picture cannot be opened") from error
    with image:
        for number in pages:
            if not 1 <= number <= _MOST_FRAMES:
                continue
            try:
                if number > 1:
                    image.seek(number - 1)
                yield _decoded(image, number)
            except EOFError:
                continue
            except (OSError, ValueError, SyntaxError) as error:
                raise Unreadable(Problem.MALFORMED, "the picture cannot be decoded") from error


def _decoded(image: ImageFile.ImageFile, number: int) -> Picture:
    from PIL import Image, ImageFile, ImageOps

    resolution = _resolution(image)
    whole = image.size
    _shrink_while_decoding(image)
    if image.width * image.height > _MOST_PIXELS or min(image.size) < 1:
        raise _too_large()
    kept, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = kept
    orientation = image.getexif().get(0x0112, 1)  # EXIF 2.32: 5 to 8 lie on their side
    width, height = _size(whole, resolution)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    small = _plain(image, max(1, round(width / POINTS)))
    if orientation != 1:
        small = ImageOps.exif_transpose(_with_orientation(small, orientation))
    wanted = (max(1, round(width / POINTS)), max(1, round(height / POINTS)))
    if small.size != wanted:
        small = small.resize(wanted, Image.Resampling.LANCZOS if small.width > wanted[0] else Image.Resampling.BICUBIC)
    return Picture(number, small, width, height)


def _with_orientation(image: Image.Image, orientation: int) -> Image.Image:
    image.getexif()[0x0112] = orientation
    return image


def _shrink_while_decoding(image: ImageFile.ImageFile) -> None:
    """Ask libjpeg for a half, quarter or eighth, still larger than what is read; other formats do not know this."""
    longest = round(_A4[1] / POINTS)
    if max(image.size) > 2 * longest:
        shrink = longest / max(image.size)
        image.draft(None, (round(image.width * shrink), round(image.height * shrink)))


def _plain(image: Image.Image, width: int) -> Image.Image:
    """Return the picture in RGB or L, on white where it is transparent, not much wider than needed."""
    factor = max(1, max(image.size) // (2 * max(width, 1) + 1))
    if image.mode in ("1", "I", "I;16", "I;16B", "F"):
        # 16 bits a pixel: Pillow would cut them off at 255.
        image = image.point(lambda level: level * (1 / 256)) if image.mode.startswith("I") else image
        image = image.convert("L")
    elif "A" in image.getbands() or "transparency" in image.info:
        from PIL import Image as Pillow

        clear = image.convert("RGBA")
        image = Pillow.new("RGB", image.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    elif image.mode != "L":
        image = image.convert("RGB")
    return image.reduce(factor) if factor > 1 else image


def _resolution(image: Image.Image) -> float | None:
    """Return the dots per inch that the file states, if they can be meant."""
    stated = image.info.get("dpi")
    try:
        across, down = (float(value) for value in stated or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across if round(across) in _PLAUSIBLE_DPI and abs(across - down) < 0.02 * across else None


def _size(pixels: tuple[int, int], resolution: float | None) -> tuple[float, float]:
    """Return the size of the page in points: as stated when that is a sheet of paper, else as if it were A4."""
    wide, high = pixels
    if resolution is not None:
        width, height = wide * 72 / resolution, high * 72 / resolution
        if 350 <= max(width, height) <= _LONGEST_SIDE and min(width, height) >= 200:
            return width, height
    longest = _A4[1]
    return (longest, longest * high / wide) if wide > high else (longest * wide / high, longest)


def _too_large() -> Unreadable:
    return Unreadable(Problem.TOO_LARGE, f"the picture has more than {_MOST_PIXELS // 1_000_000} megapixels")
