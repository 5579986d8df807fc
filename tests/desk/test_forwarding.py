"""Forward to register: the first mail counts, whichever program passed it on; an unknown one is held as a copy."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailbridge.decision.forwarded_copy import FORWARDED_COPY
from mailbridge.desk.desk import Via
from mailbridge.desk.forwarding import FORWARDED, ForwardDesk
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Envelope, MailObject
from mailbridge.mail.letter import Letter
from mailbridge.mail.parse import parse
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.happenings import Happening
from mailbridge.registry.store import SqlRegistry
from tests.demo.builders_demo import DEMO, OURS, demo
from tests.desk.builders_desk import LAN, Room, Walked
from tests.desk.builders_mail import DOMAIN, HOA, SECRET, Post, body_of

SHOWN = {
    "outlook": "-----Original Message-----\nFrom: {sender}\nSent: Monday, November 23, 2026 8:00 AM\nTo: a@x.test\n"
    "Subject: {subject}\n\n{text}",
    "outlook-vi": "________________________________\nTừ: {sender}\nĐã gửi: Thứ Hai, 23 Tháng Mười Một 2026 8:00 SA\n"
    "Tới: a@x.test\nChủ đề: {subject}\n\n{text}",
    "gmail": "---------- Forwarded message ---------\nTừ: {sender}\nDate: Th 2, 23 thg 11, 2026 vào lúc 08:00\n"
    "Subject: {subject}\nTo: <a@x.test>\n\n\n{text}",
    "thunderbird": "-------- Thông điệp được chuyển tiếp --------\nTiêu đề: \t{subject}\n"
    "Ngày: \tMon, 23 Nov 2026 08:00:00 +0700\nNgười gửi: \t{sender}\nNgười nhận: \ta@x.test\n\n{text}",
    "apple": "Bắt đầu thư được chuyển tiếp:\n\nTừ: {sender}\nChủ đề: {subject}\n"
    "Ngày: 08:00:00 GMT+7 23 tháng 11, 2026\nTới: a@x.test\n\n{text}",
    "zimbra": "----- Thư đã chuyển tiếp -----\nTừ: {sender}\nTới: a@x.test\nĐã gửi: Thứ Hai, 23/11/2026\n"
    "Chủ đề: {subject}\n\n{text}",
}
"""How six mail programs write a mail that they pass on within the text."""

FIELDS = {
    "outlook": "In-Reply-To",
    "outlook-vi": "References",
    "gmail": "In-Reply-To",
    "thunderbird": "X-Forwarded-Message-Id",
    "apple": "References",
    "zimbra": "In-Reply-To",
}
"""Where each of them names the mail."""


def copy_of(
    original: MailObject,
    program: str,
    *,
    number: int = 1,
    sender: str = HOA,
    to: str = OURS,
    subject: str | None = None,
    names_it: bool = True,
    internal: bool = True,
    more: bytes = b"",
    with_files: bool = True,
) -> MailObject:
    """Pass a mail on as a program does; "attached" puts the whole mail behind a line of text."""
    first = parse(original.content)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Nguyễn Thị Hoa <{sender}>"
    mail["To"] = to
    mail["Subject"] = subject or f"Fwd: {first.subject}"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0700"
    mail["Message-ID"] = f"<forward-{number}@{DOMAIN}>"
    if program == "attached":
        head = mail.as_bytes().rstrip()
        content = b"\r\n".join(
            (
                head,
                b'Content-Type: multipart/mixed; boundary="front"\r\n\r\n--front\r\n'
                b"Content-Type: text/plain; charset=utf-8\r\n\r\nXin chuyen Van thu vao so.",
                b"--front\r\nContent-Type: message/rfc822\r\n",
                original.content,
                b"--front--\r\n",
            )
        )
    else:
        if names_it:
            mail[FIELDS[program]] = str(first.message_id)
        shown = SHOWN[program].format(sender=f"Văn thư <{first.author}>", subject=first.subject, text=first.text)
        mail.set_content(f"Kính chuyển Văn thư vào sổ.\n\n{shown}")
        for part in first.attachments if with_files else ():
            main, _, sub = part.type.partition("/")
            mail.add_attachment(part.content, maintype=main, subtype=sub, filename=part.name)
        if more:
            mail.add_attachment(more, maintype="application", subtype="pdf", filename="khac.pdf")
        content = mail.as_bytes()
    return MailObject(
        id=f"forward-{number}",
        door=original.door,
        client=Client(ip="192.0.2.7", helo="mail", internal=internal),
        envelope=Envelope(mail_from=sender, recipients=(to,)),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=original.accepted_at + timedelta(minutes=20 + number),
        next_hop_reply="250 2.0.0 Ok",
    )


class Hall:
    """The whole walk before a database."""

    def __init__(self, post: Post, reading: LimitedReading) -> None:
        self.post = post
        lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
        engine = post.room.engine
        self.ports = Ports(
            lookups=lookups,
            reading=reading,
            registry=SqlRegistry(engine, clock=post.clock),
            commands=post.commands,
            forwards=ForwardDesk(engine, post.desk, secret=SECRET, clock=post.clock),
            secret=SECRET,
        )

    def walk(self, mail: MailObject) -> Outcome:
        self.post.room.shelf.kept[mail.id] = Walked(mail, None)  # type: ignore[arg-type]  # only the mail is looked at
        (outcome,) = asyncio.run(process(mail, self.ports, (self.post.office,), self.post.clock()))
        return outcome

    def answers(self, to: str = HOA) -> list[Letter]:
        return [each for each in self.post.letters() if each.recipient == to and each.key.startswith("forwarded:")]


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    opened = LimitedReading()
    yield opened
    opened.close()


@pytest.fixture
def hall(room: Room, reading: LimitedReading) -> Hall:
    return Hall(Post(room=room), reading)


@pytest.mark.parametrize("program", [*SHOWN, "attached"])
def test_the_first_mail_is_found_whatever_program_passed_it_on(hall: Hall, program: str) -> None:
    original = demo("01")
    hall.walk(original)
    outcome = hall.walk(copy_of(original, program))

    assert (outcome.case.rule, outcome.case.action) == (FORWARDED, "pass")
    (answer,) = hall.answers()
    told = " ".join(body_of(answer).split())
    assert "Đã vào sổ, số đến 01/2026; không cấp số mới." in told
    assert "3526/UBND-KGVX" in told
    assert hall.post.counts()["entry"] == 1
    assert hall.post.events(Happening.FORWARDED) == ["by mail forward-1"]


@pytest.mark.parametrize("name", ["01", "08"])
def test_without_an_identifier_it_is_known_by_its_files(hall: Hall, name: str) -> None:
    original = demo(name)
    hall.walk(original)
    outcome = hall.walk(copy_of(original, "gmail", names_it=False))
    assert outcome.case.rule == FORWARDED
    assert len(hall.answers()) == 1


def test_of_a_mail_that_waits_the_official_hears_so(hall: Hall) -> None:
    original = demo("08")
    hall.walk(original)
    hall.walk(copy_of(original, "outlook-vi"))
    told = " ".join(body_of(hall.answers()[0]).split())
    assert "Đang chờ Văn thư kiểm tra; chưa có số đến." in told
    assert [each.mail_id for each in hall.post.desk.waiting("sonv")] == [original.id]

    hall.post.desk.dismiss(original.id, "sonv", by=LAN, via=Via.CLI)
    hall.walk(copy_of(original, "apple", number=2))
    assert "Văn thư đã ghi không phải văn bản." in " ".join(body_of(hall.answers()[-1]).split())


def test_the_same_copy_twice_is_answered_once(hall: Hall) -> None:
    original = demo("01")
    hall.walk(original)
    forward = copy_of(original, "zimbra")
    hall.walk(forward)
    hall.walk(forward)
    hall.walk(replace(forward, id="forward-again"))
    assert len(hall.answers()) == 1


@pytest.mark.parametrize("program", ["thunderbird", "attached"])
def test_what_is_not_known_is_held_as_a_forwarded_copy(hall: Hall, program: str) -> None:
    outcome = hall.walk(copy_of(demo("01"), program))
    assert (outcome.case.action, outcome.case.judgement is None) == ("hold", False)
    assert outcome.case.rule == FORWARDED_COPY
    (waiting,) = hall.post.desk.waiting("sonv")
    assert "ản chuyển tiếp do hoa@sonv.backan.gov.vn gửi" in waiting.reason
    assert "vanthu@ubnd.backan.gov.vn" in waiting.reason
    assert "chưa xác thực" in waiting.reason
    assert hall.post.counts()["entry"] == 0
    assert hall.answers() == []


def test_a_copy_that_brings_another_file_is_looked_at_by_a_clerk(hall: Hall) -> None:
    original = demo("01")
    hall.walk(original)
    other = next(part.content for part in parse(demo("02").content).attachments if part.type == "application/pdf")
    outcome = hall.walk(copy_of(original, "gmail", more=other))
    assert outcome.case.action == "hold"
    # That the file says something else than the book under its number comes first; that it is a copy is said too.
    assert f'"rule": "{FORWARDED_COPY}"' in (outcome.case.judgement or "")
    assert hall.post.counts()["entry"] == 1
    assert hall.answers() == []


def test_nobody_is_answered_who_is_not_proven(hall: Hall) -> None:
    original = demo("01")
    hall.walk(original)
    outcome = hall.walk(copy_of(original, "gmail", internal=False))
    assert outcome.case.rule != FORWARDED
    assert hall.post.counts()["entry"] == 1
    assert hall.answers() == []


def test_a_mail_to_a_colleague_and_a_reply_are_not_taken(hall: Hall) -> None:
    original = demo("01")
    hall.walk(original)
    colleague = hall.walk(copy_of(original, "gmail", to=f"mai@{DOMAIN}"))
    reply = hall.walk(copy_of(original, "outlook", number=2, subject="Re: Công văn", with_files=False))
    assert FORWARDED not in (colleague.case.rule, reply.case.rule)
    assert hall.answers() == []
    assert hall.post.counts()["entry"] == 1
