"""
How fast the book is, and whether it stays so: registering, lists, searches, proof and print, on both databases.

The same mails are entered into SQLite and PostgreSQL, as the walk enters them: entry, case, verdict, history, journal,
text of the document and letters. At each size the same is measured: entries a second, then what people wait for.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from bench import page
from bench.book_mails import WORDS, symbol_of, words
from bench.equipment import ROOT, Equipment, say
from bench.machine import conditions
from bench.part import Part
from bench.verdicts import Verdict
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database
from mailbridge.registry.schema import upgrade
from mailbridge.registry.search_books import Question, SqlSearch
from tests.live.postgres import running_postgres

SIZES = (10_000, 100_000)
_FULL = 1_000_000
_QUICK = 2_000
_ASKED = 100
_WORKERS = {"SQLite": 1, "PostgreSQL": 8}
_LEAST = {"SQLite": 150, "PostgreSQL": 200}
_EACH = 800
"""Entries that are registered to measure it."""

_PRINTED = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Milliseconds of one thing that people wait for."""

    name: str
    limit: float
    p50: float
    p95: float


class Rate(NamedTuple):
    """How fast entries were written: entries a second, and milliseconds of CPU of the writers for each of them."""

    a_second: float
    cpu: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What was measured on one database at one size."""

    database: str
    entries: int
    settled: Rate
    written: Rate
    times: tuple[Times, ...]
    verify: float | None
    octets: int


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--quick", action="store_true", help="a small book, without print")
    reader.add_argument("--full", action="store_true", help="up to a million entries; takes hours")
    reader.add_argument("--most", type=int, default=SIZES[-1], help="entries of the largest book without --full")


def _measure(equipment: Equipment, work: Path, given: argparse.Namespace) -> str:
    """Measure all of it."""
    sizes = [size for size in (*SIZES, *((_FULL,) if given.full else ())) if size <= given.most or given.full]
    config = _configuration(given.project, work)
    found: list[Measured] = []
    printed: float | None = None
    with running_postgres() as server:
        server.run("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
        urls = {"SQLite": f"sqlite:///{work}/book.db", "PostgreSQL": server.create("bench")}
        for name, url in urls.items():
            upgrade(url)
            book = _Book(name=name, url=url, config=config, project=given.project)
            found += [book.at(size) for size in ([_QUICK] if given.quick else sizes)]
            if name == "SQLite" and not given.quick:
                printed = book.printed(work / "book.pdf")
    return report(equipment, given.project, found, printed)


def _configuration(project: Path, work: Path) -> Path:
    """Make a configuration; its database is named by the environment."""
    (work / "zone").touch()
    options = {
        "--name": "Sở Nội vụ tỉnh Bắc Kạn",
        "--domain": "sonv.backan.gov.vn",
        "--listen": "127.0.0.1:2525",
        "--next-hop": "127.0.0.1:1",
        "--data": str(work / "data"),
        "--zone": str(work / "zone"),
    }
    flags = [word for pair in options.items() for word in pair]
    _call(project, "", "init", str(work / "config"), *flags)
    return work / "config"


def _call(project: Path, url: str, *arguments: str) -> float:
    """Run a verb of the tree that is measured; return the seconds that it took."""
    told = {**os.environ, "PYTHONPATH": str(project), **({"MAILBRIDGE_DATABASE_URL": url} if url else {})}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mailbridge", *arguments], env=told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(
            f"bench: {' '.join(arguments[:2])} ended with {done.returncode}: {done.stderr[-500:]}{done.stdout[-500:]}"
        )
    return time.monotonic() - begun


@dataclass(kw_only=True, slots=True)
class _Book:
    """A book that grows; `entries` is how many it has."""

    name: str
    url: str
    config: Path
    project: Path
    entries: int = 0

    def at(self, size: int) -> Measured:
        """Let it grow to a size, and measure it there."""
        say(f"{self.name}: to {size} entries …")
        missing = size - self.entries
        if missing > 0:
            self._write("grow", missing, workers=1)
        workers = _WORKERS[self.name]
        say(f"{self.name}: registering at {self.entries} entries …")
        written = self._write("write", _EACH, workers=workers)
        settled = self._write("settle", _EACH, workers=workers)
        say(f"{self.name}: searching {self.entries} entries …")
        with self._engine() as (books, search):
            times = tuple(_times(books, search, self.entries))
        say(f"{self.name}: proving {self.entries} entries …")
        verify = _call(self.project, self.url, "register", "verify", "--rows-only", "-c", str(self.config))
        return Measured(
            database=self.name,
            entries=size,
            settled=settled,
            written=written,
            times=times,
            verify=verify,
            octets=self._octets(),
        )

    def printed(self, to: Path) -> float | None:
        """Print a year, or its first 20,000 entries; return the seconds. None of a smaller book."""
        if self.entries < _PRINTED:
            return None
        say(f"printing {_PRINTED} entries …")
        asked = ("--year", "2026", "--to", str(_PRINTED), "--output", str(to), "-c", str(self.config))
        return _call(self.project, self.url, "register", "print", *asked)

    def _write(self, how: str, count: int, *, workers: int) -> Rate:
        """Write so many entries by so many processes that begin at once."""
        each = count // workers
        running = [self._writer(how, self.entries + number * each, each) for number in range(workers)]
        for process in running:
            assert process.stdout is not None  # asked for
            process.stdout.readline()
        begun = time.monotonic()
        for process in running:
            assert process.stdin is not None  # asked for
            process.stdin.write("go\n")
            process.stdin.flush()
        cpu = 0.0
        for process in running:
            assert process.stdout is not None  # asked for
            with process.stdout as said:
                last = said.read().strip()
            if process.wait() or not last:
                raise SystemExit(f"bench: a writer ended with {process.returncode}")
            cpu += float(last)
        written = each * workers
        self.entries += written
        return Rate(written / (time.monotonic() - begun), 1000 * cpu / written)

    def _writer(self, how: str, start: int, count: int) -> subprocess.Popen[str]:
        words_ = (self.url, str(self.config), str(self.project / "demo"))
        options = ("--how", how, "--start", str(start), "--count", str(count))
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "bench.book_writing", *words_, *options],
            env={**os.environ, "PYTHONPATH": f"{self.project}:{ROOT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def _engine(self) -> Iterator[tuple[Books, SqlSearch]]:
        engine = open_database(self.url)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
            yield Books(engine), SqlSearch(engine)
        finally:
            engine.dispose()

    def _octets(self) -> int:
        engine = open_database(self.url)
        try:
            with engine.begin() as connection:
                if self.name == "SQLite":
                    asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
                else:
                    asked = "SELECT pg_database_size(current_database())"
                return int(connection.exec_driver_sql(asked).scalar_one())
        finally:
            engine.dispose()


def _times(books: Books, search: SqlSearch, entries: int) -> Iterator[Times]:
    chance = random.Random(entries)

    def some(count: int) -> list[str]:
        there = words(chance.randrange(entries), WORDS)
        return [there[chance.randrange(20, WORDS)] for _ in range(count)]

    def listed() -> None:
        first = chance.randrange(1, entries)
        list(books.entries(agency="sonv", book="den", year=2026, first=first, last=first + 49))

    def symbol() -> None:
        search.hits(Question(words=(symbol_of(chance.randrange(entries)),)), most=50)

    def field() -> None:
        subject = words(chance.randrange(entries), 14)
        search.hits(Question(words=(f"{subject[3]} {subject[4]}",)), most=50)

    def issuer() -> None:
        subject = words(chance.randrange(entries), 14)
        search.hits(Question(words=(subject[5], subject[6]), fields={"issuer": "so tai chinh"}), most=50)

    def text() -> None:
        search.hits(Question(words=tuple(some(3))), most=50)

    def phrase() -> None:
        there, start = words(chance.randrange(entries), WORDS), chance.randrange(20, WORDS - 4)
        search.hits(Question(words=(f'"{" ".join(there[start : start + 3])}"',)), most=50)

    asked: tuple[tuple[str, float, Callable[[], None]], ...] = (
        ("a list page of 50", 30, listed),
        ("a symbol", 30, symbol),
        ("two words of a subject", 30, field),
        ("two words and an issuer", 30, issuer),
        ("three words of a text", 100, text),
        ("a phrase of a text", 100, phrase),
    )
    for name, limit, ask in asked:
        for _ in range(5):
            ask()
        taken = []
        for _ in range(_ASKED):
            begun = time.perf_counter()
            ask()
            taken.append((time.perf_counter() - begun) * 1000)
        cuts = quantiles(taken, n=20)
        yield Times(name=name, limit=limit, p50=cuts[9], p95=cuts[18])


def report(equipment: Equipment, project: Path, found: Sequence[Measured], printed: float | None) -> str:
    """Say what was found and whether the aims are met."""
    rates = ("written/s", "CPU ms", "settled/s", "CPU ms")
    head = ("database", "entries", *rates, *(each.name for each in found[0].times), "verify s", "MB")
    lines = [f"| {' | '.join(head)} |", f"| --- {'| --: ' * (len(head) - 1)}|"]
    for each in found:
        times = (f"{one.p50:.1f} · {one.p95:.1f}" for one in each.times)
        verify = "–" if each.verify is None else f"{each.verify:.0f}"
        speeds = (f"{rate.a_second:.0f} | {rate.cpu:.1f}" for rate in (each.written, each.settled))
        cells = (each.database, str(each.entries), *speeds, *times, verify, f"{each.octets / 1e6:.0f}")
        lines.append(f"| {' | '.join(cells)} |")
    said = ["Searches and lists: p50 · p95 in ms of 100 questions, with the program that asks; snippets included."]
    if printed is not None:
        said.append(f"Printing {_PRINTED} entries as PDF took {printed:.0f} s.")
    verdicts = page.verdict_list(_verdicts(found, printed))
    return "\n\n".join((conditions(equipment, project), verdicts, "\n".join(lines), " ".join(said)))


def _verdicts(found: Sequence[Measured], printed: float | None) -> Iterator[Verdict]:
    for name in dict.fromkeys(each.database for each in found):
        sizes = [each for each in found if each.database == name]
        last = sizes[-1]
        yield Verdict(
            aim=f"{name}, {_WORKERS[name]} at once: entries written a second at {last.entries}",
            value=last.written.a_second,
            limit=_LEAST[name],
            at_least=True,
            unit="/s",
        )
        if len(sizes) > 1:
            value = sizes[0].written.a_second / last.written.a_second
            yield Verdict(
                aim=f"{name}: registering at {last.entries} against {sizes[0].entries}", value=value, limit=1.3
            )
        for one in last.times:
            yield Verdict(aim=f"{name}, {last.entries}: {one.name}, p95", value=one.p95, limit=one.limit, unit="ms")
        if last.verify is not None:
            limit = 180 * last.entries / _FULL
            yield Verdict(aim=f"{name}: verify of {last.entries}", value=last.verify, limit=max(limit, 5), unit="s")
    if printed is not None:
        yield Verdict(aim=f"print of {_PRINTED} entries", value=printed, limit=60, unit="s")


PART = Part(name="book", about=__doc__, minutes=240, holds="where the book is put", options=_options, measure=_measure)

if __name__ == "__main__":
    sys.exit(PART.run())
