"""
What the subject of a mail and the names of its files say about a document: hints, never values.

People type subjects by hand and keep file names of other documents, so that a number there only confirms or doubts what
the page says (domain: document-form §4.3); a disagreement is shown, not settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document, Reading, Rival
from mailbridge.classifier.page.number import symbol_in_file_name
from mailbridge.classifier.symbol import DocumentSymbol, find_symbols
from mailbridge.mail.message import Message

SUBJECT = "mail subject"
_DOUBTED = 0.85
_SURE = 0.99
_SUBJECT_LENGTH = 1000


def subject_symbols(message: Message) -> tuple[DocumentSymbol, ...]:
    """Return the symbols that the mail's subject names, in order."""
    return find_symbols(message.subject[:_SUBJECT_LENGTH])


def name_symbol(name: str | None) -> DocumentSymbol | None:
    """Return the symbol in a file name such as "3526_VPCP-KGVX.signed.pdf"."""
    if not name:
        return None
    found = symbol_in_file_name(name)
    return found or next(iter(find_symbols(name[:200])), None)


def agree(one: DocumentSymbol, other: DocumentSymbol) -> bool:
    """
    Say whether two writings mean the same symbol.

    Marks, case, punctuation and leading zeros do not count, and one of them may be cut short ("123_UBND.pdf").
    """
    if one.number is None or other.number is None or _number(one) != _number(other):
        return False
    first, second = _letters(one), _letters(other)
    return first.startswith(second) or second.startswith(first)


def _number(symbol: DocumentSymbol) -> str:
    return (symbol.number or "").casefold().lstrip("0")


def _letters(symbol: DocumentSymbol) -> str:
    notation = re.sub(r"\A(?:19|20)\d\d(?=[/-])", "", symbol.notation)
    return "".join(char for char in fold(notation) if char.isalnum())


def compared(document: Document, message: Message, *, names: Iterable[tuple[str, str | None]], alone: bool) -> Document:
    """
    Compare the symbol of the page with the subject of the mail and the names of the document's files.

    Args:
        names: Part index and file name of each part of the document.
        alone: The mail holds no other document, so that the subject must speak of this one or of one it refers to.

    Returns:
        The document with its symbol surer where a hint agrees, or under 0.9 and with rivals where one differs.
    """
    hints = [
        Rival(value=symbol, source=f"part {index}, file name")
        for index, name in names
        if (symbol := name_symbol(name)) is not None
    ]
    hints += _subject_hints(document, message, alone=alone)
    return replace(document, symbol=_weighed(document.symbol, hints))


def _subject_hints(document: Document, message: Message, *, alone: bool) -> list[Rival[DocumentSymbol]]:
    """The subject's own symbol, unless it names a document that this one cites or answers."""
    found = subject_symbols(message)
    own = document.symbol.value
    confirming = [symbol for symbol in found if own is not None and agree(symbol, own)]
    if confirming:
        return [Rival(value=confirming[0], source=SUBJECT)]
    cited = {*document.references, *(symbol.text for symbol in find_symbols(document.subject.value or ""))}
    strangers = [symbol for symbol in found if symbol.text not in cited]
    return [Rival(value=strangers[0], source=SUBJECT)] if strangers and alone else []


def _weighed(reading: Reading[DocumentSymbol], hints: list[Rival[DocumentSymbol]]) -> Reading[DocumentSymbol]:
    own = reading.value
    from_page = tuple(rival for rival in reading.rivals if not rival.source.endswith("file name"))
    if own is None or own.number is None:
        return replace(reading, rivals=_distinct((*from_page, *hints)))
    differing = tuple(hint for hint in hints if not agree(hint.value, own))
    if differing:
        confidence = min(reading.confidence, _DOUBTED)
    elif hints and not from_page:
        # Two sources that do not know of each other seldom make the same mistake.
        confidence = min(_SURE, 1 - (1 - reading.confidence) * 0.3)
    else:
        confidence = reading.confidence
    return replace(reading, confidence=round(confidence, 2), rivals=_distinct((*from_page, *differing)))


def _distinct(rivals: Iterable[Rival[DocumentSymbol]]) -> tuple[Rival[DocumentSymbol], ...]:
    return tuple({(rival.value.text, rival.source): rival for rival in rivals}.values())
