"""`mailbridge trust list|check|fetch|import|update`: whom we believe, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, say_word, utc, visible

if TYPE_CHECKING:
    from mailbridge.lookups.revocation import Attempt, TrustKeeper
    from mailbridge.lookups.trust_facts import Facts
    from mailbridge.settings import Settings

_COLUMNS = (
    Column(head="Kind", whole=True),
    Column(head="Name"),
    Column(head="Issuer", under="Name", labelled=True),
    Column(head="From", whole=True, under="Until", labelled=True),
    Column(head="Until", whole=True),
    Column(head="State"),
    Column(head="SHA-256", whole=True, under="Name", labelled=True),
    Column(head="File", under="Name"),
)
_ATTEMPTS = (
    Column(head="Address"),
    Column(head="State", whole=True),
    Column(head="Name", under="Address"),
    Column(head="Until", whole=True),
    Column(head="Reason"),
)
_SHORT = 16
"""Digits of a fingerprint in a list; `trust import` and --json show all."""


@click.group("trust")
@with_session
def command(_session: Session) -> None:
    """Show, check and bring in certificates and lists of revoked ones."""


@command.command("list")
@as_json_option
@with_session
def list_trust(session: Session, as_json: bool) -> int:
    """List anchors, intermediate certificates, revocation lists and answers; exit status 1 when there is none."""
    from mailbridge.lookups.trust import Kind

    settings, now = session.settings(), datetime.now(UTC)
    keeper = _keeper(settings)
    days = settings.trust.warn_days
    shown = sorted(keeper.facts, key=lambda facts: tuple(Kind).index(facts.kind))
    if as_json:
        print_json(_object(each, now, days) for each in shown)
    else:
        print_table(session.lang(), _COLUMNS, (_row(session.lang(), each, settings, now) for each in shown))
    if not keeper.current.anchors:
        click.echo(say(session.lang(), "no anchor: no signature can be valid; `mailbridge trust import`"), err=True)
    return 0 if keeper.facts else ANSWER_NO


@command.command("check")
@as_json_option
@with_session
def check(session: Session, as_json: bool) -> int:
    """
    Say what ends soon or is over, and which lists nobody has signed whom we hold.

    Soon is what `warn_days` of [trust] says. Exit status 1 when something is found.
    """
    from mailbridge.cli.trust_findings import findings

    settings = session.settings()
    found = tuple(findings(_keeper(settings), datetime.now(UTC), settings.trust.warn_days))
    if as_json:
        print_json({"file": each.file, "problem": each.english, "remedy": each.remedy} for each in found)
    else:
        for each in found:
            click.echo(visible(each.told(session.lang())))
        text = "all good" if not found else "one finding" if len(found) == 1 else "{count} findings"
        click.echo(say(session.lang(), text, count=len(found)))
    return ANSWER_NO if found else 0


@command.command("fetch")
@as_json_option
@with_session
def fetch(session: Session, as_json: bool) -> int:
    """
    Fetch revocation lists now, from the hosts that [trust] names; a running program takes them over by itself.

    Exit status 1 when one of them did not come, or there is none to fetch.
    """
    from mailbridge.lookups.revocation import Came

    settings = session.settings()
    keeper = _keeper(settings)
    attempts = keeper.refresh(datetime.now(UTC), everything=True)
    if as_json:
        print_json(map(_attempt_object, attempts))
    elif attempts:
        print_table(session.lang(), _ATTEMPTS, (_attempt_row(session.lang(), each) for each in attempts))
    else:
        click.echo(say(session.lang(), "nothing to fetch: name hosts and lists below [trust]"), err=True)
    if keeper.store_problem:
        text = say(session.lang(), "what came could not be kept: {why}", why=keeper.store_problem)
        click.echo(visible(text), err=True)
    failed = keeper.store_problem or any(each.came is Came.NOTHING for each in attempts)
    return ANSWER_NO if failed or not attempts else 0


def _keeper(settings: Settings) -> TrustKeeper:
    from mailbridge.wiring import keeper_for

    return keeper_for(settings)


def _object(facts: Facts, now: datetime, days: tuple[int, ...]) -> dict[str, object]:
    from mailbridge.lookups.trust_facts import standing_of

    standing, _ = standing_of(facts, now, days)
    return {
        "kind": facts.kind.value,
        "name": facts.name,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": facts.serial,
        "from": utc(facts.begins),
        "until": utc(facts.ends) if facts.ends else None,
        "standing": standing.value,
        "sha1": facts.sha1,
        "sha256": facts.sha256,
        "file": str(facts.file),
        "fetched": facts.fetched,
    }


def _row(language: str, facts: Facts, settings: Settings, now: datetime) -> tuple[str, ...]:
    from mailbridge.lookups.trust_facts import Standing, grouped, standing_of

    standing, within = standing_of(facts, now, settings.trust.warn_days)
    state = say_word(language, "trust", standing.value)
    if standing is Standing.ENDING:
        state = say(language, "ends within {days} days", days=within)
    folder = settings.folder / "trust"
    is_below = facts.file.is_relative_to(folder)
    return (
        say_word(language, "trust", facts.kind.value),
        facts.name,
        "" if facts.subject == facts.issuer else facts.issuer,
        local_time(facts.begins)[:10],
        _until(facts.ends),
        state,
        grouped(facts.sha256[:_SHORT]),
        str(facts.file.relative_to(folder)) if is_below else say(language, "fetched"),
    )


def _until(at: datetime | None) -> str:
    """Show the day, and near its end the minute as well."""
    if at is None:
        return ""
    return local_time(at)[:10] if abs((at - datetime.now(UTC)).days) > 2 else local_time(at)[:16]


def _attempt_row(language: str, attempt: Attempt) -> tuple[str, ...]:
    return (
        attempt.address,
        say_word(language, "fetch", attempt.came.value),
        attempt.about if attempt.about != attempt.address else "",
        _until(attempt.next_update),
        attempt.problem or "",
    )


def _attempt_object(attempt: Attempt) -> dict[str, object]:
    return {
        "address": attempt.address,
        "about": attempt.about,
        "came": attempt.came.value,
        "problem": attempt.problem,
        "until": utc(attempt.next_update) if attempt.next_update else None,
    }


def _further() -> Iterator[click.Command]:
    """Yield the verbs that bring something in, which stand in a module of their own."""
    from mailbridge.cli import trust_bringing

    yield trust_bringing.bring_in
    yield trust_bringing.update


for _verb in _further():
    command.add_command(_verb)
