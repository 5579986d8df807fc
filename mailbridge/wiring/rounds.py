"""The loop that tells by the clock: digests, reminders, urgent mail that nobody touched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine

from mailbridge.desk.desk import Desk
from mailbridge.desk.mail_secret import answer_secret
from mailbridge.desk.rounds import Rounds
from mailbridge.errors import Unavailable
from mailbridge.settings import Settings
from mailbridge.wiring.desk import around_of

log = logging.getLogger("mailbridge.wiring")

_EVERY = 20.0
"""Seconds between two looks at the clock; digests and escalation are told in minutes."""


def rounds_of(settings: Settings, engine: Engine) -> Rounds:
    """Set up the rounds of a configuration; raises `Misconfigured` for templates that cannot be read, `Unavailable`."""
    around = around_of(settings)
    return Rounds(
        engine=engine,
        policies=around.policies,
        waits=Desk(engine, around).waiting,
        timetable=settings.timetable,
        units=around.units,
        templates=around.templates,
        secret=answer_secret(settings.data),
    )


async def tell_by_the_clock(
    engine: Engine, settings: Callable[[], Settings], stop: asyncio.Event, on_letters: Callable[[], None]
) -> None:
    """
    Look at the clock until `stop` is set.

    Args:
        settings: Returns those that hold at the moment.
        on_letters: Called in the loop's thread when letters were put into the outbox.
    """
    while not stop.is_set():
        try:
            rounds = await asyncio.to_thread(rounds_of, settings(), engine)
            if await asyncio.to_thread(rounds.run, datetime.now(UTC)):
                on_letters()
        except Unavailable as error:
            log.error("rounds wait", extra={"what": error.what, "detail": error.detail})
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)
