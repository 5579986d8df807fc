"""What goes out of the house: all rows of one moment, the mails of the archive, evidence, the configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailbridge import __version__
from mailbridge.cli.db_folder import NewFolder
from mailbridge.cli.texts import utc

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailbridge.settings import Settings

FORMAT = "mailbridge folder 1"
TABLES = "tables"
ARCHIVE = "archive"
EVIDENCE = "evidence"
CONFIGURATION = "configuration"

_LARGEST_SETTING = 32 << 20
_PASSWORD = re.compile(rb"(\w://[^\s:/@\"']*):[^\s\"']*@")
_PRIVATE = re.compile(rb"PRIVATE KEY-----")
_KEY_FILES = frozenset({".key", ".p12", ".pfx", ".jks", ".der.key"})

Tell = Callable[[int, int], None]


def manifest_of(kind: str, revision: str, now: datetime) -> dict[str, Any]:
    """Begin a manifest: what this is ("backup", "export"), of which schema and program, and of when."""
    return {
        "format": FORMAT,
        "kind": kind,
        "schema": revision,
        "made_at": utc(now),
        "made_by": f"mailbridge {__version__}",
    }


def moment() -> datetime:
    """Return the present moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def write_tables(folder: NewFolder, connection: Connection, *, packed: bool, tell: Tell) -> dict[str, int]:
    """
    Write all rows of one moment, and return how many each table has.

    Args:
        connection: From `journal_check.one_moment`.

    Raises:
        Unavailable: The database is gone, or holds what cannot be written down.
        OSError: The folder cannot be written.
    """
    from mailbridge.registry.portable import count_rows, lines_of, shapes

    there = list(shapes(connection))
    of = sum(count_rows(connection, each) for each in there)
    counts, done = {}, 0
    for shape in there:
        count = 0
        with folder.opened(f"{TABLES}/{shape.name}.jsonl{'.gz' if packed else ''}", packed=packed) as file:
            for lines in lines_of(connection, shape):
                file.write(b"".join(lines))
                count += len(lines)
                tell(done + count, of)
        counts[shape.name] = count
        done += count
    return counts


def archived(settings: Settings) -> Iterator[Path]:
    """List the mails of the archive, in the order of their acceptance."""
    root = settings.data / "spool" / "archive"
    yield from (mail for month in _sorted(root, "*/*") for mail in _sorted(month, "*") if mail.is_file())


def _sorted(folder: Path, pattern: str) -> list[Path]:
    return sorted(each for each in folder.glob(pattern) if not each.name.startswith("."))


def copy_archive(folder: NewFolder, settings: Settings, tell: Tell) -> int:
    """
    Copy the mails of the archive as they lie there, and return how many.

    To be done after the rows: a mail comes into the archive when its case is written.
    """
    count = 0
    for mail in archived(settings):
        folder.copy(mail, f"{ARCHIVE}/{mail.parent.parent.name}/{mail.parent.name}/{mail.name}")
        count += 1
        tell(count, 0)
    return count


def copy_evidence(folder: NewFolder, settings: Settings, tell: Tell) -> int:
    """Copy the pieces of evidence, and return how many."""
    from mailbridge.wiring.prepared import evidence_folder

    count = 0
    for piece in _sorted(evidence_folder(settings), "??/*.der"):
        folder.copy(piece, f"{EVIDENCE}/{piece.parent.name}/{piece.name}")
        count += 1
        tell(count, 0)
    return count


def copy_configuration(folder: NewFolder, settings: Settings) -> list[str]:
    """
    Copy the configuration without its secrets, and return the files that were left out.

    Private keys are left out, passwords in URLs are struck out; so are links, which may lead anywhere.
    """
    left_out = []
    data = settings.data.resolve()
    for path in _files(settings.folder, data):
        name = path.relative_to(settings.folder).as_posix()
        if path.suffix in _KEY_FILES or path.stat().st_size > _LARGEST_SETTING:
            left_out.append(name)
            continue
        octets = path.read_bytes()
        if _PRIVATE.search(octets):
            left_out.append(name)
            continue
        folder.add(f"{CONFIGURATION}/{name}", _PASSWORD.sub(rb"\1:***@", octets) if path.suffix == ".toml" else octets)
    return left_out


def _files(root: Path, data: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if Path(here, each).resolve() != data)
        for name in sorted(names):
            path = Path(here, name)
            if path.is_file() and not path.is_symlink() and "\n" not in name and "\\" not in name:
                yield path
