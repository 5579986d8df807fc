"""Reading links: what the command line, the print and the page ask."""

from __future__ import annotations

from sqlalchemy import Engine

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.links import Link, asked_of, standing_links
from mailbridge.registry.links_rows import entry_with_id, links_of


class LinkBooks:
    """The reading side of links. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def all(self, entry_id: str) -> tuple[Link, ...]:
        """Return every link that names an entry, those that were ended too, in the order of writing."""
        with reaching_database(), self._engine.begin() as connection:
            return links_of(connection, (entry_id,))

    def standing(self, entry_id: str) -> tuple[Link, ...]:
        """Return the links that name an entry and that nothing has ended, in the order of writing."""
        return standing_links(self.all(entry_id))

    def asked(self, entry_id: str) -> Link | None:
        """Return what an issuer asks of an entry; while there is something, the entry is frozen."""
        return asked_of(entry_id, self.standing(entry_id))

    def entry(self, entry_id: str) -> RegisterEntry:
        """Return an entry in its newest version; raises LookupError when there is none."""
        with reaching_database(), self._engine.begin() as connection:
            return entry_with_id(connection, entry_id)
