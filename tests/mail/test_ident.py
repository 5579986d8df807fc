"""UUID version 7."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.ident import moment_of, uuid7

moments = st.integers(min_value=0, max_value=(1 << 48) - 1)


def test_the_example_of_the_rfc() -> None:
    """RFC 9562, appendix A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F."""
    chance = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(0x017F22E279B0, chance) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(moments, st.binary(min_size=10, max_size=10))
def test_version_and_variant(milliseconds: int, random: bytes) -> None:
    made = UUID(uuid7(milliseconds, random))
    assert made.version == 7
    assert made.int >> 80 == milliseconds


@given(moments, moments)
def test_texts_sort_by_time(one: int, two: int) -> None:
    if one != two:
        assert (uuid7(one, b"\xff" * 10) < uuid7(two, b"\x00" * 10)) == (one < two)


def test_ten_octets() -> None:
    with pytest.raises(ValueError, match="ten"):
        uuid7(0, b"123")


def test_the_moment_is_read_back() -> None:
    at = datetime(2026, 12, 31, 17, 0, 0, 123000, tzinfo=UTC)
    assert moment_of(uuid7(int(at.timestamp() * 1000), bytes(10))) == at


@pytest.mark.parametrize("text", ["", "mail-1", "6fa459ea-ee8a-4ca4-894e-db77e160355e"])
def test_other_texts_have_no_moment(text: str) -> None:
    assert moment_of(text) is None
