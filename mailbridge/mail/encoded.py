"""
Text in header fields: encoded words, raw 8-bit octets, file names (RFC 2047, RFC 6532), as it really arrives.

Nothing here raises: what cannot be decoded is shown with replacement characters.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from mailbridge.mail.canonical import nfc
from mailbridge.mail.vietnamese import decode_text, mend

# A word ends at "?="; in Q a question mark may stand raw. A word whose end was lost goes on to the next blank.
_WORD = re.compile(
    rb"=\?[ \t]{0,3}([!->@-~]{0,60})[ \t]{0,3}\?(?:"
    rb"[Bb]\?([A-Za-z0-9+/=_\s-]{0,8000})\?="
    rb"|[Bb]\?([A-Za-z0-9+/=_-]{0,8000})\??(?![^\s\"<>,;])"
    rb"|[Qq]\?((?:[^?=]|=(?!\?)|\?(?!=)){0,8000})\?="
    rb"|[Qq]\?((?:[^?=\s\"<>]|=(?!\?)){0,8000})\??)"
)
_BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[!->@-~]{0,60}\?[BbQq]\?)")
_ENCODED_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
_SPECIAL = re.compile(rb"[()<>@,;:\\\".\[\]]")
_MOST_WRAPPINGS = 2

_FOR_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=[ .]|\Z)", re.IGNORECASE)
_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")
_JUNK = bytes(code for code in range(256) if not re.match(rb"[A-Za-z0-9+/=_-]", bytes([code])))

LONGEST_NAME = 200
"""Characters of a file name that are shown; the longest name that common file systems take is 255 octets."""
_LONGEST_SUFFIX = 10


def decode_octets(octets: bytes, charset: str | None = None) -> str:
    """Decode text whose charset is claimed, wrongly claimed or not claimed at all; as `decode_text`, and mended."""
    return decode_text(octets, charset)


def decode_field(raw: bytes) -> str:
    """
    Decode an unstructured header field value: encoded words, raw 8-bit text, folding.

    Adjacent words of one charset are joined before decoding: programs cut characters in two (against RFC 2047 §5).
    Control, bidi and invisible characters are dropped, blanks folded, NFC.
    """
    return clean_line(decode_words(raw))


def decode_words(raw: bytes) -> str:
    """Decode as `decode_field` does, and leave what no reader sees: blanks, control and bidi characters."""
    for _ in range(_MOST_WRAPPINGS):
        text = mend(_decode_once(raw))
        # Some programs encode what was encoded already.
        if "=?" not in text or not _WORD.search(text.encode("utf-8")) or b"=?" not in raw:
            return text
        raw = text.encode("utf-8")
    return text


def _decode_once(raw: bytes) -> str:
    if b"=?" not in raw:
        return decode_text(raw, None)
    joined = _BETWEEN_WORDS.sub(rb"\1", raw)
    pieces: list[tuple[str | None, bytes]] = []
    at = 0
    for word in _WORD.finditer(joined):
        if word.start() > at:
            pieces.append((None, joined[at : word.start()]))
        charset = word[1].split(b"*")[0].decode("ascii").lower()
        octets = _word_octets(word)
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + octets)
        else:
            pieces.append((charset, octets))
        at = word.end()
    pieces.append((None, joined[at:]))
    return "".join(decode_text(octets, charset) for charset, octets in pieces if octets)


def _word_octets(word: re.Match[bytes]) -> bytes:
    if word[2] is not None or word[3] is not None:
        return from_base64(word[2] or word[3] or b"")
    text = word[4] or word[5] or b""
    return _ENCODED_OCTET.sub(lambda octet: binascii.unhexlify(octet[1]), text.replace(b"_", b" "))


def from_base64(text: bytes) -> bytes:
    """Decode base64 as far as it goes: blanks, junk, missing or early padding, the URL alphabet (RFC 4648 §5)."""
    letters = text.translate(_URL_ALPHABET, _JUNK)
    # Words that were encoded one by one and glued together have their padding in the middle.
    return b"".join(_whole(piece) for piece in re.findall(rb"[^=]+", letters))


def _whole(letters: bytes) -> bytes:
    usable = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(usable + b"=" * (-len(usable) % 4))


def without_specials(raw: bytes) -> bytes:
    """Encode the characters within encoded words that part addresses, which some programs leave raw (RFC 2047 §5)."""
    return _WORD.sub(_without_specials, raw)


def _without_specials(word: re.Match[bytes]) -> bytes:
    if word[4] is None or not _SPECIAL.search(word[4]):
        return word[0]
    text = _SPECIAL.sub(lambda char: b"=%02X" % char[0][0], word[4])
    return b"=?%s?Q?%s?=" % (word[1], text)


def clean_line(text: str) -> str:
    """Return one line: NFC, blanks folded, no control, bidi, invisible or unpaired surrogate characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (" " if char in "\t\r\n" else char for char in text if char in "\t\r\n" or _is_shown(char))
    return " ".join(nfc("".join(kept)).split())


def _is_shown(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def display_name(raw: str) -> str | None:
    """
    Return a file name that is safe to show and to save; None when nothing is left.

    Letters of old charsets are mended; there is no path, no hidden character, nothing that Windows forbids in a name or
    takes for a device, and the suffix of a long name stays.
    """
    name = clean_line(mend(raw)).replace("\\", "/").rsplit("/", 1)[-1]
    name = _FOR_WINDOWS.sub("_", name.strip(" .\"'")).strip(" .")
    if _DEVICE.match(name):
        name = f"_{name}"
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        room = LONGEST_NAME - len(suffix) - 1
        name = f"{stem[:room]}{dot}{suffix}" if len(suffix) < _LONGEST_SUFFIX else name[:LONGEST_NAME]
    return name or None
