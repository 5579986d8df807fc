"""
The same document in two formats: a scan or a signed PDF, and the text that somebody sent along with it.

The main file is the one that binds, so that its own readings stand; what the other one says makes a doubtful reading
surer, or is shown beside it. It never fills a gap: nothing proves that the text is what was signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from mailbridge.classifier.folding import fold
from mailbridge.classifier.hints import agree
from mailbridge.classifier.kinds import Document, Reading, Rival

T = TypeVar("T")

_SURE = 0.96
"""Two files that say the same were seldom misread in the same way; a little under what a text layer alone may claim."""
_SURE_ENOUGH = 0.9
_LEAST_SUBJECT = 10
"""Letters of a trích yếu that two documents do not share by chance."""


def is_same_without_number(one: Document, other: Document) -> bool:
    """Say whether two files are one document although the number is blank in one: same issuer, same trích yếu."""
    numbers = [each.symbol.value.number for each in (one, other) if each.symbol.value is not None]
    if len([number for number in numbers if number]) != 1 or one.draft or other.draft:
        return False
    subjects = {_letters(each.subject.value) for each in (one, other)}
    issuers = {_letters(each.issuer.value) for each in (one, other)}
    same = len(subjects) == 1 and len(issuers) == 1 and "" not in issuers
    return same and len(subjects.pop()) >= _LEAST_SUBJECT


def _letters(text: str | None) -> str:
    return "".join(char for char in fold(text or "") if char.isalnum())


def beside_twin(document: Document, twin: Document) -> Document:
    """Compare the readings of the main file with those of another format of it."""
    return replace(
        document,
        type=_beside(document.type, twin.type, _same_text),
        symbol=_beside(document.symbol, twin.symbol, agree),
        issued_date=_beside(document.issued_date, twin.issued_date, _equal),
        issuer=_beside(document.issuer, twin.issuer, _same_text),
        subject=_beside(document.subject, twin.subject, _same_text),
    )


def _beside(own: Reading[T], other: Reading[T], same: Callable[[T, T], bool]) -> Reading[T]:
    if other.value is None:
        return own
    if own.value is None or not same(own.value, other.value):
        return replace(own, rivals=(*own.rivals, Rival(value=other.value, source=other.source)))
    if own.rivals or other.confidence < _SURE_ENOUGH:
        return own
    return replace(own, confidence=max(own.confidence, min(_SURE, other.confidence)))


def _same_text(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _equal(one: object, other: object) -> bool:
    return one == other
