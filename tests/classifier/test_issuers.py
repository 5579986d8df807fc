from __future__ import annotations

import pytest

from mailbridge.classifier.issuers import body_with_stroke, is_party_body, is_state_body, looks_like_issuer


@pytest.mark.parametrize("abbr", ["VPCP", "BNV", "UBND", "HĐND", "CTUBND", "SGDĐT", "STTTT", "UBTVQH15", "TT.HĐND"])
def test_bodies_of_the_state(abbr: str) -> None:
    assert is_state_body(abbr)
    assert not is_party_body(abbr)


@pytest.mark.parametrize("abbr", ["TW", "TU", "VPTW", "BTCTW", "UBKTTU", "ĐU", "TWĐTN", "BTGTU"])
def test_bodies_of_the_party(abbr: str) -> None:
    assert is_party_body(abbr)
    assert not is_state_body(abbr)


@pytest.mark.parametrize("abbr", ["TTHT", "CĐKT", "KGVX", "VX", "NVTW1"])
def test_units_do_not_look_like_issuers(abbr: str) -> None:
    assert not looks_like_issuer(abbr)


@pytest.mark.parametrize(
    ("abbr", "body"),
    [("BGDDT", "BGDĐT"), ("SGDDT", "SGDĐT"), ("HDND", "HĐND"), ("LDTBXH", "LĐTBXH"), ("UBND", None), ("DU", None)],
)
def test_body_whose_stroke_was_lost_is_known_where_only_one_can_be_meant(abbr: str, body: str | None) -> None:
    assert body_with_stroke(abbr) == body
