"""When the newest mail of the book was accepted: by it, a clock that went back is known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.tables import mail_case

_NEWEST = select(mail_case.c.accepted_at).order_by(mail_case.c.accepted_at.desc()).limit(1)


def newest_acceptance(engine: Engine) -> datetime | None:
    """Return when the newest mail that was decided was accepted (aware, UTC); raises `Unavailable`."""
    with reaching_database(), reading(engine).begin() as connection:
        found: datetime | None = connection.execute(_NEWEST).scalar_one_or_none()
        return found
