"""What is wrong with a configuration: where it stands and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from mailbridge.errors import Misconfigured


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A line of a file, from 1; None for the file, or the folder, as a whole."""

    file: str
    line: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One finding; `problem` and `remedy` are English sentences without a full stop."""

    file: str
    line: int | None
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.problem}" + (f" ({self.remedy})" if self.remedy else "")

    def as_error(self) -> Misconfigured:
        """Return the finding as the error that stops the start."""
        return Misconfigured(self.problem, file=self.file, line=self.line, remedy=self.remedy)


@dataclass(slots=True)
class Report:
    """Collects findings, so that one run tells them all."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, place: Place, problem: str, remedy: str = "") -> None:
        """Note one finding."""
        self.problems.append(Problem(file=place.file, line=place.line, problem=problem, remedy=remedy))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a word that is not known: the nearest one, or all of them."""
    words = list(known)
    near = get_close_matches(word.lower(), words, n=1)
    return f'did you mean "{near[0]}"?' if near else "known are: " + ", ".join(words)
