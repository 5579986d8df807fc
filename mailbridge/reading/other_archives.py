"""Archives that the standard library does not know: 7z, RAR (3 and 5) and CAB, by libarchive (extra "archives")."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.members import Member, Ration, is_file
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.rar5 import locked_files

if TYPE_CHECKING:
    from types import ModuleType

_LOCKED = ("ncrypt", "assword", "assphrase", "rypto codec")
_FORMATS = ("7zip", "rar", "rar5", "cab")


def unpack_with_libarchive(content: bytes, ration: Ration) -> Iterator[Member]:
    """
    Take the files out of an archive; those that need a password are listed.

    Raises:
        Unreadable: the library is missing, the list of files is encrypted or damaged, or it is too much.
    """
    ffi = _library()
    archive = ffi.read_new()
    try:
        for name in _FORMATS:
            ffi.get_read_format_function(name)(archive)
        yield from _members(ffi, archive, content, ration)
    finally:
        ffi.read_free(archive)


def _library() -> ModuleType:
    try:
        from libarchive import ffi
    # What it raises where Debian's libarchive13 is missing: it takes the program itself for the library.
    except (ImportError, OSError, AttributeError, TypeError) as error:
        reason = 'archives of this kind need the extra "archives" and libarchive'
        raise Unreadable(Problem.UNSUPPORTED, reason) from error
    if not hasattr(ffi, "entry_is_encrypted"):
        ffi.ffi("entry_is_encrypted", [ffi.c_archive_entry_p], ctypes.c_int)
    return ffi  # type: ignore[no-any-return]  # its modules have no types


def warm() -> None:
    """Load the library if it is there; done once in the nursery, so that no child has to."""
    with suppress(Unreadable):
        _library()


def _members(ffi: ModuleType, archive: Any, content: bytes, ration: Ration) -> Iterator[Member]:
    from libarchive.exception import ArchiveError

    entry = ctypes.c_void_p()
    locked = locked_files(content)
    try:
        ffi.read_open_memory(archive, content, len(content))
        for place in count():
            if ffi.read_next_header(archive, ctypes.byref(entry)) == ffi.ARCHIVE_EOF:
                return
            if is_file(ffi.entry_filetype(entry), ffi.entry_size(entry)):
                ration.count()
                yield _member(ffi, archive, entry, ration, is_locked=place in locked)
    except ArchiveError as error:
        raise _refusal(error, "the archive breaks off or is damaged") from error


def _member(ffi: ModuleType, archive: Any, entry: Any, ration: Ration, *, is_locked: bool) -> Member:
    from libarchive.exception import ArchiveError

    name = _name(ffi, entry)
    if is_locked or ffi.entry_is_encrypted(entry):
        locked = Unreadable(Problem.ENCRYPTED, "the file opens only with a password")
        return Member(raw_name=name, content=b"", problem=str(locked))
    buffer = ctypes.create_string_buffer(1 << 18)

    def read(most: int) -> bytes:
        count = ffi.read_data(archive, buffer, min(most, len(buffer)))
        if count < 0:
            raise ArchiveError("warned", retcode=count)
        return buffer.raw[:count]

    try:
        return Member(raw_name=name, content=ration.draw(read))
    except ArchiveError as error:
        refusal = _refusal(error, "the file cannot be taken out of the archive")
        return Member(raw_name=name, content=b"", problem=str(refusal))


def _name(ffi: ModuleType, entry: Any) -> str:
    wide = ffi.entry_pathname_w(entry)
    return str(wide) if wide is not None else decode_text(ffi.entry_pathname(entry) or b"", None)


def _refusal(error: Exception, otherwise: str) -> Unreadable:
    if any(word in str(error) for word in _LOCKED):
        return Unreadable(Problem.ENCRYPTED, "the archive opens only with a password")
    return Unreadable(Problem.MALFORMED, otherwise)
