"""What looks at a mail from outside: names, trust, opened files. Also `try` and the examples of rules look with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.settings import Settings

if TYPE_CHECKING:
    from mailbridge.lookups.dns import Names
    from mailbridge.lookups.gather import GatheredLookups
    from mailbridge.lookups.revocation import TrustKeeper
    from mailbridge.reading.files import LimitedReading, Limits
    from mailbridge.reading.outlook_mails import OutlookMails
    from mailbridge.verify.evidence import Trust
    from mailbridge.verify.signature import SignatureStatus


def keeper_for(settings: Settings) -> TrustKeeper:
    """Read what the administrator trusts and what was fetched for it; fetches nothing. Raises `Misconfigured`."""
    from mailbridge.lookups.revocation import TrustKeeper
    from mailbridge.lookups.revocation_fetch import Fetcher
    from mailbridge.lookups.revocation_store import RevocationStore, store_path
    from mailbridge.lookups.trust import read_trust

    chosen = settings.trust
    return TrustKeeper(
        read_trust(settings.folder / "trust"),
        store=RevocationStore(store_path(settings.data)),
        fetcher=Fetcher(chosen.fetch, proxy=(chosen.proxy.host, chosen.proxy.port) if chosen.proxy else None),
        sealers=settings.authentication.sealers,
        lists=chosen.lists,
        every=timedelta(seconds=chosen.refresh),
        now=datetime.now(UTC),
    )


def lookups_for(
    settings: Settings | None,
    *,
    zone: Path | None = None,
    trust: Path | None = None,
    keeper: TrustKeeper | None = None,
) -> GatheredLookups:
    """
    Choose who answers questions: a zone file when there is one, the network otherwise.

    Trust is that of `trust`, else what `keeper` has at the moment, else that of the configuration. Without any of them
    no certificate is trusted. Raises `Misconfigured`.
    """
    from mailbridge.lookups.dns import Resolver
    from mailbridge.lookups.gather import GatheredLookups
    from mailbridge.lookups.zone import ZoneFile

    file = zone or (settings.dns.zone if settings else None)
    names: Names = ZoneFile(file) if file else Resolver(settings.dns.servers if settings else ())
    trusted = (lambda: keeper.current) if keeper and not trust else _trust_for(settings, trust)
    return (
        GatheredLookups(names, trusted, patience=settings.dns.timeout) if settings else GatheredLookups(names, trusted)
    )


def _trust_for(settings: Settings | None, folder: Path | None) -> Trust:
    from mailbridge.lookups.trust import read_trust, trust_of
    from mailbridge.verify.evidence import Trust

    if folder:
        return trust_of(read_trust(folder), settings.authentication.sealers if settings else ())
    return keeper_for(settings).current if settings else Trust()


def reading_for(
    settings: Settings | None,
    *,
    parallel: int | None = None,
    watch: Callable[[Iterable[SignatureStatus]], None] | None = None,
) -> LimitedReading:
    """Choose the limits for opening files; `parallel` processes at once. `watch` is told of every signature."""
    from mailbridge.reading.files import LimitedReading

    limits = _limits(settings)
    limits = replace(limits, parallel=parallel) if parallel else limits
    if watch is None:
        return LimitedReading(limits)
    from mailbridge.wiring.watching import WatchedReading

    return WatchedReading(limits, watch)


def outlook_for(settings: Settings | None) -> OutlookMails:
    """Choose the limits for opening .msg files that are mails of their own."""
    from mailbridge.reading.outlook_mails import OutlookMails

    return OutlookMails(_limits(settings))


def _limits(settings: Settings | None) -> Limits:
    from mailbridge.reading.limits import Limits

    if settings is None:
        return Limits()
    chosen = settings.reading
    return Limits(
        seconds=chosen.seconds,
        memory=chosen.memory,
        pages_first=chosen.pages_first,
        pages_last=chosen.pages_last,
        scan_seconds=chosen.scan_seconds,
        unpacked_octets=chosen.unpacked,
        unpacked_files=chosen.members,
        parallel=chosen.processes,
    )
