"""
Scans of official documents, made from facts: set by typst, drawn by pdfium, then spoilt as scanners and offices do.

All chance comes from a seed, so a sheet looks the same in every run. Only the typst wheel's own fonts are used unless a
font is named, so it looks the same on every machine too.
"""

from __future__ import annotations

import io
import json
import math
import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import typst
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FACTS = Path(__file__).parents[1] / "classifier" / "data" / "letterheads.json"
OWN_FONT = "Libertinus Serif"

Point = tuple[float, float]

# Strokes of the digits as a hand draws them, in a square of 0..1, y downwards.
_STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((0.55, 0.02), (0.2, 0.2), (0.1, 0.6), (0.3, 0.98), (0.7, 0.9), (0.88, 0.45), (0.7, 0.08), (0.5, 0.05)),),
    "1": (((0.3, 0.28), (0.58, 0.02), (0.5, 1.0)),),
    "2": (((0.15, 0.25), (0.4, 0.02), (0.75, 0.15), (0.65, 0.5), (0.1, 0.97), (0.5, 0.9), (0.95, 1.0)),),
    "3": (((0.2, 0.1), (0.6, 0.0), (0.8, 0.22), (0.4, 0.45), (0.85, 0.65), (0.6, 0.98), (0.1, 0.9)),),
    "4": (((0.5, 0.0), (0.1, 0.62), (0.95, 0.6)), ((0.68, 0.3), (0.6, 1.05))),
    "5": (((0.3, 0.02), (0.2, 0.45), (0.65, 0.4), (0.85, 0.7), (0.5, 1.0), (0.1, 0.9)), ((0.3, 0.03), (0.9, 0.0))),
    "6": (((0.75, 0.0), (0.3, 0.35), (0.12, 0.75), (0.45, 1.0), (0.8, 0.75), (0.5, 0.5), (0.15, 0.72)),),
    "7": (((0.1, 0.05), (0.9, 0.0), (0.4, 1.0)), ((0.3, 0.5), (0.8, 0.45))),
    "8": (((0.7, 0.12), (0.3, 0.1), (0.35, 0.42), (0.8, 0.72), (0.5, 1.0), (0.2, 0.75), (0.65, 0.4), (0.7, 0.12)),),
    "9": (((0.8, 0.2), (0.4, 0.02), (0.2, 0.3), (0.5, 0.5), (0.82, 0.15), (0.7, 0.6), (0.5, 1.05)),),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What stands on the sheet, and so what is to be read from it."""

    key: str
    superior: str | None
    issuer: str
    number: str
    notation: str
    place: str
    issued: date
    type: str
    subject: str
    addressees: tuple[str, ...] = ("Các đơn vị trực thuộc",)
    signer: str = "Nguyễn Văn Thành"
    position: str = "PHÓ CHỦ TỊCH"
    authority: str = "KT. CHỦ TỊCH"

    @property
    def symbol(self) -> str:
        """Number and notation as printed."""
        return f"{self.number}/{self.notation}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a sheet was made and scanned; the defaults are a clean grey scan at 200 dpi."""

    name: str
    font: str = OWN_FONT
    dpi: int = 200
    colour: bool = False
    bits: int = 8
    noise: float = 0.0
    blur: float = 0.0
    skew: float = 0.0
    jpeg: int | None = None
    hand: tuple[int, int, int] | None = None
    hand_day: bool = False
    seal: bool = False
    arrival: tuple[int, int, int] | None = None
    phone: bool = False
    quarter: int = 0
    border: bool = False
    holes: bool = False
    fade: float = 0.0
    two_up: bool = False


RED, BLUE, VIOLET, GREY = (205, 35, 40), (35, 50, 150), (110, 40, 140), (60, 60, 60)
DARK_RED = (150, 30, 30)


def real_facts(path: Path = FACTS) -> list[Facts]:
    """Read letterheads of real documents whose fields are all known."""
    found = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        facts = facts_of(record)
        if facts is not None:
            found.append(facts)
    return found


def facts_of(record: dict[str, Any]) -> Facts | None:
    """Take the facts of one record; None when one is missing or its number has another form."""
    number, _, notation = (record["symbol"] or "").partition("/")
    wanted = (record["issued_date"], record["place"], record["issuer"], record["subject"], record["type"])
    if not all(wanted) or not number.isdigit() or not notation or " " in notation:
        return None
    addressees = record.get("addressees") or ["Các đơn vị trực thuộc"]
    return Facts(
        key=record["id"],
        superior=record["superior"],
        issuer=record["issuer"],
        number=number,
        notation=notation,
        place=record["place"],
        issued=date.fromisoformat(record["issued_date"]),
        type=record["type"],
        subject=record["subject"],
        addressees=tuple(addressees[:3]),
    )


def scan(facts: Facts, look: Look, *, seed: int = 0) -> Image.Image:
    """Make the picture of one sheet."""
    chance = random.Random(f"{facts.key}/{look.name}/{seed}")
    pdf = typeset(facts, look)
    picture, places = _drawn(pdf, look)
    picture = _written_over(picture, places, facts, look, chance)
    return _spoilt(picture, look, chance)


def as_bytes(picture: Image.Image, look: Look) -> tuple[str, bytes]:
    """Store a picture the way a scanner does: its media type and octets."""
    stream = io.BytesIO()
    dpi = (look.dpi, look.dpi)
    if look.bits == 1:
        picture.convert("1", dither=Image.Dither.NONE).save(stream, "TIFF", compression="group4", dpi=dpi)
        return "image/tiff", stream.getvalue()
    if look.jpeg:
        picture.save(stream, "JPEG", quality=look.jpeg, dpi=dpi)
        return "image/jpeg", stream.getvalue()
    picture.save(stream, "PNG", dpi=dpi)
    return "image/png", stream.getvalue()


def as_pdf(pictures: list[Image.Image], dpi: int = 200) -> bytes:
    """Put pictures into a PDF, a page each."""
    stream = io.BytesIO()
    pictures[0].save(stream, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:], quality=75)
    return stream.getvalue()


def typeset(facts: Facts, look: Look) -> bytes:
    """Set the sheet by Phụ lục I; returns a PDF of one page."""
    source = _source(facts, look)
    made = typst.compile(source.encode(), ignore_system_fonts=look.font == OWN_FONT)
    assert isinstance(made, bytes)
    return made


_BODY = (
    "Thực hiện chỉ đạo của cấp trên về việc tăng cường công tác quản lý nhà nước trên địa bàn, cơ quan đề nghị các đơn "
    "vị trực thuộc khẩn trương rà soát, tổng hợp số liệu và báo cáo kết quả thực hiện theo quy định hiện hành. Trong "
    "quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị các đơn vị phản ánh kịp thời để được hướng dẫn, giải "
    "quyết theo thẩm quyền; căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ."
)


def _source(facts: Facts, look: Look) -> str:
    day = "#h(9mm)" if look.hand_day else f"{facts.issued.day:02}"
    month = f"{facts.issued.month:02}" if facts.issued.month < 3 else str(facts.issued.month)
    number = "#h(16mm)" if look.hand else _escaped(facts.number)
    letter = facts.type == "Công văn"
    about = f"#v(3pt)#text(12pt)[V/v {_escaped(facts.subject)}]" if letter else ""
    title = (
        f'#align(center)[#text(14pt, weight: "bold")[{_escaped(facts.type.upper())}]\\\n'
        f"#block(width: 85%)[*{_escaped(facts.subject)}*]\\\n#line(length: 25mm, stroke: 0.6pt)]"
    )
    to = "; ".join(facts.addressees)
    addressed = f"#align(center)[Kính gửi: {_escaped(to)}]" if letter else ""
    superior = f"{_escaped(facts.superior.upper())} \\\n" if facts.superior else ""
    return f"""
#set page(paper: "a4", margin: (top: 20mm, bottom: 20mm, left: 27mm, right: 16mm))
#set text(font: "{look.font}", size: 13pt, lang: "vi", hyphenate: false)
#set par(leading: 0.55em)
#grid(columns: (43%, 57%), align: center, row-gutter: 9pt,
[{superior}*{_escaped(facts.issuer.upper())}*
 #v(-7pt)#line(length: 22mm, stroke: 0.6pt)],
[#text(12.2pt)[*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM*]\\
 *Độc lập - Tự do - Hạnh phúc*
 #v(-7pt)#line(length: 50mm, stroke: 0.6pt)],
[Số: {number}\\/{_escaped(facts.notation)}{about}],
[_{_escaped(facts.place)}, ngày {day} tháng {month} năm {facts.issued.year}_])
#v(8pt)
{"" if letter else title}
{addressed}
#v(6pt)
#set par(justify: true, first-line-indent: 10mm)
{_BODY}

{_BODY}

#v(10pt)
#set par(justify: false, first-line-indent: 0mm)
#grid(columns: (45%, 55%),
[#text(12pt)[*_Nơi nhận:_*]\\
#text(11pt)[\\- Như trên;\\
\\- Lưu: VT, TH (03b).]],
align(center)[*{_escaped(facts.authority)}* \\
*{_escaped(facts.position)}* \\
#v(22mm)
*{_escaped(facts.signer)}*])
"""


def _escaped(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return "".join(f"\\{char}" if char in "\\/#*_$<>@[]~`'\"-=+" else char for char in text)


@dataclass(slots=True)
class _Places:
    """Boxes in pixels of what is written over by hand."""

    number: tuple[float, float, float, float] | None = None
    day: tuple[float, float, float, float] | None = None
    foot: Point = field(default=(0.0, 0.0))


def _drawn(pdf: bytes, look: Look) -> tuple[Image.Image, _Places]:
    scale = look.dpi / 72
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=scale).to_pil().convert("RGB")
    text = page.get_textpage()
    whole = text.get_text_range()
    height = page.get_height()

    def box(index: int) -> tuple[float, float, float, float]:
        left, bottom, right, top = text.get_charbox(index)
        return left * scale, (height - top) * scale, right * scale, (height - bottom) * scale

    places = _Places()
    if look.hand:
        colon = whole.index("Số:") + 2
        slash = whole.index("/", colon)
        places.number = (box(colon)[2], box(slash)[1], box(slash)[0], box(slash)[3])
    if look.hand_day:
        before, behind = whole.index("ngày") + 3, whole.index("tháng")
        places.day = (box(before)[2], box(behind)[1], box(behind)[0], box(behind)[3])
    signer = whole.rindex("KT.")
    places.foot = (box(signer)[0], box(signer)[3])
    text.close()
    page.close()
    document.close()
    return picture, places


def _written_over(
    picture: Image.Image, places: _Places, facts: Facts, look: Look, chance: random.Random
) -> Image.Image:
    mm = look.dpi / 25.4
    if look.hand and places.number:
        _write_by_hand(picture, places.number, facts.number, look.hand, look.dpi, chance)
    if look.hand_day and places.day:
        _write_by_hand(picture, places.day, f"{facts.issued.day:02}", look.hand or BLUE, look.dpi, chance)
    if look.seal:
        x, y = places.foot
        _sign(picture, (x + 8 * mm, y + 8 * mm), BLUE, mm, chance)
        picture = _sealed(picture, (x - 8 * mm, y + 12 * mm), mm, look.font)
    if look.arrival:
        picture = _stamped(picture, look.arrival, mm, chance)
    return picture


def _write_by_hand(
    picture: Image.Image,
    gap: tuple[float, float, float, float],
    digits: str,
    ink: tuple[int, int, int],
    dpi: int,
    chance: random.Random,
) -> None:
    left, top, right, bottom = gap
    height = (bottom - top) * chance.uniform(1.1, 1.6)
    width = min(height * 0.62, (right - left) / max(len(digits), 1) * 0.92)
    slant = chance.uniform(0.05, 0.3)
    base = bottom + chance.uniform(-0.12, 0.08) * height
    x = left + (right - left - width * len(digits)) * 0.5
    pen = max(2, round(dpi * chance.uniform(0.35, 0.6) / 25.4))
    draw = ImageDraw.Draw(picture)
    for digit in digits:
        for stroke in _STROKES[digit]:
            points = [
                (
                    x + (px * 0.85 + chance.uniform(-0.04, 0.04)) * width + (1 - py) * slant * height,
                    base - (1 - py + chance.uniform(-0.03, 0.03)) * height,
                )
                for px, py in stroke
            ]
            _draw_smooth(draw, points, ink, pen)
        x += width
    del draw


def _draw_smooth(draw: ImageDraw.ImageDraw, points: list[Point], ink: tuple[int, int, int], pen: int) -> None:
    """Draw a curve through the points (Catmull-Rom)."""
    whole = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(whole, whole[1:], whole[2:], whole[3:], strict=False):
        for step in range(8):
            t = step / 8
            curve.append(
                (
                    0.5 * (2 * b[0] + (c[0] - a[0]) * t + (2 * a[0] - 5 * b[0] + 4 * c[0] - d[0]) * t * t
                           + (3 * b[0] - a[0] - 3 * c[0] + d[0]) * t**3),
                    0.5 * (2 * b[1] + (c[1] - a[1]) * t + (2 * a[1] - 5 * b[1] + 4 * c[1] - d[1]) * t * t
                           + (3 * b[1] - a[1] - 3 * c[1] + d[1]) * t**3),
                )
            )  # fmt: skip
    curve.append(points[-1])
    draw.line(curve, fill=ink, width=pen, joint="curve")


def _sign(picture: Image.Image, at: Point, ink: tuple[int, int, int], mm: float, chance: random.Random) -> None:
    x, y = at
    points = [(x + step * 4 * mm, y + chance.uniform(0, 12) * mm) for step in range(11)]
    _draw_smooth(ImageDraw.Draw(picture), points, ink, max(2, round(0.5 * mm)))


def _sealed(picture: Image.Image, at: Point, mm: float, font: str) -> Image.Image:
    """Lay a round red seal over the sheet: ink darkens what is beneath."""
    layer = Image.new("RGB", picture.size, "white")
    draw = ImageDraw.Draw(layer)
    x, y = at
    radius = 18 * mm
    for inner in (0, 2.2 * mm, 8 * mm):
        r = radius - inner
        draw.ellipse((x - r, y - r, x + r, y + r), outline=RED, width=max(1, round(0.7 * mm)))
    star = [
        (
            x + math.sin(math.pi * k / 5) * (6 if k % 2 == 0 else 2.4) * mm,
            y - math.cos(math.pi * k / 5) * (6 if k % 2 == 0 else 2.4) * mm,
        )
        for k in range(10)
    ]
    draw.polygon(star, fill=RED)
    face = ImageFont.load_default(round(2.6 * mm))
    for index, char in enumerate("CONG HOA XA HOI CHU NGHIA VIET NAM * UY BAN NHAN DAN *"):
        angle = index / 54 * 2 * math.pi
        piece = Image.new("L", (round(4 * mm), round(4 * mm)), 0)
        ImageDraw.Draw(piece).text((mm, mm * 0.5), char, fill=255, font=face)
        piece = piece.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        px, py = x + math.sin(angle) * 14 * mm, y - math.cos(angle) * 14 * mm
        layer.paste(RED, (round(px - 2 * mm), round(py - 2 * mm)), piece)
    return ImageChops.darker(picture, layer.filter(ImageFilter.GaussianBlur(mm / 12)))


def _stamped(picture: Image.Image, ink: tuple[int, int, int], mm: float, chance: random.Random) -> Image.Image:
    """Stamp "CÔNG VĂN ĐẾN" with a number by hand and a printed date near the head, askew."""
    wide, high = round(58 * mm), round(24 * mm)
    source = f"""
#set page(width: 58mm, height: 24mm, margin: 2mm)
#set text(font: "{OWN_FONT}", size: 10pt)
#rect(width: 100%, height: 100%, stroke: 1pt)[#set par(leading: 0.5em)
#align(center)[*CÔNG VĂN ĐẾN*]
Số: {chance.randint(100, 9999)}\\
Ngày {chance.randint(10, 28)} tháng {chance.randint(3, 9)} năm 2021]
"""
    made = typst.compile(source.encode(), ignore_system_fonts=True)
    assert isinstance(made, bytes)
    document = pdfium.PdfDocument(made)
    stamp = document[0].render(scale=mm * 25.4 / 72).to_pil().convert("L")
    document.close()
    mask = ImageChops.invert(stamp).resize((wide, high))
    coloured = Image.new("RGB", (wide, high), "white")
    coloured.paste(ink, (0, 0), mask)
    coloured = coloured.rotate(chance.uniform(-4, 4), expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    layer = Image.new("RGB", picture.size, "white")
    x = chance.choice((round(18 * mm), round(88 * mm), round(128 * mm)))
    y = round(chance.uniform(1, 4) * mm)
    layer.paste(coloured, (x, y))
    return ImageChops.darker(picture, layer)


def _spoilt(picture: Image.Image, look: Look, chance: random.Random) -> Image.Image:
    mm = look.dpi / 25.4
    if look.two_up:
        picture = _two_up(picture, look)
    if look.fade:
        picture = picture.point(lambda level: round(255 - (255 - level) * (1 - look.fade)))
    if look.holes:
        draw = ImageDraw.Draw(picture)
        for y in (picture.height * 0.36, picture.height * 0.63):
            draw.ellipse((9 * mm, y, 15 * mm, y + 6 * mm), fill=(25, 25, 25))
    if look.skew:
        picture = picture.rotate(look.skew, resample=Image.Resampling.BICUBIC, fillcolor="white")
    if look.border:
        picture = _bordered(picture, mm, chance)
    if look.phone:
        picture = _photographed(picture, chance)
    if look.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(look.blur))
    if not look.colour:
        picture = picture.convert("L")
    if look.noise:
        picture = _noisy(picture, look.noise, chance)
    if look.bits == 1:
        picture = picture.convert("L").point(lambda level: 255 if level > 150 else 0)
    if look.quarter:
        picture = picture.rotate(90 * look.quarter, expand=True)
    return picture


def _two_up(picture: Image.Image, look: Look) -> Image.Image:
    """Lay the sheet at the left and a body page at the right of a landscape A4."""
    width, height = picture.height, picture.width
    sheet = Image.new("RGB", (width, height), "white")
    half = picture.resize((width // 2, round(width / 2 * picture.height / picture.width)), Image.Resampling.LANCZOS)
    sheet.paste(half, (0, 0))
    other = half.crop((0, half.height // 2, half.width, half.height * 3 // 4))
    sheet.paste(other, (width // 2, half.height // 8))
    return sheet


def _bordered(picture: Image.Image, mm: float, chance: random.Random) -> Image.Image:
    dark = tuple(chance.randint(5, 40) for _ in range(3))
    draw = ImageDraw.Draw(picture)
    w, h = picture.size
    draw.rectangle((0, 0, chance.uniform(2, 9) * mm, h), fill=dark)
    draw.polygon([(0, h), (w, h), (w, h - chance.uniform(2, 6) * mm), (0, h - chance.uniform(4, 9) * mm)], fill=dark)
    draw.rectangle((w - chance.uniform(1, 4) * mm, 0, w, h), fill=dark)
    return picture


def _photographed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Show the sheet as a phone sees it: on a dark table, in perspective, lit from one side."""
    w, h = picture.size
    margin = 0.05
    corners = [
        (-margin * chance.uniform(0.7, 1.6) * w, -margin * chance.uniform(0.5, 1.0) * h),
        (-margin * chance.uniform(0.3, 0.9) * w, h * (1 + margin * chance.uniform(0.5, 1.0))),
        (w * (1 + margin * chance.uniform(0.3, 0.9)), h * (1 + margin * chance.uniform(0.5, 1.1))),
        (w * (1 + margin * chance.uniform(0.7, 1.6)), -margin * chance.uniform(0.5, 1.0) * h),
    ]
    flat = [axis for corner in corners for axis in corner]
    table = (70, 60, 50)
    seen = picture.transform(
        (w, h), Image.Transform.QUAD, data=flat, resample=Image.Resampling.BICUBIC, fillcolor=table
    )
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180))).resize((w, h))
    light = light.point(lambda level: 130 + level * 125 // 255)
    return ImageChops.multiply(seen, Image.merge("RGB", (light, light, light.point(lambda v: v * 9 // 10))))


def _noisy(picture: Image.Image, amount: float, chance: random.Random) -> Image.Image:
    """Add grain and a few specks; from our own chance, since Pillow's noise has no seed."""
    small = 256
    grain = Image.frombytes(
        "L", (small, small), bytes(round(128 + chance.gauss(0, amount)) & 255 for _ in range(small * small))
    )
    tiled = Image.new("L", picture.size)
    for x in range(0, picture.width, small):
        for y in range(0, picture.height, small):
            tiled.paste(grain.rotate(90 * chance.randint(0, 3)), (x, y))
    bands = [ImageChops.add(band, tiled, scale=1, offset=-128) for band in picture.split()]
    picture = Image.merge(picture.mode, bands)
    draw = ImageDraw.Draw(picture)
    for _ in range(round(amount * 6)):
        across, down = chance.uniform(0, picture.width), chance.uniform(0, picture.height)
        r = chance.uniform(0.5, 1.6)
        draw.ellipse((across - r, down - r, across + r, down + r), fill=40 if picture.mode == "L" else (40, 40, 40))
    return picture
