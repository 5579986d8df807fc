"""The lists and answers that were fetched and count: in memory for judgements, in the store for the next start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mailbridge.errors import Unavailable
from mailbridge.lookups.revocation_check import CheckedAnswer, CheckedList, Unbelievable, check_list
from mailbridge.lookups.revocation_store import RevocationStore
from mailbridge.lookups.trust import Held, Kind

_MOST_OCTETS = 256 * 1024 * 1024
"""Of all fetched lists together, which are in memory."""
_MOST_ANSWERS = 2000
"""An authority may say that its answers hold for a century; the one that has to be asked for anew first is dropped."""


class Kept:
    """
    What was fetched; for one thread at a time.

    `problem` says why what came last could not be written to the store; it counts until the program ends.

    Args:
        brought: The lists of the administrator, in DER: an older one is not taken beside them.
        authorities: Certificates that we hold, in DER.
    """

    def __init__(
        self, store: RevocationStore, brought: Iterable[bytes], authorities: Sequence[bytes], now: datetime
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._lists: dict[str, CheckedList] = {}
        self._answers: dict[str, CheckedAnswer] = {}
        self._brought = _newest(brought, authorities, now)
        self._seen: object = None
        self.problem: str | None = None
        self.read_store(now)

    def read_store(self, now: datetime) -> bool:
        """Take over what another process has fetched (`mailbridge trust fetch`); True when there was something."""
        seen = self._store.look()
        if seen == self._seen:
            return False
        stored = self._store.read(self._authorities, now)
        for checked in stored.lists:
            ours = self._lists.get(checked.key)
            if ours is None or checked.this_update > ours.this_update:
                self._lists[checked.key] = checked
        for answer in stored.answers:
            mine = self._answers.get(answer.key)
            if mine is None or answer.this_update > mine.this_update:
                self._answers[answer.key] = answer
        self._seen = seen
        return True

    def take_list(self, checked: CheckedList) -> bool:
        """Keep a list that is newer than ours, False for the same; raises `Unbelievable` for one that is older."""
        ours = max(
            (each for each in (self._lists.get(checked.key), self._brought.get(checked.key)) if each),
            key=lambda each: each.this_update,
            default=None,
        )
        if ours is not None and checked.this_update < ours.this_update:
            day = f"{checked.this_update:%Y-%m-%d %H:%M} UTC"
            raise Unbelievable(f"the list of {day} is older than the one that we have")
        if ours is not None and checked.this_update == ours.this_update:
            return False
        others = sum(len(each.der) for key, each in self._lists.items() if key != checked.key)
        if others + len(checked.der) > _MOST_OCTETS:
            raise Unbelievable(f"with it the lists would take more than {_MOST_OCTETS} octets")
        self._lists[checked.key] = checked
        self._write(checked)
        return True

    def take_answer(self, checked: CheckedAnswer) -> None:
        """Keep an answer that is newer than ours."""
        ours = self._answers.get(checked.key)
        if ours is None or checked.this_update > ours.this_update:
            if ours is None and len(self._answers) >= _MOST_ANSWERS:
                del self._answers[min(self._answers, key=lambda key: _worth(self._answers[key]))]
            self._answers[checked.key] = checked
            self._write(checked)

    def drop_answers(self, now: datetime) -> bool:
        """Drop answers whose time is over, and say whether there were any; what was revoked stays."""
        over = [key for key, each in self._answers.items() if each.next_update < now and not each.revoked]
        for key in over:
            del self._answers[key]
        return bool(over)

    def prune(self) -> None:
        """Remove from the store what is not needed any more."""
        self._store.prune(self._answers)

    def held(self) -> list[Held]:
        """Return all of it as `config/trust/` holds things, with the files of the store."""
        return [
            Held(kind=kind, der=each.der, file=self._store.path(each), fetched=True)
            for kind, found in ((Kind.LIST, self._lists), (Kind.ANSWER, self._answers))
            for each in found.values()
        ]

    def _write(self, checked: CheckedList | CheckedAnswer) -> None:
        try:
            self._store.keep(checked)
        except Unavailable as error:
            self.problem = error.detail
        else:
            self.problem = None


def _worth(answer: CheckedAnswer) -> tuple[bool, datetime]:
    return answer.revoked, answer.next_update


def _newest(brought: Iterable[bytes], authorities: Sequence[bytes], now: datetime) -> dict[str, CheckedList]:
    """Index lists by their key, as far as they count."""
    found: dict[str, CheckedList] = {}
    for der in brought:
        try:
            checked = check_list(der, authorities, now)
        except Unbelievable:  # a judgement will not believe it either; `trust check` tells of it
            continue
        if checked.key not in found or checked.this_update > found[checked.key].this_update:
            found[checked.key] = checked
    return found
