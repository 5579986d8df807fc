"""Macros of SPF (RFC 7208 §7): their grammar, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

# Those of a domain; c, r and t may stand in an explanation only (§7.2), and explanations are not read.
_LETTERS = "slodiphv"
_PIECE = re.compile(
    rf"(?P<text>[!-$&-~]+)|%(?P<mark>[%_-])|%\{{(?P<letter>[{_LETTERS}])(?P<rest>[^}}]*)\}}", re.IGNORECASE
)
_REST = re.compile(r"0*(?P<keep>[0-9]*)(?P<reverse>r?)(?P<delimiters>[-.+,/_=]*)", re.IGNORECASE)
_TOPLABEL = re.compile(r"(?=[^.]*[a-z-])[0-9a-z](?:[0-9a-z-]*[0-9a-z])?", re.IGNORECASE)
_MARKS = {"%": "%", "_": " ", "-": "%20"}
_LONGEST_NAME = 253


class MacroError(ValueError):
    """A text breaks the grammar of RFC 7208 §7.1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Macro:
    """One macro: `letter` lower case or a mark; the last `keep` parts stay, all when None; `escaped` for a URL."""

    letter: str
    keep: int | None = None
    reversed: bool = False
    delimiters: str = "."
    escaped: bool = False


Pieces = tuple[str | Macro, ...]


def read_macros(text: str) -> Pieces:
    """
    Read a macro-string.

    Raises:
        MacroError: a macro or a character that the grammar does not have.
    """
    pieces: list[str | Macro] = []
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise MacroError(text)
        place = found.end()
        if found["text"]:
            pieces.append(found["text"])
        elif found["mark"]:
            pieces.append(Macro(letter=found["mark"]))
        else:
            pieces.append(_read_macro(found["letter"], found["rest"]))
    return tuple(pieces)


def _read_macro(letter: str, rest: str) -> Macro:
    found = _REST.fullmatch(rest)
    if found is None or (rest[:1] == "0" and not found["keep"]):
        raise MacroError(rest)
    # No name has a thousand parts.
    keep = int(found["keep"]) if 0 < len(found["keep"]) < 4 else None
    return Macro(
        letter=letter.lower(),
        keep=keep,
        reversed=bool(found["reverse"]),
        delimiters=found["delimiters"] or ".",
        escaped=letter.isupper(),
    )


def read_domain(text: str) -> Pieces:
    """
    Read a domain-spec: a macro-string that ends with a macro or a top-level label.

    Raises:
        MacroError: it does not.
    """
    pieces = read_macros(text)
    if not pieces:
        raise MacroError(text)
    end = pieces[-1]
    if isinstance(end, str):
        _, dot, label = end.removesuffix(".").rpartition(".")
        if not dot or not _TOPLABEL.fullmatch(label):
            raise MacroError(text)
    return pieces


def expand(pieces: Pieces, value: Callable[[str], str]) -> str:
    """
    Put values in the place of macros and return a name, without labels on the left when it is too long (§7.3).

    Args:
        value: Gives the value of a letter; only asked for those that occur.
    """
    parts: list[str] = []
    length = 0
    # From the right, as far as any of it can remain: a record may hold two thousand macros.
    for piece in reversed(pieces):
        parts.append(piece if isinstance(piece, str) else _expand_one(piece, value))
        length += len(parts[-1])
        if length > _LONGEST_NAME + 1:
            break
    name = "".join(reversed(parts)).removesuffix(".")
    if len(name) > _LONGEST_NAME:
        dot = name.find(".", len(name) - _LONGEST_NAME - 1)
        name = name[dot + 1 :] if dot >= 0 else name
    return name


def _expand_one(macro: Macro, value: Callable[[str], str]) -> str:
    if macro.letter in _MARKS:
        return _MARKS[macro.letter]
    parts = re.split(f"[{re.escape(macro.delimiters)}]", value(macro.letter))
    if macro.reversed:
        parts.reverse()
    if macro.keep is not None:
        parts = parts[-macro.keep :]
    text = ".".join(parts)
    return quote(text, safe="") if macro.escaped else text
