"""One part of the page: what it needs is set up, it is measured, shown and, when asked for, written down."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import page
from bench.equipment import DEFAULT_BENCH, ROOT, Equipment, NotThere, prepare, say
from bench.leftovers import nothing_left_behind


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    A program that measures one part.

    Args:
        name: Of its place in the page.
        about: What its help says.
        minutes: For all of it, setting up not counted.
        holds: What its folder holds, for the help.
        options: Adds what only this part can be told.
        measure: Gets the equipment, an empty folder that other users can reach, and what was given on the command
            line (`project` is the tree that is measured); returns the text for the page. What it starts is ended.
    """

    name: str
    about: str | None
    minutes: float
    holds: str
    options: Callable[[argparse.ArgumentParser], None]
    measure: Callable[[Equipment, Path, argparse.Namespace], str]

    def run(self, arguments: Sequence[str] | None = None, to: Path = page.PAGE) -> int:
        """Measure, show, and write into the page `to` when told `--page`; return the exit status."""
        given = self._given(arguments)
        try:
            equipment = prepare(given.bench)
        except NotThere as error:
            say(str(error))
            return 1
        with tempfile.TemporaryDirectory(
            prefix="mailbridge-bench-", dir=given.workdir, ignore_cleanup_errors=True
        ) as work:
            Path(work).chmod(0o755)
            with nothing_left_behind(given.minutes * 60):
                text = self.measure(equipment, Path(work), given)
        print(text)
        if given.page:
            page.put(to, self.name, text)
            say(f"written: {to.relative_to(ROOT) if to.is_relative_to(ROOT) else to}")
        return 0

    def _given(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        reader = argparse.ArgumentParser(description=self.about, formatter_class=argparse.RawDescriptionHelpFormatter)
        reader.add_argument("--bench", type=Path, default=DEFAULT_BENCH, help="folder with generator, sink and peers")
        self.options(reader)
        reader.add_argument("--minutes", type=float, default=self.minutes, help="for all of it")
        reader.add_argument("--page", action="store_true", help="write the result into the page")
        reader.add_argument("--project", type=Path, default=ROOT, help="tree whose MailBridge is measured; this one")
        reader.add_argument("--workdir", type=Path, default=Path("/var/tmp"), help=self.holds)
        return reader.parse_args(arguments)
