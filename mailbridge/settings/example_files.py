"""`rules.d/tests/*.toml`: examples that run as tests whenever the configuration is checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailbridge.decision.examples import Example, ExampleMail, Expected, Verdict, run_examples
from mailbridge.decision.fields import FIELDS
from mailbridge.decision.policy import Policy
from mailbridge.decision.rules import DEFAULT
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Place, Report, suggestion
from mailbridge.settings.shape import shaped
from mailbridge.settings.source import Source, read_source
from mailbridge.settings.written import ExamplesFile, ExampleTable


def read_examples(folder: Path, rules: frozenset[str] | None, report: Report) -> tuple[Example, ...]:
    """
    Read all examples below `folder`; with findings in `report` the result is not to be used.

    Args:
        rules: The names that an example may expect; None when the rules have findings themselves.
    """
    names: set[str] = set()
    found: list[Example] = []
    for path in sorted(folder.glob("*.toml")):
        source = read_source(path, report)
        file = shaped(ExamplesFile, source, report) if source else None
        if source is not None and file is not None:
            found.extend(_examples(file, source, folder, rules, names, report))
    return tuple(found)


def _examples(
    file: ExamplesFile, source: Source, folder: Path, rules: frozenset[str] | None, names: set[str], report: Report
) -> Iterator[Example]:
    for number, table in enumerate(file.example):
        path: KeyPath = ("example", number)
        _check(table, path, source, folder, report)
        if table.name in names:
            report.add(source.place((*path, "name")), f'a second example "{table.name}"', "give each its own name")
        names.add(table.name)
        rule = table.expect.rule
        if rules is not None and rule is not None and not rule.startswith("fixed:") and rule not in rules | {DEFAULT}:
            place = source.place((*path, "expect", "rule"))
            report.add(place, f'there is no rule "{rule}"', suggestion(rule, [*sorted(rules), DEFAULT]))
        origin = source.place(path)
        yield Example(
            name=table.name,
            expected=Expected(action=table.expect.action, rule=rule, book=table.expect.book),
            findings=table.findings or ExampleMail(),
            mail=table.mail,
            origin=f"{origin.file}:{origin.line}",
        )


def _check(table: ExampleTable, path: KeyPath, source: Source, folder: Path, report: Report) -> None:
    if (table.findings is None) == (table.mail is None):
        remedy = 'write [example.findings], or mail = "file.eml"'
        report.add(source.place(path), f'example "{table.name}" must have either findings or a mail', remedy)
    if table.mail is not None and not (folder / table.mail).is_file():
        problem = f'example "{table.name}" names a mail that is not there: {table.mail}'
        report.add(source.place((*path, "mail")), problem, "put the file beside the example, or correct its name")
    if table.findings is not None:
        for key in ("absent", "doubtful"):
            for number, field in enumerate(getattr(table.findings, key)):
                if field not in FIELDS:
                    place = source.place((*path, "findings", key, number))
                    report.add(place, f'there is no field "{field}"', suggestion(field, FIELDS))


def try_examples(policy: Policy, examples: tuple[Example, ...], report: Report) -> None:
    """Decide every example that is told in words; note those that end otherwise than they should."""
    for result in run_examples(policy, examples):
        if result.verdict is Verdict.BROKEN:
            file, _, line = result.example.origin.rpartition(":")
            problem = f'example "{result.example.name}" ends otherwise: {result.difference}'
            report.add(Place(file=file, line=int(line)), problem, "correct the rule, or the example")
