"""
Shadow mode: everything is decided, nothing is entered, nothing leaves.

What is said of such a mail is said in the conditional: a book without the entry must not look as if it had it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from mailbridge.decision.findings import Action, Judgement, Reason
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.summary import LONGEST, sentence
from mailbridge.letters.typeset import day, one_line
from mailbridge.letters.wording import Words, document_name, small

AGAIN = "shadow:same-mail"
"""The rule named in the case of a mail that shadow mode would have entered before."""

_AGAIN = Sentence(
    vi="Thư này đã đến trước đó trong thời gian chạy thử; văn bản lẽ ra đã có trong sổ, không cấp số mới.",
    en="This mail came before in shadow mode; its document would be in the book by now, and get no new number.",
)
_SHADOW = Words(vi="Chạy thử, lẽ ra", en="Shadow mode, would be")
_INTO = Words(vi="vào sổ", en="entered in book")
_BY = Words(vi="của", en="of")


class Shadows(Protocol):
    """What the ledger remembers of shadow mode."""

    def would_be_entered(self, agency: str, mail_sha256: str, message_id: str | None) -> bool:
        """Say whether shadow mode met this mail before, and would have entered it then; raises `Unavailable`."""
        ...


def as_second(judgement: Judgement, language: str) -> Judgement:
    """Return the judgement of a mail whose document would be in the book by now: what was to be entered is a copy."""
    decision = judgement.decision
    if decision.action is not Action.REGISTER:
        return judgement
    reasons = (Reason(rule=AGAIN, text=_AGAIN.said(language)), *decision.reasons)
    return replace(
        judgement, decision=replace(decision, action=Action.DUPLICATE, book=None, confidence=1.0, reasons=reasons)
    )


def sentence_in_shadow(judgement: Judgement, language: str) -> str:
    """Say in one sentence what would have become of a mail that is kept, and why."""
    if judgement.decision.action is Action.REGISTER:
        told = f"{_INTO[language]} {judgement.decision.book}: {_documents(judgement, language)}; {_why(judgement)}"
    else:
        told = small(sentence(judgement, (), language))
    return one_line(f"{_SHADOW[language]}: {told}", LONGEST).rstrip(" .:;") + "."


def _documents(judgement: Judgement, language: str) -> str:
    names = []
    for document in judgement.classification.documents:
        name = document_name(
            document.type.value,
            document.symbol.value.text if document.symbol.value else None,
            day(document.issued_date.value) if document.issued_date.value else None,
            language,
        )
        issuer = document.issuer.value
        names.append(f"{name} {_BY[language]} {issuer}" if issuer else name)
    return "; ".join(names)


def _why(judgement: Judgement) -> str:
    return small(judgement.decision.reasons[0].text.strip().rstrip("."))
