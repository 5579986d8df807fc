"""
Số và ký hiệu: one number and symbol, split; and symbols found inside running text.

Source: NĐ 30/2020/NĐ-CP, Phụ lục I Phần I mục II.3; the rules themselves are in `grammar`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbridge.classifier import grammar
from mailbridge.classifier.issuers import is_known_body, looks_like_issuer
from mailbridge.classifier.writing import clean, plain

_LONGEST = 120
_MOST = 500

_CAPITAL = "A-ZĐÐƯƠÂÊÔĂ"
_GROUP = rf"[{_CAPITAL}][{_CAPITAL}a-zđ0-9]{{0,23}}(?:[.&][{_CAPITAL}0-9]{{1,9}}){{0,2}}(?!\w)"
_SMALL = r"(?:19|20)\d\d/[a-zđ]{2,5}-[a-zđ]{2,12}(?!\w)"
# Every repetition is bounded and parted from its neighbours by a mark that it cannot hold itself: linear on any input.
_IN_TEXT = re.compile(
    rf"\d(?<![\w/.,-]\d)\d{{0,5}}(?:[A-Za-z]|\.\d{{1,2}})?(?:"
    rf" ?/ ?(?:(?:19|20)\d\d ?/ ?)?{_GROUP}(?:(?: [-/]|[-/] ?){_GROUP}){{0,7}}"
    rf"| ?- ?{_GROUP}/{_GROUP}(?:-{_GROUP})?"
    rf"|/{_SMALL})"
)
_CUE = re.compile(r"(?i)(?<!\w)(?:số|sô|so|cv|công văn|văn bản|kh|ký hiệu)\s{0,2}[:.]?\s{0,2}\Z")
_CUE_LENGTH = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSymbol:
    """
    A number and symbol, split.

    Attributes:
        text: Normalised form, "3526/VPCP-KGVX". It never holds a guess: what was mended stands in the other fields.
        raw: As read, before any normalisation.
        number: "3526", leading zeros and letters kept; None where the page left it blank.
        year: Four digits where the symbol itself carries the year.
        type_abbr: "QĐ"; None for công văn and where the symbol holds no type.
        type_name: "Quyết định", "Công văn"; None where only the page can tell.
        issuers: One or more, "VPCP"; a joint document has several.
        unit: "KGVX".
        rule: The rule of the grammar that matched, "C", "L1", "P", …
        slip: What is irregular about it and was mended by guess; None for a regular one.
    """

    text: str
    raw: str
    number: str | None
    year: int | None = None
    type_abbr: str | None = None
    type_name: str | None = None
    issuers: tuple[str, ...] = ()
    unit: str | None = None
    rule: str = ""
    slip: str | None = None

    @property
    def notation(self) -> str:
        """The symbol without its number: "VPCP-KGVX", "2018/QĐ-TTg", "NQ/TW"."""
        rest = self.text[len(self.number) :] if self.number else self.text
        return rest.lstrip("/-")


def parse_symbol(text: str, *, title: str | None = None) -> DocumentSymbol | None:
    """
    Split one number and symbol; None when the text is not one.

    Args:
        text: The symbol alone, "Số:" before it allowed. Text longer than 120 characters is refused.
        title: The type title in capitals seen on the page ("CHỈ THỊ"), "" when the page shows none, which is the mark
            of a công văn, and None when nobody has looked. It decides between type and issuer (CT, TC, PC, …) and
            names the type where the symbol has none.
    """
    if len(text) > _LONGEST:
        return None
    normal, slips = clean(text)
    parts = grammar.split(normal, title)
    reading = grammar.read(parts) if parts else None
    if parts is None or reading is None:
        return None
    if parts.number is None:
        slips += ("the number is blank",)
    if parts.small:
        slips += ("small letters",)
    return DocumentSymbol(
        text=normal,
        raw=text,
        number=parts.number,
        year=parts.year,
        type_abbr=reading.abbr,
        type_name=reading.name,
        issuers=reading.issuers,
        unit=reading.unit,
        rule=reading.rule,
        slip="; ".join((*slips, *reading.slips)) or None,
    )


def find_symbols(text: str) -> tuple[DocumentSymbol, ...]:
    """
    Find the symbols that running text names, in order, each once; at most 500.

    Careful: dates, fractions, telephone numbers, sizes and standards ("12/5", "24/7", "1/A", "TCVN 6909:2001") are not
    taken. A short or unknown symbol counts only behind a word such as "số". Time is linear in the length of `text`.
    """
    found: dict[str, DocumentSymbol] = {}
    # A document names the same law on every page.
    parsed: dict[str, DocumentSymbol | None] = {}
    for match in _IN_TEXT.finditer(plain(text)):
        written = match.group()
        if written not in parsed:
            parsed[written] = parse_symbol(written)
        symbol = parsed[written]
        if symbol is not None and symbol.text not in found and _is_believable(symbol, match):
            found[symbol.text] = symbol
            if len(found) == _MOST:
                break
    return tuple(found.values())


def _is_believable(symbol: DocumentSymbol, match: re.Match[str]) -> bool:
    """Ask for a sign beyond the mere shape: a known type or body, a cue before it, or two long groups in capitals."""
    if symbol.year is not None or symbol.rule == "P":
        return bool(symbol.type_abbr or symbol.issuers)
    if _CUE.search(match.string[max(0, match.start() - _CUE_LENGTH) : match.start()]):
        return True
    if symbol.rule == "C1":
        return any(is_known_body(body) and len(body) > 2 for body in symbol.issuers)
    if symbol.type_abbr is not None and symbol.rule != "C":
        return bool(symbol.issuers)
    groups = (*symbol.issuers, *(symbol.unit or "").split("-"))
    if any(looks_like_issuer(group) for group in symbol.issuers):
        return True
    return all(len(group) >= 2 and group[:2].isupper() for group in groups) and sum(map(len, groups)) >= 5
