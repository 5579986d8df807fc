"""
What reading costs: CPU of one mail from octets to judgement, for text PDF, DOCX and scans, and memory that stays.

`mailbridge try` is run over few and over many copies of the same mails; the difference of the CPU of both runs, with
all processes that they started, is what the mails between cost, without the start of the program. Each mail is read
anew: nothing is remembered between two.
"""

from __future__ import annotations

import argparse
import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import page
from bench.costs import Cost, Trying, environment, fill, table_of
from bench.equipment import Equipment, say
from bench.leftovers import descendants
from bench.machine import conditions
from bench.part import Part
from bench.verdicts import Verdict

_ROUNDS = 3
_MAILS_AT_ONCE = 10_000
_PARSED = 5_000_000
"""Octets of the mail that is only parsed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """Memory of `try` (MB, PSS of all its processes) in the second tenth and in the last tenth of many mails."""

    mails: int
    seconds: float
    early: float
    late: float


def _measure(equipment: Equipment, work: Path, given: argparse.Namespace) -> str:
    """Measure all of it."""
    zone = work / "zone"
    zone.write_text("", encoding="ascii")
    trying = Trying(project=given.project, zone=zone, at="2026-11-20T08:00:00+07:00")
    costs = [*_read(equipment, trying, work), _parsed(given.project, work)]
    growth = None if given.quick else _many(equipment, trying, work)
    return report(equipment, given.project, costs, growth)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--quick", action="store_true", help="without the many mails")


def _read(equipment: Equipment, trying: Trying, folder: Path) -> Iterator[Cost]:
    parts = equipment.corpus / "parts"
    pdf = (parts / "official.pdf").read_bytes()
    picture = (parts / "page200.png").read_bytes()
    docx = [path.read_bytes() for path in equipment.mails("docx")]
    kinds: tuple[tuple[str, float, Sequence[bytes], int], ...] = (
        ("official mail with a text PDF of 3 pages, read and judged", 25, [mail_with("cv.pdf", pdf)], 100),
        ("official mail with a DOCX, read and judged", 10, docx, 100),
        ("a scanned page (200 dpi), read and judged", 3000, [mail_with("quet.png", picture)], 4),
    )
    for place, (name, limit, mails, count) in enumerate(kinds):
        say(f"{name} …")
        found = trying.rounds(mails, folder / f"kind{place}", count=count, rounds=_ROUNDS)
        yield Cost(name=name, limit=limit, rounds=found)


def mail_with(name: str, file: bytes) -> bytes:
    """Write a mail with one file."""
    kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
    head = (
        "From: Văn thư <vanthu@coquan-gui.gov.vn>\r\nTo: tiepnhan@coquan-nhan.gov.vn\r\nSubject: gui van ban\r\n"
        "Message-ID: <1@coquan-gui.gov.vn>\r\nDate: Fri, 20 Nov 2026 08:00:00 +0700\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: {kind}; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(file).replace(b"\n", b"\r\n")


def _parsed(project: Path, folder: Path) -> Cost:
    """Time the parser alone in a process of its own, over one mail."""
    say("a mail of 5 MB, parsed …")
    mail = folder / "large.eml"
    mail.write_bytes(mail_with("quet.pdf", os.urandom(_PARSED * 3 // 4)))
    program = (
        "import sys, time, pathlib\nfrom mailbridge.mail.parse import parse\n"
        "octets = pathlib.Path(sys.argv[1]).read_bytes()\nparse(octets)\n"
        "for _ in range(9):\n    begun = time.process_time()\n    parse(octets)\n"
        "    print(time.process_time() - begun)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program, str(mail)],
        env=environment(project),
        stdout=subprocess.PIPE,
        check=True,
    )
    rounds = tuple(float(line) * 1000 for line in ran.stdout.split())
    return Cost(name="a mail of 5 MB, parsed", limit=40, rounds=rounds)


def _many(equipment: Equipment, trying: Trying, folder: Path) -> Growth:
    """Run `try -j 2` over many mails of all sizes, and watch its memory."""
    say(f"{_MAILS_AT_ONCE} mails through try -j 2 …")
    texts = [path.read_bytes() for path in equipment.mails("text3k")]
    files = [path.read_bytes() for path in (*equipment.mails("official"), *equipment.mails("docx"))]
    # One mail in fifty has a file: all of them would take half an hour.
    mails = [text for place in range(49) for text in (texts[place % len(texts)],)]
    kinds = [each for file in files for each in (*mails, file)]
    many = folder / "all"
    fill(many, kinds, _MAILS_AT_ONCE)
    begun = time.monotonic()
    running = subprocess.Popen(
        trying.command(many, jobs=2),
        env=environment(trying.project),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    done = 0
    with _memory_by(running.pid, lambda: done) as seen:
        assert running.stdout is not None  # asked for above
        for line in running.stdout:
            done += line.startswith(b"{")
        running.wait()
    if done != _MAILS_AT_ONCE:
        raise SystemExit(f"bench: try judged {done} of {_MAILS_AT_ONCE} mails")
    tenth = _MAILS_AT_ONCE // 10
    return Growth(
        mails=done,
        seconds=time.monotonic() - begun,
        early=max((memory for at, memory in seen if tenth <= at < 2 * tenth), default=0) / 1e6,
        late=max((memory for at, memory in seen if at >= 9 * tenth), default=0) / 1e6,
    )


@contextmanager
def _memory_by(pid: int, done: Callable[[], int]) -> Iterator[list[tuple[int, int]]]:
    """Note again and again how many mails are done and how much memory all processes below `pid` take (octets, PSS)."""
    seen: list[tuple[int, int]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            seen.append((done(), sum(map(_share, (pid, *descendants(pid))))))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _share(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def report(equipment: Equipment, project: Path, costs: Sequence[Cost], growth: Growth | None) -> str:
    """Say what was found and whether the aims are met."""
    verdicts = [cost.verdict() for cost in costs]
    lines = [table_of(costs)]
    said = [conditions(equipment, project)]
    if growth is not None:
        name = f"{growth.mails} mails through `try -j 2`: memory at the end against that behind the first tenth"
        verdicts.append(Verdict(aim=name, value=growth.late / growth.early, limit=1.1))
        lines += [
            "",
            f"{growth.mails} mails, one in fifty with a file, took {growth.seconds:.0f} s and at most "
            f"{growth.early:.0f} MB behind the first tenth, {growth.late:.0f} MB in the last.",
        ]
    return "\n\n".join((*said, page.verdict_list(verdicts), "\n".join(lines)))


PART = Part(
    name="reading", about=__doc__, minutes=12, holds="where the mails are put", options=_options, measure=_measure
)

if __name__ == "__main__":
    sys.exit(PART.run())
