"""What is written by hand: numbers and days in blue strokes, which no reader shall guess, and a signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from tests.corpus.letter import ABSENT, Letter

Stroke: TypeAlias = "tuple[tuple[float, float], ...]"

# Each digit in a box of one by one, from the top left corner.
_DIGITS: dict[str, tuple[Stroke, ...]] = {
    "0": (((0.5, 0.0), (0.15, 0.2), (0.1, 0.7), (0.45, 1.0), (0.85, 0.75), (0.9, 0.3), (0.5, 0.0)),),
    "1": (((0.25, 0.25), (0.55, 0.0), (0.5, 1.0)),),
    "2": (((0.1, 0.25), (0.35, 0.0), (0.75, 0.05), (0.8, 0.35), (0.1, 1.0), (0.5, 0.9), (0.95, 1.0)),),
    "3": (((0.1, 0.1), (0.8, 0.0), (0.4, 0.4), (0.85, 0.6), (0.7, 0.95), (0.1, 0.95)),),
    "4": (((0.6, 0.0), (0.05, 0.6), (0.95, 0.65)), ((0.65, 0.35), (0.6, 1.0))),
    "5": (((0.85, 0.0), (0.25, 0.05), (0.2, 0.45), (0.7, 0.45), (0.85, 0.75), (0.5, 1.0), (0.1, 0.9)),),
    "6": (((0.75, 0.0), (0.25, 0.4), (0.1, 0.8), (0.5, 1.0), (0.85, 0.75), (0.5, 0.55), (0.15, 0.75)),),
    "7": (((0.1, 0.05), (0.9, 0.0), (0.4, 1.0)), ((0.25, 0.5), (0.75, 0.45))),
    "8": (((0.5, 0.45), (0.15, 0.2), (0.5, 0.0), (0.8, 0.2), (0.2, 0.75), (0.5, 1.0), (0.85, 0.75), (0.5, 0.45)),),
    "9": (((0.8, 0.3), (0.45, 0.5), (0.2, 0.25), (0.5, 0.0), (0.8, 0.2), (0.7, 1.0)),),
}
_NUMBER = re.compile(r"\d+")
_DAY = re.compile(r"ngày (\d+) tháng (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ink:
    """Strokes in a place of the given width, in points."""

    width: float
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pens:
    """The number line and the date line in pieces, printed or by hand, and the strokes of a signature."""

    number: tuple[str | Ink, ...]
    place_date: tuple[str | Ink, ...]
    signature: tuple[Stroke, ...] = ()


def printed(letter: Letter, rng: Random) -> Pens:
    """Print everything, and sign by hand."""
    return Pens(number=(letter.number,), place_date=(letter.place_date,), signature=_signature(rng))


def by_hand(letter: Letter, rng: Random) -> tuple[Letter, Pens]:
    """Write the number by hand, and the day and the month now and then; what a pen wrote is not to be guessed."""
    number = _NUMBER.search(letter.number)
    pieces: tuple[str | Ink, ...] = (letter.number,)
    truth = dict(letter.truth)
    if number:
        rest = letter.number[number.end() :]
        pieces = (letter.number[: number.start()], _written(number[0], rng), rest)
        truth["symbol"] = ABSENT
    dated: tuple[str | Ink, ...] = (letter.place_date,)
    day = _DAY.search(letter.place_date)
    if day and rng.random() < 0.6:
        text = letter.place_date
        before, between, behind = text[: day.start(1)], text[day.end(1) : day.start(2)], text[day.end(2) :]
        dated = (before, _written(day[1], rng), between, _written(day[2], rng), behind)
        truth["issued_date"] = ABSENT
    return replace(letter, truth=truth), Pens(number=pieces, place_date=dated, signature=_signature(rng))


def _written(digits: str, rng: Random) -> Ink:
    """Write digits, larger than print and never twice the same."""
    strokes: list[Stroke] = []
    width, height = 8.5, 13.0
    for place, digit in enumerate(digits):
        left, top = 2 + place * width + rng.uniform(-1, 1), rng.uniform(-4, -1)
        for stroke in _DIGITS[digit]:
            strokes.append(tuple(_smooth(stroke, left, top, width * 0.75, height, rng)))
    return Ink(width=4 + width * len(digits), strokes=tuple(strokes))


def _smooth(
    stroke: Stroke, left: float, top: float, width: float, height: float, rng: Random
) -> Iterator[tuple[float, float]]:
    """Move the points of a stroke a little, slant it, and round its corners by points between."""
    moved = [(x + rng.uniform(-0.06, 0.06), y + rng.uniform(-0.06, 0.06)) for x, y in stroke]
    for place, (x, y) in enumerate(moved):
        nexts = moved[min(place + 1, len(moved) - 1)]
        for share in (0.0, 0.33, 0.66):
            across, down = x + (nexts[0] - x) * share, y + (nexts[1] - y) * share
            yield round(left + (across + (1 - down) * 0.25) * width, 2), round(top + down * height, 2)


def _signature(rng: Random) -> tuple[Stroke, ...]:
    points = [(rng.uniform(0, 110), rng.uniform(0, 40)) for _ in range(14)]
    points.sort(key=lambda point: point[0] + rng.uniform(-25, 25))
    return (tuple((round(x, 1), round(y, 1)) for x, y in points),)
