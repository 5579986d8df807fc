"""`mailbridge init`: a commented configuration for one agency."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.errors import Misconfigured
from mailbridge.settings import check_files, sample, write_sample

_QUESTIONS = {
    "name": ("Name of the agency", None),
    "domain": ("Mail domain of the agency", None),
    "address": ("Published address; it sends the letters", "vanthu@{domain}"),
    "clerk": ("Address of the clerk", "vanthu@{domain}"),
    "listen": ("Address and port of the hop", "127.0.0.1:2525"),
    "next_hop": ("Address and port of the mail server behind it", "127.0.0.1:25"),
}


@click.command("init")
@click.argument("directory", default="config", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="Name of the agency.")
@click.option("--domain", help="Its mail domain.")
@click.option("--address", help="Its published address, which sends the letters.")
@click.option("--clerk", help="Address of the clerk.")
@click.option("--listen", help="Address and port of the hop.")
@click.option("--next-hop", help="Address and port of the mail server behind the hop.")
@click.option("--database", default="", help="SQLAlchemy URL; a file below the data folder without it.")
@click.option("--data", default="/var/lib/mailbridge", show_default=True, help="Folder of spool, documents and book.")
@click.option("--zone", default="", help="File with DNS answers, instead of the network.")
@with_session
def command(session: Session, /, directory: Path, database: str, data: str, zone: str, **given: str | None) -> int:
    """Write a configuration into DIRECTORY; asks for what no option says when it runs in a terminal."""
    if (directory / "mailbridge.toml").exists():
        raise Misconfigured(
            "there is a configuration already", file=str(directory / "mailbridge.toml"), remedy="choose another folder"
        )
    answers = _answers(given)
    folder = Path(data).absolute()
    texts = sample(
        **answers,
        database=database or f"sqlite:///{folder / 'mailbridge.db'}",
        data=str(folder),
        zone=str(Path(zone).absolute()) if zone else "",
    )
    write_sample(directory, texts)
    problems = check_files(directory, {})
    for problem in problems:
        click.echo(str(problem), err=True)
    language = session.lang()
    click.echo(say(language, "written: {path}", path=directory / "mailbridge.toml"))
    click.echo(say(language, "next: {command}", command=f"mailbridge -c {directory} check"))
    return 78 if problems else 0


def _answers(given: dict[str, str | None]) -> dict[str, str]:
    """Take the options; ask for the rest on a terminal, else use the default or refuse."""
    answers: dict[str, str] = {}
    for key, (question, default) in _QUESTIONS.items():
        proposed = default.format(domain=answers.get("domain", "")) if default else None
        answer = given[key]
        if answer is None and sys.stdin.isatty():
            answer = click.prompt(question, default=proposed)
        if answer is None:
            answer = proposed
        if answer is None:
            raise click.UsageError(f"say --{key.replace('_', '-')}, or run this in a terminal")
        answers[key] = answer
    return answers
