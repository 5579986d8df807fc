"""What all processes of one data folder tell, put together, and what of it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.cli.texts import utc
from mailbridge.control.asking import ask
from mailbridge.control.bypass import BypassState, bypass_path, read_bypass
from mailbridge.control.sockets import found_in
from mailbridge.control.status import (
    ChildState,
    ChildStatus,
    DatabaseState,
    LedgerStatus,
    ProcessStatus,
    SpoolStatus,
    TrustStatus,
    read_status,
)
from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.settings import Settings
from mailbridge.settings.glance import Glance


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A process that answers, and where."""

    socket: Path
    status: ProcessStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that is wrong: a word for programs, and a text of `cli.texts` with its facts."""

    word: str
    text: str
    facts: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What all processes of one data folder tell, together."""

    processes: tuple[ProcessStatus, ...]
    bypass: BypassState | None
    shadow: bool
    spool: SpoolStatus | None
    ledger: LedgerStatus | None
    trust: TrustStatus | None
    troubles: tuple[Trouble, ...]

    def as_object(self) -> dict[str, object]:
        """Return it as JSON can write it."""
        spool, ledger, bypass, trust = self.spool, self.ledger, self.bypass, self.trust
        return {
            "running": bool(self.processes),
            "wrong": [each.word for each in self.troubles],
            "bypass": bypass
            and {
                "who": bypass.who,
                "since": utc(bypass.since) if bypass.since else None,
                "reason": bypass.reason,
            },
            "shadow": self.shadow,
            "waiting": spool and spool.waiting,
            "oldest_seconds": spool and spool.oldest_seconds,
            "set_aside": spool and spool.set_aside,
            "unknown": spool and spool.unknown,
            "letters_waiting": ledger and ledger.letters_waiting,
            "held": ledger and ledger.held,
            "database": ledger and ledger.database.value,
            "gap": ledger and ledger.gap,
            "unexplained": ledger and ledger.unexplained,
            "mailboxes": ledger and dict(ledger.mailboxes),
            "trust": trust
            and {
                "ending": dict(trust.ending),
                "over": list(trust.over),
                "unfetched": dict(trust.unfetched),
                "expires_seconds": dict(trust.expires_seconds),
            },
            "processes": [each.as_object() for each in self.processes],
        }


def look(settings: Settings | Glance, wrong: Misconfigured | None) -> Overview:
    """
    Ask all processes.

    Args:
        settings: What can be read of the configuration.
        wrong: Why that is not all.

    Raises:
        Unavailable: They may not be asked.
    """
    peers, silent = ask_all(settings.control_folder)
    processes = tuple(peer.status for peer in peers)
    spool = next((each.spool for each in processes if each.spool), None) if processes else _lying(settings.data)
    troubles = [*_of_configuration(wrong), *_of_processes(processes, silent)]
    if isinstance(settings, Settings) and processes:
        troubles += _of_roles(settings, processes, silent)
    return Overview(
        processes=processes,
        bypass=read_bypass(bypass_path(settings.data)),
        shadow=any(each.shadow for each in processes),
        spool=spool,
        ledger=next((each.ledger for each in processes if each.ledger), None),
        trust=next((each.trust for each in processes if each.trust), None),
        troubles=tuple(troubles),
    )


def ask_all(folder: Path) -> tuple[tuple[Peer, ...], tuple[str, ...]]:
    """Return the processes that answer, parents first, and the names of those that do not; raises `Unavailable`."""
    told, silent = [], []
    for path in found_in(folder):
        try:
            told.append(Peer(socket=path, status=read_status(ask(path, "status"))))
        except (Unavailable, ValueError):
            if path.exists():  # it may have ended just now
                silent.append(path.stem)
    return tuple(sorted(told, key=lambda each: (each.status.parent is not None, each.status.since))), tuple(silent)


def _lying(data: Path) -> SpoolStatus | None:
    """Count what lies in the spool while nothing runs; looking makes nothing."""
    from mailbridge.spool import Spool
    from mailbridge.wiring.lying import spool_status

    root = data / "spool"
    if not root.is_dir():
        return None
    spool = Spool(root)
    try:
        return spool_status(spool, datetime.now(UTC))
    finally:
        spool.close()


def _of_configuration(wrong: Misconfigured | None) -> Iterator[Trouble]:
    if wrong is not None:
        text = "the running program keeps its configuration, as the one on the disk is wrong: {problem}"
        yield Trouble(word="configuration", text=text, facts={"problem": str(wrong)})


def _of_processes(processes: Sequence[ProcessStatus], silent: Sequence[str]) -> Iterator[Trouble]:
    for name in silent:
        yield Trouble(word=f"no-answer:{name}", text="{name} does not answer", facts={"name": name})
    if not processes:
        if not silent:
            yield Trouble(word="nothing-runs", text="nothing runs", facts={})
        return
    for process in processes:
        if process.child:
            yield from _of_child(process.child)
    if not any(each.spool for each in processes):
        yield Trouble(word="spool-away", text="the disk of the spool does not answer", facts={})
    for process in processes:
        if process.ledger:
            yield from _of_ledger(process.ledger)
        if process.trust:
            yield from _of_trust(process.trust)


def _of_trust(trust: TrustStatus) -> Iterator[Trouble]:
    """Name what keeps signatures from being checked; what only ends soon is shown, and is no trouble yet."""
    for name in trust.over:
        yield Trouble(word="trust-over", text="trust: {name} was over", facts={"name": name})
    if trust.problem:
        text = "trust: what is fetched cannot be kept: {why}"
        yield Trouble(word="trust-store", text=text, facts={"why": trust.problem})


def _of_child(child: ChildStatus) -> Iterator[Trouble]:
    if child.state is ChildState.WAITING:
        text = "the process that works ended with {exit}; it is started anew"
        yield Trouble(word="child-down", text=text, facts={"exit": child.last_exit})
    elif child.state is ChildState.STARTING:
        yield Trouble(word="child-starting", text="the process that works is starting", facts={})


def _of_roles(settings: Settings, processes: Sequence[ProcessStatus], silent: Sequence[str]) -> Iterator[Trouble]:
    """Name the roles of the configuration that nobody has, unless it was said why."""
    from mailbridge.wiring import ROLES

    told_of = {role for each in processes if each.child for role in each.child.roles}
    told_of |= {role for name in silent for role in name.split("-")}
    running = {role for each in processes for role in each.roles} | told_of
    for role in settings.roles:
        if role in ROLES and role.value not in running:
            yield Trouble(word=f"role-missing:{role}", text="role {role} does not run", facts={"role": role.value})


def _of_ledger(ledger: LedgerStatus) -> Iterator[Trouble]:
    if ledger.database is DatabaseState.AWAY:
        text = "the database does not answer; mail flows, and is entered later"
        yield Trouble(word="database-away", text=text, facts={})
    if ledger.database is DatabaseState.OTHER_SCHEMA:
        text = "the database has the schema of another version; run `mailbridge db upgrade`"
        yield Trouble(word="database-schema", text=text, facts={})
    if ledger.gap:
        yield Trouble(word="gap", text="{count} mails have no recorded outcome", facts={"count": ledger.gap})
    if ledger.unexplained:
        text = "{count} delivered mails were neither decided nor kept"
        yield Trouble(word="unexplained", text=text, facts={"count": ledger.unexplained})
    if ledger.clock_behind_seconds:
        text = "the clock is {minutes} minutes behind mail that was accepted; days of arrival may be wrong"
        facts = {"minutes": round(ledger.clock_behind_seconds / 60)}
        yield Trouble(word="clock", text=text, facts=facts)
