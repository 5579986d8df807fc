"""`mailbridge rules list|test`: the rules of the office and their examples."""

from __future__ import annotations

import asyncio

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, print_json, print_table, with_session
from mailbridge.cli.texts import say
from mailbridge.cli.trial import Source, Trial, World
from mailbridge.decision.examples import Example, ExampleResult, Verdict, run_examples
from mailbridge.decision.findings import Decision
from mailbridge.decision.rules import DEFAULT
from mailbridge.mail.envelope import Client
from mailbridge.mail.files import as_transmitted
from mailbridge.settings import Settings, load
from mailbridge.wiring import lookups_for, reading_for


@click.group("rules")
def command() -> None:
    """Show and try the rules."""


@command.command("list")
@as_json_option
@with_session
def list_rules(session: Session, as_json: bool) -> int:
    """List the rules in the order in which they are asked, the default last."""
    settings = load(session.settings_path())
    language = session.lang(settings.language)
    rows = [
        (rule.name, rule.order.value, rule.stop, rule.text.said(language), rule.origin) for rule in settings.rules.rules
    ]
    default = settings.rules.default
    rows.append((DEFAULT, default.action.value, True, default.text.said(language), default.origin))
    if as_json:
        print_json(dict(zip(("name", "action", "stop", "text", "origin"), row, strict=True)) for row in rows)
    else:
        shown = ((name, action, text, origin) for name, action, _, text, origin in rows)
        print_table(language, ("Rule", "Action", "Text", "Where"), shown)
    return 0


@command.command("test")
@as_json_option
@with_session
def test_rules(session: Session, as_json: bool) -> int:
    """Run the examples of rules.d/tests; exit status 1 when one ends otherwise than it says."""
    settings = load(session.settings_path())
    results = try_all(settings)
    language = session.lang(settings.language)
    broken = [result for result in results if result.verdict is not Verdict.KEPT]
    if as_json:
        print_json(map(_object, results))
    else:
        for result in broken:
            click.echo(f"{result.example.origin}: {result.example.name}: {result.difference}")
        passed = len(results) - len(broken)
        click.echo(say(language, "{passed} of {total} examples passed", passed=passed, total=len(results)))
    return ANSWER_NO if broken else 0


def try_all(settings: Settings) -> tuple[ExampleResult, ...]:
    """Run every example, those with a mail file through the whole reading."""
    policy = settings.policies[0]
    return run_examples(policy, settings.examples, lambda example: _judge_mail(settings, example))


def _judge_mail(settings: Settings, example: Example) -> Decision:
    policy = settings.policies[0]
    path = settings.folder / "rules.d" / "tests" / (example.mail or "")
    recipients = policy.agency.addresses[:1]
    trial = Trial(
        lookups=lookups_for(settings),
        reading=reading_for(settings),
        policies=(policy,),
        owns_all=False,
        world=World(at=None, client=Client(), mail_from=None, recipients=recipients),
        jobs=1,
    )

    async def first() -> Decision:
        source = Source(name=str(path), content=as_transmitted(path.read_bytes()))
        decisions = [trial.judge(seen).decision async for _, seen in trial.seen(iter([source]))]
        return decisions[0]

    return asyncio.run(first())


def _object(result: ExampleResult) -> dict[str, object]:
    return {
        "name": result.example.name,
        "verdict": result.verdict.value,
        "difference": result.difference,
        "origin": result.example.origin,
    }
