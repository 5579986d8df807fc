"""`mailbridge db upgrade|current`: the schema of the database."""

from __future__ import annotations

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say


@click.group("db")
@with_session
def command(_session: Session) -> None:
    """Make or bring forward the database."""


@command.command("upgrade")
@with_session
def bring_forward(session: Session) -> int:
    """Bring the schema to the newest revision; a new database gets its tables, and nothing is lost."""
    settings = session.settings()
    from mailbridge.registry.schema import upgrade

    # The folder is made as `serve` makes it; SQLite makes only its file.
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    click.echo(say(session.lang(), "the database has schema {revision}", revision=upgrade(settings.database.url)))
    return 0


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
