"""The argument of MAIL and RCPT: where the path ends and the parameters begin (RFC 5321 §4.1.1.2, §4.1.1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Octets no address and no parameter may hold; a line end among them would smuggle a command to the next hop.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# A quoted string, a quoted letter, or what needs no quotes. The three begin differently, so matching is linear.
_PATH = r"""(?P<path>(?:"(?:[^"\\]|\\.)*"|\\.|[^"\\<> ])*)"""
_BRACKETED = re.compile(rf"< *{_PATH} *>(?: +(?P<parameters>.*))?")
_BARE = re.compile(rf"{_PATH}(?: +(?P<parameters>.*))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """`path` without its angle brackets, "" for the null sender; `parameters` as sent, without the blanks around."""

    path: str
    parameters: str


def has_control(text: str) -> bool:
    """Say whether an argument holds an octet that could end its line, or confuse the next hop in another way."""
    return _CONTROL.search(text) is not None


def read_argument(keyword: str, text: str | None) -> Argument | None:
    """
    Split "FROM:<path> parameters".

    Tolerates what Postfix tolerates: blanks behind the colon, a path without angle brackets, without a domain, or with
    a source route; the next hop judges those. Judges only what would make the line mean two things.

    Returns:
        None when this is no such argument.
    """
    if text is None or text[: len(keyword)].upper() != keyword or _CONTROL.search(text):
        return None
    rest = text[len(keyword) :].strip(" ")
    found = (_BRACKETED if rest.startswith("<") else _BARE).fullmatch(rest)
    if found is None or not rest:
        return None
    return Argument(path=found["path"], parameters=(found["parameters"] or "").strip(" "))


def parameter(parameters: str, name: str) -> str | None:
    """Return the value of a parameter, "" when it has none, None when it is not there."""
    for one in parameters.split(" "):
        key, _, value = one.partition("=")
        if key.upper() == name:
            return value
    return None
