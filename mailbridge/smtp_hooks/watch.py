"""What the hop looks at in the content while it passes: the header, for loops and size, and the length of lines."""

from __future__ import annotations

import re

from mailbridge.smtp_hooks.replies import Say
from mailbridge.smtp_hooks.settings import HopSettings

# A line that neither begins a field (RFC 5322 §2.2) nor goes on with one.
_NO_FIELD = re.compile(rb"\r\n(?![!-9;-~]{1,200}[ \t]*:|[ \t])")

# A mail that a list or a forwarding rule sends round comes by a few times; one that comes by more often is in a loop.
_OWN_HOPS = 5


class Watch:
    """Sees each piece of one mail's content, as on the wire; none ends between a CR and its LF (`Content`)."""

    def __init__(self, settings: HopSettings) -> None:
        self._settings = settings
        # The line end of the DATA command stands before the first field, so that each field has one before it.
        self._header: bytearray | None = bytearray(b"\r\n")
        self._last = b"\r\n"
        self._size = 0
        self._line = 0

    def look(self, piece: bytes) -> Say | None:
        """Take the next octets; return why the mail is refused, or None."""
        self._size += len(piece)
        if self._size > self._settings.max_size:
            return Say.TOO_BIG
        if self._header is not None and (refusal := self._look_at_header(self._header, piece)):
            return refusal
        if self._settings.max_line and self._has_long_line(piece):
            return Say.LINE_TOO_LONG
        return None

    def end(self) -> Say | None:
        """Hear that the content is whole: one without an empty line is looked at now."""
        return None if self._header is None else self._judge(bytes(self._header))

    def _look_at_header(self, header: bytearray, piece: bytes) -> Say | None:
        # Only what is new is searched, and what lies behind the header is not copied: a header may come in single
        # octets, and has many megabytes behind it at times.
        around = (self._last + piece[:3]).find(b"\r\n\r\n")
        end = around - len(self._last) if around >= 0 else piece.find(b"\r\n\r\n")
        if around >= 0 or end >= 0:
            self._header = None
            return self._judge(bytes(header + piece[: max(0, end + 2)]))
        header += piece
        self._last = (self._last + piece[-3:])[-3:]
        if len(header) <= self._settings.max_header_size:
            return None
        # Without an empty line, the body begins with the first line that cannot be a field (as Postfix has it).
        self._header = None
        found = _NO_FIELD.search(header)
        return self._judge(bytes(header[: found.start() + 2] if found else header))

    def _judge(self, header: bytes) -> Say | None:
        if len(header) > self._settings.max_header_size:
            return Say.HEADER_TOO_BIG
        fields = header.lower()
        # RFC 5321 §6.3: counting Received fields is how loops are found; ours are counted apart (`trace.trace_fields`).
        own = fields.count(f"\r\n\tby {self._settings.hostname.lower()} with ".encode())
        if own > _OWN_HOPS or fields.count(b"\r\nreceived:") > self._settings.max_hops:
            return Say.LOOP
        return None

    def _has_long_line(self, piece: bytes) -> bool:
        first, *more = piece.split(b"\r\n")
        longest = max([self._line + len(first), *map(len, more)])
        self._line = len(more[-1]) if more else self._line + len(first)
        return longest > self._settings.max_line
