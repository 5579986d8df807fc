"""Mails as they lie on a disk: lines may end in LF, and an mbox holds many (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BARE_LF = re.compile(rb"(?<!\r)\n")
_FROM_LINE = re.compile(rb"(?m)^From [^\r\n]*\r?\n")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")


def as_transmitted(content: bytes) -> bytes:
    """Give every line the CRLF that it had on the wire, which DKIM needs (RFC 5322 §2.1)."""
    return _BARE_LF.sub(b"\r\n", content) if b"\n" in content else content


def is_mbox(content: bytes) -> bool:
    """Say whether a file is an mbox: it begins with a "From " line."""
    return content.startswith(b"From ")


def mails_of_mbox(content: bytes) -> Iterator[bytes]:
    """
    Cut an mbox into its mails, without separators and with one level of ">From " undone (the mboxrd form).

    A "From " line separates only at the start of the file or after an empty line.
    """
    starts = [
        found
        for found in _FROM_LINE.finditer(content)
        if found.start() == 0 or _after_empty_line(content, found.start())
    ]
    ends = [found.start() for found in starts[1:]] + [len(content)]
    for found, end in zip(starts, ends, strict=True):
        mail = content[found.end() : end]
        yield _QUOTED_FROM.sub(rb"\1", re.sub(rb"(?<=\n)\r?\n\Z", b"", mail))


def _after_empty_line(content: bytes, at: int) -> bool:
    return content[max(0, at - 3) : at].endswith((b"\n\n", b"\n\r\n"))
