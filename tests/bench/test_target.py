"""The starter really becomes the hop, and a mail goes through it."""

from __future__ import annotations

import json
import os
import smtplib
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.target import LIMITS, raise_limits, zone_text
from mailbridge.lookups.zone import ZoneFile
from mailbridge.settings import sample

ROOT = Path(__file__).parents[2]


class _Kept:
    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        assert isinstance(envelope.content, bytes)
        self.contents.append(envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture
def next_hop() -> Iterator[tuple[_Kept, int]]:
    kept = _Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _client(port: int, within: float = 40.0) -> smtplib.SMTP:
    until = time.monotonic() + within
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=10)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_it_becomes_a_hop_with_the_same_process_number(tmp_path: Path, next_hop: tuple[_Kept, int]) -> None:
    kept, behind = next_hop
    port = _free_port()
    script = ROOT / "bench" / "target.py"
    ends = ["--listen", f"127.0.0.1:{port}", "--next", f"127.0.0.1:{behind}", "--dir", str(tmp_path / "one")]
    with subprocess.Popen(
        [sys.executable, "-P", str(script), *ends],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as program:
        try:
            with _client(port) as client:
                client.sendmail("a@coquan-gui.invalid", ["b@coquan-nhan.invalid"], b"Subject: thu\r\n\r\nthu\r\n")
            words = Path(f"/proc/{program.pid}/cmdline").read_bytes().split(b"\0")
            assert b"serve" in words
        finally:
            program.terminate()
    assert program.returncode == 0
    assert kept.contents[0].endswith(b"Subject: thu\r\n\r\nthu\r\n")


def test_limits_that_this_version_knows_stand_once_in_the_listener(tmp_path: Path) -> None:
    texts = sample(
        name="Cơ quan",
        domain="a.invalid",
        address="vanthu@a.test",
        clerk="vanthu@a.test",
        listen="127.0.0.1:2525",
        next_hop="127.0.0.1:25",
        database="sqlite:////tmp/a.db",
        data="/tmp/a",
    )
    file = tmp_path / "mailbridge.toml"
    file.write_text(texts["mailbridge.toml"], encoding="utf-8")
    raise_limits(file)
    (listener,) = tomllib.loads(file.read_text(encoding="utf-8"))["listener"]
    assert listener["listen"] == "127.0.0.1:2525"
    assert {listener[key] for key in LIMITS if key in listener} <= set(LIMITS.values())


def test_a_long_key_is_cut_into_strings_that_a_zone_allows(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    key = "v=DKIM1; p=" + "A" * 700
    (tmp_path / "keys" / "dns.json").write_text(json.dumps({"s._domainkey.a.invalid": key}), encoding="utf-8")
    zone = tmp_path / "zone"
    zone.write_text(zone_text(tmp_path), encoding="utf-8")
    assert max(len(word.strip('"')) for word in zone.read_text(encoding="utf-8").split()) <= 255
    ZoneFile(zone)  # it reads it
    assert zone_text(None) == ""
