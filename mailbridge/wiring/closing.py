"""Which days close by themselves, by the configuration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from mailbridge.registry.closings import Closing
from mailbridge.registry.closings_daily import close_due_days
from mailbridge.settings import Settings


def close_due(engine: Engine, settings: Settings, now: datetime) -> tuple[Closing, ...]:
    """Close the days that are over of the books that want it; none in shadow mode. Blocks, raises `Unavailable`."""
    policies = (policy for policy in settings.policies if not policy.shadow)
    books = [(policy.agency.id, book.id) for policy in policies for book in policy.books if book.close_daily]
    return close_due_days(engine, books, now)
