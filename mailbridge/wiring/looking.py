"""What looks at a mail from outside: names, trust, opened files. Also `try` and the examples of rules look with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.settings import Settings

if TYPE_CHECKING:
    from mailbridge.lookups.dns import Names
    from mailbridge.lookups.gather import GatheredLookups
    from mailbridge.reading.files import LimitedReading, Limits
    from mailbridge.reading.outlook_mails import OutlookMails


def lookups_for(settings: Settings | None, *, zone: Path | None = None, trust: Path | None = None) -> GatheredLookups:
    """
    Choose who answers questions: a zone file when there is one, the network otherwise.

    Without a configuration and without `trust` no certificate is trusted. Raises `Misconfigured`.
    """
    from mailbridge.lookups.dns import Resolver
    from mailbridge.lookups.gather import GatheredLookups
    from mailbridge.lookups.trust import load_trust
    from mailbridge.lookups.zone import ZoneFile
    from mailbridge.verify.evidence import Trust

    file = zone or (settings.dns.zone if settings else None)
    names: Names = ZoneFile(file) if file else Resolver(settings.dns.servers if settings else ())
    folder = trust or (settings.folder / "trust" if settings else None)
    trusted = load_trust(folder) if folder else Trust()
    return (
        GatheredLookups(names, trusted, patience=settings.dns.timeout) if settings else GatheredLookups(names, trusted)
    )


def reading_for(settings: Settings | None, *, parallel: int | None = None) -> LimitedReading:
    """Choose the limits for opening files; `parallel` processes at once."""
    from mailbridge.reading.files import LimitedReading

    limits = _limits(settings)
    return LimitedReading(replace(limits, parallel=parallel) if parallel else limits)


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
