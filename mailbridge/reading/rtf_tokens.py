"""The words of an RTF file: groups, control words, octets of text (RTF Specification 1.9.1, "RTF Syntax")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

# The longest control words have some thirty letters, their numbers ten digits.
_TOKEN = re.compile(
    rb"\\(?:([A-Za-z]{1,32})(-?[0-9]{1,10})? ?|'([0-9A-Fa-f]{2})|([^A-Za-z']))|([{}])|([^\\{}\r\n\0]+)|[\r\n\0]+|\\",
    re.DOTALL,
)


class Kind(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    WORD = auto()
    SIGN = auto()
    TEXT = auto()


class Token(NamedTuple):
    """`word` of a control word or the sign behind a backslash; `number` None when none stands; `octets` of text."""

    kind: Kind
    word: str = ""
    number: int | None = None
    octets: bytes = b""


_OPEN, _CLOSE = Token(Kind.OPEN), Token(Kind.CLOSE)
# What matters in a group that is passed over: its end, and signs that are none.
_BRACE = re.compile(rb"[{}]|\\(?:bin([0-9]{1,10}) ?|.)", re.DOTALL)


class Tokens:
    """Goes through an RTF file; takes every file, what is no token is passed over. Line ends are none of its text."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def __iter__(self) -> Iterator[Token]:
        r"""Give one token after the other; the octets behind \binN are left out."""
        while found := _TOKEN.match(self._content, self._at):
            self._at = found.end()
            match found.lastindex:
                case 1 | 2:
                    word, number = found[1].decode("ascii"), None if found[2] is None else int(found[2])
                    if word == "bin":
                        self._at += max(0, number or 0)
                    else:
                        yield Token(Kind.WORD, word, number)
                case 6:
                    yield Token(Kind.TEXT, octets=found[6])
                case 5:
                    yield _OPEN if found[5] == b"{" else _CLOSE
                case 4:
                    yield Token(Kind.SIGN, found[4].decode("latin-1"))
                case 3:
                    yield Token(Kind.TEXT, octets=bytes.fromhex(found[3].decode("ascii")))
                case _:
                    pass

    def skip_group(self) -> None:
        """Go to the brace that closes the present group."""
        depth = 0
        while found := _BRACE.search(self._content, self._at):
            self._at = found.end()
            if found[1]:
                self._at += int(found[1])
            elif found[0] == b"{":
                depth += 1
            elif found[0] == b"}":
                if depth == 0:
                    self._at = found.start()
                    return
                depth -= 1
        self._at = len(self._content)
