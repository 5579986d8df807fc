"""Archives octet by octet, so that a test can make them right, odd or hostile."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Unreadable

UTF_8 = 0x800
ENCRYPTED = 0x1
DESCRIPTOR = 0x8


def ample(content: bytes) -> Ration:
    """Return a ration that no honest container uses up."""
    return Ration(packed=len(content), octets=200 << 20, files=500)


def until_problem(members: Iterator[Member]) -> tuple[list[Member], Unreadable]:
    """Take members until their container gives up; return them and why."""
    taken: list[Member] = []
    try:
        for member in members:
            taken.append(member)
    except Unreadable as problem:
        return taken, problem
    raise AssertionError("it did not give up")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One file of a ZIP as it is to be written; `packed` and what follows are for those that lie."""

    name: bytes
    content: bytes = b""
    local_name: bytes | None = None
    flags: int = 0
    extra: bytes = b""
    packed: bytes | None = None
    method: int = 8
    size: int | None = None
    offset: int | None = None
    attributes: int = 0


def raw_zip(*entries: Entry) -> bytes:
    """Write a ZIP; an entry with `offset` has no local header of its own but points there."""
    out, directory = bytearray(), bytearray()
    for entry in entries:
        packer = zlib.compressobj(wbits=-15)
        packed = entry.packed
        if packed is None:
            packed = packer.compress(entry.content) + packer.flush() if entry.method == 8 else entry.content
        size = len(entry.content) if entry.size is None else entry.size
        checksum = zlib.crc32(entry.content)
        sizes = (checksum, len(packed), min(size, 0xFFFFFFFF))
        offset = len(out) if entry.offset is None else entry.offset
        local = entry.name if entry.local_name is None else entry.local_name
        extra = entry.extra
        if size > 0xFFFFFFFF:
            extra += struct.pack("<HHQ", 1, 8, size)
        if entry.offset is None:
            told = (0, 0, 0) if entry.flags & DESCRIPTOR else sizes
            out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, entry.flags, entry.method, 0, 33, *told, len(local), 0)
            out += local + packed
            if entry.flags & DESCRIPTOR:
                out += struct.pack("<IIII", 0x08074B50, *sizes)
        made_by = 3 << 8 | 45
        directory += struct.pack("<IHHHHHHIII", 0x02014B50, made_by, 45, entry.flags, entry.method, 0, 33, *sizes)
        directory += struct.pack("<HHHHHII", len(entry.name), len(extra), 0, 0, 0, entry.attributes << 16, offset)
        directory += entry.name + extra
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + end)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Write a ZIP as everybody does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def unicode_path(raw: bytes, name: str) -> bytes:
    """Write the extra field of Info-ZIP that holds the name in UTF-8."""
    field = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


def tarred(files: Mapping[str, bytes], *, encoding: str = "utf-8", kind: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind, encoding=encoding) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def seven_zip(files: Mapping[str, bytes]) -> bytes:
    from libarchive.write import custom_writer

    out = bytearray()

    def write(piece: bytes) -> int:
        out.extend(piece)
        return len(piece)

    with custom_writer(write, "7zip") as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)
    return bytes(out)


def rar5(files: Mapping[str, bytes], *, locked: bool = False) -> bytes:
    """Write a RAR 5 whose files are stored, not packed; `locked` ones say that they are encrypted."""
    out = bytearray(b"Rar!\x1a\x07\x01\x00") + _rar5_block(1, b"\x00")
    for name, content in files.items():
        octets = name.encode()
        body = b"\x04" + _vint(len(content)) + b"\x00" + struct.pack("<I", zlib.crc32(content)) + b"\x00\x01"
        secret = b"\x01\x00\x00\x0f" + bytes(32)
        extra = _vint(len(secret)) + secret if locked else b""
        out += _rar5_block(2, body + _vint(len(octets)) + octets, content, extra)
    return bytes(out + _rar5_block(5, b"\x00"))


def _rar5_block(kind: int, body: bytes, data: bytes | None = None, extra: bytes = b"") -> bytes:
    flags = (1 if extra else 0) | (2 if data is not None else 0)
    head = bytes([kind, flags]) + (_vint(len(extra)) if extra else b"")
    head += _vint(len(data)) if data is not None else b""
    head += body + extra
    head = _vint(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + (data or b"")


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def rar3(files: Mapping[str, bytes], *, locked: bool = False) -> bytes:
    """Write a RAR 3 whose files are stored; names in UTF-8, which RAR for Unix writes."""
    out = bytearray(b"Rar!\x1a\x07\x00") + _rar3_block(0x73, 0, bytes(6))
    for name, content in files.items():
        octets = name.encode()
        body = struct.pack(
            "<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0, 20, 0x30, len(octets), 0o100644
        )
        out += _rar3_block(0x74, 0x8200 | (4 if locked else 0), body + octets) + content
    return bytes(out + _rar3_block(0x7B, 0x4000, b""))


def _rar3_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def cabinet(files: Mapping[str, bytes]) -> bytes:
    """Write a CAB whose files are stored in one folder ([MS-CAB])."""
    joined = b"".join(files.values())
    pieces: Sequence[bytes] = [joined[at : at + 32768] for at in range(0, len(joined), 32768)]
    listing, at = bytearray(), 0
    for name, content in files.items():
        listing += struct.pack("<IIHHHH", len(content), at, 0, 0x5A00, 0, 0xA0) + name.encode() + b"\0"
        at += len(content)
    first_file = 36 + 8
    first_data = first_file + len(listing)
    data = b"".join(struct.pack("<IHH", 0, len(piece), len(piece)) + piece for piece in pieces)
    head = struct.pack(
        "<4sIIIIIBBHHHHH", b"MSCF", 0, first_data + len(data), 0, first_file, 0, 3, 1, 1, len(files), 0, 0, 0
    )
    return head + struct.pack("<IHH", first_data, len(pieces), 0) + bytes(listing) + data
