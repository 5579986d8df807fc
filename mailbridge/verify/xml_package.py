"""
ZIP packages of office programs, opened so that no two readers can see different files in one.

Some readers trust the directory at the end, others the header before each entry, and of two entries with one name some
take the first and some the last. A package in which that would make a difference is refused.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from mailbridge.verify.verdict import unclear
from mailbridge.verify.xml_reading import Finding, malformed, unsupported

_MOST_ENTRIES = 5_000
_MOST_OCTETS = 64 * 1024 * 1024
# Text in XML shrinks to a tenth, in rare cases to a fiftieth; zeros shrink to a thousandth.
_MOST_RATIO = 200
_FREE_OCTETS = 1024 * 1024
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END = b"PK\x05\x06"
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_DESCRIPTOR_MARK = b"PK\x07\x08"
_OTHER_NAME = 0x7075  # Info-ZIP's second name of an entry
_LARGE_SIZES = 0x0001  # The sizes of ZIP64, where the header has no place for them
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
# What shows PDF finds its first line anywhere in the first kilobyte (ISO 32000-1 annex H.3.4.1).
_PDF, _PDF_HEAD = b"%PDF-", 1024 + len(b"%PDF-")
# Beside the entries stand times and filling; who writes text there wants the file to be taken for another one.
_TEXT = re.compile(rb"[\t\n\r -~]{12}")


class Package:
    """The entries of a package by name; each is inflated once at most."""

    def __init__(self, content: bytes) -> None:
        """
        Open a package.

        Raises:
            Finding: it is malformed, ambiguous, encrypted or too large.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN as error:
            raise malformed("the package cannot be opened") from error
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES or sum(each.file_size for each in entries) > _MOST_OCTETS:
            raise unsupported("the package is too large to be judged")
        for entry in entries:
            _check_entry(entry)
        self._places = _check_layout(entries, self._zip.start_dir, content)
        if _PDF in content[:_PDF_HEAD] or _TEXT.search(self._zip.comment):
            raise _two_kinds()
        self._content = content
        files = [each for each in entries if not each.is_dir()]
        if any(each.file_size for each in entries if each.is_dir()):
            raise malformed("the package has an entry with a strange name")
        self._entries = {each.filename: each for each in files}
        if len(self._entries) != len(files):
            raise malformed("the package has two entries of one name")
        self._read: dict[str, bytes] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files, in the order of the directory."""
        return tuple(self._entries)

    def octets(self, name: str) -> bytes:
        """Inflate one entry; raises `Finding` when it is broken."""
        if name not in self._read:
            try:
                self._read[name] = self._inflated(self._entries[name])
            except _BROKEN as error:
                raise malformed("an entry of the package cannot be read") from error
        return self._read[name]

    def _inflated(self, entry: zipfile.ZipInfo) -> bytes:
        """Inflate an entry to its last octet: zipfile would not mind others behind the end of what is compressed."""
        place = self._places[entry.filename]
        octets = self._content[place : place + entry.compress_size]
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            inflating = zlib.decompressobj(-zlib.MAX_WBITS)
            octets = inflating.decompress(octets, entry.file_size + 1)
            if not inflating.eof or inflating.unused_data:
                raise ValueError("it ends too late, or too early")
        if len(octets) != entry.file_size or zlib.crc32(octets) != entry.CRC:
            raise ValueError("it is not what the directory says")
        return octets


def _two_kinds() -> Finding:
    return unsupported("the file can be taken for one of another kind")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise Finding(unclear("SIGNED_DATA_NOT_FOUND", "the file is encrypted"))
    name = entry.filename
    segments = name.removesuffix("/").split("/")
    is_odd = any(segment in ("", ".", "..") for segment in segments) or "\\" in name or ":" in segments[0]
    if is_odd or entry.orig_filename != name or not name.isprintable():
        raise malformed("the package has an entry with a strange name")
    # Without the flag one reader takes the name for UTF-8 and another for code page 437.
    if not (name.isascii() or entry.flag_bits & _UTF8):
        raise malformed("the package has an entry with a strange name")
    _check_extra(entry.extra)
    if _TEXT.search(entry.comment):
        raise _two_kinds()
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise unsupported("the package is compressed in a way that is not judged")
    if entry.file_size > max(_FREE_OCTETS, entry.compress_size * _MOST_RATIO):
        raise unsupported("the package is too large to be judged")


def _check_extra(extra: bytes) -> None:
    if _OTHER_NAME in _extras(extra):
        raise malformed("the package has an entry with a strange name")
    if _TEXT.search(extra):
        raise _two_kinds()


def _extras(extra: bytes) -> dict[int, bytes]:
    """Take the extra fields of an entry apart (APPNOTE 4.5.1)."""
    found: dict[int, bytes] = {}
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        found.setdefault(kind, extra[place + 4 : place + 4 + size])
        place += 4 + size
    return found


def _check_layout(entries: list[zipfile.ZipInfo], directory: int, content: bytes) -> dict[str, int]:
    """
    See that the entries lie one behind the other, with headers that say what the directory says; nothing between.

    Returns:
        Where the data of each entry begin.
    """
    places: dict[str, int] = {}
    end = 0
    permitted = frozenset({b""})
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if content[end : entry.header_offset] not in permitted or entry.header_offset < end:
            raise malformed("the package has octets that its directory does not name")
        places[entry.filename] = _begin_of(entry, content)
        end = places[entry.filename] + entry.compress_size
        permitted = _descriptors(entry) if entry.flag_bits & _DESCRIPTOR else frozenset({b""})
    tail = content.find(_END, max(directory, 0))
    whole = tail >= 0 and tail + 22 <= len(content) and content.find(_END, tail + 4) < 0
    if directory < end or content[end:directory] not in permitted or not whole:
        raise malformed("the package has octets that its directory does not name")
    if tail + 22 + struct.unpack_from("<H", content, tail + 20)[0] != len(content):
        raise malformed("the package has octets that its directory does not name")
    return places


def _descriptors(entry: zipfile.ZipInfo) -> frozenset[bytes]:
    """Return what may follow an entry whose sizes were not known when its header was written (APPNOTE 4.3.9)."""
    sums = (entry.CRC, entry.compress_size, entry.file_size)
    plain = (struct.pack("<III", *sums), struct.pack("<IQQ", *sums))
    return frozenset((*plain, *(_DESCRIPTOR_MARK + each for each in plain)))


def _begin_of(entry: zipfile.ZipInfo, content: bytes) -> int:
    """Return where the data of an entry begin, by a header that agrees with the directory."""
    try:
        mark, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(content, entry.header_offset)
    except struct.error as error:
        raise malformed("the package has two descriptions of one entry") from error
    begin = entry.header_offset + _LOCAL.size
    fields = content[begin + name : begin + name + extra]
    _check_extra(fields)
    if 0xFFFFFFFF in (packed, size):
        large = _extras(fields).get(_LARGE_SIZES, b"")
        size, packed = struct.unpack_from("<QQ", large) if len(large) >= 16 else (size, packed)
    told = (crc, packed, size) == (entry.CRC, entry.compress_size, entry.file_size)
    told = told or bool(flags & _DESCRIPTOR and not (crc or packed or size))
    encoding = "utf-8" if entry.flag_bits & _UTF8 else "cp437"
    same_name = content[begin : begin + name] == entry.filename.encode(encoding)
    if mark != b"PK\x03\x04" or method != entry.compress_type or flags != entry.flag_bits or not told or not same_name:
        raise malformed("the package has two descriptions of one entry")
    return int(begin + name + extra)
