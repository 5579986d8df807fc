"""What a running process tells of itself: values that travel over the control socket, and are shown and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum


class DatabaseState(StrEnum):
    """How it is with the database."""

    READY = "ready"
    AWAY = "away"
    OTHER_SCHEMA = "other-schema"


class ChildState(StrEnum):
    """How it is with the process that walks and sends."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """It ended, and is started anew after a pause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailCounts:
    """Mails at one door: those with all of their content, and what became of them."""

    taken: int = 0
    delivered: int = 0
    refused: int = 0
    unknown: int = 0
    passed_without_copy: int = 0

    def since(self, before: MailCounts) -> MailCounts:
        """Return what came on top of `before`."""
        return MailCounts(
            taken=self.taken - before.taken,
            delivered=self.delivered - before.delivered,
            refused=self.refused - before.refused,
            unknown=self.unknown - before.unknown,
            passed_without_copy=self.passed_without_copy - before.passed_without_copy,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorStatus:
    """
    One listener.

    `today` begins at midnight in Vietnam, or with the process; `mails` and the sessions are counted since its start.
    """

    kind: str
    listen: str
    sessions_now: int
    sessions: int = 0
    refused_sessions: int = 0
    mails: MailCounts = field(default_factory=MailCounts)
    today: MailCounts = field(default_factory=MailCounts)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpoolStatus:
    """What lies in the spool; `oldest_seconds` is None when nothing waits; sizes in octets."""

    waiting: int
    oldest_seconds: float | None
    set_aside: int
    unknown: int
    octets: int
    free: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerStatus:
    """
    The database and what is done behind the doors; None where the database does not tell.

    `gap` mails have no recorded outcome, `unexplained` delivered ones are nowhere. `decided` counts by action, since
    the process began; `decided_within[i]` of them within `STEPS[i]` seconds, after `decided_seconds` altogether.
    `held` mails wait for a clerk. `mailboxes` says by mailbox why states cannot be shown there, "" where they can.
    `clock_behind_seconds` is 0 unless the clock went back behind mail that was accepted already.
    """

    database: DatabaseState
    letters_waiting: int | None
    gap: int
    unexplained: int
    decided: Mapping[str, int]
    decided_within: tuple[int, ...]
    decided_seconds: float
    held: int | None = None
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    clock_behind_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustStatus:
    """
    How long what is trusted holds.

    Attributes:
        expires_seconds: By kind ("anchor", "intermediate", "list") the seconds until the first of them ends; negative
            when it is over.
        ending: Names of what ends within the days of which the configuration wants to know, and the span in days.
        over: Names of what is over.
        unfetched: By address, why no list came from there.
        problem: Why what was fetched cannot be kept on the disk.
    """

    expires_seconds: Mapping[str, float]
    ending: Mapping[str, int]
    over: tuple[str, ...]
    unfetched: Mapping[str, str]
    problem: str | None = None


STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)
"""Seconds from the acceptance of a mail to its decision by which they are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildStatus:
    """The process that walks and sends for this one; `last_exit` is the status with which it ended last."""

    roles: tuple[str, ...]
    state: ChildState
    pid: int | None
    restarts: int
    last_exit: int | None
    socket: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessStatus:
    """One process; `parent` is the pid of the one that started it to work and send."""

    pid: int
    roles: tuple[str, ...]
    since: datetime
    parent: int | None
    ending: bool
    bypass: bool
    shadow: bool
    doors: tuple[DoorStatus, ...] = ()
    spool: SpoolStatus | None = None
    ledger: LedgerStatus | None = None
    child: ChildStatus | None = None
    trust: TrustStatus | None = None

    def as_object(self) -> dict[str, object]:
        """Return it as JSON can write it."""
        return {**asdict(self), "since": self.since.isoformat()}


def read_status(said: Mapping[str, object]) -> ProcessStatus:
    """Read what `as_object` wrote; raises `ValueError` for what another version may have written."""
    from pydantic import TypeAdapter

    return TypeAdapter(ProcessStatus).validate_python(said)
