"""
Judge one signed thing again and again, and print what each round of it cost: ms of CPU a judgement, one a line.

What is imported and kept by the first judgement does not count. Run by path, with the tree that is measured in
PYTHONPATH; only the standard library and MailBridge are imported:

    PYTHONPATH=. python -P bench/timed.py dkim usual.eml --zone zone --at 2026-11-20T08:00:00+07:00
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.mail.filetype import PDF
from mailbridge.verify.evidence import Evidence, Trust
from mailbridge.verify.signature import SignatureStatus, Status

_TICK = os.sysconf("SC_CLK_TCK")
_PART = "1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one of them."""
    given = _given(arguments)
    at = datetime.fromisoformat(given.at).astimezone(UTC)
    content = given.file.read_bytes()
    with suppress(BrokenPipeError):
        for cost in _costs(given, content, at):
            print(cost, flush=True)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("what", choices=("dkim", "pdf-in-child", "pdf"), help="pdf: in this process")
    reader.add_argument("file", type=Path)
    reader.add_argument("--at", required=True, metavar="TIME", help="of the judgement, RFC 3339")
    reader.add_argument("--zone", type=Path, help="DNS answers")
    reader.add_argument("--trust", type=Path, help="folder of anchors and CRLs")
    reader.add_argument("--rounds", type=int, default=9)
    reader.add_argument("--times", type=int, default=10, help="judgements a round")
    return reader.parse_args(arguments)


def _costs(given: argparse.Namespace, content: bytes, at: datetime) -> Iterator[float]:
    rounds, times = given.rounds, given.times
    match given.what:
        case "dkim":
            yield from costs_of(dkim_judge(content, given.zone, at), rounds, times)
        case "pdf":
            yield from costs_of(pdf_judge(content, given.trust, at), rounds, times)
        case _:
            with child_judge(content, given.trust, at) as judge:
                yield from costs_of(judge, rounds, times)


def costs_of(judge: Callable[[], None], rounds: int, times: int) -> Iterator[float]:
    """Give the cost of one judgement in each round (ms), after one that does not count."""
    judge()
    for _ in range(rounds):
        before = _used()
        for _ in range(times):
            judge()
        yield (_used() - before) * 1000 / times


def dkim_judge(content: bytes, zone: Path, at: datetime) -> Callable[[], None]:
    """Ask for the key once; then judge from the evidence. Whatever does not pass ends this program."""
    from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
    from mailbridge.mail.parse import parse
    from mailbridge.verify.dkim import judge_dkim
    from mailbridge.verify.results import Result
    from mailbridge.wiring import lookups_for

    message = parse(content)
    mail = MailObject(
        id="1",
        door=Door.MANUAL,
        client=Client(),
        envelope=Envelope(mail_from=None, recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=at,
    )
    evidence = asyncio.run(lookups_for(None, zone=zone).gather(mail, message, at))

    def judge() -> None:
        found = judge_dkim(content, message.author, evidence)
        if [(one.result, one.aligned) for one in found] != [(Result.PASS, True)]:
            raise SystemExit(f"bench: the DKIM signature does not pass: {found}")

    return judge


def pdf_judge(content: bytes, trust: Path, at: datetime) -> Callable[[], None]:
    """Judge a file in this process, as its child does."""
    from mailbridge.verify.files import judge_file

    evidence = Evidence(at=at, trust=_trust(trust))

    def judge() -> None:
        expect_two(judge_file(_PART, PDF, None, content, (), evidence.trust, evidence.at))

    return judge


@contextmanager
def child_judge(content: bytes, trust: Path, at: datetime) -> Iterator[Callable[[], None]]:
    """Judge a file in a forked child each time, with the limits of the program."""
    from mailbridge.reading.answers import decode_signatures
    from mailbridge.reading.limits import Limits
    from mailbridge.reading.sandbox import Sandbox

    limits, told = Limits(), (_PART, PDF, None, content, (), _trust(trust), at)
    module = "mailbridge.reading.judge_child"
    sandbox = Sandbox(seconds=limits.seconds, memory=limits.memory, preload=(f"{module}:prepare",))
    try:
        yield lambda: expect_two(decode_signatures(sandbox.run(f"{module}:judge", *told), _PART))
    finally:
        sandbox.close()


def _trust(folder: Path) -> Trust:
    from mailbridge.lookups.trust import read_trust, trust_of

    return trust_of(read_trust(folder), ())


def expect_two(found: Sequence[SignatureStatus]) -> None:
    """End this program unless there are two good signatures, one of them with a timestamp."""
    good = [one for one in found if one.status is Status.TOTAL_PASSED]
    if len(found) != 2 or len(good) != 2 or not any(one.time_source == "timestamp" for one in good):
        said = [(one.status.value, one.sub_indication, one.time_source, one.reason) for one in found]
        raise SystemExit(f"bench: two good signatures and a timestamp were expected: {said}")


def _used() -> float:
    """Return the CPU seconds of this process and of its living children with all that those have waited for."""
    own, total = os.getpid(), time.process_time()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # proc(5): the name in parentheses may hold anything; the parent is the second field behind it, user
                # and system time of the process and of its reaped children are the twelfth to the fifteenth.
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                if int(fields[1]) == own:
                    total += sum(map(int, fields[11:15])) / _TICK
    return total


if __name__ == "__main__":
    main()
