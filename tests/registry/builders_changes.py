"""Somebody who changes the book without a desk: what the desk does, less the act, the letters and the rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from mailbridge.registry.corrections import rewrite
from mailbridge.registry.corrections_fields import Change, Value, check_days, with_values
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links_rows import refuse_change
from mailbridge.registry.recalls import Answered, answer_recall
from mailbridge.registry.rows import Author
from mailbridge.registry.states import lock_entries


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """An entry after a correction and what it changed."""

    entry: RegisterEntry
    changes: tuple[Change, ...]


class Changes:
    """Corrections, voidings and answers to recalls, each in a transaction of its own."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._clock = clock

    def correct(self, entry_id: str, values: Mapping[str, Value], *, by: str, why: str) -> Corrected:
        """Write these values, by names of `FIELDS`, as a further version."""
        with self._line(entry_id) as (connection, line):
            draft = with_values(line.draft, values)
            check_days(line, {name: value for name, value in values.items() if getattr(line.draft, name) != value})
            author = Author(by, self._clock(), why)
            newer, changes = rewrite(connection, line, draft, line.status, author, Happening.CORRECTED)
        return Corrected(entry=newer, changes=changes)

    def void(self, entry_id: str, *, by: str, why: str) -> RegisterEntry:
        """Void an entry."""
        with self._line(entry_id) as (connection, line):
            author = Author(by, self._clock(), why)
            newer, _ = rewrite(connection, line, line.draft, EntryStatus.VOIDED, author, Happening.VOIDED)
        return newer

    def agree(self, entry_id: str, *, by: str, why: str, other_id: str | None = None) -> Answered:
        """Agree to what the issuer asks."""
        with reaching_database(), self._engine.begin() as connection:
            author = Author(by, self._clock(), why)
            return answer_recall(connection, entry_id, author, agreed=True, other_id=other_id)

    def refuse(self, entry_id: str, *, by: str, why: str) -> Answered:
        """Refuse what the issuer asks."""
        with reaching_database(), self._engine.begin() as connection:
            return answer_recall(connection, entry_id, Author(by, self._clock(), why), agreed=False)

    @contextmanager
    def _line(self, entry_id: str) -> Iterator[tuple[Connection, RegisterEntry]]:
        with reaching_database(), self._engine.begin() as connection:
            (line,) = lock_entries(connection, (entry_id,))
            refuse_change(connection, line)
            yield connection, line
