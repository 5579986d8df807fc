"""`mailbridge try`: the same code as the real path, storing nothing and sending nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from mailbridge.cli.session import Session, as_json_option, print_json, with_session
from mailbridge.cli.trial import Judged, Trial, World
from mailbridge.mail.envelope import Client
from mailbridge.settings import default_policy, load
from mailbridge.wiring import lookups_for, reading_for


@click.command("try")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--zone", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="DNS answers from a file.")
@click.option("--trust", type=click.Path(exists=True, file_okay=False, path_type=Path), help="PEM anchors and CRLs.")
@click.option("--at", help="Time of judgement, RFC 3339; now without it.")
@click.option("--client-ip", help="Address of the SMTP client.")
@click.option("--helo", help="Name that the client gave.")
@click.option("--mail-from", help="Envelope sender; '<>' is the null sender.")
@click.option("--rcpt", multiple=True, help="Envelope recipient; may be repeated.")
@click.option("--known", type=click.Path(exists=True, path_type=Path), help="Mails that are in the book already.")
@click.option("-j", "jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Mails read side by side.")
@as_json_option
@with_session
def command(
    session: Session,
    paths: Sequence[Path],
    zone: Path | None,
    trust: Path | None,
    at: str | None,
    client_ip: str | None,
    helo: str | None,
    mail_from: str | None,
    rcpt: Sequence[str],
    known: Path | None,
    jobs: int,
    as_json: bool,
) -> int:
    """Judge mails in .eml, mbox, Maildir or folders; nothing is stored, nothing is sent."""
    settings = load(session.config) if session.config else None
    world = World(
        at=_time(at),
        client=Client(ip=client_ip, helo=helo),
        mail_from=_path(mail_from),
        recipients=tuple(rcpt),
    )
    trial = Trial(
        lookups=lookups_for(settings, zone=zone, trust=trust),
        reading=reading_for(settings, parallel=jobs),
        policies=settings.policies if settings else (default_policy(session.lang()),),
        owns_all=settings is None,
        world=world,
        jobs=jobs,
    )
    asyncio.run(_run(trial, paths, known, _Printer(as_json, session.lang(settings.language if settings else None))))
    return trial.status


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("write a time as 2026-11-21T08:00:00+07:00", param_hint="--at") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _path(text: str | None) -> str | None:
    return text.strip().removeprefix("<").removesuffix(">") if text is not None else None


async def _run(trial: Trial, paths: Sequence[Path], known: Path | None, printer: _Printer) -> None:
    if known:
        async for _, seen in trial.seen(trial.sources([known])):
            trial.remember(seen)
    async for source, seen in trial.seen(trial.sources(paths)):
        printer.show(source.name, trial.judge(seen))


class _Printer:
    """Prints each judgement as soon as it is there."""

    def __init__(self, as_json: bool, language: str) -> None:
        self._as_json = as_json
        self._language = language

    def show(self, name: str, judged: Judged) -> None:
        """Print one."""
        if self._as_json:
            print_json([{"source": name, **judged.told}])
        else:
            sys.stdout.write(f"{name}\n    {judged.decision.action.value}: {judged.why}\n")
            sys.stdout.flush()
