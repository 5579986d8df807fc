"""Notices that went out, and the replies of officials to them: raw mails, looked at as the walk does."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email.header import Header
from typing import Any

from sqlalchemy import func, select

from mailbridge.classifier.classify import classify
from mailbridge.decision.findings import Action, Agency
from mailbridge.decision.policy import Policy
from mailbridge.decision.timetable import Timetable
from mailbridge.decision.workdays import OfficeHours, WorkCalendar
from mailbridge.desk.desk import Around, Desk
from mailbridge.desk.mail_desk import CommandDesk
from mailbridge.desk.rounds import Rounds
from mailbridge.letters.compose import compose
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan, message_id_of
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.registry.entry import Case, Known
from mailbridge.registry.rows import letter_of
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import act, entry, event, mail_case, outbox
from mailbridge.seen import Seen, judge_seen
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from tests.demo.builders_demo import OURS, policy
from tests.desk.builders_desk import LAN, MAI, UNITS, Room, Walked
from tests.keys.dkim_keys import DkimKey, sign_mail

SECRET = bytes(range(32))
HEAD = "giamdoc@sonv.backan.gov.vn"
HOA = "hoa@sonv.backan.gov.vn"
OUTSIDER = "ke.gian@example.com"
DOMAIN = "sonv.backan.gov.vn"
_TODAY = date(2026, 11, 21)
"""A Saturday; the office works all the same."""


def office_policy(**changes: Any) -> Policy:
    return policy(**({"clerks": (LAN, MAI), "heads": (HEAD,)} | changes))


@dataclass
class Post:
    """An office that sends notices and takes their answers."""

    room: Room
    keys: dict[str, DkimKey] = field(default_factory=dict)
    count: int = 0
    office: Policy = field(default_factory=office_policy)

    @property
    def agency(self) -> Agency:
        return self.office.agency

    @property
    def desk(self) -> Desk:
        around = Around(policies=(self.office,), archive=self.room.shelf, units=UNITS)
        return Desk(self.room.engine, around, clock=self.clock)

    @property
    def commands(self) -> CommandDesk:
        return CommandDesk(self.room.engine, self.desk, secret=SECRET, units=UNITS, clock=self.clock)

    def clock(self) -> datetime:
        """Let a little time pass at each look, as it does."""
        self.room.now += timedelta(milliseconds=10)
        return self.room.now

    def notice(self, walked: Walked, to: str = LAN, *, secret: bytes = SECRET, received: bool = False) -> Letter:
        """Receive a mail (unless it was) and send the notice of it to one person."""
        if not received:
            self.room.receive(walked)
        seen = look_at(walked.mail, {})
        judgement, _ = judge_seen(seen, Known(), self.office)
        judgement = replace(judgement, decision=replace(judgement.decision, action=Action(walked.case.action)))
        letter = compose(
            LetterPlan(kind=LetterKind.NOTICE, to=to),
            judgement=judgement,
            mail=walked.mail,
            message=seen.message,
            agency=self.agency,
            entries=(),
            language="vi",
            now=self.room.now,
            secret=secret,
        )
        self.put(letter)
        return letter

    def put(self, letter: Letter) -> None:
        with SqlRegistry(self.room.engine, clock=self.clock).transaction() as tx:
            tx.post(letter)

    def take(self, seen: Seen) -> Case | None:
        return self.commands.take(seen, self.office, self.clock())

    def reply(self, letter: Letter | None, text: str, **how: Any) -> Seen:
        """Write a reply as a mail program does, and look at it."""
        self.count += 1
        return seen_reply(letter, text, number=self.count, keys=self.keys, **how)

    def say(self, letter: Letter | None, text: str, **how: Any) -> Letter | None:
        """Reply through the internal door and return our answer, if there was one."""
        before = {each.key for each in self.letters()}
        self.take(self.reply(letter, text, **({"internal": True} | how)))
        answers = (each for each in self.letters() if each.key.startswith("command:"))
        return next((each for each in answers if each.key not in before), None)

    def letters(self) -> list[Letter]:
        with self.room.engine.connect() as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.created_at, outbox.c.key)).mappings()
            return [letter_of(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count what was done: acts and lines of the book."""
        with self.room.engine.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (act, entry)
            }

    def events(self, what: str) -> list[str]:
        with self.room.engine.connect() as connection:
            found = select(event.c.detail).where(event.c.what == what).order_by(event.c.id)
            return list(connection.execute(found).scalars())

    def rules(self) -> list[str]:
        with self.room.engine.connect() as connection:
            return list(connection.execute(select(mail_case.c.rule).order_by(mail_case.c.decided_at)).scalars())


def body_of(letter: Letter | None) -> str:
    """Return the text of a letter, and its subject above it."""
    assert letter is not None
    message = parse(letter.content)
    return f"{message.subject}\n{message.text}"


def subject_of(letter: Letter) -> str:
    return parse(letter.content).subject


def seen_reply(
    letter: Letter | None,
    text: str,
    *,
    number: int = 1,
    sender: str = LAN,
    name: str = "Nguyễn Thị Lan",
    to: str = OURS,
    subject: str | None = None,
    in_reply_to: str | None = "",
    message_id: str | None = None,
    mail_from: str | None = "",
    recipients: tuple[str, ...] | None = None,
    internal: bool = False,
    door: Door = Door.HOP,
    reply: str | None = "250 2.0.0 Ok",
    extra: str = "",
    from_field: str | None = None,
    html: str | None = None,
    attach: bytes = b"",
    sign: str | None = None,
    keys: dict[str, DkimKey] | None = None,
    signing: dict[str, Any] | None = None,
    tamper: tuple[bytes, bytes] | None = None,
    append: bytes = b"",
) -> Seen:
    """
    Write one mail and look at it; by default the honest reply of a clerk, unsigned and from outside.

    `in_reply_to` "" is the notice's own identifier, None leaves the field out. `sign` is the domain of the signature.
    """
    if in_reply_to == "":
        in_reply_to = message_id_of(letter.key, DOMAIN) if letter else None
    if subject is None:
        subject = f"Re: {subject_of(letter)}" if letter else "Hỏi"
    shown = f"{_encoded(name)} <{sender}>"
    header = [
        f"From: {from_field or shown}",
        f"To: {to}",
        f"Subject: {_encoded(subject)}",
        "Date: Sat, 21 Nov 2026 09:30:00 +0700",
        f"Message-ID: {message_id or f'<reply-{number}@sonv.backan.gov.vn>'}",
        *([f"In-Reply-To: {in_reply_to}", f"References: {in_reply_to}"] if in_reply_to else []),
        *([extra] if extra else []),
        "MIME-Version: 1.0",
    ]
    content = "\r\n".join(header).encode() + b"\r\n" + _body(text, html, attach)
    if sign is not None and keys is not None:
        content = sign_mail(content, sign, "s1", keys["own"], **(signing or {}))
    if tamper:
        assert tamper[0] in content
        content = content.replace(*tamper)
    content += append
    mail = MailObject(
        id=f"reply-{number}",
        door=door,
        client=Client(ip="192.0.2.7", helo="mail", internal=internal),
        envelope=Envelope(
            mail_from=sender if mail_from == "" else mail_from, recipients=recipients or (to.split(",")[0].strip(),)
        ),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime.fromisoformat("2026-11-21T02:30:00+00:00") + timedelta(seconds=number),
        next_hop_reply=reply,
    )
    return look_at(mail, keys or {})


def _encoded(text: str) -> str:
    return Header(text, "utf-8").encode(linesep="\r\n")


def _body(text: str, html: str | None, attach: bytes) -> bytes:
    plain = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + text.replace("\n", "\r\n").encode()
    )
    if html is None and not attach:
        return plain + b"\r\n"
    parts = [plain] if text else []
    if html is not None:
        parts.append(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    if attach:
        parts.append(attach)
    kind = b"mixed" if attach else b"alternative"
    inner = b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/" + kind + b'; boundary="frontier"\r\n\r\n' + inner + b"--frontier--\r\n"


def look_at(mail: MailObject, keys: dict[str, DkimKey]) -> Seen:
    """See what the walk would, with the key of each domain that signs in the DNS."""
    message: Message = parse(mail.content)
    evidence = Evidence(at=mail.accepted_at, trust=Trust(), answers=tuple(_answers(mail, keys)))
    return Seen(
        mail=mail,
        message=message,
        evidence=evidence,
        authentication=authenticate(mail, message, evidence),
        classification=classify(message, {}, mail_from=mail.envelope.mail_from),
        signatures=(),
        problems={},
        timings_ms={},
    )


def _answers(mail: MailObject, keys: dict[str, DkimKey]) -> list[Answer]:
    domains = dict.fromkeys(re.findall(rb"[;\s]d=([\w.-]+)", mail.content))
    return [
        Answer(
            question=Question(name=f"s1._domainkey.{domain.decode()}", type="TXT"),
            answered=Answered.FOUND,
            values=(key.record().encode(),),
            asked_at=mail.accepted_at,
        )
        for domain in domains
        for key in keys.values()
    ]


def with_digest(post: Post, mails: tuple[str, ...], to: str = LAN) -> Letter:
    """Send a digest with these mails as its lines."""
    from mailbridge.letters.rounds import Round, RoundView, compose_round
    from mailbridge.registry.rounds import tell_once

    letter = compose_round(
        Round.DIGEST,
        RoundView(agency=post.agency.name, day="21/11/2026", time="08:00"),
        agency=post.agency,
        to=to,
        key=f"digest:sonv:2026-11-21T08:00:{to}",
        mail_id=f"digest-{to}",
        language="vi",
        now=post.room.now,
        secret=SECRET,
    )
    with SqlRegistry(post.room.engine, clock=post.clock).transaction() as tx:
        assert tell_once(tx.connection, f"digest-{to}", "sonv", "digest", "08:00", to, post.room.now, mails)
        assert tx.post(letter)
    return letter


def digests(post: Post) -> dict[str, Letter]:
    """Let the clock tell of what waits, and return each clerk's digest."""
    before = {each.key for each in post.letters()}
    rounds = Rounds(
        engine=post.room.engine,
        policies=(post.office,),
        waits=post.desk.waiting,
        timetable=Timetable(digests=(time(0),), hours=OfficeHours(calendar=WorkCalendar(worked=frozenset({_TODAY})))),
        units=UNITS,
        secret=SECRET,
    )
    rounds.run(post.clock())
    return {each.recipient: each for each in post.letters() if each.key not in before}


def other_office(post: Post) -> Policy:
    """Return another agency of the same installation, with the same clerk."""
    other = replace(post.agency, id="khac", addresses=(f"khac@{DOMAIN}",))
    return replace(post.office, agency=other)
