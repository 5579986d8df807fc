"""The loop that asks again for verdicts, in the running program; what is due outlives a restart."""

from __future__ import annotations

import asyncio
import json
import smtplib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbridge.mail.envelope import MailObject
from mailbridge.pipeline import Outcome
from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.verdicts import SqlVerdicts
from mailbridge.settings import Role, load
from mailbridge.wiring import ROLES, App, chores
from tests.demo.builders_demo import DEMO
from tests.live.sink import Sink
from tests.wiring.builders_wiring import settings_of

DOORS = ROLES - {Role.MILTER, Role.JOURNAL}


async def test_a_verdict_that_was_open_at_the_end_is_settled_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "_VERDICTS_EVERY", 0.1)
    zone = tmp_path / "zone"
    zone.write_text("$SILENT vb2026._domainkey.backan.gov.vn.\n")
    content = next((DEMO / "mails").glob("01*.eml")).read_bytes()
    with Sink() as sink:
        settings = settings_of(tmp_path, next_hop=sink.port, below=f'[dns]\nzone = "{zone}"\n')
        decided: list[str] = []

        def watch(mail: MailObject, _outcomes: tuple[Outcome, ...]) -> None:
            decided.append(mail.id)

        app = App(settings, on_outcome=watch)
        async with app.running(roles=DOORS, stop=asyncio.Event()):

            def send() -> None:
                with smtplib.SMTP("127.0.0.1", app.hop_port, timeout=20) as client:
                    client.sendmail("vanthu@backan.gov.vn", ["vanthu@sonv.backan.gov.vn"], content)

            await asyncio.to_thread(send)
            async with asyncio.timeout(60):
                while not decided:
                    await asyncio.sleep(0.02)
        engine = open_database(settings.database.url)
        verdicts = SqlVerdicts(engine)
        assert results(verdicts, decided[0]) == ["temperror"]
        with SqlRegistry(engine).transaction() as tx:
            tx.ask_again(decided[0], "sonv", datetime.now(UTC))

        zone.write_text((DEMO / "zone").read_text())
        async with App(load(tmp_path, {})).running(roles=frozenset({Role.WORK}), stop=asyncio.Event()):
            async with asyncio.timeout(60):
                while len(results(verdicts, decided[0])) < 2:
                    await asyncio.sleep(0.05)
        assert results(verdicts, decided[0]) == ["temperror", "pass"]
        engine.dispose()


def results(verdicts: SqlVerdicts, mail_id: str) -> list[str]:
    told = [json.loads(each.judgement)["authentication"]["dkim"] for each in verdicts.of_mail(mail_id)]
    return [each[0]["result"] for each in told]
