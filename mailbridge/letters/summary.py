"""One sentence a mail: what it became, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Action, Judgement
from mailbridge.letters.typeset import day, one_line
from mailbridge.letters.wording import Words, badge, document_name, small
from mailbridge.registry.entry import RegisterEntry

LONGEST = 400
"""Characters of the sentence: it stands in a line of `trace` and in the column of a case."""

_SECRET = Words(
    vi="Phát hiện dấu hiệu bí mật nhà nước: đã dừng, không đăng ký, không lưu nội dung",
    en="Signs of a state secret were seen: stopped, not entered, nothing of the content kept",
)
_NUMBER = Words(vi="số đến", en="arrival number")
_BY = Words(vi="của", en="of")


def sentence(judgement: Judgement, entries: Sequence[RegisterEntry], language: str) -> str:
    """
    Say in one sentence what a mail became and why; nothing of a secret or private mail is in it.

    Args:
        entries: What was entered from this mail, () when nothing was.
    """
    action = judgement.decision.action
    label = badge(judgement, entries)[language]
    match action:
        case Action.STOP:
            return f"{_SECRET[language]}."
        case Action.PASS | Action.RETURN:
            told = f"{label}: {_why(judgement)}"
        case Action.DUPLICATE:
            old = judgement.decision.duplicate_of
            number = f" ({_NUMBER[language]} {old.shown_number}/{old.year})" if old else ""
            told = f"{label}{number}: {_why(judgement)}"
        case Action.REGISTER:
            numbers = ", ".join(entry.shown_number for entry in entries)
            number = "" if any(entry.awaits_number for entry in entries) else f", {_NUMBER[language]} {numbers}"
            told = f"{label}{number}: {_entered(entries, language)}; {_why(judgement)}"
        case Action.HOLD:
            read = _read(judgement.classification.documents, language)
            told = f"{label}: {'; '.join(filter(None, (read, _why(judgement))))}"
        case _:
            assert_never(action)
    return one_line(told, LONGEST).rstrip(" .:;") + "."


def _why(judgement: Judgement) -> str:
    """Return the deciding reason, fit for the middle of a sentence."""
    text = judgement.decision.reasons[0].text if judgement.decision.reasons else ""
    return small(text.strip().rstrip("."))


def _entered(entries: Iterable[RegisterEntry], language: str) -> str:
    return "; ".join(
        _with_issuer(
            document_name(
                entry.draft.type,
                entry.draft.symbol,
                day(entry.draft.issued_date) if entry.draft.issued_date else None,
                language,
            ),
            entry.draft.issuer,
            language,
        )
        for entry in entries
    )


def _read(documents: Iterable[Document], language: str) -> str:
    return "; ".join(
        _with_issuer(
            document_name(
                document.type.value,
                document.symbol.value.text if document.symbol.value else None,
                day(document.issued_date.value) if document.issued_date.value else None,
                language,
            ),
            document.issuer.value,
            language,
        )
        for document in documents
    )


def _with_issuer(name: str, issuer: str | None, language: str) -> str:
    return f"{name} {_BY[language]} {issuer}" if issuer else name
