"""
Where the hop's time goes: CPU of one mail by thread, and the lines and functions that use it.

Run as a module (`python -m bench.profile`), never by path: its name is that of a module of the standard library.
All samples stay in bench/run/profile-*.txt, one stack a line with its count, as flame-graph programs read them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.equipment import DEFAULT_BENCH, ROOT, RUN, NotThere, prepare, say
from bench.leftovers import nothing_left_behind
from bench.loads import Load, Measured
from bench.stage import Ours, Stage
from bench.verdicts import MAILBRIDGE

_TICK = os.sysconf("SC_CLK_TCK")
_LINE = re.compile(r":\d+\)$")
_START = re.compile(r"\((?:click/|<frozen|threading\.py|asyncio/runners\.py|mailbridge/(?:cli/|__main__))")
"""What is on every stack from the program's start, and says nothing."""
_RATE = 250
"""Samples a second."""
_TRACED = 1.5
"""Seconds under strace, which slows the hop down many times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What one thread has used since its start: seconds in the program and in the kernel, and waits (proc(5))."""

    name: str
    user: float
    system: float
    waits: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Profile the hop under each load."""
    given = _given(arguments)
    try:
        equipment = prepare(given.bench)
    except NotThere as error:
        say(str(error))
        return 1
    with tempfile.TemporaryDirectory(prefix="mailbridge-bench-", dir=given.workdir, ignore_cleanup_errors=True) as work:
        Path(work).chmod(0o755)
        with nothing_left_behind(given.minutes * 60), Stage(equipment, Path(work)) as stage:
            for kind in given.mails.split(","):
                load = Load(mails=kind, connections=given.connections, each=20)
                print(_profile(stage, Ours(name=MAILBRIDGE, project=given.project), load, given), flush=True)
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--bench", type=Path, default=DEFAULT_BENCH, help="folder with generator, sink and peers")
    reader.add_argument("--mails", default="text3k,official", help="classes of mails")
    reader.add_argument("--connections", type=int, default=8)
    reader.add_argument("--seconds", type=float, default=5, help="for each part of each load")
    reader.add_argument("--top", type=int, default=25, help="lines and functions shown")
    reader.add_argument("--native", action="store_true", help="look into C code too (uvloop, hashing); slower")
    reader.add_argument("--minutes", type=float, default=5, help="for all of it")
    reader.add_argument("--project", type=Path, default=ROOT, help="tree whose MailBridge is measured; this one")
    reader.add_argument("--workdir", type=Path, default=Path("/var/tmp"), help="where the spool lies")
    return reader.parse_args(arguments)


def _profile(stage: Stage, ours: Ours, load: Load, given: argparse.Namespace) -> str:
    if not stage.start_ours(ours):
        raise SystemExit("MailBridge did not come up")
    pid = stage.roots(ours.name)[0]
    stage.measure(ours.name, load, min(1.0, given.seconds))
    before = threads(pid)
    one = stage.measure(ours.name, load, given.seconds)
    parts = [_costs(load, one, before, threads(pid))]
    stacks = _sampled(stage, ours, load, pid, given)
    parts += _tables(stacks, given.top) if stacks else []
    parts.append(_system_calls(stage, ours, load, pid))
    stage.stop(ours.name)
    return "\n\n".join(part for part in parts if part)


# -- CPU by thread ----------------------------------------------------------------------------------------------------


def threads(pid: int) -> dict[int, Used]:
    """Return what each thread of a process has used until now, by its id."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        name, _, rest = (task / "stat").read_text().rpartition(")")
        fields = rest.split()
        status = (task / "status").read_text()
        waits = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)
        found[int(task.name)] = Used(
            name=name.partition("(")[2],
            user=int(fields[11]) / _TICK,
            system=int(fields[12]) / _TICK,
            waits=int(waits[1]) if waits else 0,
        )
    return found


def _costs(load: Load, one: Measured, before: dict[int, Used], after: dict[int, Used]) -> str:
    lines = [
        f"## {load.name}: {one.delivered:.0f} mails/s, {one.cpu:.3f} ms CPU/mail, "
        f"p50 {one.p50:.2f} ms, p99 {one.p99:.2f} ms ({one.mails} mails)",
        "",
        "| thread | user ms/mail | system ms/mail | waits/mail |",
        "|---|--:|--:|--:|",
    ]
    mails = max(1, one.mails)
    none = Used(name="", user=0.0, system=0.0, waits=0)
    for number, used in after.items():
        old = before.get(number, none)
        user, system, waits = used.user - old.user, used.system - old.system, used.waits - old.waits
        if user + system > 0:
            each = (user * 1000 / mails, system * 1000 / mails)
            lines.append(f"| {used.name} {number} | {each[0]:.3f} | {each[1]:.3f} | {waits / mails:.2f} |")
    return "\n".join(lines)


# -- samples ----------------------------------------------------------------------------------------------------------


def _sampled(stage: Stage, ours: Ours, load: Load, pid: int, given: argparse.Namespace) -> list[str]:
    """Take samples of the stacks under load with py-spy; returns lines `frame;frame;frame count`."""
    file = RUN / f"profile-{load.mails}.txt"
    file.unlink(missing_ok=True)
    spy = stage.equipment.python.parent / "py-spy"
    command = [
        str(spy),
        "record",
        "-p",
        str(pid),
        "-d",
        f"{given.seconds:.0f}",
        "-r",
        str(_RATE),
        "-f",
        "raw",
        "--threads",
    ]
    ran = _under_load(stage, ours, load, [*command, *(["--native"] if given.native else []), "-o", str(file)])
    if ran.returncode != 0 or not file.exists():
        say(f"no samples: {ran.stdout[-500:]} (py-spy needs root, or kernel.yama.ptrace_scope=0)")
        return []
    say(f"samples: {file}")
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _under_load(stage: Stage, ours: Ours, load: Load, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program that watches the hop while the load goes on until the program has ended."""
    over = threading.Event()

    def press() -> None:
        while not over.is_set():
            stage.measure(ours.name, load, 1.0)

    presser = threading.Thread(target=press)
    presser.start()
    try:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False
        )
    finally:
        over.set()
        presser.join()


def _tables(stacks: Iterable[str], top: int) -> list[str]:
    own, within, total = tally(stacks)
    return [_table("line", own, total, top), _table("function with all that it calls", within, total, top)]


def tally(stacks: Iterable[str]) -> tuple[Counter[str], Counter[str], int]:
    """Count samples by the line they were taken in, and by each function on the stack but those of the start."""
    own: Counter[str] = Counter()
    within: Counter[str] = Counter()
    total = 0
    for stack in stacks:
        frames, _, number = stack.rpartition(" ")
        count = int(number)
        names = [_short(frame) for frame in frames.split(";")]
        total += count
        own[names[-1]] += count
        for name in {_LINE.sub(")", name) for name in names}:
            if not _START.search(name):
                within[name] += count
    return own, within, total


def _short(frame: str) -> str:
    """Leave out where packages are installed."""
    return re.sub(r"\((?:.*/site-packages/|.*/python3[^/]*/)", "(", frame)


def _table(what: str, counts: Counter[str], total: int, top: int) -> str:
    rows = [f"| {count * 100 / max(1, total):.1f} % | `{name}` |" for name, count in counts.most_common(top)]
    return "\n".join((f"| samples | {what} |", "|--:|---|", *rows))


# -- system calls -----------------------------------------------------------------------------------------------------


def _system_calls(stage: Stage, ours: Ours, load: Load, pid: int) -> str:
    """Count system calls of one mail, where strace is installed."""
    if shutil.which("strace") is None:
        return ""
    arrived = stage.arrived()
    ran = _under_load(stage, ours, load, ["timeout", "-s", "INT", str(_TRACED), "strace", "-c", "-f", "-p", str(pid)])
    mails = max(1, stage.arrived() - arrived)
    counts = {row[-1]: int(row[3]) for line in ran.stdout.splitlines() if (row := line.split()) and _is_count(row)}
    rows = [
        f"| {count / mails:.2f} | {name} |" for name, count in sorted(counts.items(), key=lambda pair: -pair[1])[:15]
    ]
    # The load begins before strace and ends after it, so these are a little low.
    return "\n".join(("| calls/mail, about | system call |", "|--:|---|", *rows)) if rows else ""


def _is_count(row: Sequence[str]) -> bool:
    return len(row) in {5, 6} and row[3].isdigit() and row[-1] != "total"


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
