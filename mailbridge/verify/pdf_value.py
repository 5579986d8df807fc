"""Signature dictionaries, read without going through their long strings digit by digit as pyHanko does."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

# Shorter ones cost nothing. Blanks among the digits, and what else is rare, are left to pyHanko.
_LONG = re.compile(rb"<((?:[0-9A-Fa-f]{2}){500,})>")


def remember_value(reader: PdfFileReader, content: bytes, field: Any) -> None:
    """
    Read the value of a signature field, and let the reader keep it as its own reading.

    Reading 20,000 hexadecimal digits takes pyHanko some 15 ms, and this nothing. Whatever is not quite as expected
    (an encrypted file, an object stream, another long string) is left for pyHanko to read.

    Raises:
        Exception: whatever pyHanko meets in a broken file; it would meet the same later.
    """
    from pyhanko.pdf_utils.generic import ByteStringObject, DictionaryObject, IndirectObject, NameObject, Reference
    from pyhanko.pdf_utils.generic import read_object as read
    from pyhanko.pdf_utils.xref import read_object_header

    value = field.raw_get("/V")
    if reader.encrypted or not isinstance(value, IndirectObject):
        return
    begin = reader.xrefs[value.reference]
    end = content.find(b"endobj", begin) if isinstance(begin, int) else -1
    found = _LONG.search(content, begin, end) if end >= 0 else None
    if found is None or not content[begin : found.start()].rstrip().endswith(b"/Contents"):
        return
    stream = io.BytesIO(content[begin : found.start()] + b"<>" + content[found.end() : end + 6])
    name, generation = read_object_header(stream, strict=False)  # type: ignore[no-untyped-call] # by pyHanko
    if (name, generation) != (value.idnum, value.generation):
        return
    dictionary: Any = read(stream, Reference(name, generation, reader))
    emptied = dictionary.get("/Contents") if isinstance(dictionary, DictionaryObject) else None
    if getattr(emptied, "original_bytes", None) != b"" or stream.read().strip() != b"endobj":
        return
    dictionary[NameObject("/Contents")] = ByteStringObject(bytes.fromhex(found[1].decode("ascii")))
    dictionary.container_ref = Reference(name, generation, reader)
    reader.cache_indirect_object(generation, name, dictionary)  # type: ignore[no-untyped-call] # by pyHanko
