"""Rules that can never speak."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.decision.rules import Answer, ask
from mailbridge.settings.problem import Report
from mailbridge.settings.shadows import covers, find_dead_rules
from tests.decision.builders_decision import findings, rule

CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"proven": True}, True),
    ({"proven": True}, {"proven": True}, True),
    ({"proven": True}, {"proven": False}, False),
    ({"proven": True}, {}, False),
    ({"kind": ("petition", "receipt")}, {"kind": "Receipt"}, True),
    ({"kind": "receipt"}, {"kind": ("petition", "receipt")}, False),
    ({"author": "*.vn"}, {"author": "a.vn"}, False),
    ({"client": ("10.0.0.0/8", "192.0.2.0/24")}, {"client": "10.0.0.0/8"}, True),
    ({"documents": {"at_least": 1}}, {"documents": 2.0}, True),
    ({"documents": {"at_least": 3}}, {"documents": 2.0}, False),
    ({"documents": {"at_most": 3}}, {"documents": {"below": 3}}, True),
    ({"documents": {"below": 3}}, {"documents": {"at_most": 3}}, False),
    ({"documents": {"below": 3}}, {"documents": {"at_most": 2}}, True),
]


@pytest.mark.parametrize(("first", "second", "covered"), CASES)
def test_wider_conditions_cover_narrower_ones(first: dict[str, Any], second: dict[str, Any], covered: bool) -> None:
    assert covers(rule("first", when=first), rule("second", when=second)) is covered


def test_what_silences_the_first_must_silence_the_second() -> None:
    first = rule("first", unless={"proven": True})
    assert not covers(first, rule("second"))
    assert covers(first, rule("second", unless={"proven": True}))


def test_only_a_final_rule_hides_another() -> None:
    report = Report()
    find_dead_rules([rule("maybe", stop=False), rule("sure")], report)
    assert report.problems == []
    find_dead_rules([rule("all"), rule("sure")], report)
    assert ["never asked" in problem.problem for problem in report.problems] == [True]


CONDITIONS = st.dictionaries(
    st.sampled_from(["kind", "author", "documents", "proven"]), st.integers(0, 2), max_size=3
).map(
    lambda chosen: {
        key: {
            "kind": ("petition", "official-document", ("petition", "official-document")),
            "author": ("*.gov.vn", "*", ("*", "x.vn")),
            "documents": ({"at_least": 1}, {"below": 2}, 1.0),
            "proven": (True, False, True),
        }[key][place]
        for key, place in chosen.items()
    }
)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, CONDITIONS, CONDITIONS, CONDITIONS, st.booleans(), st.integers(0, 2))
def test_a_covered_rule_never_speaks_alone(
    when: dict[str, Any],
    unless: dict[str, Any],
    other: dict[str, Any],
    other_unless: dict[str, Any],
    proven: bool,
    documents: int,
) -> None:
    first, second = rule("a", when=when, unless=unless), rule("b", when=other, unless=other_unless)
    mail = findings(proven=proven, documents=documents)
    if covers(first, second) and ask(second, mail).answer is not Answer.SILENT:
        assert ask(first, mail).answer is not Answer.SILENT
