"""What every verb shares: `-c`, `--lang` and `--json`, the exit statuses, and the configuration it reads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from mailbridge.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

# Exit statuses of CONTRACT.md; from 64 on those of sysexits.h.
ANSWER_NO = 1
USAGE = 64
BAD_DATA = 65
TRY_LATER = 75
BAD_CONFIGURATION = 78
INTERRUPTED = 130
"""128 and SIGINT, as a shell says it."""

DEFAULT_CONFIG = Path("/etc/mailbridge")


@dataclass(slots=True)
class Session:
    """The options that stand before or behind the verb; what stands behind it wins."""

    config: Path | None = None
    language: str | None = None
    _configured_language: str | None = field(default=None, init=False)

    def settings_path(self) -> Path:
        """Return where the configuration is: the option, else the place of an installed program."""
        return self.config or DEFAULT_CONFIG

    def settings(self) -> Settings:
        """Read the configuration, and speak its language from now on; raises `Misconfigured`."""
        from mailbridge.settings import load

        settings = load(self.settings_path())
        self._configured_language = settings.language
        return settings

    def lang(self) -> str:
        """Return the language of messages: the option, else the configuration's once it is read, else English."""
        return self.language or self._configured_language or "en"


def _take(name: str) -> Callable[[click.Context, click.Parameter, object], None]:
    def callback(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
        if value is not None:
            setattr(ctx.ensure_object(Session), name, value)

    return callback


# Both are eager, so that `--help` and complaints behind them speak the language.
_CONFIG = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    expose_value=False,
    is_eager=True,
    callback=_take("config"),
    help="Configuration file, or its folder; /etc/mailbridge without it.",
)
_LANG = click.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    expose_value=False,
    is_eager=True,
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
