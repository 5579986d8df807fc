"""
The octets of the Vietnamese character sets that came before Unicode, and how to turn them into letters.

Here octets are held as text of which each character below U+0100 is one octet: so text that a program has already read
by a wrong table can be given back to the right one, with what it holds of true Unicode untouched.

Sources: TCVN 5712:1993 (VN3, the one with fonts of their own for capitals), RFC 1456 (VISCII 1.1), the VPS and VNI
charts, windows-1258 of the Unicode consortium.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import assert_never

from mailbridge.mail.canonical import nfc

# Sixteen octets a row; a dot stands where the octet is no letter of this set.
_TCVN3 = (
    ".ĂÂÊÔƠƯĐăâêôơưđ."  # A0
    ".....àảãáạ.ằẳẵắ."  # B0
    "......ặầẩẫấậè.ẻẽ"  # C0
    "éẹềểễếệìỉ...ĩíịò"  # D0
    ".ỏõóọồổỗốộờởỡớợù"  # E0
    ".ủũúụừửữứựỳỷỹýỵ."  # F0
)
_VISCII = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"  # 80
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"  # 90
    "Õắằặấầẩậẽẹếềểễệố"  # A0
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"  # B0
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"  # C0
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"  # D0
    "àáâãảăữẫèéêẻìíĩỉ"  # E0
    "đựòóôõỏọụùúũủýợỮ"  # F0
)
_VISCII_CONTROLS = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}
_VPS = (
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲ"  # 80
    "Ế..ỀỂỄỐỒỔỖýỷỵỚỜỞ"  # 90
    ".ắằẳẵặỠớÙờởỡŨỨợỪ"  # A0
    "ổỬỲỸÍÌộỈĨÓửữÒỎÕự"  # B0
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹ"  # C0
    "ƯỦồốÔỏơÈừứÚũưÝẺ."  # D0
    "àáâãảạă.èéêẽìí.ĩ"  # E0
    "ẴĐòóôõ.Ơụùúủ.ỶẼỳ"  # F0
)
_VPS_CONTROLS = (
    {0x02: "Ạ", 0x03: "Ậ", 0x04: "Ặ", 0x05: "Ẹ", 0x06: "Ệ", 0x10: "Ị", 0x11: "Ọ", 0x12: "Ộ"}
    | {0x13: "Ợ", 0x14: "Ụ", 0x15: "Ự", 0x19: "Ỵ", 0x1C: "Ẫ", 0x1D: "Ữ"}
)  # fmt: skip

# A letter of VNI is a base and a mark behind it; the mark has the case of its base, which typists forget.
_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_HATS = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVES = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}

_UTF_8 = re.compile(r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# The last octet of "à", "Ơ", "Ạ" and "Ỡ" is a no-break space, which programs make a plain one, and fold with a blank
# behind it. What can end a syllable belongs to the same word.
_LOST_SPACE = re.compile(
    r"(?<=[A-Za-z\x80-\xbf])(\xc3|\xc6|\xe1[\xba\xbb])"
    r"(?: (?=(?:ch?|m|n[gh]?|p|t|[iouy])(?![A-Za-z\x80-\xff]))| (?= )| (?![A-Za-z\x80-\xff])|\Z|(?= ))",
    re.IGNORECASE,
)
_TYPOGRAPHIC = re.compile(r"(?<= )[\x85\x91-\x96](?= )")
_WORD = re.compile(r"[^\W\d_]+")


class Charset(Enum):
    """A way in which Vietnamese letters stand in octets; the earlier one is the likelier one."""

    UTF_8 = "utf-8"
    TCVN3 = "tcvn3"
    VNI = "vni"
    WINDOWS_1258 = "windows-1258"
    VISCII = "viscii"
    VPS = "vps"


NAMES = {
    "tcvn": Charset.TCVN3,
    "tcvn3": Charset.TCVN3,
    "tcvn5712": Charset.TCVN3,
    "tcvn-5712": Charset.TCVN3,
    "tcvn5712-1": Charset.TCVN3,
    "tcvn5712-1:1993": Charset.TCVN3,
    "x-viet-tcvn": Charset.TCVN3,
    "x-viet-tcvn5712": Charset.TCVN3,
    "viscii": Charset.VISCII,
    "csviscii": Charset.VISCII,
    "viscii1.1-1": Charset.VISCII,
    "x-viet-viscii": Charset.VISCII,
    "vps": Charset.VPS,
    "x-viet-vps": Charset.VPS,
    "vni": Charset.VNI,
    "x-viet-vni": Charset.VNI,
}
"""Names by which mail claims the sets that Python does not know (IANA, Mozilla)."""


def as_octets(octets: bytes) -> str:
    """Return octets as text of one character an octet."""
    return octets.decode("latin-1")


def octets_of(text: str, table: str) -> str:
    """
    Take back the reading of octets by a table of one octet a letter; characters that the table has not stay.

    Args:
        table: Python's name of it: "cp1252", "cp1258", "cp437" or "mac-roman".
    """
    return text.translate(_reverse(table))


def letters(octets: str, charset: Charset) -> str:
    """Read octets, held as text, by a character set; what is no letter in it stays as it is. The result is NFC."""
    match charset:
        case Charset.UTF_8:
            return nfc(_UTF_8.sub(_from_utf_8, _LOST_SPACE.sub("\\1\xa0", octets)))
        case Charset.TCVN3:
            return "\n".join(_with_capitals(line) for line in nfc(octets.translate(_tcvn3())).split("\n"))
        case Charset.VISCII:
            return nfc(_TYPOGRAPHIC.sub(_as_western, octets).translate(_viscii()))
        case Charset.VPS:
            return nfc(_TYPOGRAPHIC.sub(_as_western, octets).translate(_vps()))
        case Charset.WINDOWS_1258:
            return nfc(octets.translate(_upper_half("cp1258")))
        case Charset.VNI:
            return nfc(western(_vni_pattern().sub(_from_vni, octets)))
    assert_never(charset)


def western(octets: str) -> str:
    """Read octets, held as text, as windows-1252: what mail without a charset means elsewhere in the world."""
    return octets.translate(_upper_half("cp1252"))


def _as_western(found: re.Match[str]) -> str:
    return western(found[0])


def _with_capitals(line: str) -> str:
    """
    Raise the toned letters of words in capitals.

    TCVN3 has no toned capitals: typists gave small letters, which its fonts for capitals show as capitals.
    """
    if not re.search("[a-z]", line) and len(re.findall("[A-ZĐ]", line)) > 1:
        return line.upper()
    return _WORD.sub(lambda word: word[0].upper() if _is_in_capitals(word[0]) else word[0], line)


def _is_in_capitals(word: str) -> bool:
    return any(char.isupper() for char in word[1:]) and not re.search("[a-z]", word)


def _from_utf_8(found: re.Match[str]) -> str:
    return found[0].encode("latin-1").decode("utf-8", "replace")


@cache
def _tcvn3() -> Mapping[int, str]:
    return {**_upper_half("cp1252"), **_row_of(_TCVN3, 0xA0)}


@cache
def _viscii() -> Mapping[int, str]:
    return _row_of(_VISCII, 0x80) | _VISCII_CONTROLS


@cache
def _vps() -> Mapping[int, str]:
    return {**_upper_half("cp1252"), **_row_of(_VPS, 0x80), **_VPS_CONTROLS}


def _row_of(row: str, first: int) -> dict[int, str]:
    return {code: char for code, char in enumerate(row, first) if char != "."}


@cache
def _upper_half(table: str) -> Mapping[int, str]:
    """Return what the octets from 0x80 on mean in a table of Python; those that it has not are left out."""
    decoded = {code: bytes([code]).decode(table, "ignore") for code in range(0x80, 0x100)}
    return {code: char for code, char in decoded.items() if char}


@cache
def _reverse(table: str) -> Mapping[int, int]:
    # Symbol fonts of Word put their octets behind U+F000.
    symbols = {0xF000 + code: code for code in range(0x20, 0x100)}
    return symbols | {ord(char): code for code, char in _upper_half(table).items()}


@cache
def _vni() -> Mapping[str, str]:
    pairs = {base + mark: base + tone for base in "aeiouyôö" for mark, tone in _VNI_TONES.items()}
    pairs |= {base + mark: base + "\u0302" + tone for base in "aeo" for mark, tone in _VNI_HATS.items()}
    pairs |= {"a" + mark: "a\u0306" + tone for mark, tone in _VNI_BREVES.items()}
    # The horned letters are single octets, so they are exchanged last: "ôù" is ơ with its mark.
    horned = {"ô": "ơ", "ö": "ư"}
    whole = {pair: horned.get(letter[0], letter[0]) + letter[1:] for pair, letter in pairs.items()} | _VNI_ALONE
    return {pair: unicodedata.normalize("NFC", letter) for pair, letter in whole.items()}


@cache
def _vni_pattern() -> re.Pattern[str]:
    longest_first = sorted(_vni(), key=len, reverse=True)
    return re.compile("|".join(longest_first), re.IGNORECASE)


def _from_vni(found: re.Match[str]) -> str:
    letter = _vni()[found[0].lower()]
    return letter.upper() if found[0][0].isupper() else letter
