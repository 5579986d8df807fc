"""`mailbridge serve`: the running program."""

from __future__ import annotations

import asyncio
import signal
import sys

import click

from mailbridge.cli.logs import set_up_logs
from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.settings import Role, load
from mailbridge.wiring import ROLES, App


def _roles(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> frozenset[Role] | None:
    if not text:
        return None
    names = {name.strip() for name in text.split(",")}
    unknown = names - {role.value for role in ROLES}
    if unknown:
        known = ", ".join(sorted(role.value for role in ROLES))
        raise click.BadParameter(f"no such role in this version: {', '.join(sorted(unknown))}; there are {known}")
    return frozenset(Role(name) for name in names)


@click.command("serve")
@click.option("--role", "roles", callback=_roles, help="Only these, separated by commas: hop, work, send.")
@click.option("--verbose", is_flag=True, help="Log every step.")
@with_session
def command(session: Session, roles: frozenset[Role] | None, verbose: bool) -> int:
    """Run the hop, the walk and the sender in the foreground until a signal ends it."""
    settings = load(session.settings_path())
    set_up_logs(verbose=verbose)
    app = App(settings)
    with asyncio.Runner(loop_factory=_fast_loop) as runner:
        runner.run(_serve(app, roles or ROLES.intersection(settings.roles), session.lang(settings.language)))
    return 0


def _fast_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, which halves the cost of a relayed mail; asyncio's own where there is none (Windows)."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _serve(app: App, roles: frozenset[Role], language: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.running(roles=roles, stop=stop):
        for listener in app.settings.listeners if Role.HOP in roles else ():
            facts = {"where": listener.listen, "next_hop": listener.next_hop}
            click.echo(say(language, "listening on {where}, next hop {next_hop}", **facts), err=True)
        click.echo(say(language, "serving; Ctrl-C ends"), err=True)
        await stop.wait()
