"""What a person wrote, in the replies of common mail programs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.commands.own_words import LONGEST, own_words

REPLIES = {
    "gmail-vi": "duyệt\n\nVào Th 5, 13 thg 8, 2026 vào lúc 08:30 SNV <a@b.vn> đã viết:\n\n> Kính gửi\n> hủy: x\n",
    "gmail-vi-long": "duyệt\n\nVào 08:30, Th 5, 13 thg 8, 2026 Sở Nội vụ\n<a@b.vn> đã viết:\n\n> Kính gửi\n",
    "gmail-en": "duyệt\n\nOn Thu, Aug 13, 2026 at 8:30 AM A <a@b.vn>\nwrote:\n\n> Kính gửi\n",
    "gmail-unmarked": "duyệt\n\nOn Thu, Aug 13, 2026 at 8:30 AM A <a@b.vn> wrote:\nKính gửi\nhủy: x",
    "outlook-en": "duyệt\n\n-----Original Message-----\nFrom: a\nSent: b\nTo: c\nSubject: x\n\nhủy: x",
    "outlook-vi": "duyệt\n\nTừ: SNV <a@b.vn>\nĐã gửi: 13/8/2026 08:30\nTới: Lan\nChủ đề: x\n\nhủy: x",
    "outlook-bold": "duyệt\n\n*From:* SNV\n*Sent:* Thursday\n*To:* Lan\n*Subject:* x\n\nhủy: x",
    "outlook-web": "duyệt\n________________________________\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nhủy: x",
    "ios-vi": "duyệt\n\nĐã gửi từ iPhone của tôi\n\n> Vào 08:30 13 thg 8, 2026, SNV <a@b.vn> đã viết:\n> \n> hủy: x",
    "ios-en": "duyệt\n\nSent from my iPhone\n\n> On 13 Aug 2026, at 08:30, SNV <a@b.vn> wrote:\n> \n> hủy: x",
    "android": "duyệt\n\nGửi từ điện thoại Samsung Galaxy của tôi\n\n---- Thư gốc ----\nTừ: a\nNgày: b\nTới: c\n",
    "zimbra-vi": 'duyệt\n\n----- Thư gốc -----\nTừ: "SNV" <a@b.vn>\nTới: Lan\nĐã gửi: x\nChủ đề: x\n\nhủy: x',
    "zimbra-en": "duyệt\n\n----- Original Message -----\nFrom: a\nTo: b\nSent: c\nSubject: d\n\nhủy: x",
    "roundcube": "Vào 13-08-2026 08:30, Sở Nội vụ đã viết:\n> Kính gửi\n> hủy: x\n\nduyệt",
    "roundcube-en": "On 2026-08-13 08:30, Sở Nội vụ wrote:\n> Kính gửi\n> hủy: x\n\nduyệt\n",
    "thunderbird-vi": "Lúc 08:30 ngày 13/8/2026, Sở Nội vụ đã viết:\n> Kính gửi\n> hủy: x\n\nduyệt\n-- \nLan",
    "yahoo": "duyệt\n\nSent from Yahoo Mail on Android\n\nOn Thu, 13 Aug 2026 at 8:30, SNV<a@b.vn> wrote:\nhủy: x",
    "inline": "> Kính gửi\n> Văn bản đã đến.\nduyệt\n> Trân trọng",
    "external-mark": "duyệt\n\n-- \nLan\nhủy: x",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in REPLIES.items()])
def test_finds_the_one_word_in_a_reply(text: str) -> None:
    assert own_words(text) == ("duyệt",)


def test_words_between_quoted_lines_all_count() -> None:
    assert own_words("> Số: 12\nsố 15/SNV-VP\n> Ngày: x\nngày 5/8\n> hết") == ("số 15/SNV-VP", "ngày 5/8")


def test_words_below_a_signature_and_a_marked_quotation_count() -> None:
    text = "duyệt\n-- \nLan\n\nOn 2026-08-13 08:30, Sở Nội vụ wrote:\n> Kính gửi\n\nmà khoan đã"
    assert own_words(text) == ("duyệt", "mà khoan đã")


def test_a_mark_inside_what_a_program_quoted_without_marks_ends_no_quotation() -> None:
    """The sender of a document chooses words of the notice, a line with ">" among them."""
    quoted = "From: SNV <a@b.vn>\nSent: 13/8/2026\nTo: Lan\nSubject: x\n\nTrích yếu:\n> x\nhủy: nhập nhầm\n"
    assert own_words(f"duyệt\n\n{quoted}") == ("duyệt",)


def test_last_words_behind_what_is_looked_at_are_not_left_out_unseen() -> None:
    filling = "> trích\n" * (LONGEST // 8)
    assert own_words(f"duyệt\n{filling}à khoan, đừng duyệt\n") == ("duyệt", "[…]")
    assert own_words("duyệt\n\nOn 13/8/2026 08:30, SNV wrote:\nx\n" + "x" * LONGEST) == ("duyệt",)


@pytest.mark.parametrize("line", ["PS: chưa duyệt vội", "à khoan", "Nhưng chờ anh Nam đã", "Tái bút: sửa số"])
def test_an_afterthought_below_a_signature_counts(line: str) -> None:
    assert own_words(f"duyệt\nTrân trọng,\nLan\n{line}") == ("duyệt", line)
    assert own_words("duyệt\nTrân trọng,\nLan\nPhòng Hành chính, số 5 Trường Chinh") == ("duyệt",)


def test_a_closing_word_alone_is_no_signature() -> None:
    assert own_words("Trân trọng\nduyệt") == ("Trân trọng", "duyệt")


@pytest.mark.parametrize("line", ["Từ: anh Nam", "Ngày: 5/8/2026", "Số: 15/SNV-VP", "vào sổ", "on time"])
def test_lines_that_only_look_like_a_quotation_stay(line: str) -> None:
    assert own_words(f"{line}\nduyệt") == (line, "duyệt")


def test_hidden_characters_and_blanks_are_folded() -> None:
    assert own_words("\ufeffdu\u200byệt\xa0 nhé\r\n") == ("duyệt nhé",)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.text(max_size=20))
def test_never_raises_and_gives_clean_lines(text: str, author: str) -> None:
    assert all(line and "\n" not in line and line == " ".join(line.split()) for line in own_words(text, author=author))
