"""Writing a file so that it is there whole or not at all, whenever the power goes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, octets: bytes, *, mode: int = 0o644) -> None:
    """
    Put a file in place durably, over one that is there; its folder must be there.

    Files that root makes belong to the owner of the folder: the program that runs there is not root. Raises `OSError`;
    then whatever was there before is there still.
    """
    draft = write_draft(path, octets, mode=mode)
    put_in_place(draft, path)


def write_draft(path: Path, octets: bytes, *, mode: int = 0o644) -> Path:
    """Write the octets durably under a hidden name beside `path`, and return it; raises `OSError`, nothing is left."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        # Whoever owns the folder could leave a link of that name there, for root to write through.
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), mode)
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return draft


def put_in_place(draft: Path, path: Path) -> None:
    """Give a draft its name, durably; raises `OSError`, and the draft is gone then."""
    try:
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (fsync(2): syncing a file does not sync its name); raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
