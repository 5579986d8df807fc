"""
Two books of one day side by side: ours, and what another system says (parallel run before a change-over).

CORE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.registry.corrections_fields import FIELDS, Field, Value, shown
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.importing_lines import OldLine

COMPARED = ("symbol", "issued_date", "issuer", "type", "subject", "recipients", "transfer_date")
"""Fields that both books have; remarks are each one's own."""

_FIELDS: Mapping[str, Field] = {each.name: each for each in FIELDS}


class Where(StrEnum):
    """Where a document stands."""

    BOTH = "both"
    ONLY_HERE = "only-here"
    ONLY_THERE = "only-there"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One document: our line, theirs, or both; `differing` are fields with what stands here and there."""

    here: RegisterEntry | None
    there: OldLine | None
    differing: tuple[tuple[str, str, str], ...] = ()

    @property
    def where(self) -> Where:
        """Where the document stands."""
        if self.here is None:
            return Where.ONLY_THERE
        return Where.BOTH if self.there is not None else Where.ONLY_HERE


def compared(ours: Sequence[RegisterEntry], theirs: Sequence[OldLine]) -> tuple[Pair, ...]:
    """
    Pair the lines of two books: by symbol and day of the document, then by symbol, then by issuer and summary.

    The numbers differ where each system counts its own, so that they pair nothing; a difference of numbers is told as
    one of the field `arrival_number`. Ours come first, in their order, then what stands only there.
    """
    left = list(theirs)
    partners: dict[str, OldLine] = {}
    for key in (_by_symbol_and_day, _by_symbol, _by_words):
        index: dict[object, list[OldLine]] = {}
        for line in left:
            if (of := key(line.values)) is not None:
                index.setdefault(of, []).append(line)
        for entry in ours:
            values = _values(entry)
            if entry.id not in partners and (of := key(values)) is not None and index.get(of):
                partners[entry.id] = index[of].pop(0)
        taken = {id(line) for line in partners.values()}
        left = [line for line in left if id(line) not in taken]
    pairs = [_pair(entry, partners.get(entry.id)) for entry in ours]
    return (*pairs, *(Pair(here=None, there=line) for line in left))


def _pair(entry: RegisterEntry, line: OldLine | None) -> Pair:
    return Pair(here=entry, there=line, differing=tuple(_differences(entry, line)) if line else ())


def _differences(entry: RegisterEntry, line: OldLine) -> Iterable[tuple[str, str, str]]:
    number = "" if entry.awaits_number else str(entry.number)
    if number != str(line.number):
        yield "arrival_number", number, str(line.number)
    if entry.arrival_date != line.arrived:
        yield "arrival_date", shown(entry.arrival_date), shown(line.arrived)
    ours = _values(entry)
    about = (
        entry.draft.type_and_subject,
        " ".join(filter(None, map(_text, (line.values.get("type"), line.values.get("subject"))))),
    )
    for name in COMPARED:
        if name in ("type", "subject") and _words(about[0]) == _words(about[1]):
            continue  # one column there, two fields here: they say the same
        here, there = ours.get(name), line.values.get(name)
        if _words(here) != _words(there):
            yield name, shown(here), shown(there)


def _values(entry: RegisterEntry) -> dict[str, Value]:
    return {name: getattr(entry.draft, name) for name in COMPARED}


def _by_symbol_and_day(values: Mapping[str, Value]) -> object | None:
    symbol, day = _words(values.get("symbol")), values.get("issued_date")
    return (symbol, day) if symbol and day else None


def _by_symbol(values: Mapping[str, Value]) -> object | None:
    return _words(values.get("symbol")) or None


def _by_words(values: Mapping[str, Value]) -> object | None:
    issuer, subject = _words(values.get("issuer")), _words(values.get("subject"))
    return (issuer, subject) if issuer and subject else None


def _words(value: Value) -> str:
    """Bring a value into the form in which it is compared: without marks, case and loose blanks."""
    return " ".join(fold(fold_tones(shown(value))).split())


def _text(value: Value) -> str:
    return shown(value)


def title_of(name: str, language: str) -> str:
    """Name a compared field as people do."""
    if name == "arrival_number":
        return "Số đến" if language == "vi" else "Arrival number"
    if name == "arrival_date":
        return "Ngày đến" if language == "vi" else "Arrived"
    return _FIELDS[name].title(language)
