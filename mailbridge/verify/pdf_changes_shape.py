"""
The revisions of a PDF file, and whether what was appended can be read in one way only (ISO 32000-1 §7.5.6).

Readers differ in what they make of a broken update: one follows the table, another collects every object that it finds.
Where nobody good has signed an update, it must not leave them a choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mailbridge.verify.pdf_changes_graph import members, resolved

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s+(\d{1,5})\s+obj(?![a-z])")
_LAST_TABLE = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_WHITE = b"\0\t\n\f\r "
# Beyond any line of a table, and below what costs time.
_LONGEST_END = 2048


def revision_at(reader: PdfFileReader, content: bytes, end: int) -> int | None:
    """
    Return the revision (0 is the oldest) that ends where a signature's cover ends.

    Returns:
        None when no whole revision ends there: the earlier file did not look to its signer as it looks in this one.
    """
    xrefs = reader.xrefs
    infos = [xrefs.get_xref_container_info(number) for number in range(xrefs.total_revisions)]
    inside = [info.end_location <= end for info in infos]
    count = sum(inside)
    if not count or not all(inside[:count]):
        return None
    last = _LAST_TABLE.search(content[max(0, end - _LONGEST_END) : end])
    return count - 1 if last and int(last[1]) == infos[count - 1].declared_startxref else None


def is_plain(reader: PdfFileReader, content: bytes, revision: int, end: int) -> bool:
    """
    Say whether all behind `end` are well-formed updates: tables, the objects that they name, and nothing between.

    Raises:
        Exception: whatever pyHanko meets when it reads the appended objects strictly.
    """
    tail = content[end:]
    later = range(revision + 1, reader.xrefs.total_revisions)
    if not later or content[content.rfind(b"%%EOF") + 5 :].strip(b"\r\n") or b"/XRefStm" in tail:
        return False
    if tail.count(b"startxref") != len(later) or tail.count(b"%%EOF") != len(later):
        return False
    was_strict, reader.strict = reader.strict, True
    try:
        places: set[int] = set()
        for number in later:
            _check_section(reader, content, number, end, places)
    except _NotPlainError:
        return False
    finally:
        reader.strict = was_strict
    written = {end + found.start() for found in _OBJECT.finditer(tail)}
    return written == places


class _NotPlainError(ValueError):
    """An update leaves readers a choice."""


def _check_section(reader: PdfFileReader, content: bytes, number: int, end: int, places: set[int]) -> None:
    """Check one table and the objects that it names; add where they begin to `places`."""
    info, section = reader.xrefs.get_xref_container_info(number), reader.xrefs.get_xref_data(number)
    begin = _behind_blanks(content, info.declared_startxref)
    if begin < end or (info.stream_ref is None and content[begin : begin + 4] != b"xref"):
        raise _NotPlainError
    names = [name for name, _ in _entries(reader, info)]
    if len(names) != len(set(names)) or len(names) - (0 in names) != len(section.explicit_refs_in_revision):
        raise _NotPlainError
    for name, generation in section.explicit_refs_in_revision:
        # A new generation of an old number is a new object for one reader and the old one for another.
        if generation:
            raise _NotPlainError
        if name not in section.freed:
            _read_object(reader, name, number)
    for _, place in section.standard_xrefs.values():
        if place < end:
            raise _NotPlainError
        places.add(_behind_blanks(content, place))
    if info.stream_ref is not None:
        places.add(begin)
    for stream in section.obj_streams_used:
        _check_object_stream(reader, number, stream, section.xrefs_in_objstm)


def _read_object(reader: PdfFileReader, name: int, revision: int) -> Any:
    from pyhanko.pdf_utils.generic import Reference

    found: Any = reader.get_object(Reference(name, 0, reader), revision)  # type: ignore[no-untyped-call] # by pyHanko
    return resolved(found)


def _entries(reader: PdfFileReader, info: Any) -> Iterator[tuple[int, int]]:
    """Read a table once more, entry by entry: pyHanko's keeps one for each number."""
    from pyhanko.pdf_utils.generic import DictionaryObject, TrailerReference
    from pyhanko.pdf_utils.xref import parse_xref_stream, parse_xref_table

    if info.stream_ref is not None:
        stream: Any = info.stream_ref.get_object()
        yield from ((entry.idnum, entry.generation) for entry in parse_xref_stream(stream))
        return
    reader.stream.seek(info.start_location)
    yield from ((entry.idnum, entry.generation) for entry in parse_xref_table(reader.stream, strict=True))
    # Read strictly, a trailer that says the same thing twice raises.
    DictionaryObject.read_from_stream(reader.stream, TrailerReference(reader))  # type: ignore[no-untyped-call] # above


def _check_object_stream(reader: PdfFileReader, number: int, name: int, named: Any) -> None:
    """Check that the table names each object in a stream, and each at its place."""
    stream = _read_object(reader, name, number)
    header = [int(word) for word in bytes(stream.data)[: int(stream["/First"])].split()][::2]
    known = {each: place.ix_in_stream for each, place in named.items() if place.obj_stream_id == name}
    if known != {each: place for place, each in enumerate(header)} or members(stream.get("/Extends")):
        raise _NotPlainError


def _behind_blanks(content: bytes, place: int) -> int:
    while content[place : place + 1] and content[place] in _WHITE:
        place += 1
    return place
