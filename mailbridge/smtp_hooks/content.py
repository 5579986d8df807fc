"""
The octets of DATA, in blocks of any size: where they end, whether they are clean, and what they say unstuffed.

Only CRLF "." CRLF ends the content (RFC 5321 §4.1.1.4), whichever way it is cut into blocks. A CR or LF that stands
alone is what mail smuggling is made of; it is noticed, never repaired (§2.3.8).
"""

from __future__ import annotations

from dataclasses import dataclass

_END = b"\r\n.\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """
    What one block added.

    `stuffed` are octets as received, to be passed on; `plain` the same without the dots of transparency (§4.5.2), to
    be kept. The final dot line is in neither. `rest` are the octets behind the end: the client's next commands.
    """

    stuffed: bytes
    plain: bytes
    rest: bytes = b""


class Content:
    """Reads the content of one mail. After `ended` it takes no more."""

    def __init__(self) -> None:
        self.ended = False
        self.bare = False
        # The line of the DATA command ends the line before the first one: a lone dot may come at once.
        self._before = b"\r\n"
        self._held = b""

    def feed(self, block: bytes) -> Piece:
        """Take the next octets; sets `bare` for good when a CR or LF stands alone, `ended` at the final dot."""
        octets = self._before + self._held + block
        end = octets.find(_END)
        if end >= 0:
            self.ended = True
            cut, rest = end + 2, octets[end + len(_END) :]
        else:
            cut, rest = len(octets) - _undecided(octets), b""
        self._held = b"" if self.ended else octets[cut:]
        stuffed = octets[2:cut]
        if not self.bare and not _is_clean(stuffed):
            self.bare = True
        plain = octets[:cut].replace(b"\r\n.", b"\r\n")[2:]
        self._before = octets[max(0, cut - 2) : cut]
        return Piece(stuffed=stuffed, plain=plain, rest=rest)


def _undecided(octets: bytes) -> int:
    """Count the last octets that only the next block can explain: the begin of the final dot line, or a CR."""
    for suffix in (b"\r\n.\r", b"\r\n."):
        if octets.endswith(suffix):
            return len(suffix) - 2
    return 1 if octets.endswith(b"\r") else 0


def _is_clean(octets: bytes) -> bool:
    """Say whether each CR has its LF and each LF its CR; a CR at the very end has been held back before."""
    pairs = octets.count(b"\r\n")
    return octets.count(b"\n") == pairs and octets.count(b"\r") == pairs
