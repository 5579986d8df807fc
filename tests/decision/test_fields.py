"""What counts as read."""

from __future__ import annotations

from typing import Any

import pytest

from mailbridge.classifier.kinds import Reading
from mailbridge.decision import fields
from tests.decision.builders_decision import document


def test_a_complete_document_wants_nothing() -> None:
    assert fields.missing(document()) == ()
    assert fields.doubtful(document(), 0.9) == ()
    assert fields.lowest_confidence(document()) == pytest.approx(0.99)


def test_blanks_are_no_value() -> None:
    assert fields.missing(document(issuer=Reading(value="  ", confidence=1.0))) == ("issuer",)


def test_a_confidence_that_is_no_number_is_a_doubt() -> None:
    assert fields.doubtful(document(confidence=float("nan")), 0.9) == fields.REQUIRED


@pytest.mark.parametrize("field", fields.FIELDS)
def test_an_absent_field_has_no_confidence(field: str) -> None:
    name = "symbol" if field == "number" else field
    absent: Any = {name: Reading(confidence=0.8)}
    state = fields.state(document(**absent), field)
    assert (state.present, state.confidence) == (False, 0.0)


def test_dates_are_shown_as_people_write_them() -> None:
    assert fields.state(document(), "issued_date").shown == "02/11/2026"
