"""`mailbridge rules list|test|learn`: the rules of the office, their examples, and what corrections teach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.rules_learn import learn
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.decision.examples import ExampleResult

_COLUMNS = (
    Column(head="Rule", whole=True),
    Column(head="Action", whole=True),
    Column(head="Text"),
    Column(head="Where", whole=True, under="Rule"),
)


@click.group("rules")
@with_session
def command(_session: Session) -> None:
    """Show and try the rules."""


command.add_command(learn)


@command.command("list")
@as_json_option
@with_session
def list_rules(session: Session, as_json: bool) -> int:
    """List the rules in the order in which they are asked, the default last."""
    rules = session.settings().rules
    from mailbridge.decision.rules import DEFAULT

    language = session.lang()
    rows = [(rule.name, rule.order.value, rule.stop, rule.text.said(language), rule.origin) for rule in rules.rules]
    default = rules.default
    rows.append((DEFAULT, default.action.value, True, default.text.said(language), default.origin))
    if as_json:
        print_json(dict(zip(("name", "action", "stop", "text", "origin"), row, strict=True)) for row in rows)
    else:
        # All stand in the same folder: the name of the file is enough.
        shown = ((name, action, text, Path(origin).name) for name, action, _, text, origin in rows)
        print_table(language, _COLUMNS, shown)
    return 0


@command.command("test")
@as_json_option
@with_session
def test_rules(session: Session, as_json: bool) -> int:
    """Run the examples of rules.d/tests; exit status 1 when one ends otherwise than it says."""
    settings = session.settings()
    from mailbridge.cli.examples import try_all
    from mailbridge.decision.examples import Verdict

    results = try_all(settings)
    broken = [result for result in results if result.verdict is not Verdict.KEPT]
    if as_json:
        print_json(map(_object, results))
    else:
        for result in broken:
            click.echo(visible(f"{result.example.origin}: {result.example.name}: {result.difference}"))
        facts = {"passed": len(results) - len(broken), "total": len(results)}
        click.echo(say(session.lang(), "{passed} of {total} examples passed", **facts))
    return ANSWER_NO if broken else 0


def _object(result: ExampleResult) -> dict[str, object]:
    return {
        "name": result.example.name,
        "verdict": result.verdict.value,
        "difference": result.difference,
        "origin": result.example.origin,
    }
