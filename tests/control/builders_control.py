"""What a process tells of itself, made up."""

from __future__ import annotations

from datetime import UTC, datetime

from mailbridge.control.status import (
    ChildState,
    ChildStatus,
    DatabaseState,
    DoorStatus,
    LedgerStatus,
    MailCounts,
    ProcessStatus,
    SpoolStatus,
    TrustStatus,
)

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

PARENT = ProcessStatus(
    pid=10,
    roles=("hop",),
    since=NOW,
    parent=None,
    ending=False,
    bypass=False,
    shadow=False,
    doors=(
        DoorStatus(
            kind="hop",
            listen="127.0.0.1:2525",
            sessions_now=3,
            sessions=30,
            refused_sessions=2,
            mails=MailCounts(taken=25, delivered=20, refused=4, unknown=1, passed_without_copy=5),
            today=MailCounts(taken=5, delivered=4, refused=1),
        ),
    ),
    spool=SpoolStatus(waiting=7, oldest_seconds=12.5, set_aside=1, unknown=2, octets=4096, free=1 << 30),
    child=ChildStatus(roles=("work", "send"), state=ChildState.RUNNING, pid=11, restarts=1, last_exit=-9),
)

CHILD = ProcessStatus(
    pid=11,
    roles=("work", "send"),
    since=NOW,
    parent=10,
    ending=False,
    bypass=False,
    shadow=False,
    spool=PARENT.spool,
    ledger=LedgerStatus(
        database=DatabaseState.READY,
        letters_waiting=4,
        gap=0,
        unexplained=0,
        decided={"register": 2, "pass": 1},
        decided_within=(0, 0, 1, 2, 2, 2, 3, 3, 3, 3),
        decided_seconds=45.5,
        held=3,
    ),
    trust=TrustStatus(
        expires_seconds={"anchor": 5_000_000.0, "list": -60.0},
        ending={"RootCA": 90},
        over=("CA",),
        unfetched={"http://ca.gov.vn/a.crl": "HTTP 404"},
    ),
)
