"""
BER brought into one form (ITU-T X.690 §8): definite lengths, octet strings in one piece.

Signing programs that stream write a file of 20 MB as five thousand pieces of an octet string within lengths that nobody
knew beforehand. The library joins such pieces one to the next, in time that grows with the square of their number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

DEEPEST = 64
"""Levels of nesting; a signature with a timestamp and its certificates has some twenty."""

_SEARCHED = 5
"""
Levels within definite lengths that are looked into: the content of signed data lies that deep (RFC 5652 §5.1). What is
deeper is small, and there are masses of it in a file with thousands of certificates; the library reads it as it is.
"""

_OCTET_STRING = 0x04
_CONSTRUCTED = 0x20
_END = b"\0\0"


@dataclass(frozen=True, slots=True)
class _Element:
    """
    One element: its identifier octets, and from where to where it stands.

    `content` is what was rewritten in it, None where it stays as it was; then it begins at `body`.
    """

    tag: bytes
    start: int
    body: int
    end: int
    content: bytes | None = None


def definite(octets: bytes) -> bytes:
    """
    Rewrite the first element with definite lengths; what stands behind it is left away.

    An element that is encoded so already keeps its octets, whatever DER may think of them: somebody may have signed it.

    Raises:
        ValueError: it is no BER, is cut off, or nested deeper than `DEEPEST`.
    """
    element = _read(octets, 0, len(octets), 0)
    return octets if element.content is None and element.end == len(octets) else _octets(element, octets)


def _read(octets: bytes, start: int, limit: int, depth: int) -> _Element:
    if depth > DEEPEST:
        raise ValueError("BER nested too deep")
    tag, body, length = _header(octets, start, limit)
    if length is not None and body + length > limit:
        raise ValueError("BER cut off")
    if tag[0] & _CONSTRUCTED and (length is None or depth <= _SEARCHED):
        end = limit if length is None else body + length
        return _constructed(octets, _Element(tag, start, body, end), depth, is_definite=length is not None)
    if length is None:
        raise ValueError("a primitive element of indefinite length")
    return _Element(tag, start, body, body + length)


def _constructed(octets: bytes, element: _Element, depth: int, *, is_definite: bool) -> _Element:
    """Read what lies in an element; one of indefinite length ends, at the latest, where its `end` says."""
    children: list[_Element] = []
    at, end = element.body, element.end
    while at < end and (is_definite or octets[at : at + 2] != _END):
        children.append(_read(octets, at, end, depth + 1))
        at = children[-1].end
    if not is_definite:
        if at + len(_END) > end:
            raise ValueError("an element of indefinite length has no end")
        end = at + len(_END)
    if element.tag[0] == _OCTET_STRING | _CONSTRUCTED:
        if any(child.tag[0] != _OCTET_STRING for child in children):
            raise ValueError("a piece of an octet string is none")
        whole = b"".join(_content(child, octets) for child in children)
        return replace(element, tag=bytes([_OCTET_STRING]), end=end, content=whole)
    if is_definite and all(child.content is None for child in children):
        return element
    return replace(element, end=end, content=b"".join(_octets(child, octets) for child in children))


def _content(element: _Element, octets: bytes) -> bytes:
    return octets[element.body : element.end] if element.content is None else element.content


def _octets(element: _Element, octets: bytes) -> bytes:
    content = element.content
    if content is None:
        return octets[element.start : element.end]
    size = len(content)
    if size < 0x80:
        return element.tag + bytes([size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return element.tag + bytes([0x80 | len(length)]) + length + content


def _header(octets: bytes, start: int, limit: int) -> tuple[bytes, int, int | None]:
    """Return the identifier octets, where the content begins and its length, None for an indefinite one."""
    at = start + 1
    if start < limit and octets[start] & 0x1F == 0x1F:
        # Tags above 30 take more octets; five are more than anybody has numbered.
        while at < min(limit, start + 5) and octets[at] & 0x80:
            at += 1
        if at < limit and octets[at] & 0x80:
            raise ValueError("a tag that nobody has numbered")
        at += 1
    if at >= limit:
        raise ValueError("BER cut off")
    tag, first = octets[start:at], octets[at]
    if first < 0x80:
        return tag, at + 1, first
    behind = at + 1 + (first & 0x7F)
    if behind > min(limit, at + 9):
        raise ValueError("a length that no file has")
    return tag, behind, int.from_bytes(octets[at + 1 : behind], "big") if behind > at + 1 else None
