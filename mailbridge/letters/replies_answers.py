"""
The possible answers below a notice: links that open a reply already written, and change nothing by themselves (H6).

A link is "mailto:" (RFC 6068): whoever fetches it, a person or a scanner, gets a letter to look at. The tag of the
notice stands in its subject, for a letter that a link opens names no In-Reply-To.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from mailbridge.decision.findings import Action
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.replies_seal import tag_of, without_tags
from mailbridge.letters.typeset import one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerView:
    """One possible answer: what it does, the words to write, and the link that writes them."""

    label: str
    words: str
    link: str


_CONFIRM = (Sentence(vi="Duyệt, vào sổ", en="Confirm"), Sentence(vi="duyệt", en="approve"))
_CORRECT = (Sentence(vi="Sửa số, ký hiệu", en="Correct the symbol"), Sentence(vi="số: ", en="symbol: "))
_ASSIGN = (
    Sentence(vi="Chuyển xử lý", en="Assign"),
    Sentence(vi="giao … chủ trì, phối hợp …, hạn …", en="assign to …, with …, due …"),
)
_DISMISS = (
    Sentence(vi="Không phải văn bản", en="Not a document"),
    Sentence(vi="không phải văn bản", en="not a document"),
)
_RETURN = (Sentence(vi="Trả lại nơi gửi", en="Return"), Sentence(vi="trả lại: ", en="return: "))
_MERGE = (Sentence(vi="Trùng văn bản", en="Duplicate"), Sentence(vi="trùng với số ", en="duplicate of "))
_VOID = (Sentence(vi="Hủy số đến", en="Void"), Sentence(vi="hủy: ", en="void: "))
_UNDO = (Sentence(vi="Hoàn tác", en="Undo"), Sentence(vi="HOÀN TÁC", en="undo"))
_HELP = (Sentence(vi="Trợ giúp", en="Help"), Sentence(vi="?", en="?"))

_Choice = tuple[Sentence, Sentence]

OF_WAITING: tuple[_Choice, ...] = (_CONFIRM, _CORRECT, _DISMISS, _RETURN, _MERGE, _HELP)
OF_ENTERED: tuple[_Choice, ...] = (_CORRECT, _ASSIGN, _VOID, _MERGE, _HELP)
OF_DONE: tuple[_Choice, ...] = (_UNDO, _HELP)
OF_UNCLEAR: tuple[_Choice, ...] = (_HELP,)


def choices_of(action: Action) -> tuple[_Choice, ...]:
    """Choose what a notice of this decision can be answered with; () for what nobody works on."""
    match action:
        case Action.HOLD | Action.RETURN:
            return OF_WAITING
        case Action.REGISTER:
            return OF_ENTERED
        case Action.DUPLICATE | Action.PASS | Action.STOP:
            return ()


def answer_views(
    choices: Sequence[_Choice], *, address: str, subject: str, key: str, language: str
) -> tuple[AnswerView, ...]:
    """
    Write the possible answers to a letter.

    Args:
        address: Where the answer goes: the published address of the agency.
        subject: Of the letter that is answered, with or without its tag.
        key: Of that letter, sealed.
    """
    about = f"Re: {one_line(without_tags(subject), 120)} {tag_of(key)}"
    return tuple(
        AnswerView(
            label=label.said(language),
            words=words.said(language).strip(),
            link=link_to(address, about, words.said(language)),
        )
        for label, words in choices
    )


def link_to(address: str, subject: str, body: str) -> str:
    """Write a mailto link (RFC 6068 §2, §5: UTF-8, percent-encoded)."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
