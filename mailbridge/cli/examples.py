"""Running the examples of `rules.d/tests`, those that name a mail file through the whole reading."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mailbridge.cli.sources import Source
from mailbridge.cli.trial import Trial, World
from mailbridge.decision.examples import Example, ExampleResult, run_examples
from mailbridge.mail.envelope import Client
from mailbridge.mail.files import as_transmitted

if TYPE_CHECKING:
    from mailbridge.decision.findings import Decision
    from mailbridge.settings import Settings


def try_all(settings: Settings) -> tuple[ExampleResult, ...]:
    """
    Run every example; a mail is judged now, as one to the first address of the first agency.

    Raises:
        Unavailable: Files cannot be opened for want of processes.
        Misconfigured: Trust anchors or the zone file cannot be read.
    """
    policy = settings.policies[0]
    if not any(example.mail for example in settings.examples):
        return run_examples(policy, settings.examples)
    from mailbridge.wiring import lookups_for, reading_for

    reading = reading_for(settings, parallel=1)
    world = World(at=None, client=Client(), mail_from=None, recipients=policy.agency.addresses[:1])
    trial = Trial(
        lookups=lookups_for(settings),
        reading=reading,
        policies=(policy,),
        owns_all=False,
        world=world,
        jobs=1,
        directory=settings.directory,
    )

    def judge_mail(example: Example) -> Decision:
        path = settings.folder / "rules.d" / "tests" / (example.mail or "")
        source = Source(name=str(path), content=as_transmitted(path.read_bytes()))
        return asyncio.run(_judge_one(trial, source))

    try:
        return run_examples(policy, settings.examples, judge_mail)
    finally:
        reading.close()


async def _judge_one(trial: Trial, source: Source) -> Decision:
    decisions = [trial.judge(seen).decision async for _, seen in trial.seen(iter([source]))]
    return decisions[0]
