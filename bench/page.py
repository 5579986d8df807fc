"""Tables in Markdown, and their place between two markers of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.equipment import ROOT
from bench.loads import Field, Load, Measured, middle, ratio
from bench.verdicts import Figure, Verdict

PAGE = ROOT / "docs" / "explanation" / "performance.md"
BASES = ("postfix", "haraka+dkim", "amavisd", "fast-both-uv")
"""The peers that have a column: store and forward, the usual proxy, the usual filter, and the bound of Python."""


class NoPlace(Exception):
    """The page has no such markers."""


def put(page: Path, part: str, text: str) -> None:
    """Replace what stands between the markers of one part; raises `NoPlace`."""
    begin, end = f"<!-- bench: {part} -->", f"<!-- bench: end of {part} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise NoPlace(f"{page} lacks {begin} … {end}")
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def table_of(load: Load, found: Sequence[Measured]) -> str:
    """Write one load's table: medians of the rounds, and medians of the ratios within a round."""
    rounds = 1 + max((one.round for one in found), default=-1)
    names = list(dict.fromkeys(one.target for one in found))
    bases = [base for base in BASES if base in names]
    heads = ("target", "delivered/s", "CPU ms/mail", "dot p50 ms", "p99 ms", "memory MB", "lost", "errors")
    lines = [
        f"### {load.name}, {load.each} mails each ({rounds} rounds)",
        "",
        _row((*heads, *(f"× {base}" for base in bases))),
        _row(("---", *("--:" for _ in (*heads[1:], *bases)))),
        *(_row(_cells(found, name, bases)) for name in names),
    ]
    return "\n".join(lines)


def _cells(found: Sequence[Measured], name: str, bases: Sequence[str]) -> Iterable[str]:
    yield f"**{name}**" if name.startswith("mailbridge") else name
    fields: tuple[Field, ...] = (Figure.DELIVERED.of, Figure.CPU.of, _p50, Figure.P99.of)
    yield from (number(middle(found, name, field)) for field in fields)
    yield number(max(one.memory for one in found if one.target == name))
    yield str(sum(one.lost or 0 for one in found if one.target == name))
    yield str(sum(one.errors for one in found if one.target == name))
    for base in bases:
        rate, cpu = (ratio(found, name, base, field) for field in (Figure.DELIVERED.of, Figure.CPU.of))
        yield f"{number(rate)} · {number(cpu)}"


def _p50(one: Measured) -> float:
    return one.p50


def number(value: float | None) -> str:
    """Write a number with as many digits as it is worth here; a dash where nothing was measured."""
    if not value:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def verdict_list(verdicts: Iterable[Verdict]) -> str:
    """Write the verdicts as a list, and above it how many aims were met."""
    verdicts = tuple(verdicts)
    met = sum(one.is_met is True for one in verdicts)
    return "\n".join((f"{met} of {len(verdicts)} aims met:", "", *(one.line() for one in verdicts)))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
