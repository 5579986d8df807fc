"""Values for the tests of this room, with good defaults."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from mailbridge.mail.address import Address
from mailbridge.mail.message import HeaderField, Message, Part
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages

WIDTH, HEIGHT = 595.0, 842.0


def line(text: str, *, top: float, left: float = 72.0, right: float | None = None, size: float = 13.0) -> Line:
    end = right if right is not None else min(left + len(text) * size * 0.5, WIDTH - 40)
    return Line(text=text, box=Box(left=left, top=top, right=end, bottom=top + size), size=size)


def page_of(lines: Sequence[Line], *, number: int = 1, layer: Layer = Layer.TEXT) -> Page:
    return Page(number=number, width=WIDTH, height=HEIGHT, lines=tuple(lines), layer=layer)


def pages_of(*texts: str, layer: Layer = Layer.FLOW) -> Pages:
    """One page a text, one line a line, from the top of the page downwards."""
    pages = tuple(
        page_of(
            [line(row.strip(), top=40 + 18.0 * place) for place, row in enumerate(text.splitlines()) if row.strip()],
            number=number,
            layer=layer,
        )
        for number, text in enumerate(texts, 1)
    )
    return Pages(pages=pages, total=len(pages))


def letter_pages(
    *,
    number: str = "3526/VPCP-KGVX",
    issuer: str = "VĂN PHÒNG CHÍNH PHỦ",
    subject: str = "thực hiện Chỉ thị",
    title: str | None = None,
    date: str = "Hà Nội, ngày 04 tháng 5 năm 2013",
    mark: str = "",
    above: str = "",
    layer: Layer = Layer.FLOW,
) -> Pages:
    """The first page of a document as flow text: a công văn, or a document with a type title."""
    head = [above, issuer, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", f"Số: {number}"]
    about = [date, title, subject.upper()] if title else [f"V/v {subject}", date, "Kính gửi: Bộ Nội vụ"]
    body = ["Thực hiện ý kiến chỉ đạo, cơ quan chúng tôi gửi kèm nội dung sau đây để Quý cơ quan biết."]
    return pages_of("\n".join(filter(None, [*head, mark, *about, *body])), layer=layer)


def part(
    index: str = "1.2",
    name: str | None = "van-ban.pdf",
    *,
    of_type: str = "application/pdf",
    disposition: str | None = "attachment",
    content: bytes = b"%PDF-1.7",
    content_id: str | None = None,
    inside: str | None = None,
    problem: str | None = None,
) -> Part:
    return Part(
        index=index,
        name=name,
        raw_name=name,
        declared_type=of_type,
        type=of_type,
        disposition=disposition,
        content_id=content_id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        inside=inside,
        problem=problem,
    )


def message(
    *parts: Part,
    subject: str = "Gửi tài liệu",
    text: str = "",
    sender: str | None = "vanthu@snv.tinh.gov.vn",
    fields: Sequence[tuple[str, str]] = (),
) -> Message:
    author = None
    if sender is not None:
        local, _, domain = sender.rpartition("@")
        author = Address(local=local, domain=domain)
    body = part("1.1", None, of_type="text/plain", disposition=None, content=text.encode())
    header = [("From", sender or ""), ("Subject", subject), *fields]
    return Message(
        header=tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in header),
        message_id="<1@test>",
        author=author,
        subject=subject,
        date=None,
        text=text,
        parts=(body, *parts),
    )
