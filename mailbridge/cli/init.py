"""`mailbridge init`: a commented configuration for one agency."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.errors import Misconfigured

_QUESTIONS = {
    "name": ("Name of the agency", None),
    "domain": ("Mail domain of the agency", None),
    "address": ("Published address; it sends the letters", "vanthu@{domain}"),
    "clerk": ("Address of the clerk", "{address}"),
    "listen": ("Address and port of the hop", "127.0.0.1:2525"),
    "next_hop": ("Address and port of the mail server behind it", "127.0.0.1:25"),
}


@click.command("init")
@click.argument("directory", default="config", type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
@click.option("--name", help="Name of the agency.")
@click.option("--domain", help="Its mail domain.")
@click.option("--address", help="Its published address, which sends the letters; vanthu@ its domain without it.")
@click.option("--clerk", help="Address of the clerk; the published address without it.")
@click.option("--listen", metavar="HOST:PORT", help="Where the hop listens; 127.0.0.1:2525 without it.")
@click.option("--next-hop", metavar="HOST:PORT", help="The mail server behind the hop; 127.0.0.1:25 without it.")
@click.option(
    "--database", default="", metavar="URL", help="SQLAlchemy URL; a SQLite file in the data folder without it."
)
@click.option(
    "--data", default="/var/lib/mailbridge", show_default=True, metavar="DIR", help="For spool, documents and book."
)
@click.option("--zone", default="", metavar="FILE", help="File with DNS answers, instead of the network.")
@with_session
def command(session: Session, /, directory: Path, database: str, data: str, zone: str, **given: str | None) -> int:
    """Write a configuration into DIR ("config" without it). On a terminal it asks for what no option says."""
    main = directory / "mailbridge.toml"
    if main.exists():
        remedy = "choose another folder, or edit what is there"
        raise Misconfigured("there is a configuration already", file=str(main), remedy=remedy)
    answers = _answers(given, session.lang())
    from mailbridge.settings import sample, write_sample

    folder = Path(data).absolute()
    texts = sample(
        **answers,
        database=database or f"sqlite:///{folder / 'mailbridge.db'}",
        data=str(folder),
        zone=str(Path(zone).absolute()) if zone else "",
    )
    _refuse_unusable(texts)
    write_sample(directory, texts)
    click.echo(say(session.lang(), "written: {path}", path=main))
    click.echo(say(session.lang(), "next: {command}", command=f"mailbridge -c {directory} check"))
    return 0


def _answers(given: Mapping[str, str | None], language: str) -> dict[str, str]:
    """Take the options; ask for the rest on a terminal, else use the default or refuse."""
    answers: dict[str, str] = {}
    for key, (question, default) in _QUESTIONS.items():
        proposed = default.format(**answers) if default else None
        answer = given[key]
        if answer is None and sys.stdin.isatty():
            answer = click.prompt(say(language, question), default=proposed, value_proc=_checking(key))
        if answer is None:
            answer = proposed
        if answer is None:
            raise click.UsageError(f"say --{key.replace('_', '-')}, or run this in a terminal")
        answers[key] = answer
    return answers


def _checking(key: str) -> Callable[[str], str]:
    """Return what takes an answer or says what is wrong with it; then the question is asked again."""
    from mailbridge.settings.values import ADDRESS_REMEDY, DOMAIN_REMEDY, END_REMEDY, host_port, is_domain, is_mailbox

    def checked(answer: str) -> str:
        answer = answer.strip()
        match key:
            case "domain":
                remedy = "" if is_domain(answer.lower()) else DOMAIN_REMEDY
            case "address" | "clerk":
                remedy = "" if is_mailbox(answer) else ADDRESS_REMEDY
            case "listen" | "next_hop":
                remedy = "" if host_port(answer, any_port=key == "listen") else END_REMEDY
            case _:
                remedy = "" if answer else "write a name"
        if remedy:
            raise click.UsageError(remedy)
        return answer

    return checked


def _refuse_unusable(texts: Mapping[str, str]) -> None:
    """Check the answers before anything is written, so that a slip can be mended by calling `init` again."""
    from mailbridge.settings import check_files, write_sample

    draft = Path(tempfile.mkdtemp(prefix="mailbridge-init-"))
    try:
        write_sample(draft, texts)
        problems = check_files(draft, {})
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if problems:
        told = (f"{each.problem} ({each.remedy})" if each.remedy else each.problem for each in problems)
        raise click.UsageError("\n".join(("nothing was written", *told)))
