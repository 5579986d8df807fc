"""The fields of a document under the names that rules use, and what a complete line of the book needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from mailbridge.classifier.kinds import Document, Reading
from mailbridge.decision.sentence import Sentence

T = TypeVar("T")

REQUIRED = ("issuer", "symbol", "issued_date", "subject", "type")
"""Fields 3 to 8 of Phụ lục VI: without them a line of the book is not complete (NĐ 30/2020, Điều 22 khoản 1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldState:
    """What was read of one field; `confidence` is 0 when it is absent."""

    present: bool
    confidence: float
    shown: str = ""


def _state(reading: Reading[T], shown: Callable[[T], str] = str) -> FieldState:
    if reading.value is None or not shown(reading.value).strip():
        return FieldState(present=False, confidence=0.0)
    return FieldState(present=True, confidence=reading.confidence, shown=shown(reading.value))


def _number(document: Document) -> FieldState:
    symbol = document.symbol
    if symbol.value is None or not symbol.value.number:
        return FieldState(present=False, confidence=0.0)
    return FieldState(present=True, confidence=symbol.confidence, shown=symbol.value.number)


def _symbol(document: Document) -> FieldState:
    """A symbol whose number the page left blank ("…/QĐ-UBND") is not there: the number makes it one."""
    if not _number(document).present:
        return FieldState(present=False, confidence=0.0)
    return _state(document.symbol, lambda symbol: symbol.text)


_READERS: Mapping[str, Callable[[Document], FieldState]] = MappingProxyType(
    {
        "issuer": lambda document: _state(document.issuer),
        "symbol": _symbol,
        "number": _number,
        "issued_date": lambda document: _state(document.issued_date, lambda day: f"{day:%d/%m/%Y}"),
        "subject": lambda document: _state(document.subject),
        "type": lambda document: _state(document.type),
        "signer": lambda document: _state(document.signer, lambda signer: signer.name or ""),
        "place": lambda document: _state(document.place),
        "superior": lambda document: _state(document.superior),
        "addressees": lambda document: _state(document.addressees, "; ".join),
        "recipients": lambda document: _state(document.recipients, "; ".join),
        "urgency": lambda document: _state(document.urgency),
        "due_date": lambda document: _state(document.due_date, lambda day: f"{day:%d/%m/%Y}"),
    }
)

FIELDS = tuple(_READERS)
"""Every field that a rule may ask about."""

LABELS: Mapping[str, Sentence] = MappingProxyType(
    {
        "issuer": Sentence(vi="cơ quan ban hành", en="issuing body"),
        "symbol": Sentence(vi="số, ký hiệu", en="number and symbol"),
        "issued_date": Sentence(vi="ngày văn bản", en="date of the document"),
        "subject": Sentence(vi="trích yếu", en="subject"),
        "type": Sentence(vi="tên loại", en="type of document"),
    }
)
"""How people name the required fields (ux-vocabulary §3)."""

MISSING: Mapping[str, Sentence] = MappingProxyType(
    {
        "issuer": Sentence(
            vi="Không tìm thấy cơ quan ban hành trong tệp; vui lòng xem trang 1 và nhập cơ quan ban hành.",
            en="The issuing body was not found in the file; please look at page 1 and enter it.",
        ),
        "symbol": Sentence(
            vi="Không tìm thấy số văn bản trong tệp; vui lòng xem trang 1 và nhập số.",
            en="The number of the document was not found in the file; please look at page 1 and enter it.",
        ),
        "issued_date": Sentence(
            vi="Không tìm thấy ngày văn bản trong tệp; vui lòng xem trang 1 và nhập ngày.",
            en="The date of the document was not found in the file; please look at page 1 and enter it.",
        ),
        "subject": Sentence(
            vi="Không tìm thấy trích yếu trong tệp; vui lòng xem trang 1 và nhập trích yếu.",
            en="The subject was not found in the file; please look at page 1 and enter it.",
        ),
        "type": Sentence(
            vi="Không rõ tên loại văn bản; vui lòng xem trang 1 và chọn tên loại.",
            en="The type of the document is not clear; please look at page 1 and choose it.",
        ),
    }
)
"""What is said when a required field is absent."""


def state(document: Document, field: str) -> FieldState:
    """Say what was read of `field`, one of FIELDS."""
    return _READERS[field](document)


def missing(document: Document) -> tuple[str, ...]:
    """Name the required fields that were not found, in the order of REQUIRED."""
    return tuple(field for field in REQUIRED if not state(document, field).present)


def doubtful(document: Document, least: float) -> tuple[str, ...]:
    """Name the required fields that were found with a confidence below `least`."""
    states = ((field, state(document, field)) for field in REQUIRED)
    return tuple(field for field, found in states if found.present and not found.confidence >= least)


def lowest_confidence(document: Document) -> float:
    """Return the lowest confidence among the required fields; 0 when one is absent."""
    return min(state(document, field).confidence for field in REQUIRED)
