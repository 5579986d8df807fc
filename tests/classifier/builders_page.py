"""Pages laid out as signing programs print them: two columns over a body, and "Nơi nhận" beside the signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages

WIDTH, HEIGHT = 595.0, 842.0
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_LEFT_MIDDLE, _RIGHT_MIDDLE, _LEADING, _LETTER = 165.0, 408.0, 16.0, 6.0


@dataclass(frozen=True, slots=True)
class Bold:
    """A line whose weight the file tells."""

    text: str
    bold: bool = True


Text = str | Bold


def line(text: Text, *, left: float, top: float) -> Line:
    plain = text if isinstance(text, str) else text.text
    width = min(_LETTER * len(plain), WIDTH - left - 40)
    box = Box(left=left, top=top, right=left + width, bottom=top + 13)
    return Line(text=plain, box=box, bold=None if isinstance(text, str) else text.bold)


def centred(text: Text, *, middle: float, top: float) -> Line:
    plain = text if isinstance(text, str) else text.text
    return line(text, left=middle - min(_LETTER * len(plain), 480) / 2, top=top)


def column(texts: Iterable[Text], *, middle: float, top: float) -> list[Line]:
    return [centred(text, middle=middle, top=top + _LEADING * row) for row, text in enumerate(texts)]


def page_of(lines: Iterable[Line], *, number: int = 1, layer: Layer = Layer.TEXT) -> Page:
    ordered = sorted(lines, key=lambda each: (each.box.top, each.box.left))
    return Page(number=number, width=WIDTH, height=HEIGHT, lines=tuple(ordered), layer=layer)


def printed(
    left: Sequence[Text],
    right: Sequence[Text] = (*STATE, "Hà Nội, ngày 05 tháng 3 năm 2024"),
    *,
    title: Sequence[Text] = (),
    body: Sequence[str] = (),
    recipients: Sequence[str] = (),
    signing: Sequence[Text] = (),
    layer: Layer = Layer.TEXT,
) -> Pages:
    """Lay out one page: two columns, then `title` centred, `body` at the margin, and both halves of the foot."""
    lines = [*column(left, middle=_LEFT_MIDDLE, top=60), *column(right, middle=_RIGHT_MIDDLE, top=60)]
    top = 60 + _LEADING * max(len(left), len(right)) + 14
    lines += column(title, middle=WIDTH / 2, top=top)
    top += _LEADING * len(title) + 14
    lines += [line(text, left=85, top=top + _LEADING * row) for row, text in enumerate(body)]
    top += _LEADING * len(body) + 20
    lines += [line(text, left=85, top=top + _LEADING * row) for row, text in enumerate(recipients)]
    lines += column(signing, middle=430, top=top)
    return Pages(pages=(page_of(lines, layer=layer),), total=1)


def one_column(texts: Sequence[str], *, layer: Layer = Layer.BODY) -> Pages:
    """Lay out lines under each other at the margin, as the text of a mail or a web page has them."""
    lines = [line(" ".join(text.split()), left=60, top=50 + _LEADING * row) for row, text in enumerate(texts)]
    return Pages(pages=(page_of(lines, layer=layer),), total=1)


def melted(pages: Pages) -> Pages:
    """Join what stands on one row into one line, as a text layer with a narrow gap gives it."""
    rows: dict[float, list[Line]] = {}
    for each in pages.pages[0].lines:
        rows.setdefault(each.box.top, []).append(each)
    lines = []
    for top, row in sorted(rows.items()):
        box = Box(left=row[0].box.left, top=top, right=row[-1].box.right, bottom=top + 13)
        lines.append(Line(text=" ".join(each.text for each in row), box=box))
    return Pages(pages=(page_of(lines, layer=pages.pages[0].layer),), total=pages.total)


def read(pages: Pages, *, file_name: str | None = None) -> Document:
    """Read pages that must hold a document."""
    document = read_document(pages, part="1.2", file_name=file_name)
    assert document is not None
    return document
