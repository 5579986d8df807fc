"""The walk meets new choices between two mails; what is counted of it."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailbridge.control.status import STEPS, DatabaseState
from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.mail.envelope import MailObject
from mailbridge.pipeline import Outcome
from mailbridge.settings import Role, load
from mailbridge.wiring import ROLES, App
from mailbridge.wiring.back import Tempo
from tests.live.sink import Sink
from tests.reading.builders_files import letter_pdf
from tests.settings.builders_settings import RULES
from tests.wiring.builders_wiring import settings_of

MAIL = "From: a@b.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nSubject: Họp\r\n\r\nKính gửi.\r\n".encode()


async def until(test: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not test():
            await asyncio.sleep(0.02)


async def test_the_next_mail_meets_the_new_rules(tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(_mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        seen.extend(outcome.case.action for outcome in outcomes)

    with Sink() as sink:
        app = App(settings_of(tmp_path, next_hop=sink.port), on_outcome=watch)
        async with app.running(roles=ROLES - {Role.MILTER, Role.JOURNAL}, stop=asyncio.Event()):

            def send(name: bytes) -> None:
                with smtplib.SMTP("127.0.0.1", app.hop_port, timeout=20) as client:
                    client.sendmail("a@b.vn", ["vanthu@sonv.backan.gov.vn"], b"Message-ID: " + name + b"\r\n" + MAIL)

            await asyncio.to_thread(send, b"<1@b.vn>")
            await until(lambda: len(seen) == 1)
            (tmp_path / "rules.d" / "10-enter.toml").write_text(RULES.replace('action = "hold"', 'action = "pass"'))
            settings = load(tmp_path, {})
            app.renew(settings, await app.prepare(settings))
            await asyncio.to_thread(send, b"<2@b.vn>")
            await until(lambda: len(seen) == 2)
            status = await asyncio.to_thread(app.ledger_status)
        assert seen == ["hold", "pass"]
        assert status is not None
        assert status.database is DatabaseState.READY
        assert status.decided == {"hold": 1, "pass": 1}
        assert status.decided_within[-1] == 2


def with_letter(name: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.vn", "vanthu@sonv.backan.gov.vn", "Gửi công văn"
    mail["Message-ID"] = name
    mail.set_content("Kính gửi.")
    mail.add_attachment(letter_pdf(), maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes(policy=SMTP)


async def test_the_next_mail_meets_the_new_directory(tmp_path: Path) -> None:
    sources: list[str] = []

    def watch(_mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            (document,) = json.loads(outcome.case.judgement or "")["documents"]
            sources.append(document["fields"]["issuer"]["source"])

    with Sink() as sink:
        app = App(settings_of(tmp_path, next_hop=sink.port), on_outcome=watch)
        async with app.running(roles=ROLES - {Role.MILTER, Role.JOURNAL}, stop=asyncio.Event()):

            def send(name: str) -> None:
                with smtplib.SMTP("127.0.0.1", app.hop_port, timeout=20) as client:
                    client.sendmail("a@b.vn", ["vanthu@sonv.backan.gov.vn"], with_letter(name))

            await asyncio.to_thread(send, "<1@b.vn>")
            await until(lambda: len(sources) == 1)
            (tmp_path / "directory").mkdir(exist_ok=True)
            (tmp_path / "directory" / "a.csv").write_text("name,superior\nSở Nội vụ tỉnh Bắc Kạn,\n", encoding="utf-8")
            settings = load(tmp_path, {})
            app.renew(settings, await app.prepare(settings))
            await asyncio.to_thread(send, "<2@b.vn>")
            await until(lambda: len(sources) == 2)
    assert [source.endswith("; directory") for source in sources] == [False, True]


async def test_letters_that_cannot_be_written_are_found_before_anything_changes(tmp_path: Path) -> None:
    app = App(settings_of(tmp_path))
    async with app.running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):
        letter = tmp_path / "templates" / "vi" / "accepted"
        letter.mkdir(parents=True)
        (letter / "subject.txt").write_text("{{ nothing_of_this_name }}")
        with pytest.raises(Misconfigured):
            await app.prepare(app.settings)


async def test_a_second_process_does_not_walk_the_same_spool(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with App(settings).running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):
        with pytest.raises(Unavailable, match="another worker"):
            async with App(settings).running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):
                raise AssertionError("two walk")


def test_a_tempo_counts_what_came_within_each_step() -> None:
    tempo = Tempo()
    for seconds in (0.5, 0.6, 9.0, 100_000.0, -3.0):
        tempo.note("pass", seconds)
    assert dict(zip(STEPS, tempo.within, strict=True)) == {
        **dict.fromkeys(STEPS, 4),
        0.5: 2,
        1.0: 3,
        2.0: 3,
        5.0: 3,
    }
    assert tempo.by_action["pass"] == 5
    assert tempo.seconds == pytest.approx(100_010.1)
