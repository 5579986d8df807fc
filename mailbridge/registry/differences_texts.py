"""The kept texts of main files, to compare a document with those of the book."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from mailbridge.registry.differences import says_the_same
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.tables import document_text

_MOST_COMPARED = 20


def main_text(connection: Connection, agency: str, document_sha256: str) -> str | None:
    """Return what the main file of a document says; None when no text of it is kept."""
    here = (document_text.c.agency == agency, document_text.c.document_sha256 == document_sha256)
    query = select(document_text.c.text).where(*here, document_text.c.file_sha256 == document_sha256)
    text: str | None = connection.execute(query).scalar_one_or_none()
    return text


def entries_that_say(
    connection: Connection, agency: str, texts: Sequence[str], entries: Sequence[RegisterEntry]
) -> frozenset[str]:
    """Return the ids of those entries whose main file says what one of these texts says; the first 20 are asked."""
    if not texts:
        return frozenset()
    found = set()
    for line in entries[:_MOST_COMPARED]:
        kept = main_text(connection, agency, line.draft.document_sha256) if line.draft.document_sha256 else None
        if kept is not None and any(says_the_same(kept, text) for text in texts):
            found.add(line.id)
    return frozenset(found)
