"""
Tables that an administrator brings: CSV, XLSX and XLS as rows of texts, for who imports a book.

CSV is read here, line by line; a workbook is opened in a limited process of its own, as those in mails are.
"""

from __future__ import annotations

import codecs
import csv
import json
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mailbridge.errors import Unavailable
from mailbridge.reading.compound import is_compound
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox
from mailbridge.reading.sheet_grid import GridCell
from mailbridge.reading.sheet_xls import read_xls
from mailbridge.reading.sheet_xlsx import xlsx_rows

_HERE = "mailbridge.reading.sheet_tables"
_ZIP = b"PK\x03\x04"

LARGEST = 200 * 1024 * 1024
"""Octets of a file: a book of a hundred thousand lines has a tenth."""

_UNPACKED = 1024 * 1024 * 1024
_ANSWER = 512 * 1024 * 1024
_SECONDS = 300.0
_MEMORY = 3 * 1024 * 1024 * 1024
_CHUNK = 1 << 20
_LONGEST_CELL = 100_000
_MOST_CELLS_A_ROW = 256
_SAMPLE = 64 * 1024
_SEPARATORS = "\t;,|"


class TableRow(NamedTuple):
    """A row of a table: its place in the file, from 1, and its cells as a person sees them."""

    number: int
    cells: tuple[str, ...]


def table_rows(path: Path) -> Iterator[TableRow]:
    """
    Read the rows of a CSV (UTF-8, UTF-16, windows-1258), or of the first sheet with text of an XLSX or XLS.

    Days in sheets are written dd/mm/yyyy. The row of a CSV is its first line, where a cell has several.

    Raises:
        Unreadable: What it is not, or why it cannot be opened.
        Unavailable: The file cannot be read, or no process can be started.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
    except OSError as error:
        raise Unavailable("file", f"{error.strerror}: {path.name}") from error
    if size > LARGEST:
        raise Unreadable(Problem.TOO_LARGE, f"the file has more than {LARGEST >> 20} MB")
    if start.startswith(_ZIP) or is_compound(start):
        return _sheet_rows(path.read_bytes())
    return _csv_rows(path, start)


def _csv_rows(path: Path, start: bytes) -> Iterator[TableRow]:
    encoding = _encoding(path, start)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    sample = decoder.decode(start[: len(start) & ~1])
    separator = max(_SEPARATORS, key=lambda each: _most_in_a_line(sample, each))
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=False)
        before = 0
        try:
            for cells in reader:
                texts = tuple(unicodedata.normalize("NFC", each) for each in cells[:_MOST_CELLS_A_ROW])
                yield TableRow(before + 1, texts)
                before = reader.line_num
        except csv.Error as error:
            raise Unreadable(Problem.MALFORMED, f"line {before + 1} cannot be parted into cells: {error}") from error


def _most_in_a_line(sample: str, separator: str) -> int:
    return max((line.count(separator) for line in sample.splitlines()[:50]), default=0)


def _encoding(path: Path, start: bytes) -> str:
    """Say in what a text is written; raises `Unreadable` when it is in nothing that is known."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in start:
        # A table without Vietnamese letters has a zero in every other octet.
        return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "cp1258"):
        with suppress(UnicodeDecodeError):
            _try(path, encoding)
            return encoding
    raise Unreadable(Problem.UNSUPPORTED, "the text is neither UTF-8 nor UTF-16 nor windows-1258")


def _try(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        while octets := file.read(_CHUNK):
            decoder.decode(octets)
    decoder.decode(b"", final=True)


def _sheet_rows(content: bytes) -> Iterator[TableRow]:
    sandbox = Sandbox(seconds=_SECONDS, memory=_MEMORY, preload=(f"{_HERE}:prepare",))
    try:
        answered = sandbox.collect(f"{_HERE}:write", content, most=_ANSWER)
    finally:
        sandbox.close()
    if answered.problem is not None:
        raise answered.problem
    return _told(answered.octets)


def _told(octets: bytearray) -> Iterator[TableRow]:
    """Read what the child said, which may be anything."""
    try:
        begin = 0
        while (end := octets.find(b"\n", begin)) >= 0:
            number, cells = json.loads(octets[begin:end])
            begin = end + 1
            if number == 0:
                raise Unreadable(Problem(cells[0]), str(cells[1]))
            yield TableRow(int(number), tuple(str(cell) for cell in cells))
    except (ValueError, TypeError, IndexError) as error:
        raise Unreadable(Problem.MALFORMED, "the file broke its reader") from error


def write(content: bytes) -> Iterator[bytes]:
    """Hand over the rows of a workbook, a line each; called in the child."""
    try:
        for row, cells in _rows_of(content):
            yield _line(row + 1, _texts(cells))
    except Unreadable as error:
        yield _line(0, [error.problem.value, error.reason])


def _rows_of(content: bytes) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
    if not is_compound(content):
        yield from xlsx_rows(content, most=_UNPACKED)
        return
    rows: dict[int, list[GridCell]] = {}
    for cell in read_xls(content).cells:
        rows.setdefault(cell.row, []).append(cell)
    for row in sorted(rows):
        yield row, tuple(rows[row])


def _texts(cells: Iterable[GridCell]) -> list[str]:
    texts: list[str] = []
    for cell in cells:
        if cell.column < _MOST_CELLS_A_ROW:
            texts.extend([""] * (cell.column + 1 - len(texts)))
            texts[cell.column] = cell.text[:_LONGEST_CELL]
    return texts


def _line(number: int, cells: list[str]) -> bytes:
    return json.dumps([number, cells], ensure_ascii=True).encode() + b"\n"


def prepare() -> None:
    """Import what every child needs; called in the nursery."""
    import lxml.etree  # noqa: F401 - loaded once for the child
