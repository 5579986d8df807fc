"""
Documents as PDF from the time of TCVN3: the text layer holds its codes, and only the names of the fonts tell.

Written object by object: no program of today makes such files. The fonts are named and not embedded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.corpus.flow import Block, Break, Row, Tabs, Text
from tests.corpus.legacy import VN_TIME, in_tcvn3, old_font

_FACES = (VN_TIME, f"{VN_TIME},Bold", f"{VN_TIME},Italic", f"{VN_TIME}H", f"{VN_TIME}H,Bold", f"{VN_TIME}H,Italic")
_LEFT, _RIGHT, _TOP, _BOTTOM = 85.0, 552.0, 785.0, 57.0
_LEADING = 17.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A line of one font, from its left end on its base line."""

    codes: bytes
    face: int
    left: float
    bottom: float
    size: float


def as_old_pdf(some: Sequence[Block], *, size: float = 13.0) -> bytes:
    """Write a document on as many pages as it needs."""
    pages: list[list[_Line]] = [[]]
    at = _TOP
    for block in some:
        lines, height = _laid(block, at, size)
        if at - height < _BOTTOM or isinstance(block, Break):
            pages.append([])
            at = _TOP
            lines, height = _laid(block, at, size)
        pages[-1] += lines
        at -= height
    return _file(pages)


def _laid(block: Block, top: float, size: float) -> tuple[list[_Line], float]:
    match block:
        case Text():
            lines = list(_wrapped(block, _LEFT, _RIGHT, top, size))
        case Row(left=left, right=right, share=share):
            edge = _LEFT + (_RIGHT - _LEFT) * share
            lines = [*_column(left, _LEFT, edge - 6, top, size), *_column(right, edge + 6, _RIGHT, top, size)]
        case Tabs(left=before, right=behind):
            both = (Text(text=before, centred=True), Text(text=behind, centred=True))
            middle = _LEFT + (_RIGHT - _LEFT) * 0.42
            lines = [*_column(both[:1], _LEFT, middle, top, size), *_column(both[1:], middle, _RIGHT, top, size)]
        case Break():
            lines = []
    return lines, (top - min(line.bottom for line in lines) + 4) if lines else _LEADING


def _column(texts: Sequence[Text], left: float, right: float, top: float, size: float) -> Iterator[_Line]:
    for text in texts:
        lines = list(_wrapped(text, left, right, top, size))
        yield from lines
        top -= _LEADING * max(1, len(lines))


def _wrapped(text: Text, left: float, right: float, top: float, size: float) -> Iterator[_Line]:
    name, shown = old_font(VN_TIME, text.text)
    size = size - 1 if text.small else size
    face = (3 if name.endswith("H") else 0) + (1 if text.bold else 2 if text.italic else 0)
    words, row = in_tcvn3(shown).split(" "), ""
    for number, word in enumerate([*words, None]):
        longer = f"{row} {word}" if row and word is not None else word or ""
        if word is not None and (number == 0 or _width(longer, size, face) <= right - left):
            row = longer
            continue
        if row:
            top -= _LEADING
            start = (left + right - _width(row, size, face)) / 2 if text.centred else left
            yield _Line(codes=row.encode("cp1252", "replace"), face=face, left=start, bottom=top, size=size)
        row = word or ""


def _width(text: str, size: float, face: int) -> float:
    return sum(_advance(ord(char), face) for char in text) * size / 1000


def _advance(code: int, face: int) -> int:
    """Give each letter about the width that it has in Times; the fonts with capitals are wider."""
    if chr(code) in " .,:;!'|()[]/-ijltf":
        return 300
    is_wide = face > 2 or chr(code).isupper() or chr(code) in "mw"
    return 690 if is_wide else 480


def _file(pages: Sequence[Sequence[_Line]]) -> bytes:
    first = 3 + len(_FACES)
    kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(pages)))
    fonts = " ".join(f"/F{place} {3 + place} 0 R" for place in range(len(_FACES)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *(_font(place, name) for place, name in enumerate(_FACES)),
    ]
    for place, lines in enumerate(pages):
        content = b"".join(_shown(line) for line in lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * place + 1} 0 R "
            f"/Resources << /Font << {fonts} >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _numbered(objects)


def _font(place: int, name: str) -> bytes:
    widths = " ".join(str(_advance(code if code != 0xAD else ord("u"), place)) for code in range(32, 256))
    return (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 255 "
        f"/Widths [{widths}] >>"
    ).encode()


def _shown(line: _Line) -> bytes:
    codes = line.codes.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    place = f"/F{line.face} {line.size} Tf 1 0 0 1 {line.left:.1f} {line.bottom:.1f} Tm".encode()
    return b"BT " + place + b" (" + codes + b") Tj ET\n"


def _numbered(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
