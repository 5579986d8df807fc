"""Box 5a: the type of a document, from its title, from the lack of one beside a "V/v", or from the number."""

from __future__ import annotations

from dataclasses import replace

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.page.certainty import Place, absent
from mailbridge.classifier.page.head import Head
from mailbridge.classifier.page.markers import Role
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol

_LETTER = "Công văn"
_CONSOLIDATED = "Văn bản hợp nhất"


def read_type(head: Head, symbol: Reading[DocumentSymbol], place: Place) -> Reading[str]:
    """Read the type from box 5a, from the lack of it beside a "V/v", or from the number alone; a copy is a rival."""
    read = _type_of_original(head, symbol, place)
    if head.copy is None:
        return read
    return replace(read, rivals=(*read.rivals, Rival(value=head.copy, source=place.source("14"))))


def _type_of_original(head: Head, symbol: Reading[DocumentSymbol], place: Place) -> Reading[str]:
    named = symbol.value or next((rival.value for rival in symbol.rivals if "file name" not in rival.source), None)
    if head.type is not None:
        return _titled(head, named, place)
    told = named.type_name if named else None
    if head.about:
        if told in (None, _LETTER):
            return place.found(_LETTER, 0.98 if told else 0.95, "5b", of=head.about[:1])
        rival = Rival(value=_LETTER, source=place.source("5b"))
        return place.found(told, 0.6, "3", of=head.number, rivals=(rival,))
    if told is None:
        return absent("no title line, and the number does not tell the type")
    addressed = any(segment.role is Role.ADDRESSED for segment in head.row)
    if named is not None and named.rule == "C1" and not addressed:
        rival = Rival(value=told, source=place.source("3"))
        return absent("no title line, and the number is too short to tell the type", (rival,))
    sure = 0.95 if told == _LETTER and addressed else 0.85
    return place.found(told, sure, "3", of=head.number, limit=symbol.confidence or 0.85)


def _titled(head: Head, symbol: DocumentSymbol | None, place: Place) -> Reading[str]:
    name = head.type.name if head.type else ""
    if symbol is None:
        return place.found(name, 0.93 if head.heading else 0.85, "5a", of=head.title)
    if symbol.type_abbr == "VBHN":
        rival = Rival(value=name, source=place.source("5a"))
        return place.found(_CONSOLIDATED, 0.95, "3", of=head.number, rivals=(rival,))
    told = {symbol.type_name, _by_number_alone(symbol)}
    if name in told or told == {None}:
        in_capitals = head.title[0].text == head.title[0].text.upper()
        return place.found(name, 0.99 if in_capitals else 0.95, "5a", of=head.title)
    rivals = (Rival(value=other, source=place.source("3")) for other in sorted(told - {None, name}, key=str) if other)
    return place.found(name, 0.85, "5a", of=head.title, rivals=rivals)


def _by_number_alone(symbol: DocumentSymbol) -> str | None:
    alone = parse_symbol(symbol.raw)
    return alone.type_name if alone else None
