"""What a condition is, and how what was seen is compared with what a rule wants."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias, assert_never

from mailbridge.classifier.folding import fold_tones
from mailbridge.decision.findings import Findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Any of these words, whatever the case of letters."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patterns:
    """Any of these shell patterns (`*`, `?`, `[…]`), whatever the case of letters."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Networks:
    """An address in any of these networks."""

    any_of: tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """Yes or no."""

    value: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A number within bounds; None is no bound."""

    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None


Wanted: TypeAlias = Words | Patterns | Networks | Flag | Range
Seen: TypeAlias = tuple[str, ...] | bool | float


class Shape(StrEnum):
    """What a condition is compared with."""

    WORDS = "words"
    PATTERNS = "patterns"
    ADDRESSES = "address patterns"
    NETWORKS = "networks"
    FLAG = "true or false"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """
    One thing that a rule may ask.

    `words` lists what WORDS may say; empty means any text. `about` is the line of the reference page.
    """

    key: str
    shape: Shape
    read: Callable[[Findings], Seen]
    words: tuple[str, ...] = ()
    about: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A condition as one rule asks it."""

    condition: Condition
    wanted: Wanted


def folded(text: str) -> str:
    """Return text for comparing: NFC, one blank between words, without regard to the case of letters."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def word_key(text: str) -> str:
    """Return whole words for comparing, blind also to where the tone mark stands ("Ủy ban", "Uỷ ban")."""
    return folded(fold_tones(text))


def holds(asked: Asked, seen: Seen) -> bool:
    """Say whether what was seen is what the rule wants."""
    match asked.wanted:
        case Words(any_of=words):
            wanted = {word_key(word) for word in words}
            return any(word_key(word) in wanted for word in _texts(seen))
        case Patterns(any_of=patterns):
            addresses = asked.condition.shape is Shape.ADDRESSES
            return any(_fits(text, pattern, addresses) for text in _texts(seen) for pattern in patterns)
        case Networks(any_of=networks):
            return any(_inside(text, networks) for text in _texts(seen))
        case Flag(value=value):
            return seen is value
        case Range() as bounds:
            return isinstance(seen, int | float) and _within(seen, bounds)
    assert_never(asked.wanted)


def _texts(seen: Seen) -> tuple[str, ...]:
    return seen if isinstance(seen, tuple) else ()


def _fits(text: str, pattern: str, is_address: bool) -> bool:
    """Compare; a pattern for addresses that has no "@" is compared with the domain alone."""
    if is_address and "@" not in pattern and "@" in text:
        text = text.rpartition("@")[2]
    # Twice, since half a word in a pattern ("quy*") must not be respelt as if it were a whole one.
    return fnmatchcase(folded(text), folded(pattern)) or fnmatchcase(word_key(text), word_key(pattern))


def _inside(text: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)


def _within(seen: float, bounds: Range) -> bool:
    return (
        (bounds.at_least is None or seen >= bounds.at_least)
        and (bounds.at_most is None or seen <= bounds.at_most)
        and (bounds.below is None or seen < bounds.below)
    )


def shown_wanted(wanted: Wanted) -> str:
    """Return what a rule wants, for people."""
    match wanted:
        case Words(any_of=texts) | Patterns(any_of=texts):
            return " | ".join(texts)
        case Networks(any_of=networks):
            return " | ".join(str(network) for network in networks)
        case Flag(value=value):
            return str(value).lower()
        case Range(at_least=least, at_most=most, below=below):
            bounds = (("≥", least), ("≤", most), ("<", below))
            return " ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
    assert_never(wanted)


def shown_seen(seen: Seen) -> str:
    """Return what was seen, for people; "-" for nothing."""
    match seen:
        case bool():
            return str(seen).lower()
        case int() | float():
            return f"{seen:g}"
        case tuple():
            return ", ".join(seen) or "-"
    assert_never(seen)
