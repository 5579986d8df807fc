"""`mailbridge db restore`: a safety copy or an export into an empty database, SQLite or PostgreSQL."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.db_folder import FolderDamaged, WrittenFolder
from mailbridge.cli.db_mails import MAIL_LIST, mails_in
from mailbridge.cli.db_writing import ARCHIVE, EVIDENCE, FORMAT, TABLES
from mailbridge.cli.register_verify import progress, verify
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, with_session
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.settings import Settings

_Tell = Callable[[int, int], None]


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_session
def restore(session: Session, folder: Path) -> int:
    """
    Bring back what `db backup` or `export all` has written, to where the configuration has its database and its data.

    Every file is held against its SHA-256 before anything is touched. The database must have no rows, and may be
    another one than before. A copy of an older schema is brought forward. The end is that of `register verify`: 1 when
    something is wrong.
    """
    settings = session.settings()
    language = session.lang()
    try:
        with progress() as tell:
            written = WrittenFolder(folder)
            written.check(tell)
        why_not = _why_not(session, settings, written)
        if why_not is None:
            with progress() as tell:
                _put_files(settings, written, tell)
                _put_rows(settings, written, tell)
    except FolderDamaged as damaged:
        for place in damaged.places:
            click.echo(say(language, "not as it was written: {place}", place=visible(place)), err=True)
        return BAD_DATA
    except FileExistsError as there:
        click.echo(say(language, "{path} is there already with other content", path=visible(str(there))), err=True)
        return ANSWER_NO
    if why_not is not None:
        click.echo(why_not, err=True)
        return ANSWER_NO
    facts = {"rows": sum(written.manifest["tables"].values()), "made_at": written.manifest["made_at"]}
    click.echo(say(language, "{rows} rows of {made_at} are back", **facts))
    # Whoever calls the command has its options; this is the command without any.
    found = click.get_current_context().invoke(
        verify, path=None, agency=None, since=None, mails=None, trust=None, rows_only=False, as_json=False
    )
    return int(found or 0)


def _why_not(session: Session, settings: Settings, written: WrittenFolder) -> str | None:
    """Say why it cannot be restored here, before anything is touched."""
    from mailbridge.cli.db_running import locks_of
    from mailbridge.registry.schema import current, steps_from
    from mailbridge.registry.schema_ready import is_held

    language = session.lang()
    if written.manifest.get("format") != FORMAT:
        return say(language, "this is no folder of `db backup` or `export all`")
    revision = str(written.manifest["schema"])
    if steps_from(revision) is None:
        return say(language, "the copy has schema {found}, which this program does not know", found=visible(revision))
    for lock in locks_of(settings):
        if is_held(lock):
            return say(language, "a program is running ({lock}); stop it before", lock=lock.name)
    there = current(settings.database.url)
    if there is not None and not _is_empty(settings):
        return say(language, "the database has rows; a copy is brought back into an empty one only")
    if there not in (None, revision):
        facts = {"found": there, "needed": revision}
        return say(
            language, "the database has tables of schema {found}, the copy is of {needed}; name a new one", **facts
        )
    return None


def _is_empty(settings: Settings) -> bool:
    from mailbridge.registry.database import open_database, reaching_database, reading
    from mailbridge.registry.portable import is_empty

    engine = open_database(settings.database.url)
    try:
        with reaching_database(), reading(engine).begin() as connection:
            return is_empty(connection)
    finally:
        engine.dispose()


# -- rows -----------------------------------------------------------------------------------------------------------


def _put_rows(settings: Settings, written: WrittenFolder, tell: _Tell) -> None:
    """Make the tables as they were, put all rows in as one transaction, then bring the schema forward."""
    from mailbridge.registry.database import open_database, reaching_database
    from mailbridge.registry.portable import put_rows
    from mailbridge.registry.schema import make, newest, upgrade

    url, revision = settings.database.url, str(written.manifest["schema"])
    of = sum(written.manifest["tables"].values())
    make(url, revision)
    engine = open_database(url)
    try:
        with reaching_database(), engine.begin() as connection:
            put_rows(
                connection,
                lambda table: written.lines(f"{TABLES}/{table}.jsonl"),
                is_newest=revision == newest(),
                tell=lambda done: tell(done, of),
            )
    finally:
        engine.dispose()
    if revision != newest():
        upgrade(url)


# -- files ----------------------------------------------------------------------------------------------------------


def _put_files(settings: Settings, written: WrittenFolder, tell: _Tell) -> None:
    """
    Put mails and evidence where they belong; what is there already with the same octets stays.

    Raises:
        FileExistsError: A file is there with other octets; nothing was written.
        FolderDamaged: The list of mails cannot be read.
    """
    from mailbridge.wiring.prepared import evidence_folder

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = {ARCHIVE: settings.data / "spool" / "archive", EVIDENCE: evidence_folder(settings)}
    for below, place in places.items():
        for name, sha256 in written.sha256_of(below):
            _refuse_other(place / name.removeprefix(f"{below}/"), sha256)
    for target, octets in _mails(written, places[ARCHIVE]):
        _refuse_other(target, hashlib.sha256(octets).hexdigest())
    done = 0
    for below, place in places.items():
        for name in written.names(below):
            _put(place / name.removeprefix(f"{below}/"), (written.path / name).read_bytes(), settings.data)
            done += 1
            tell(done, 0)
    for target, octets in _mails(written, places[ARCHIVE]):
        if not target.exists():  # one that could not be made again lies among the files
            _put(target, octets, settings.data)
        done += 1
        tell(done, 0)
    os.sync()


def _mails(written: WrittenFolder, archive: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the mails of an export; those that lie in its `archive` are taken from there."""
    if not (written.path / MAIL_LIST).is_file():
        return
    for place, octets in mails_in(written):
        if ".." in Path(place).parts or place.startswith("/"):
            raise FolderDamaged([MAIL_LIST])
        if not (written.path / ARCHIVE / place).exists():
            yield archive / place, octets


def _refuse_other(target: Path, sha256: str) -> None:
    with suppress(FileNotFoundError), target.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise FileExistsError(str(target))


def _put(target: Path, octets: bytes, data: Path) -> None:
    if target.exists():
        return
    owner = data.stat()
    made = [each for each in (target.parent, *target.parent.parents) if each.is_relative_to(data) and not each.exists()]
    for folder in reversed(made):
        folder.mkdir(mode=0o700)
        _own(folder, owner)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(octets)
    _own(draft, owner)
    draft.rename(target)


def _own(path: Path, owner: os.stat_result) -> None:
    """Give what root made to the owner of the data folder: the program that runs there is not root."""
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
