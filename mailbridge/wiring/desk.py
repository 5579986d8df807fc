"""The desk of a configuration: its archive, its units, its choices."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from mailbridge.desk.desk import Around, Desk
from mailbridge.desk.forwarding import ForwardDesk
from mailbridge.desk.mail_desk import CommandDesk
from mailbridge.errors import Unavailable
from mailbridge.letters.environment import environment
from mailbridge.mail.envelope import MailObject
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.entry import Case
from mailbridge.settings import Settings
from mailbridge.spool.archive import load_archived

log = logging.getLogger("mailbridge.desk")


def desk_of(settings: Settings, engine: Engine, *, clock: Clock = utc_now) -> Desk:
    """Set up the desk; raises `Misconfigured` for templates that cannot be read."""
    return Desk(engine, around_of(settings), clock=clock)


def command_desk(settings: Settings, engine: Engine, secret: bytes, *, clock: Clock = utc_now) -> CommandDesk:
    """Set up the desk for answers by mail; raises as `desk_of`."""
    around = around_of(settings)
    return CommandDesk(
        engine,
        Desk(engine, around, clock=clock),
        secret=secret,
        units=settings.units,
        templates=around.templates,
        works_on=settings.calendar.is_worked,
        clock=clock,
    )


def forward_desk(settings: Settings, engine: Engine, secret: bytes, *, clock: Clock = utc_now) -> ForwardDesk:
    """Set up the desk for mails that officials pass on to be registered; raises as `desk_of`."""
    around = around_of(settings)
    return ForwardDesk(
        engine, Desk(engine, around, clock=clock), secret=secret, templates=around.templates, clock=clock
    )


def around_of(settings: Settings) -> Around:
    """Put together what stands around the desk; raises as `desk_of`."""
    root = settings.data / "spool"

    def archive(case: Case) -> MailObject | None:
        try:
            return load_archived(root, case.mail_id, case.accepted_at)
        except Unavailable as error:
            log.warning("a kept mail cannot be read", extra={"mail": case.mail_id, "detail": str(error)})
            return None

    return Around(
        policies=settings.policies,
        archive=archive,
        units=settings.units,
        directory=settings.directory,
        templates=environment(settings.folder / "templates"),
    )
