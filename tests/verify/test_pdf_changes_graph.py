"""Sameness of objects, with rings and depths that a hostile file may have."""

from __future__ import annotations

from typing import Any

import pytest

from mailbridge.verify import pdf_changes_graph
from mailbridge.verify.pdf_changes_graph import Sameness, TooLarge, child, entry, members
from mailbridge.verify.pdf_field import open_pdf
from tests.verify.builders_pdf_raw import form_objects, stream, update, write_pdf

Objects = dict[int, bytes]


def both(objects: Objects, changed: Objects) -> tuple[Any, Any]:
    """Return the catalog before and after an update."""
    pdf = update(write_pdf(form_objects(catalog=b"/X 10 0 R /Y 11 0 R") | objects), changed)
    reader = open_pdf(pdf)
    return reader.get_historical_resolver(0).root, reader.get_historical_resolver(1).root


def same(objects: Objects, changed: Objects, key: str = "/X") -> bool:
    before, after = both(objects, changed)
    return Sameness().same(entry(before, key), entry(after, key))


THING = {10: b"<< /A [1 2.5 (a) <62> /N true null 11 0 R] /S 12 0 R >>", 11: b"<< /B 10 0 R >>", 12: stream(b"abc")}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        (dict(THING), True),
        ({10: THING[10].replace(b"2.5", b"2.50").replace(b"<62>", b"(b)")}, True),
        ({10: THING[10].replace(b"12 0 R", b"13 0 R"), 13: stream(b"abc")}, True),
        ({10: THING[10].replace(b"/S", b"/Metadata 4 0 R /S")}, False),
        ({10: THING[10].replace(b"true", b"false")}, False),
        ({10: THING[10].replace(b"/N", b"/M")}, False),
        ({10: THING[10].replace(b"(a)", b"/a")}, False),
        ({10: THING[10].replace(b" null", b"")}, False),
        ({10: THING[10].replace(b"/S", b"/T 1 /S")}, False),
        ({11: b"<< /B 12 0 R >>"}, False),
        ({11: b"[10 0 R]"}, False),
        ({12: stream(b"abd")}, False),
        ({12: stream(b"abc", b"/Filter /LZWDecode")}, False),
        ({12: b"<< /Length 3 >>"}, False),
        ({11: b"null"}, False),
    ],
)
def test_same_is_the_same_in_all_that_it_leads_to(changed: Objects, expected: bool) -> None:
    assert same(THING, changed) is expected


def test_difference_behind_a_ring_is_found_from_either_side() -> None:
    """The first question ends at a difference; what it took for granted on the way must not answer the second."""
    ring = {10: b"<< /A 11 0 R /Z 1 >>", 11: b"<< /B 10 0 R >>"}
    before, after = both(ring, {10: b"<< /A 11 0 R /Z 2 >>"})
    sameness = Sameness()
    assert not sameness.same(entry(before, "/X"), entry(after, "/X"))
    assert not sameness.same(entry(before, "/Y"), entry(after, "/Y"))


def test_places_apart_are_not_followed() -> None:
    before, after = both(THING, {11: b"<< >>"})
    assert Sameness({(11, 0)}).same(entry(before, "/X"), entry(after, "/X"))


def test_many_paths_to_few_objects_cost_little() -> None:
    """Each object names the next one twice: 2^60 paths."""
    chain = {number: b"[%d 0 R %d 0 R]" % (number + 1, number + 1) for number in range(10, 70)}
    assert same(chain | {70: b"(end)"}, {})
    assert not same(chain | {70: b"(end)"}, {70: b"(other)"})


def test_too_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_changes_graph, "MOST_OBJECTS", 20)
    chain = {number: b"[%d 0 R]" % (number + 1) for number in range(10, 70)}
    with pytest.raises(TooLarge):
        same(chain, {})
    with pytest.raises(TooLarge):
        same({10: b"[" + b"1 " * 500 + b"]"}, {})


def test_long_chains_are_followed() -> None:
    """Bookmarks: each names the next."""
    chain = {number: b"<< /Next %d 0 R >>" % (number + 1) for number in range(10, 3_000)}
    assert same(chain | {3_000: b"(end)"}, {})
    assert not same(chain | {3_000: b"(end)"}, {3_000: b"(other)"})


def test_entries_of_what_is_no_dictionary_are_none() -> None:
    before, _ = both({10: b"[1 2]"}, {})
    assert entry(child(before, "/X"), "/A") is None
    assert entry(None, "/A") is None
    assert members(None) == []
    assert len(members(entry(before, "/X"))) == 2
