"""
Files that stand in the text of a mail: uuencode, and base64 whose header lines were lost on the way.

Mail programs show them as rows of letters; the clerk who saves one has the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbridge.mail.encoded import from_base64
from mailbridge.mail.transfer import from_uu
from mailbridge.mail.vietnamese import decode_text

MOST_FILES = 20
"""Files of one text that are read."""

# Bounded, and anchored at a line: a text of many "begin" lines costs no more than its length.
_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n(?=[ -`])")
_BASE64 = re.compile(
    rb"(?m)^(?=JVBERi0|UEsDB|0M8R4KGx|e1xydGY|/9j/|iVBORw0KGgo)[A-Za-z0-9+/]{60,}={0,2}[ \t]*\r?\n"
    rb"(?:[A-Za-z0-9+/]+={0,2}[ \t]*(?:\r?\n|\Z))*"
)
_NAME = re.compile(rb"(?i)(?:file)?name=\"?([^\"\r\n;]{1,255})")
_HEADER_REACH = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedFile:
    """A file within a text; `start` and `end` are where its lines stand; the name is decoded, and not cleaned."""

    raw_name: str | None
    content: bytes
    start: int
    end: int


def embedded_files(text: bytes) -> tuple[EmbeddedFile, ...]:
    """Find the files within the octets of a text, in order."""
    found = sorted([*_uuencoded(text), *_in_base64(text)], key=lambda each: each.start)
    kept: list[EmbeddedFile] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return tuple(kept[:MOST_FILES])


def without_files(text: bytes, files: tuple[EmbeddedFile, ...]) -> bytes:
    """Cut the lines of the files out of the text, for reading."""
    pieces, at = [], 0
    for each in files:
        pieces.append(text[at : each.start])
        at = each.end
    return b"".join([*pieces, text[at:]])


def _uuencoded(text: bytes) -> Iterator[EmbeddedFile]:
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        content, at, is_whole = from_uu(text, begin.end())
        # A word "begin 644 things" in a sentence has no lines behind it.
        if content or is_whole:
            yield EmbeddedFile(raw_name=decode_text(begin[1], None), content=content, start=begin.start(), end=at)


def _in_base64(text: bytes) -> Iterator[EmbeddedFile]:
    for block in _BASE64.finditer(text):
        before = text[max(0, block.start() - _HEADER_REACH) : block.start()]
        names = _NAME.findall(before)
        yield EmbeddedFile(
            raw_name=decode_text(names[-1], None) if names else None,
            content=from_base64(block[0]),
            start=block.start(),
            end=block.end(),
        )
