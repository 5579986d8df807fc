"""
Figures for Prometheus: read from the processes when they are asked for, so that no mail pays for counting.

Names begin with `mailbridge_`; labels are few, and their values are words of ours. docs/reference/metrics.md names all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from mailbridge.control.status import (
    STEPS,
    ChildState,
    DatabaseState,
    DoorStatus,
    LedgerStatus,
    ProcessStatus,
    SpoolStatus,
    TrustStatus,
)
from mailbridge.errors import Unavailable

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

Report = Callable[[], Sequence[ProcessStatus]]


class Page:
    """
    The page of figures at `host`:`port`, in a thread of its own.

    Args:
        report: Asks this process and its child; called in that thread at each look, may block for a moment.
    """

    def __init__(self, host: str, port: int, report: Report) -> None:
        self._host = host
        self._port = port
        self._registry = CollectorRegistry()
        self._registry.register(Figures(report))
        ProcessCollector(namespace="mailbridge", registry=self._registry)
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises `Unavailable` before `start`."""
        if self._server is None:
            raise Unavailable("metrics", "are not shown")
        return int(self._server.server_port)

    def start(self) -> None:
        """Open it; raises `Unavailable` when the port is taken."""
        try:
            self._server, self._thread = start_http_server(self._port, self._host, self._registry)
        except OSError as error:
            raise Unavailable("metrics", f"cannot listen: {error}") from error

    def stop(self) -> None:
        """Close it; blocks until nobody is being answered. Safe to repeat."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None


class Figures:
    """Turns what the processes tell into metrics; fulfils `prometheus_client.registry.Collector`."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: what there is depends on the roles that run."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics of one moment."""
        processes = self._report()
        yield from _of_processes(processes)
        yield from _of_doors([door for process in processes for door in process.doors])
        spool = next((process.spool for process in processes if process.spool), None)
        if spool is not None:
            yield from _of_spool(spool)
        for process in processes:
            if process.ledger is not None:
                yield from _of_ledger(process.ledger)
        trust = next((process.trust for process in processes if process.trust), None)
        if trust is not None:
            yield from _of_trust(trust)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mailbridge_{name}", text, value=value)


def _of_processes(processes: Sequence[ProcessStatus]) -> Iterator[Metric]:
    roles = GaugeMetricFamily("mailbridge_role_up", "1 while a process has this role.", labels=["role"])
    up = {role for process in processes for role in process.roles}
    for role in sorted(up):
        roles.add_metric([role], 1)
    for process in processes:
        if process.child is not None:
            for role in process.child.roles:
                if role not in up:
                    roles.add_metric([role], 0)
            yield CounterMetricFamily(
                "mailbridge_child_restarts",
                "Times that the process that works was started anew.",
                value=process.child.restarts,
            )
            running = process.child.state is ChildState.RUNNING
            yield _gauge("child_up", "1 while the process that works runs.", running)
    yield roles
    yield _gauge("bypass", "1 while mail is passed on and none is kept.", any(each.bypass for each in processes))
    yield _gauge("shadow", "1 while nothing is entered and no letter leaves.", any(each.shadow for each in processes))


def _of_doors(doors: Sequence[DoorStatus]) -> Iterator[Metric]:
    mails = CounterMetricFamily(
        "mailbridge_mails", "Mails whose content was complete, by what became of them.", labels=["door", "fate"]
    )
    without_copy = CounterMetricFamily(
        "mailbridge_passed_without_copy", "Mails passed on without being kept.", labels=["door"]
    )
    now = GaugeMetricFamily("mailbridge_sessions", "Clients that are connected.", labels=["door"])
    sessions = CounterMetricFamily("mailbridge_sessions_opened", "Clients that have connected.", labels=["door"])
    refused = CounterMetricFamily(
        "mailbridge_sessions_refused", "Clients turned away because of limits.", labels=["door"]
    )
    for kind in sorted({door.kind for door in doors}):
        own = [door for door in doors if door.kind == kind]
        mails.add_metric([kind, "delivered"], sum(door.mails.delivered for door in own))
        mails.add_metric([kind, "refused"], sum(door.mails.refused for door in own))
        mails.add_metric([kind, "unknown"], sum(door.mails.unknown for door in own))
        without_copy.add_metric([kind], sum(door.mails.passed_without_copy for door in own))
        now.add_metric([kind], sum(door.sessions_now for door in own))
        sessions.add_metric([kind], sum(door.sessions for door in own))
        refused.add_metric([kind], sum(door.refused_sessions for door in own))
    yield from (mails, without_copy, now, sessions, refused)


def _of_spool(spool: SpoolStatus) -> Iterator[Metric]:
    yield _gauge("spool_waiting", "Mails that wait for their walk.", spool.waiting)
    yield _gauge("spool_oldest_seconds", "Age of the oldest of them; 0 when none waits.", spool.oldest_seconds or 0)
    yield _gauge("spool_set_aside", "Mails set aside for a person.", spool.set_aside)
    yield _gauge("spool_unknown", "Mails of which nobody knows whether the next hop took them.", spool.unknown)
    yield _gauge("spool_bytes", "Octets that the spool takes, without mail that was walked.", spool.octets)
    yield _gauge("spool_free_bytes", "Octets that are free on its disk.", spool.free)


def _of_ledger(ledger: LedgerStatus) -> Iterator[Metric]:
    yield _gauge("database_up", "1 while the database answers and has our schema.", _is_ready(ledger))
    if ledger.letters_waiting is not None:
        yield _gauge("letters_waiting", "Letters that wait to leave.", ledger.letters_waiting)
    if ledger.held is not None:
        yield _gauge("mails_held", "Mails that wait for a clerk.", ledger.held)
    yield _gauge("ledger_gap", "Mails without a recorded outcome.", ledger.gap)
    yield _gauge("clock_behind_seconds", "How far the clock is behind mail that is here.", ledger.clock_behind_seconds)
    yield _gauge("ledger_unexplained", "Delivered mails that have no case and are nowhere.", ledger.unexplained)
    decided = CounterMetricFamily(
        "mailbridge_decided", "Decisions, by what becomes of the mail; one for each agency.", labels=["action"]
    )
    for action, count in sorted(ledger.decided.items()):
        decided.add_metric([action], count)
    yield decided
    total = sum(ledger.decided.values())
    steps = [(str(step), float(count)) for step, count in zip(STEPS, ledger.decided_within, strict=True)]
    yield HistogramMetricFamily(
        "mailbridge_decided_after_seconds",
        "Seconds from the acceptance of a mail to its decision.",
        buckets=[*steps, ("+Inf", float(total))],
        sum_value=ledger.decided_seconds,
    )


def _of_trust(trust: TrustStatus) -> Iterator[Metric]:
    expires = GaugeMetricFamily(
        "mailbridge_trust_expires_seconds", "Seconds until the first of its kind ends.", labels=["kind"]
    )
    for kind, seconds in sorted(trust.expires_seconds.items()):
        expires.add_metric([kind], seconds)
    yield expires
    yield _gauge("trust_unfetched", "Addresses from which no list came at the last try.", len(trust.unfetched))


def _is_ready(ledger: LedgerStatus) -> bool:
    return ledger.database is DatabaseState.READY
