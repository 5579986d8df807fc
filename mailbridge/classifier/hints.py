"""
What a mail says of its document beside the page: its subject, its text, and the names of its files. Hints, no values.

People type subjects by hand and keep file names of other documents, so that what stands there only confirms or doubts
what the page says (domain: document-form §4.3); a disagreement is shown, not settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from mailbridge.classifier.directory import name_key
from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.classifier.kinds import Document, Reading, Rival
from mailbridge.classifier.mentions import Mention, dates_in, mentions
from mailbridge.classifier.page.number import symbol_in_file_name
from mailbridge.classifier.symbol import DocumentSymbol, find_symbols
from mailbridge.mail.message import Message

T = TypeVar("T")

SUBJECT = "mail subject"
TEXT = "mail text"
_DOUBTED = 0.85
_SURE = 0.99
_SUBJECT_LENGTH = 1000
_TEXT_LENGTH = 10_000
_NAME_LENGTH = 200

_REPLY = re.compile(r"(?:re|tl|tra loi|phan hoi|aw)(?: ?\[\d{1,3}\])? ?[:：] ?")
_FORWARD = re.compile(r"(?:\[?fwd?|tr|ct|chuyen tiep|chuyen) ?[:：] ?")
_QUOTED = re.compile(r"(?m)^[ \t]*[>|].*$")
_LEVELS = ("tinh ", "thanh pho ", "huyen ", "quan ", "thi xa ", "thi tran ", "xa ", "phuong ", "dac khu ")
_LEAST_WORDS = 4
"""Words of a trích yếu that nobody writes twice by chance."""


def subject_symbols(message: Message) -> tuple[DocumentSymbol, ...]:
    """Return the symbols that the mail's subject names, in order."""
    return find_symbols(message.subject[:_SUBJECT_LENGTH])


def name_symbol(name: str | None) -> DocumentSymbol | None:
    """Return the symbol in a file name such as "3526_VPCP-KGVX.signed.pdf"."""
    if not name:
        return None
    found = symbol_in_file_name(name)
    return found or next(iter(find_symbols(name[:_NAME_LENGTH])), None)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """
    What one source tells of one document: values that speak of it, and dates that may be of anything.

    `may_differ`: the source is about this document, so that another symbol in it is a disagreement.
    """

    source: str
    named: tuple[Mention, ...]
    dates: tuple[date, ...] = ()
    may_differ: bool = False


def compared(
    document: Document,
    message: Message,
    *,
    names: Iterable[tuple[str, str | None]],
    alone: bool,
    in_text: bool = False,
) -> Document:
    """
    Compare what the page says with the subject and the text of the mail and the names of the document's files.

    Args:
        names: Part index and file name of each part of the document.
        alone: The mail holds no other document, so that the subject must speak of this one or of one it refers to.
        in_text: The document itself stands in the text of the mail, which so tells nothing beside it.

    Returns:
        The document with fields surer where a hint agrees, and with rivals where one differs; a symbol is then under
        0.9, unless a header of edXML gave it. A field that the page does not have is never filled.
    """
    told = [_of_name(index, name) for index, name in names if name]
    told.append(_of_subject(message, alone=alone))
    if not in_text:
        told.append(_of_text(message, alone=alone))
    own = document.symbol.value
    issued, issuers = _bound(told, own)
    loose = {day for each in told for day in each.dates}
    return replace(
        document,
        symbol=_weighed(document.symbol, _symbols(document, told)),
        issued_date=_weighed_date(document.issued_date, issued, loose),
        issuer=_weighed_issuer(document, issuers),
        subject=_weighed_subject(document.subject, message.subject),
    )


def _of_name(index: str, name: str) -> _Told:
    symbol = name_symbol(name)
    source = f"part {index}, file name"
    # The digits of "12_UBND_15.3.2024" may be the day of the scan; only a word makes them the day of the document.
    said = next(iter(dates_in(name[:_NAME_LENGTH].replace("_", " "), said=True)), None)
    named = (Mention(symbol=symbol, issued=said),) if symbol is not None else ()
    return _Told(source=source, named=named, dates=dates_in(name[:_NAME_LENGTH].replace("_", " ")), may_differ=True)


def _of_subject(message: Message, *, alone: bool) -> _Told:
    text = message.subject[:_SUBJECT_LENGTH]
    if _is_reply(text):
        # The subject of an answer names what is answered.
        return _Told(source=SUBJECT, named=())
    return _Told(source=SUBJECT, named=_not_cited(text), dates=dates_in(text), may_differ=alone)


def _of_text(message: Message, *, alone: bool) -> _Told:
    """Read the text of the mail: it differs only when the one document that it names is said to be sent."""
    text = _QUOTED.sub("", message.text[:_TEXT_LENGTH])
    named = _not_cited(text)
    is_answer = _is_reply(message.subject) or (message.first("In-Reply-To") is not None and not _is_forward(message))
    may_differ = alone and not is_answer and len(named) == 1 and named[0].sent
    return _Told(source=TEXT, named=named, may_differ=may_differ)


def _not_cited(text: str) -> tuple[Mention, ...]:
    """Leave out what is only cited: a page whose reader took a cited number must not find it confirmed here."""
    return tuple(mention for mention in mentions(text) if not mention.cited)


def _is_reply(subject: str) -> bool:
    """Say whether the marks of mail programs before a subject say that it answers, forwarded since or not."""
    left = fold(subject[:200])
    while (mark := _FORWARD.match(left)) is not None:
        left = left[mark.end() :]
    return _REPLY.match(left) is not None


def _is_forward(message: Message) -> bool:
    return _FORWARD.match(fold(message.subject[:200])) is not None


def _symbols(document: Document, told: Sequence[_Told]) -> list[Rival[DocumentSymbol]]:
    """The symbol that each source gives this document, unless it names one that this one cites or answers."""
    own = document.symbol.value
    cited = {text.casefold() for text in document.references}
    # People who type a trích yếu into the subject of a mail write its symbols in their own way.
    titled = find_symbols(document.subject.value or "")
    hints = []
    for each in told:
        agreeing = [mention.symbol for mention in each.named if own is not None and agree(mention.symbol, own)]
        others = [
            mention.symbol
            for mention in each.named
            if mention.symbol.text.casefold() not in cited and not any(agree(mention.symbol, one) for one in titled)
        ]
        said = agreeing or (others if each.may_differ else [])
        hints += [Rival(value=symbol, source=each.source) for symbol in said[:1]]
    return hints


def _bound(told: Sequence[_Told], own: DocumentSymbol | None) -> tuple[list[Rival[date]], list[Rival[str]]]:
    """Return the dates and issuers that stand beside the document's own symbol."""
    mine = [
        (mention, each.source)
        for each in told
        for mention in each.named
        if own is not None and agree(mention.symbol, own)
    ]
    issued = [Rival(value=mention.issued, source=source) for mention, source in mine if mention.issued is not None]
    issuers = [Rival(value=mention.issuer, source=source) for mention, source in mine if mention.issuer is not None]
    return issued, issuers


def _weighed(reading: Reading[DocumentSymbol], hints: list[Rival[DocumentSymbol]]) -> Reading[DocumentSymbol]:
    own = reading.value
    from_page = tuple(rival for rival in reading.rivals if not rival.source.endswith("file name"))
    if own is None or own.number is None:
        return replace(reading, rivals=_distinct((*from_page, *hints)))
    differing = tuple(hint for hint in hints if not agree(hint.value, own))
    if differing and not reading.source.endswith("edXML"):
        confidence = min(reading.confidence, _DOUBTED)
    elif hints and not differing and not from_page:
        confidence = _surer(reading.confidence)
    else:
        confidence = reading.confidence
    return replace(reading, confidence=round(confidence, 2), rivals=_distinct((*from_page, *differing)))


def _surer(confidence: float) -> float:
    """Two sources that do not know of each other seldom make the same mistake."""
    return max(confidence, min(_SURE, 1 - (1 - confidence) * 0.3))


def _weighed_date(reading: Reading[date], hints: Sequence[Rival[date]], loose: set[date]) -> Reading[date]:
    differing = tuple(hint for hint in hints if hint.value != reading.value)
    agrees = reading.value is not None and (len(hints) > len(differing) or reading.value in loose)
    return _with(reading, differing, agrees=agrees)


def _weighed_issuer(document: Document, hints: Sequence[Rival[str]]) -> Reading[str]:
    reading = document.issuer
    if reading.value is None:
        return _with(reading, tuple(hints), agrees=False)
    superior = name_key(document.superior.value or "")
    own = name_key(reading.value)
    verdicts = [_names_same(name_key(hint.value), own, superior) for hint in hints]
    differing = tuple(hint for hint, same in zip(hints, verdicts, strict=True) if same is False)
    return _with(reading, differing, agrees=True in verdicts)


def _names_same(hint: str, own: str, superior: str) -> bool | None:
    """Say whether a name means the issuer; None where it may, being shorter, or names its superior."""
    if hint == own:
        return True
    if own.startswith(f"{hint} "):
        return None
    if hint.startswith(f"{own} "):
        rest = hint[len(own) + 1 :]
        # "Sở Nội vụ" under "UBND tỉnh Bắc Kạn" is called "Sở Nội vụ tỉnh Bắc Kạn" everywhere else.
        if superior and f" {superior} ".endswith(f" {rest} "):
            return True
        return None if rest.startswith(_LEVELS) or superior.startswith(rest) else False
    return None if superior and (hint == superior or superior.startswith(f"{hint} ")) else False


def _weighed_subject(reading: Reading[str], subject: str) -> Reading[str]:
    """Take a subject of a mail that ends with the whole trích yếu, marks and all, as its confirmation."""
    if reading.value is None:
        return reading
    own, told = _words(reading.value), _words(subject[:_SUBJECT_LENGTH])
    return _with(reading, (), agrees=len(own) >= _LEAST_WORDS and told[-len(own) :] == own)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold_tones(text).casefold())


def _with(reading: Reading[T], differing: tuple[Rival[T], ...], *, agrees: bool) -> Reading[T]:
    """Add rivals; a value without any rival is surer when something else says the same."""
    if agrees and not differing and not reading.rivals:
        return replace(reading, confidence=round(_surer(reading.confidence), 2))
    known = {(rival.value, rival.source) for rival in reading.rivals}
    more = tuple(rival for rival in dict.fromkeys(differing) if (rival.value, rival.source) not in known)
    return replace(reading, rivals=(*reading.rivals, *more)) if more else reading


def _distinct(rivals: Iterable[Rival[DocumentSymbol]]) -> tuple[Rival[DocumentSymbol], ...]:
    return tuple({(rival.value.text, rival.source): rival for rival in rivals}.values())
