"""
The octets of DATA, in blocks of any size: where they end, and whether they are clean.

Only CRLF "." CRLF ends the content (RFC 5321 §4.1.1.4), whichever way it is cut into blocks. A CR or LF that stands
alone is what mail smuggling is made of; it is noticed, never repaired (§2.3.8), and so is a line that becomes the final
dot for a server that drops NUL. Nothing loops over lines here: the
octets stay as they came, with the dots of transparency (§4.5.2), and are copied only where a block must be cut.
"""

from __future__ import annotations

from dataclasses import dataclass

_END = b"\r\n.\r\n"

# Octets of a block below which searching all of it costs next to nothing.
_WORTH_A_LOOK = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """
    What one block added.

    `stuffed` are octets as received; the final dot line is not in them. `rest` are the octets behind the end: the
    client's next commands.
    """

    stuffed: bytes
    rest: bytes = b""


class Content:
    """Reads the content of one mail. After `ended` it takes no more."""

    def __init__(self) -> None:
        self.ended = False
        self.bare = False
        self.false_end = False
        # The line of the DATA command ends the line before the first one: a lone dot may come at once.
        self._before = b"\r\n"
        self._before_without_nul = b"\r\n"
        self._has_nul = False
        self._held = b""

    def feed(self, block: bytes) -> Piece:
        """
        Take the next octets; sets `ended` at the final dot.

        Sets for good `bare` when a CR or LF stands alone, and `false_end` when a line is a dot and NULs.
        """
        octets = self._held + block if self._held else block
        at_line = self._before == b"\r\n"
        if at_line and octets.startswith(b".\r\n"):
            self.ended = True
            return Piece(stuffed=b"", rest=octets[3:])
        run = _regular_lines(octets)
        # The run is clean and its lines are longer than the final dot: the end can only be before or behind it.
        end = octets.find(_END, 0, run.start + 2)
        if end < 0:
            end = octets.find(_END, max(0, run.stop - 2))
        if end >= 0:
            self.ended = True
            stuffed, self._held, rest = octets[: end + 2], b"", octets[end + len(_END) :]
        else:
            held = len(octets) if at_line and octets in {b".", b".\r"} else _undecided(octets)
            cut = len(octets) - held
            stuffed, self._held, rest = (octets[:cut], octets[cut:], b"") if held else (octets, b"", b"")
        if not self.bare and not _is_clean(stuffed, run):
            self.bare = True
        self._before = (self._before + stuffed[-2:])[-2:]
        self._look_behind_nul(stuffed)
        return Piece(stuffed=stuffed, rest=rest)

    def _look_behind_nul(self, octets: bytes) -> None:
        self._has_nul = self._has_nul or b"\0" in octets
        seen = self._before_without_nul + (octets.replace(b"\0", b"") if self._has_nul else octets[-4:])
        # The true end is not in these octets, so a NUL must have stood in this one.
        if self._has_nul and _END in seen:
            self.false_end = True
        self._before_without_nul = seen[-4:]


def _undecided(octets: bytes) -> int:
    """Count the last octets that only the next block can explain: the begin of the final dot line, or a CR."""
    if octets.endswith(b"\r\n.\r"):
        return 2
    return 1 if octets.endswith((b"\r\n.", b"\r")) else 0


def _regular_lines(octets: bytes) -> range:
    """
    Find a long run of lines of one length, as base64 has them; return where it is.

    From the CR of one line end to behind the LF of another, with nothing in between but whole line ends, at equal
    distances of more than three octets. Looking at every n-th octet is many times quicker than searching all of them;
    nearly all of a mail with a document is such a run. An empty range when there is none.
    """
    middle = octets.find(b"\r\n", len(octets) // 2)
    step = octets.find(b"\r\n", middle + 2) - middle
    if middle < 0 or not 4 <= step <= 1000 or len(octets) < _WORTH_A_LOOK:
        return range(0)
    first = middle % step
    returns, feeds = octets[first::step], octets[first + 1 :: step]
    at = middle // step
    behind = min(_count_first(returns[at:], b"\r"), _count_first(feeds[at:], b"\n"))
    before = min(_count_first(returns[:at][::-1], b"\r"), _count_first(feeds[:at][::-1], b"\n"))
    start, stop = first + (at - before) * step, first + (at + behind - 1) * step + 2
    # With its line ends painted over, a clean run holds no CR and no LF: to find nothing is quicker than to count.
    rest, paint = bytearray(memoryview(octets)[start:stop]), b"x" * (before + behind)
    rest[::step] = rest[1::step] = paint
    return range(0) if b"\r" in rest or b"\n" in rest else range(start, stop)


def _count_first(octets: bytes, letter: bytes) -> int:
    return len(octets) - len(octets.lstrip(letter))


def _is_clean(octets: bytes, run: range) -> bool:
    """
    Say whether each CR has its LF and each LF its CR; a CR at the very end has been held back before.

    What lies in `run` is known to be clean; the octets may end before it does.
    """
    if not run or run.stop > len(octets):
        run = range(0)
    return all(_are_paired(octets, start, stop) for start, stop in ((0, run.start), (run.stop, len(octets))))


def _are_paired(octets: bytes, start: int, stop: int) -> bool:
    pairs = octets.count(b"\r\n", start, stop)
    return octets.count(b"\n", start, stop) == pairs and octets.count(b"\r", start, stop) == pairs
