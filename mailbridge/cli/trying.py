"""`mailbridge try`: the same code as the real path, storing nothing and sending nothing."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.moments import read_moment
from mailbridge.cli.session import BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import hanging, print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from rich.progress import Progress

    from mailbridge.classifier.kinds import Document
    from mailbridge.cli.sources import Opener, Source
    from mailbridge.cli.trial import Judged, Trial, World
    from mailbridge.decision.policy import Policy
    from mailbridge.settings import Settings

_FEW = 8
"""Files that are done before anybody wonders; more get a bar of progress."""


def _ip(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    try:
        return str(ipaddress.ip_address(text)) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(f"{text} is no IP address") from error


def _path(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    return _bare(text) if text is not None else None


def _paths(_ctx: click.Context, _parameter: click.Parameter, texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(_bare(text) for text in texts)


def _bare(address: str) -> str:
    """Take an address out of its angle brackets, as it stands in MAIL FROM and RCPT TO."""
    return address.strip().removeprefix("<").removesuffix(">")


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("try")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--zone", type=_FILE, help="DNS answers from a file; nobody else is asked.")
@click.option("--trust", type=_FOLDER, help="PEM anchors and CRLs, instead of those of the configuration.")
@click.option("--at", metavar="TIME", callback=read_moment, help="Time of judgement, RFC 3339; now without it.")
@click.option("--client-ip", metavar="ADDRESS", callback=_ip, help="Address of the SMTP client.")
@click.option("--helo", metavar="NAME", help="Name that the client gave.")
@click.option("--mail-from", metavar="ADDRESS", callback=_path, help="Envelope sender; '<>' is the null sender.")
@click.option("--rcpt", metavar="ADDRESS", multiple=True, callback=_paths, help="Envelope recipient; may be repeated.")
@click.option("--known", type=click.Path(exists=True, path_type=Path), help="Mails whose documents the book has.")
@click.option("-j", "jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Mails read side by side.")
@as_json_option
@with_session
def command(
    session: Session,
    paths: Sequence[Path],
    zone: Path | None,
    trust: Path | None,
    at: datetime | None,
    client_ip: str | None,
    helo: str | None,
    mail_from: str | None,
    rcpt: tuple[str, ...],
    known: Path | None,
    jobs: int,
    as_json: bool,
) -> int:
    """
    Judge mails; nothing is stored, nothing is sent.

    PATH is a mail (.eml, .msg), an mbox, a Maildir, or a folder with such files below it. Without -c it judges by the
    shipped rules, for an agency that owns every recipient, and trusts only the anchors of --trust. Exit status 65 when
    something was no mail; the rest is judged all the same.
    """
    from mailbridge.cli.trial import World
    from mailbridge.mail.envelope import Client
    from mailbridge.wiring import outlook_for

    settings = session.settings() if session.config else None
    world = World(at=at, client=Client(ip=client_ip, helo=helo), mail_from=mail_from, recipients=rcpt)
    with _trial(session, settings, world, zone, trust, jobs) as trial, closing(outlook_for(settings)) as outlook:
        run = _Run(session, as_json, outlook.mail)
        asyncio.run(run.all(trial, paths, known))
    return run.status


@contextmanager
def _trial(
    session: Session, settings: Settings | None, world: World, zone: Path | None, trust: Path | None, jobs: int
) -> Iterator[Trial]:
    """Put together what judges, and close the readers of files at the end."""
    from mailbridge.classifier.directory import NO_DIRECTORY
    from mailbridge.classifier.learned import NO_HINTS
    from mailbridge.cli.trial import Trial
    from mailbridge.settings import default_policy
    from mailbridge.wiring import lookups_for, reading_for

    reading = reading_for(settings, parallel=jobs)
    try:
        yield Trial(
            lookups=lookups_for(settings, zone=zone, trust=trust),
            reading=reading,
            policies=_speaking(session, settings.policies if settings else (default_policy(session.lang()),)),
            owns_all=settings is None,
            world=world,
            jobs=jobs,
            directory=settings.directory if settings else NO_DIRECTORY,
            hints=settings.hints if settings else NO_HINTS,
        )
    finally:
        reading.close()


def _speaking(session: Session, policies: Sequence[Policy]) -> tuple[Policy, ...]:
    """Let the reasons be told in the language asked for."""
    return tuple(replace(policy, language=session.lang()) for policy in policies)


class _Run:
    """One call: what is complained about, and what is printed."""

    def __init__(self, session: Session, as_json: bool, open_outlook: Opener) -> None:
        self._language = session.lang()
        self._as_json = as_json
        self._open_outlook = open_outlook
        self.status = 0

    async def all(self, trial: Trial, paths: Sequence[Path], known: Path | None) -> None:
        """Judge everything below `paths` and print each judgement as soon as it is there, in order."""
        from mailbridge.cli.sources import files_below

        if known:
            remembered = files_below([known], self._complain)
            with _progress(len(remembered)) as progress:
                async for _, seen in trial.seen(self._mails(remembered, progress)):
                    trial.remember(seen)
        files = files_below(paths, self._complain)
        with _progress(len(files)) as progress:
            async for source, seen in trial.seen(self._mails(files, progress)):
                self._show(source.name, trial.judge(seen))

    def _mails(self, files: Sequence[Path], progress: Progress | None) -> Iterator[Source]:
        from mailbridge.cli.sources import read_mails

        task = progress.add_task("", total=len(files)) if progress else None
        for path in files:
            yield from read_mails(path, self._complain, self._open_outlook)
            if progress and task is not None:
                progress.advance(task)

    def _complain(self, text: str, **facts: object) -> None:
        click.echo(visible(f"mailbridge: {say(self._language, text, **facts)}"), err=True)
        self.status = BAD_DATA

    def _show(self, name: str, judged: Judged) -> None:
        if self._as_json:
            print_json([{"source": name, **judged.told}])
            return
        told = "\n".join(hanging("    ", visible(line)) for line in (_told(judged), *_assured(judged)))
        sys.stdout.write(f"{visible(name)}\n{told}\n")
        sys.stdout.flush()


def _assured(judged: Judged) -> tuple[str, ...]:
    """Say how far the documents can be relied on, and what to do next, a line each; () of a mail without a document."""
    found, language = judged.judgement.assurance, judged.language
    if found is None:
        return ()
    title, reason, step = (
        each.said(language) for each in (found.title, found.reason, found.step_after(judged.decision.action))
    )
    return (
        say(language, "Reliability: {title}. {reason}", title=title, reason=reason),
        say(language, "Next step: {step}", step=step),
    )


def _told(judged: Judged) -> str:
    """Say what would become of a mail and why. Nothing is registered here, so the word is not used."""
    from mailbridge.decision.findings import Action
    from mailbridge.letters.summary import sentence

    decision, language = judged.decision, judged.language
    rule = decision.reasons[0].rule if decision.reasons else ""
    if decision.action is Action.REGISTER:
        documents = "; ".join(_document(document, language) for document in judged.judgement.classification.documents)
        facts = {"book": judged.book or decision.book, "documents": documents, "why": decision.reasons[0].text}
        told = say(language, "Would be entered in “{book}”: {documents}; {why}", **facts)
    else:
        told = sentence(judged.judgement, (), language)
    return f"{told} [{decision.action.value}, {rule}]"


def _document(document: Document, language: str) -> str:
    from mailbridge.letters.wording import document_name

    symbol, issued, issuer = document.symbol.value, document.issued_date.value, document.issuer.value
    name = document_name(
        document.type.value, symbol.text if symbol else None, f"{issued:%d/%m/%Y}" if issued else None, language
    )
    return f"{name} {say(language, 'of')} {issuer}" if issuer else name


def _progress(files: int) -> AbstractContextManager[Progress | None]:
    """Show a bar on stderr when somebody watches and there is something to wait for."""
    if files <= _FEW or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    # With the answers on the same terminal the bar must step aside for them; in a file they are left alone.
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
