"""
Transfer encodings undone (RFC 2045 §6): as declared, and as they really are where the declaration is plainly wrong.

Nothing here raises, and everything takes time in proportion to the octets given.
"""

from __future__ import annotations

import binascii
import re
from enum import Enum

from mailbridge.mail.encoded import from_base64

_SAMPLE = 4096
_NO_LETTER = bytes(code for code in range(256) if not re.match(rb"[A-Za-z0-9+/=\s]", bytes([code])))
_BLANK_INSIDE = re.compile(rb"\S[ \t]+\S")
_BROKEN_SOFT_BREAK = re.compile(rb"=[ \t\r]{1,100}\n")
# What PDF, ZIP, OLE, RTF, JPEG, PNG, TIFF, 7z, RAR and DER with a long length begin with, in base64.
_FILE = re.compile(rb"JVBERi0|UEsDB|0M8R4KGx|e1xydGY|/9j/|iVBORw0KGgo|SUkqA|N3q8ry|UmFyIR|MI[IMQ]")
_ALL_LETTERS = re.compile(rb"[A-Za-z0-9+/]{60,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}\s*")
_QP_LETTER = re.compile(rb"=[CE][0-9A-F]=[89AB][0-9A-F]")
_UU_LINE = re.compile(rb"begin [0-7]{3,4} [^\r\n]{1,255}\r?\n")

NOT_BASE64 = "a part says that it is base64, and is not"
UNDECLARED = "a part is encoded, and does not say so"
BROKEN_UU = "a uuencoded part is broken"


class Encoding(Enum):
    """How octets are written in the lines of a mail; IDENTITY is 7bit, 8bit and binary."""

    IDENTITY = "identity"
    BASE64 = "base64"
    QUOTED_PRINTABLE = "quoted-printable"
    UUENCODE = "uuencode"


def encoding_of(field: str) -> Encoding:
    """Return what a Content-Transfer-Encoding field means; words that nobody registered count as what they resemble."""
    word = re.sub(r"[^a-z0-9]", "", field.lower())
    if word.startswith(("base64", "b64")):
        return Encoding.BASE64
    if word.startswith(("quoted", "printable")):
        return Encoding.QUOTED_PRINTABLE
    return Encoding.UUENCODE if word.startswith(("uu", "xuu")) else Encoding.IDENTITY


def decoded(body: bytes, encoding: Encoding, media_type: str) -> tuple[bytes, str | None]:
    """
    Return the octets that a body stands for, and what was wrong with it (a defect) or None.

    Args:
        media_type: As declared, lower case; text may be encoded without a word, other types only when a file shows.
    """
    if encoding is Encoding.BASE64:
        return _from_base64_body(body)
    if encoding is Encoding.QUOTED_PRINTABLE:
        return _from_quoted_printable(body), None
    if encoding is Encoding.UUENCODE:
        return _from_uu_body(body)
    return _undeclared(body, media_type)


def _from_base64_body(body: bytes) -> tuple[bytes, str | None]:
    if not _is_like_base64(body[:_SAMPLE]):
        return body, NOT_BASE64
    padding = body.find(b"=")
    if padding >= 0 and body[padding:].strip(b"= \t\r\n"):
        behind = body[padding:].lstrip(b"= \t\r\n")
        # Either pieces that were encoded one by one, or a word of a virus scanner or a list behind the file.
        return from_base64(body if _is_like_base64(behind[:_SAMPLE]) else body[:padding]), None
    try:
        return binascii.a2b_base64(body), None
    except binascii.Error:
        return from_base64(body), None


def _is_like_base64(sample: bytes) -> bool:
    strange = len(sample) - len(sample.translate(None, _NO_LETTER)) + len(_BLANK_INSIDE.findall(sample))
    return strange * 10 <= len(sample) and not sample.lstrip().startswith(b"%PDF-")


def _from_quoted_printable(body: bytes) -> bytes:
    if any(broken in body for broken in (b"= ", b"=\t", b"=\r\r")):
        body = _BROKEN_SOFT_BREAK.sub(b"=\n", body)
    return binascii.a2b_qp(body)


def _undeclared(body: bytes, media_type: str) -> tuple[bytes, str | None]:
    start = body[:_SAMPLE].lstrip()
    if _FILE.match(start) and _ALL_LETTERS.fullmatch(body.strip()):
        return from_base64(body), UNDECLARED
    if not media_type.startswith("text/") or not start.isascii():
        return body, None
    if len(_QP_LETTER.findall(start)) > 2:
        text = _from_quoted_printable(body)
        if _is_text(text):
            return text, UNDECLARED
    if _ALL_LETTERS.fullmatch(body.strip()):
        text = from_base64(body)
        if _is_text(text) and any(char.isspace() for char in text.decode("utf-8")):
            return text, UNDECLARED
    return body, None


def _is_text(octets: bytes) -> bool:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in text[:_SAMPLE])


def _from_uu_body(body: bytes) -> tuple[bytes, str | None]:
    begin = _UU_LINE.search(body)
    if begin is None:
        return body, BROKEN_UU
    octets, _, is_whole = from_uu(body, begin.end())
    return octets, None if is_whole else BROKEN_UU


def from_uu(body: bytes, at: int) -> tuple[bytes, int, bool]:
    """
    Decode the lines of uuencode from `at` on, which is behind the "begin" line.

    Returns:
        The octets, where the block ends (behind its "end" line), and whether it has one. A line that stands for many
        octets with a few letters ends the block: two letters could stand for 45.
    """
    found: list[bytes] = []
    while at < len(body):
        end = body.find(b"\n", at)
        behind = len(body) if end < 0 else end + 1
        line = body[at:behind].rstrip(b"\r\n")
        if line.rstrip() == b"end":
            return b"".join(found), behind, True
        octets = _uu_line(line)
        if octets is None:
            break
        found.append(octets)
        at = behind
    return b"".join(found), at, False


def _uu_line(line: bytes) -> bytes | None:
    if not line or line in (b"`", b" "):
        return b""
    size = (line[0] - 32) & 63
    letters = (size + 2) // 3 * 4
    # Blanks at the end of a line are zeros, which some servers cut off.
    if not 32 < line[0] < 97 or not letters // 2 <= len(line) - 1 <= letters + 4:
        return None
    try:
        return binascii.a2b_uu(line[: letters + 1])
    except binascii.Error:
        return None
