"""
The parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231), as they really arrive.

The library's reader wants them right. Here pieces may be missing or in any order, percent codes may come without a
charset, a value may be an encoded word, and quotes may not be closed.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from urllib.parse import unquote_to_bytes

from mailbridge.mail.encoded import decode_words
from mailbridge.mail.vietnamese import decode_text

_MOST = 60
"""Parameters of one field that are read; a long name in pieces has some thirty."""

_PARAMETER = re.compile(
    rb"(?:\A|;)[\s;]*([!#$%&'*+.0-9A-Z^_`a-z{|}~-]{1,60})[ \t\r\n]{0,20}=[ \t\r\n]{0,20}(?:"
    rb"\"((?:[^\"\\]|\\.){0,4096})\"(?=[ \t\r\n]{0,20}(?:;|\Z))"
    # A quotation mark within the name.
    rb"|\"(.{0,4096}?)\"(?=[ \t\r\n]{0,8}(?:;[ \t\r\n]{0,8}[a-zA-Z][\w*-]{0,30}[ \t]{0,8}=|\Z))"
    rb"|([^;]*))",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\([\"\\])")
_PIECE = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*?)", re.DOTALL)
_CLAIM = re.compile(rb"\s*([\w.:+-]{0,40})'([\w-]{0,20})'", re.ASCII)
_HALF_CLAIM = re.compile(rb"\s*(utf-?8|iso-8859-\d{1,2}|windows-\d{4})''?", re.IGNORECASE)
_PERCENT_CODES = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*")
_TELLING_CODE = re.compile(rb"%(?:[89A-Fa-f][0-9A-Fa-f]|20|2[8-9]|5[BbFf])")


def parameters(value: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return names, lower case, and values without quotes of a field's parameters, as they come; folding is undone."""
    unfolded = re.sub(rb"\r?\n(?=[ \t])|[\r\n]+", b"", value)
    found = []
    for parameter in _PARAMETER.finditer(unfolded):
        name, quoted, loose, plain = parameter.groups()
        text = quoted if quoted is not None else loose if loose is not None else plain.strip(b' \t"')
        found.append((name.decode("ascii").lower(), _ESCAPED.sub(rb"\1", text) if quoted is not None else text))
        if len(found) == _MOST:
            break
    return tuple(found)


def text_of(value: bytes, name: str) -> str | None:
    """
    Return the text of one parameter, decoded but not cleaned; None when there is none.

    Where a program sends a name in two ways, the one that RFC 2231 encodes speaks, unless it cannot be read.
    """
    whole, pieces = _collected(value, name)
    candidates = [_extended(whole["*"])] if "*" in whole else []
    if pieces:
        candidates.append(_joined(pieces))
    if "" in whole:
        candidates.append((_plain(whole[""]), True))
    texts = [(text, is_sound) for text, is_sound in candidates if text.strip()]
    return next((text for text, is_sound in texts if is_sound), texts[0][0] if texts else None)


def _collected(value: bytes, wanted: str) -> tuple[dict[str, bytes], dict[int, tuple[bytes, bool]]]:
    """Return the values that stand whole, by "" or "*", and the pieces by number, each with whether it is encoded."""
    whole: dict[str, bytes] = {}
    pieces: dict[int, tuple[bytes, bool]] = {}
    for name, text in parameters(value):
        piece = _PIECE.fullmatch(name)
        if piece is None or piece[1] != wanted:
            continue
        if piece[2] is not None:
            pieces.setdefault(int(piece[2]), (text, bool(piece[3])))
        else:
            whole.setdefault(piece[3], text)
    return whole, pieces


def _joined(pieces: dict[int, tuple[bytes, bool]]) -> tuple[str, bool]:
    """Join pieces in the order of their numbers; one that is missing leaves nothing behind."""
    ordered = [pieces[number] for number in sorted(pieces)]
    if not any(encoded for _, encoded in ordered):
        return _plain(b"".join(text for text, _ in ordered)), True
    first, encoded = ordered[0]
    claim, rest = _claim(first) if encoded else (None, first)
    octets = b""
    # Some programs cut percent codes in two.
    for is_encoded, run in groupby([(rest, encoded), *ordered[1:]], key=itemgetter(1)):
        text = b"".join(text for text, _ in run)
        octets += unquote_to_bytes(text) if is_encoded else text
    return _words_or_text(octets, claim), _is_sound(octets, claim)


def _extended(text: bytes) -> tuple[str, bool]:
    claim, rest = _claim(text)
    octets = unquote_to_bytes(rest)
    return _words_or_text(octets, claim), _is_sound(octets, claim)


def _is_sound(octets: bytes, claim: str | None) -> bool:
    """Say whether octets can be what they claim; of the other charsets nearly all octets are letters."""
    try:
        octets.decode("utf-8" if claim in ("utf-8", "utf8") else "latin-1")
    except UnicodeDecodeError:
        return False
    return True


def _claim(text: bytes) -> tuple[str | None, bytes]:
    found = _CLAIM.match(text) or _HALF_CLAIM.match(text)
    return (found[1].decode("ascii").lower() or None, text[found.end() :]) if found else (None, text)


def _words_or_text(octets: bytes, claim: str | None) -> str:
    return decode_words(octets) if b"=?" in octets else decode_text(octets, claim)


def _plain(text: bytes) -> str:
    """Decode a plain value; against the rules, but often, it holds encoded words or percent codes."""
    if b"%" in text and _TELLING_CODE.search(text) and _PERCENT_CODES.fullmatch(text):
        return _words_or_text(unquote_to_bytes(text), None)
    return decode_words(text)
