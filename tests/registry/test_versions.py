"""Every version of an entry with its author."""

from __future__ import annotations

from sqlalchemy import insert, select

from mailbridge.registry.tables import entry_version
from mailbridge.registry.versions import versions_of
from tests.registry.builders_registry import case, draft
from tests.registry.conftest import Database


def test_all_versions_are_told_in_order(database: Database) -> None:
    with database.registry.transaction() as tx:
        first = tx.enter(draft("a", mail_id="mail-1"), case().accepted_at)
        second = tx.enter(draft("b", mail_id="mail-1"), case().accepted_at)
        tx.enter(draft("c", mail_id="mail-2"), case().accepted_at)
    with database.engine.begin() as connection:
        row = connection.execute(select(entry_version).where(entry_version.c.entry_id == first.id)).mappings().one()
        corrected = dict(row) | {"version": 2, "subject": "Về việc khác", "written_by": "lan", "why": "sửa trích yếu"}
        connection.execute(insert(entry_version).values(corrected))
    found = versions_of(database.engine, "mail-1", "sonv")
    assert [(each.entry.number, each.entry.version) for each in found] == [(1, 1), (1, 2), (2, 1)]
    assert found[0].entry == first
    assert found[2].entry == second
    assert (found[1].entry.draft.subject, found[1].author.by, found[1].author.why) == (
        "Về việc khác",
        "lan",
        "sửa trích yếu",
    )
    assert versions_of(database.engine, "mail-1", "stc") == ()
