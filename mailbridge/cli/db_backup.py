"""`mailbridge db backup`: a safety copy while the program runs, whole or not at all."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.db_folder import new_folder
from mailbridge.cli.db_writing import (
    Tell,
    copy_archive,
    copy_configuration,
    copy_evidence,
    manifest_of,
    moment,
    write_tables,
)
from mailbridge.cli.register_verify import progress
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailbridge.settings import Settings

_JUST_DECIDED = 1000
_PATIENCE = 10.0
_LOOK_EVERY = 0.05


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--rows-only", is_flag=True, help="Leave out the mails of the archive and the evidence.")
@as_json_option
@with_session
def backup(session: Session, folder: Path, rows_only: bool, as_json: bool) -> int:
    """
    Write a safety copy into the new FOLDER, also while the program runs: one moment of the database, mails, evidence.

    The configuration comes along without its secrets. `sha256sum -c SHA256SUMS` proves the copy anywhere, and
    `mailbridge db restore` brings it back, into SQLite or PostgreSQL.
    """
    settings = session.settings()
    language = session.lang()
    if folder.exists():
        click.echo(say(language, "{path} is there already; name a new folder", path=visible(str(folder))), err=True)
        return ANSWER_NO
    with progress() as tell:
        manifest = write_backup(settings, folder, rows_only=rows_only, tell=tell)
    if manifest is None:
        click.echo(say(language, "there is no database yet"), err=True)
        return ANSWER_NO
    if as_json:
        print_json([{"path": str(folder), **manifest}])
        return 0
    tell_written(session, folder, manifest)
    return 0


def tell_written(session: Session, folder: Path, manifest: dict[str, Any]) -> None:
    """Say what was written."""
    language = session.lang()
    facts = {"rows": sum(manifest["tables"].values()), "mails": manifest["mails"], "evidence": manifest["evidence"]}
    click.echo(say(language, "{rows} rows, {mails} mails, {evidence} pieces of evidence", **facts))
    for name in manifest["left_out"]:
        click.echo(say(language, "left out as a secret: {name}", name=visible(name)))
    click.echo(say(language, "written: {path}", path=visible(str(folder))))


def write_backup(settings: Settings, folder: Path, *, rows_only: bool, tell: Tell) -> dict[str, Any] | None:
    """
    Write a safety copy of whatever schema the database has, and return its manifest; None without a database.

    Args:
        rows_only: Neither mails nor evidence.

    Raises:
        Unavailable: The database is gone.
        OSError: The folder cannot be written, or is there; nothing is left.
    """
    from mailbridge.registry.database import open_database
    from mailbridge.registry.journal_check import one_moment
    from mailbridge.registry.schema import current

    revision = current(settings.database.url)
    if revision is None:
        return None
    manifest = manifest_of("backup", revision, moment())
    engine = open_database(settings.database.url)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        written = stack.enter_context(new_folder(folder, manifest))
        with one_moment(engine) as connection:
            manifest["tables"] = write_tables(written, connection, packed=True, tell=tell)
            recent = _just_decided(connection)
        if not rows_only:
            _await_archive(settings, recent)
        manifest["mails"] = 0 if rows_only else copy_archive(written, settings, tell)
        manifest["evidence"] = 0 if rows_only else copy_evidence(written, settings, tell)
        manifest["left_out"] = copy_configuration(written, settings)
    return manifest


def _just_decided(connection: Connection) -> frozenset[str]:
    """Return the mails that were decided last: their rows are there, their files may still be on the way."""
    from sqlalchemy import select

    from mailbridge.registry.tables import mail_case

    query = select(mail_case.c.mail_id).where(mail_case.c.judgement.is_not(None))
    return frozenset(connection.execute(query.order_by(mail_case.c.mail_id.desc()).limit(_JUST_DECIDED)).scalars())


def _await_archive(settings: Settings, recent: frozenset[str]) -> None:
    """Wait until mails that were decided have come into the archive; the walk puts them there when it has written."""
    from mailbridge.cli.ledger import in_spool

    end = time.monotonic() + _PATIENCE
    while recent.intersection(in_spool(settings).waiting) and time.monotonic() < end:
        time.sleep(_LOOK_EVERY)
