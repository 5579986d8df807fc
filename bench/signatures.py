"""
What verdicts cost: CPU of a DKIM signature, of a signed PDF, of a whole official mail, and what the hop pays for them.

Everything signed is made anew in bench/run/signed; nothing is asked of the network.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import signed
from bench.costs import Cost, Trying, environment, table_of
from bench.equipment import ROOT, RUN, Equipment, say
from bench.imported import modules_of_hop, only_for_verdicts
from bench.machine import conditions
from bench.page import verdict_list
from bench.part import Part
from bench.signed import Signed
from bench.stage import Stage
from bench.verdicts import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How often: rounds of judgements in one process, rounds of `try`, and copies of the mail between its two runs."""

    rounds: int
    tries: int
    mails: int


FULL = Effort(rounds=9, tries=3, mails=100)
QUICK = Effort(rounds=3, tries=1, mails=40)


def _measure(equipment: Equipment, work: Path, given: argparse.Namespace) -> str:
    """Measure all of it."""
    effort = QUICK if given.quick else FULL
    say("making signed mails …")
    files = signed.make(RUN / "signed", (equipment.corpus / "parts" / "official.pdf").read_bytes())
    costs = [*_judged(given.project, files, effort), _whole(given.project, files, effort, work)]
    say("what the hop imports …")
    with Stage(equipment, work) as stage:
        found = only_for_verdicts(modules_of_hop(stage, given.project, files.official))
    return report(conditions(equipment, given.project), costs, found)


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--quick", action="store_true", help="fewer rounds of fewer mails")


def _judged(project: Path, files: Signed, effort: Effort) -> Iterator[Cost]:
    """Time what is judged alone, each in a process of its own that has everything imported."""
    zone, trust = ("--zone", str(files.zone)), ("--trust", str(files.trust))
    pdf = "PDF with two signatures and a timestamp"
    kinds: tuple[tuple[str, float, tuple[str, ...], int], ...] = (
        ("DKIM of a mail of 235 KB, from evidence", 2, ("dkim", str(files.usual), *zone), 20),
        ("DKIM of a mail of 5 MB, from evidence", 30, ("dkim", str(files.large), *zone), 3),
        (f"{pdf}, in its child, fork included", 60, ("pdf-in-child", str(files.pdf), *trust), 20),
        (f"{pdf}, in a process that judged it before", 60, ("pdf", str(files.pdf), *trust), 5),
    )
    for name, limit, words, times in kinds:
        say(f"{name} …")
        command = [sys.executable, "-P", str(ROOT / "bench" / "timed.py"), *words, "--at", signed.AT.isoformat()]
        ran = subprocess.run(
            [*command, "--rounds", str(effort.rounds), "--times", str(times)],
            env=environment(project),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        yield Cost(name=name, limit=limit, rounds=tuple(map(float, ran.stdout.split())))


def _whole(project: Path, files: Signed, effort: Effort, work: Path) -> Cost:
    """Time an official mail from octets to judgement, once it is sure that all of it is found good."""
    name = "official mail with DKIM and a text PDF of 3 pages with two signatures and a timestamp, read and checked"
    say(f"{name} …")
    trying = Trying(project=project, zone=files.zone, at=signed.AT.isoformat(), words=told_of(files))
    mail = files.official.read_bytes()
    one = work / "one"
    one.mkdir()
    (one / "official.eml").write_bytes(mail)
    if missing := what_is_missing(json.loads(trying.said(one))):
        raise SystemExit(f"bench: this is not the mail to be measured: {missing}")
    rounds = trying.rounds([mail], work / "official", count=effort.mails, rounds=effort.tries)
    return Cost(name=name, limit=100, rounds=rounds)


def told_of(files: Signed) -> tuple[str, ...]:
    """Return what `try` is told of the world: whom to trust, and who sent the mail from where."""
    sender = ("--client-ip", signed.CLIENT, "--helo", f"mail.{signed.DOMAIN}", "--mail-from", signed.SENDER)
    return ("--trust", str(files.trust), *sender)


def what_is_missing(told: Any) -> str | None:
    """Say what `try` did not find in the official mail; None when all is good and it would be entered."""
    mail = told["authentication"]
    passed = {name: mail[name]["result"] for name in ("spf", "dmarc")}
    passed |= {"dkim": ", ".join(one["result"] for one in mail["dkim"])}
    for name, result in passed.items():
        if result != "pass":
            return f"{name} is {result or 'none'}"
    good = [one for one in told["signatures"] if one["status"] == "total-passed"]
    if len(good) != 2:
        return f"{len(good)} good signatures"
    if not any(one["time_source"] == "timestamp" for one in good):
        return "no timestamp"
    return None if told["decision"]["action"] == "register" else "it would not be entered in the book"


def report(where: str, costs: Sequence[Cost], found: Sequence[str]) -> str:
    """Say what was found and whether the aims are met."""
    name = "modules in the hop's process that only verdicts need"
    aims = [*(cost.verdict() for cost in costs), Verdict(aim=name, value=float(len(found)), limit=0, unit="modules")]
    names = ", ".join(f"`{module}`" for module in found) or "none"
    said = f"After its start and one official mail the hop has of what only verdicts need: {names}."
    return "\n\n".join((where, verdict_list(aims), table_of(costs), said))


PART = Part(
    name="signatures", about=__doc__, minutes=6, holds="where the mails are put", options=_options, measure=_measure
)

if __name__ == "__main__":
    sys.exit(PART.run())
