"""
Archives by the standard library: ZIP, tar, and what is packed by gzip, bzip2 or xz.

What is no file (folders, links, devices) is left out. Names are given as they stand there, decoded: ZIP by its UTF-8
flag, by the Unicode path of Info-ZIP (APPNOTE 4.6.9), or else by what the octets most likely are, since a ZIP without
either says nothing of its charset.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

from mailbridge.mail.filetype import is_tar
from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.members import Member, Ration, is_file
from mailbridge.reading.problems import Problem, Unreadable

_UTF_8 = 0x800
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
# What gzip says of octets that begin no further member.
_JUNK = re.compile(r"^Not a gzipped file")
_UNICODE_PATH = 0x7075
_UNIX = 3
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    struct.error,
    OverflowError,
)


def unpack_zip(content: bytes, ration: Ration) -> Iterator[Member]:
    """
    Take the files out of a ZIP, in the order of its directory.

    Raises:
        Unreadable: the directory cannot be read, files lie in one another (which only bombs do), or it is too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (*_BROKEN, NotImplementedError) as error:  # zipfile says so of a format newer than itself
        raise Unreadable(Problem.MALFORMED, "the archive cannot be opened") from error
    files = [info for info in archive.infolist() if not info.is_dir() and _is_regular(info)]
    if _overlap(files):
        raise Unreadable(Problem.MALFORMED, "files lie in one another in the archive")
    for info in files:
        ration.count()
        yield _zip_member(archive, info, ration)


def _is_regular(info: zipfile.ZipInfo) -> bool:
    return is_file(info.external_attr >> 16 if info.create_system == _UNIX else 0, info.file_size)


def _overlap(files: list[zipfile.ZipInfo]) -> bool:
    """Say whether two files share octets; each takes its local header, its name and what is packed."""
    end = 0
    for info in sorted(files, key=lambda each: each.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LOCAL_HEADER + len(_raw_name(info)) + info.compress_size
    return False


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, ration: Ration) -> Member:
    name = _zip_name(info)
    if info.flag_bits & _ENCRYPTED:
        return _unopened(name, Problem.ENCRYPTED, "the file opens only with a password")
    try:
        with archive.open(info) as stream:
            return Member(raw_name=name, content=ration.draw(stream.read))
    except NotImplementedError:  # zipfile says so of a method of packing that it does not know
        return _unopened(name, Problem.UNSUPPORTED, "the file is packed in a way that is not read")
    except RuntimeError:
        return _unopened(name, Problem.ENCRYPTED, "the file opens only with a password")
    except _BROKEN:
        # Also when its two headers name it differently: which of both a mail program shows, nobody knows.
        return _unopened(name, Problem.MALFORMED, "the file cannot be taken out of the archive")


def _unopened(name: str, problem: Problem, reason: str) -> Member:
    return Member(raw_name=name, content=b"", problem=str(Unreadable(problem, reason)))


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437")


def _zip_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF_8:
        return info.orig_filename
    raw = _raw_name(info)
    return _unicode_path(info.extra, raw) or decode_text(raw, None)


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Find the name in UTF-8 that Info-ZIP adds; one that was made for another name does not count."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (checksum,) = struct.unpack_from("<I", field, 1)
            if checksum == zlib.crc32(raw):
                return field[5:].decode("utf-8", "replace")
        at += 4 + length
    return None


def unpack_tar(content: bytes, ration: Ration) -> Iterator[Member]:
    """Take the files out of a tar; raises `Unreadable` where it breaks off, or when it is too much."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", encoding="utf-8") as archive:
            for info in archive:
                if info.isreg():
                    ration.count()
                    yield _tar_member(archive, info, ration)
    except (*_BROKEN, RecursionError) as error:
        raise Unreadable(Problem.MALFORMED, "the archive breaks off or is damaged") from error


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, ration: Ration) -> Member:
    name = decode_text(info.name.encode("utf-8", "surrogateescape"), None)
    stream = archive.extractfile(info)
    taken = ration.draw(stream.read) if stream is not None else b""
    if stream is None or len(taken) < info.size:
        return _unopened(name, Problem.MALFORMED, "the file cannot be taken out of the archive")
    return Member(raw_name=name, content=taken)


def unpack_gzip(content: bytes, ration: Ration) -> Iterator[Member]:
    """Take out the one file of a gzip (RFC 1952), or the files of the tar in it; without a name when it states none."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
        yield from _unpacked(stream, ration, _gzip_name(content))


def unpack_bzip2(content: bytes, ration: Ration) -> Iterator[Member]:
    """Take out the one file of a bzip2, without a name, or the files of the tar in it."""
    with bz2.BZ2File(io.BytesIO(content)) as stream:
        yield from _unpacked(stream, ration, "")


def unpack_xz(content: bytes, ration: Ration) -> Iterator[Member]:
    """Take out the one file of an xz, without a name, or the files of the tar in it."""
    with lzma.LZMAFile(io.BytesIO(content)) as stream:
        yield from _unpacked(stream, ration, "")


def _unpacked(stream: _Stream, ration: Ration, name: str) -> Iterator[Member]:
    plain = ration.draw(_Forgiving(stream).read, keep=False)
    if is_tar(plain):
        yield from unpack_tar(plain, ration)
    else:
        ration.count()
        yield Member(raw_name=name, content=ration.take(plain))


class _Stream(Protocol):
    def read1(self, most: int, /) -> bytes: ...


class _Forgiving:
    """Reads a packed stream; junk behind a whole one is its end, a break within it is `Unreadable`."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._has_begun = False

    def read(self, most: int) -> bytes:
        try:
            # One stretch at a time: what came before a break, or before junk, would be lost otherwise.
            piece = self._stream.read1(most)
        except gzip.BadGzipFile as error:
            if self._has_begun and _JUNK.match(str(error)):
                return b""
            raise Unreadable(Problem.MALFORMED, "the packed file is damaged") from error
        except _BROKEN as error:
            raise Unreadable(Problem.MALFORMED, "the packed file breaks off or is damaged") from error
        self._has_begun = True
        return piece


def _gzip_name(content: bytes) -> str:
    """Read FNAME (RFC 1952 §2.3.1), said to be Latin-1, which Vietnamese names are not."""
    flags = content[3] if len(content) > 10 else 0
    at = 10
    if flags & 4:
        at += 2 + int.from_bytes(content[10:12], "little")
    if not flags & 8:
        return ""
    end = content.find(b"\0", at, at + 1000)
    return decode_text(content[at:end], None) if end > at else ""
