"""The command `mailbridge`: its verbs and its exit statuses."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from mailbridge import __version__
from mailbridge.cli.session import Session, with_session
from mailbridge.cli.texts import say
from mailbridge.errors import MailBridgeError, Misconfigured, Unavailable

USAGE = 64
"""EX_USAGE of sysexits.h, as the other statuses."""
TRY_LATER = 75
BAD_CONFIGURATION = 78
INTERRUPTED = 130

# Where each verb lives; a verb is imported when it is called, since the book alone costs most of a second.
_VERBS = {
    "init": "mailbridge.cli.init",
    "serve": "mailbridge.cli.serve",
    "check": "mailbridge.cli.check",
    "try": "mailbridge.cli.trying",
    "register": "mailbridge.cli.register",
    "rules": "mailbridge.cli.rules",
    "trace": "mailbridge.cli.trace",
    "letters": "mailbridge.cli.letters",
    "queue": "mailbridge.cli.queue",
    "db": "mailbridge.cli.db",
}


class _Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command = importlib.import_module(_VERBS[cmd_name]).command
        assert isinstance(command, click.Command)  # noqa: S101  # says for the type checker what the table holds
        return command


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mailbridge")
@with_session
def mailbridge(_session: Session) -> None:
    """Enter official documents that arrive by mail into the book of incoming documents."""


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status."""
    session = Session()
    try:
        status: Any = mailbridge.main(arguments, prog_name="mailbridge", standalone_mode=False, obj=session)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except MailBridgeError as error:
        return _report(error, session)
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; Python would complain once more at exit
        return 0
    return status if isinstance(status, int) else 0


def _report(error: MailBridgeError, session: Session) -> int:
    match error:
        case Misconfigured():
            title, status = "the program is misconfigured", BAD_CONFIGURATION
        case Unavailable():
            title, status = "try again later", TRY_LATER
        case _:
            title, status = "error", 1
    click.echo(f"mailbridge: {say(session.lang(), title)}: {error}", err=True)
    return status
