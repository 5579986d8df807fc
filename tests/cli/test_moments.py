"""Days that people write as options: one wording for all verbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.builders_cli import CommandLine

NO_DAY = "31/02/2026"


@pytest.mark.parametrize(
    "words",
    [
        ("register", "close", "--day", NO_DAY),
        ("register", "print", "--day", NO_DAY, "--output", "x.pdf"),
        ("register", "verify", "--since", NO_DAY),
        ("register", "search", "họp", "--from-date", NO_DAY),
        ("register", "assign", "1", "--lead", "A", "--due", NO_DAY),
        ("report", "figures", "--from", NO_DAY),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_is_no_day_is_told_in_the_language_of_the_office(
    mailbridge: CommandLine, book: Path, words: tuple[str, ...]
) -> None:
    answer = mailbridge("-c", book, "--lang", "vi", *words)
    assert (answer.status, answer.out) == (64, "")
    assert f"hãy viết ngày như 31/12/2026, không phải {NO_DAY}" in answer.err
