"""
winmail.dat: what Outlook makes of a letter and its files ([MS-OXTNEF]), read attribute by attribute.

By hand: the library for it reads the whole before it gives anything, decodes names by the wrong code page, and takes
the zeros off the end of files. What stands before a break is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.compressed_rtf import text_of_compressed_rtf
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable

# Identifiers without their types ([MS-OXTNEF] §2.1.3.3).
_CODE_PAGE = 0x9007
_BODY = 0x800C
_MESSAGE_PROPERTIES = 0x9003
_NEW_ATTACHMENT = 0x9002
_TITLE = 0x8010
_DATA = 0x800F
_ATTACHMENT_PROPERTIES = 0x9005

# Properties ([MS-OXPROPS]).
_PLAIN, _HTML, _COMPRESSED = 0x1000, 0x1013, 0x1009
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3707, 0x3704, 0x3001
_MEDIA_TYPE, _OBJECT = 0x370E, 0x3701

_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _EMBEDDED, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SEVERAL = 0x1000
_NAMED = 0x8000
_INTERFACE = 16
_MOST_PROPERTIES = 5_000


@dataclass(kw_only=True, slots=True)
class _Attachment:
    title: bytes = b""
    data: bytes = b""
    properties: dict[int, bytes | str] = field(default_factory=dict)


def unpack_winmail(content: bytes, ration: Ration) -> Iterator[Member]:
    """
    Give the text of the letter, without a name, and its files; a letter inside it is a winmail.dat again.

    Raises:
        Unreadable: it breaks off, or is too much.
    """
    page = "cp1252"
    body: dict[int, bytes | str] = {}
    attachment: _Attachment | None = None
    told: Unreadable | None = None
    for identifier, data in _attributes(content):
        if data is None:
            told = Unreadable(Problem.MALFORMED, "the file breaks off")
        elif identifier == _CODE_PAGE and len(data) >= 4:
            page = f"cp{int.from_bytes(data[:4], 'little')}"
        elif identifier == _BODY:
            body.setdefault(_PLAIN, data)
        elif identifier == _MESSAGE_PROPERTIES:
            body |= _properties(data)
        elif identifier == _NEW_ATTACHMENT:
            yield from _given(attachment, page, ration)
            attachment = _Attachment()
        elif attachment is not None:
            _add(attachment, identifier, data)
    yield from _given(attachment, page, ration)
    yield from _letter(body, page, ration)
    if told is not None:
        raise told


def _attributes(content: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Yield identifier and data of each attribute; None for the data of one that is longer than the file."""
    at = 6
    while at + 11 <= len(content):
        _, identifier, _, length = struct.unpack_from("<BHHI", content, at)
        at += 9
        if at + length > len(content):
            yield identifier, None
            return
        yield identifier, content[at : at + length]
        at += length + 2


def _add(attachment: _Attachment, identifier: int, data: bytes) -> None:
    if identifier == _TITLE:
        attachment.title = data
    elif identifier == _DATA:
        attachment.data = data
    elif identifier == _ATTACHMENT_PROPERTIES:
        attachment.properties = _properties(data)


def _given(attachment: _Attachment | None, page: str, ration: Ration) -> Iterator[Member]:
    if attachment is None:
        return
    found = attachment.properties
    names = (found.get(which) for which in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
    name = next((text for each in (*names, attachment.title) if each and (text := _text(each, page))), "")
    held = found.get(_OBJECT, b"")
    # An embedded object begins with the identifier of its interface: a letter (TNEF again) or an OLE file.
    content = attachment.data or (held[_INTERFACE:] if isinstance(held, bytes) else b"")
    ration.count()
    media_type = _text(found.get(_MEDIA_TYPE, ""), page).lower()
    yield Member(raw_name=name, content=ration.take(content), declared_type=media_type)


def _letter(body: dict[int, bytes | str], page: str, ration: Ration) -> Iterator[Member]:
    """Give the text in the best form that is there, as one member in UTF-8."""
    plain, html, compressed = body.get(_PLAIN), body.get(_HTML), body.get(_COMPRESSED)
    declared = "text/plain"
    if plain and (text := _text(plain, page)).strip():
        content = text.encode("utf-8", "replace")
    elif html:
        content, declared = (html if isinstance(html, bytes) else html.encode("utf-8", "replace")), "text/html"
    elif isinstance(compressed, bytes):
        content = text_of_compressed_rtf(compressed).encode("utf-8", "replace")
    else:
        return
    if content.strip():
        ration.count()
        yield Member(raw_name="", content=ration.take(content), declared_type=declared)


def _text(value: bytes | str, page: str) -> str:
    text = value if isinstance(value, str) else decode_text(value.rstrip(b"\0"), page)
    return text.split("\0")[0] if value else ""


def _properties(data: bytes) -> dict[int, bytes | str]:
    """Read MAPI properties as far as they go ([MS-OXTNEF] §2.1.3.4); of several values the first."""
    found: dict[int, bytes | str] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, identifier = struct.unpack_from("<HH", data, at)
            at = _behind_name(data, at + 4, identifier)
            at, values = _values(data, at, kind)
            if values:
                found.setdefault(identifier, values[0])
    except (struct.error, KeyError):
        pass
    return found


def _behind_name(data: bytes, at: int, identifier: int) -> int:
    if identifier < _NAMED:
        return at
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (_padded(length) if kind else 0)


def _values(data: bytes, at: int, kind: int) -> tuple[int, list[bytes | str]]:
    base = kind & ~_SEVERAL
    if base in _FIXED:
        count = 1
        if kind & _SEVERAL:
            (count,) = struct.unpack_from("<I", data, at)
            at += 4
        return at + count * _FIXED[base], []
    if base not in (_STRING, _UNICODE, _EMBEDDED, _BINARY):
        raise KeyError(kind)
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    values: list[bytes | str] = []
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if len(values) < 1:
            octets = data[at : at + length]
            values.append(octets.decode("utf-16-le", "replace") if base == _UNICODE else octets)
        at += _padded(length)
    return at, values


def _padded(length: int) -> int:
    return length + -length % 4
