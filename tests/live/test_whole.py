"""The demonstration's mails through real programs: Postfix → MailBridge on PostgreSQL → Postfix → mailbox."""

from __future__ import annotations

import json
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.postfix import Postfix, missing, postfix
from tests.live.postgres import running_postgres
from tests.live.program import Program, free_port
from tests.live.sink import Sink

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

DEMO = Path(__file__).parents[2] / "demo"
DOMAIN = "sonv.backan.gov.vn"


@dataclass
class Chain:
    sender: Postfix
    program: Program
    sink: Sink

    def rows(self, *arguments: str) -> list[dict[str, object]]:
        line = [sys.executable, "-m", "mailbridge", "-c", str(self.program.config), *arguments, "--json"]
        ended = subprocess.run(line, capture_output=True, text=True, timeout=60)
        assert ended.returncode in (0, 1, 75), ended.stderr  # 75: there is no book yet
        return [json.loads(row) for row in ended.stdout.splitlines()]

    def cases(self) -> int:
        return len([row for row in self.rows("trace", OURS) if row["what"] == "accepted"])


OURS = f"vanthu@{DOMAIN}"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    with Sink() as sink, running_postgres() as database, postfix(next_port=sink.port, name="in.example") as receiver:
        program = Program.install(
            tmp_path,
            next_hop_port=receiver.port,
            zone=(DEMO / "zone").read_text("utf-8"),
            domain=DOMAIN,
            database=database.create("whole"),
        )
        shutil.copytree(DEMO / "trust", program.config / "trust", dirs_exist_ok=True)
        program.start()
        try:
            with postfix(next_port=program.port, name="out.example") as sender:
                yield Chain(sender=sender, program=program, sink=sink)
        finally:
            program.stop()


def mails() -> list[tuple[str, bytes]]:
    return [(path.stem, path.read_bytes()) for path in sorted((DEMO / "mails").glob("*.eml"))]


@pytest.mark.timeout(300)
def test_the_demonstration_through_two_real_mail_servers(chain: Chain) -> None:
    for name, content in mails():
        with smtplib.SMTP("127.0.0.1", chain.sender.port, timeout=60) as client:
            client.sendmail("" if name.startswith("13") else "vanthu@ubnd.backan.gov.vn", [OURS], content)
        # One after the other, so that the book has the order of the names.
        chain.program.wait_until(lambda: chain.sender.queued() == 0, seconds=60)

    chain.program.wait_until(lambda: len(chain.rows("register", "list")) == 5, seconds=60)
    chain.program.wait_until(lambda: not chain.rows("letters", "list", "--state", "waiting"), seconds=60)
    letters = chain.rows("letters", "list")
    chain.program.wait_until(lambda: len(chain.sink.taken) == len(mails()) + len(letters), seconds=60)

    book = [(row["number"], row["symbol"]) for row in chain.rows("register", "list")]
    assert book == [
        (1, "3526/UBND-KGVX"),
        (2, "1187/QĐ-BNV"),
        (3, "87/GM-VP"),
        (4, "42/TTr-UBND"),
        (5, "15-CV/ĐU"),
    ]
    for name, content in mails():
        (whole,) = [taken for _, _, taken in chain.sink.taken if taken.endswith(content)]
        above = whole[: -len(content)].splitlines()
        fields = [line.partition(b":")[0] for line in above if not line.startswith((b" ", b"\t"))]
        # The receiving Postfix, we, and the sending Postfix, from top to bottom; nothing else was touched.
        assert fields == [b"Received", b"Received", b"X-MailBridge-ID", b"Received"], name
    assert all(
        sender in ("", "<>") for sender, _, content in chain.sink.taken if b"\r\nX-MailBridge-Letter:" in content
    )


@pytest.mark.timeout(300)
def test_mail_waits_at_its_sender_while_we_are_down_and_while_the_next_hop_is(chain: Chain) -> None:
    content = mails()[0][1]
    chain.program.stop()
    with smtplib.SMTP("127.0.0.1", chain.sender.port, timeout=60) as client:
        client.sendmail("vanthu@ubnd.backan.gov.vn", [OURS], content)
    chain.program.wait_until(lambda: chain.sender.queued() == 1, seconds=60)
    chain.program.start()
    chain.sender.flush()
    chain.program.wait_until(lambda: chain.sender.queued() == 0, seconds=60)
    chain.program.wait_until(lambda: len(chain.rows("register", "list")) == 1, seconds=60)
    assert len([1 for _, _, taken in chain.sink.taken if taken.endswith(content)]) == 1


@pytest.mark.timeout(300)
def test_while_the_database_is_gone_mail_flows_and_is_entered_later(tmp_path: Path) -> None:
    with Sink() as sink, running_postgres() as database:
        program = Program.install(
            tmp_path,
            next_hop_port=sink.port,
            zone=(DEMO / "zone").read_text("utf-8"),
            domain=DOMAIN,
            database=database.create("later"),
        )
        shutil.copytree(DEMO / "trust", program.config / "trust", dirs_exist_ok=True)
        # Away from the very start: the door opens all the same.
        database.stop()
        program.start()
        try:
            for _, content in mails()[:2]:
                with smtplib.SMTP("127.0.0.1", program.port, timeout=60) as client:
                    client.sendmail("vanthu@ubnd.backan.gov.vn", [OURS], content)
            assert len(sink.taken) == 2
            assert program.waiting() == 2
            database.start()
            chain = Chain(
                sender=Postfix(folder=tmp_path, port=free_port(), log=tmp_path / "log"), program=program, sink=sink
            )
            program.wait_until(lambda: len(chain.rows("register", "list")) == 2, seconds=90)
            assert [row["symbol"] for row in chain.rows("register", "list")] == ["3526/UBND-KGVX", "1187/QĐ-BNV"]
        finally:
            program.stop()
