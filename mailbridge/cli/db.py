"""`mailbridge db upgrade|current`: the schema of the database."""

from __future__ import annotations

import click

from mailbridge.cli.session import ANSWER_NO, Session, with_session
from mailbridge.registry.schema import current, newest, upgrade
from mailbridge.settings import load


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("upgrade")
@with_session
def bring_forward(session: Session) -> int:
    """Bring the schema to the newest revision; a new database gets its tables."""
    settings = load(session.settings_path())
    click.echo(upgrade(settings.database.url))
    return 0


@command.command("current")
@with_session
def show_current(session: Session) -> int:
    """Say which revision the database has; exit status 1 when it is not the newest."""
    settings = load(session.settings_path())
    revision = current(settings.database.url)
    click.echo(revision or "-")
    return 0 if revision == newest() else ANSWER_NO
