"""`mailbridge rules learn`: hints drawn from what clerks corrected, as a change of `hints.toml` for people to read."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, USAGE, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible
from mailbridge.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from mailbridge.classifier.learned import Hints

_BEFORE = ".before"
"""What is put behind the name of the file that a change replaced; `--undo` takes it back."""


@click.command("learn")
@click.option("--agency", metavar="ID", help="Only from the books of this agency.")
@click.option("--least", type=click.IntRange(2, 1000), default=3, show_default=True, help="Corrections for a hint.")
@click.option("--write", is_flag=True, help="Write the change into hints.toml; without it, it is only shown.")
@click.option("--undo", is_flag=True, help="Take the last written change back.")
@as_json_option
@with_session
def learn(session: Session, agency: str | None, least: int, write: bool, undo: bool, as_json: bool) -> int:
    """
    Draw hints for senders from what clerks corrected, and show what would change in hints.toml.

    They are used where `[decision] hints = true`. A table with `use = false`, or without entries, is yours and stays.
    Exit status 1 when a change is shown and not written.
    """
    from mailbridge.settings.hint_file import HINTS, hints_text

    language = session.lang()
    if write and undo:
        click.echo(say(language, "--write and --undo exclude each other"), err=True)
        return USAGE
    path = session.settings().folder / HINTS
    language = session.lang()
    if undo:
        return _undo(path, language)
    present, proposed = _proposed(session, path, agency, least)
    text = hints_text(proposed)
    if as_json:
        print_json(_objects(proposed))
    changes = _difference(present, text, path.name)
    if not changes:
        if not as_json:
            click.echo(say(language, "the corrections teach nothing new"))
        return 0
    if not as_json:
        for line in changes:
            click.echo(visible(line))
    if not write:
        return ANSWER_NO
    _replace(path, text)
    click.echo(say(language, "written: {path}", path=path), err=as_json)
    return 0


def _proposed(session: Session, path: Path, agency: str | None, least: int) -> tuple[str, Hints]:
    """Return the text of the file as it is, and what it should hold."""
    from mailbridge.classifier.learned import learn as draw
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.learning import lessons
    from mailbridge.settings.hint_file import merged, read_hints
    from mailbridge.settings.problem import Report

    report = Report()
    current = read_hints(path, report)
    if report.problems:
        raise report.problems[0].as_error()
    present = path.read_text(encoding="utf-8") if path.is_file() else ""
    with open_ledger(session) as engine:
        return present, merged(current, draw(lessons(engine, agency=agency), least=least))


def _difference(present: str, text: str, name: str) -> list[str]:
    lines = (present.splitlines(), text.splitlines())
    return list(difflib.unified_diff(*lines, f"a/{name}", f"b/{name}", lineterm=""))


def _replace(path: Path, text: str) -> None:
    from mailbridge.lookups.atomic import write_whole

    try:
        present = path.read_bytes() if path.is_file() else b""
        write_whole(path.with_name(path.name + _BEFORE), present)
        write_whole(path, text.encode())
    except OSError as error:
        raise Unavailable("configuration", f"{error.strerror}: {error.filename}") from error


def _undo(path: Path, language: str) -> int:
    before = path.with_name(path.name + _BEFORE)
    if not before.is_file():
        remedy = "nothing was written by `rules learn --write`, or it was taken back before"
        raise Misconfigured("there is no earlier hints.toml", file=str(before), remedy=remedy)
    try:
        before.replace(path)
    except OSError as error:
        raise Unavailable("configuration", f"{error.strerror}: {error.filename}") from error
    click.echo(say(language, "as it was before: {path}", path=path))
    return 0


def _objects(hints: Hints) -> list[dict[str, object]]:
    told: list[dict[str, object]] = [
        {
            "kind": "hint",
            "sender": each.sender,
            "field": each.field.value,
            "read": each.read,
            "write": each.write,
            "entries": list(each.entries),
            "use": each.use,
        }
        for each in hints.hints
    ]
    told += [
        {
            "kind": "doubt",
            "sender": each.sender,
            "field": each.field.value,
            "corrected": each.corrected,
            "of": each.of,
            "use": each.use,
        }
        for each in hints.doubts
    ]
    return told
