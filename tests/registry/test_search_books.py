"""Searching the book, the same on both databases."""

from __future__ import annotations

import random
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.search_index import index_missing
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database

SUBJECTS = (
    "Về việc sửa chữa đường phố",
    "Về việc giữ gìn tình đồng dương",
    "Duong day nong",
    "Hòa giải ở cơ sở",
    "Hoà bình, uỷ thác",
)


def fill(database: Database, *subjects: str, **changes: Any) -> list[RegisterEntry]:
    lines = []
    with database.registry.transaction() as current:
        for number, subject in enumerate(subjects, 1):
            said = {"symbol": f"{number}/SYT-VP", "number": str(number), "notation": "SYT-VP", "issuer": "Sở Y tế"}
            lines.append(current.enter(draft(f"{number}", subject=subject, **said | changes), NOON))
    return lines


def found(database: Database, *words: str, most: int = 50, **further: Any) -> list[int]:
    question = Question(words=words, **further)
    return [line.number for line in SqlSearch(database.engine).search(question, most=most)]


def test_without_marks_finds_with_marks_and_with_marks_ranks_exact_first(database: Database) -> None:
    """K1."""
    fill(database, *SUBJECTS)
    assert set(found(database, "duong")) == {1, 2, 3}
    assert found(database, "duong")[0] == 3
    assert found(database, "đường")[0] == 1
    assert found(database, "dương")[0] == 2
    assert set(found(database, "đường")) == {1, 2, 3}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", ["hoà", "hòa", "HÒA", "hoa"])
def test_place_of_the_tone_and_form_of_letters_do_not_matter(database: Database, word: str, form: Any) -> None:
    fill(database, *SUBJECTS)
    assert sorted(found(database, unicodedata.normalize(form, word))) == [4, 5]


def test_all_words_must_be_there_in_any_order(database: Database) -> None:
    fill(database, *SUBJECTS)
    assert found(database, "pho", "sua") == found(database, "phố sửa") == [1]
    assert found(database, "pho", "hoa") == []
    assert found(database, "thac uy") == [5]


def test_fragments_of_numbers_find_their_entries(database: Database) -> None:
    """K3: a whole number first, then those that begin or end so."""
    numbers = ("123", "1234", "9123", "45")
    with database.registry.transaction() as current:
        for number in numbers:
            said = {"symbol": f"{number}/QĐ-UBND", "number": number, "notation": "QĐ-UBND"}
            current.enter(draft(number, **said), NOON)
    assert found(database, "123") == [1, 2, 3]
    assert found(database, "123/QĐ") == [1, 3]
    assert found(database, "123/qd-ub") == [1, 3]
    assert found(database, "0123/QĐ-UBND") == [1, 3]
    assert found(database, "QĐ-UBND", most=2) == [4, 3]
    assert found(database, "4/2026") == [4]
    assert found(database, "123/UBND") == []


def test_any_field_is_searched_and_one_alone_too(database: Database) -> None:
    fill(database, "Về họp", note="Lãnh đạo xem", signer_name="Nguyễn Văn An", pages=12, issued_date=date(2026, 1, 5))
    assert found(database, "lanh dao") == found(database, "nguyen van an") == found(database, "5/1/2026") == [1]
    assert found(database, fields={"note": "lãnh"}) == found(database, fields={"pages": 12}) == [1]
    assert found(database, fields={"note": "hop"}) == found(database, fields={"pages": 13}) == []
    assert found(database, "hop", fields={"issuer": "so y te", "issued_date": date(2026, 1, 5)}) == [1]


def test_filters_narrow_what_is_found(database: Database) -> None:
    days = [datetime(2025, 12, 31, 16, 59, tzinfo=UTC), datetime(2025, 12, 31, 17, tzinfo=UTC), NOON]
    with database.registry.transaction() as current:
        for at in days:
            current.enter(draft(f"{at}", subject="Về họp"), at)
        current.enter(draft("other", book="mat", subject="Về họp"), NOON)
        current.enter(draft("third", agency="stc", subject="Về họp"), NOON)
    search = SqlSearch(database.engine)

    def places(**narrow: Any) -> list[tuple[str, str, int, int]]:
        lines = search.search(Question(words=("hop",), **narrow), most=9)
        return sorted((line.draft.agency, line.draft.book, line.year, line.number) for line in lines)

    assert len(places()) == 5
    assert places(agency="stc") == [("stc", "den", 2026, 1)]
    assert places(book="mat") == [("sonv", "mat", 2026, 1)]
    assert places(year=2025) == places(last_day=date(2025, 12, 31)) == [("sonv", "den", 2025, 1)]
    assert len(places(first_day=date(2026, 1, 1))) == 4
    assert places(first_day=date(2026, 1, 1), last_day=date(2026, 1, 1)) == [("sonv", "den", 2026, 1)]
    assert len(search.search(Question(year=2026), most=9)) == 4


def test_most_limits_and_the_last_written_comes_first(database: Database) -> None:
    fill(database, *["Về họp"] * 5)
    assert found(database, "hop", most=3) == [5, 4, 3]
    assert found(database, "hop") == [5, 4, 3, 2, 1]


def test_filter_of_a_field_looks_beyond_the_first_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.registry.search_books._AT_ONCE", 2)
    fill(database, *["Về họp"] * 5)
    with database.registry.transaction() as current:
        current.enter(draft("x", subject="Về họp", issuer="Hội Sở", note="Y tế"), NOON)
    assert found(database, "hop", fields={"issuer": "so y te"}) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "words", ['"', "'", "a'b", "* ^ NEAR(", "NOT", "plain : x", "a & | ! <->", "\x00", "—", "=", ":*"]
)
def test_marks_of_the_languages_of_databases_are_only_words(database: Database, words: str) -> None:
    fill(database, *SUBJECTS)
    assert found(database, words) == []


def test_long_and_odd_text_is_taken(database: Database) -> None:
    odd = "\ufffd \u200b İ ﬁ ½ x\u0301\u0302 " + "dài" * 500 + " " + " ".join(f"từ{n}" for n in range(20_000))
    fill(database, odd)
    assert found(database, "tu19999") == found(database, "tu0 tu1") == [1]


def test_entry_that_was_rolled_back_is_not_found(database: Database) -> None:
    with suppress(InterruptedError), database.registry.transaction() as current:
        current.enter(draft("a", subject="Về họp"), NOON)
        raise InterruptedError
    assert found(database, "hop") == []


def test_index_is_made_anew_for_entries_that_are_not_in_it(database: Database) -> None:
    lines = fill(database, *SUBJECTS)
    with database.engine.begin() as connection:
        for table in ("entry_words", "entry_search"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert found(database, "duong") == []
    with database.engine.begin() as connection:
        assert index_missing(connection) == len(lines)
        assert index_missing(connection) == 0
    assert set(found(database, "duong")) == {1, 2, 3}


def test_index_agrees_with_a_plain_look_through_the_book(database: Database) -> None:
    """What is found is what has all words, however they are mixed."""
    chance = random.Random(7)
    words = ("họp", "hợp", "đường", "dương", "tài", "tại", "chính", "chỉnh", "giá")
    registry = SqlRegistry(database.engine, clock=lambda: NOON + timedelta(days=1))
    subjects = [" ".join(chance.choices(words, k=4)) for _ in range(60)]
    with registry.transaction() as current:
        for number, subject in enumerate(subjects):
            current.enter(draft(f"{number}", subject=subject, issuer="X", symbol=None, type=None), NOON)
    plain = {"họp": "hop", "hợp": "hop", "đường": "duong", "dương": "duong", "tài": "tai", "tại": "tai"}
    plain |= {"chính": "chinh", "chỉnh": "chinh", "giá": "gia"}
    for _ in range(20):
        asked = chance.choices(words, k=2)
        wanted = {
            number
            for number, subject in enumerate(subjects, 1)
            if {plain[word] for word in asked} <= {plain[word] for word in subject.split()}
        }
        exact = {number for number, subject in enumerate(subjects, 1) if set(asked) <= set(subject.split())}
        order = found(database, *asked, most=100)
        assert set(order) == wanted
        assert set(order[: len(exact)]) == exact
