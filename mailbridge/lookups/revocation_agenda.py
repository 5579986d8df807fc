"""What is to be fetched and when: a fresh list goes stale, a dead host is asked less and less often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailbridge.lookups.addresses import read_address
from mailbridge.lookups.revocation_check import CertificateId

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_BEFORE_THE_END = timedelta(minutes=5)
"""How long before the end of a list the next one is asked for."""
_MOST_LISTS = 64
_MOST_WISHES = 256
_MOST_TRIES = 6
"""Times that a responder is asked for one certificate; a signature that comes again is asked for again."""
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Source:
    """
    Where one list lies.

    `modified` is for the host (HTTP `Last-Modified`); `problem` is why the last try brought nothing, None when it did.
    """

    address: str
    due: datetime = _AT_ONCE
    failures: int = 0
    problem: str | None = None
    modified: str | None = None


@dataclass(slots=True)
class Wish:
    """A certificate whose responders are to be asked; a `lasting` one again and again, as we hold the certificate."""

    certificate: CertificateId
    addresses: tuple[str, ...]
    lasting: bool = False
    due: datetime = _AT_ONCE
    failures: int = 0
    problem: str | None = None


@dataclass(slots=True)
class _Pause:
    until: datetime
    failures: int


@dataclass(slots=True)
class Agenda:
    """
    Bounded in all that strangers can add to it.

    Attributes:
        every: How often a list is fetched that says nothing of its end, or a later one.
    """

    every: timedelta
    sources: dict[str, Source] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    _pauses: dict[str, _Pause] = field(default_factory=dict)

    def add_source(self, address: str, *, always: bool = False) -> None:
        """Note where a list lies; `always`, because the administrator has named it."""
        if address not in self.sources and (always or len(self.sources) < _MOST_LISTS):
            self.sources[address] = Source(address)

    def take_source(self, source: Source) -> None:
        """Note a list that was fetched already."""
        if len(self.sources) < _MOST_LISTS:
            self.sources.setdefault(source.address, source)

    def add_wish(self, certificate: CertificateId, addresses: Iterable[str], *, lasting: bool = False) -> None:
        """Note a certificate to ask for; of too many the oldest is dropped."""
        if certificate.key in self.wishes:
            return
        while len(self.wishes) >= _MOST_WISHES:
            passing = (key for key, wish in self.wishes.items() if not wish.lasting)
            self.wishes.pop(next(passing, next(iter(self.wishes))))
        self.wishes[certificate.key] = Wish(certificate, tuple(addresses), lasting=lasting)

    def due_sources(self, now: datetime) -> list[Source]:
        """Return the lists to fetch now."""
        return [each for each in self.sources.values() if each.due <= now and self.may_ask(each.address, now)]

    def due_wishes(self, now: datetime) -> list[Wish]:
        """Return the certificates to ask for now."""
        return [each for each in list(self.wishes.values()) if each.due <= now]

    def may_ask(self, address: str, now: datetime) -> bool:
        """Say whether the host has not been silent just now."""
        pause = self._pauses.get(_host(address))
        return pause is None or pause.until <= now

    def was_silent(self, address: str, now: datetime) -> None:
        """Leave a host alone for a while, each time for longer."""
        host = _host(address)
        failures = self._pauses[host].failures + 1 if host in self._pauses else 1
        self._pauses[host] = _Pause(until=now + _pause(failures), failures=failures)

    def has_answered(self, address: str) -> None:
        """Forget that a host was silent."""
        self._pauses.pop(_host(address), None)

    def succeeded(self, entry: Source | Wish, now: datetime, end: datetime | None) -> None:
        """Note that it came; `end` is when what we have of it will be over."""
        entry.failures, entry.problem = 0, None
        if isinstance(entry, Wish) and not entry.lasting:
            self.wishes.pop(entry.certificate.key, None)
            return
        soonest = now + min(self.every, _BEFORE_THE_END)
        entry.due = now + self.every if end is None else max(soonest, min(now + self.every, end - _BEFORE_THE_END))

    def failed(self, entry: Source | Wish, now: datetime, problem: str) -> None:
        """Note that nothing of use came."""
        entry.failures += 1
        entry.problem = problem
        entry.due = now + _pause(entry.failures)
        if isinstance(entry, Wish) and not entry.lasting and entry.failures >= _MOST_TRIES:
            self.wishes.pop(entry.certificate.key, None)

    def follow(self, before: Agenda, may_ask: Iterable[str]) -> None:
        """Take over what was noted and tried before a change of the configuration, of the addresses `may_ask`."""
        allowed = frozenset(may_ask)
        for address, source in before.sources.items():
            if address in allowed and (address in self.sources or len(self.sources) < _MOST_LISTS):
                self.sources[address] = source
        for key, wish in before.wishes.items():
            if key not in self.wishes and len(self.wishes) < _MOST_WISHES and set(wish.addresses) <= allowed:
                self.wishes[key] = wish
        self._pauses.update(before._pauses)


def _host(address: str) -> str:
    read = read_address(address)
    return f"{read.host}:{read.port}" if read else address


def _pause(failures: int) -> timedelta:
    doublings: int = 2 ** min(failures - 1, 12)
    return min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)
