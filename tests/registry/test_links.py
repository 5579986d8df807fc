"""Links and what ends them: the newest word counts, whatever was taken back in between."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mailbridge.registry.conflicts import BookDamaged
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.links import (
    EntryEnded,
    EntryFrozen,
    Link,
    LinkKind,
    asked_of,
    check_changeable,
    standing_links,
)
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.links_rows import link_of, link_row
from mailbridge.registry.merging import SqlMerging
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database


def link(number: int, kind: LinkKind = LinkKind.RECALL_ASKED, undoes: int | None = None, **changes: Any) -> Link:
    values: dict[str, Any] = {"agency": "sonv", "entry_id": "e1", "written_by": "lan", "written_at": NOON, "why": "x"}
    return Link(id=number, kind=kind, undoes=undoes, **values | changes)


def line(status: EntryStatus = EntryStatus.REGISTERED) -> RegisterEntry:
    return RegisterEntry(id="e1", year=2026, number=7, arrived_at=NOON, draft=draft("a"), status=status)


def ids(*links: Link) -> list[int]:
    return [each.id for each in standing_links(links)]


def test_what_was_taken_back_lets_the_first_stand_again() -> None:
    asked = link(1)
    agreed = link(2, LinkKind.RECALLED_BY, undoes=1)
    undone = link(3, LinkKind.UNDONE, undoes=2)
    refused = link(4, LinkKind.REFUSED, undoes=1)
    assert ids(asked) == [1]
    assert ids(asked, agreed) == [2]
    assert ids(asked, agreed, undone) == [1]
    assert ids(asked, agreed, undone, refused) == []


@given(st.lists(st.integers(0, 20), max_size=20))
def test_a_link_stands_unless_one_that_stands_ends_it(ended: list[int]) -> None:
    """The definition itself, however the chain was written."""
    links = [link(1)]
    for number, place in enumerate(ended, start=2):
        links.append(link(number, LinkKind.RECALLED_BY, undoes=place if 0 < place < number else None))

    def stands(number: int) -> bool:
        return not any(each.undoes == number and stands(each.id) for each in links)

    assert ids(*links) == [each.id for each in links if stands(each.id)]


def test_entry_is_frozen_by_what_is_asked_of_itself_only() -> None:
    assert asked_of("e1", (link(1, entry_id="e2", other_id="e1"),)) is None
    with pytest.raises(EntryFrozen) as frozen:
        check_changeable(line(), (link(1),))
    assert "07/2026" in frozen.value.said("vi")
    assert "frozen" in frozen.value.said("en")
    check_changeable(line(), (link(1, LinkKind.CHANNEL),))


@pytest.mark.parametrize("status", list(EntryStatus))
def test_only_what_stands_or_is_still_read_is_changed(status: EntryStatus) -> None:
    if status in (EntryStatus.VOIDED, EntryStatus.MERGED, EntryStatus.RECALLED):
        with pytest.raises(EntryEnded):
            check_changeable(line(status), ())
    else:
        check_changeable(line(status), ())


@pytest.mark.parametrize("kind", list(LinkKind))
def test_row_and_link_are_the_same(kind: LinkKind) -> None:
    made = link(5, kind, undoes=3, mail_id="m", remark="Đã thu hồi")
    assert link_of({**link_row(made), "id": 5}) == made  # type: ignore[arg-type]


def test_links_cannot_be_written_over(database: Database) -> None:
    with database.registry.transaction() as current:
        first, second = (current.enter(draft(name), NOON) for name in "ab")
    SqlMerging(database.engine).merge(first.id, second.id, by="lan", why="x")
    for change in ("UPDATE link SET why = 'z'", "DELETE FROM link"):
        with pytest.raises(BookDamaged, match="only grows"), reaching_database(), database.engine.begin() as connection:
            connection.execute(text(change))
    assert database.books.stands_for(LinkBooks(database.engine).entry(second.id)) == first
