"""`mailbridge db upgrade|current|backup|restore`: the database, its schema and its safety copies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.db_backup import backup, write_backup
from mailbridge.cli.db_restore import restore
from mailbridge.cli.db_running import locks_of
from mailbridge.cli.register_verify import progress
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbridge.registry.schema import Step
    from mailbridge.registry.schema_ready import Obstacle
    from mailbridge.settings import Settings

_BACKUPS = "backups"
"""The folder below that for data into which copies go that are made of themselves."""


@click.group("db")
@with_session
def command(_session: Session) -> None:
    """Make or bring forward the database, copy it, and bring a copy back."""


command.add_command(backup)
command.add_command(restore)


@command.command("upgrade")
@click.option("--plan", is_flag=True, help="Say what would be done and what is in the way, and do nothing.")
@click.option("--no-backup", is_flag=True, help="Make no copy before; there is one elsewhere.")
@with_session
def bring_forward(session: Session, plan: bool, no_backup: bool) -> int:
    """
    Bring the schema to the newest revision; a new database gets its tables, and nothing is lost.

    Before, it is looked whether that can be done (versions, disk, rights, no running program), and a copy is made.
    Exit status 1, and nothing done, when something is in the way.
    """
    settings = session.settings()
    language = session.lang()
    from mailbridge.registry.schema import current, newest, steps_from, upgrade

    # The folder is made as `serve` makes it; SQLite makes only its file.
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = current(settings.database.url)
    steps = steps_from(found)
    if steps is None:
        facts = {"found": visible(str(found)), "needed": newest()}
        click.echo(
            say(language, "the database has schema {found}, this program knows up to {needed}", **facts), err=True
        )
        return ANSWER_NO
    if found is None and plan:
        click.echo(say(language, "there is no database yet"))
    if found is not None and steps:
        _show_plan(language, found, steps)
        if _is_in_the_way(language, _in_the_way(settings, no_backup=no_backup)):
            return ANSWER_NO
    if plan:
        return 0
    if found is not None and steps and not no_backup:
        copy = _copy_before(settings, found)
        click.echo(say(language, "a copy was made: {path}", path=visible(str(copy))))
    click.echo(say(language, "the database has schema {revision}", revision=upgrade(settings.database.url)))
    return 0


def _is_in_the_way(language: str, found: Sequence[Obstacle]) -> bool:
    for each in found:
        click.echo(say(language, each.pattern, **each.facts), err=True)
    if found:
        click.echo(say(language, "nothing was changed"), err=True)
    return bool(found)


def _show_plan(language: str, found: str, steps: Sequence[Step]) -> None:
    click.echo(say(language, "from schema {found} to {needed}:", found=found, needed=steps[-1].revision))
    for each in steps:
        click.echo(f"  {each.revision}  {each.brings}")


def _in_the_way(settings: Settings, *, no_backup: bool) -> list[Obstacle]:
    from mailbridge.registry.schema_ready import obstacles

    backups = None if no_backup else settings.data / _BACKUPS
    return list(obstacles(settings.database.url, backups=backups, locks=locks_of(settings)))


def _copy_before(settings: Settings, found: str) -> Path:
    """
    Copy the database as it is: SQLite beside its file, PostgreSQL as a safety copy of its rows.

    Raises:
        Unavailable: It cannot be done.
        OSError: The same.
    """
    from mailbridge.registry.database import read_url, sqlite_file
    from mailbridge.registry.schema_ready import copy_file

    stem = f"schema-{found}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    parsed = read_url(settings.database.url)
    if parsed.get_backend_name() == "sqlite":
        file = sqlite_file(parsed)
        copy = file.with_name(f"{file.name}.{stem}")
        copy_file(settings.database.url, copy)
        return copy
    folder = settings.data / _BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    with progress() as tell:
        write_backup(settings, folder / stem, rows_only=True, tell=tell)
    return folder / stem


@command.command("current")
@as_json_option
@with_session
def show_current(session: Session, as_json: bool) -> int:
    """Say which revision the database has; exit status 1 when it is not the newest."""
    settings = session.settings()
    from mailbridge.registry.schema import current, newest

    found, needed = current(settings.database.url), newest()
    if as_json:
        print_json([{"revision": found, "newest": needed}])
    elif found is None:
        click.echo(say(session.lang(), "there is no database yet"))
    elif found == needed:
        click.echo(say(session.lang(), "schema {found}, the newest", found=found))
    else:
        facts = {"found": found, "needed": needed}
        click.echo(
            say(session.lang(), "schema {found}, this program needs {needed}; run `mailbridge db upgrade`", **facts)
        )
    return 0 if found == needed else ANSWER_NO
