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
from mailbridge.verify.pdf_changes_syntax import end_of_objects

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_BETWEEN = rb"(?:[\0\s]|%[^\r\n]{0,32}[\r\n])++"
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})" + _BETWEEN + rb"(\d{1,5})" + _BETWEEN + rb"obj(?![a-z])")
# Octets of a stream that begin behind anything but the end of a line are none for some readers (§7.3.8.1).
_ODD_STREAM = re.compile(rb">>[\0\s]*stream(?!\r?\n)")
_LAST_TABLE = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
# As ISO 32000-1 §7.5.4 wants it: who counts on twenty octets a line loses his way in any other table, and collects
# every object that he finds.
_TABLE = re.compile(
    rb"xref ?(?:\r\n|\n|\r)(?:\d{1,10} \d{1,10} ?(?:\r\n|\n|\r)(?:\d{10} \d{5} [nf](?: \n| \r|\r\n))*+)++trailer"
)
_END = re.compile(rb"\sstartxref ?(?:\r\n|\n|\r)\d{1,10} ?(?:\r\n|\n|\r)%%EOF")
# iText names itself in a comment before the end.
_BEFORE_END = re.compile(rb"(?:%[^\r\n]{0,200}[\r\n]++[\0\s]*+)*+startxref")
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
    if _ODD_STREAM.search(tail) or not _is_found_alike(reader, content):
        return False
    if {tail.count(b"startxref"), tail.count(b"%%EOF"), len(_END.findall(tail))} != {len(later)}:
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


def _is_found_alike(reader: PdfFileReader, content: bytes) -> bool:
    """
    Say whether a reader that goes by no table, but takes the last copy of each object, finds the same ones.

    Readers differ in which tables they give up. Copies inside of streams count too: some look there as well.
    """
    from pyhanko.pdf_utils.generic import Reference
    from pyhanko.pdf_utils.xref import ObjStreamRef

    last = {int(found[1]): found.start() for found in _OBJECT.finditer(content)}
    for number, begin in last.items():
        known = _place(reader, Reference(number, 0))
        if isinstance(known, ObjStreamRef):
            known = _place(reader, Reference(known.obj_stream_id, 0))
        if isinstance(known, int) and begin > _behind_blanks(content, known):
            return False
    return True


def _place(reader: PdfFileReader, reference: Any) -> Any:
    try:
        return reader.xrefs[reference]
    except KeyError:
        return None


class _NotPlainError(ValueError):
    """An update leaves readers a choice."""


def _check_section(reader: PdfFileReader, content: bytes, number: int, end: int, places: set[int]) -> None:
    """Check one table and the objects that it names; add where they begin to `places`."""
    info, section = reader.xrefs.get_xref_container_info(number), reader.xrefs.get_xref_data(number)
    begin = _behind_blanks(content, info.declared_startxref)
    if begin < end:
        raise _NotPlainError
    _check_trailer(reader, content, begin, info)
    names = [name for name, _ in _entries(reader, info)]
    # What lies beyond the size is missing for some readers.
    if info.size <= max(names, default=0) or info.size < reader.xrefs.get_xref_container_info(number - 1).size:
        raise _NotPlainError
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
    for place in places:
        _check_syntax(content, place)
    for stream in section.obj_streams_used:
        _check_object_stream(reader, number, stream, section.xrefs_in_objstm)


def _check_syntax(content: bytes, place: int) -> None:
    """Check that an object is written so that every reader reads it alike."""
    header = _OBJECT.match(content, place)
    end = end_of_objects(content, header.end()) if header else None
    if end is None or not content.startswith((b"endobj", b"stream"), end):
        raise _NotPlainError


def _check_trailer(reader: PdfFileReader, content: bytes, begin: int, info: Any) -> None:
    """Check the form of a table, and that its trailer says all of itself: not every reader looks into an older one."""
    from pyhanko.pdf_utils.generic import DictionaryObject, TrailerReference

    if info.stream_ref is not None:
        trailer: Any = info.stream_ref.get_object()
        plain = trailer.get("/Type") == "/XRef"
    else:
        table = _TABLE.match(content, begin)
        if table is None:
            raise _NotPlainError
        reader.stream.seek(_behind_blanks(content, table.end()))
        # Read strictly, a trailer that says the same thing twice raises.
        trailer = DictionaryObject.read_from_stream(reader.stream, TrailerReference(reader))  # type: ignore[no-untyped-call] # by pyHanko
        behind = _behind_blanks(content, reader.stream.tell())
        plain = behind == end_of_objects(content, table.end()) and _BEFORE_END.match(content, behind)
    if not plain or not {"/Root", "/Size", "/Prev"} <= trailer.keys():
        raise _NotPlainError


def _read_object(reader: PdfFileReader, name: int, revision: int) -> Any:
    from pyhanko.pdf_utils.generic import Reference

    found: Any = reader.get_object(Reference(name, 0, reader), revision)  # type: ignore[no-untyped-call] # by pyHanko
    return resolved(found)


def _entries(reader: PdfFileReader, info: Any) -> Iterator[tuple[int, int]]:
    """Read a table once more, entry by entry: pyHanko's keeps one for each number."""
    from pyhanko.pdf_utils.xref import parse_xref_stream, parse_xref_table

    if info.stream_ref is not None:
        entries = parse_xref_stream(info.stream_ref.get_object())
    else:
        reader.stream.seek(info.start_location)
        entries = parse_xref_table(reader.stream, strict=True)
    yield from ((entry.idnum, entry.generation) for entry in entries)


def _check_object_stream(reader: PdfFileReader, number: int, name: int, named: Any) -> None:
    """Check that the table names each object in a stream, and each at its place."""
    stream = _read_object(reader, name, number)
    header = [int(word) for word in bytes(stream.data)[: int(stream["/First"])].split()][::2]
    known = {each: place.ix_in_stream for each, place in named.items() if place.obj_stream_id == name}
    inner = bytes(stream.data)[int(stream["/First"]) :]
    if header and end_of_objects(inner, 0) != len(inner):
        raise _NotPlainError
    if known != {each: place for place, each in enumerate(header)} or members(stream.get("/Extends")):
        raise _NotPlainError


def _behind_blanks(content: bytes, place: int) -> int:
    while content[place : place + 1] and content[place] in _WHITE:
        place += 1
    return place
