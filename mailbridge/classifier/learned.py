"""
What clerks have corrected, turned into hints for the next document of the same sender.

A hint names one reading of one field and what clerks wrote in its place, each time; it helps where the value is the
same again and again (an issuer, a notation, a signer's office). Where each document says something else (number, day,
subject) nothing can be foretold: there a doubt asks for a clerk's eye. Both are text that people read, change and take
back (`config/hints.toml`); nothing is applied unseen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mailbridge.classifier.folding import fold_tones
from mailbridge.classifier.kinds import Classification, Document, Reading, Rival, Signer
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol
from mailbridge.mail.address import Address

LEAST = 3
"""Corrections of one kind that make a hint; and documents of a sender that make a doubt, half of them corrected."""

DOUBTFUL = 0.5
"""The confidence of a field that is in doubt: below what any office enters unseen."""

BEFORE = "read before the hint"
"""How the source begins of what was read where a hint says otherwise."""


class Taught(StrEnum):
    """The fields that can be taught."""

    ISSUER = "issuer"
    TYPE = "type"
    NOTATION = "notation"
    SIGNER_NAME = "signer_name"
    SIGNER_POSITION = "signer_position"


class Watched(StrEnum):
    """The fields that can be in doubt; names of `Document`."""

    ISSUER = "issuer"
    TYPE = "type"
    SYMBOL = "symbol"
    ISSUED_DATE = "issued_date"
    SUBJECT = "subject"
    SIGNER = "signer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """
    What clerks write where `read` is read in a document of `sender` (an address in small letters).

    `entries` are the lines of the book in which they did ("den/2026/12"); `use` False: looked at and not wanted.
    """

    sender: str
    field: Taught
    read: str
    write: str
    entries: tuple[str, ...] = ()
    use: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A field of a sender that clerks corrected in `corrected` of `of` documents, each time otherwise."""

    sender: str
    field: Watched
    corrected: int
    of: int
    use: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Hints:
    """All that was learnt and looked at."""

    hints: tuple[Hint, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    _by_sender: Mapping[str, tuple[Hint | Doubt, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said: list[Hint | Doubt] = [*self.hints, *self.doubts]
        found: dict[str, list[Hint | Doubt]] = defaultdict(list)
        for each in said:
            if each.use:
                found[each.sender].append(each)
        object.__setattr__(self, "_by_sender", {sender: tuple(said) for sender, said in found.items()})

    def of(self, sender: str) -> tuple[Hint | Doubt, ...]:
        """Return what is to be used for a sender."""
        return self._by_sender.get(sender.lower(), ())


NO_HINTS = Hints()


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """
    One field of one document: what was read, and what the line of the book says in the end.

    `read` is None where nothing was read. A field that nobody corrected teaches too: it speaks against a hint.
    """

    sender: str
    field: str
    read: str | None
    written: str | None
    entry: str


def learn(lessons: Iterable[Lesson], *, least: int = LEAST) -> Hints:
    """
    Draw the hints and doubts that lessons justify, in a fixed order.

    A hint needs `least` documents, and not one in which the reading was left as it is or corrected otherwise. A doubt
    needs `least` documents and more than half of them corrected; what a hint explains is no ground for a doubt.
    """
    lessons = tuple(lessons)
    hints = tuple(_hints(lessons, least))
    explained = {(each.sender, _document_field(each.field), _key(each.read)) for each in hints}
    return Hints(hints=hints, doubts=tuple(_doubts(lessons, least, explained)))


def _hints(lessons: Iterable[Lesson], least: int) -> Iterable[Hint]:
    taught = {each.value for each in Taught}
    said: dict[tuple[str, str, str], list[Lesson]] = defaultdict(list)
    for each in lessons:
        if each.field in taught and each.read and each.written:
            said[each.sender, each.field, _key(each.read)].append(each)
    for (sender, name, _), group in sorted(said.items()):
        written = {each.written for each in group}
        only = next(iter(written))
        read = Counter(each.read for each in group).most_common(1)[0][0]
        if len(group) >= least and len(written) == 1 and only is not None and read is not None and only != read:
            entries = tuple(dict.fromkeys(each.entry for each in group))
            yield Hint(sender=sender, field=Taught(name), read=read, write=only, entries=entries)


def _doubts(lessons: Iterable[Lesson], least: int, explained: set[tuple[str, str, str]]) -> Iterable[Doubt]:
    watched = {each.value for each in Watched}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in lessons:
        if each.field not in watched or each.read is None:
            continue
        count = counts[each.sender, each.field]
        count[1] += 1
        was_corrected = each.written is not None and each.written != each.read
        count[0] += was_corrected and (each.sender, each.field, _key(each.read)) not in explained
    for (sender, name), (corrected, of) in sorted(counts.items()):
        if of >= least and corrected * 2 > of:
            yield Doubt(sender=sender, field=Watched(name), corrected=corrected, of=of)


def with_hints(classification: Classification, author: Address | None, hints: Hints, *, proven: bool) -> Classification:
    """
    Read the documents of a mail once more with what was learnt of its sender.

    Args:
        proven: The mail is proven to come from its author. A stranger who writes under the name of a known sender
            meets the doubts, which only ask for a clerk, and none of the hints.
    """
    said = hints.of(str(author)) if author is not None else ()
    if not said or not classification.documents:
        return classification
    documents = tuple(_taught(each, said, proven) for each in classification.documents)
    return replace(classification, documents=documents)


def _taught(document: Document, said: Iterable[Hint | Doubt], proven: bool) -> Document:
    changes: dict[str, Any] = {}
    for each in said:
        match each:
            case Hint() if proven:
                changed = _hinted(document, each)
                if changed is not None:
                    changes[_document_field(each.field)] = changed
            case Doubt():
                name = each.field.value
                changes[name] = _doubted(changes.get(name) or getattr(document, name), each)
    return replace(document, **changes) if changes else document


def _hinted(document: Document, hint: Hint) -> Reading[Any] | None:
    """Return the reading with what clerks write; None where something else was read."""
    match hint.field:
        case Taught.ISSUER | Taught.TYPE:
            reading: Reading[str] = getattr(document, hint.field.value)
            return _rewritten(reading, hint, reading.value, hint.write)
        case Taught.NOTATION:
            symbol = document.symbol
            read = symbol.value.notation if symbol.value is not None else None
            return _rewritten(symbol, hint, read, _renotated(symbol.value, hint.write))
        case Taught.SIGNER_NAME | Taught.SIGNER_POSITION:
            signer = document.signer
            name = hint.field.value.removeprefix("signer_")
            named = getattr(signer.value, name) if signer.value is not None else None
            return _rewritten(signer, hint, named, _resigned(signer, name, hint))


def _renotated(symbol: DocumentSymbol | None, notation: str) -> DocumentSymbol | None:
    if symbol is None:
        return None
    parsed = parse_symbol(f"{symbol.number}/{notation}")
    return parsed if parsed is not None and not parsed.slip else None


def _resigned(signer: Reading[Signer], name: str, hint: Hint) -> Signer | None:
    return replace(signer.value, **{name: hint.write}) if signer.value is not None else None


def _rewritten(reading: Reading[Any], hint: Hint, read: str | None, value: object) -> Reading[Any] | None:
    if read is None or value is None or _key(read) != _key(hint.read) or reading.value == value:
        return None
    before: Rival[Any] = Rival(value=reading.value, source=f"{BEFORE}: {reading.source}")
    told = f"hint from {len(hint.entries)} corrections of this sender; {reading.source}"
    return replace(reading, value=value, source=told, rivals=(before, *reading.rivals))


def _doubted(reading: Reading[Any], doubt: Doubt) -> Reading[Any]:
    if reading.value is None or reading.confidence <= DOUBTFUL:
        return reading
    told = f"in doubt: corrected in {doubt.corrected} of {doubt.of} documents of this sender; {reading.source}"
    return replace(reading, confidence=DOUBTFUL, source=told)


def _document_field(name: str) -> str:
    """Return the field of `Document` that a taught field is part of."""
    match Taught(name):
        case Taught.NOTATION:
            return "symbol"
        case Taught.SIGNER_NAME | Taught.SIGNER_POSITION:
            return "signer"
        case Taught.ISSUER | Taught.TYPE:
            return name


def _key(text: str) -> str:
    """Bring a reading into the form in which readings are compared: white space, case and the places of tones aside."""
    return fold_tones(" ".join(text.split())).casefold()
