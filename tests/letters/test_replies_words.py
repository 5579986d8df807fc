"""Commands told to people, and the help, which has to be what is understood."""

from __future__ import annotations

from datetime import date

import pytest

from mailbridge.commands.command import Assign, BatchConfirm, Correct, Void
from mailbridge.commands.reading import read_commands
from mailbridge.letters.replies_answers import OF_DONE, OF_ENTERED, OF_WAITING
from mailbridge.letters.replies_words import HELP, told

TODAY = date(2026, 8, 6)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_help_shows_is_understood(language: str) -> None:
    for _, example in HELP:
        for text in example.said(language).replace("  hoặc  ", "|").replace("  or  ", "|").split("|"):
            assert read_commands(text.replace("15/8", "15/8/2026"), TODAY).unclear is None, text


def test_what_links_write_is_understood_once_it_is_filled_in() -> None:
    ends = {"số: ": "15/SNV-VP", "trả lại: ": "gửi nhầm cơ quan", "trùng với số ": "12", "hủy: ": "nhập nhầm"}
    ends |= {
        "duyệt hết trừ ": "3",
        "symbol: ": "15/SNV-VP",
        "return: ": "sent to the wrong agency",
        "void: ": "by mistake",
    }
    ends |= {"duplicate of ": "12", "approve all except ": "3"}
    for _, words in {*OF_WAITING, *OF_ENTERED, *OF_DONE}:
        for text in (words.vi, words.en):
            if "…" not in text:
                assert read_commands(text + ends.get(text, ""), TODAY).unclear is None, text


def test_commands_are_told_in_words() -> None:
    assert told(Correct(values=(("symbol", "15/SNV-VP"),)), "vi") == "Sửa: Số, ký hiệu: 15/SNV-VP"
    assert told(Assign(lead="VP", due=TODAY), "vi") == "Chuyển xử lý. Chủ trì: VP; Hạn xử lý: 06/08/2026"
    assert told(BatchConfirm(all_lines=True, but=(3, 5)), "vi") == "Duyệt tất cả, trừ 3, 5"
    assert told(Void(why="nhập nhầm"), "en") == "Void the entry: nhập nhầm"
