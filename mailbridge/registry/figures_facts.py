"""What figures are counted from: the documents of a period, and the mails that waited for a clerk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, select
from sqlalchemy.engine import RowMapping

from mailbridge.classifier.kinds import Kind
from mailbridge.mail.letter import LetterKind
from mailbridge.registry.acts import SETTLING, Did
from mailbridge.registry.books import NOT_LEFT_BEHIND
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import PAPER_AWAITED, VIETNAM, Channel, EntryStatus, RegisterEntry
from mailbridge.registry.happenings import WAITING_ACTIONS
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.tables import act, entry, entry_version, mail_case, outbox, verdict

_AROUND = ("cms", "cades", "xades", "xmldsig")
"""Formats of a signature on the whole of the file around a document."""

_UNDOING = act.alias("undoing")
_NO_DOCUMENT_OF_ITS_OWN = (EntryStatus.VOIDED, EntryStatus.MERGED)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFact:
    """
    One document of the book, as far as it is counted.

    Times are aware, UTC. `domain` is that of the mail's author. `is_signed`: a valid signature of an organisation
    stands on the main file, by the newest verdict; `needs_paper`: by the judgement at its reception. Both are False and
    True of a document on paper. `acknowledged_at`: when the acknowledgement left.
    """

    agency: str
    arrived_at: datetime
    registered_at: datetime
    is_electronic: bool
    type: str | None
    issuer: str | None
    recipients: str | None
    urgency: str | None
    domain: str | None
    is_signed: bool
    needs_paper: bool
    awaits_paper: bool
    acknowledged_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldFact:
    """
    A mail that waited for a clerk, or waits still.

    `settled_at` is None while it waits; `outcome` is then None too, else what a clerk did. `why` is his reason, or that
    of the rule while a return is proposed.
    """

    agency: str
    accepted_at: datetime
    action: str
    rule: str
    why: str
    author: str | None
    settled_at: datetime | None = None
    outcome: Did | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that is counted of a period; `voided` are entries that stand for no document any more."""

    documents: tuple[DocumentFact, ...]
    held: tuple[HeldFact, ...]
    voided: int


def read_facts(engine: Engine, first: date, last: date, *, agency: str | None = None) -> Facts:
    """
    Read what arrived from the first to the last day in Vietnam, both included; raises `Unavailable`.

    What arrived is told as it is known now: a document that was entered after the period has its number.
    """
    since, until = _midnight(first), _midnight(last) + timedelta(days=1)
    with reaching_database(), reading(engine).begin() as connection:
        lines = tuple(_entries(connection, since, until, agency))
        standing = [line for line in lines if line.status not in _NO_DOCUMENT_OF_ITS_OWN]
        documents = tuple(_documents(connection, standing, since, until, agency))
        held = tuple(_held(connection, since, until, agency))
    return Facts(documents=documents, held=held, voided=len(lines) - len(standing))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM)


def _entries(connection: Connection, since: datetime, until: datetime, agency: str | None) -> Iterator[RegisterEntry]:
    query = select_entries().where(entry.c.arrived_at >= since, entry.c.arrived_at < until, NOT_LEFT_BEHIND)
    if agency is not None:
        query = query.where(entry.c.agency == agency)
    ordered = query.order_by(entry.c.arrived_at, entry.c.agency, entry.c.number)
    return map(entry_of, connection.execute(ordered).mappings())


def _documents(
    connection: Connection, lines: Sequence[RegisterEntry], since: datetime, until: datetime, agency: str | None
) -> Iterator[DocumentFact]:
    span: list[ColumnElement[bool]] = [entry.c.arrived_at >= since, entry.c.arrived_at < until]
    if agency is not None:
        span.append(entry.c.agency == agency)
    ours = select(entry.c.mail_id).where(*span, entry.c.mail_id.is_not(None))
    written = dict(_pairs(connection, _first_written().where(*span)))
    judged = _judgements(connection, ours)
    answered = _acknowledged(connection, ours)
    for line in lines:
        key = (line.draft.mail_id, line.draft.agency)
        author, told, signatures = judged.get(key, (None, {}, ()))
        document = _document(told, line.draft.document_sha256)
        yield DocumentFact(
            agency=line.draft.agency,
            arrived_at=line.arrived_at,
            registered_at=written[line.id],
            is_electronic=line.draft.channel is not Channel.PAPER,
            type=line.draft.type,
            issuer=line.draft.issuer,
            recipients=line.draft.recipients,
            urgency=line.draft.urgency,
            domain=author.rpartition("@")[2].lower() if author else None,
            is_signed=document is not None and is_signed(signatures, document["main"]),
            needs_paper=document is None or bool(document["paper_needed"]),
            awaits_paper=PAPER_AWAITED in (line.draft.note or ""),
            acknowledged_at=answered.get(key),
        )


def _first_written() -> Select[Any]:
    first = and_(entry_version.c.entry_id == entry.c.id, entry_version.c.version == 1)
    return select(entry.c.id, entry_version.c.written_at).join(entry_version, first)


def _pairs(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, Any]]:
    return ((row[0], row[1]) for row in connection.execute(query))


_Judged = tuple[str | None, Mapping[str, Any], Sequence[Mapping[str, Any]]]


def _judgements(connection: Connection, mails: Select[Any]) -> dict[tuple[str, str], _Judged]:
    """Return author, judgement at reception and newest signatures by mail and agency."""
    asked = (mail_case.c.mail_id, mail_case.c.agency, mail_case.c.author, mail_case.c.judgement)
    found: dict[tuple[str, str], _Judged] = {}
    for mail_id, agency, author, text in connection.execute(select(*asked).where(mail_case.c.mail_id.in_(mails))):
        told = json.loads(text) if text else {}
        found[mail_id, agency] = (author, told, told.get("signatures", ()))
    later = select(verdict.c.mail_id, verdict.c.agency, verdict.c.judgement)
    later = later.where(verdict.c.mail_id.in_(mails), verdict.c.judgement.is_not(None)).order_by(verdict.c.sequence)
    for mail_id, agency, text in connection.execute(later):
        if (mail_id, agency) in found:
            author, told, _ = found[mail_id, agency]
            found[mail_id, agency] = (author, told, json.loads(text).get("signatures", ()))
    return found


def _acknowledged(connection: Connection, mails: Select[Any]) -> dict[tuple[str, str], datetime]:
    query = (
        select(outbox.c.mail_id, outbox.c.agency, func.min(outbox.c.sent_at))
        .where(outbox.c.mail_id.in_(mails), outbox.c.kind == LetterKind.ACCEPTED.value, outbox.c.sent_at.is_not(None))
        .group_by(outbox.c.mail_id, outbox.c.agency)
    )
    return {(mail_id, agency): sent_at for mail_id, agency, sent_at in connection.execute(query)}


def _document(told: Mapping[str, Any], digest: str) -> Mapping[str, Any] | None:
    """Find the document with this main file in a judgement."""
    digests = {part["index"]: part["sha256"] for part in told.get("message", {}).get("parts", ())}
    return next((each for each in told.get("documents", ()) if digests.get(each["main"]) == digest), None)


def is_signed(signatures: Sequence[Mapping[str, Any]], main: str) -> bool:
    """
    Say whether a valid signature of an organisation stands on a main file, from what a verdict keeps.

    A test holds it to `decision.proof.signed_by`, which says so of the values.
    """
    return any(
        each["role"] == "organization" and _is_valid(each) and _stands_on(each, main)
        for each in signatures
        if each.get("role")
    )


def _is_valid(signature: Mapping[str, Any]) -> bool:
    if signature["status"] != "total-passed" or signature["changed_after"] == "suspicious":
        return False
    if signature["covers_whole_file"] or signature["changed_after"] in ("allowed", "countersigned"):
        return True
    return signature["format"] != "pades" and not signature["covers"]


def _stands_on(signature: Mapping[str, Any], main: str) -> bool:
    if main in (signature["part"], signature["signs"]):
        return True
    is_around = signature["format"] in _AROUND and signature["covers_whole_file"]
    return bool(is_around) and main.startswith(f"{signature['part']}.")


def _held(connection: Connection, since: datetime, until: datetime, agency: str | None) -> Iterator[HeldFact]:
    settled = and_(
        act.c.mail_id == mail_case.c.mail_id,
        act.c.agency == mail_case.c.agency,
        act.c.what.in_([each.value for each in SETTLING]),
        ~exists().where(_UNDOING.c.undoes == act.c.id),
    )
    asked = (mail_case.c.agency, mail_case.c.accepted_at, mail_case.c.action, mail_case.c.rule, mail_case.c.reason)
    said = (act.c.what, act.c.why, act.c.written_at)
    query = (
        select(*asked, mail_case.c.author, *said)
        .select_from(mail_case.join(act, settled, isouter=True))
        .where(mail_case.c.action.in_(WAITING_ACTIONS), mail_case.c.shadow.is_(False))
        .where(mail_case.c.accepted_at >= since, mail_case.c.accepted_at < until)
        .order_by(mail_case.c.accepted_at, mail_case.c.mail_id)
    )
    if agency is not None:
        query = query.where(mail_case.c.agency == agency)
    return map(_held_fact, connection.execute(query).mappings())


def _held_fact(row: RowMapping) -> HeldFact:
    return HeldFact(
        agency=row["agency"],
        accepted_at=row["accepted_at"],
        action=row["action"],
        rule=row["rule"],
        why=row["why"] or row["reason"],
        author=row["author"],
        settled_at=row["written_at"],
        outcome=Did(row["what"]) if row["what"] else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficialMail:
    """A mail with an official document that is kept: who sent it, when, and what became of it."""

    agency: str
    accepted_at: datetime
    author: str
    action: str
    symbols: tuple[str, ...]


def read_official_mails(
    engine: Engine, first: date, last: date, *, agency: str | None = None
) -> Iterator[OfficialMail]:
    """Yield the mails of a period that are kept and hold official documents, in order; raises `Unavailable`."""
    asked = (mail_case.c.agency, mail_case.c.accepted_at, mail_case.c.author, mail_case.c.action, mail_case.c.judgement)
    query = select(*asked).where(
        mail_case.c.kind == Kind.OFFICIAL_DOCUMENT.value,
        mail_case.c.author.is_not(None),
        mail_case.c.shadow.is_(False),
        mail_case.c.accepted_at >= _midnight(first),
        mail_case.c.accepted_at < _midnight(last) + timedelta(days=1),
    )
    if agency is not None:
        query = query.where(mail_case.c.agency == agency)
    with reaching_database(), reading(engine).begin() as connection:
        for row in connection.execute(query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id)).mappings():
            told = json.loads(row["judgement"]) if row["judgement"] else {}
            symbols = tuple(each["symbol"] for each in told.get("documents", ()) if each.get("symbol"))
            said = {name: row[name] for name in ("agency", "accepted_at", "author", "action")}
            yield OfficialMail(**said, symbols=symbols)
