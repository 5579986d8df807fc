"""
Where control sockets lie: `<folder>/<roles>-<pid>.sock`, for the owner of the folder only.

A path of a socket has at most 108 octets with its end (unix(7)), a folder may be deeper: then the folder is opened, and
the socket is reached through the descriptor.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from mailbridge.errors import Unavailable

_MOST_OCTETS = 107
_SUFFIX = ".sock"


def listening(folder: Path, stem: str) -> tuple[socket.socket, Path]:
    """
    Make a socket that listens at `<folder>/<stem>.sock`, and return it with its path; raises `Unavailable`.

    It gets its name when it listens already: a socket that somebody finds and that refuses belongs to a dead process.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        young = folder / f".{stem}.new"
        young.unlink(missing_ok=True)
        with _reachable(young) as name:
            listener.bind(name)
        young.chmod(0o600)
        listener.listen(16)
        listener.setblocking(False)
        path = _free_name(folder, stem)
        young.rename(path)
    except OSError as error:
        listener.close()
        raise Unavailable("control socket", f"{folder}: {error.strerror or error}") from error
    return listener, path


def _free_name(folder: Path, stem: str) -> Path:
    """Choose a name; two machines that share the folder may have the same process id."""
    for number in count(1):
        path = folder / f"{stem}{_SUFFIX}" if number == 1 else folder / f"{stem}-{number}{_SUFFIX}"
        if not path.exists() or remove_if_dead(path):
            return path
    raise AssertionError("count() does not end")


def connected(path: Path, seconds: float) -> socket.socket:
    """Connect; raises `OSError`, which is `ConnectionRefusedError` when nobody listens there any more."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(seconds)
    try:
        with _reachable(path) as name:
            peer.connect(name)
    except OSError:
        peer.close()
        raise
    return peer


def found_in(folder: Path) -> tuple[Path, ...]:
    """List the sockets of processes that live, by name; those of dead ones are removed. Raises `Unavailable`."""
    try:
        names = sorted(each.name for each in folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Unavailable("control folder", f"{folder}: {error.strerror}; ask as the user of mailbridge") from error
    paths = (folder / name for name in names if name.endswith(_SUFFIX) and not name.startswith("."))
    return tuple(path for path in paths if path.is_socket() and not remove_if_dead(path))


def remove_if_dead(path: Path) -> bool:
    """Remove a socket at which nobody listens; False when somebody does, or when that cannot be known."""
    try:
        with closing(connected(path, 1.0)):
            return False
    except FileNotFoundError:
        return True
    except ConnectionRefusedError:
        with suppress(OSError):
            path.unlink(missing_ok=True)
            return True
        return False
    except OSError:
        return False


@contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """Yield a name for `path` that is short enough for a socket."""
    if len(os.fsencode(path)) <= _MOST_OCTETS:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
