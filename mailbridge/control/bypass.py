"""
Bypass: the doors pass all mail on and keep none of it.

It is a state of the data folder, not of a process: the file `bypass` is there or it is not. So one command switches all
processes, works when none runs, and outlives a restart.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.control.audit import Action, note, owned_as
from mailbridge.errors import Unavailable

log = logging.getLogger("mailbridge.control")

_GOOD_FOR = 0.25
"""Seconds for which an answer is used again: a command takes effect within a second, and a mail costs no look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BypassState:
    """Who switched it on, when (aware, UTC) and why; all None when the file was made by hand."""

    who: str | None = None
    since: datetime | None = None
    reason: str | None = None


def bypass_path(data: Path) -> Path:
    """Return the file that means bypass while it is there."""
    return data / "bypass"


class Bypass:
    """
    Says whether bypass is on; doors call it at each mail.

    While the disk does not answer, it stays as it was.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._looked_at = float("-inf")
        self._on = False

    def __call__(self) -> bool:
        """Return True while the file is there; it is looked for at most four times a second."""
        now = self._clock()
        if now - self._looked_at >= _GOOD_FOR:
            self._looked_at = now
            self._tell(self._look())
        return self._on

    def _look(self) -> bool:
        try:
            self._path.stat()
        except FileNotFoundError:
            return False
        except OSError:
            return self._on
        return True

    def _tell(self, on: bool) -> None:
        if on and not self._on:
            state = read_bypass(self._path) or BypassState()
            log.warning(
                "bypass is on: mail is passed on, and none is kept", extra={"who": state.who, "reason": state.reason}
            )
        elif self._on and not on:
            log.warning("bypass is off")
        self._on = on


def read_bypass(path: Path) -> BypassState | None:
    """Return the state; None when bypass is off. Whatever stands in the file, that it is there is what counts."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError:
        return BypassState()
    with suppress(ValueError, TypeError, KeyError):
        written = json.loads(text)
        since = datetime.fromisoformat(written["since"]).astimezone(UTC)
        return BypassState(who=str(written["who"]), since=since, reason=str(written["reason"]))
    return BypassState()


def switch_on(data: Path, *, who: str, reason: str, now: datetime) -> None:
    """
    Switch bypass on, and enter it into the audit log; who switches it on again changes who and why.

    A full disk does not stop it: an empty file is enough, and then only the audit is missing.

    Raises:
        Unavailable: The folder cannot be written, or the audit log cannot; its text says whether bypass is on.
    """
    path = bypass_path(data)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable("bypass", f"{path} cannot be made: {error.strerror}") from error
    try:
        with suppress(OSError):
            owned_as(data, descriptor)
            text = json.dumps({"who": who, "since": now.isoformat(), "reason": reason}, ensure_ascii=False)
            os.write(descriptor, text.encode("utf-8", "replace") + b"\n")
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _note(data, Action.BYPASS_ON, who, reason, now)


def switch_off(data: Path, *, who: str, reason: str, now: datetime) -> bool:
    """Switch bypass off, and enter it into the audit log; False when it was not on. Raises as `switch_on` does."""
    path = bypass_path(data)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unavailable("bypass", f"{path} cannot be removed: {error.strerror}") from error
    _note(data, Action.BYPASS_OFF, who, reason, now)
    return True


def _note(data: Path, action: Action, who: str, reason: str, now: datetime) -> None:
    try:
        note(data, action, who=who, reason=reason, now=now)
    except Unavailable as error:
        word = "on" if action is Action.BYPASS_ON else "off"
        raise Unavailable("audit log", f"bypass is {word}, but it could not be noted: {error.detail}") from error
