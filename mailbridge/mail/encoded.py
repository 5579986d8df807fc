"""
Text in header fields: encoded words, raw 8-bit octets, file names (RFC 2047, RFC 2231, RFC 6532), as it really arrives.

Nothing here raises: what cannot be decoded is shown with replacement characters.
"""

from __future__ import annotations

import binascii
import codecs
import re
import unicodedata
from email.errors import HeaderParseError
from email.quoprimime import header_decode as q_decode

from mailbridge.mail.canonical import nfc

_WORD = re.compile(rb"=\?([!->@-~]{1,60})\?([BbQq])\?([^?\r\n]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[!->@-~]{1,60}\?[BbQq]\?)")
# Codecs of Python that no mail program knows. Two of them are for single names, and take hours for a long text.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"})
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")

LONGEST_NAME = 200
"""Characters of a file name that are shown; the longest name that common file systems take is 255 octets."""


def decode_octets(octets: bytes, charset: str | None = None) -> str:
    """
    Decode text whose charset is claimed, wrongly claimed or not claimed at all.

    The claim is tried first, then UTF-8, then windows-1258 (what old Vietnamese mail programs send). The result is NFC.
    """
    for name in (charset, "utf-8", "windows-1258"):
        if not name or not _is_text_codec(name):
            continue
        try:
            return nfc(octets.decode(name))
        except (UnicodeDecodeError, ValueError):
            continue
    return nfc(octets.decode("utf-8", "replace"))


def _is_text_codec(name: str) -> bool:
    """Say whether Python can decode this charset to text (`rot13` and `zlib` are codecs too)."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return codec._is_text_encoding and codec.name not in _NO_CHARSETS


def decode_field(raw: bytes) -> str:
    """
    Decode an unstructured header field value: encoded words, raw 8-bit text, folding.

    Adjacent words of one charset are joined before decoding: programs cut characters in two (against RFC 2047 §5).
    Control and bidi characters are dropped, blanks folded, NFC.
    """
    joined = _BETWEEN_WORDS.sub(rb"\1", raw)
    pieces: list[tuple[str | None, bytes]] = []
    at = 0
    for word in _WORD.finditer(joined):
        if word.start() > at:
            pieces.append((None, joined[at : word.start()]))
        charset = word[1].split(b"*")[0].decode("ascii").lower()
        octets = _word_octets(word[2], word[3])
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + octets)
        else:
            pieces.append((charset, octets))
        at = word.end()
    pieces.append((None, joined[at:]))
    return clean_line("".join(decode_octets(octets, charset) for charset, octets in pieces if octets))


def _word_octets(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"Bb":
        try:
            return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            return text
    try:
        return q_decode(text.decode("latin-1")).encode("latin-1")
    except (HeaderParseError, ValueError):
        return text


def clean_line(text: str) -> str:
    """Return one line: NFC, blanks folded, no control, bidi or unpaired surrogate characters."""
    kept = (" " if char in "\t\r\n" else char for char in text if char in "\t\r\n" or _is_shown(char))
    return " ".join(nfc("".join(kept)).split())


def _is_shown(char: str) -> bool:
    return char not in _BIDI and unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")


def display_name(raw: str) -> str | None:
    """Return a file name that is safe to show and to save: no path, no hidden characters; None when nothing is left."""
    name = clean_line(raw).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}" if len(suffix) < 10 else name[:LONGEST_NAME]
    return name or None
