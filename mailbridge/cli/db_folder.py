"""
A folder that is there whole or not at all, and proves itself: what `db backup` and `export all` write.

`SHA256SUMS` names every file with its SHA-256, in the form that `sha256sum -c` reads; `manifest.json` says what the
folder is, holds the digest of those lines and its own.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from mailbridge.errors import MailBridgeError

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_CHUNK = 1 << 20
_LONGEST_LINE = 8 << 10
_MOST_NAMED = 10

BESIDES = ("proof", "configuration", "README")
"""Beginnings of names that are not counted in the digest of the contents: they tell of the writing, or of the house."""


class FolderDamaged(MailBridgeError):
    """A folder is none that was written here, or not as it was written; `places` names what is not."""

    def __init__(self, places: list[str]) -> None:
        super().__init__("; ".join(places))
        self.places = tuple(places)


class Sink(Protocol):
    """A file that is written to."""

    def write(self, octets: bytes, /) -> int:
        """Write all of the octets."""
        ...


class _Hashing:
    """A file that is hashed while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, octets: bytes, /) -> int:
        """Write all of the octets."""
        self._file.write(octets)
        self.sha256.update(octets)
        self.size += len(octets)
        return len(octets)

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is closed."""


class NewFolder:
    """A folder that is being written; from `new_folder`."""

    def __init__(self, root: Path, sums: IO[bytes]) -> None:
        self._root = root
        self._sums = sums
        self._of_sums = hashlib.sha256()
        self._of_content = hashlib.sha256()
        self.files = 0
        self.octets = 0

    @contextmanager
    def opened(self, name: str, *, packed: bool = False) -> Iterator[Sink]:
        """Open a new file of the folder ("tables/entry.jsonl") for writing; `packed` by gzip, without times."""
        path = self._root / name
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            hashing = _Hashing(file)
            if packed:
                with gzip.GzipFile(filename="", mode="wb", fileobj=hashing, compresslevel=6, mtime=0) as packing:
                    yield packing
            else:
                yield hashing
        self._name(hashing.sha256.hexdigest(), name, hashing.size)

    def add(self, name: str, octets: bytes) -> None:
        """Write a file."""
        with self.opened(name) as file:
            file.write(octets)

    def copy(self, source: Path, name: str) -> str:
        """Copy a file, and return its SHA-256 in hex."""
        with source.open("rb") as read, self.opened(name) as file:
            sha256 = hashlib.sha256()
            while octets := read.read(_CHUNK):
                sha256.update(octets)
                file.write(octets)
        return sha256.hexdigest()

    def has(self, name: str) -> bool:
        """Say whether a file was written."""
        return (self._root / name).exists()

    def _name(self, sha256: str, name: str, size: int) -> None:
        # sha256sum escapes line ends and backslashes in names; ours have none.
        line = f"{sha256}  {name}\n".encode()
        self._sums.write(line)
        self._of_sums.update(line)
        if not name.startswith(BESIDES):
            self._of_content.update(line)
        self.files += 1
        self.octets += size

    def digests(self) -> tuple[str, str]:
        """Return the digest of all lines of SHA256SUMS, and of those that name contents of the book."""
        return self._of_sums.hexdigest(), self._of_content.hexdigest()


@contextmanager
def new_folder(path: Path, manifest: dict[str, Any]) -> Iterator[NewFolder]:
    """
    Write a folder, which gets its name when it is whole and on the disk.

    Args:
        manifest: What is to stand in the manifest; may be added to until the end. It is returned with the digests.

    Raises:
        OSError: It is there already, or cannot be written; nothing is left.
    """
    if path.exists():
        raise FileExistsError(17, "File exists", str(path))
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    with ExitStack() as stack:
        draft.mkdir(mode=_FOLDER_MODE)
        stack.callback(shutil.rmtree, draft, ignore_errors=True)
        with (draft / SUMS).open("xb") as sums:
            folder = NewFolder(draft, sums)
            yield folder
        sums_digest, content = folder.digests()
        manifest |= {"files": folder.files, "octets": folder.octets, "sums": sums_digest, "content": content}
        told = manifest | {"digest": hashlib.sha256(_json(manifest)).hexdigest()}
        (draft / MANIFEST).write_bytes(_json(told))
        for each in (SUMS, MANIFEST):
            (draft / each).chmod(_FILE_MODE)
        # One for a hundred thousand files, in the place of one for each.
        os.sync()
        draft.rename(path)
        os.sync()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


class WrittenFolder:
    """
    A folder that was written by `new_folder`.

    Raises:
        FolderDamaged: Its manifest is not there or not as it was made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            told = json.loads((path / MANIFEST).read_bytes())
            digest = told.pop("digest")
            is_as_made = hashlib.sha256(_json(told)).hexdigest() == digest
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FolderDamaged([f"{MANIFEST}: {error}"]) from error
        if not is_as_made:
            raise FolderDamaged([MANIFEST])
        self.manifest: Mapping[str, Any] = told

    def check(self, tell: Callable[[int, int], None] = lambda _done, _of: None) -> None:
        """
        Hold every file against its digest; one that nobody has named is not looked at, and never read.

        Raises:
            FolderDamaged: Names the first files that are missing or changed.
        """
        sums = hashlib.sha256()
        damaged: list[str] = []
        for count, (line, sha256, name) in enumerate(self._lines(), 1):
            sums.update(line)
            if len(damaged) < _MOST_NAMED and _sha256(self.path / name) != sha256:
                damaged.append(name)
            tell(count, int(self.manifest["files"]))
        if sums.hexdigest() != self.manifest["sums"]:
            damaged.insert(0, SUMS)
        if damaged:
            raise FolderDamaged(damaged)

    def names(self, below: str) -> Iterator[str]:
        """List the files below a folder of it ("archive"), in the order of their writing."""
        return (name for _, _, name in self._lines() if name.startswith(f"{below}/"))

    def sha256_of(self, below: str) -> Iterator[tuple[str, str]]:
        """List the files below a folder of it with their digests."""
        return ((name, sha256) for _, sha256, name in self._lines() if name.startswith(f"{below}/"))

    def _lines(self) -> Iterator[tuple[bytes, str, str]]:
        try:
            with (self.path / SUMS).open("rb") as file:
                while line := file.readline(_LONGEST_LINE):
                    sha256, _, name = line.decode().rstrip("\n").partition("  ")
                    if not _is_ours(name):
                        raise FolderDamaged([SUMS])
                    yield line, sha256, name
        except (OSError, ValueError) as error:
            raise FolderDamaged([f"{SUMS}: {error}"]) from error

    def lines(self, name: str) -> Iterator[bytes] | None:
        """Read a file of lines, packed or not ("tables/entry.jsonl"); None when there is none."""
        plain, packed = self.path / name, self.path / f"{name}.gz"
        if plain.is_file():
            return _read_lines(plain.open("rb"))
        return _read_lines(gzip.open(packed, "rb")) if packed.is_file() else None


def _read_lines(file: Any) -> Iterator[bytes]:
    with file:
        yield from file


def _is_ours(name: str) -> bool:
    """Say whether a name leads to a place within the folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\0" not in name


def _sha256(path: Path) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
