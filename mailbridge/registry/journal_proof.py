"""
The proof of the journal: links and rows come in as they lie, and what does not fit together is named.

Nothing is asked here: `journal_check` feeds it from a database, `journal_file` from an export. Links come in the order
of their chains and rows in the order in which they were written, so that each row waits but a moment for its link; only
what is broken is held to the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from mailbridge.registry.journal_links import NOTHING_BEFORE, link_hash

_MOST_HELD = 100_000
"""Broken rows of one table that are held to be told apart: some 30 MB. Beyond, only their number is told."""

_AHEAD = 5_000
"""Rows of a table that may wait for their link; writers at the same time are some dozens apart."""


class Wrong(StrEnum):
    """What can be wrong."""

    ROW_CHANGED = "row-changed"
    ROW_MISSING = "row-missing"
    ROW_ADDED = "row-added"  # no link names it
    LINK_CHANGED = "link-changed"
    CHAIN_BROKEN = "chain-broken"  # a link was taken out, put in, or put elsewhere
    END_MISSING = "end-missing"  # links at the end of a chain are gone
    ROOT_WRONG = "root-wrong"
    STAMP_WRONG = "stamp-wrong"
    NUMBER_MISSING = "number-missing"
    COUNTER_WRONG = "counter-wrong"
    MAIL_CHANGED = "mail-changed"
    MAIL_MISSING = "mail-missing"
    FILE_CHANGED = "file-changed"
    FILE_MISSING = "file-missing"
    TABLE_UNREADABLE = "table-unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """
    One broken place.

    `order` is the place among all links that were read, by which the first one is found; None stands behind them.
    `key` is JSON, `label` what people call the row, `link` the number of the link in the chain of `agency`.
    """

    wrong: Wrong
    agency: str = ""
    table: str = ""
    key: str = ""
    label: str = ""
    link: int | None = None
    order: int | None = None
    detail: str = ""


class Link(NamedTuple):
    """A link as it stands; `at` and `items` as they are written."""

    agency: str
    sequence: int
    at: str
    cause: str
    previous: str
    items: str
    hash: str


class WrittenRow(NamedTuple):
    """A row: its digest, its key (a tuple when that has several columns), and all of it as JSON (`journal_form`)."""

    digest: str
    key: Any
    text: str


class _Awaited(NamedTuple):
    """A row that a link has named and that has not come."""

    order: int
    agency: str
    link: int
    key: str
    label: str


@dataclass(slots=True)
class _Chain:
    sequence: int = 0
    hash: str = NOTHING_BEFORE
    at: str = ""


@dataclass(slots=True)
class Rows:
    """
    The rows of one table that were met, and those that were named, until each has found the other.

    `pull` brings more rows and says whether there were any; without it they come by themselves.
    """

    table: str
    pull: Callable[[], bool] | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    awaited: dict[str, _Awaited] = field(default_factory=dict)
    count: int = 0
    lost: int = 0

    def met(self, rows: Sequence[WrittenRow]) -> None:
        """Take in rows."""
        self.count += len(rows)
        seen, awaited = self.seen, self.awaited
        for digest, key, _ in rows:
            if digest in awaited:
                del awaited[digest]
            else:
                seen[digest] = key
        while len(seen) > _MOST_HELD:
            seen.popitem()
            self.lost += 1

    def awaited_keys(self) -> list[Any]:
        """Return the keys of the rows that were named and have not come."""
        return [json.loads(each.key) for each in self.awaited.values()]

    def name(self, digest: str, awaited: _Awaited) -> None:
        """Take in a name that a link gives, for a row that has not come yet."""
        if len(self.awaited) >= _MOST_HELD:
            self.lost += 1
            return
        self.awaited[digest] = awaited
        if self.pull is None:
            return
        # One at least, so that a row that never comes does not stop the reading of the others.
        while self.pull() and digest in self.awaited and len(self.seen) < _AHEAD:
            pass


class Proof:
    """Takes in links and rows, and collects what is wrong."""

    def __init__(self, tables: Mapping[str, Rows]) -> None:
        self.tables = tables
        self.faults: list[Fault] = []
        self.links = 0
        self.until = ""
        self._chains: dict[str, _Chain] = {}
        self._roots: dict[tuple[str, int], str] = {}
        self._ended: set[str] = set()

    def begin_behind(self, link: Link) -> None:
        """Take a link as it is, for the one that its chain goes on from."""
        self._chains[link.agency] = _Chain(sequence=link.sequence, hash=link.hash, at=link.at)

    def expect_root(self, agency: str, last: int, hashed: str) -> None:
        """Hold a root until its link comes by."""
        self._roots[agency, last] = hashed

    def take(self, link: Link) -> None:
        """Check a link against the one before it, and look for the rows that it names."""
        self.links += 1
        chain = self._chains.setdefault(link.agency, _Chain())
        if link.sequence != chain.sequence + 1 or link.previous != chain.hash:
            self._blame(Wrong.CHAIN_BROKEN, link, f"link {chain.sequence} came before it")
        if link_hash(*link[:6]) != link.hash:
            self._blame(Wrong.LINK_CHANGED, link)
        elif link.at < chain.at:
            self._blame(Wrong.CHAIN_BROKEN, link, "it is older than the link before it")
        chain.sequence, chain.hash, chain.at = link.sequence, link.hash, link.at
        self.until = max(self.until, link.at)
        if self._roots.pop((link.agency, link.sequence), link.hash) != link.hash:
            self._blame(Wrong.ROOT_WRONG, link, "the root of its day names another hash", "root")
        self._name(link)

    def _name(self, link: Link) -> None:
        try:
            items = json.loads(link.items)
            for item in items:
                rows = self.tables[item[0]]
                # The key of a row is never None.
                if rows.seen.pop(item[2], None) is None:
                    label = item[3] if len(item) > 3 else ""
                    rows.name(item[2], _Awaited(self.links, link.agency, link.sequence, _key(item[1]), label))
        except (ValueError, KeyError, TypeError, IndexError):
            # It was written by a newer program, or by nobody of ours; its hash may well be right.
            self._blame(Wrong.LINK_CHANGED, link, "its items cannot be read")

    def _blame(self, wrong: Wrong, link: Link, detail: str = "", table: str = "") -> None:
        key = _key([link.agency, link.sequence]) if table else ""
        place = Fault(wrong=wrong, agency=link.agency, link=link.sequence, order=self.links)
        self.blame(replace(place, table=table, key=key, detail=detail))

    def blame(self, fault: Fault) -> None:
        """Take in what somebody else found."""
        self.faults.append(fault)

    def end_at(self, agency: str, sequence: int, hashed: str) -> None:
        """Hold the end of a chain against what was noted of it elsewhere."""
        chain = self._chains.get(agency, _Chain())
        self._ended.add(agency)
        if (chain.sequence, chain.hash) != (sequence, hashed):
            order = self.links + 1
            said = f"it was to end with link {sequence}, and ends with {chain.sequence}"
            self.blame(Fault(wrong=Wrong.END_MISSING, agency=agency, link=chain.sequence, order=order, detail=said))

    def finish(self) -> tuple[Fault, ...]:
        """Return all that is wrong, the first broken place first; when everything was taken in."""
        for agency, last in self._roots:
            said = f"a root names link {last}, which is not there"
            self.blame(Fault(wrong=Wrong.END_MISSING, agency=agency, link=last, order=self.links + 1, detail=said))
        for agency in sorted(self._chains.keys() - self._ended):
            last, order = self._chains[agency].sequence, self.links + 1
            said = "nothing says with which link it is to end"
            self.blame(Fault(wrong=Wrong.END_MISSING, agency=agency, link=last, order=order, detail=said))
        for rows in self.tables.values():
            self._settle(rows)
        behind = self.links + 2
        return tuple(sorted(self.faults, key=lambda each: behind if each.order is None else each.order))

    def _settle(self, rows: Rows) -> None:
        there = {_key(key): digest for digest, key in rows.seen.items()}
        for awaited in rows.awaited.values():
            is_there = there.pop(awaited.key, None)
            wrong = Wrong.ROW_MISSING if is_there is None else Wrong.ROW_CHANGED
            self._blame_row(rows, wrong, awaited)
        for key in there:
            self.blame(Fault(wrong=Wrong.ROW_ADDED, table=rows.table, key=key))
        if rows.lost:
            said = f"{rows.lost} rows and names more do not fit"
            self.blame(Fault(wrong=Wrong.ROW_CHANGED, table=rows.table, detail=said))

    def _blame_row(self, rows: Rows, wrong: Wrong, awaited: _Awaited) -> None:
        self.blame(
            Fault(
                wrong=wrong,
                agency=awaited.agency,
                table=rows.table,
                key=awaited.key,
                label=awaited.label,
                link=awaited.link,
                order=awaited.order,
            )
        )


def _key(key: Any) -> str:
    return json.dumps(key, ensure_ascii=False)
