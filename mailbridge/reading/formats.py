"""
Which reader opens which type: one table for text, one for containers.

Readers are named, not imported: the nursery imports all of them once, and a child only what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from mailbridge.mail.containers import DOC, DOCX, ENCRYPTED_OFFICE, MSG, XLS, XLSX, ZIP
from mailbridge.mail.filetype import (
    BZIP2,
    CABINET,
    EDXML,
    ENVELOPE,
    GZIP,
    PDF,
    RAR,
    RTF,
    SEVEN_ZIP,
    TAR,
    WEB_ARCHIVE,
    WINMAIL,
    XZ,
)
from mailbridge.mail.pages import Page, Pages
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from mailbridge.reading.members import Member, Ration

_HERE = "mailbridge.reading"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

_READERS: Mapping[str, str] = {
    PDF: "pdf:read_pdf",
    DOCX: "docx:read_docx",
    DOC: "doc:read_doc",
    RTF: "rtf:read_rtf",
    f"{_OPEN_DOCUMENT}.text": "odt:read_odt",
    f"{_OPEN_DOCUMENT}.text-template": "odt:read_odt",
    XLS: "sheets:read_sheet",
    XLSX: "sheets:read_sheet",
    f"{_OPEN_DOCUMENT}.spreadsheet": "sheets:read_sheet",
    "text/html": "html_file:read_html",
    WEB_ARCHIVE: "web_archive:read_web_archive",
}
_PLAIN = "plain:read_plain"

_UNPACKERS: Mapping[str, str] = {
    ZIP: "archives:unpack_zip",
    TAR: "archives:unpack_tar",
    GZIP: "archives:unpack_gzip",
    BZIP2: "archives:unpack_bzip2",
    XZ: "archives:unpack_xz",
    SEVEN_ZIP: "other_archives:unpack_with_libarchive",
    RAR: "other_archives:unpack_with_libarchive",
    CABINET: "other_archives:unpack_with_libarchive",
    WINMAIL: "winmail:unpack_winmail",
    MSG: "outlook:unpack_msg",
    ENVELOPE: "opaque:unpack_cms",
}
_EDXML_READER = "edxml:read_edxml"
_SCANNER = "scan:read_scan"
_SCANNER_PREPARES = "scan:prepare"

Unpacker: TypeAlias = "Callable[[bytes, Ration], Iterator[Member]]"


def is_container(media_type: str) -> bool:
    """Say whether files are taken out of this type."""
    return media_type in _UNPACKERS or media_type == EDXML


def is_picture(media_type: str) -> bool:
    """Say whether a file of this type is nothing but a picture, whose letters have to be recognised."""
    return media_type.startswith("image/") and media_type != "image/svg+xml"


def problem_of_type(media_type: str) -> Unreadable | None:
    """Say why files of this type are not read; None when they are."""
    if is_picture(media_type) or is_container(media_type):
        return None
    if media_type == ENCRYPTED_OFFICE:
        return Unreadable(Problem.ENCRYPTED, "the office file opens only with a password")
    return _unsupported(media_type) if _reader_name(media_type) is None else None


def read_text(media_type: str, content: bytes, *, first: int, last: int) -> Pages:
    """Read the pages of a file; of a PDF the first and last ones only. Raises `Unreadable`."""
    name = _reader_name(media_type)
    if name is None:
        raise _unsupported(media_type)
    reader = _load(name)
    pages: Pages = reader(content, first=first, last=last) if media_type == PDF else reader(content)
    return pages


def unpacker(media_type: str) -> Unpacker:
    """Return what takes the files out of this type; raises `KeyError` for one that is no container."""
    found: Unpacker = _load(_UNPACKERS[media_type])
    return found


def edxml_reader() -> Callable[[bytes], Any]:
    """Return what reads an edXML file: its header and its files."""
    return _load(_EDXML_READER)


def read_letters(media_type: str, content: bytes, pages: tuple[int, ...]) -> tuple[Page, ...]:
    """Recognise the letters on some pages of a scan; raises `Unreadable`, also when the extra "ocr" is missing."""
    try:
        scanner = _load(_SCANNER)
    except ImportError as error:
        raise Unreadable(Problem.UNSUPPORTED, f'{media_type} needs the extra "ocr"') from error
    found: Iterable[Page] = scanner(media_type, content, pages)
    return tuple(found)


def count_sheets(media_type: str, content: bytes) -> int:
    """Count the pages of a picture; raises `Unreadable`, also when the extra "ocr" is missing."""
    from mailbridge.reading.scan_source import frames

    try:
        return frames(media_type, content)
    except ImportError as error:
        raise Unreadable(Problem.UNSUPPORTED, f'{media_type} needs the extra "ocr"') from error


def preload() -> None:
    """Import every reader but the one of scans; done once in the nursery of readers."""
    for name in {*_READERS.values(), _PLAIN, *_UNPACKERS.values(), _EDXML_READER}:
        _load(name)


def preload_scanner() -> None:
    """Make ready what recognises letters; done once in the nursery of scans."""
    # An extra that is not installed is told when a file needs it.
    with suppress(ImportError, Unreadable):
        _load(_SCANNER_PREPARES)()


def _reader_name(media_type: str) -> str | None:
    return _READERS.get(media_type) or (_PLAIN if media_type.startswith("text/") else None)


def _unsupported(media_type: str) -> Unreadable:
    return Unreadable(Problem.UNSUPPORTED, f"{media_type} is not read yet")


def _load(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"{_HERE}.{module}"), function)
    return found
