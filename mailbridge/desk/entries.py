"""Acts on entries: correct, void, and what becomes of the document in the agency."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.decision.units import Unit
from mailbridge.desk.answering import post_correction, post_progress
from mailbridge.desk.answers import Done, Refused
from mailbridge.desk.around import Office, Said, Writing
from mailbridge.desk.handing import handover_notices
from mailbridge.desk.lines import standing_line
from mailbridge.desk.units import the_unit
from mailbridge.desk.wording import DID_VI, number_of
from mailbridge.letters.manners import is_writable
from mailbridge.registry.acts import Did, hand_over
from mailbridge.registry.corrections import rewrite
from mailbridge.registry.corrections_fields import Value, check_days, field_called, read_value, with_values
from mailbridge.registry.entry import DraftEntry, EntryStatus, RegisterEntry, local_day
from mailbridge.registry.happenings import Happening
from mailbridge.registry.merging import merge_entries

Values = Sequence[tuple[str, Value]]
"""Names of fields (`corrections_fields.FIELDS`, or as people call them) and what was written, as text or as value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A unit's part in a document: its name as a person wrote it, and its own deadline."""

    name: str
    due: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """Who works on a document, by whose order; what `Desk.assign` writes."""

    lead: Share | None = None
    cooperating: tuple[Share, ...] = ()
    direction: str | None = None
    due: date | None = None


def read_values(values: Values) -> dict[str, Value]:
    """Read fields by the names that people use; raises `WrongValue`, or `Refused` for one that is given twice."""
    read: dict[str, Value] = {}
    for name, value in values:
        field = field_called(name)
        if field.name in read:
            raise Refused(f"{field.vi} được ghi hai lần.", f"{field.en} is given twice.", code="twice")
        read[field.name] = read_value(field, value) if isinstance(value, str) else value
    return read


def correct(office: Office, entry_id: str, values: Values, said: Said) -> Done:
    """Write values as a further version; what says so already is `Done` without changes."""
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        pen = Pen(office, office.check(Did.CORRECTED, said, line.draft.agency), writing, said)
        read = read_values(values)
        draft = with_values(line.draft, read)
        check_days(line, {name: value for name, value in read.items() if getattr(line.draft, name) != value})
        return pen.write(line, draft, line.status, Did.CORRECTED)


def void(office: Office, entry_id: str, said: Said) -> Done:
    """Void an entry: its line stays, and its number is never given again."""
    said = said.with_reason()
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        pen = Pen(office, office.check(Did.VOIDED, said, line.draft.agency), writing, said)
        return pen.write(line, line.draft, EntryStatus.VOIDED, Did.VOIDED)


def assign(office: Office, entry_id: str, wanted: Assignment, said: Said) -> Done:
    """
    Hand a document over: who leads, who works with them, until when (NĐ 30/2020/NĐ-CP, Điều 23 khoản 2).

    Raises `Refused` when a unit is not known, or a deadline lies before the arrival.
    """
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        agency = line.draft.agency
        pen = Pen(office, office.check(Did.ASSIGNED, said, agency), writing, said)
        units = [unit for unit in office.around.units if unit.agency == agency]
        lead = _called(wanted.lead, units) if wanted.lead else None
        others = tuple(_called(each, units) for each in wanted.cooperating)
        _check(line, wanted, lead, others)
        draft = _assigned(line, wanted, lead, others, local_day(writing.now))
        after = {"lead": _kept(lead), "with": [_kept(each) for each in others], "direction": wanted.direction}
        status = EntryStatus.TRANSFERRED if lead or others else line.status
        remarks = tuple(_unreachable(each) for each in (lead, *others) if each and units and not reached(each.unit))
        done = pen.write(line, draft, status, Did.ASSIGNED, after=after, remarks=remarks)
        if done.act_id and done.entry is not None:
            told = tuple(_told(lead, others, wanted.due))
            for letter in handover_notices(done.entry, told, pen.policy.agency, wanted.direction, writing.now):
                writing.book.post(letter)
        return done


def _told(lead: Called | None, others: Sequence[Called], due: date | None) -> Iterator[tuple[str, str, date | None]]:
    """Yield whom to tell, each address once: address, part, deadline."""
    seen: set[str] = set()
    for part, share in (*(("chủ trì", each) for each in (lead,) if each), *(("phối hợp", each) for each in others)):
        for address in reached(share.unit):
            if address.lower() not in seen:
                seen.add(address.lower())
                yield address, part, share.due or due


def merge(office: Office, entry_id: str, into_id: str, said: Said) -> Done:
    """Merge two entries of one document: the later one into the earlier one; no number is lost."""
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        office.check(Did.MERGED, said, line.draft.agency)
        made = merge_entries(writing.connection, entry_id, into_id, writing.author(said, DID_VI[Did.MERGED]))
        act_id = writing.act(
            Did.MERGED,
            said,
            agency=line.draft.agency,
            mail_id=made.entry.draft.mail_id,
            entry_id=made.entry.id,
            after={"link": made.link.id, "into": made.into.id},
        )
    return Done(
        act_id=act_id,
        what=Did.MERGED,
        entry=made.entry,
        entries=(made.entry, made.into),
        mail_id=made.entry.draft.mail_id,
    )


def _for_units(office: Office, writing: Writing, line: RegisterEntry, what: Did, said: Said) -> Policy:
    """Ask whether a person may do this, who may be of the unit that has the document."""
    found = hand_over(writing.connection, line.id)
    told = json.loads(found.after) if found else {}
    shares = [share for share in (told.get("lead"), *told.get("with", ())) if share]
    units = {share["unit"] for share in shares if share["unit"]}
    return office.check(what, said, line.draft.agency, units)


def send_back(office: Office, entry_id: str, said: Said) -> Done:
    """Give a document back to the clerks: the unit says that it is not theirs. It waits for another hand-over."""
    said = said.with_reason()
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        pen = Pen(office, _for_units(office, writing, line, Did.SENT_BACK, said), writing, said)
        if line.status not in (EntryStatus.TRANSFERRED, EntryStatus.IN_PROGRESS):
            raise _not_now(line, "chưa được chuyển xử lý", "was not handed over")
        told = f"{line.draft.recipients or ''} chuyển lại: {said.why}".strip()
        draft = replace(line.draft, recipients=None, transfer_date=None, trace=_joined(line.draft.trace, told))
        return pen.write(line, draft, EntryStatus.REGISTERED, Did.SENT_BACK)


def progress(office: Office, entry_id: str, what: Did, said: Said) -> Done:
    """
    Say how far a document has come: `Did.SUBMITTED`, `STARTED` or `DONE`.

    Raises ValueError for another word.
    """
    try:
        status = _PROGRESS[what]
    except KeyError:
        raise ValueError(f"{what} is no progress") from None
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        pen = Pen(office, _for_units(office, writing, line, what, said), writing, said)
        if line.status is status:
            raise _not_now(line, "đã ở trạng thái này", "is in this state already")
        draft = replace(line.draft, trace=_joined(line.draft.trace, said.why)) if said.why else line.draft
        return pen.write(line, draft, status, what)


_PROGRESS = {
    Did.SUBMITTED: EntryStatus.SUBMITTED,
    Did.STARTED: EntryStatus.IN_PROGRESS,
    Did.DONE: EntryStatus.DONE,
}


def answered(office: Office, entry_id: str, symbol: str, day: date, said: Said) -> Done:
    """Close the obligation: our own document answers it, whose number and day are kept with the entry."""
    symbol = " ".join(symbol.split())
    if not symbol:
        raise Refused("Cần số, ký hiệu văn bản trả lời.", "The number of our answer is needed.", code="no-symbol")
    with office.writing() as writing:
        line = standing_line(writing.connection, entry_id)
        pen = Pen(office, _for_units(office, writing, line, Did.ANSWERED, said), writing, said)
        if day < line.arrival_date:
            raise _early(line)
        told = f"Đã trả lời bằng văn bản số {symbol} ngày {day:%d/%m/%Y}"
        draft = replace(line.draft, trace=_joined(line.draft.trace, told))
        after = {"symbol": symbol, "day": day.isoformat()}
        return pen.write(line, draft, EntryStatus.DONE, Did.ANSWERED, after=after)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes an act on an entry: the version, the act, and the letters that follow, in one transaction."""

    office: Office
    policy: Policy
    writing: Writing
    said: Said

    def write(
        self,
        line: RegisterEntry,
        draft: DraftEntry,
        status: EntryStatus,
        what: Did,
        *,
        after: Mapping[str, object] | None = None,
        remarks: tuple[Sentence, ...] = (),
    ) -> Done:
        """Write what the entry says now; where it says so already nothing is written, and the act has no id."""
        writing, said = self.writing, self.said
        happening = _HAPPENINGS.get(what, Happening.PROGRESSED)
        author = writing.author(said, DID_VI[what])
        newer, changes = rewrite(writing.connection, line, draft, status, author, happening)
        if newer is line:
            return Done(act_id="", what=what, entry=line, entries=(line,), mail_id=line.draft.mail_id)
        act_id = writing.act(
            what,
            said,
            agency=draft.agency,
            mail_id=draft.mail_id,
            entry_id=line.id,
            before={"versions": {line.id: line.version}},
            after={"versions": {line.id: newer.version}, **(after or {})},
        )
        corrected = post_correction(writing, self.office, self.policy, line, newer)
        post_progress(writing, self.office, self.policy, what, newer)
        return Done(
            act_id=act_id,
            what=what,
            changes=changes,
            entry=newer,
            entries=(newer,),
            remarks=(*remarks, *((corrected,) if corrected else ())),
            mail_id=draft.mail_id,
        )


_HAPPENINGS = {
    Did.CORRECTED: Happening.CORRECTED,
    Did.VOIDED: Happening.VOIDED,
    Did.ASSIGNED: Happening.ASSIGNED,
    Did.SENT_BACK: Happening.ASSIGNED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A share whose unit was found; `unit` is None where the agency has named none."""

    name: str
    due: date | None
    unit: Unit | None


def _called(share: Share, units: Sequence[Unit]) -> Called:
    name = " ".join(share.name.split())
    if not name:
        raise Refused("Chưa ghi tên đơn vị.", "A unit has no name.", code="no-unit")
    unit = the_unit(name, units)
    return Called(name=unit.name if unit else name, due=share.due, unit=unit)


def reached(unit: Unit | None) -> tuple[str, ...]:
    """Return the addresses that are told of what a unit gets."""
    if unit is None:
        return ()
    return tuple(each for each in ((unit.address,) if unit.address else unit.members) if is_writable(each))


def _check(line: RegisterEntry, wanted: Assignment, lead: Called | None, others: tuple[Called, ...]) -> None:
    if not (lead or others or wanted.direction or wanted.due):
        raise Refused(
            "Cần ít nhất đơn vị chủ trì, đơn vị phối hợp, hạn xử lý hoặc ý kiến chỉ đạo.",
            "Name at least who leads, who cooperates, a deadline, or a direction.",
            code="nothing",
        )
    names = [each.name for each in (lead, *others) if each]
    if len(set(names)) < len(names):
        raise Refused("Một đơn vị được ghi hai lần.", "A unit is named twice.", code="twice")
    dues = [wanted.due, *(each.due for each in (lead, *others) if each)]
    if any(due < line.arrival_date for due in dues if due):
        raise _early(line)


def _assigned(
    line: RegisterEntry, wanted: Assignment, lead: Called | None, others: tuple[Called, ...], today: date
) -> DraftEntry:
    """Fill the columns 7 and 8, the deadline and the directions (Phụ lục IV mục VI, Phụ lục VI phần II mục II)."""
    told = []
    if lead:
        told.append(f"Chủ trì: {_with_due(lead)}")
    if others:
        told.append(f"Phối hợp: {', '.join(map(_with_due, others))}")
    told.append(" ".join((wanted.direction or "").split()))
    due = lead.due if lead else wanted.due
    changes: dict[str, Any] = {"trace": _joined(line.draft.trace, "; ".join(filter(None, told)))}
    if due is not None:
        changes["due_date"] = due
    if lead or others:
        shown = [lead.name] if lead else []
        changes |= {
            "recipients": "; ".join((*shown, *(f"{each.name} (phối hợp)" for each in others))),
            "transfer_date": max(today, line.arrival_date),
        }
    return replace(line.draft, **changes)


def _with_due(share: Called) -> str:
    return f"{share.name}, hạn {share.due:%d/%m/%Y}" if share.due else share.name


def _joined(before: str | None, told: str) -> str:
    return "\n".join(filter(None, (before, told))).replace("\n", " | ")


def _kept(share: Called | None) -> dict[str, object] | None:
    if share is None:
        return None
    unit = share.unit.id if share.unit else None
    return {"name": share.name, "unit": unit, "due": share.due.isoformat() if share.due else None}


def _unreachable(share: Called) -> Sentence:
    return Sentence(
        vi=f"{share.name} chưa có địa chỉ thư; đề nghị báo trực tiếp.",
        en=f"{share.name} has no mail address; please tell them yourself.",
    )


def _early(line: RegisterEntry) -> Refused:
    return Refused(
        f"Hạn và ngày trả lời không được trước ngày đến, {line.arrival_date:%d/%m/%Y}.",
        f"No deadline and no answer may lie before the arrival, {line.arrival_date:%d/%m/%Y}.",
        code="wrong-value",
    )


def _not_now(line: RegisterEntry, vi: str, en: str) -> Refused:
    return Refused(f"Số đến {number_of(line)} {vi}.", f"Number {number_of(line)} {en}.", code="not-now")
