"""format=flowed, RFC 3676."""

from __future__ import annotations

from mailbridge.mail.flowed import unflowed


def test_soft_lines_are_joined_and_hard_ones_stay() -> None:
    assert unflowed("Kính gửi \nSở Nội vụ\n\nTrân trọng.") == "Kính gửi Sở Nội vụ\n\nTrân trọng."


def test_delsp_joins_words() -> None:
    assert unflowed("Chuyển \nđổi", joins_words=True) == "Chuyểnđổi"


def test_quotes_of_another_depth_and_signatures_are_not_joined() -> None:
    assert unflowed("> một \n> hai\n>> ba \nbốn") == "> một hai\n>> ba \nbốn"
    assert unflowed("hết \n-- \nVăn thư") == "hết \n-- \nVăn thư"


def test_stuffing_is_taken_out() -> None:
    assert unflowed(" From here\n >x") == "From here\n>x"


def test_a_last_soft_line_is_kept() -> None:
    assert unflowed("a \nb ") == "a b "
