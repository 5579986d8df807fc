"""Letters as Outlook and signing programs wrap them: .msg, winmail.dat, CMS; octet by octet."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _SHORT, _CUT_OFF = 512, 64, 4096


class _Ole:
    """An OLE container ([MS-CFB]) that grows: sectors, short sectors within the root's stream, entries."""

    def __init__(self) -> None:
        self.sectors: list[bytes] = []
        self.chain: dict[int, int] = {}
        self.short = bytearray()
        self.short_chain: dict[int, int] = {}
        self.entries: list[bytearray] = []

    def store(self, content: bytes) -> int:
        pieces = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
        first = len(self.sectors)
        self.sectors += pieces
        self.chain |= {first + place: first + place + 1 for place in range(len(pieces))}
        return self._closed(self.chain, first, len(pieces))

    def store_short(self, content: bytes) -> int:
        first, count = len(self.short) // _SHORT, -(-len(content) // _SHORT)
        self.short += content.ljust(count * _SHORT, b"\0")
        self.short_chain |= {first + place: first + place + 1 for place in range(count)}
        return self._closed(self.short_chain, first, count)

    def _closed(self, chain: dict[int, int], first: int, count: int) -> int:
        if not count:
            return _END
        chain[first + count - 1] = _END
        return first

    def put(self, name: str, value: bytes | Tree, kind: int) -> int:
        index = len(self.entries)
        octets = name.encode("utf-16-le")
        entry = bytearray(octets.ljust(64, b"\0") + bytes(64))
        struct.pack_into("<HBBIII", entry, 64, len(octets) + 2, kind, 1, _FREE, _FREE, _FREE)
        self.entries.append(entry)
        if isinstance(value, bytes):
            where = self.store(value) if len(value) >= _CUT_OFF else self.store_short(value)
            struct.pack_into("<II", entry, 116, where, len(value))
            return index
        before, at = entry, 76
        for child, inner in sorted(value.items(), key=lambda pair: (len(pair[0]), pair[0].upper())):
            place = self.put(child, inner, 2 if isinstance(inner, bytes) else 1)
            struct.pack_into("<I", before, at, place)
            before, at = self.entries[place], 72
        return index


def ole(tree: Tree) -> bytes:
    """Write an OLE container with these streams and storages."""
    made = _Ole()
    made.put("Root Entry", tree, 5)
    struct.pack_into("<II", made.entries[0], 116, made.store(bytes(made.short)), len(made.short))
    count = len(made.short) // _SHORT
    short_table = made.store(_table(made.short_chain, -(-count // 128)))
    made.entries += [bytearray(64) + struct.pack("<HBBIII", 0, 0, 0, *[_FREE] * 3) + bytes(48)] * (
        -len(made.entries) % 4
    )
    directory = made.store(b"".join(map(bytes, made.entries)))
    tables = 1
    while tables * 128 < len(made.sectors) + tables:
        tables += 1
    first = len(made.sectors)
    made.chain |= dict.fromkeys(range(first, first + tables), _TABLE)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, directory, 0, _CUT_OFF, short_table, -(-count // 128), _END, 0)
    assert tables <= 109
    head += struct.pack("<109I", *range(first, first + tables), *[_FREE] * (109 - tables))
    return head + b"".join(made.sectors) + _table(made.chain, tables)


def _table(chain: Mapping[int, int], sectors: int) -> bytes:
    return struct.pack(f"<{sectors * 128}I", *(chain.get(place, _FREE) for place in range(sectors * 128)))


def _streams(texts: Mapping[int, str | bytes]) -> dict[str, bytes]:
    found = {}
    for number, value in texts.items():
        kind, octets = ("001F", value.encode("utf-16-le")) if isinstance(value, str) else ("001E", value)
        found[f"__substg1.0_{number:04X}{kind}"] = octets
    return found


def _told(streams: Mapping[str, bytes]) -> bytes:
    """Name properties of variable length in the stream of fixed ones: type, number, flags, octets."""
    named = ((int(name[-4:], 16), int(name[-8:-4], 16), len(value)) for name, value in streams.items())
    return b"".join(struct.pack("<HHIQ", kind, number, 6, size) for kind, number, size in named)


def msg_tree(
    *,
    subject: str | bytes = "V/v báo cáo",
    body: str | bytes = "Kính gửi quý cơ quan.",
    files: Sequence[tuple[str | bytes, bytes | Tree]] = (),
    fixed: Sequence[tuple[int, int, int]] = (),
    is_inner: bool = False,
) -> Tree:
    """Lay out a letter; a file that is a tree is a letter attached. `fixed`: type, number, value."""
    streams = _streams({0x37: subject, 0x1000: body, 0x0C1A: "Lê Văn A", 0x5D01: "a@snv.gov.vn", 0x0E04: "Văn thư"})
    properties = bytes(24 if is_inner else 32) + _told(streams)
    properties += b"".join(struct.pack("<HHIQ", kind, number, 6, value) for kind, number, value in fixed)
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": properties, **streams}
    for number, (name, content) in enumerate(files):
        names = _streams({0x3707: name})
        told = bytes(8) + _told(names) + struct.pack("<HHIQ", 0x102, 0x3701, 6, len(content))
        folder: dict[str, bytes | Tree] = {"__properties_version1.0": told, **names}
        inner = "__substg1.0_37010102" if isinstance(content, bytes) else "__substg1.0_3701000D"
        folder[inner] = content
        tree[f"__attach_version1.0_#{number:08X}"] = folder
    return tree


def attribute(level: int, identifier: int, data: bytes, *, length: int | None = None) -> bytes:
    """Write one attribute of a winmail.dat; `length` for one that lies."""
    size = len(data) if length is None else length
    return struct.pack("<BII", level, identifier, size) + data + struct.pack("<H", sum(data) & 0xFFFF)


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    """Write MAPI properties with one value each of variable length: number, type, value."""
    out = struct.pack("<I", len(properties))
    for number, kind, value in properties:
        out += struct.pack("<HHII", kind, number, 1, len(value)) + value + bytes(-len(value) % 4)
    return out


def winmail(*attributes: bytes, page: int = 1258) -> bytes:
    start = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    return start + attribute(1, 0x00069007, struct.pack("<II", page, 0)) + b"".join(attributes)


def attached(title: bytes, data: bytes, *properties: tuple[int, int, bytes]) -> bytes:
    """Write the attributes of one attached file."""
    out = attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, title + b"\0")
    if data:
        out += attribute(2, 0x0006800F, data)
    return out + (attribute(2, 0x00069005, mapi(*properties)) if properties else b"")


def der(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def ber(tag: int, *contents: bytes) -> bytes:
    """Write a value of indefinite length."""
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")
COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")
SHA_256 = der(0x31, der(0x30, bytes.fromhex("0609608648016503040201")))


def signed_data(content: bytes) -> bytes:
    """Wrap content into CMS signed data without signers (DER)."""
    wrapped = der(0x30, DATA, der(0xA0, der(0x04, content)))
    return der(0x30, SIGNED, der(0xA0, der(0x30, b"\x02\x01\x01", SHA_256, wrapped, der(0x31))))


def signed_in_pieces(content: bytes, size: int = 1000) -> bytes:
    """Wrap content as streaming programs do: indefinite lengths, the octet string in pieces (BER)."""
    pieces = [der(0x04, content[at : at + size]) for at in range(0, len(content), size)]
    wrapped = ber(0x30, DATA, ber(0xA0, ber(0x24, *pieces)))
    return ber(0x30, SIGNED, ber(0xA0, ber(0x30, b"\x02\x01\x01", SHA_256, wrapped, der(0x31))))


def enveloped_data() -> bytes:
    """Write the frame of encrypted CMS; who may open it does not matter here."""
    secret = der(
        0x30, DATA, der(0x30, bytes.fromhex("060960864801650304012a"), der(0x04, bytes(16))), der(0x80, bytes(64))
    )
    return der(0x30, ENVELOPED, der(0xA0, der(0x30, b"\x02\x01\x00", der(0x31), secret)))


def compressed_data(packed: bytes) -> bytes:
    """Write CMS compressed data (RFC 3274) around what zlib made."""
    algorithm = der(0x30, bytes.fromhex("060b2a864886f70d0109100308"))
    wrapped = der(0x30, DATA, der(0xA0, der(0x04, packed)))
    return der(0x30, COMPRESSED, der(0xA0, der(0x30, b"\x02\x01\x00", algorithm, wrapped)))
