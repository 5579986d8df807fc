from __future__ import annotations

import unicodedata

import pytest

from tests.corpus.comparing import Match, compare


@pytest.mark.parametrize(
    ("field", "wanted", "read"),
    [
        ("symbol", "07/KH-UBND", "07/KH-UBND"),
        ("symbol", "2865/GDĐT –KT&KĐCL", "2865/GDĐT-KT&KĐCL"),
        ("symbol", "5024 TCHQ/GSQL", "5024/TCHQ/GSQL"),
        ("symbol", "39/2011/QÐ-UBND", "39/2011/QĐ-UBND"),
        ("issuer", "UỶ BAN NHÂN DÂN TỈNH THANH HOÁ", "Ủy ban nhân dân tỉnh Thanh Hóa"),
        ("issuer", "BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Bộ Lao động – Thương binh và Xã hội"),
        ("subject", "Treo cờ tổ quốc “Mekong”.", 'Treo cờ  tổ quốc "Mekong"'),
        ("subject", "thực hiện", unicodedata.normalize("NFD", "Thực hiện")),
        ("urgency", "", ""),
    ],
)
def test_what_does_not_count_is_folded(field: str, wanted: str, read: str) -> None:
    assert compare(field, wanted, read) is Match.RIGHT


@pytest.mark.parametrize(
    ("field", "wanted", "read"),
    [
        ("symbol", "07/KH-UBND", "7/KH-UBND"),
        ("symbol", "07/KH-UBND", "07/KH-UBNDX"),
        ("symbol", "", "123/UBND-VX"),
        ("issuer", "BỘ XÂY DỰNG", "Bộ Xây dựng nam"),
        ("subject", "BAN HÀNH KẾ HOẠCH", "Banhành kế hoạch"),
        ("issued_date", "2020-01-13", "2020-01-31"),
    ],
)
def test_what_counts_is_wrong(field: str, wanted: str, read: str) -> None:
    assert compare(field, wanted, read) is Match.WRONG


def test_what_was_printed_and_not_read_is_absent() -> None:
    assert compare("symbol", "07/KH-UBND", "") is Match.ABSENT
