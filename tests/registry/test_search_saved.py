"""Searches that people keep under a name, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mailbridge.registry.search_books import Question
from mailbridge.registry.search_saved import SavedSearch, SavedSearches
from tests.registry.builders_registry import NOON
from tests.registry.conftest import Database

QUESTION = Question(
    words=("đường", '"kinh phí"'),
    fields={"issuer": "Sở Y tế", "pages": 12, "issued_date": date(2026, 1, 5), "note": None},
    first_day=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
    agency="sonv",
    book="den",
    year=2026,
)
SEARCH = SavedSearch(agency="sonv", person="lan", name="Y tế", question=QUESTION, saved_at=NOON)


def test_search_comes_back_as_it_was_kept(database: Database) -> None:
    searches = SavedSearches(database.engine)
    searches.save(SEARCH)
    assert searches.named("lan", "sonv", "Y tế") == SEARCH
    empty = replace(SEARCH, name="tất cả", question=Question())
    searches.save(empty)
    assert searches.all_of("lan") == (SEARCH, empty)


def test_same_name_is_kept_anew(database: Database) -> None:
    searches = SavedSearches(database.engine)
    searches.save(SEARCH)
    later = replace(SEARCH, question=Question(words=("họp",)), saved_at=NOON + timedelta(days=1))
    searches.save(later)
    assert searches.all_of("lan") == (later,)


def test_searches_are_of_one_person_and_one_agency(database: Database) -> None:
    searches = SavedSearches(database.engine)
    others = (replace(SEARCH, person="hoa"), replace(SEARCH, agency=""))
    for each in (SEARCH, *others):
        searches.save(each)
    assert searches.all_of("hoa") == (others[0],)
    assert searches.all_of("lan", "sonv") == (SEARCH,)
    assert searches.named("lan", "stc", "Y tế") is None


def test_forgotten_search_is_gone(database: Database) -> None:
    searches = SavedSearches(database.engine)
    searches.save(SEARCH)
    assert searches.forget("lan", "sonv", "Y tế")
    assert not searches.forget("lan", "sonv", "Y tế")
    assert searches.all_of("lan") == ()
