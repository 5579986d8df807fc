"""Whether a database can be brought forward now: what stands in the way is found before anything is touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, text

from mailbridge.errors import Unavailable
from mailbridge.registry.database import open_database, reaching_database, read_url, reading, sqlite_file

_SPARE = 64 << 20
"""Octets that a migration needs of itself, whatever the size of the book."""

_RIGHTS = text(
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AND coalesce(bool_and("
    "pg_has_role(tableowner::name, 'MEMBER')), true) FROM pg_tables WHERE schemaname = current_schema()"
)
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND application_name = 'mailbridge'"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """Why it cannot be done: an English pattern and its facts."""

    pattern: str
    facts: Mapping[str, object] = field(default_factory=dict)


def obstacles(url: str, *, backups: Path | None, locks: tuple[Path, ...] = ()) -> Iterator[Obstacle]:
    """
    Name what keeps a database from being brought forward; nothing is changed.

    Args:
        backups: Where a copy goes that is made before; None: none is made.
        locks: Files that a running program holds.

    Raises:
        Unavailable: The database is gone.
    """
    for lock in locks:
        if is_held(lock):
            yield Obstacle(pattern="a program is running ({lock}); stop it before", facts={"lock": lock.name})
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        yield from _of_file(sqlite_file(parsed), needs_copy=backups is not None)
    else:
        yield from _of_server(url, backups)


def is_held(lock: Path) -> bool:
    """Say whether another process holds a lock; a file that is not there is held by nobody."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unavailable("lock", f"{error.strerror}: {lock}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _of_file(path: Path, *, needs_copy: bool) -> Iterator[Obstacle]:
    for each in (path, path.parent):
        if not os.access(each, os.W_OK):
            yield Obstacle(pattern="{path} may not be written by this user", facts={"path": each})
    size = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())
    # What a migration writes stands in the WAL until it is whole, at worst all of the file; the copy is another one.
    yield from _lacking(path.parent, size * (2 if needs_copy else 1) + _SPARE)


def _of_server(url: str, backups: Path | None) -> Iterator[Obstacle]:
    engine = open_database(url)
    try:
        with reaching_database(), reading(engine).begin() as connection:
            if not connection.execute(_RIGHTS).scalar_one():
                yield Obstacle(pattern="this user of the database may not make tables, or does not own them")
            if others := connection.execute(_OTHERS).scalar_one():
                yield Obstacle(
                    pattern="{count} connections of a running program; stop it before", facts={"count": others}
                )
            if backups is not None:
                yield from _lacking(_there(backups), _size(connection) + _SPARE)
    finally:
        engine.dispose()


def _size(connection: Connection) -> int:
    size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return size


def _there(folder: Path) -> Path:
    """Return the nearest folder above that is there."""
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())


def _lacking(folder: Path, octets: int) -> Iterator[Obstacle]:
    free = shutil.disk_usage(folder).free
    if free < octets:
        facts = {"folder": folder, "free": free >> 20, "needed": octets >> 20}
        yield Obstacle(pattern="{folder} has {free} MB free, {needed} MB are needed", facts=facts)


def copy_file(url: str, copy: Path) -> None:
    """
    Copy the file of a SQLite database beside it, whole or not at all, readable for its owner only.

    Raises:
        Unavailable: It cannot be read or written.
    """
    source = sqlite_file(read_url(url))
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        with (
            closing(sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=rw", uri=True)) as here,
            closing(sqlite3.connect(draft)) as there,
        ):
            here.backup(there)
        descriptor = os.open(draft, os.O_RDWR)
        try:
            if os.geteuid() == 0:
                owner = source.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.rename(copy)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("copy of the database", str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
