"""`mailbridge serve`: the running program."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.errors import Misconfigured

if TYPE_CHECKING:
    from mailbridge.settings import Role
    from mailbridge.wiring import App


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
    help="Only these, separated by commas: hop (takes mail and passes it on), work (reads it and keeps the book), "
    "send (sends letters). Those of [roles] run without it.",
)
@click.option("--verbose", is_flag=True, help="Log every step.")
@with_session
def command(session: Session, roles: frozenset[Role] | None, verbose: bool) -> int:
    """Run the hop, the walk and the sender in the foreground until Ctrl-C or SIGTERM; logs go to stderr."""
    settings = session.settings()
    from mailbridge.cli.logs import set_up_logs
    from mailbridge.wiring import App

    set_up_logs(verbose=verbose)
    app = App(settings)
    with asyncio.Runner(loop_factory=_fast_loop) as runner:
        runner.run(_serve(app, roles or _configured(app, session.lang()), session.lang()))
    return 0


def _configured(app: App, language: str) -> frozenset[Role]:
    """Return the roles of the configuration that this version has; raises `Misconfigured` when none is left."""
    from mailbridge.wiring import ROLES

    for role in app.settings.roles:
        if role not in ROLES:
            click.echo(say(language, "this version has no role {role}; it is left out", role=role.value), err=True)
    roles = ROLES.intersection(app.settings.roles)
    if not roles:
        known = ", ".join(sorted(role.value for role in ROLES))
        raise Misconfigured('"roles.run" names no role of this version', remedy=f"there are {known}")
    return roles


def _fast_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, which halves the cost of a relayed mail; asyncio's own where there is none (Windows)."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _serve(app: App, roles: frozenset[Role], language: str) -> None:
    from mailbridge.settings import ListenerKind, Role

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.running(roles=roles, stop=stop):
        for listener in app.settings.listeners if Role.HOP in roles else ():
            if listener.kind is ListenerKind.HOP:
                facts = {"where": listener.listen, "next_hop": listener.next_hop}
                click.echo(say(language, "listening on {where}, next hop {next_hop}", **facts), err=True)
        click.echo(say(language, "serving; Ctrl-C ends"), err=True)
        await stop.wait()
    click.echo(say(language, "stopped"), err=True)
