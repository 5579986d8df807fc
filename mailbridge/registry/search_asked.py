"""The answer to "did you get our 45/TB-STC?": what came, when, and under which number; or that nothing came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from mailbridge.registry.books import Books
from mailbridge.registry.entry import Case, RegisterEntry
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.search_words import Word, read_words

_MOST = 500
"""Entries that are looked at: "45" is the beginning of many numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """
    A document of this symbol that came; received at `received_at` (aware, UTC).

    Exactly one is set: `entry` when it stands in the book, whatever its state, `waiting` when its mail waits for a
    clerk and has no number.
    """

    symbol: str
    received_at: datetime
    entry: RegisterEntry | None = None
    waiting: Case | None = None


def came(engine: Engine, symbol: str, *, agency: str | None = None, issuer: str | None = None) -> tuple[Came, ...]:
    """
    Find what came under a symbol, the newest first; a number alone ("45") stands for all symbols that begin so.

    Args:
        symbol: As people write it; marks, case and leading zeros do not matter.
        issuer: Words of the issuing body, to tell one of several.

    Raises:
        Unavailable: The database is gone.
    """
    asked = read_words(symbol)
    if not asked:
        return ()
    fields = {"issuer": issuer} if issuer else {}
    question = Question(words=(f'"{symbol}"',), fields=fields, agency=agency)
    lines = SqlSearch(engine).search(question, most=_MOST)
    found = [
        Came(symbol=line.draft.symbol or "", received_at=line.arrived_at, entry=line)
        for line in lines
        if _is_same(line.draft.symbol, asked)
    ]
    for case in Books(engine).held(agency=agency):
        found += [
            Came(symbol=each, received_at=case.accepted_at, waiting=case)
            for each in _symbols(case, issuer)
            if _is_same(each, asked)
        ]
    return tuple(sorted(found, key=lambda each: each.received_at, reverse=True))


def _is_same(symbol: str | None, asked: tuple[Word, ...]) -> bool:
    there = [word.plain for word in read_words(symbol or "")]
    wanted = [word.plain for word in asked]
    return there[:1] == wanted if len(wanted) == 1 else there == wanted


def _symbols(case: Case, issuer: str | None) -> tuple[str, ...]:
    told: dict[str, Any] = json.loads(case.judgement) if case.judgement else {}
    wanted = [word.plain for word in read_words(issuer or "")]
    symbols = []
    for each in told.get("documents", ()):
        there = {word.plain for word in read_words(each.get("issuer") or "")}
        if each.get("symbol") and there.issuperset(wanted):
            symbols.append(each["symbol"])
    return tuple(dict.fromkeys(symbols))
