"""How commands are told to people: what was understood, what can be answered, and the help (R5)."""

from __future__ import annotations

from typing import assert_never

from mailbridge.commands.command import (
    Assign,
    BatchConfirm,
    Command,
    Confirm,
    Correct,
    Dismiss,
    Find,
    Help,
    Merge,
    Return,
    Undo,
    Void,
)
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.typeset import day, one_line
from mailbridge.letters.view import Row
from mailbridge.registry.corrections_fields import FIELDS

_TITLES = {each.name: each for each in FIELDS}


def told(command: Command, language: str) -> str:
    """Say what a command asks for, in a short phrase."""
    vi = language == "vi"
    match command:
        case Confirm():
            return "Duyệt, vào sổ" if vi else "Confirm and enter"
        case Correct(values=values):
            listed = "; ".join(f"{_TITLES[name].title(language)}: {one_line(text)}" for name, text in values)
            return f"Sửa: {listed}" if vi else f"Correct: {listed}"
        case Assign():
            return _assigned(command, language)
        case Dismiss(why=why):
            return ("Không phải văn bản" if vi else "Not a document") + _because(why)
        case Return(why=why):
            return ("Trả lại nơi gửi" if vi else "Return to the sender") + _because(why)
        case Void(why=why):
            return ("Hủy số đến" if vi else "Void the entry") + _because(why)
        case Merge(into=into):
            return f"Trùng với số đến {into}" if vi else f"Duplicate of number {into}"
        case Undo():
            return "Hoàn tác" if vi else "Undo"
        case Find(text=text):
            return f"Tìm: {one_line(text)}" if vi else f"Find: {one_line(text)}"
        case Help():
            return "Trợ giúp" if vi else "Help"
        case BatchConfirm():
            return _batch(command, language)
        case _:
            assert_never(command)


def _because(why: str | None) -> str:
    return f": {one_line(why)}" if why else ""


def _assigned(command: Assign, language: str) -> str:
    vi = language == "vi"
    said = (
        ("Chủ trì" if vi else "Lead", command.lead),
        ("Phối hợp" if vi else "With", ", ".join(command.cooperating)),
        ("Hạn xử lý" if vi else "Due", day(command.due) if command.due else None),
        ("Ý kiến" if vi else "Direction", command.direction),
    )
    listed = "; ".join(f"{label}: {one_line(text)}" for label, text in said if text)
    return f"Chuyển xử lý. {listed}" if vi else f"Assign. {listed}"


def _batch(command: BatchConfirm, language: str) -> str:
    vi = language == "vi"
    numbers = ", ".join(map(str, command.numbers))
    if not command.all_lines:
        return f"Duyệt các mục {numbers}" if vi else f"Confirm lines {numbers}"
    but = ", ".join(map(str, command.but))
    if not but:
        return "Duyệt tất cả" if vi else "Confirm all"
    return f"Duyệt tất cả, trừ {but}" if vi else f"Confirm all but {but}"


HELP = (
    (Sentence(vi="Đúng, cho vào sổ", en="All right, enter it"), Sentence(vi="duyệt", en="approve")),
    (
        Sentence(vi="Sửa thông tin", en="Correct fields"),
        Sentence(
            vi="số 123/QĐ-UBND; ngày: 5/8/2026; trích yếu: Về việc …",
            en="symbol 123/QĐ-UBND; date: 5/8/2026; subject: …",
        ),
    ),
    (
        Sentence(vi="Chuyển xử lý", en="Assign"),
        Sentence(vi="giao P.TCHC chủ trì, phối hợp VP, hạn 15/8", en="assign to P.TCHC, with VP, due 15/8"),
    ),
    (Sentence(vi="Ý kiến chỉ đạo", en="Direct"), Sentence(vi="ý kiến: nghiên cứu, tham mưu", en="direction: …")),
    (Sentence(vi="Thư thường", en="No document"), Sentence(vi="không phải văn bản", en="not a document")),
    (
        Sentence(vi="Trả lại nơi gửi", en="Return"),
        Sentence(vi="trả lại: gửi sai nơi nhận", en="return: wrong addressee"),
    ),
    (Sentence(vi="Trùng văn bản", en="Duplicate"), Sentence(vi="trùng với số 0123", en="duplicate of 0123")),
    (Sentence(vi="Hủy số đến", en="Void"), Sentence(vi="hủy: nhập nhầm", en="void: entered by mistake")),
    (Sentence(vi="Trả về như cũ", en="Undo"), Sentence(vi="HOÀN TÁC", en="undo")),
    (
        Sentence(vi="Thư tổng hợp", en="A digest"),
        Sentence(vi="duyệt hết trừ 3, 5  hoặc  duyệt 1, 2, 4-7", en="approve all except 3, 5  or  approve 1, 2, 4-7"),
    ),
    (Sentence(vi="Tra sổ", en="Ask the book"), Sentence(vi="tìm 123/QĐ-UBND", en="find 123/QĐ-UBND")),
)
"""What can be answered, with an example each."""


def help_rows(language: str) -> tuple[Row, ...]:
    """Return the help, a row a command."""
    return tuple(Row(label=label.said(language), text=text.said(language)) for label, text in HELP)
