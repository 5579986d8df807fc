"""
What the program tells by itself when the clock says so: digests, reminders of deadlines, urgent mail nobody touched.

Each is told once, whatever process asks and however often: what was told stands in the table `clock_letter`, written
in the transaction that puts the letter into the outbox. What was due while the program was down is told when it is
back, on the same day.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailbridge.decision.duty import on_duty
from mailbridge.decision.policy import Policy
from mailbridge.decision.timetable import Timetable
from mailbridge.decision.units import Unit
from mailbridge.desk.answers import Waiting
from mailbridge.letters.manners import is_writable
from mailbridge.letters.rounds import EntryLine, Round, RoundView, WaitingLine, compose_round
from mailbridge.letters.typeset import clock, day, local, one_line, shortened
from mailbridge.letters.wording import document_name
from mailbridge.mail.ident import uuid7
from mailbridge.mail.letter import Letter
from mailbridge.registry.corrections_fields import FIELDS
from mailbridge.registry.entry import VIETNAM, DraftEntry, RegisterEntry, local_day
from mailbridge.registry.rounds import (
    ALL,
    entered_since,
    tell_once,
    told_about,
    told_at,
    untouched_urgent,
    with_deadline,
)
from mailbridge.registry.store import SqlRegistry

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_MOST_LINES = 50
"""Lines of each list in a letter: more are counted."""
_LONGEST_ABOUT = 160
_TITLES = {each.name: each for each in FIELDS}

Waits = Callable[[str], Sequence[Waiting]]
"""Lists what waits in an agency, in the order of `Desk.waiting`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounds:
    """One look at the clock for all agencies. Its methods block and raise `Unavailable`."""

    engine: Engine
    policies: Sequence[Policy]
    waits: Waits
    timetable: Timetable
    units: Sequence[Unit] = ()
    templates: SandboxedEnvironment | None = None
    secret: bytes = b""

    def run(self, now: datetime) -> int:
        """Put into the outbox what is due at this moment (aware) and was not told; return how many letters."""
        return sum(self._of(policy, now) for policy in self.policies if not policy.shadow)

    def _of(self, policy: Policy, now: datetime) -> int:
        letters = [*self._escalations(policy, now)]
        if self.timetable.hours.calendar.is_worked(local_day(now)):
            letters += self._digest(policy, now)
            if self.timetable.hours.is_open(now):
                letters += self._reminders(policy, now)
        return sum(self._post(each) for each in letters)

    # -- digests --------------------------------------------------------------------------------------------------

    def _digest(self, policy: Policy, now: datetime) -> Iterator[_Due]:
        """Tell the clerks what is new and what waits; when there is nothing, the hour passes without a letter."""
        today = local(now)
        passed = [each for each in self.timetable.digests if each <= today.time()]
        if not passed:
            return
        about = f"{today:%Y-%m-%d} {passed[-1]:%H:%M}"
        agency = policy.agency
        if told_about(self.engine, agency.id, Round.DIGEST, about):
            return
        before = told_at(self.engine, agency.id, Round.DIGEST) or now - timedelta(days=1)
        waiting = self.waits(agency.id)
        entered = entered_since(self.engine, agency.id, before)
        deadlines = self._deadlines(agency.id, now)
        shown = waiting[:_MOST_LINES]
        lines = tuple(_waiting_line(place, each, policy.language) for place, each in enumerate(shown, 1))
        view = RoundView(
            agency=agency.name,
            day=day(today.date()),
            time=clock(now),
            waiting=lines,
            urgent=tuple(each for each in lines if each.urgency),
            entered=tuple(_entry_line(each, policy.language) for each in entered[-_MOST_LINES:]),
            due=tuple(each for each in deadlines if each.days == 0),
            overdue=tuple(each for each in deadlines if each.days is not None and each.days < 0)[:_MOST_LINES],
            more=max(0, len(waiting) - len(shown)),
            answer=_ANSWERS[policy.language == "vi"] if shown else "",
        )
        is_empty = not (waiting or entered or view.due or view.overdue)
        mails = tuple(each.mail_id for each in shown)
        for to in _told(policy, now):
            yield _Due(policy, Round.DIGEST, about, to, None if is_empty else view, now, mails)
        yield _Due(policy, Round.DIGEST, about, ALL, None, now)

    # -- deadlines ------------------------------------------------------------------------------------------------

    def _deadlines(self, agency: str, now: datetime) -> tuple[EntryLine, ...]:
        """List lines with a deadline up to the farthest day of reminders, with the working days that are left."""
        today, calendar = local_day(now), self.timetable.hours.calendar
        until = calendar.following(today, max((*self.timetable.before, 0)))
        return tuple(
            _entry_line(line, "vi", days=calendar.worked_between(today, line.draft.due_date))
            for line in with_deadline(self.engine, agency, until)
            if line.draft.due_date is not None
        )

    def _reminders(self, policy: Policy, now: datetime) -> Iterator[_Due]:
        """Remind each unit once a day of the lines whose turn it is, and the heads of all of them in one letter."""
        table = self.timetable
        turns = {0, *table.before, *(-days for days in table.after)}
        about = f"{local_day(now):%Y-%m-%d}"
        if told_about(self.engine, policy.agency.id, Round.REMINDER, about):
            return
        lines = [each for each in self._deadlines(policy.agency.id, now) if each.days in turns]
        by_reader: dict[str, list[EntryLine]] = {}
        for line in lines:
            for to in (*self._readers(policy, line.recipients, now), *policy.agency.heads):
                by_reader.setdefault(to, []).append(line)
        for to, own in by_reader.items():
            view = RoundView(
                agency=policy.agency.name,
                day=day(local_day(now)),
                time=clock(now),
                due=tuple(each for each in own if each.days is not None and each.days >= 0)[:_MOST_LINES],
                overdue=tuple(each for each in own if each.days is not None and each.days < 0)[:_MOST_LINES],
            )
            yield _Due(policy, Round.REMINDER, about, to, view, now)
        yield _Due(policy, Round.REMINDER, about, ALL, None, now)

    def _readers(self, policy: Policy, recipients: str, now: datetime) -> tuple[str, ...]:
        """Return whom a line concerns: the units named in it that have an address, else the clerks on duty."""
        named = {each.strip().lower() for each in recipients.split(";")}
        units = [
            each.address
            for each in self.units
            if each.agency == policy.agency.id and each.address and {each.name.lower(), each.address.lower()} & named
        ]
        return tuple(dict.fromkeys(units)) or _told(policy, now)

    # -- urgent documents -----------------------------------------------------------------------------------------

    def _escalations(self, policy: Policy, now: datetime) -> Iterator[_Due]:
        """Tell of urgent documents that nobody touched, at any hour (NĐ 30/2020/NĐ-CP, Điều 4 khoản 2)."""
        if not self.timetable.escalate:
            return
        view = RoundView(agency=policy.agency.name, day=day(local_day(now)), time=clock(now))
        for waiting in self.waits(policy.agency.id):
            if waiting.urgency:
                told = _waiting_line(1, waiting, policy.language)
                for step, minutes in self._steps(waiting.accepted_at, now):
                    line = replace(view, waiting=(told,), minutes=minutes)
                    yield from self._to(policy, f"{waiting.mail_id}:{step}", step, line, now, waiting.mail_id)
        for entry in untouched_urgent(self.engine, policy.agency.id, now - timedelta(days=1)):
            entered = _entry_line(entry, policy.language)
            for step, minutes in self._steps(entry.arrived_at, now):
                line = replace(view, entered=(entered,), minutes=minutes)
                yield from self._to(policy, f"{entry.id}:{step}", step, line, now, entry.draft.mail_id or entry.id)

    def _steps(self, since: datetime, now: datetime) -> Iterator[tuple[int, int]]:
        """Yield the last step that is due, with its minutes: after a night without the program one letter is enough."""
        waited = (now - since).total_seconds() / 60
        passed = [(step, minutes) for step, minutes in enumerate(self.timetable.escalate) if waited >= minutes]
        yield from passed[-1:]

    def _to(
        self, policy: Policy, about: str, step: int, view: RoundView, now: datetime, mail_id: str
    ) -> Iterator[_Due]:
        agency = policy.agency
        readers = agency.clerks if step == 0 else (*agency.heads, *agency.clerks)
        for to in dict.fromkeys(readers):
            yield _Due(policy, Round.ESCALATION, about, to, view, now, mail_id=mail_id)

    # -- telling --------------------------------------------------------------------------------------------------

    def _post(self, due: _Due) -> int:
        """Write one letter, unless it was told before; its mark and its place in the outbox are one transaction."""
        if due.view is not None and not is_writable(due.to):
            return 0
        agency = due.policy.agency
        ident = uuid7(int(due.now.timestamp() * 1000), secrets.token_bytes(10))
        registry = SqlRegistry(self.engine)
        with registry.transaction() as tx:
            marked = (agency.id, due.kind.value, due.about, due.to.lower())
            if not tell_once(tx.connection, ident, *marked, due.now, due.mails) or due.view is None:
                return 0
            return int(tx.post(self._letter(due, due.view, ident)))

    def _letter(self, due: _Due, view: RoundView, ident: str) -> Letter:
        agency = due.policy.agency
        return compose_round(
            due.kind,
            view,
            agency=agency,
            to=due.to,
            key=f"{due.kind.value}:{agency.id}:{due.about}:{due.to.lower()}",
            mail_id=due.mail_id or ident,
            language=due.policy.language,
            now=due.now,
            templates=self.templates,
            secret=self.secret,
        )


@dataclass(frozen=True, slots=True)
class _Due:
    """A letter that may be due; without a view its occasion is only marked as passed."""

    policy: Policy
    kind: Round
    about: str
    to: str
    view: RoundView | None
    now: datetime
    mails: tuple[str, ...] = ()
    mail_id: str = ""


_ANSWERS = (
    'Answer this mail: "duyệt hết" enters all; "duyệt hết trừ 2, 3"; "duyệt 1"; "?" for help.',
    "Trả lời thư này để xử lý: “duyệt hết”; “duyệt hết trừ 2, 3”; “duyệt 1”; “?” để xem hướng dẫn.",
)


def _told(policy: Policy, now: datetime) -> tuple[str, ...]:
    return on_duty(policy.agency.clerks, policy.roster, local_day(now))


def _waiting_line(place: int, waiting: Waiting, language: str) -> WaitingLine:
    draft = waiting.documents[0] if waiting.documents else None
    received = waiting.accepted_at.astimezone(VIETNAM)
    return WaitingLine(
        place=place,
        name=_name(draft, language) if draft else one_line(waiting.subject or "", _LONGEST_ABOUT),
        issuer=one_line((draft.issuer if draft else None) or "", _LONGEST_ABOUT),
        about=_about(draft) if draft else "",
        sender=one_line(waiting.author or "", 100),
        since=f"{received:%H:%M} ngày {received:%d/%m/%Y}" if language == "vi" else f"{received:%d/%m/%Y %H:%M}",
        reason=one_line(waiting.reason, 300),
        missing=", ".join(_TITLES[name].title(language) for name in waiting.missing) if draft else "",
        urgency=waiting.urgency or "",
    )


def _entry_line(line: RegisterEntry, language: str, *, days: int | None = None) -> EntryLine:
    draft = line.draft
    return EntryLine(
        number=line.shown_number,
        name=_name(draft, language),
        issuer=one_line(draft.issuer or "", _LONGEST_ABOUT),
        about=_about(draft),
        recipients=one_line(draft.recipients or "", _LONGEST_ABOUT),
        due=day(draft.due_date) if draft.due_date else "",
        days=days,
        urgency=draft.urgency or "",
    )


def _name(draft: DraftEntry, language: str) -> str:
    return one_line(document_name(draft.type, draft.symbol, None, language), _LONGEST_ABOUT)


def _about(draft: DraftEntry) -> str:
    return shortened(one_line(draft.subject or ""), _LONGEST_ABOUT)
