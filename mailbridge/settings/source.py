"""The files of a configuration, read: what they say, and where each key of it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mailbridge.settings.lines import KeyPath, key_lines
from mailbridge.settings.problem import Place, Report

Table: TypeAlias = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What one file, or several laid over each other, says; `file` is the name shown to people."""

    file: str
    table: Table
    places: Mapping[KeyPath, Place]
    octets: bytes = b""

    def place(self, path: KeyPath) -> Place:
        """Return where a key stands; for one that is absent, where the table stands that should have it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(file=self.file)


def read_source(path: Path, report: Report) -> Source | None:
    """Read one TOML file; None, with a finding, when it cannot be read."""
    shown = str(path)
    try:
        octets = path.read_bytes()
    except OSError as error:
        report.add(Place(file=shown), f"the file cannot be read: {error.strerror}", "check its path and its rights")
        return None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        report.add(Place(file=shown, line=line), "the text is not UTF-8", "save the file as UTF-8")
        return None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        report.add(Place(file=shown, line=_line_of(str(error), text)), f"not TOML: {error}", "correct this line")
        return None
    places = {key: Place(file=shown, line=line) for key, line in key_lines(text).items()}
    return Source(file=shown, table=table, places=places, octets=octets)


def _line_of(message: str, text: str) -> int:
    """Return the line that the message of `tomllib` names; Python 3.11 tells it only in words."""
    named = re.search(r"line (\d+)", message)
    return int(named.group(1)) if named else max(1, len(text.splitlines()))


def overlaid(sources: Iterable[Source]) -> Source:
    """
    Lay sources over each other: tables merge, everything else is replaced by the later one.

    Needs at least one source; the first names the whole.
    """
    first, *later = sources
    table: Table = _copied(first.table)
    places = dict(first.places)
    for source in later:
        _lay_over(table, source.table, (), source, places)
    return Source(file=first.file, table=table, places=places)


def _copied(table: Table) -> Table:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in table.items()}


def _lay_over(below: Table, above: Table, path: KeyPath, source: Source, places: dict[KeyPath, Place]) -> None:
    for key, value in above.items():
        here = (*path, key)
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            _lay_over(under, value, here, source, places)
            continue
        below[key] = _copied(value) if isinstance(value, dict) else value
        for old in [known for known in places if known[: len(here)] == here]:
            del places[old]
        places.update({known: place for known, place in source.places.items() if known[: len(here)] == here})
