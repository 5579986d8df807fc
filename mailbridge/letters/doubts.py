"""What a clerk should look at: required fields that were not read or not sure, and readings that disagree (D7, D8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from mailbridge.classifier.kinds import Document, Reading, Signer
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.decision.fields import REQUIRED
from mailbridge.letters.reasons import said
from mailbridge.letters.typeset import day, one_line
from mailbridge.letters.view import Row
from mailbridge.letters.wording import LABELS, Words, small
from mailbridge.mail.message import Message

SURE = 0.95
"""Fields read with at least this confidence are right at least 95 times in 100 (feature D8): not named as a doubt."""

_OPTIONAL = ("signer", "addressees", "urgency")
"""A row is complete without them: only readings that contradict each other are a doubt."""

_HARMLESS = "blanks around a separator"
"""A habit of typists; nothing was guessed."""

_ABSENT = Words(vi="chưa đọc được", en="not read")
_SEEN = Words(vi="có ghi", en="there stands")
_UNSURE = Words(vi="đọc chưa chắc chắn", en="not read with certainty")
_CONFIDENCE = Words(vi="độ tin cậy", en="confidence")
_RIVALS = Words(vi="nơi khác ghi", en="elsewhere it says")
_BECAUSE = Words(vi=", do ", en=": ")
_READ_AS = Words(vi="được đọc là", en="was read as")
_FROM_TEXT = Words(vi="đọc từ văn bản", en="read from the document")
_ALSO = Words(vi="văn bản còn nêu ngày", en="it also names")
_DRAFT_LABEL = Words(vi="Bản dự thảo", en="Draft")
_DRAFT = Words(vi="văn bản có dấu hiệu là dự thảo", en="the document looks like a draft")

# How `Reading.source` is built by the classifier; what is not listed stays as it is.
_PLACES = (
    (re.compile(r"^read before the hint: "), "đọc được ban đầu, "),
    (re.compile(r"^hint from (\d+) corrections of this sender; "), r"theo \1 lần Văn thư đã sửa với nơi gửi này; "),
    (
        re.compile(r"^in doubt: corrected in (\d+) of (\d+) documents of this sender; "),
        r"hay phải sửa với nơi gửi này, \1/\2 văn bản; ",
    ),
    (re.compile(r"\bpage (\d+)"), r"trang \1"),
    (re.compile(r"\bbox (\w+)"), r"ô số \1"),
    (re.compile(r"\btext layer\b"), "lớp chữ"),
    (re.compile(r"\bflow text\b"), "chữ trong tệp"),
    (re.compile(r"\bocr\b", re.IGNORECASE), "nhận dạng chữ"),
    (re.compile(r"\bmail text\b"), "nội dung thư"),
    (re.compile(r"\b(?:mail )?subject\b"), "tiêu đề thư"),
    (re.compile(r"\bfile name\b"), "tên tệp"),
    (re.compile(r"\bdirectory\b"), "danh bạ"),
)
_PART = re.compile(r"\bpart (\d+(?:\.\d+)*)\b")


def doubts_of(document: Document, message: Message, language: str) -> tuple[Row, ...]:
    """List the doubts about a document: the field, or all fields that share it, and what is doubtful and why."""
    return tuple(_merged(_doubts(document, message, language)))


def proposed_due(document: Document, language: str) -> str | None:
    """Say a deadline that was read from the text, as a proposal; None when none was read."""
    reading = document.due_date
    if reading.value is None:
        return None
    others = [day(rival.value) for rival in reading.rivals[:3] if rival.value != reading.value]
    more = f"; {_ALSO[language]} {', '.join(dict.fromkeys(others))}" if others else ""
    return f"{day(reading.value)} ({_FROM_TEXT[language]}{more})"


def _doubts(document: Document, message: Message, language: str) -> Iterator[Row]:
    if document.draft:
        yield Row(label=_DRAFT_LABEL[language], text=_DRAFT[language])
    for name in (*REQUIRED, *_OPTIONAL):
        reading: Reading[object] = getattr(document, name)
        told = _doubt(reading, message, language) if name in REQUIRED or reading.rivals else ""
        if told:
            yield Row(label=LABELS[name][language], text=told)
    symbol = document.symbol.value
    if symbol and symbol.slip and symbol.slip != _HARMLESS:
        yield Row(label=LABELS["symbol"][language], text=_mended(symbol, symbol.slip, language))


def _merged(rows: Iterable[Row]) -> Iterator[Row]:
    """Say once what holds for several fields, as of a file that could not be read at all."""
    labels: dict[str, list[str]] = {}
    for row in rows:
        labels.setdefault(row.text, []).append(row.label)
    for text, names in labels.items():
        yield Row(label="; ".join((names[0], *map(small, names[1:]))), text=text)


def _mended(symbol: DocumentSymbol, slip: str, language: str) -> str:
    as_read = f" {_READ_AS[language]} “{symbol.text}”" if symbol.raw != symbol.text else ""
    return one_line(f"“{symbol.raw}”{as_read}{_BECAUSE[language]}{said(slip, language)}")


def _doubt(reading: Reading[object], message: Message, language: str) -> str:
    rivals = "; ".join(
        f"“{_shown(rival.value)}” ({placed(rival.source, message, language)})" for rival in reading.rivals[:3]
    )
    why = f"{_BECAUSE[language]}{said(reading.reason, language)}" if reading.reason else ""
    place = placed(reading.source, message, language) if reading.source else ""
    if reading.value is None:
        told, elsewhere = f"{_ABSENT[language]}{why}", _SEEN
    elif reading.confidence < SURE:
        sure = f"{_CONFIDENCE[language]} {reading.confidence:.0%}"
        facts = "; ".join(filter(None, (sure, place)))
        told, elsewhere = f"“{_shown(reading.value)}” {_UNSURE[language]} ({facts}){why}", _RIVALS
    elif rivals:
        told, elsewhere = f"“{_shown(reading.value)}” ({place})", _RIVALS
    else:
        return ""
    return one_line("; ".join(filter(None, (told, f"{elsewhere[language]} {rivals}" if rivals else ""))))


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
