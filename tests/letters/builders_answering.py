"""An office in memory that answers whatever comes, and programs at the other end that answer back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache

from mailbridge.classifier.classify import classify
from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Action, Agency
from mailbridge.decision.policy import USUAL, Answering, Policy
from mailbridge.letters.answering import note_come_back, within_limits
from mailbridge.letters.compose import compose
from mailbridge.letters.plan import plan
from mailbridge.mail.envelope import Envelope
from mailbridge.mail.letter import INSIDE, Letter, LetterPlan
from mailbridge.mail.parse import parse
from mailbridge.registry.rows import LetterRecord
from mailbridge.settings import default_policy
from tests.letters.builders_letters import NOW, document, judgement, mail
from tests.registry.fakes_registry import FakeCorrespondence, Ledger


@cache
def _usual() -> Policy:
    return default_policy("vi")


def policy_of(agency: Agency, answering: Answering = USUAL) -> Policy:
    return replace(_usual(), agency=agency, answering=answering)


@dataclass
class Office:
    """
    An office that takes every mail for a document of a proven sender: nothing but manners and limits keep it silent.

    `action` is what becomes of the documents; with REGISTER each mail gets a number of its own.
    """

    agency: Agency
    action: Action = Action.HOLD
    answering: Answering = USUAL
    directory: Directory = NO_DIRECTORY
    now: datetime = NOW
    ledger: Ledger = field(default_factory=Ledger)
    notices: list[Letter] = field(default_factory=list)
    suppressed: list[str | None] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.agency.addresses[0]

    def receive(self, content: bytes, mail_from: str | None, *recipients: str) -> list[Letter]:
        """Walk one mail and return what leaves for the outside."""
        number = len(self.suppressed) + 1
        self.now += timedelta(seconds=1)
        taken = replace(
            mail(),
            id=f"{self.agency.id}-{number:06d}",
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            envelope=Envelope(mail_from=mail_from, recipients=recipients or (self.address,)),
            accepted_at=self.now,
        )
        message = parse(content)
        found = classify(message, {}, mail_from=mail_from)
        given = judgement(self.action, automatic=found.automatic, documents=(document(),))
        if found.kind in (Kind.AUTOMATIC, Kind.RECEIPT):
            given = replace(given, classification=replace(given.classification, kind=found.kind))
        policy = policy_of(self.agency, self.answering)
        book = FakeCorrespondence(self.ledger)
        plans = plan(given, taken, message, self.agency)
        files = [part.sha256 for part in message.attachments] or ["one-file"]
        answers = within_limits(
            plans, book, judgement=given, mail=taken, message=message, files=files, policy=policy, now=self.now
        )
        self.suppressed += [each.suppressed for each in answers.letters if each.kind not in INSIDE]
        self.notices += answers.alarms
        self.notices += note_come_back(
            book,
            mail=taken,
            message=message,
            entries=(),
            policy=policy,
            directory=self.directory,
            now=self.now,
        )
        leaving = [
            compose(
                each,
                judgement=given,
                mail=taken,
                message=message,
                agency=self.agency,
                entries=(),
                language="vi",
                now=self.now,
            )
            for each in answers.letters
            if _leaves(each)
        ]
        for letter in leaving:
            record = LetterRecord(letter=letter, created_at=self.now, due_at=self.now, attempts=0)
            self.ledger.letters[letter.key] = record
            if answers.threads:
                book.note_answer(answers.threads.every, letter.key, self.now)
        return leaving


def _leaves(each: LetterPlan) -> bool:
    return each.suppressed is None and each.kind not in INSIDE


@dataclass
class Program:
    """
    Something that answers every mail by itself: a help desk, an absent person, a list.

    `fields` are put into each answer; `keeps_thread` tells In-Reply-To and References, `keeps_subject` the subject.
    """

    address: str
    text: str
    subject: str = "x"
    fields: tuple[tuple[str, str], ...] = ()
    keeps_thread: bool = True
    keeps_subject: bool = True
    mail_from: str | None = None
    sent: int = 0

    def first(self, to: str) -> bytes:
        """Write the mail that begins it all: a person's, with a document."""
        return self._mail(to, "Gửi công văn số 12/UBND-VX", "Kính gửi Quý cơ quan.", (), None)

    def answer(self, letter: bytes) -> bytes:
        """Answer a letter as this program does."""
        read = message_from_bytes(letter, policy=default)
        subject = f"Re: {read['Subject']}" if self.keeps_subject else self.subject
        return self._mail(read["From"].addresses[0].addr_spec, subject, self.text, self.fields, read["Message-ID"])

    def _mail(self, to: str, subject: str, text: str, fields: Sequence[tuple[str, str]], answers: str | None) -> bytes:
        self.sent += 1
        thread = [f"In-Reply-To: {answers}", f"References: {answers}"] if answers and self.keeps_thread else []
        head = [
            f"From: {self.address}",
            f"To: {to}",
            f"Subject: {subject}",
            f"Message-ID: <{self.sent}.{self.address}>",
            *thread,
            *(f"{name}: {value}" for name, value in fields),
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            text,
        ]
        return "\r\n".join(head).encode()


def talk(office: Office, program: Program, *, rounds: int = 20) -> int:
    """Let both talk until one is silent, and return how many letters the office sent."""
    sent = 0
    waiting = [(program.first(office.address), program.address)]
    for _ in range(rounds):
        letters = [letter for content, by in waiting for letter in office.receive(content, by)]
        sent += len(letters)
        mail_from = program.address if program.mail_from is None else program.mail_from
        waiting = [(program.answer(letter.content), mail_from) for letter in letters]
        if not waiting:
            break
    return sent
