"""`mailbridge reload`, `bypass` and `drain`: what a running program can be told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, BAD_CONFIGURATION, Session, as_json_option, with_session
from mailbridge.cli.status import glance_of, told_of
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, utc, visible
from mailbridge.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from mailbridge.control.asking import Answer
    from mailbridge.settings.glance import Glance

_RELOAD_WITHIN = 90.0
"""Seconds for reading and checking everything, by a child too, on a slow machine."""
_DRAIN_WITHIN = 240.0
"""Seconds for mails in transfer, then for what is being read or sent, each with its own limit in the program."""
_LOOK_EVERY = 0.1


@click.command("reload")
@as_json_option
@with_session
def reload(session: Session, as_json: bool) -> int:
    """
    Let the running program read its configuration again; sessions go on, the next mail meets the new choices.

    A configuration with findings changes nothing: exit status 78, and each finding with file and line. Some keys wait
    for the next start; they are named.
    """
    folder = _glance(session).control_folder
    found: dict[str, dict[str, object]] = {}
    restart: dict[str, None] = {}
    answers = [_ask(path, "reload", _RELOAD_WITHIN) for path in _heads(folder)]
    if not answers:
        click.echo(say(session.lang(), "nothing runs"), err=True)
        return ANSWER_NO
    for answer in answers:
        for finding in _objects(answer.get("findings")):
            found.setdefault(str(sorted(finding.items(), key=str)), finding)
        restart.update(dict.fromkeys(_texts(answer.get("restart"))))
    if as_json:
        print_json([{"findings": list(found.values()), "restart": list(restart)}])
    else:
        _tell(session.lang(), list(found.values()), list(restart))
    return BAD_CONFIGURATION if found else 0


def _tell(language: str, findings: Sequence[dict[str, object]], restart: Sequence[str]) -> None:
    for finding in findings:
        where = f"{finding['file']}:{finding['line']}" if finding["line"] else str(finding["file"])
        remedy = f" ({finding['remedy']})" if finding["remedy"] else ""
        click.echo(visible(f"{where}: {finding['problem']}{remedy}"))
    click.echo(say(language, "nothing has changed" if findings else "the configuration was read again"))
    if restart:
        click.echo(say(language, "these keys wait for the next start: {keys}", keys=", ".join(restart)))


@click.command("drain")
@with_session
def drain(session: Session) -> int:
    """
    End the running program: no new sessions, present ones end after their mail, then what is under way is finished.

    Returns when all is over; the program ends with 0.
    """
    heads = _heads(_glance(session).control_folder)
    if not heads:
        click.echo(say(session.lang(), "nothing runs"), err=True)
        return 0
    for path in heads:
        _ask(path, "drain", 10.0)
    click.echo(say(session.lang(), "waiting until sessions have ended"), err=True)
    from mailbridge.control.sockets import remove_if_dead

    end = time.monotonic() + _DRAIN_WITHIN
    while not all(remove_if_dead(path) for path in heads):
        if time.monotonic() > end:
            raise Unavailable("drain", f"{', '.join(path.stem for path in heads)}: not over yet")
        time.sleep(_LOOK_EVERY)
    click.echo(say(session.lang(), "ended"), err=True)
    return 0


@click.command("bypass")
@click.argument("word", required=False, type=click.Choice(["on", "off"]), metavar="[on|off]")
@click.argument("reason", nargs=-1)
@as_json_option
@with_session
def bypass(session: Session, word: str | None, reason: tuple[str, ...], as_json: bool) -> int:
    """
    Pass all mail on without keeping it (on), or stop doing so (off); without a word, show how it is.

    Within a second, without cutting a session, also while nothing runs. What passes is not entered by anybody: the
    audit log keeps who switched it, when, and the REASON.
    """
    from mailbridge.control.audit import who_asks
    from mailbridge.control.bypass import bypass_path, read_bypass, switch_off, switch_on

    data = _glance(session).data
    now, why = datetime.now(UTC), " ".join(reason)
    changed = True
    match word:
        case "on":
            switch_on(data, who=who_asks(), reason=why, now=now)
        case "off":
            changed = switch_off(data, who=who_asks(), reason=why, now=now)
        case _:
            pass
    state = read_bypass(bypass_path(data))
    if as_json:
        since = utc(state.since) if state and state.since else None
        told = {"who": state and state.who, "since": since, "reason": state and state.reason}
        print_json([{"bypass": state is not None, **told}])
    elif state is None:
        click.echo(say(session.lang(), "bypass is off" if changed else "bypass was off"))
    else:
        click.echo(say(session.lang(), "bypass is on"))
        if state.since is not None:
            click.echo(visible(told_of(session.lang(), state)))
    return 0


def _glance(session: Session) -> Glance:
    """Find the running program, whatever else is wrong with the configuration; raises `Misconfigured`."""
    return glance_of(session, Misconfigured("there is no configuration here", file=str(session.settings_path())))


def _heads(folder: Path) -> list[Path]:
    """Return the sockets of processes that nobody else tells: parents, and those without one."""
    from mailbridge.cli.overview import ask_all

    peers, silent = ask_all(folder)
    if silent:
        raise Unavailable("running program", f"{', '.join(silent)} does not answer")
    pids = {peer.status.pid for peer in peers}
    return [peer.socket for peer in peers if peer.status.parent not in pids]


def _ask(path: Path, question: str, seconds: float) -> Answer:
    from mailbridge.control.asking import ask

    return ask(path, question, seconds=seconds)


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
