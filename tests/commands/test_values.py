"""Symbols as phones write them."""

from __future__ import annotations

import pytest

from mailbridge.commands.values import tidy_symbol


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("123/QĐ-UBND", "123/QĐ-UBND"),
        ("123/qd-ubnd", "123/QĐ-UBND"),
        ("12/nd-cp", "12/NĐ-CP"),
        ("05/2026/QD-TTg", "05/2026/QĐ-TTg"),
        ("3526/vpcp-kgvx", "3526/VPCP-KGVX"),
        ("12/8", None),
        ("123", None),
        ("QĐ-UBND", None),
    ],
)
def test_puts_back_only_what_has_one_reading(written: str, symbol: str | None) -> None:
    assert tidy_symbol(written) == symbol
