"""
From the picture of a page to a sheet that can be recognised: flat, upright, on white, black ink apart from coloured.

A red seal lies over the signature and a red stamp over the head; a pen writes blue. What is printed is black. In a
picture without colour all ink stays together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbridge.reading.scan_pose import corners_of_paper, quarter_turn, skew
from mailbridge.reading.scan_source import POINTS, Picture

if TYPE_CHECKING:
    from PIL import Image

# Steps of 255 between the strongest and the weakest of the three colours. The edges of black letters, smeared by JPEG,
# stay under 40; pens and stamps lie over 90.
_COLOURED = 50
# What is darker than this in its strongest colour is black ink, even under a seal.
_BLACK = 95
_LEAST_COLOURED = 0.00005
"""Share of the sheet: 200 pixels; a written digit has more."""
# Paper this even needs no levelling.
_EVEN = 236
_LEAST_SKEW = 0.12
_A4_HEIGHT = 841.9
# No letter stands in the outermost 7 mm of a sheet.
_WIDEST_BAND = 0.033
_DARK_BAND = 236


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    A page made ready: grey pictures of the same size, dark on white, 200 dots an inch.

    `coloured` is the ink in colour alone, None where there is hardly any. `width` and `height` are in points.
    """

    number: int
    black: Image.Image
    coloured: Image.Image | None
    width: float
    height: float

    def turned(self, quarters: int) -> Sheet:
        """Turn by quarters of a circle, counter-clockwise."""
        width, height = (self.height, self.width) if quarters % 2 else (self.width, self.height)
        return Sheet(
            number=self.number,
            black=_turned(self.black, quarters),
            coloured=_turned(self.coloured, quarters) if self.coloured else None,
            width=width,
            height=height,
        )

    def half(self, *, right: bool) -> Sheet:
        """Take one of two pages that lie side by side, drawn as large as a page of its own."""
        from PIL import Image as Pillow

        middle = self.black.width // 2
        box = (middle, 0, self.black.width, self.black.height) if right else (0, 0, middle, self.black.height)
        size = (round(_A4_HEIGHT / POINTS * middle / self.black.height), round(_A4_HEIGHT / POINTS))

        def cut(image: Image.Image) -> Image.Image:
            return image.resize(size, Pillow.Resampling.BICUBIC, box=box)

        return Sheet(
            number=self.number,
            black=cut(self.black),
            coloured=cut(self.coloured) if self.coloured else None,
            width=round(size[0] * POINTS, 1),
            height=_A4_HEIGHT,
        )


def prepare_sheet(picture: Picture) -> Sheet:
    """Flatten, level, part by colour and straighten; text may still stand on its head or lie on its side."""
    image = picture.image
    corners = corners_of_paper(image)
    if corners is not None:
        image = _flattened(image, corners)
    image = _levelled(image)
    black, coloured = _parted(image)
    black = _without_border(black)
    quarters = quarter_turn(black)
    if quarters:
        black, coloured = _turned(black, quarters), _turned(coloured, quarters) if coloured else None
    angle = skew(black)
    if abs(angle) >= _LEAST_SKEW:
        black, coloured = _rotated(black, angle), _rotated(coloured, angle) if coloured else None
    return Sheet(
        number=picture.number,
        black=black,
        coloured=coloured,
        width=round(black.width * _points(picture, image), 1),
        height=round(black.height * _points(picture, image), 1),
    )


def _points(picture: Picture, image: Image.Image) -> float:
    """Return points a pixel, by the longer side."""
    if image is picture.image or max(image.size) == max(picture.image.size):
        return max(picture.width, picture.height) / max(picture.image.size)
    return POINTS


def _flattened(image: Image.Image, corners: tuple[tuple[float, float], ...]) -> Image.Image:
    """Draw the quadrilateral of the paper as a rectangle; A4 where it may be A4."""
    from PIL import Image as Pillow

    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners  # top left, bottom left, bottom right, top right
    high = (((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 + ((cx - dx) ** 2 + (cy - dy) ** 2) ** 0.5) / 2
    wide = (((ax - dx) ** 2 + (ay - dy) ** 2) ** 0.5 + ((bx - cx) ** 2 + (by - cy) ** 2) ** 0.5) / 2
    longest = round(_A4_HEIGHT / POINTS)
    ratio = min(high, wide) / max(high, wide)
    shortest = round(longest * (0.7071 if 0.62 < ratio < 0.8 else ratio))
    size = (shortest, longest) if high >= wide else (longest, shortest)
    fill = 255 if image.mode == "L" else (255, 255, 255)
    return image.transform(
        size,
        Pillow.Transform.QUAD,
        data=[ax, ay, bx, by, cx, cy, dx, dy],
        resample=Pillow.Resampling.BICUBIC,
        fillcolor=fill,
    )


def _levelled(image: Image.Image) -> Image.Image:
    """Divide by the brightness of the paper around each place, so that all paper is white."""
    from PIL import Image as Pillow
    from PIL import ImageFilter, ImageMath

    def of_band(band: Image.Image) -> Image.Image:
        paper = band.reduce(8).filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(5))
        if _darkest(paper) >= _EVEN:
            return band
        paper = paper.point(lambda level: max(level, 60)).resize(band.size, Pillow.Resampling.BILINEAR)
        level: Image.Image = ImageMath.lambda_eval(
            lambda given: given["convert"](given["min"](given["band"] * 255 / given["paper"], 255), "L"),
            band=band,
            paper=paper,
        )
        return level

    return Pillow.merge(image.mode, [of_band(band) for band in image.split()])


def _darkest(band: Image.Image) -> int:
    return next((level for level, count in enumerate(band.histogram()) if count), 255)


def _parted(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Part black ink from coloured ink."""
    from PIL import Image as Pillow
    from PIL import ImageChops, ImageFilter

    if image.mode == "L":
        return image, None
    red, green, blue = image.split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    weakest = ImageChops.darker(ImageChops.darker(red, green), blue)
    ink = ImageChops.subtract(strongest, weakest).point(lambda level: 255 if level > _COLOURED else 0)
    amount = _share(ink)
    if amount < _LEAST_COLOURED:
        return weakest, None
    if amount > 2 * _share(weakest.point(lambda level: 255 if level < _BLACK else 0)):
        return weakest, None  # printed in colour, or seen through a coloured light
    # The faint edges of coloured strokes go with them, but no black stroke that they cross.
    spread = ink.filter(ImageFilter.BoxBlur(1)).point(lambda level: 255 if level else 0)
    near = ImageChops.darker(spread, strongest.point(lambda level: 255 if level > _BLACK else 0))
    white = Pillow.new("L", image.size, 255)
    return Pillow.composite(white, strongest, near), Pillow.composite(weakest, white, near)


def _share(mask: Image.Image) -> float:
    return sum(index * count for index, count in enumerate(mask.histogram())) / (255 * mask.width * mask.height)


def _without_border(image: Image.Image) -> Image.Image:
    """Whiten what a scanner saw beside the paper: bands along the edges that are dark for a good part of them."""
    from PIL import Image as Pillow

    w, h = image.size
    rows = image.resize((1, h), Pillow.Resampling.BOX).tobytes()
    columns = image.resize((w, 1), Pillow.Resampling.BOX).tobytes()
    left, right = _band(columns), w - _band(columns[::-1])
    top, bottom = _band(rows), h - _band(rows[::-1])
    if (left, top, right, bottom) == (0, 0, w, h):
        return image
    clean = Pillow.new("L", (w, h), 255)
    clean.paste(image.crop((left, top, right, bottom)), (left, top))
    return clean


def _band(profile: bytes) -> int:
    """Return how far a dark band reaches inwards from the beginning of a profile; 0 when there is none."""
    most = round(len(profile) * _WIDEST_BAND)
    dark = [at for at in range(most) if profile[at] < _DARK_BAND]
    return dark[-1] + 1 if dark else 0


def _turned(image: Image.Image, quarters: int) -> Image.Image:
    from PIL import Image as Pillow

    turns = (None, Pillow.Transpose.ROTATE_90, Pillow.Transpose.ROTATE_180, Pillow.Transpose.ROTATE_270)
    turn = turns[quarters % 4]
    return image if turn is None else image.transpose(turn)


def _rotated(image: Image.Image, angle: float) -> Image.Image:
    from PIL import Image as Pillow

    return image.rotate(angle, resample=Pillow.Resampling.BICUBIC, fillcolor=255)
