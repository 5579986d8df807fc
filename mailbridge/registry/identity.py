"""Names for new rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def uuid7(at: datetime, chance: bytes) -> str:
    """
    Make a UUIDv7 from a time and chance (RFC 9562 §5.7).

    Args:
        at: Aware; its milliseconds become the first 48 bits, so that ids sort by time.
        chance: Ten random octets, of which 74 bits are used.
    """
    if len(chance) != 10:
        raise ValueError("a UUIDv7 takes ten random octets")
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(chance, "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    value |= (0x7 << 76) | (0x2 << 62)
    return str(UUID(int=value))
