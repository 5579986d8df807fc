"""
DNS answers from a file in place of the network: for `try --zone`, demonstrations and offices without a resolver.

The file holds RFC 1035 §5 master-file lines with absolute names. A name that is not there is NXDOMAIN; a line
`$SILENT name` is a name whose server never answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbridge.errors import Misconfigured
from mailbridge.verify.evidence import Answer, Answered, Question

_TOKEN = re.compile(r'\s+|;.*|(?P<mark>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>(?:[^\s;()"\\]|\\.)+)')
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)
_TTL = re.compile(r"\d+|(?:\d+[smhdw])+", re.IGNORECASE)
_CLASSES = frozenset({"IN", "CH", "HS"})
# As far as a chain of aliases is followed; resolvers stop near there too.
_MOST_ALIASES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """The tokens of one entry; `indented` when it begins with a blank and so repeats the name before."""

    line: int
    indented: bool
    tokens: tuple[str, ...]


class ZoneFile:
    """
    All records of one file, read at once.

    Raises:
        Misconfigured: the file cannot be read or a line of it is wrong; it names the line and what to write.
    """

    def __init__(self, path: Path) -> None:
        self._file = str(path)
        self._names: dict[str, dict[str, list[bytes]]] = {}
        self._silent: set[str] = set()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError) as error:
            problem = f"the zone file cannot be read ({type(error).__name__})"
            raise Misconfigured(problem, file=str(path), remedy="give a readable file in UTF-8") from error
        self._read(text)

    async def ask(self, question: Question, at: datetime) -> Answer:
        """Answer at once; never waits, not even for a silent name."""
        name = question.name.lower()
        for _ in range(_MOST_ALIASES):
            if name in self._silent:
                detail = "silent by the zone file"
                return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at, detail=detail)
            records = self._names.get(name)
            if records is None:
                return Answer(question=question, answered=Answered.NXDOMAIN, asked_at=at)
            values = records.get(question.type.upper())
            if values:
                return Answer(question=question, answered=Answered.FOUND, values=tuple(values), asked_at=at)
            if "CNAME" not in records:
                return Answer(question=question, answered=Answered.NO_DATA, asked_at=at)
            name = _name(records["CNAME"][0].decode("ascii", "replace"), "")
        detail = "too many aliases"
        return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at, detail=detail)

    def _read(self, text: str) -> None:
        origin, owner = "", None
        for entry in self._entries(text):
            first = entry.tokens[0].upper()
            if first.startswith("$") and not entry.indented:
                origin = self._directive(first, entry, origin)
                continue
            tokens = entry.tokens
            if not entry.indented:
                owner, tokens = _name(tokens[0], origin), tokens[1:]
            if owner is None:
                raise self._wrong(entry.line, "the first record has no name", "begin the line with a name")
            self._record(owner, tokens, entry.line, origin)

    def _directive(self, word: str, entry: _Entry, origin: str) -> str:
        match word, entry.tokens[1:]:
            case "$TTL", (_,):
                return origin
            case "$ORIGIN", (name,):
                return _name(name, origin)
            case "$SILENT", (name,):
                self._silent.add(_name(name, origin))
                return origin
        remedy = "write $SILENT name, $ORIGIN name or $TTL seconds; anything else is not understood"
        raise self._wrong(entry.line, f"{word} is not understood here", remedy)

    def _record(self, owner: str, tokens: tuple[str, ...], line: int, origin: str) -> None:
        """Add one record; TTL and class stand in either order or are left out."""
        rest = list(tokens)
        while rest and (_TTL.fullmatch(rest[0]) or rest[0].upper() in _CLASSES):
            rest.pop(0)
        if len(rest) < 2 or rest[0].startswith('"'):
            raise self._wrong(line, "the record has no type or no value", 'write: name. IN TXT "value"')
        kind, values = rest[0].upper(), rest[1:]
        if not kind.isalnum() or not kind[0].isalpha():
            raise self._wrong(line, f"{rest[0]!r} is no type of record", 'write: name. IN TXT "value"')
        if kind in ("TXT", "SPF"):
            octets = b"".join(_octets(value) for value in values)
        elif kind in ("CNAME", "NS", "PTR", "MX"):
            octets = " ".join([*values[:-1], f"{_name(values[-1], origin)}."]).encode("ascii", "replace")
        else:
            octets = " ".join(values).encode("ascii", "replace")
        self._names.setdefault(owner, {}).setdefault(kind, []).append(octets)

    def _entries(self, text: str) -> Iterator[_Entry]:
        """Cut the file into entries; parentheses join lines, a semicolon begins a comment."""
        tokens: list[str] = []
        begin, indented, depth = 1, False, 0
        for number, line in enumerate(text.split("\n"), start=1):
            if not depth:
                tokens, begin, indented = [], number, line[:1] in (" ", "\t")
            for token in self._tokens(line.rstrip("\r"), number):
                if token == "(":
                    depth += 1
                elif token == ")":
                    depth -= 1
                else:
                    tokens.append(token)
            if depth < 0:
                raise self._wrong(number, "a ) without its (", "remove it, or put it into quotes")
            if tokens and not depth:
                yield _Entry(line=begin, indented=indented, tokens=tuple(tokens))
        if depth:
            raise self._wrong(begin, "a ( without its )", "add it, or put it into quotes")

    def _tokens(self, line: str, number: int) -> Iterator[str]:
        place = 0
        while place < len(line):
            match = _TOKEN.match(line, place)
            if match is None:
                raise self._wrong(
                    number, "a quote is not closed, or a backslash stands alone", "close it on the same line"
                )
            place = match.end()
            if match["quoted"] is not None:
                yield f'"{match["quoted"]}'
            elif match["mark"] or match["bare"]:
                yield match[0]

    def _wrong(self, line: int, problem: str, remedy: str) -> Misconfigured:
        return Misconfigured(problem, file=self._file, line=line, remedy=remedy)


def _name(text: str, origin: str) -> str:
    """Return a name as questions write it: lower case, absolute, without the last dot."""
    text = text.lower()
    if text == "@":
        return origin
    if text.endswith("."):
        return text[:-1]
    return f"{text}.{origin}" if origin else text


def _octets(token: str) -> bytes:
    r"""Return what a character-string stands for: `\"` and `\065` are taken literally (RFC 1035 §5.1)."""

    def literal(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code)) if len(code) == 3 and int(code) < 256 else code

    text = token.removeprefix('"')
    if "\\" not in text:
        return text.encode("utf-8")
    # An escaped code is one octet, whatever letter it would be; so both halves of a text are put together as octets.
    octets, place = b"", 0
    for match in _ESCAPE.finditer(text):
        octets += text[place : match.start()].encode("utf-8")
        letter = literal(match)
        octets += letter.encode("latin-1") if match[1].isdigit() else letter.encode("utf-8")
        place = match.end()
    return octets + text[place:].encode("utf-8")
