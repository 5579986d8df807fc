"""The text of a letter as Outlook keeps it: RTF, packed in a way of its own ([MS-OXRTFCP])."""

from __future__ import annotations

import struct

from mailbridge.reading.problems import Unreadable
from mailbridge.reading.rtf import read_rtf

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_PACKED, _PLAIN = b"LZFu", b"MELA"
_MOST = 2_000_000
"""Octets of RTF that are read; a letter has some ten thousand."""


def text_of_compressed_rtf(content: bytes) -> str:
    """Return the text, a line a paragraph; "" when it is no such RTF. What stands before a break is kept."""
    rtf = unpacked_rtf(content)
    try:
        return read_rtf(rtf).text.replace("\f", "\n") if rtf else ""
    except Unreadable:
        return ""


def unpacked_rtf(content: bytes) -> bytes:
    """Undo the packing; b"" when it is none. What stands before a break is kept."""
    if len(content) < 16:
        return b""
    _, size = struct.unpack_from("<II", content)
    size = min(size, _MOST)
    if content[8:12] == _PLAIN:
        return content[16 : 16 + size]
    return _expanded(content[16:], size) if content[8:12] == _PACKED else b""


def _expanded(content: bytes, size: int) -> bytes:
    """Follow the runs: of eight things each is a letter, or a place in the window of what was written last."""
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    write = len(_START)
    out = bytearray()
    at = 0
    while at < len(content) and len(out) < size:
        flags = content[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(content):
                    return bytes(out)
                place = content[at] << 8 | content[at + 1]
                at += 2
                offset, length = place >> 4, (place & 15) + 2
                if offset == write:
                    return bytes(out)
                piece = [window[(offset + step) % _WINDOW] for step in range(length)]
                # A run may reach into what it writes itself.
                if 0 < (write - offset) % _WINDOW < length:
                    back = (write - offset) % _WINDOW
                    piece = [piece[step % back] for step in range(length)]
            elif at < len(content):
                piece = [content[at]]
                at += 1
            else:
                return bytes(out)
            for octet in piece:
                window[write] = octet
                write = (write + 1) % _WINDOW
            out += bytes(piece)
    return bytes(out)
