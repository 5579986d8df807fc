"""Entries by their file, and the answers that were given to them."""

from __future__ import annotations

from mailbridge.registry.acts import Act, Did, Via, add_act
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.filed import answers_given, filed_entries
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database


def entered(database: Database, name: str, **changes: object) -> RegisterEntry:
    with database.registry.transaction() as current:
        return current.enter(draft(name, **changes), NOON)


def test_entries_are_found_by_file_and_year(database: Database) -> None:
    entered(database, "a", file_notation="01/HC")
    entered(database, "b", file_notation="02/HC", file_year=2025)
    entered(database, "c")
    entered(database, "d", agency="soyt", file_notation="01/HC")

    def found(**asked: object) -> list[str | None]:
        entries = filed_entries(database.engine, "sonv", **asked)  # type: ignore[arg-type]  # named values
        return [each.draft.file_notation for each in entries]

    assert found() == ["01/HC", "02/HC"]
    assert found(notation="01/HC") == ["01/HC"]
    assert (found(year=2025), found(year=2026)) == (["02/HC"], ["01/HC"])


def test_answers_are_told_until_they_are_taken_back(database: Database) -> None:
    line = entered(database, "a")

    def did(ident: str, what: Did, after: str = "{}", undoes: str | None = None) -> None:
        act = Act(
            id=ident,
            agency="sonv",
            what=what,
            written_by="lan",
            written_at=NOON,
            via=Via.CLI,
            entry_id=line.id,
            after=after,
            undoes=undoes,
        )
        with database.engine.begin() as connection:
            add_act(connection, act)

    did("1", Did.ANSWERED, '{"symbol": "12/SNV", "day": "2026-11-20"}')
    did("2", Did.ANSWERED, '{"symbol": "13/SNV"}')
    assert answers_given(database.engine, "sonv") == {line.id: "12/SNV; 13/SNV"}
    did("3", Did.UNDONE, undoes="1")
    assert answers_given(database.engine, "sonv") == {line.id: "13/SNV"}
    assert answers_given(database.engine, "soyt") == {}
