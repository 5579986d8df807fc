"""
Vietnamese text that was written before Unicode, or read by a wrong table, as Unicode (NFC).

Three ways in: a run of a document has a font that says it (`by_font`); octets may have a charset that says it, truly or
not (`decode_text`); text alone is judged by its syllables (`mend`). Text that is already good is never changed, and
where there is too little of it to be sure it stays as it is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from itertools import islice

from mailbridge.mail.canonical import nfc
from mailbridge.mail.charsets import NAMES, Charset, as_octets, letters, octets_of, western
from mailbridge.mail.syllables import Quality, is_foreign, quality

# Codecs of Python that no mail program knows. Two of them are for single names, and take hours for a long text.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"})
# Charsets whose octets are valid in another one too: a claim of these is believed without a look.
_UNMISTAKABLE = re.compile(r"utf[-_]?(?:7|16|32)|iso[-_]?2022|hz", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# Letters that only a reading by another table than windows-1252 leaves behind.
_TRACES = {
    "cp1258": re.compile(r"[ĂăĐđƠơƯư\u0300-\u0323]"),
    "cp437": re.compile(r"[\u2310-\u25a0ΓΘΣΦΩαδεπστφ≈≡≤≥ⁿ₧]"),
    "mac-roman": re.compile(r"[√∫∂∑∏◊≈∆]"),
}
_MOST_WRAPPINGS = 2
_NEW_LINES = re.compile(r"(\r\n|\r|\n)")

# Letters that no octet of windows-1252 is read as.
_UNICODE = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_SUBSET = re.compile(r"\A[A-Z]{6}\+")
_TCVN3_FONT = re.compile(r"Vn[A-Z]")
_STYLE = re.compile(r",.*\Z|(?:[- ]?(?:bold|italic|oblique|regular|normal|mt))+\Z", re.IGNORECASE)

_SAMPLE = 20_000
"""Characters of a text that are looked at to find its charset."""
_SAMPLED_LINES = 500
_CLEAR = 3
"""Gain at which text that came without any octets is changed: two words, or one that holds a sign where a letter is."""
_PROBABLE = 2
"""Gain at which octets are not what their charset says, and a text without any foreign word is mended: one word."""


def by_font(text: str, font: str) -> str:
    """
    Return the text of a run that is set in a font for an old charset; NFC, unchanged for other fonts.

    Args:
        text: The whole run: a letter of VNI is two characters, which must not be cut.
        font: Its name as the file has it: ".VnTimeH", "VNI-Times,Bold", "ABCDEF+VISCII-Times"; a subset's prefix and
            the style do not count. The fonts for capitals give capitals.
    """
    name = _STYLE.sub("", _SUBSET.sub("", font.strip().replace("#2E", ".")))
    charset = _charset_of(name)
    if charset is None or _UNICODE.search(nfc(text)) or (text.isascii() and not name.endswith("H")):
        return nfc(text)
    read = letters(octets_of(text, "cp1252"), charset)
    # Some programs exchange the text for Unicode and leave the name of the font.
    if quality(nfc(text)).balance > quality(read).balance:
        read = nfc(text)
    return read.upper() if charset is Charset.TCVN3 and name.endswith("H") else read


def _charset_of(font: str) -> Charset | None:
    if font.upper().startswith("VNI"):
        return Charset.VNI
    if font.lower().startswith(".vn") or _TCVN3_FONT.match(font):
        return Charset.TCVN3
    if font.upper().startswith("VPS"):
        return Charset.VPS
    if font.upper().startswith("VISCII") or re.match(r"VI[ -]", font, re.IGNORECASE):
        return Charset.VISCII
    return None


def mend(text: str) -> str:
    """
    Return text whose Vietnamese letters were lost in an old charset or a wrong reading, NFC; unchanged when unsure.

    Lines are mended one by one where that makes them better, so a mail may hold old and new text. Give it text with
    its control characters: in some charsets they are letters.
    """
    if text.isascii():
        return text
    composed = nfc(text)
    sample = text if len(text) <= _SAMPLE else _telling(text)
    before = quality(nfc(sample))
    if not before.faults:
        return composed
    read = [(quality(_read_again(sample, table, charset)), table, charset) for table, charset in _readings(sample)]
    best, table, charset = max(read, key=lambda choice: choice[0].rank)
    if not _is_clear(before, best, sample):
        return composed
    lines = _NEW_LINES.split(text)
    return "".join(_better(line, _read_again(line, table, charset)) for line in lines)


def _is_clear(before: Quality, best: Quality, text: str) -> bool:
    gain = best.balance - before.balance
    if gain >= _CLEAR:
        return best.words > best.faults
    return gain >= _PROBABLE and best.words > 1 and not best.faults and not is_foreign(text)


def _readings(text: str) -> list[tuple[str, Charset]]:
    """List the wrong readings that can have made this text, with the right one of each; the likelier first."""
    tables = ["cp1252", *(table for table, traces in _TRACES.items() if traces.search(text))]
    return [(table, charset) for charset in Charset for table in tables]


def _read_again(text: str, table: str, charset: Charset) -> str:
    read = letters(octets_of(text, table), charset)
    if charset is not Charset.UTF_8:
        return read
    # Text that passed through several programs with wrong settings is wrapped as often.
    unwrapped = [read]
    for _ in range(_MOST_WRAPPINGS):
        unwrapped.append(letters(octets_of(unwrapped[-1], table), charset))
    return max(unwrapped, key=lambda each: quality(each).rank)


def _better(text: str, read: str) -> str:
    composed = nfc(text)
    return composed if composed.isascii() or quality(read).balance <= quality(composed).balance else read


def decode_text(octets: bytes, charset: str | None) -> str:
    """
    Decode text whose charset is claimed, wrongly claimed or not claimed at all; NFC, raises nothing.

    What is valid UTF-8 is UTF-8, whatever is claimed. Else the claim is tried, and the old Vietnamese charsets by the
    syllables that they give; without a claim and without syllables it is windows-1252.
    """
    claim = (charset or "").strip().strip("\"'").lower()
    unmistakable = _UNMISTAKABLE.match(claim) is not None
    if octets.isascii() and not unmistakable:
        return octets.decode("ascii")
    mark = next((name for mark, name in _MARKS if octets.startswith(mark)), None)
    text = _strictly(octets, mark or (claim if unmistakable else "utf-8"))
    if text is not None:
        return mend(text.removeprefix("\ufeff"))
    if claim in NAMES:
        return letters(as_octets(octets), NAMES[claim])
    return _by_syllables(octets, claim)


def _by_syllables(octets: bytes, claim: str) -> str:
    sample = octets if len(octets) <= _SAMPLE else _telling_octets(octets)
    usual = _usual(sample, claim)
    before = quality(nfc(usual(sample)))
    if not before.faults:
        return nfc(usual(octets))
    read = [(quality(letters(as_octets(sample), charset)), charset) for charset in Charset]
    best, charset = max(read, key=lambda choice: choice[0].rank)
    if best.balance - before.balance < _PROBABLE or not best.words:
        return mend(usual(octets))
    return letters(as_octets(octets), charset)


def _telling(text: str) -> str:
    """Return as much as is looked at of the lines of a long text that are not ASCII alone: only these tell."""
    lines = (line for line in text.splitlines() if not line.isascii())
    return "\n".join(islice(lines, _SAMPLED_LINES))[:_SAMPLE]


def _telling_octets(octets: bytes) -> bytes:
    lines = (line for line in octets.splitlines() if not line.isascii())
    return b"\n".join(islice(lines, _SAMPLED_LINES))[:_SAMPLE]


def _usual(sample: bytes, claim: str) -> Callable[[bytes], str]:
    """Return how a mail program would read the octets."""
    if claim not in ("utf-8", "utf8") and _strictly(sample, claim) is not None:
        return lambda octets: octets.decode(claim, "replace")
    utf_8 = sample.decode("utf-8", "replace")
    if not utf_8.isascii() and sum(char > "\x7f" for char in utf_8) > 2 * utf_8.count("\ufffd"):
        # A character that was cut in two at the end is left out.
        return lambda octets: codecs.getincrementaldecoder("utf-8")("replace").decode(octets)
    return lambda octets: western(as_octets(octets))


def _strictly(octets: bytes, charset: str) -> str | None:
    try:
        codec = codecs.lookup(charset)
        if not codec._is_text_encoding or codec.name in _NO_CHARSETS:  # `rot13` and `zlib` are codecs too
            return None
        return octets.decode(charset)
    except (LookupError, ValueError):
        return None
