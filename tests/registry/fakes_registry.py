"""
The ledger and the outbox in memory, for tests of other rooms.

`test_ledger_contract.py` and `test_outbox.py` run on them and on the real ones.
"""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mailbridge.mail.letter import Letter
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered, AlreadyJudged
from mailbridge.registry.differences import says_the_same
from mailbridge.registry.entry import Acquaintance, Case, DraftEntry, Known, RegisterEntry, local_day
from mailbridge.registry.fates import LetterFate
from mailbridge.registry.judged import Verdict
from mailbridge.registry.relations import Relations
from mailbridge.registry.rows import LetterRecord, QueuedLetter
from mailbridge.registry.texts import DocumentText


@dataclass
class Ledger:
    """Everything that a transaction may change; copied at its begin, put back when it fails."""

    entries: list[RegisterEntry] = field(default_factory=list)
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    pending: dict[tuple[str, str], datetime] = field(default_factory=dict)
    letters: dict[str, LetterRecord] = field(default_factory=dict)
    texts: list[DocumentText] = field(default_factory=list)
    relations: list[tuple[str, Relations]] = field(default_factory=list)
    leases: dict[str, datetime] = field(default_factory=dict)
    fates: list[LetterFate] = field(default_factory=list)
    answered: list[tuple[str, str, datetime]] = field(default_factory=list)
    withheld: dict[tuple[str, str], datetime] = field(default_factory=dict)


class FakeRegistry:
    """Fulfils `ports.Registry`. `ledger` shows what is there; set `gone` to an error to be raised by every call."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.ledger = Ledger()
        self.gone: Exception | None = None
        self._clock = clock
        self._lock = threading.Lock()

    def decided(self, mail_id: str, agency: str) -> Case | None:
        self._reach()
        return self.ledger.cases.get((mail_id, agency))

    def known(
        self, agency: str, mail_sha256: str, files: Sequence[str], symbols: Sequence[str], message_id: str | None = None
    ) -> Known:
        self._reach()
        ours = sorted((e for e in self.ledger.entries if e.draft.agency == agency), key=lambda e: e.arrived_at)
        by_file = {e.draft.document_sha256: e for e in ours}
        return Known(
            same_mail=any(
                c.agency == agency and not c.shadow and _is_same(c, mail_sha256, message_id, files)
                for c in self.ledger.cases.values()
            ),
            same_file=tuple((one, by_file[one]) for one in dict.fromkeys(files) if one in by_file),
            same_symbol=tuple(
                (one, e) for one in dict.fromkeys(symbols) for e in reversed(ours) if e.draft.symbol == one
            ),
        )

    def same_text(self, agency: str, texts: Sequence[str], entries: Sequence[RegisterEntry]) -> frozenset[str]:
        said = {one.document_sha256: one.text for one in self.ledger.texts if one.file_sha256 == one.document_sha256}
        kept = ((each.id, said.get(each.draft.document_sha256)) for each in entries)
        return frozenset(id_ for id_, text in kept if text and any(says_the_same(text, one) for one in texts))

    def acquaintance(self, agency: str, author: str) -> Acquaintance:
        self._reach()
        met = {(case.author or "").lower() for case in self.ledger.cases.values() if case.agency == agency}
        if author.lower() in met:
            return Acquaintance.ADDRESS
        domains = {each.rpartition("@")[2] for each in met}
        return Acquaintance.DOMAIN if author.rpartition("@")[2].lower() in domains else Acquaintance.STRANGER

    def would_be_entered(self, agency: str, mail_sha256: str, message_id: str | None) -> bool:
        self._reach()
        shadows = [c for c in self.ledger.cases.values() if c.agency == agency and c.shadow]
        return any(c.action in ("register", "duplicate") and _is_same(c, mail_sha256, message_id) for c in shadows)

    @contextmanager
    def transaction(self) -> Iterator[FakeTransaction]:
        self._reach()
        with self._lock:
            before = copy.deepcopy(self.ledger)
            current = FakeTransaction(self.ledger, self._clock)
            try:
                yield current
                if current.error:
                    raise current.error
            except BaseException:
                self.ledger.__dict__.update(before.__dict__)
                raise

    def _reach(self) -> None:
        if self.gone:
            raise self.gone


def _is_same(case: Case, mail_sha256: str, message_id: str | None, files: Sequence[str] = ()) -> bool:
    named_so = message_id is not None and case.message_id == message_id
    brings = not files or any(each in (case.judgement or "") for each in files)
    return case.sha256 == mail_sha256 or (named_so and brings)


class FakeCorrespondence:
    """Fulfils `letters.answering.Correspondence` on the lists of a `Ledger`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def find(self, token: str) -> LetterRecord | None:
        found = (each for each in self._ledger.letters.values() if each.letter.token.startswith(token))
        return next(found, None) if len(token) >= 16 else None

    def note_fate(self, letter: Letter, fate: LetterFate) -> bool:
        if any((each.key, each.mail_id) == (fate.key, fate.mail_id) for each in self._ledger.fates):
            return False
        self._ledger.fates.append(fate)
        return True

    def answers(self, threads: Collection[str], since: datetime) -> Mapping[str, int]:
        return Counter(thread for thread, _, at in self._ledger.answered if thread in threads and at > since)

    def note_answer(self, threads: Collection[str], key: str, at: datetime) -> None:
        self._ledger.answered.extend((thread, key, at) for thread in threads)

    def withhold(self, agency: str, peer: str, at: datetime, quiet: timedelta) -> bool:
        last = self._ledger.withheld.get((agency, peer))
        self._ledger.withheld[agency, peer] = at
        return last is None or last <= at - quiet


class FakeTransaction:
    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self.error: Exception | None = None

    def enter(self, draft: DraftEntry, arrived_at: datetime) -> RegisterEntry:
        for there in self._ledger.entries:
            if (there.draft.agency, there.draft.document_sha256) == (draft.agency, draft.document_sha256):
                raise self._broken(AlreadyEntered(there))
        year = local_day(arrived_at).year
        series = (draft.agency, draft.book, year)
        taken = [e.number for e in self._ledger.entries if (e.draft.agency, e.draft.book, e.year) == series]
        id_ = f"entry-{len(self._ledger.entries) + 1}"
        line = RegisterEntry(
            id=id_, year=year, number=max(taken, default=0) + 1, arrived_at=arrived_at.astimezone(UTC), draft=draft
        )
        self._ledger.entries.append(line)
        return line

    def record(self, case: Case, entries: Sequence[RegisterEntry]) -> None:
        if (case.action == "register" and not case.shadow) != bool(entries):
            raise self._broken(ValueError(f"{case.action} with {len(entries)} entries"))
        if any((line.draft.mail_id, line.draft.agency) != (case.mail_id, case.agency) for line in entries):
            raise self._broken(ValueError("an entry of another mail or agency"))
        content = (case.message_id, case.author, case.subject, case.next_hop_reply, case.judgement, case.evidence)
        if (case.action in ("stop", "pass") or case.kind == "secret") and any(one is not None for one in content):
            raise self._broken(ValueError("may not be stored"))
        if there := self._ledger.cases.get((case.mail_id, case.agency)):
            raise self._broken(AlreadyDecided(there))
        self._ledger.cases[case.mail_id, case.agency] = case

    def judge(self, verdict: Verdict) -> None:
        case = self._ledger.cases.get((verdict.mail_id, verdict.agency))
        if case is None or case.judgement is None:
            raise self._broken(ValueError("nothing is kept"))
        key = (verdict.mail_id, verdict.agency, verdict.sequence)
        if any((one.mail_id, one.agency, one.sequence) == key for one in self._ledger.verdicts):
            raise self._broken(AlreadyJudged(*key))
        self._ledger.verdicts.append(verdict)

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        if at is None:
            self._ledger.pending.pop((mail_id, agency), None)
        else:
            self._ledger.pending[mail_id, agency] = at

    def relate(self, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
        self._ledger.relations.append((case.mail_id, known))

    def keep_texts(self, texts: Sequence[DocumentText]) -> int:
        there = {(one.agency, one.document_sha256, one.file_sha256) for one in self._ledger.texts}
        new = [one for one in texts if (one.agency, one.document_sha256, one.file_sha256) not in there]
        self._ledger.texts.extend(new)
        return len(new)

    @property
    def correspondence(self) -> FakeCorrespondence:
        return FakeCorrespondence(self._ledger)

    def post(self, letter: Letter) -> bool:
        if letter.key in self._ledger.letters:
            return False
        now = self._clock()
        self._ledger.letters[letter.key] = LetterRecord(letter=letter, created_at=now, due_at=now, attempts=0)
        return True

    def _broken(self, error: Exception) -> Exception:
        self.error = error
        return error


class FakeOutbox:
    """The outbox of a `FakeRegistry`."""

    def __init__(self, registry: FakeRegistry) -> None:
        self._registry = registry

    def lease(self, now: datetime, seconds: float) -> QueuedLetter | None:
        ledger = self._registry.ledger
        due = [one for one in self._waiting() if self._ready_at(one) <= now]
        if not due:
            return None
        first = min(due, key=lambda one: (one.due_at, one.created_at, one.letter.key))
        taken = replace(first, attempts=first.attempts + 1)
        ledger.letters[taken.letter.key] = taken
        ledger.leases[taken.letter.key] = now + timedelta(seconds=seconds)
        return QueuedLetter(letter=taken.letter, attempts=taken.attempts, created_at=taken.created_at)

    def sent(self, key: str, reply: str, now: datetime) -> bool:
        there = self._registry.ledger.letters.get(key)
        if there is None or there.sent_at:
            return False
        self._put(replace(there, sent_at=now, failed_at=None, reply=reply))
        return True

    def failed(self, key: str, error: str, retry_at: datetime | None, now: datetime) -> bool:
        there = self._registry.ledger.letters.get(key)
        if there is None or there.sent_at or there.failed_at:
            return False
        given_up = now if retry_at is None else None
        self._put(replace(there, last_error=error, failed_at=given_up, due_at=retry_at or there.due_at))
        return True

    def next_due(self, now: datetime) -> datetime | None:
        earliest = min((self._ready_at(one) for one in self._waiting()), default=None)
        return None if earliest is None else max(earliest, now)

    def _waiting(self) -> list[LetterRecord]:
        letters = self._registry.ledger.letters.values()
        return [one for one in letters if not one.sent_at and not one.failed_at]

    def _ready_at(self, one: LetterRecord) -> datetime:
        return max(one.due_at, self._registry.ledger.leases.get(one.letter.key, one.due_at))

    def _put(self, changed: LetterRecord) -> None:
        self._registry.ledger.letters[changed.letter.key] = changed
        self._registry.ledger.leases.pop(changed.letter.key, None)
