"""What a clerk should look at: fields that were not read, not sure, or read differently elsewhere (D7, D8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from mailbridge.classifier.kinds import Document, Reading, Signer
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.letters.typeset import day, decimal, one_line
from mailbridge.letters.view import Row
from mailbridge.letters.wording import LABELS, Words
from mailbridge.mail.message import Message

SURE = 0.95
"""Fields read with at least this confidence are right at least 95 times in 100 (feature D8): not named as a doubt."""

_LOOKED_FOR = ("issuer", "symbol", "issued_date", "type", "subject", "signer", "addressees", "urgency", "due_date")
_NEEDED = frozenset({"issuer", "symbol", "issued_date", "type", "subject"})
"""Fields 3 to 8 of Phụ lục VI: without one of them a row is not complete, so its absence is said in any case."""

_SELDOM = frozenset({"addressees", "urgency", "due_date"})
"""Many documents have none, so that nothing read is no doubt."""

_ABSENT = Words(vi="chưa đọc được", en="not read")
_UNSURE = Words(vi="đọc chưa chắc chắn", en="not read with certainty")
_RIVALS = Words(vi="nơi khác ghi", en="elsewhere it says")
_DRAFT_LABEL = Words(vi="Bản dự thảo", en="Draft")
_DRAFT = Words(vi="văn bản có dấu hiệu là dự thảo", en="the document looks like a draft")

# How `Reading.source` is built by the classifier; what is not listed stays as it is.
_PLACES = (
    (re.compile(r"\bpage (\d+)"), r"trang \1"),
    (re.compile(r"\bbox (\w+)"), r"ô số \1"),
    (re.compile(r"\btext layer\b"), "lớp chữ"),
    (re.compile(r"\bflow text\b"), "chữ trong tệp"),
    (re.compile(r"\bocr\b", re.IGNORECASE), "nhận dạng chữ"),
    (re.compile(r"\bmail text\b"), "nội dung thư"),
    (re.compile(r"\bsubject\b"), "tiêu đề thư"),
    (re.compile(r"\bfile name\b"), "tên tệp"),
)
_PART = re.compile(r"\bpart (\d+(?:\.\d+)*)\b")


def doubts_of(document: Document, message: Message, language: str) -> tuple[Row, ...]:
    """List the doubts about a document, a row each: the field, and what is doubtful about it and why."""
    return tuple(_doubts(document, message, language))


def _doubts(document: Document, message: Message, language: str) -> Iterator[Row]:
    if document.draft:
        yield Row(label=_DRAFT_LABEL[language], text=_DRAFT[language])
    for name in _LOOKED_FOR:
        reading: Reading[object] = getattr(document, name)
        said = _doubt(reading, name, message, language)
        if said:
            yield Row(label=LABELS[name][language], text=said)
    symbol = document.symbol.value
    if symbol and symbol.slip:
        yield Row(label=LABELS["symbol"][language], text=one_line(f"“{symbol.raw}”: {symbol.slip}"))


def _doubt(reading: Reading[object], name: str, message: Message, language: str) -> str:
    rivals = "; ".join(
        f"“{_shown(rival.value)}” ({placed(rival.source, message, language)})" for rival in reading.rivals[:3]
    )
    if reading.value is None:
        if not rivals and (name in _SELDOM or not (reading.reason or name in _NEEDED)):
            return ""
        said = f"{_ABSENT[language]}: {reading.reason}" if reading.reason else _ABSENT[language]
    elif reading.confidence < SURE:
        place = f"; {placed(reading.source, message, language)}" if reading.source else ""
        said = f"“{_shown(reading.value)}” {_UNSURE[language]} ({decimal(reading.confidence)}{place})"
        said = f"{said}: {reading.reason}" if reading.reason else said
    elif rivals:
        said = f"“{_shown(reading.value)}” ({placed(reading.source, message, language)})"
    else:
        return ""
    return one_line("; ".join(filter(None, (said, f"{_RIVALS[language]} {rivals}" if rivals else ""))))


def _shown(value: object) -> str:
    match value:
        case DocumentSymbol():
            return value.text
        case date():
            return day(value)
        case Signer():
            return ", ".join(filter(None, (value.name, value.position)))
        case tuple():
            return "; ".join(str(each) for each in value)
        case _:
            return str(value)


def placed(source: str, message: Message, language: str) -> str:
    """Say where a value was read in the words of a clerk: the name of the file instead of the index of the part."""
    names = {part.index: part.name for part in message.parts}
    told = source
    if language != "en":
        for pattern, words in _PLACES:
            told = pattern.sub(words, told)
    return one_line(_PART.sub(lambda found: names.get(found[1]) or found[0], told), 200)
