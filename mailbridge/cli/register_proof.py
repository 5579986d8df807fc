"""`mailbridge register export --proof FILE`: all that `register verify FILE` needs on another machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mailbridge.cli.register_verify import print_checked, progress, with_stamps
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.texts import say, visible

_OPTION = "--proof"
_MODE = 0o640
"""It names people, as the book does."""


class ExportCommand(click.Command):
    """`register export`; with `--proof` among its options another command, which knows no book and no year."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        # For `--help` only: where it is given the other command begins.
        told = "Write the proof of all books instead: with --agency and --force, without year and format."
        self.params.append(click.Option([_OPTION], metavar="FILE", expose_value=False, help=told))

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Begin the one command or the other."""
        if any(each == _OPTION or each.startswith(f"{_OPTION}=") for each in args):
            return export_proof.make_context(info_name, args, parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)


@click.command("export")
@click.option(
    _OPTION, "file", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file."
)
@click.option("--agency", metavar="ID", help="Only the journal of this agency; of all without it.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@as_json_option
@with_session
def export_proof(session: Session, file: Path, agency: str | None, force: bool, as_json: bool) -> int:
    """
    Write everything that the journal names into FILE, packed lines of JSON, for `register verify FILE`.

    It is proven on the way, and written even when something is wrong: then it is what an inspector wants to see.
    """
    if file.exists() and not force:
        text = "{path} is there already; --force writes over it"
        click.echo(say(session.lang(), text, path=visible(str(file))), err=True)
        return ANSWER_NO
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.journal_check import Asked, one_moment
    from mailbridge.registry.journal_file import write_proof

    settings = session.settings()
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open_ledger(session) as engine, one_moment(engine) as connection, progress() as tell:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE)
            with os.fdopen(descriptor, "wb") as opened:
                proven = write_proof(connection, Asked(agency=agency), opened, now=datetime.now(UTC), tell=tell)
                opened.flush()
                os.fsync(opened.fileno())
            checked = with_stamps(connection, agency, proven, settings)
        fresh.rename(file)
    finally:
        fresh.unlink(missing_ok=True)
    print_checked(session, checked, as_json=as_json)
    if not as_json:
        click.echo(say(session.lang(), "written: {path}", path=visible(str(file))))
    return ANSWER_NO if checked.faults else 0
