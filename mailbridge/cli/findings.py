"""What `check` finds around sound files: templates, anchors, examples, folders, the database, next hops, the DNS."""

from __future__ import annotations

import asyncio
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.cli.letters_keys import letter_keys
from mailbridge.cli.mailbox_findings import mailbox_findings
from mailbridge.cli.number_findings import number_findings
from mailbridge.errors import MailBridgeError, Misconfigured, Unavailable
from mailbridge.settings import HostPort, ListenerSettings, Problem, Settings

if TYPE_CHECKING:
    from mailbridge.settings.lines import KeyPath
    from mailbridge.settings.problem import Place

_PATIENCE = 5.0
"""Seconds to wait for a next hop; it is near, and somebody waits at the terminal."""


def find(settings: Settings, path: Path, *, offline: bool) -> Iterator[Problem]:
    """
    Yield what is wrong around the configuration at `path`, whose own files are sound.

    Args:
        offline: Ask neither next hops, nor database servers, nor the DNS.
    """
    where = _Places(path)
    yield from _templates(settings)
    yield from _anchors(settings)
    if settings.dns.zone:
        yield from _zone(settings.dns.zone)
    yield from _data(settings.data, where)
    for number, listener in enumerate(settings.listeners):
        yield from _certificate(listener, where(("listener", number, "tls_certificate")))
    yield from letter_keys(settings, where, offline=offline)
    yield from mailbox_findings(settings, where, offline=offline)
    yield from _examples(settings, offline=offline)
    if not offline or settings.database.url.startswith("sqlite"):
        yield from _database(settings, where.database())
        yield from number_findings(settings)
    if not offline:
        yield from _next_hops(settings, where)
        if not settings.dns.zone:
            yield from _dns(settings, where(("dns", "servers")))


class _Places:
    """Where the keys of `mailbridge.toml` and `conf.d` stand."""

    def __init__(self, path: Path) -> None:
        from mailbridge.settings.load import MAIN
        from mailbridge.settings.problem import Report
        from mailbridge.settings.source import overlaid, read_source

        main = path / MAIN if path.is_dir() else path
        files = (main, *sorted((main.parent / "conf.d").glob("*.toml")))
        self._source = overlaid(source for file in files if (source := read_source(file, Report())))

    def __call__(self, key: KeyPath) -> Place:
        return self._source.place(key)

    def database(self) -> Place:
        """Return where the URL of the database stands, which may be the environment."""
        from mailbridge.settings.database_url import DATABASE_VARIABLE
        from mailbridge.settings.problem import Place

        return Place(file=DATABASE_VARIABLE) if os.environ.get(DATABASE_VARIABLE) else self(("database", "url"))


def _problem(place: Place, problem: str, remedy: str = "") -> Problem:
    return Problem(file=place.file, line=place.line, problem=problem, remedy=remedy)


def _attempt(place: Place, trial: Callable[[], object]) -> Iterator[Problem]:
    try:
        trial()
    except Misconfigured as error:
        file, line = (error.file, error.line) if error.file else (place.file, place.line)
        yield Problem(file=file, line=line, problem=error.problem, remedy=error.remedy)
    except MailBridgeError as error:
        yield _problem(place, str(error))


def _templates(settings: Settings) -> Iterator[Problem]:
    from mailbridge.letters.check import check_templates

    for each in check_templates(settings.folder / "templates"):
        yield Problem(file=each.file, line=each.line, problem=each.problem, remedy=each.remedy)


def _anchors(settings: Settings) -> Iterator[Problem]:
    from mailbridge.cli.trust_findings import endings
    from mailbridge.wiring import keeper_for

    try:
        keeper = keeper_for(settings)
    except Misconfigured as error:
        folder = str(settings.folder / "trust")
        yield Problem(file=error.file or folder, line=error.line, problem=error.problem, remedy=error.remedy)
        return
    for each in endings(keeper, datetime.now(UTC), settings.trust.warn_days):
        yield Problem(file=each.file, line=None, problem=each.english, remedy=each.remedy)


def _zone(path: Path) -> Iterator[Problem]:
    from mailbridge.lookups.zone import ZoneFile
    from mailbridge.settings.problem import Place

    yield from _attempt(Place(file=str(path)), lambda: ZoneFile(path))


def _data(folder: Path, where: _Places) -> Iterator[Problem]:
    """Ask whether the folder, or the one it will be made in, can be written; nothing is made by looking."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        remedy = "run this as the user that runs mailbridge, or give the folder to that user"
        yield _problem(where(("data",)), f"{there} cannot be written", remedy)


def _certificate(listener: ListenerSettings, place: Place) -> Iterator[Problem]:
    if not listener.tls_certificate or not listener.tls_key:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(listener.tls_certificate, listener.tls_key)
    except OSError as error:  # ssl.SSLError is one: no PEM, or a key that does not fit
        remedy = "give the certificate and its key as PEM files that the user of mailbridge may read"
        yield _problem(place, f"certificate and key cannot be used: {error.strerror or error}", remedy)


def _examples(settings: Settings, *, offline: bool) -> Iterator[Problem]:
    """Try the examples that name a mail; those in words were tried with the files."""
    from mailbridge.cli.examples import try_all
    from mailbridge.decision.examples import Verdict
    from mailbridge.settings.problem import Place

    # Without the network the keys of DKIM would be missing, and good rules would seem wrong.
    if not any(example.mail for example in settings.examples) or (offline and not settings.dns.zone):
        return
    try:
        results = try_all(settings)
    except (MailBridgeError, OSError) as error:
        yield _problem(Place(file=str(settings.folder / "rules.d" / "tests")), f"examples cannot be run: {error}")
        return
    for result in results:
        if result.verdict is Verdict.BROKEN:
            file, _, line = result.example.origin.rpartition(":")
            problem = f'example "{result.example.name}" ends otherwise: {result.difference}'
            yield Problem(file=file, line=int(line), problem=problem, remedy="correct the rule, or the example")


def _database(settings: Settings, place: Place) -> Iterator[Problem]:
    from mailbridge.registry.schema import current, newest

    try:
        revision = current(settings.database.url)
    except Misconfigured as error:
        yield _problem(place, error.problem, error.remedy)
    except Unavailable as error:
        yield _problem(place, f"the database does not answer: {error.detail}", "start it, or correct the URL")
    else:
        if revision not in (None, newest()):  # None: the first start makes the tables
            remedy = "stop mailbridge, and run `mailbridge db upgrade`"
            yield _problem(place, f"the database has schema {revision}, this program needs {newest()}", remedy)


def _next_hops(settings: Settings, where: _Places) -> Iterator[Problem]:
    """Greet every next hop once, also when several keys name it."""
    named: dict[HostPort, Place] = {}
    for number, listener in enumerate(settings.listeners):
        if listener.next_hop:
            named.setdefault(listener.next_hop, where(("listener", number, "next_hop")))
    named.setdefault(settings.outbound.next_hop, where(("outbound", "next_hop")))
    for end, place in named.items():
        try:
            with smtplib.SMTP(end.host, end.port, timeout=_PATIENCE) as client:
                client.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or "no SMTP there"
            yield _problem(place, f"next hop {end} does not answer: {why}", "start that server, or correct the address")


def _dns(settings: Settings, place: Place) -> Iterator[Problem]:
    """Ask for the mail servers of our own domain: any answer will do, that there is one is the point."""
    from mailbridge.lookups.dns import Resolver
    from mailbridge.verify.evidence import Answered, Question

    def ask() -> None:
        resolver = Resolver(settings.dns.servers, patience=settings.dns.timeout)
        question = Question(name=settings.agencies[0].domains[0], type="MX")
        answer = asyncio.run(resolver.ask(question, datetime.now(UTC)))
        if answer.answered is Answered.UNANSWERED:
            remedy = "name a server that answers under [dns] servers; until then no DKIM signature can be checked"
            raise Misconfigured(f"the DNS does not answer ({answer.detail})", remedy=remedy)

    yield from _attempt(place, ask)
