"""UUIDv7 (RFC 9562 §5.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from mailbridge.registry.identity import uuid7


def test_example_of_the_rfc() -> None:
    """RFC 9562 appendix A.6."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert uuid7(at, bytes.fromhex("7cc398c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize("chance", [b"\x00" * 10, b"\xff" * 10])
def test_version_and_variant_stand_whatever_chance_says(chance: bytes) -> None:
    made = UUID(uuid7(datetime(2026, 11, 20, tzinfo=UTC), chance))
    assert (made.version, made.variant) == (7, RFC_4122)


def test_ids_sort_by_time() -> None:
    at = datetime(2026, 12, 31, 16, 59, 59, 999000, tzinfo=UTC)
    assert uuid7(at, b"\xff" * 10) < uuid7(at + timedelta(milliseconds=1), b"\x00" * 10)


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="ten"):
        uuid7(datetime(2026, 1, 1, tzinfo=UTC), b"\x00" * 9)
