"""Examples beside the rules."""

from __future__ import annotations

from mailbridge.decision.decide import decide
from mailbridge.decision.examples import Example, ExampleMail, Expected, Verdict, run_examples
from mailbridge.decision.findings import Decision
from tests.decision.builders_decision import findings, policy


def test_an_example_that_ends_as_expected_is_kept() -> None:
    example = Example(name="a", expected=Expected(action="register", rule="enter-all", book="den"))
    (result,) = run_examples(policy(), (example,))
    assert (result.verdict, result.difference) == (Verdict.KEPT, "")


def test_a_broken_example_says_what_is_different() -> None:
    expected = Expected(action="register", rule="enter-all", book="den")
    example = Example(name="a", expected=expected, findings=ExampleMail(draft=True))
    (result,) = run_examples(policy(), (example,))
    assert result.verdict is Verdict.BROKEN
    assert result.difference == (
        "action is hold, expected register; rule is fixed:draft, expected enter-all; book is None, expected den"
    )


def test_an_example_with_a_mail_is_decided_by_the_caller() -> None:
    example = Example(name="a", expected=Expected(action="register"), mail="a.eml")
    asked: list[str | None] = []

    def judge_mail(each: Example) -> Decision:
        asked.append(each.mail)
        return decide(findings(), policy())

    (result,) = run_examples(policy(), (example,), judge_mail)
    assert (result.verdict, asked) == (Verdict.KEPT, ["a.eml"])
    (skipped,) = run_examples(policy(), (example,))
    assert (skipped.verdict, skipped.decision) == (Verdict.SKIPPED, None)


def test_the_null_sender_of_an_example() -> None:
    assert findings(sender="<>").envelope.mail_from == ""


def test_several_documents_have_numbers_of_their_own() -> None:
    numbers = [each.symbol.value.text for each in findings(documents=2).classification.documents if each.symbol.value]
    assert numbers == ["15/CQVD-VP", "16/CQVD-VP"]
