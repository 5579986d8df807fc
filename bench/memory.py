"""
The memory of the hop: many large mails at once, and many clients that say nothing.

Writes what it found into docs/explanation/performance.md. The large mails are on the disk until the end: 100 of 25 MB
are 2.5 GB, and the same once more for what the hop keeps.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench import page
from bench.equipment import Equipment, say
from bench.machine import conditions
from bench.part import Part
from bench.stage import Ours, Stage
from bench.verdicts import MAILBRIDGE, Verdict

_LARGE_WITHIN = 240.0
"""Seconds for all large mails: fifteen times what the machine of the tables needs."""
_EVERY = 0.05
"""Seconds between two looks at the memory."""
_AT_REST = 3.0
"""Seconds in which the silent clients are watched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Large:
    """What many large mails took. Memory in MB: peak of resident memory, and peak of its share (PSS) as seen."""

    arrived: int
    errors: str
    seconds: float
    resident: float
    proportional: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Silent:
    """What many silent clients take: memory in MB (PSS), before them and with them, and the share of a core used."""

    clients: int
    before: float
    memory: float
    core: float


def _measure(equipment: Equipment, work: Path, given: argparse.Namespace) -> str:
    """Measure both."""
    with Stage(equipment, work) as stage:
        large = large_mails(stage, given.project, mails=given.mails, size=given.size)
        silent = silent_clients(stage, given.project, given.clients)
    return report(equipment, given.project, large, silent, mails=given.mails, size=given.size, clients=given.clients)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--mails", type=int, default=100, help="large mails at once")
    reader.add_argument("--size", type=int, default=25_000_000, help="octets of one")
    reader.add_argument("--clients", type=int, default=1000, help="silent clients")


def large_mails(stage: Stage, project: Path, *, mails: int, size: int) -> Large:
    """Send all of them at once through a new hop, and watch its memory meanwhile."""
    mail = stage.work / "large.eml"
    write_mail(mail, size)
    _start(stage, project)
    say(f"{mails} mails of {size / 1e6:g} MB at once …")
    words = ("--conns", str(mails), "--per-conn", "1", "--messages", str(mails), "--timeout", str(_LARGE_WITHIN))
    begun, before = time.monotonic(), stage.arrived()
    with _watched(stage) as seen:
        ran = stage.send(MAILBRIDGE, [mail], *words, timeout=_LARGE_WITHIN)
    said = json.loads(ran.stdout)
    large = Large(
        arrived=stage.arrived() - before,
        errors=", ".join(f"{text} ({count})" for text, count in said["errors"].items()),
        seconds=time.monotonic() - begun,
        resident=sum(_peak(pid) for pid in stage.roots(MAILBRIDGE)) / 1e6,
        proportional=max(seen, default=0) / 1e6,
    )
    stage.stop(MAILBRIDGE)
    mail.unlink()
    return large


def write_mail(path: Path, size: int) -> None:
    """Write a mail of about this many octets with one attachment in base64, as a scan has it."""
    chance = random.Random(size)
    head = (
        "From: Văn thư <vanthu@coquan-gui.invalid>\r\nTo: tiepnhan@coquan-nhan.invalid\r\nSubject: ban quet\r\n"
        'MIME-Version: 1.0\r\nContent-Type: application/pdf; name="ban-quet.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode()
    # RFC 2045 §6.8: 57 octets make a line of 76 letters; 1 MB of lines is drawn and then repeated.
    lines = b"".join(base64.b64encode(chance.randbytes(57)) + b"\r\n" for _ in range(1_000_000 // 78))
    with path.open("wb") as file:
        file.write(head)
        left = (size - len(head)) // 78
        while left > 0:
            file.write(lines[: left * 78])
            left -= len(lines) // 78


@contextmanager
def _watched(stage: Stage) -> Iterator[list[int]]:
    """Note the memory of the hop (octets, PSS) again and again while the block runs."""
    seen: list[int] = []
    over = threading.Event()
    roots = stage.roots(MAILBRIDGE)

    def look() -> None:
        while not over.wait(_EVERY):
            seen.append(stage.used(roots)[1])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _peak(pid: int) -> int:
    """Return the most octets that were ever resident (VmHWM, proc(5)); 0 when the process is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def silent_clients(stage: Stage, project: Path, clients: int) -> Silent:
    """Connect so many clients to a new hop, let each say EHLO, and look at what they take."""
    _start(stage, project)
    roots = stage.roots(MAILBRIDGE)
    before = stage.used(roots)[1]
    say(f"{clients} silent clients …")
    with ExitStack() as stack:
        taken = 0
        # A hop that refuses the next one is measured with those that it took.
        with suppress(ConnectionError):
            for _ in range(clients):
                address = ("127.0.0.1", stage.port(MAILBRIDGE))
                greet(stack.enter_context(socket.create_connection(address, timeout=20)))
                taken += 1
        cpu, begun = stage.used(roots)[0], time.monotonic()
        time.sleep(_AT_REST)
        cpu_after, memory = stage.used(roots)
        core = (cpu_after - cpu) / (time.monotonic() - begun)
    stage.stop(MAILBRIDGE)
    return Silent(clients=taken, before=before / 1e6, memory=memory / 1e6, core=core)


def greet(client: socket.socket) -> None:
    """Wait for the banner, say EHLO, and read all of its answer."""
    with client.makefile("rb") as lines:
        for text in (b"", b"EHLO bench.invalid\r\n"):
            client.sendall(text)
            while (line := lines.readline())[3:4] == b"-":
                pass
            if line[:1] != b"2":
                raise ConnectionError(f"a client heard {line!r}")


def _start(stage: Stage, project: Path) -> None:
    if not stage.start_ours(Ours(name=MAILBRIDGE, project=project)):
        raise SystemExit("MailBridge did not come up")


def report(
    equipment: Equipment, project: Path, large: Large, silent: Silent, *, mails: int, size: int, clients: int
) -> str:
    """Say what was found and whether the aims are met."""
    rate = large.arrived * size / 1e6 / large.seconds
    each = (silent.memory - silent.before) * 1000 / max(1, silent.clients)
    what = f"{mails} mails of {size / 1e6:g} MB at once, most memory of the hop"
    verdicts = (
        Verdict(aim=what, value=large.resident, limit=512, unit="MB"),
        Verdict(aim=f"{what} (bolder aim)", value=large.resident, limit=64, unit="MB"),
        Verdict(aim=f"{silent.clients} silent clients, memory of the hop", value=silent.memory, limit=100, unit="MB"),
        Verdict(aim="silent clients taken", value=silent.clients, limit=clients, at_least=True, unit="clients"),
        Verdict(aim="large mails that did not arrive", value=mails - large.arrived, limit=0, unit="mails"),
    )
    errors = f"; errors: {large.errors}" if large.errors else ""
    found = (
        f"{large.arrived} of {mails} large mails arrived in {large.seconds:.1f} s ({rate:.0f} MB/s{errors}); resident "
        f"memory at most {large.resident:.0f} MB, its proportional share at most {large.proportional:.0f} MB. With "
        f"nobody there the hop takes {silent.before:.0f} MB, with {silent.clients} clients after EHLO "
        f"{silent.memory:.0f} MB ({each:.1f} KB each) and {silent.core * 100:.1f} % of a core."
    )
    return "\n\n".join((conditions(equipment, project), page.verdict_list(verdicts), found))


PART = Part(name="memory", about=__doc__, minutes=6, holds="where the spool lies", options=_options, measure=_measure)

if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(PART.run())
