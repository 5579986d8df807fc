"""`mailbridge check`: everything that can be known before mail comes."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from mailbridge.cli.rules import try_all
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, print_json, with_session
from mailbridge.cli.texts import say
from mailbridge.decision.examples import Verdict
from mailbridge.errors import MailBridgeError, Misconfigured
from mailbridge.letters.check import check_templates
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.registry.schema import newest
from mailbridge.settings import HostPort, Problem, Settings, check_files, load
from mailbridge.wiring import lookups_for, revision_of

BAD_CONFIGURATION = 78

_PATIENCE = 5.0
"""Seconds to wait for the next hop; it is near, and somebody waits at the terminal."""


@click.command("check")
@click.option("--offline", is_flag=True, help="Do not talk to next hops, database servers or the DNS.")
@as_json_option
@with_session
def command(session: Session, offline: bool, as_json: bool) -> int:
    """Check configuration, rules, templates, trust anchors, database and next hop."""
    path = session.settings_path()
    wrong = check_files(path)
    settings = None if wrong else load(path)
    found = (*wrong, *_around(settings, offline=offline)) if settings else wrong
    if as_json:
        print_json(
            {"file": each.file, "line": each.line, "problem": each.problem, "remedy": each.remedy} for each in found
        )
    else:
        for each in found:
            click.echo(str(each))
        language = session.lang(settings.language if settings else None)
        click.echo(say(language, "{count} findings", count=len(found)) if found else say(language, "all good"))
    return BAD_CONFIGURATION if wrong else ANSWER_NO if found else 0


def _around(settings: Settings, *, offline: bool) -> Iterator[Problem]:
    """Check what the files name."""
    for template in check_templates(settings.folder / "templates"):
        yield Problem(file=template.file, line=template.line, problem=template.problem, remedy=template.remedy)
    trust = settings.folder / "trust"
    yield from _attempt("trust", lambda: load_trust(trust))
    if settings.dns.zone:
        zone = settings.dns.zone
        yield from _attempt("zone", lambda: ZoneFile(zone))
    yield from _data(settings.data)
    yield from _examples(settings)
    if not offline:
        yield from _database(settings)
        for listener in settings.listeners:
            if listener.next_hop:
                yield from _next_hop(listener.next_hop, f"next_hop of {listener.listen}")
        yield from _next_hop(settings.outbound.next_hop, "[outbound] next_hop")
        yield from _attempt("dns", lambda: lookups_for(settings))


def _attempt(what: str, trial: Callable[[], object]) -> Iterator[Problem]:
    try:
        trial()
    except Misconfigured as error:
        yield Problem(file=error.file or what, line=error.line, problem=error.problem, remedy=error.remedy)
    except MailBridgeError as error:
        yield Problem(file=what, line=None, problem=str(error))


def _data(folder: Path) -> Iterator[Problem]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".mailbridge-check"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        remedy = "give the folder to the user that runs mailbridge"
        yield Problem(file=str(folder), line=None, problem=f"cannot be written: {error.strerror}", remedy=remedy)


def _examples(settings: Settings) -> Iterator[Problem]:
    """Try the examples that name a mail; those in words were tried with the files."""
    for result in try_all(settings):
        if result.verdict is Verdict.BROKEN:
            file, _, line = result.example.origin.rpartition(":")
            problem = f'example "{result.example.name}" ends otherwise: {result.difference}'
            yield Problem(file=file, line=int(line), problem=problem, remedy="correct the rule, or the example")


def _database(settings: Settings) -> Iterator[Problem]:
    def look() -> None:
        revision = revision_of(settings.database.url)
        if revision is not None and revision != newest():
            remedy = "run `mailbridge db upgrade`"
            raise Misconfigured(f"the schema is {revision}, this program needs {newest()}", remedy=remedy)

    yield from _attempt("[database] url", look)


def _next_hop(where: HostPort, key: str) -> Iterator[Problem]:
    """Greet the server and leave; nothing is sent."""
    try:
        with smtplib.SMTP(where.host, where.port, timeout=_PATIENCE) as client:
            client.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        remedy = "start that server, or correct the address"
        yield Problem(file=key, line=None, problem=f"{where} does not answer: {error}", remedy=remedy)
