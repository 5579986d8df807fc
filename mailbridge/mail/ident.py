"""The identifier of a mail: UUID version 7, which sorts by the time it was made (RFC 9562 §5.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID


def uuid7(milliseconds: int, random: bytes) -> str:
    """
    Build a UUIDv7 from a moment and ten random octets.

    Args:
        milliseconds: Since 1970-01-01 UTC; only the low 48 bits are used.
        random: Ten octets, of which 74 bits are used; they make the identifier impossible to guess.

    Returns:
        The text form, 36 characters, lower case; texts sort by `milliseconds`.

    Source: RFC 9562 §5.7. Raises `ValueError` when `random` has not ten octets.
    """
    if len(random) != 10:
        raise ValueError("a UUIDv7 takes ten random octets")
    chance = int.from_bytes(random, "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (chance >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | chance & (1 << 62) - 1
    return str(UUID(int=value))


def moment_of(ident: str) -> datetime | None:
    """Return the moment in a UUIDv7 (aware, UTC); None for any other text. Source: RFC 9562 §5.7."""
    try:
        value = UUID(ident)
    except ValueError:
        return None
    if value.version != 7:
        return None
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
