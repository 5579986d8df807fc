"""
Forward to register (A7): an official passes a mail on to the published address, and the first mail is what counts.

The mail that came to us has its true sender and its checks, the copy has neither. So the copy is never entered when the
first mail is known: the official hears its number, or that it waits for a clerk. Otherwise the copy goes its ordinary
way and is held (`decision.forwarded_copy`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, select

from mailbridge.classifier.automatic import automatic_reason
from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Agency
from mailbridge.decision.forwarded_copy import passed_on
from mailbridge.decision.office import mailboxes_of
from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.desk.cases import bare_case
from mailbridge.desk.desk import Desk
from mailbridge.desk.mail_proof import proof_of
from mailbridge.desk.wording import DID_EN, DID_VI, number_of, when
from mailbridge.letters.manners import is_writable
from mailbridge.letters.replies import FoundLine, Reply, ReplyView, compose_reply
from mailbridge.letters.replies_seal import without_tags
from mailbridge.letters.typeset import day, one_line, shortened
from mailbridge.mail.forwarded import Forwarded
from mailbridge.mail.letter import Letter
from mailbridge.mail.message import Message, Part
from mailbridge.mail.parse import parse
from mailbridge.registry.acts import settlement
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.conflicts import AlreadyDecided
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Case, Event, RegisterEntry
from mailbridge.registry.happenings import WAITING_ACTIONS, Happening
from mailbridge.registry.rows import case_of, entries_of_document, find_case, standing, write_event
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import mail_case
from mailbridge.seen import Seen, main_files

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

FORWARDED = "fixed:forwarded"
"""The rule named in the case of a mail that passed on another one, which is known."""

_IDENT = re.compile(r"<[^<>\s]{1,500}>")
_NAMES = ("X-Forwarded-Message-Id", "In-Reply-To", "References")
"""Where mail programs name the mail they pass on: Thunderbird in the first, the others in the threading fields."""
_MOST_NAMED = 20
_MOST_LOOKED_AT = 50
"""Mails of one sender that are compared by their files."""
_LONGEST_ABOUT = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class _Original:
    """The first mail, the lines it has in the book, and what a clerk did with it."""

    case: Case
    lines: tuple[RegisterEntry, ...]
    told: Sentence


class ForwardDesk:
    """
    Where mails are taken that an official passes on. Fulfils `pipeline.TakesCommands`; blocks, raises `Unavailable`.

    Args:
        secret: By which the answer is sealed, so that it can be answered in turn (`mail_secret`).
    """

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        *,
        secret: bytes,
        templates: SandboxedEnvironment | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._secret = secret
        self._templates = templates
        self._clock = clock

    def take(self, seen: Seen, policy: Policy, now: datetime) -> Case | None:
        """Answer an official with what became of the mail he passes on; None when this mail goes its ordinary way."""
        inner = _passed_on(seen, policy.agency)
        case = self._first_mail(seen, inner, policy.agency) if inner else None
        if case is None:
            return None
        original = self._original(case, policy.agency)
        return self._settle(seen, policy, original, self._letter(seen, policy, original, now))

    # -- the first mail -------------------------------------------------------------------------------------------

    def _first_mail(self, seen: Seen, inner: Sequence[Forwarded], agency: Agency) -> Case | None:
        """Find the mail that is passed on; the copy must bring no file that the first mail did not have."""
        files = {part.sha256 for part in seen.message.attachments if _is_a_file(part)}
        with reaching_database(), reading(self._engine).begin() as connection:
            for case in self._candidates(connection, seen, inner, agency.id, by_files=bool(files)):
                if case.mail_id != seen.mail.id and not case.shadow and files <= _files_of(case):
                    return case
        return None

    def _candidates(
        self, connection: Connection, seen: Seen, inner: Sequence[Forwarded], agency: str, *, by_files: bool
    ) -> Iterator[Case]:
        """Yield mails that may be the first one: those it names, those with its files, those of the inner sender."""
        kept = select(mail_case).where(mail_case.c.agency == agency, mail_case.c.judgement.is_not(None))
        # The mail that came first is the one that was decided by itself; later ones are its copies.
        kept = kept.order_by(mail_case.c.accepted_at, mail_case.c.mail_id).limit(_MOST_LOOKED_AT)
        for ident in _named(seen.message):
            yield from map(case_of, connection.execute(kept.where(mail_case.c.message_id == ident)).mappings())
        if not by_files:
            return
        for digest in main_files(seen):
            line = standing(entries_of_document(connection, agency, digest))
            case = find_case(connection, line.draft.mail_id, agency) if line and line.draft.mail_id else None
            if case is not None and case.judgement is not None:
                yield case
        for author in dict.fromkeys(each.sender_address for each in inner if each.sender_address):
            yield from map(case_of, connection.execute(kept.where(mail_case.c.author == author)).mappings())

    def _original(self, case: Case, agency: Agency) -> _Original:
        found = self._desk.find(case.mail_id, agency.id, limit=100)
        lines = tuple(line for line in found if line.draft.mail_id == case.mail_id and line.status.stands)
        lines = tuple(sorted(lines, key=lambda line: (line.year, line.number)))
        with reaching_database(), reading(self._engine).begin() as connection:
            act = settlement(connection, case.mail_id, agency.id)
        if lines:
            numbers = ", ".join(map(number_of, lines))
            told = Sentence(
                vi=f"Đã vào sổ, số đến {numbers}; không cấp số mới.",
                en=f"It is in the book as number {numbers}; no new number is given.",
            )
        elif act is not None:
            told = Sentence(vi=f"Văn thư {DID_VI[act.what]}.", en=f"A clerk settled it: {DID_EN[act.what]}.")
        elif case.action in WAITING_ACTIONS:
            told = Sentence(
                vi="Đang chờ Văn thư kiểm tra; chưa có số đến.", en="It waits for a clerk; it has no number yet."
            )
        else:
            told = Sentence(vi=case.reason, en=case.reason)
        return _Original(case=case, lines=lines, told=told)

    # -- the answer -----------------------------------------------------------------------------------------------

    def _letter(self, seen: Seen, policy: Policy, original: _Original, now: datetime) -> Letter | None:
        mail, message, agency = seen.mail, seen.message, policy.agency
        to = str(message.author).lower()
        if not is_writable(to):
            return None
        once = sha256((message.message_id or mail.id).encode("utf-8", "replace")).hexdigest()[:32]
        return compose_reply(
            _view(original, seen, policy),
            agency=agency,
            to=to,
            key=f"forwarded:{once}:{agency.id}:{to}",
            mail_id=original.case.mail_id,
            answers=message.message_id,
            references=message.first("References") or "",
            secret=self._secret,
            language=policy.language,
            now=now,
            templates=self._templates,
        )

    def _settle(self, seen: Seen, policy: Policy, original: _Original, letter: Letter | None) -> Case:
        """Write down, in one transaction, that this was a copy, who passed it on, and what he hears."""
        case = bare_case(seen, policy, FORWARDED, self._clock())
        happened = Event(
            at=case.decided_at,
            mail_id=original.case.mail_id,
            entry_id=original.lines[0].id if original.lines else None,
            actor=str(seen.message.author).lower(),
            what=Happening.FORWARDED,
            detail=f"by mail {seen.mail.id}",
        )
        try:
            with reaching_database(), self._engine.begin() as connection:
                writing = SqlTransaction(connection, self._clock)
                writing.record(case, ())
                write_event(connection, policy.agency.id, happened)
                if letter is not None:
                    writing.post(letter)
                if writing.error:
                    raise writing.error
        except AlreadyDecided as decided:
            return decided.case
        return case


def _passed_on(seen: Seen, agency: Agency) -> tuple[Forwarded, ...]:
    """Return what a proven official passes on to a published address; () for every other mail."""
    message, mail = seen.message, seen.mail
    if seen.classification.kind is Kind.SECRET or automatic_reason(message, mail.envelope.mail_from) is not None:
        return ()
    published = {each.lower() for each in agency.addresses}
    if not published & {each.lower() for each in mailboxes_of(agency, mail.envelope, message)}:
        return ()
    inner = passed_on(message, agency)
    return inner if inner and proof_of(seen, agency) else ()


def _named(message: Message) -> tuple[str, ...]:
    """Return the identifiers of mails that may be passed on: attached ones first, then those of the header."""
    attached = (
        parse(part.content).message_id
        for part in message.parts
        if part.declared_type in ("message/rfc822", "message/global") and not part.problem
    )
    fields = (ident for name in _NAMES for value in message.every(name) for ident in _IDENT.findall(value[:5000]))
    return tuple(dict.fromkeys(filter(None, (*attached, *fields))))[:_MOST_NAMED]


def _is_a_file(part: Part) -> bool:
    """Leave out the attached mail itself, pictures of signatures, and the cards that some programs add."""
    is_mail = part.declared_type in ("message/rfc822", "message/global")
    return not is_mail and not part.type.startswith("image/") and part.type not in ("text/vcard", "text/x-vcard")


def _files_of(case: Case) -> frozenset[str]:
    told = json.loads(case.judgement or "{}")
    return frozenset(part["sha256"] for part in told.get("message", {}).get("parts", ()))


def _view(original: _Original, seen: Seen, policy: Policy) -> ReplyView:
    language, case = policy.language, original.case
    vi = language == "vi"
    numbers = ", ".join(map(number_of, original.lines))
    subject = shortened(one_line(without_tags(case.subject or seen.message.subject)), _LONGEST_ABOUT)
    sender = one_line(case.author or "?", 100)
    received = when(case.accepted_at)
    first = (
        f"Thư chuyển tiếp là bản của thư {sender} gửi, nhận lúc {received}."
        if vi
        else f"What you passed on came from {sender} at {received}."
    )
    return ReplyView(
        kind=Reply.FOUND,
        agency=policy.agency.name,
        about=f"{'Số đến' if vi else 'Number'} {numbers}" if numbers else subject,
        sentences=(first, one_line(original.told.said(language))),
        found=tuple(
            FoundLine(
                number=number_of(line),
                arrived=day(line.arrival_date),
                symbol=one_line(line.draft.symbol or ""),
                issuer=one_line(line.draft.issuer or ""),
                about=one_line(line.draft.type_and_subject, 200),
                where=one_line(line.draft.recipients or "", 200),
            )
            for line in original.lines
        ),
    )
