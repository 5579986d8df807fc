"""Links ⇄ rows, and the entry that a file leads to: its own, or the one that it was joined with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.entry import Channel, EntryStatus, RegisterEntry
from mailbridge.registry.journal import note
from mailbridge.registry.links import Link, LinkKind, NotDone, check_changeable, standing_links
from mailbridge.registry.rows import Author, entries_of_document, entry_of, select_entries, standing
from mailbridge.registry.tables import entry, link

_FIELDS = tuple(each.name for each in fields(Link))
_ADD = link.insert().returning(link.c.id)
_MOST_STEPS = 50
"""Entries from one that was merged to the one that stands; each step leads to an earlier number, so it ends."""


def new_link(
    kind: LinkKind,
    line: RegisterEntry,
    author: Author,
    *,
    other_id: str | None = None,
    mail_id: str | None = None,
    remark: str | None = None,
    undoes: int | None = None,
) -> Link:
    """Say what an entry has to do with another one or with a mail; `add_link` writes it."""
    return Link(
        agency=line.draft.agency,
        kind=kind,
        entry_id=line.id,
        other_id=other_id,
        mail_id=mail_id,
        remark=remark,
        written_by=author.by,
        written_at=author.at,
        why=author.why,
        undoes=undoes,
    )


def add_link(connection: Connection, made: Link) -> Link:
    """Write a link, which the journal names, and return it with its number."""
    row = link_row(made)
    number: int = connection.execute(_ADD, row).scalar_one()
    note(connection, made.agency, link.name, number, row | {"id": number})
    return replace(made, id=number)


def link_row(made: Link) -> dict[str, Any]:
    """Lay out a link for the table `link`, which numbers it."""
    row = {name: getattr(made, name) for name in _FIELDS if name != "id"}
    return row | {"kind": made.kind.value, "channel": made.channel.value if made.channel else None}


def link_of(row: RowMapping) -> Link:
    """Read a row of `link`."""
    said = {name: row[name] for name in _FIELDS}
    channel = Channel(row["channel"]) if row["channel"] else None
    return Link(**said | {"kind": LinkKind(row["kind"]), "channel": channel})


def links_of(connection: Connection, entry_ids: Collection[str]) -> tuple[Link, ...]:
    """Return every link that names one of these entries, those that were ended too, in the order of writing."""
    ids = tuple(entry_ids)
    query = select(link).where(or_(link.c.entry_id.in_(ids), link.c.other_id.in_(ids)))
    rows = connection.execute(query.order_by(link.c.id)).mappings()
    return tuple(map(link_of, rows))


def find_link(connection: Connection, link_id: int) -> Link | None:
    """Look up one link."""
    row = connection.execute(select(link).where(link.c.id == link_id)).mappings().one_or_none()
    return link_of(row) if row else None


def entry_with_id(connection: Connection, entry_id: str) -> RegisterEntry:
    """Return an entry in its newest version; raises LookupError when there is none."""
    row = connection.execute(select_entries().where(entry.c.id == entry_id)).mappings().one_or_none()
    if row is None:
        raise LookupError(f"no such entry: {entry_id}")
    return entry_of(row)


def standing_for(connection: Connection, line: RegisterEntry) -> RegisterEntry:
    """Follow a merged entry to the one that stands for its document; any other stands for itself."""
    for _ in range(_MOST_STEPS):
        if line.status is not EntryStatus.MERGED:
            return line
        links = standing_links(links_of(connection, (line.id,)))
        into = [each for each in links if each.kind is LinkKind.SAME_DOCUMENT and each.entry_id == line.id]
        if not into or into[-1].other_id is None:
            return line
        line = entry_with_id(connection, into[-1].other_id)
    return line


def entry_for_document(
    connection: Connection, agency: str, document_sha256: str, own: Sequence[RegisterEntry] | None = None
) -> RegisterEntry | None:
    """
    Look up the entry that stands for a file in the books of an agency; a voided one does not.

    It is the entry that the file was entered under, the one that this was merged into, or the one that a mail with this
    file was joined with: whoever sends it again is told that number.

    Args:
        own: What `entries_of_document` found, when the caller has asked already.
    """
    found = entries_of_document(connection, agency, document_sha256) if own is None else own
    if (entered := standing(found)) is not None:
        return standing_for(connection, entered)
    for row in connection.execute(_JOINED, {"of": agency, "sha256": document_sha256}).mappings():
        joined = link_of(row)
        if joined.kind in _JOINING and joined in standing_links(links_of(connection, (joined.entry_id,))):
            line = standing_for(connection, entry_with_id(connection, joined.entry_id))
            if line.status is not EntryStatus.VOIDED:
                return line
    return None


_JOINED = (
    select(link)
    .where(link.c.agency == bindparam("of"), link.c.document_sha256 == bindparam("sha256"))
    .order_by(link.c.id)
)
_JOINING = frozenset({LinkKind.CHANNEL, LinkKind.PAPER_COPY})


def refuse_change(connection: Connection, line: RegisterEntry) -> None:
    """Raise `EntryEnded` or `EntryFrozen` when nobody may change what an entry says, see `links.check_changeable`."""
    check_changeable(line, standing_links(links_of(connection, (line.id,))))


def may_change(connection: Connection, line: RegisterEntry) -> bool:
    """Say whether what an entry says may change; `refuse_change` tells why not."""
    try:
        refuse_change(connection, line)
    except NotDone:
        return False
    return True
