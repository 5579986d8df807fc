"""
What an entry says, written anew: a further version of it, in the transaction that has a reason for it.

Nothing is updated in place; who changed what, when and why stands in the versions and in the time line.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from mailbridge.registry.closings import check_open
from mailbridge.registry.corrections_fields import Change, changes_between, shown
from mailbridge.registry.entry import DraftEntry, EntryStatus, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.rows import Author
from mailbridge.registry.states import tell, write_version

_LONGEST_TOLD = 200
"""Characters of a value in the time line; the versions have all of it."""


def rewrite(
    connection: Connection,
    line: RegisterEntry,
    draft: DraftEntry,
    status: EntryStatus,
    author: Author,
    what: Happening,
) -> tuple[RegisterEntry, tuple[Change, ...]]:
    """
    Write a further version of an entry that is locked and may be changed (`links_rows.refuse_change`).

    Returns:
        The entry as it is now and the fields that changed; the entry as it was when nothing would change.

    Raises:
        PeriodClosed: Its day or year is closed and seals one of these fields, or the line itself is voided or restored.
    """
    changes = changes_between(line.draft, draft)
    if not changes and status is line.status:
        return line, ()
    if status.stands and line.status.stands:
        check_open(connection, line, [change.field.name for change in changes])
    else:
        check_open(connection, line)
    newer = replace(line, draft=draft, status=status, version=line.version + 1)
    write_version(connection, newer, author)
    told = "; ".join(map(_told, changes))
    tell(connection, newer, author, what, f"version {newer.version}: {told}" if told else f"version {newer.version}")
    return newer, changes


def _told(change: Change) -> str:
    old, new = (_short(shown(value)) for value in (change.old, change.new))
    return f"{change.field.name} “{old}” → “{new}”"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
