"""
MailBridge and its peers under the same loads, in one run: `make bench`.

Sets up what is missing, measures, and writes tables and verdicts into docs/explanation/performance.md; every single
measurement stands in bench/run/compare.json. With --quick one short round, which is shown and not written down.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import backlog, page
from bench.equipment import DEFAULT_BENCH, ROOT, RUN, Equipment, NotThere, prepare, say
from bench.leftovers import TookTooLong, nothing_left_behind
from bench.loads import Load, Measured, middle
from bench.machine import conditions
from bench.stage import Ours, Stage
from bench.verdicts import MAILBRIDGE, Figure, judge

PEERS = ("direct", "postfix", "haraka+dkim", "amavisd", "fast-both-uv", "aiosmtpd-proxy")

LOADS = (
    Load(mails="text3k", connections=8, each=20),
    Load(mails="text3k", connections=64, each=20),
    Load(mails="official", connections=8, each=20),
    Load(mails="official", connections=64, each=20),
    Load(mails="scan5m", connections=4, each=5),
)
PACED = (
    Load(mails="text3k", connections=32, each=20, rate=100.0),
    Load(mails="official", connections=16, each=20, rate=20.0),
)
"""At the rates that hold when Postfix is not there; else at half of what it could deliver."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """What is measured, how long and how often; `minutes` for all of it, setting up not counted."""

    minutes: float
    rounds: int
    seconds: float
    paced_rounds: int
    paced_seconds: float
    backlog: int
    loads: tuple[Load, ...] = LOADS
    paced: tuple[Load, ...] = PACED

    @property
    def kept_for_paced(self) -> float:
        """Seconds that the loads at a given rate need: filling the spool, four targets a round, starts of the walk."""
        return self.backlog / 100 + len(self.paced) * (self.paced_rounds + 1) * (4 * (self.paced_seconds + 1) + 4)


FULL = Effort(minutes=13, rounds=5, seconds=1.5, paced_rounds=3, paced_seconds=4, backlog=2500)
QUICK = Effort(
    minutes=4,
    rounds=1,
    seconds=0.7,
    paced_rounds=1,
    paced_seconds=2,
    backlog=250,
    loads=(LOADS[0], LOADS[2]),
    paced=PACED[:1],
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one comparison."""
    given = _given(arguments)
    effort = QUICK if given.quick else FULL
    effort = replace(effort, minutes=given.minutes or effort.minutes)
    try:
        equipment = prepare(given.bench)
    except NotThere as error:
        say(str(error))
        return 1
    ours = [Ours(name=MAILBRIDGE, project=given.project), *_others(given)]
    if not given.quick:
        ours += [
            Ours(name="mailbridge-x2", project=given.project, variant="pair"),
            Ours(name="mailbridge+walk", project=given.project, variant="full", brief=True),
        ]
    comparison = Comparison(equipment=equipment, effort=effort, ours=ours, results={})
    comparison.run(given.workdir)
    text = comparison.report(given.project)
    (RUN / "compare.json").write_text(comparison.as_json(), encoding="utf-8")
    print(text)
    if not given.quick and not given.no_page:
        page.put(page.PAGE, "compare", text)
        say(f"written: {page.PAGE.relative_to(ROOT)}")
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--bench", type=Path, default=DEFAULT_BENCH, help="folder with generator, sink and peers")
    reader.add_argument("--quick", action="store_true", help="one short round; the page stays as it is")
    reader.add_argument("--minutes", type=float, help=f"for all loads; {FULL.minutes:g} without it")
    reader.add_argument("--no-page", action="store_true", help="show the tables only")
    reader.add_argument("--project", type=Path, default=ROOT, help="tree whose MailBridge is measured; this one")
    reader.add_argument("--also", action="append", default=[], metavar="NAME=DIR", help="one more tree, side by side")
    reader.add_argument("--workdir", type=Path, default=Path("/var/tmp"), help="where queues and spools lie")
    return reader.parse_args(arguments)


def _others(given: argparse.Namespace) -> list[Ours]:
    pairs = (text.partition("=")[::2] for text in given.also)
    return [Ours(name=f"mailbridge-{name}", project=Path(folder).resolve()) for name, folder in pairs]


@dataclass(kw_only=True, slots=True)
class Comparison:
    """One run of everything; `results` fills while it goes on, so that an end before time loses none of them."""

    equipment: Equipment
    effort: Effort
    ours: list[Ours]
    results: dict[Load, tuple[Measured, ...]]
    walked: backlog.Walked = dataclasses.field(default_factory=backlog.Walked)

    def run(self, workdir: Path) -> None:
        """Start everything, measure, and end everything."""
        seconds = self.effort.minutes * 60
        until = time.monotonic() + seconds
        with tempfile.TemporaryDirectory(prefix="mailbridge-bench-", dir=workdir, ignore_cleanup_errors=True) as work:
            Path(work).chmod(0o755)
            try:
                with nothing_left_behind(seconds), Stage(self.equipment, Path(work)) as stage:
                    names = [name for name in PEERS if stage.start_peer(name)]
                    self._as_fast_as_it_goes(stage, names, until)
                    self._paced(stage, names)
            except TookTooLong as error:
                say(f"{error}; what was measured until now is reported")

    def _as_fast_as_it_goes(self, stage: Stage, peers: Sequence[str], until: float) -> None:
        loads = self.effort.loads
        until -= self.effort.kept_for_paced
        for left, load in zip(range(len(loads), 0, -1), loads, strict=True):
            now = time.monotonic()
            names = [*peers, *self._start_ours(stage, load)]
            self._probe_once(stage, names)
            found = stage.rounds(names, load, self.effort.seconds, self.effort.rounds, now + (until - now) / left)
            self.results[load] = tuple(found)

    def _start_ours(self, stage: Stage, load: Load) -> list[str]:
        """Start ours with empty folders, since a spool that nobody walks only grows."""
        names = []
        for ours in self.ours:
            if ours.variant != "hop" and load.mails == "scan5m":
                stage.stop(ours.name)
            elif ours.brief:
                if load.connections == LOADS[0].connections:
                    stage.add_brief(ours)
                    names.append(ours.name)
            elif stage.start_ours(ours):
                names.append(ours.name)
        return names

    def _probe_once(self, stage: Stage, names: Sequence[str]) -> None:
        if not self.results:
            for name in names:
                if name != "mailbridge+walk":
                    say(f"{name}: one mail through it came out {stage.probe(name)}")

    def _paced(self, stage: Stage, peers: Sequence[str]) -> None:
        names = [name for name in peers if name in {"postfix", "fast-both-uv"}]
        mine = self.ours[0]
        for ours in self.ours[1:]:
            stage.stop(ours.name)
        if not stage.start_ours(mine):
            return
        backlog.fill(stage, self.effort.backlog)
        effort = self.effort
        for load in effort.paced:
            paced = replace(load, rate=self.half_of_postfix(load) or load.rate)
            found = backlog.paced_rounds(
                stage,
                [*names, mine.name],
                paced,
                effort.paced_seconds,
                count=effort.paced_rounds,
                project=mine.project,
                walked=self.walked,
            )
            self.results[paced] = tuple(found)

    def half_of_postfix(self, load: Load) -> float | None:
        """Return half of what Postfix delivered at most of these mails; None when it was not measured."""
        rates = [
            middle(found, "postfix", Figure.DELIVERED.of)
            for one, found in self.results.items()
            if one.mails == load.mails
        ]
        return float(round(max((rate or 0.0 for rate in rates), default=0.0) / 2)) or None

    def report(self, project: Path) -> str:
        """Write all tables and verdicts."""
        tables = [page.table_of(load, found) for load, found in self.results.items() if found]
        paced = f"Beside *mailbridge+backlog* {self.walked}." if self.walked.cores else ""
        parts = (conditions(self.equipment, project), page.verdict_list(judge(self.results)), paced, *tables)
        return "\n\n".join(part for part in parts if part)

    def as_json(self) -> str:
        """Write down every single measurement."""
        rows = {load.name: [dataclasses.asdict(one) for one in found] for load, found in self.results.items()}
        return json.dumps(rows, indent=1)


if __name__ == "__main__":
    os.umask(0o022)  # Postfix and amavisd run as users of their own and must reach their folders.
    sys.exit(main())
