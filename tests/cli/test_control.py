"""The running program, told and asked from outside: real processes, a real next hop."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from mailbridge.cli.overview import look
from mailbridge.settings.glance import glance
from tests.cli.builders_cli import Answer, CommandLine, init_flags
from tests.live.program import Program, free_port
from tests.live.sink import Sink

RECIPIENT = "vanthu@office.example.gov.vn"
MAIL = b"From: a@b.vn\r\nTo: vanthu@office.example.gov.vn\r\nSubject: x\r\n\r\nx\r\n"


@dataclass
class Running:
    program: Program
    sink: Sink
    mailbridge: CommandLine

    def __call__(self, *arguments: str) -> Answer:
        return self.mailbridge("--lang", "en", "-c", self.program.config, *arguments)

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.program.port, timeout=20)

    def status(self) -> dict[str, Any]:
        """Look as `status --json` does, without the cost of reading the whole configuration each time."""
        told: dict[str, Any] = json.loads(json.dumps(look(glance(self.program.config), None).as_object()))
        return told

    def all_well(self) -> bool:
        return not self.status()["wrong"]

    def pid(self, role: str) -> int:
        (found,) = [each["pid"] for each in self.status()["processes"] if role in each["roles"]]
        return int(found)

    @property
    def log(self) -> str:
        return (self.program.folder / "log").read_text("utf-8")

    @property
    def main_file(self) -> Path:
        return self.program.config / "mailbridge.toml"

    def change(self, there: str, instead: str) -> None:
        text = self.main_file.read_text("utf-8")
        assert there in text
        self.main_file.write_text(text.replace(there, instead, 1), "utf-8")


@pytest.fixture
def running(tmp_path: Path, mailbridge: CommandLine) -> Iterator[Running]:
    with Sink() as sink:
        program = Program.install(tmp_path, next_hop_port=sink.port, zone="")
        found = Running(program, sink, mailbridge)
        program.start()
        try:
            program.wait_until(found.all_well, seconds=60)
            yield found
        finally:
            program.stop()


def send(client: smtplib.SMTP) -> None:
    client.sendmail("a@b.vn", [RECIPIENT], MAIL)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_bypass_while_a_session_is_open(running: Running) -> None:
    """B9: a plain relay within a second and back, no connection cut, an audit entry."""
    with running.client() as client:
        send(client)
        assert running("bypass", "on", "disk", "full").out.startswith("bypass is on\nsince ")
        time.sleep(0.3)
        send(client)
        bypassed = running.status()
        assert running("bypass", "off").out == "bypass is off\n"
        time.sleep(0.3)
        send(client)
    (door,) = running.status()["processes"][0]["doors"]
    assert len(running.sink.taken) == 3
    assert (door["mails"]["delivered"], door["mails"]["passed_without_copy"]) == (3, 1)
    assert b"X-MailBridge-ID" not in running.sink.taken[1][2]
    assert (bypassed["bypass"]["reason"], bypassed["wrong"]) == ("disk full", [])
    audit = (running.program.folder / "data" / "audit.log").read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in audit] == ["bypass-on", "bypass-off"]


def test_mail_is_walked_at_once_and_shown(running: Running) -> None:
    """The parent wakes its child: nobody waits for the next look into the spool."""
    running.program.stop()
    running.change("poll = 1.0", "poll = 3600.0")
    port = free_port()
    running.change('[metrics]\nlisten = ""', f'[metrics]\nlisten = "127.0.0.1:{port}"')
    running.program.start()
    running.program.wait_until(running.all_well, seconds=60)
    with running.client() as client:
        send(client)
    running.program.wait_until(lambda: '"decided"' in running.log, seconds=30)
    told = running("status")
    assert told.status == 0
    assert re.search(r"(?m)^hop +\d+ .* 1 +1 +0$", told.out), told.out
    assert re.search(r"(?m)^work, send +\d+ ", told.out)
    assert "Database         ready" in told.out
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        figures = answer.read().decode()
    assert 'mailbridge_mails_total{door="hop",fate="delivered"} 1.0' in figures
    assert 'mailbridge_decided_total{action="pass"} 1.0' in figures
    assert "mailbridge_database_up 1.0" in figures


def test_a_child_that_is_killed_is_started_anew_while_mail_flows(running: Running) -> None:
    with running.client() as client:
        os.kill(running.pid("work"), signal.SIGKILL)
        running.program.wait_until(lambda: "child-down" in running.status()["wrong"], seconds=20)
        assert running("status").status == 1
        send(client)
        running.program.wait_until(running.all_well, seconds=60)
        running.program.wait_until(lambda: '"decided"' in running.log, seconds=30)
        send(client)
    (restarts,) = [each["child"]["restarts"] for each in running.status()["processes"] if each["child"]]
    assert restarts == 1
    assert len(running.sink.taken) == 2


def test_a_parent_that_is_killed_takes_its_child_along(running: Running) -> None:
    parent, child = running.pid("hop"), running.pid("work")
    os.kill(parent, signal.SIGKILL)
    running.program.wait_until(lambda: not is_alive(child), seconds=30)
    told = running("status", "--json")
    assert (told.status, told.objects[0]["wrong"]) == (1, ["nothing-runs"])
    assert list((running.program.folder / "data" / "run").iterdir()) == []


def test_drain_ends_sessions_after_their_mail_and_then_the_program(running: Running) -> None:
    child = running.pid("work")
    with socket.create_connection(("127.0.0.1", running.program.port), timeout=20) as peer:
        lines = peer.makefile("rb")
        assert lines.readline().startswith(b"220")
        for line in (b"HELO c.test", b"MAIL FROM:<a@b.vn>", f"RCPT TO:<{RECIPIENT}>".encode(), b"DATA"):
            peer.sendall(line + b"\r\n")
            assert lines.readline()[:1] in (b"2", b"3"), line
        peer.sendall(MAIL[:20])
        command = [sys.executable, "-m", "mailbridge", "-c", str(running.program.config), "drain"]
        drain = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        running.program.wait_until(lambda: running.status()["processes"][0]["ending"], seconds=20)
        with socket.socket() as late:
            assert late.connect_ex(("127.0.0.1", running.program.port)) != 0
        peer.sendall(MAIL[20:] + b".\r\n")
        assert lines.readline().startswith(b"250")
        assert lines.readline().startswith(b"421")
    assert drain.wait(60) == 0
    assert running.program._process is not None
    assert running.program._process.wait(20) == 0
    assert not is_alive(child)
    assert len(running.sink.taken) == 1
    assert '"decided"' in running.log, "what the doors took was not walked to the end"


def test_reload_keeps_sessions_and_refuses_what_is_wrong(running: Running) -> None:
    with running.client() as first:
        running.change('language = "vi"', 'language = "xx"')
        told = running("reload")
        assert told.status == 78
        assert re.search(r'mailbridge\.toml:\d+: "language" cannot be "xx"', told.out)
        assert "nothing has changed" in told.out
        assert running("status", "--json").objects[0]["wrong"] == ["configuration"]
        running.change('language = "xx"', 'language = "vi"')
        running.change("max_size = 52428800", "max_size = 2000000")
        running.change("timeout = 60.0", "timeout = 61.0")
        told = running("reload", "--json")
        assert (told.status, told.objects) == (0, [{"findings": [], "restart": ["outbound"]}])
        send(first)
        with running.client() as second:
            second.ehlo()
            assert second.esmtp_features["size"] == "2000000"
    # The child reads what the parent does not: its letters.
    letter = running.program.config / "templates" / "vi" / "accepted"
    letter.mkdir(parents=True)
    (letter / "subject.txt").write_text("{{ nothing_of_this_name }}")
    assert "subject.txt" in running("reload").out


def test_sighup_reloads(running: Running) -> None:
    running.change("max_size = 52428800", "max_size = 3000000")
    os.kill(running.pid("hop"), signal.SIGHUP)
    running.program.wait_until(lambda: running.log.count("the configuration was read again") == 2, seconds=30)
    with running.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "3000000"
    running.change('language = "vi"', 'language = "xx"')
    os.kill(running.program._process.pid, signal.SIGHUP)  # type: ignore[union-attr]  # it runs
    running.program.wait_until(lambda: "the configuration is wrong; nothing has changed" in running.log, seconds=30)
    assert 'cannot be \\"xx\\"' in running.log


def test_a_database_of_another_version_ends_all_with_78(tmp_path: Path, mailbridge: CommandLine) -> None:
    program = Program.install(tmp_path, next_hop_port=1, zone="")
    assert mailbridge("-c", program.config, "db", "upgrade").status == 0
    connection = sqlite3.connect(program.database)
    connection.execute("update alembic_version set version_num = 'v9999'")
    connection.commit()
    connection.close()
    program.start()
    assert program._process is not None
    assert program._process.wait(60) == 78
    assert "v9999" in (tmp_path / "log").read_text("utf-8")


def test_processes_by_role_are_found_and_told_one_by_one(tmp_path: Path, mailbridge: CommandLine) -> None:
    program = Program.install(tmp_path, next_hop_port=1, zone="")
    program.start("hop")
    try:
        told = mailbridge("--lang", "en", "-c", program.config, "status")
        assert told.status == 1
        assert "role work does not run" in told.out
        assert "role send does not run" in told.out
        assert mailbridge("-c", program.config, "drain").status == 0
        assert program._process is not None
        assert program._process.wait(20) == 0
    finally:
        program.stop()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_while_nothing_runs(config: Path, mailbridge: CommandLine, language: str) -> None:
    status = mailbridge("--lang", language, "-c", config, "status")
    assert status.status == 1
    assert ("nothing runs" if language == "en" else "chương trình không chạy") in status.out
    assert mailbridge("-c", config, "reload").status == 1
    assert mailbridge("-c", config, "drain").status == 0


def test_bypass_while_nothing_runs_and_the_configuration_is_wrong(tmp_path: Path, mailbridge: CommandLine) -> None:
    config = tmp_path / "config"
    mailbridge("init", config, *init_flags(tmp_path))
    assert mailbridge("--lang", "en", "-c", config, "bypass", "on").status == 75, "there is no data folder yet"
    (tmp_path / "data").mkdir()
    (config / "conf.d").mkdir()
    (config / "conf.d" / "10-slip.toml").write_text("[[listner]]\n")
    assert mailbridge("-c", config, "check").status == 78
    assert mailbridge("-c", config, "bypass", "on", "thử").status == 0
    (shown,) = mailbridge("-c", config, "bypass", "--json").objects
    assert (shown["bypass"], shown["reason"]) == (True, "thử")
    assert "lý do: thử" in mailbridge("-c", config, "bypass").out
    assert mailbridge("-c", config, "bypass", "off").status == 0
    assert mailbridge("--lang", "en", "-c", config, "bypass", "off").out == "bypass was off\n"
    assert mailbridge("-c", config, "bypass", "maybe").status == 64
