"""
Keeps trust fresh: fetches revocation lists and OCSP answers, and has the trust of this moment ready for judgements.

Nothing of this is in the way of a mail: a judgement takes what is there, and what is missing is fetched behind it. What
is fetched counts only when `revocation_check` says so and it is not older than what we have; a list that is over stays,
and says so itself. When the store cannot be written, what was fetched counts until the program ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from mailbridge.errors import Misconfigured
from mailbridge.lookups.revocation_agenda import Agenda, Source, Wish
from mailbridge.lookups.revocation_check import (
    CertificateId,
    Unbelievable,
    check_answer,
    check_list,
    question_for,
)
from mailbridge.lookups.revocation_fetch import Fetcher, NotFetched
from mailbridge.lookups.revocation_kept import Kept
from mailbridge.lookups.revocation_sources import Authorities
from mailbridge.lookups.revocation_store import RevocationStore
from mailbridge.lookups.trust import Held, Kind, trust_of
from mailbridge.lookups.trust_facts import Alarm, Facts, alarms, facts_of, newest_lists
from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import SignatureStatus, Status

log = logging.getLogger("mailbridge.trust")

_UNCHECKED = "TRY_LATER"
"""The sub-indication of a signature whose revocation could not be checked."""


class Came(StrEnum):
    """How one try to fetch ended."""

    NEW = "new"
    SAME = "same"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try: the address, what it is about (a name or a serial number), how it ended, and why where nothing came."""

    address: str
    about: str
    came: Came
    problem: str | None = None
    next_update: datetime | None = None


class TrustKeeper:
    """
    What we hold, and what is fetched for it.

    `current` and `note` may be called from any thread and do not wait; `refresh` blocks, one at a time.

    Args:
        held: What lies in `config/trust/`.
        store: Where fetched lists and answers lie.
        sealers: For `Trust`.
        lists: Addresses of lists that are kept fresh whether a signature names them or not.
        every: How often a list is fetched at least.
        now: Aware, UTC.
    """

    def __init__(
        self,
        held: Iterable[Held],
        *,
        store: RevocationStore,
        fetcher: Fetcher,
        sealers: tuple[str, ...] = (),
        lists: Iterable[str] = (),
        every: timedelta = timedelta(hours=1),
        now: datetime,
    ) -> None:
        self._held = tuple(held)
        self._fetcher = fetcher
        self._sealers = sealers
        self._authorities = Authorities(self._held)
        brought = (each.der for each in self._held if each.kind is Kind.LIST)
        self._kept = Kept(store, brought, self._authorities.certificates, now)
        self._agenda = Agenda(every)
        self._lock = threading.Lock()
        self._told: dict[str, int] = {}
        for address in lists:
            self._agenda.add_source(address, always=True)
        self._note_authorities()
        self._put_together()

    @property
    def current(self) -> Trust:
        """The trust of this moment."""
        return self._trust

    @property
    def facts(self) -> tuple[Facts, ...]:
        """What is held and was fetched, for people; of lists that replace each other the newest."""
        return self._facts

    @property
    def store_problem(self) -> str | None:
        """Why what came last could not be kept on the disk."""
        return self._kept.problem

    def note(self, statuses: Iterable[SignatureStatus]) -> None:
        """
        Note where the revocation of judged certificates can be asked for.

        Only of those that one of our authorities has issued, and only hosts that may be asked.
        """
        for status in statuses:
            certificate, issuer = status.certificate, self._authorities.issuer_of(status)
            unchecked = status.sub_indication == _UNCHECKED
            # Of all others the chain may be one by name only: a forger shall not fill the agenda.
            if certificate is None or issuer is None or not (unchecked or status.status is Status.TOTAL_PASSED):
                continue
            permitted = [address for address in certificate.sources if self._fetcher.may_ask(address)]
            lists = [address for address in permitted if _looks_like_list(address)]
            responders = tuple(address for address in permitted if address not in lists)
            with self._lock:
                for address in lists:
                    self._agenda.add_source(address)
                if responders and unchecked:
                    wish = CertificateId(issuer=issuer, serial=int(certificate.serial, 16))
                    self._agenda.add_wish(wish, responders)

    def refresh(
        self, now: datetime, *, everything: bool = False, is_over: Callable[[], bool] = lambda: False
    ) -> tuple[Attempt, ...]:
        """
        Fetch what is due, and have `current` know it; blocks for as long as hosts take.

        Args:
            everything: Also what is not due yet, and hosts that were silent just now.
            is_over: Asked before each question; True ends it.
        """
        changed = self._kept.read_store(now)
        attempts = []
        for attempt in self._attempts(now, everything):
            attempts.append(attempt)
            if is_over():
                break
        changed |= self._kept.drop_answers(now)
        if changed or any(each.came is Came.NEW for each in attempts):
            self._put_together()
            self._kept.prune()
        return tuple(attempts)

    def follow(self, before: TrustKeeper) -> None:
        """Take over what another one has noted and tried; for a change of the configuration."""
        addresses = {
            *before._agenda.sources,
            *(each for wish in before._agenda.wishes.values() for each in wish.addresses),
        }
        with self._lock:
            self._agenda.follow(before._agenda, filter(self._fetcher.may_ask, addresses))
        self._told = before._told

    def alarms(self, now: datetime, days: Sequence[int]) -> tuple[Alarm, ...]:
        """Return what ends within some of these days, or is over."""
        return tuple(alarms(self._facts, now, days))

    def disbelieved(self, now: datetime) -> Iterator[tuple[Path, str]]:
        """Yield the files of lists in `config/trust/` that do not count, and why."""
        for each in self._held:
            if each.kind is Kind.LIST:
                try:
                    check_list(each.der, self._authorities.certificates, now)
                except Unbelievable as error:
                    yield each.file, str(error)

    def tell(self, attempts: Iterable[Attempt]) -> None:
        """Log what was tried."""
        for attempt in attempts:
            facts = {"address": attempt.address, "about": attempt.about}
            match attempt.came:
                case Came.NEW:
                    log.info("revocation was fetched", extra=facts)
                    if self.store_problem:
                        log.error("what was fetched is lost at the next start", extra={"detail": self.store_problem})
                case Came.SAME:
                    log.debug("revocation has not changed", extra=facts)
                case Came.NOTHING:
                    log.warning("revocation could not be fetched", extra=facts | {"detail": attempt.problem})

    def warn(self, now: datetime, days: Sequence[int]) -> None:
        """Log what ends soon or is over, once for each span of days."""
        for alarm in self.alarms(now, days):
            facts, level = alarm.facts, alarm.within or 0
            if self._told.get(facts.sha256, level + 1) > level:
                self._told[facts.sha256] = level
                text = "trust material ends soon" if alarm.within else "trust material is over"
                ends = facts.ends.isoformat() if facts.ends else None
                log.warning(text, extra={"kind": facts.kind.value, "of": facts.name, "ends": ends})

    def problems(self) -> Mapping[str, str]:
        """Return why nothing came, by address, where the last try brought nothing."""
        with self._lock:
            return {each.address: each.problem for each in self._agenda.sources.values() if each.problem}

    # -- fetching -----------------------------------------------------------------------------------------------------

    def _attempts(self, now: datetime, everything: bool) -> Iterator[Attempt]:
        with self._lock:
            sources = list(self._agenda.sources.values()) if everything else self._agenda.due_sources(now)
            wishes = list(self._agenda.wishes.values()) if everything else self._agenda.due_wishes(now)
        for source in sources:
            if everything or self._agenda.may_ask(source.address, now):
                yield self._fetch_list(source, now)
        for wish in wishes:
            for address in wish.addresses:
                if everything or self._agenda.may_ask(address, now):
                    attempt = self._ask(wish, address, now)
                    if attempt.came is Came.NOTHING and self._agenda.may_ask(address, now) and wish.failures == 1:
                        attempt = self._try_as_list(wish, address, now) or attempt
                    yield attempt
                    if attempt.came is not Came.NOTHING:
                        break

    def _fetch_list(self, source: Source, now: datetime) -> Attempt:
        try:
            fetched = self._fetcher.get(source.address, modified=source.modified)
            self._agenda.has_answered(source.address)
            if fetched.octets is None:
                return self._succeeded(source, now, source.address, Came.SAME, None)
            checked = check_list(fetched.octets, self._authorities.certificates, now)
            is_new = self._kept.take_list(checked)
        except (NotFetched, Unbelievable) as error:
            return self._failed(source, source.address, now, error)
        source.modified = fetched.modified
        return self._succeeded(source, now, checked.issuer, Came.NEW if is_new else Came.SAME, checked.next_update)

    def _ask(self, wish: Wish, address: str, now: datetime) -> Attempt:
        try:
            octets = self._fetcher.post(address, question_for(wish.certificate))
            self._agenda.has_answered(address)
            checked = check_answer(octets, wish.certificate, now)
        except (NotFetched, Unbelievable) as error:
            return self._failed(wish, address, now, error)
        self._kept.take_answer(checked)
        return self._succeeded(wish, now, f"{wish.certificate.serial:x}", Came.NEW, checked.next_update, address)

    def _try_as_list(self, wish: Wish, address: str, now: datetime) -> Attempt | None:
        """Ask once whether a list lies where nobody answers: certificates do not say here which address is which."""
        attempt = self._fetch_list(source := Source(address), now)
        if attempt.came is Came.NOTHING:
            return None
        with self._lock:
            self._agenda.take_source(source)
            self._agenda.succeeded(wish, now, attempt.next_update)
        return attempt

    def _succeeded(
        self,
        entry: Source | Wish,
        now: datetime,
        about: str,
        came: Came,
        end: datetime | None,
        address: str | None = None,
    ) -> Attempt:
        with self._lock:
            self._agenda.succeeded(entry, now, end)
        where = entry.address if isinstance(entry, Source) else address or ""
        return Attempt(address=where, about=about, came=came, next_update=end)

    def _failed(self, entry: Source | Wish, address: str, now: datetime, error: NotFetched | Unbelievable) -> Attempt:
        with self._lock:
            self._agenda.failed(entry, now, str(error))
            if isinstance(error, NotFetched) and error.is_silent:
                self._agenda.was_silent(address, now)
        about = address if isinstance(entry, Source) else f"{entry.certificate.serial:x}"
        return Attempt(address=address, about=about, came=Came.NOTHING, problem=str(error))

    def _note_authorities(self) -> None:
        """Note where the certificates that we hold say that their own revocation can be asked for."""
        for lists, responders, identity in self._authorities.own_sources():
            for address in filter(self._fetcher.may_ask, lists):
                self._agenda.add_source(address)
            permitted = tuple(filter(self._fetcher.may_ask, responders))
            if permitted and identity is not None and not lists:
                self._agenda.add_wish(identity, permitted, lasting=True)

    def _put_together(self) -> None:
        fetched = self._kept.held()
        self._facts = tuple(newest_lists((*map(facts_of, self._held), *_readable(fetched))))
        self._trust = trust_of((*self._held, *fetched), self._sealers)


def _readable(fetched: Iterable[Held]) -> Iterator[Facts]:
    """Tell of what is fetched as far as that can be told; nothing from outside may end the loop that fetches."""
    for each in fetched:
        with suppress(Misconfigured):
            yield facts_of(each)


def _looks_like_list(address: str) -> bool:
    """Certificates do not say which address is which; lists end in ".crl" wherever they are met."""
    return address.partition("?")[0].lower().endswith(".crl")
