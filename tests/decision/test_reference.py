"""The reference page of rules says what the code does."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from mailbridge.decision.catalogue import CONDITIONS
from mailbridge.decision.decide import FIRST
from mailbridge.decision.examples import ExampleMail, ExampleSignature
from mailbridge.decision.objections import ABOUT_DELIVERY, ABOUT_DOCUMENTS, ABOUT_ENTERING
from mailbridge.decision.rules import Order

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")


def test_every_condition_has_its_row_in_order() -> None:
    rows = []
    for condition in CONDITIONS.values():
        words = ", ".join(f"`{word}`" for word in condition.words)
        compared = f"{condition.shape.value}: {words}" if words else condition.shape.value
        rows.append(f"| `{condition.key}` | {compared} | {condition.about} |")
    assert "\n".join(rows) + "\n\n" in PAGE


def test_every_fixed_rule_and_every_action_is_named() -> None:
    for name, _ in (*FIRST, *ABOUT_DELIVERY, *ABOUT_ENTERING, *ABOUT_DOCUMENTS):
        assert f"`{name}`" in PAGE, name
    for order in Order:
        assert f"`{order}`" in PAGE, order


def test_every_word_of_an_example_is_named() -> None:
    for field in (*fields(ExampleMail), *fields(ExampleSignature)):
        assert f"`{field.name}`" in PAGE, field.name
