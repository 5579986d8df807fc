"""Files made to break whoever opens them; each is really built, and small."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from functools import cache

from tests.reading.builders_archives import Entry, raw_zip, tarred, zipped
from tests.reading.builders_letters import (
    DATA,
    SHA_256,
    SIGNED,
    attached,
    attribute,
    ber,
    der,
    msg_tree,
    ole,
    winmail,
)

_MB = 1 << 20
_STEP = 100 * _MB
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"


def nested_zip(levels: int, core: bytes = PDF, beside: int = 1) -> bytes:
    """Put a file into a ZIP into a ZIP…, `beside` times on each level."""
    name, content = "core.pdf", core
    for level in range(levels):
        content = zipped({f"{number}-{name}": content for number in range(beside)})
        name = f"{level}.zip"
    return content


@cache
def forty_two() -> bytes:
    """Sixteen in sixteen in sixteen…: five levels, at the bottom 100 MB of zeros."""
    return nested_zip(5, zipped({"zeros": bytes(_STEP)}), beside=16)


def overlapping_zip() -> bytes:
    """Many files of the directory are one and the same packed file (D. Fifield, A better zip bomb)."""
    kernel = Entry(name=b"zeros", content=bytes(20 * _MB))
    return raw_zip(
        kernel,
        *(Entry(name=b"zeros", content=kernel.content[:0], packed=b"", size=20 * _MB, offset=0) for _ in range(250)),
    )


def crowded_zip(count: int = 100_000) -> bytes:
    return raw_zip(*(Entry(name=b"%06d.bin" % number, content=b"\0", method=0) for number in range(count)))


@cache
def endless_gzip() -> bytes:
    """Ten gigabytes of zeros: a hundred members of a hundred megabytes."""
    return gzip.compress(bytes(_STEP), 9, mtime=0) * 100


@cache
def endless_bzip2() -> bytes:
    return bz2.compress(bytes(_STEP)) * 100


@cache
def endless_xz() -> bytes:
    return lzma.compress(bytes(_STEP), preset=0) * 100


def greedy_xz() -> bytes:
    """A few octets whose header asks for a dictionary of 4 GB."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 16}]
    made = bytearray(lzma.compress(b"small", format=lzma.FORMAT_XZ, filters=filters))
    # Block header: size, flags, filter id 0x21, size of properties 1, dictionary bits, padding, CRC32.
    made[16] = 40
    made[20:24] = struct.pack("<I", zlib.crc32(made[12:20]))
    return bytes(made)


def huge_docx() -> bytes:
    """A letter of five gigabytes: the same packed stretch of zeros, again and again."""
    packer = zlib.compressobj(9, wbits=-15)
    stretch = packer.compress(b"<w:t>" + bytes(10 * _MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = stretch * 512 + b"\x03\x00"
    return raw_zip(
        Entry(name=b"[Content_Types].xml", content=b"<Types/>"),
        Entry(name=b"word/document.xml", packed=packed, size=512 * (10 * _MB + 5)),
    )


def lying_docx() -> bytes:
    """The same, but its size is said to be small."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(bytes(50 * _MB)) + packer.flush()
    return raw_zip(
        Entry(name=b"[Content_Types].xml", content=b"<Types/>"),
        Entry(name=b"word/document.xml", packed=packed, size=10_000),
    )


def laughing_docx() -> bytes:
    """A thousand million laughs: entities that are made of entities."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{entities}]><d>&l9;</d>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def sparse_tar() -> bytes:
    """A file of eight terabytes that is one hole (pax, GNU sparse 1.0)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("hole.pdf")
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.realsize": str(8 << 40),
            "GNU.sparse.name": "hole.pdf",
        }
        map_of_holes = f"1\n{8 << 40}\n0\n".encode().ljust(512, b"\0")
        info.size = len(map_of_holes)
        archive.addfile(info, io.BytesIO(map_of_holes))
    return out.getvalue()


def crowded_tar(count: int = 20_000) -> bytes:
    return tarred({f"{number}.txt": b"" for number in range(count)})


def looping_msg() -> bytes:
    """A letter whose attached file runs in a circle through the allocation table."""
    content = PDF * 1000
    made = bytearray(ole(msg_tree(files=[("tròn.pdf", content)])))
    table = len(made) - 512 * int.from_bytes(made[44:48], "little")
    first = made.find(content[:512]) // 512 - 1
    struct.pack_into("<I", made, table + 4 * (first + 3), first)
    return bytes(made)


def self_holding_msg() -> bytes:
    """A letter whose directory leads back to its root."""
    made = bytearray(ole(msg_tree(files=[("a.pdf", PDF * 1000)])))
    at = made.find("__attach_version1.0_#00000000".encode("utf-16-le"))
    struct.pack_into("<I", made, at + 76, 0)
    return bytes(made)


def lying_winmail() -> bytes:
    """A file whose second attribute is said to have four gigabytes."""
    return winmail(attached(b"a.pdf", PDF), attribute(2, 0x0006800F, b"short", length=0xFFFFFFF0))


def crowded_winmail() -> bytes:
    """Properties without end: a count of four thousand million, each of no octets."""
    return winmail(attribute(1, 0x00069003, struct.pack("<IHHI", 0xFFFFFFFF, 0x101E, 0x1000, 0xFFFFFFFF)))


def lying_cms() -> bytes:
    """A wrapper whose lengths are larger than any file."""
    return b"\x30\x84\xff\xff\xff\xff" + SIGNED + b"\xa0\x84\xff\xff\xff\xf0\x30\x84\xff\xff\xff\xe0"


def deep_cms(levels: int = 5_000) -> bytes:
    """Octet strings in octet strings, without end."""
    pieces = b"\x24\x80" * levels + der(0x04, PDF) + b"\0\0" * levels
    wrapped = ber(0x30, DATA, ber(0xA0, pieces))
    return ber(0x30, SIGNED, ber(0xA0, ber(0x30, b"\x02\x01\x01", SHA_256, wrapped, der(0x31))))


def mutual_gzip(levels: int = 60) -> bytes:
    """A file packed again and again."""
    content = PDF
    for _ in range(levels):
        content = gzip.compress(content, mtime=0)
    return content


def zip_that_contradicts_itself() -> bytes:
    return raw_zip(
        Entry(name=b"cong-van.pdf", local_name=b"virus123.exe", content=PDF), Entry(name=b"b.pdf", content=PDF)
    )


def zip_with_comment_bomb() -> bytes:
    """A directory that is said to have 65,535 files and has none."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"PK\x05\x06" * 10_000
    return out.getvalue()
