"""What every verb shares: the options `-c` and `--lang`, and how a list is shown."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from mailbridge.cli.texts import say

P = ParamSpec("P")
R = TypeVar("R")

ANSWER_NO = 1
"""Exit status: the answer is no, a check failed."""
BAD_DATA = 65
"""Exit status, EX_DATAERR of sysexits.h."""

DEFAULT_CONFIG = Path("/etc/mailbridge")


@dataclass(slots=True)
class Session:
    """The options that stand before or behind the verb; what stands behind it wins."""

    config: Path | None = None
    language: str | None = None

    def settings_path(self) -> Path:
        """Return where the configuration is: the option, else the place of an installed program."""
        return self.config or DEFAULT_CONFIG

    def lang(self, configured: str | None = None) -> str:
        """Return the language of messages: the option, else the configuration's, else English."""
        return self.language or configured or "en"


def _take(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    def callback(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
        session = ctx.ensure_object(Session)
        if value is not None:
            setattr(session, name, value)

    return callback


_CONFIG = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_take("config"),
    help="Configuration file, or its folder.",
)
_LANG = click.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    expose_value=False,
    callback=_take("language"),
    help="Language of messages.",
)


def with_session(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Give a verb the session as its first argument, and the shared options."""

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(click.get_current_context().ensure_object(Session), *args, **kwargs)

    return _CONFIG(_LANG(called))


def as_json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--json`: one object a line."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(function)


def print_json(rows: Iterable[Mapping[str, object]]) -> None:
    """Print one object a line, at once, so that a pipe sees it."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def print_table(language: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Print a table fitted to the terminal and return the number of its rows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(say(language, head), overflow="fold")
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the count is what is returned
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout)
    if count:
        console.print(table)
    else:
        console.print(say(language, "nothing found"))
    return count
