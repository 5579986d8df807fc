"""The command `mailbridge`: its verbs, its exit statuses, and what it says when something is wrong."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import Any

import click

from mailbridge import __version__
from mailbridge.cli.session import ANSWER_NO, BAD_CONFIGURATION, INTERRUPTED, TRY_LATER, USAGE, Session, with_session
from mailbridge.cli.texts import say, visible
from mailbridge.errors import MailBridgeError, Misconfigured, Refusal, Unavailable

# Where each verb lives (as `command` of its module, or under the name behind the colon) and what it does, in a line. A
# verb is imported when it is called: the book alone costs most of a second, and `--help` shall not wait for it.
VERBS = {
    "init": ("mailbridge.cli.init", "Write a commented configuration for one agency."),
    "check": ("mailbridge.cli.check", "Find what is wrong before mail comes."),
    "serve": ("mailbridge.cli.serve", "Run in the foreground."),
    "status": ("mailbridge.cli.status", "Show how the running program is."),
    "reload": ("mailbridge.cli.control:reload", "Let the running program read its configuration again."),
    "bypass": ("mailbridge.cli.control:bypass", "Pass all mail on without keeping it, or stop doing so."),
    "drain": ("mailbridge.cli.control:drain", "End the running program once its sessions have ended."),
    "try": ("mailbridge.cli.trying", "Judge mails from files; store and send nothing."),
    "register": ("mailbridge.cli.register", "Show the book of incoming documents, and write into it."),
    "signature": ("mailbridge.cli.signature", "Verify signatures, and pack the evidence of a mail."),
    "trace": ("mailbridge.cli.trace", "Show what happened to a mail."),
    "letters": ("mailbridge.cli.letters", "Show acknowledgements and notices."),
    "report": ("mailbridge.cli.report", "Draw up accounts and figures."),
    "queue": ("mailbridge.cli.queue", "Show mail that waits or was set aside."),
    "rules": ("mailbridge.cli.rules", "Show the rules, run their examples, and learn from corrections."),
    "directory": ("mailbridge.cli.directory", "Show and bring in the directory of agencies."),
    "trust": ("mailbridge.cli.trust", "Show and bring in trusted certificates and lists of revoked ones."),
    "db": ("mailbridge.cli.db", "Make, bring forward, copy and restore the database."),
    "export": ("mailbridge.cli.export", "Take everything out in open formats."),
}


class _Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name or "command")
        assert isinstance(command, click.Command)  # noqa: S101  # says for the type checker what the table holds
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = ctx.ensure_object(Session).lang()
        with formatter.section(say(language, "Verbs")):
            formatter.write_dl([(name, say(language, summary)) for name, (_, summary) in VERBS.items()])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mailbridge")
@with_session
def mailbridge(_session: Session) -> None:
    """
    Enter official documents that arrive by mail into the book of incoming documents.

    A first look: `mailbridge try FILE.eml`. A first installation: `mailbridge init`, `mailbridge check`,
    `mailbridge serve`.
    """


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status."""
    session = Session()
    _write_utf8()
    try:
        # Not `main()` of click: it would answer a closed pipe with its own status.
        with mailbridge.make_context("mailbridge", list(arguments), obj=session) as context:
            status: Any = mailbridge.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        _show_usage(error, session)
        return USAGE
    except (click.Abort, KeyboardInterrupt, EOFError):
        click.echo(err=True)
        return INTERRUPTED
    except MailBridgeError as error:
        return _report(error, session)
    except BrokenPipeError:
        _stop_writing()
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _complain(session, "try again later", f"{where}{error.strerror or error}")
        return TRY_LATER
    return status if isinstance(status, int) else 0


def _write_utf8() -> None:
    """
    Write UTF-8 where a program reads; on a terminal the user's encoding stays.

    What cannot be written (half of a surrogate pair in the name of a file, a letter that the terminal has not) is
    written as an escape, which in JSON means the same.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _stop_writing() -> None:
    """Send the rest nowhere: the reader has gone away, as `head` does, and the exit would complain once more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _show_usage(error: click.UsageError, session: Session) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        hint = say(session.lang(), "see: {command}", command=f"{error.ctx.command_path} --help")
        click.echo(hint, err=True)
    _complain(session, "wrong usage", error.format_message())


def _report(error: MailBridgeError, session: Session) -> int:
    match error:
        case Misconfigured():
            _complain(session, "bad configuration", str(error))
            return BAD_CONFIGURATION
        case Unavailable():
            _complain(session, "try again later", str(error))
            return TRY_LATER
        case Refusal():
            _complain(session, "not possible", error.said(session.lang()))
            return ANSWER_NO
        case _:
            _complain(session, "error", str(error))
            return ANSWER_NO


def _complain(session: Session, title: str, text: str) -> None:
    first, *further = text.splitlines() or [""]
    click.echo(f"mailbridge: {say(session.lang(), title)}: {visible(first)}", err=True)
    for line in further:
        click.echo(f"  {visible(line)}", err=True)
