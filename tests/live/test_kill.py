"""
500 documents through a program that is killed again and again.

Real parts: the program as a process of its own with hop, walk and sender on SQLite; clients that send as mail servers
do (again, when they did not hear 250); a next hop on a socket. kill -9 comes at random moments.
"""

from __future__ import annotations

import io
import random
import sqlite3
import sys
import time
import zipfile
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.keys.dkim_keys import DkimKey, rsa_key, sign_mail
from tests.live.peers import Peer
from tests.live.program import Program
from tests.live.sink import Sink
from tests.reading.builders_files import letter_docx

MAILS = 500
KILLS = 12
CLIENTS = 4
OURS = "vanthu@office.example.gov.vn"


def named(sink: Sink, *, letters: bool) -> Counter[str]:
    """Count what the sink took by Message-ID: the mails, or our letters."""
    counted: Counter[str] = Counter()
    for _, _, content in sink.taken:
        header = content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
        if ("X-MailBridge-Letter" in header) is letters:
            lines = (line for line in header.split("\r\n") if line.lower().startswith("message-id:"))
            counted[next(lines).split(":", 1)[1].strip()] += 1
    return counted


def documents(count: int) -> list[bytes]:
    """Make DOCX letters that differ in their number only."""
    pattern = letter_docx(symbol="987654/SNV-VP")
    with zipfile.ZipFile(io.BytesIO(pattern)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    made = []
    for number in range(1, count + 1):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in members.items():
                target.writestr(name, content.replace(b"987654", b"%03d" % (100 + number)))
        made.append(out.getvalue())
    return made


def mails(key: DkimKey) -> dict[str, bytes]:
    """Return signed mails by Message-ID, each with one document."""
    made = {}
    for number, document in enumerate(documents(MAILS), 1):
        mail = EmailMessage()
        mail["From"] = "vanthu@snv.example.gov.vn"
        mail["To"] = "vanthu@office.example.gov.vn"
        mail["Subject"] = f"Công văn {number}"
        mail["Date"] = "Sat, 21 Nov 2026 08:00:00 +0700"
        mail["Message-ID"] = name = f"<kill-{number}@snv.example.gov.vn>"
        mail.set_content("Kính gửi văn bản.")
        mail.add_attachment(document, maintype="application", subtype="octet-stream", filename=f"{number}.docx")
        made[name] = sign_mail(mail.as_bytes().replace(b"\n", b"\r\n"), "example.gov.vn", "k", key)
    return made


@pytest.mark.live
@pytest.mark.timeout(600)
def test_500_mails_survive_kill_9_at_random_moments(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    key = rsa_key()
    with Sink() as sink:
        program = Program.install(tmp_path, next_hop_port=sink.port, zone=key.zone_line("example.gov.vn", "k"))
        # One body sends all of them within minutes, and each is to be acknowledged.
        overrides = tmp_path / "config" / "conf.d"
        overrides.mkdir(exist_ok=True)
        (overrides / "letters.toml").write_text("[letters]\nper_peer_hour = 1000\n", encoding="utf-8")
        queue = list(mails(key).items())
        told: Counter[str] = Counter()
        tries: Counter[str] = Counter()
        try:
            program.start()
            peers = [Peer(program.port, queue, told, tries, OURS) for _ in range(CLIENTS)]
            for peer in peers:
                peer.start()
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 2.5))
                program.kill()
                program.start()
            for peer in peers:
                peer.join(240)
            program.wait_until(lambda: registered(program) == MAILS and unsent(program) == 0, seconds=240)
        finally:
            program.stop()

    assert set(told) == {f"<kill-{number}@snv.example.gov.vn>" for number in range(1, MAILS + 1)}
    assert set(told.values()) == {1}
    delivered, letters_sent = named(sink, letters=False), named(sink, letters=True)
    assert set(delivered) == set(told)
    # Twice only where the peer was told nothing the first time, and in at most as many instants as there were kills:
    # the next hop had answered and we died before writing it down (RFC 1047).
    twice = {name: count for name, count in delivered.items() if count > 1}
    assert all(tries[name] > 1 for name in twice), twice
    assert len(twice) <= KILLS * CLIENTS, twice
    numbers = [row[0] for row in query(program, "select number from entry order by number")]
    assert numbers == list(range(1, MAILS + 1))
    symbols = query(program, "select count(distinct document_sha256), count(distinct mail_id) from entry")
    assert symbols == [(MAILS, MAILS)]
    letters = query(program, "select kind, count(*) from outbox where sent_at is not null group by kind order by kind")
    assert letters == [("accepted", MAILS), ("notice", MAILS)]
    assert len(letters_sent) == 2 * MAILS
    sys.stdout.write(
        f"twice at the next hop: {len(twice)}; letters sent twice: {sum(letters_sent.values()) - 2 * MAILS}\n"
    )


def query(program: Program, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{program.database}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def count(program: Program, sql: str) -> int:
    """Count rows; 0 as long as the walk, which begins after the door, has made no book."""
    try:
        [(found,)] = query(program, sql)
    except sqlite3.OperationalError:
        return 0
    assert isinstance(found, int)
    return found


def registered(program: Program) -> int:
    return count(program, "select count(*) from entry")


def unsent(program: Program) -> int:
    return count(program, "select count(*) from outbox where sent_at is null")
