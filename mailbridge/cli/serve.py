"""`mailbridge serve`: the running program."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.errors import Misconfigured

if TYPE_CHECKING:
    from mailbridge.control.child import Child
    from mailbridge.settings import Role, Settings

_NICE = 10
"""How much the child steps back: a mail at the door is somebody waiting, a mail in the walk is not."""


def _named(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> frozenset[Role] | None:
    if not text:
        return None
    from mailbridge.settings import Role
    from mailbridge.wiring import ROLES

    names = {name.strip() for name in text.split(",")}
    unknown = names - {role.value for role in ROLES}
    if unknown:
        known = ", ".join(sorted(role.value for role in ROLES))
        raise click.BadParameter(f"no such role in this version: {', '.join(sorted(unknown))}; there are {known}")
    return frozenset(Role(name) for name in names)


@click.command("serve")
@click.option(
    "--role",
    "roles",
    callback=_named,
    metavar="ROLE,…",
    help="Only these, in this process, separated by commas: hop (takes mail and passes it on), milter (is called by "
    "Postfix or Sendmail), journal (takes copies), work (reads mail and keeps the book), send (sends letters). Without "
    "it those of [roles] run, work and send in a second process.",
)
@click.option("--verbose", is_flag=True, help="Log every step.")
@with_session
def command(session: Session, roles: frozenset[Role] | None, verbose: bool) -> int:
    """
    Run the doors, the walk and the sender in the foreground until Ctrl-C or SIGTERM; logs go to stderr.

    SIGHUP reads the configuration again, as `mailbridge reload` does.
    """
    from mailbridge.control.lifeline import Lifeline

    lifeline = Lifeline.inherited()
    if lifeline is not None:
        _step_back()
    settings = session.settings()
    from mailbridge.cli.logs import set_up_logs
    from mailbridge.wiring.program import Program

    set_up_logs(verbose=verbose)
    chosen = roles or _configured(settings, session.lang())
    with asyncio.Runner(loop_factory=_fast_loop) as runner:

        async def serve() -> int:
            own, child = (chosen, None) if roles else _shared(chosen, session, verbose=verbose)
            program = Program(settings, session.settings_path(), own, child=child, lifeline=lifeline)
            return await program.run(lambda: _announce(settings, own, session.lang(), is_child=lifeline is not None))

        status = runner.run(serve())
    if lifeline is None:
        click.echo(say(session.lang(), "stopped"), err=True)
    return status


def _step_back() -> None:
    """Be a child: leave the processor to the doors, and what a terminal says to the parent."""
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _configured(settings: Settings, language: str) -> frozenset[Role]:
    """Return the roles of the configuration that this version has; raises `Misconfigured` when none is left."""
    from mailbridge.wiring import ROLES

    for role in settings.roles:
        if role not in ROLES:
            click.echo(say(language, "this version has no role {role}; it is left out", role=role.value), err=True)
    roles = ROLES.intersection(settings.roles)
    if not roles:
        known = ", ".join(sorted(role.value for role in ROLES))
        raise Misconfigured('"roles.run" names no role of this version', remedy=f"there are {known}")
    return roles


def _shared(roles: frozenset[Role], session: Session, *, verbose: bool) -> tuple[frozenset[Role], Child | None]:
    """Say which roles this process has, and make the child that has the others; one process where that is enough."""
    from mailbridge.control.child import Child
    from mailbridge.settings import Role
    from mailbridge.wiring import DOORS

    doors, behind = roles & DOORS, roles - DOORS
    if not doors or not behind or sys.platform == "win32":
        return roles, None
    names = [role.value for role in Role if role in behind]
    shared = ["-c", str(session.settings_path()), "--lang", session.lang()]
    verb = ["serve", "--role", ",".join(names), *(["--verbose"] if verbose else [])]
    return doors, Child([sys.executable, "-m", "mailbridge", *shared, *verb], names)


def _fast_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, which halves the cost of a relayed mail; asyncio's own where there is none (Windows)."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _announce(settings: Settings, roles: frozenset[Role], language: str, *, is_child: bool) -> None:
    from mailbridge.settings import Role

    for listener in settings.listeners:
        if Role(listener.kind.value) not in roles:
            continue
        if listener.next_hop is None:
            text = say(language, "{kind} listening on {where}", kind=listener.kind.value, where=listener.listen)
        else:
            facts = {"where": listener.listen, "next_hop": listener.next_hop}
            text = say(language, "listening on {where}, next hop {next_hop}", **facts)
        click.echo(text, err=True)
    if not is_child:
        click.echo(say(language, "serving; Ctrl-C ends"), err=True)
