"""Box 3: the document's own number and symbol, and no other number of the page."""

from __future__ import annotations

import re
import unicodedata

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.page.certainty import Place, absent, is_unread
from mailbridge.classifier.page.head import Head, text_of
from mailbridge.classifier.page.markers import NUMBER, Role, bare
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol
from mailbridge.classifier.writing import with_sure_letters
from mailbridge.mail.pages import UNREAD, Layer

_BOX = "3"
# Blanks beside a slash are the habit of typists and of text layers, and no Vietnamese word holds the letter eth:
# nothing was guessed there.
_HARMLESS = frozenset({"blanks around a separator", "a foreign letter was read as Đ"})
# Against the rules, but printed so by many offices; the text of the symbol is what the page shows.
_HABITS = frozenset(
    {
        "a công văn has no type in its number",
        "a State body in the Party form",
        "a Party body in the State form",
        "slash for hyphen",
    }
)
# Several bodies issue these; where the symbol names one, a line of it was lost.
_JOINT = frozenset({"TTLT", "TTLB", "NQLT"})
_EXTENSIONS = re.compile(r"(?:[._ -](?:signed|sign|ky|daky|final)|\.(?:pdf|docx?|odt|rtf|xlsx?))$", re.IGNORECASE)


def read_symbol(head: Head, place: Place, file_name: str | None) -> Reading[DocumentSymbol]:
    """
    Read box 3.

    Absent, with the notation as a rival, where the number was left blank: signing programs draw it as a picture, so
    that a blank says nothing about a draft. A file name is never more than a rival.
    """
    title = text_of(head.title) if head.title else "" if head.about else None
    hint = _file_name_rivals(file_name, place, title)
    if not head.number:
        return _unmarked(head, place, title, hint)
    text = text_of(head.number)
    if is_unread(head.number):
        return absent("the number is written by hand or unreadable", (*_around_ink(text, title, place), *hint))
    symbol, whole = _parsed(text, title, place.layer)
    if symbol is None:
        blank = not any(char.isalnum() for char in _behind_label(text))
        return absent("the number is blank on the page" if blank else f"no regular number in “{text[:40]}”", hint)
    if symbol.number is None:
        rivals = (Rival(value=symbol, source=place.source(_BOX)), *hint)
        return absent("the number before the notation is blank on the page", rivals)
    others = _others(head, place, title, symbol)
    rivals = (*others, *(rival for rival in hint if not _same(rival.value, symbol)))
    sure = _sure(head, symbol, whole=whole)
    return place.found(symbol, min(sure, 0.6) if others else sure, _BOX, of=head.number, rivals=rivals)


def _around_ink(text: str, title: str | None, place: Place) -> tuple[Rival[DocumentSymbol], ...]:
    """Return the notation printed behind a number that was written by hand; never the number."""
    behind = _behind_label(text).rpartition(UNREAD)[2]
    printed = re.search(r"[/-].*", behind)
    symbol = _parsed(printed.group(), title, place.layer)[0] if printed else None
    if symbol is None or symbol.number is not None:
        return ()
    return (Rival(value=symbol, source=place.source(_BOX)),)


def _parsed(text: str, title: str | None, layer: Layer) -> tuple[DocumentSymbol | None, bool]:
    """Parse box 3, with words behind the symbol dropped one by one; the second value says that none was dropped."""
    words = _behind_label(text)[:160].split()
    for count in range(len(words), 0, -1):
        written = " ".join(words[:count])
        if layer is Layer.OCR:
            written = with_sure_letters(written)
        symbol = parse_symbol(written, title=title)
        if symbol is not None:
            return symbol, count == len(words)
    return None, False


def _behind_label(text: str) -> str:
    match = NUMBER.match(text)
    return match["rest"] if match else text


def _sure(head: Head, symbol: DocumentSymbol, *, whole: bool) -> float:
    slips = set((symbol.slip or "").split("; ")) - {""}
    if slips - _HARMLESS - _HABITS:
        return 0.75
    if not whole or (symbol.type_abbr in _JOINT and len(symbol.issuers) < 2):
        return 0.8
    in_box = head.number[0].column is Column.LEFT and not head.number[0].cut
    sure = 0.99 if in_box else 0.97
    if head.heading is None:
        sure = min(sure, 0.9)
    if slips & _HABITS:
        return min(sure, 0.92)
    return min(sure, 0.96) if slips or len(head.number) > 1 else sure


def _unmarked(
    head: Head, place: Place, title: str | None, hint: tuple[Rival[DocumentSymbol], ...]
) -> Reading[DocumentSymbol]:
    """Look for a symbol that stands alone in the letterhead without "Số", as a signing program's text field does."""
    for segment in head.row:
        if segment.role in (Role.ADDRESSED, Role.GROUNDS) or segment in head.title:
            break
        if segment.role is Role.OTHER and segment.column in (Column.LEFT, Column.UNKNOWN) and len(segment.text) < 60:
            symbol = parse_symbol(segment.text, title=title) if _looks_whole(segment) else None
            if symbol is not None and symbol.number is not None and symbol.slip is None:
                return place.found(symbol, 0.85, _BOX, of=(segment,), rivals=hint)
    return absent("no number in the letterhead", hint)


def _looks_whole(segment: Segment) -> bool:
    return re.match(r"\d{1,6}[a-z]?\s?[/-]\s?[A-Z\d]", bare(segment.text)) is not None


def _others(head: Head, place: Place, title: str | None, symbol: DocumentSymbol) -> tuple[Rival[DocumentSymbol], ...]:
    found = []
    for segment in head.row:
        if segment.role in (Role.ADDRESSED, Role.GROUNDS):
            break
        if segment.role is Role.NUMBER and segment not in head.number:
            other, _ = _parsed(segment.text, title, place.layer)
            if other is not None and other.number is not None and other.text != symbol.text:
                found.append(Rival(value=other, source=place.source(_BOX)))
    return tuple(found)


def _file_name_rivals(file_name: str | None, place: Place, title: str | None) -> tuple[Rival[DocumentSymbol], ...]:
    symbol = symbol_in_file_name(file_name, title=title) if file_name else None
    return (Rival(value=symbol, source=f"part {place.part}, file name"),) if symbol else ()


def symbol_in_file_name(file_name: str, *, title: str | None = None) -> DocumentSymbol | None:
    """Read a name such as "123_UBND-VP_signed.pdf" or "30_2020_ND-CP.pdf"; None when it holds no symbol."""
    stem = unicodedata.normalize("NFC", file_name[:200])
    while match := _EXTENSIONS.search(stem):
        stem = stem[: match.start()]
    words = [word for word in re.split(r"[_\s/]+", stem) if word]
    for first, word in enumerate(words[:6]):
        number, _, rest = word.partition("-")
        if not re.fullmatch(r"\d{1,6}[a-z]?", number):
            continue
        tail = [*([rest] if rest else []), *words[first + 1 :]]
        for count in (3, 2, 1):
            symbol = parse_symbol("/".join([number, *tail[:count]])[:120], title=title) if len(tail) >= count else None
            if symbol is not None and symbol.number is not None and (symbol.issuers or symbol.type_abbr):
                return symbol
    return None


def _same(one: DocumentSymbol, other: DocumentSymbol) -> bool:
    """Compare a file name's symbol with the page's: file names lose marks and leading zeros."""
    keys = [fold(symbol.text).replace("/", "-").lstrip("0") for symbol in (one, other)]
    return keys[0] == keys[1]
