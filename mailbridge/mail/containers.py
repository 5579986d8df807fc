"""
Which program wrote a ZIP or an OLE container: told by the names inside.

Both are read by hand and only as far as names go, with a bound on every loop: the libraries read whole directories,
and a directory of a stranger may be endless, circular or larger than memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ZIP = "application/zip"
OLE = "application/x-ole-storage"
# Office packages with a password ([MS-OFFCRYPTO] 2.3.4) are OLE containers with the ZIP encrypted inside.
ENCRYPTED_OFFICE = "application/encrypted"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"

_MOST_NAMES = 2_000
_END_OF_DIRECTORY = b"PK\x05\x06"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_ENTRY = b"PK\x03\x04"
# The record at the end is followed by a comment of at most 65535 octets.
_END_RECORD = 22 + 65535
_SEARCH = 1 << 20
_OFFICE_FOLDERS = ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX))

_MOST_SECTORS = 512
_END_OF_CHAIN = 0xFFFFFFFA  # this and all above are marks, not numbers of sectors
_NO_ENTRY = 0xFFFFFFFF
_IN_HEADER = 109
_ENTRY = 128


def zip_type(content: bytes) -> str:
    """Return the media type of a ZIP container: OOXML, OpenDocument (its first member says so), EPUB or plain ZIP."""
    stated = _stated_type(content)
    if stated is not None:
        return stated
    names = set(_directory_names(content)) or set(_local_names(content))
    if b"[Content_Types].xml" in names:
        for folder, found in _OFFICE_FOLDERS:
            if any(name.startswith(folder) for name in names):
                return found
    return ZIP


def _stated_type(content: bytes) -> str | None:
    """Read the member "mimetype", which stands first and uncompressed (OpenDocument 1.2 part 3 §3.3)."""
    if content[:4] != _LOCAL_ENTRY or len(content) < 38 or content[30:38] != b"mimetype":
        return None
    method, size, name_length, extra_length = struct.unpack_from("<H8xIxxxxHH", content, 8)
    if method != 0 or name_length != 8 or size > 100:
        return None
    start = 38 + extra_length
    try:
        stated = content[start : start + size].decode("ascii").strip().lower()
    except UnicodeDecodeError:
        return None
    return stated if stated.startswith("application/") and stated.isprintable() and " " not in stated else None


def _directory_names(content: bytes) -> Iterator[bytes]:
    end = content.rfind(_END_OF_DIRECTORY, max(0, len(content) - _END_RECORD))
    if end < 0 or end + 22 > len(content):
        return
    size, place = struct.unpack_from("<II", content, end + 12)
    # Octets before the archive shift every offset; the directory ends where the record begins.
    if size <= end:
        place = end - size
    for _ in range(_MOST_NAMES):
        if content[place : place + 4] != _DIRECTORY_ENTRY or place + 46 > len(content):
            return
        name, extra, comment = struct.unpack_from("<HHH", content, place + 28)
        yield content[place + 46 : place + 46 + name]
        place += 46 + name + extra + comment


def _local_names(content: bytes) -> Iterator[bytes]:
    """Find names of members in a file whose directory is lost: cut off, or hidden."""
    place = 0
    for _ in range(_MOST_NAMES):
        place = content.find(_LOCAL_ENTRY, place, _SEARCH)
        if place < 0 or place + 30 > len(content):
            return
        (length,) = struct.unpack_from("<H", content, place + 26)
        yield content[place + 30 : place + 30 + min(length, 260)]
        place += 30


def ole_type(content: bytes) -> str:
    """Return the media type of an OLE container ([MS-CFB]) by the streams in its root."""
    names = set(_root_names(content))
    if "EncryptedPackage" in names:
        return ENCRYPTED_OFFICE
    for streams, found in (
        ({"WordDocument"}, DOC),
        ({"Workbook", "Book"}, XLS),
        ({"PowerPoint Document"}, PPT),
        ({"__properties_version1.0", "__nameid_version1.0"}, MSG),
    ):
        if names & streams:
            return found
    return OLE


def _root_names(content: bytes) -> Iterator[str]:
    """Walk the tree of entries right below the root; a document embedded deeper does not make the type."""
    directory = _directory(content)
    if len(directory) < _ENTRY:
        return
    (top,) = struct.unpack_from("<I", directory, 76)
    waiting, seen = [top], {_NO_ENTRY}
    while waiting and len(seen) < _MOST_NAMES:
        index = waiting.pop()
        place = index * _ENTRY
        if index in seen or place + _ENTRY > len(directory):
            continue
        seen.add(index)
        length, _, _, left, right = struct.unpack_from("<HBBII", directory, place + 64)
        yield directory[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
        waiting += [left, right]


def _directory(content: bytes) -> bytes:
    """Collect the sectors of the directory along their chain in the allocation table."""
    if len(content) < 512:
        return b""
    (shift,) = struct.unpack_from("<H", content, 30)
    (sector,) = struct.unpack_from("<I", content, 48)
    if shift not in (9, 12):
        return b""
    size = 1 << shift
    found = []
    for _ in range(_MOST_SECTORS):
        place = (sector + 1) << shift
        if sector >= _END_OF_CHAIN or place >= len(content):
            break
        found.append(content[place : place + size])
        sector = _next_sector(content, sector, shift)
    return b"".join(found)


def _next_sector(content: bytes, sector: int, shift: int) -> int:
    """Look up the allocation table."""
    index, offset = divmod(sector, (1 << shift) // 4)
    place = ((_table_sector(content, index, shift) + 1) << shift) + offset * 4
    return _number(content, place)


def _table_sector(content: bytes, index: int, shift: int) -> int:
    """Say where the allocation table goes on: its first 109 sectors stand in the header, others in a chain of lists."""
    if index < _IN_HEADER:
        return _number(content, 76 + index * 4)
    per_list = (1 << shift) // 4 - 1
    hops, slot = divmod(index - _IN_HEADER, per_list)
    place = _number(content, 68)
    for _ in range(min(hops, _MOST_SECTORS)):
        place = _number(content, ((place + 1) << shift) + per_list * 4)
    return _number(content, ((place + 1) << shift) + slot * 4)


def _number(content: bytes, place: int) -> int:
    """Read a sector number; outside the file none, which ends every chain."""
    return int.from_bytes(content[place : place + 4], "little") if place + 4 <= len(content) else _NO_ENTRY
