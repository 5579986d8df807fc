"""
On which line of a TOML text each key stands (TOML 1.0).

`tomllib` tells values but no places. The scanner here is only ever given a text that `tomllib` has read, so it looks
for where things end and leaves what they mean to it.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and places in arrays from the top, such as ("agency", 0, "domains", 1)."""

_BLANK = " \t"
_BETWEEN = " \t\r\n"
_BARE_ENDS = ",]}#\n"


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every key and array element of a text that is valid TOML."""
    scanner = _Scanner(text=text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)
    _breaks: list[int] = field(default_factory=list)
    _last: dict[KeyPath, int] = field(default_factory=dict)

    def document(self) -> None:
        """Walk over headers and pairs to the end."""
        self._breaks = [place for place, char in enumerate(self.text) if char == "\n"]
        table: KeyPath = ()
        self._skip()
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self._array_header()
            elif self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, bisect_right(self._breaks, self.at - 1) + 1)

    def _skip(self, blanks: str = _BETWEEN) -> None:
        """Skip blanks and, where line ends may stand, comments."""
        while self.at < len(self.text):
            if self.text[self.at] in blanks:
                self.at += 1
            elif self.text[self.at] == "#" and blanks is _BETWEEN:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _resolved(self, keys: list[str]) -> KeyPath:
        """Return the path of a header; within an array of tables it means the last table so far."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            self._note(path)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _array_header(self) -> KeyPath:
        self.at += 2
        keys = self._keys()
        array: KeyPath = (*self._resolved(keys[:-1]), keys[-1])
        self._note(array)
        self._last[array] = self._last.get(array, -1) + 1
        table: KeyPath = (*array, self._last[array])
        self._note(table)
        self.at = self.text.index("]]", self.at) + 2
        return table

    def _header(self) -> KeyPath:
        self.at += 1
        table = self._resolved(self._keys())
        self.at = self.text.index("]", self.at) + 1
        return table

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        keys = self._keys()
        after, self.at = self.at, start
        for key in keys:
            path = (*path, key)
            self._note(path)
        self.at = self.text.index("=", after) + 1
        self._skip(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        """Read a dotted key and stop behind it."""
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            start = self.at
            if self.text[self.at] in "\"'":
                self._string()
                keys.append(next(iter(tomllib.loads(self.text[start : self.at] + " = 0"))))
            else:
                while self.text[self.at].isalnum() or self.text[self.at] in "_-":
                    self.at += 1
                keys.append(self.text[start : self.at])
            self._skip(_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        match self.text[self.at]:
            case '"' | "'":
                self._string()
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case _:
                while self.at < len(self.text) and self.text[self.at] not in _BARE_ENDS:
                    self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        many = self.text.startswith(quote * 3, self.at)
        end = quote * 3 if many else quote
        self.at += len(end)
        while not self.text.startswith(end, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(end)
        # A multi-line string may end in one or two quotation marks of its own.
        while many and self.at < len(self.text) and self.text[self.at] == quote:
            self.at += 1

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        place = 0
        self._skip()
        while self.text[self.at] != "]":
            self._note((*path, place))
            self._value((*path, place))
            self._skip()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip()
            place += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self._skip()
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip()
        self.at += 1
