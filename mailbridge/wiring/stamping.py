"""Has the roots of the journal stamped, behind everything else: what fails is tried again, and nothing waits for it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine

from mailbridge.lookups.revocation_fetch import Fetcher
from mailbridge.lookups.stamping import NotStamped, fetch_stamp
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.journal_roots import Root, Stamp, add_stamp, statement_of, unstamped
from mailbridge.settings import Settings
from mailbridge.verify.evidence import Trust

log = logging.getLogger("mailbridge.wiring")

_PAUSE = timedelta(minutes=10)
"""How long a silent authority is left alone."""


class HasTrust(Protocol):
    """What is trusted at the moment; `lookups.revocation.TrustKeeper` fulfils it."""

    @property
    def current(self) -> Trust:
        """Whom we trust, and what is known of revocations."""
        ...


class Chosen(Protocol):
    """What is needed of a configuration; `prepared.Prepared` fulfils it."""

    @property
    def settings(self) -> Settings:
        """The settings of the moment."""
        ...

    @property
    def keeper(self) -> HasTrust:
        """Who knows whom we trust."""
        ...


class Stamper:
    """Asks the authority of the configuration for the newest root of each chain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._not_before: datetime | None = None

    def stamp_due(self, chosen: Chosen, now: datetime) -> int:
        """Have what is due stamped, and return how many roots were; blocks. Raises `Unavailable`."""
        url = chosen.settings.proof.timestamp_url
        if not url or (self._not_before and now < self._not_before):
            return 0
        self._not_before = None
        with reaching_database(), reading(self._engine).begin() as connection:
            due = unstamped(connection)
        return sum(self._stamp(root, chosen, url, now) for root in due if self._not_before is None)

    def _stamp(self, root: Root, chosen: Chosen, url: str, now: datetime) -> bool:
        trust = chosen.settings.trust
        fetcher = Fetcher(trust.fetch, proxy=(trust.proxy.host, trust.proxy.port) if trust.proxy else None)
        try:
            token = fetch_stamp(fetcher, url, statement_of(root), chosen.keeper.current, now)
        except NotStamped as error:
            self._not_before = now + _PAUSE
            facts = {"agency": root.agency, "day": root.day.isoformat(), "detail": str(error)}
            log.warning("root is not stamped", extra=facts)
            return False
        stamp = Stamp(agency=root.agency, last=root.last, made_at=now, url=url, token=token)
        with reaching_database(), self._engine.begin() as connection:
            return add_stamp(connection, stamp)
