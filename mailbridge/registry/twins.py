"""Two entries that may be of one document (NĐ 30/2020/NĐ-CP, Phụ lục VI phần I mục III.1.h)."""

from __future__ import annotations

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.registry.entry import EntryStatus, RegisterEntry


def is_twin(line: RegisterEntry, other: RegisterEntry) -> bool:
    """
    Say whether number, symbol and issuer coincide, and the year of the documents, as numbers begin anew each year.

    What is not known on either side is taken to coincide: a warning too many is better than a document entered twice.
    A voided entry stands for no document, and for a merged one another entry does.
    """
    if {line.status, other.status} & _GONE or line.draft.symbol != other.draft.symbol:
        return False
    ours, theirs = line.draft.issuer, other.draft.issuer
    if ours and theirs and fold(fold_tones(ours)) != fold(fold_tones(theirs)):
        return False
    issued, before = line.draft.issued_date, other.draft.issued_date
    return issued is None or before is None or issued.year == before.year


_GONE = frozenset({EntryStatus.VOIDED, EntryStatus.MERGED})
