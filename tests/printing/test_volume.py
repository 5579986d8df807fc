"""What a volume says of its lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mailbridge.printing.line import line_of
from mailbridge.printing.volume import cut_by_entries, stretch_text
from tests.printing.builders_printing import first_version, lines, voided, volume


def test_numbers_and_days_are_those_of_the_lines() -> None:
    late = line_of((first_version(41, arrived_at=datetime(2026, 1, 3, 1, tzinfo=UTC)),))
    bound = volume((*lines(40), late))
    assert bound.numbers == (1, 41)
    assert bound.days == (date(2026, 1, 3), date(2026, 1, 5))
    assert bound.struck == 0


def test_a_volume_of_one_day_is_of_that_day() -> None:
    bound = volume((), day=date(2026, 3, 2))
    assert bound.days == (date(2026, 3, 2), date(2026, 3, 2))


def test_numbers_that_are_not_there_are_named() -> None:
    some = [line_of((first_version(number),)) for number in (3, 4, 6, 10)]
    assert volume(some).missing == ((5, 5), (7, 9))
    assert volume(some, day=date(2026, 1, 5)).missing == ()
    assert [stretch_text(*each) for each in volume(some).missing] == ["05", "07–09"]


def test_a_voided_number_is_not_missing() -> None:
    bound = volume((*lines(1), line_of(voided(2))))
    assert (bound.struck, bound.missing) == (1, ())


def test_an_empty_volume_is_as_old_as_its_year() -> None:
    bound = volume(())
    assert (bound.days, bound.numbers) == (None, None)
    assert bound.written_at == datetime(2025, 12, 31, 17, tzinfo=UTC)


def test_a_number_that_is_missing_between_two_volumes_is_told_by_the_second() -> None:
    those = (*lines(2), line_of((first_version(5),)), line_of((first_version(6),)))
    first, second = cut_by_entries(volume(those), 2)
    assert (first.missing, second.missing) == ((), ((3, 4),))
    assert [each.title.volume for each in (first, second)] == [1, 2]


def test_an_empty_book_is_one_volume() -> None:
    (only,) = cut_by_entries(volume(()), 10)
    assert (only.lines, only.title.volume) == ((), 1)
