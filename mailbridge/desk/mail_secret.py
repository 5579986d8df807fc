"""The secret by which notices are sealed: made once, kept in the folder for data, readable by us alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from mailbridge.errors import Unavailable

NAME = "answers.key"
"""Its file, below the folder for data. When it is lost, notices that left cannot be answered; nothing else is lost."""

_OCTETS = 32


def answer_secret(data: Path) -> bytes:
    """
    Return the secret of this installation; the first call makes it. Blocks.

    Raises:
        Unavailable: The folder does not let us read or write, or what is there is no secret.
    """
    path = data / NAME
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
        found = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise Unavailable("secret of answers", f"{path}: {error}") from error
    if len(found) < _OCTETS:
        raise Unavailable("secret of answers", f"{path}: too short")
    return found


def _make(path: Path) -> None:
    """Write a new secret beside its place and link it there: two processes that begin at once end with one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_OCTETS)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
