"""How a document stands to an entry with the same number and symbol (domain: register §8, FEATURES F3, F5)."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from mailbridge.classifier.kinds import Document
from mailbridge.decision.conditions import word_key
from mailbridge.registry.entry import EntryStatus, RegisterEntry


class Twin(Enum):
    """What an entry with the same number and symbol is to a document."""

    STRANGER = "stranger"  # of another body or another year: both are genuine
    SAME_SYMBOL = "same-symbol"  # number, symbol and issuer coincide as far as they are known
    OTHER_CONTENT = "other-content"  # the day, too; but what it says is not proven to be the same
    SAME_CONTENT = "same-content"  # … and it says the same, in another file


def twin(document: Document, entry: RegisterEntry, same_text: Collection[str]) -> Twin:
    """
    Compare a document with an entry that has its number and symbol.

    Args:
        same_text: Ids of the entries whose main file says what that of the document says.
    """
    issuer, other = document.issuer.value, entry.draft.issuer
    if entry.status is EntryStatus.MERGED or (issuer and other and word_key(issuer) != word_key(other)):
        return Twin.STRANGER
    issued, before = document.issued_date.value, entry.draft.issued_date
    if issued is not None and before is not None and issued.year != before.year:
        return Twin.STRANGER
    if entry.id in same_text:
        return Twin.SAME_CONTENT
    # A document on paper has no file that could differ, and what was voided stands for nothing.
    comparable = bool(entry.draft.document_sha256) and entry.status is not EntryStatus.VOIDED
    certain = bool(issuer and other) and issued is not None and issued == before
    return Twin.OTHER_CONTENT if comparable and certain else Twin.SAME_SYMBOL
