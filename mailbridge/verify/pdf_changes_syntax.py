"""
Objects of a PDF file that every reader reads alike (ISO 32000-1 §7.3): no faults that one mends and another trips over.

An object that a reader cannot read is missing for it; and what is missing can have hidden something.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    rb"[\0\s]++|<[0-9A-Fa-f\0\s]*+>|/[^\0\s()<>\[\]{}/%]*+"
    rb"|(?:[+-]?(?:\d++\.?\d*+|\.\d++)|true|false|null|R)(?=[\0\s()<>\[\]/%]|endobj|\Z)"
)
_TEXT = re.compile(rb"(?s)(?:[^()\\]++|\\.)*+")
_BRACKETS = ((b"<<", b">>"), (b"[", b"]"))


def end_of_objects(content: bytes, begin: int) -> int | None:
    """
    Read well-formed objects, as many as follow each other.

    Returns:
        The place of the first octet that belongs to none ("endobj", "stream" or what else stands there); None when a
        bracket is not closed there, or there is no object at all.
    """
    place, expected, found = begin, list[bytes](), False
    while place < len(content):
        opened = next((close for mark, close in _BRACKETS if content.startswith(mark, place)), None)
        if opened is not None:
            expected.append(opened)
            place += len(opened)
        elif expected and content.startswith(expected[-1], place):
            place += len(expected.pop())
        elif content.startswith(b"(", place):
            end = _end_of_text(content, place)
            if end is None:
                return None
            place = end
        else:
            token = _TOKEN.match(content, place)
            if token is None:
                break
            place = token.end()
            found = found or bool(token[0].strip(b"\0\t\n\f\r "))
            continue
        found = True
    return place if found and not expected else None


def _end_of_text(content: bytes, begin: int) -> int | None:
    depth, place = 0, begin
    while place < len(content):
        depth += {b"(": 1, b")": -1}.get(content[place : place + 1], 0)
        place += 1
        if depth == 0:
            return place
        found = _TEXT.match(content, place)
        place = found.end() if found else place
        if content[place : place + 1] not in (b"(", b")"):
            return None
    return None
