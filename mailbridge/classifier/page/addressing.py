"""Boxes 9a and 9b: to whom a document is addressed ("Kính gửi") and who receives it ("Nơi nhận")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbridge.classifier.kinds import Reading
from mailbridge.classifier.page.certainty import Place, absent, is_unread
from mailbridge.classifier.page.head import Head
from mailbridge.classifier.page.markers import ADDRESSED, Role, bare
from mailbridge.classifier.page.segments import Segment
from mailbridge.classifier.page.wording import carries_on, starts_body

_BULLET = re.compile(r"^\s*[-–—•*+●▪]\s*")
_MOST_LINES = 60
_LONGEST_ITEM = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry of a list with the line it began on."""

    text: str
    closed: bool = False
    left: float = 0.0


def read_addressees(head: Head, place: Place) -> Reading[tuple[str, ...]]:
    """Read box 9a: one agency behind the colon, or a list of them under it."""
    start = next((i for i, segment in enumerate(head.row) if segment.role is Role.ADDRESSED), None)
    if start is None:
        return absent("no Kính gửi on the first page")
    first = head.row[start]
    match = ADDRESSED.match(bare(first.text))
    inline = first.text[match.end() if match else 0 :].strip()
    following = head.row[start + 1 : start + _MOST_LINES]
    if inline and not _BULLET.match(inline):
        names, sure, used = _inline(inline, first, following)
    else:
        names, sure, used = _listed(([inline] if inline else []), following)
    ink = (first, *following[:used])
    names = tuple(name for name in names if name.strip(".…_ "))
    if not names:
        return absent("nothing stands behind Kính gửi")
    if is_unread(ink):
        return absent("the addressees are written by hand or unreadable")
    return place.found(names, sure, "9a", of=ink)


def _inline(text: str, first: Segment, following: Sequence[Segment]) -> tuple[tuple[str, ...], float, int]:
    """Read one agency behind the colon, with the lines that carry it on; the last value counts those."""
    sure, used = 0.97, 0
    for segment in following[:6]:
        if segment.role is not Role.OTHER or _BULLET.match(segment.text) or text.endswith((".", ":")):
            break
        indented = segment.box.left > first.box.left + 30 and segment.box.left != following[-1].box.left
        if not (carries_on(text) or segment.text[:1].islower() or indented) or starts_body(segment.text):
            break
        text, sure, used = f"{text} {segment.text}", 0.85, used + 1
    if text.endswith(":"):
        return _listed([], following)
    return tuple(_tidy(name) for name in text.split(";") if _tidy(name)), sure, used


def _listed(begun: list[str], following: Sequence[Segment]) -> tuple[tuple[str, ...], float, int]:
    texts: list[str] = list(begun)
    for segment in following:
        if segment.role not in (Role.OTHER, Role.NUMBER):
            break
        if not _BULLET.match(segment.text) and not _belongs(texts, segment.text):
            break
        texts.append(segment.text)
    items = items_of(texts)
    clean = all(item.closed for item in items)
    return tuple(item.text for item in items), 0.97 if clean and items else 0.8, len(texts) - len(begun)


def _belongs(texts: Sequence[str], text: str) -> bool:
    """Say whether a line without a dash is the first entry of a list or carries the last one on."""
    return _is_within(texts[-1], text) if texts else _is_plain_name(text)


def _is_within(last: str, text: str) -> bool:
    """Say whether a line without a dash carries an entry of a list on, and is not the body under it."""
    if last.rstrip().endswith((";", ".")):
        return False
    return carries_on(last) or text[:1].islower() or text[:1] == "("


def _is_plain_name(text: str) -> bool:
    """Accept a first entry printed without a dash; a sentence of the body is longer or has its own opening words."""
    return len(text) <= 90 and not starts_body(text)


def items_of(texts: Iterable[str]) -> tuple[Item, ...]:
    """Join the lines of a list into entries; an entry ends before the next dash or behind ";" or "."."""
    items: list[Item] = []
    for text in texts:
        starts = bool(_BULLET.match(text)) or not items or items[-1].closed
        body = _BULLET.sub("", text).strip()
        if not starts:
            body = f"{items[-1].text} {body}"
            items.pop()
        closed = body.endswith((";", ".")) and not body.endswith("...")
        items.append(Item(text=body if not closed else _tidy(body), closed=closed))
    return tuple(Item(text=_tidy(item.text)[:_LONGEST_ITEM], closed=item.closed) for item in items if _tidy(item.text))


def _tidy(text: str) -> str:
    return _BULLET.sub("", text).strip().rstrip(";., ").removesuffix("./").strip()
