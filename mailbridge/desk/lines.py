"""Lines of the book inside a transaction of the desk, read under a lock."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mailbridge.desk.answers import Refused
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.links_rows import refuse_change
from mailbridge.registry.rows import entry_of, select_versions
from mailbridge.registry.states import lock_entries
from mailbridge.registry.tables import entry, entry_version, mail_case


def lock_case(connection: Connection, mail_id: str, agency: str) -> None:
    """Keep others from settling this mail until the transaction ends; on SQLite the transaction itself does."""
    here = (mail_case.c.mail_id == mail_id, mail_case.c.agency == agency)
    connection.execute(select(mail_case.c.mail_id).where(*here).with_for_update())


def locked_line(connection: Connection, entry_id: str) -> RegisterEntry:
    """Keep others away from an entry until the transaction ends, and read how it stands; raises `Refused`."""
    try:
        (line,) = lock_entries(connection, (entry_id,))
    except LookupError as error:
        raise Refused("Không có văn bản này trong sổ.", "There is no such entry.", code="no-entry") from error
    return line


def standing_line(connection: Connection, entry_id: str) -> RegisterEntry:
    """Do what `locked_line` does for an entry that may be changed: it stands, and its issuer does not ask for it."""
    line = locked_line(connection, entry_id)
    refuse_change(connection, line)
    return line


def version(connection: Connection, entry_id: str, number: int) -> RegisterEntry:
    """Read an entry as one of its versions has it."""
    query = select_versions().where(entry.c.id == entry_id, entry_version.c.version == number)
    return entry_of(connection.execute(query).mappings().one())
