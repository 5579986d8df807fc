"""A mail that a running program holds is settled on the command line: it is entered, and the letter leaves."""

from __future__ import annotations

import json
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from tests.live.program import Program
from tests.live.sink import Sink

pytestmark = pytest.mark.live

DEMO = Path(__file__).parents[2] / "demo"
OURS = "vanthu@sonv.backan.gov.vn"
THEIRS = "vanthu@sgddt.backan.gov.vn"


@pytest.fixture
def sink() -> Iterator[Sink]:
    """The mail server behind us, which takes letters too."""
    with Sink() as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path, sink: Sink) -> Iterator[Program]:
    """The whole program, between nobody and the sink."""
    zone = (DEMO / "zone").read_text("utf-8")
    made = Program.install(tmp_path, next_hop_port=sink.port, zone=zone, domain="sonv.backan.gov.vn")
    shutil.copytree(DEMO / "trust", made.config / "trust", dirs_exist_ok=True)
    made.start()
    yield made
    made.stop()


def call(program: Program, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    line = [sys.executable, "-m", "mailbridge", "-c", str(program.config), *arguments, "--json"]
    ended = subprocess.run(line, capture_output=True, text=True, timeout=120)
    return ended.returncode, [json.loads(row) for row in ended.stdout.splitlines()], ended.stderr


def subjects(sink: Sink, recipient: str) -> list[str]:
    letters = [message_from_bytes(content) for _, recipients, content in tuple(sink.taken) if recipient in recipients]
    return [str(make_header(decode_header(str(each["Subject"])))) for each in letters]


@pytest.mark.timeout(240)
def test_a_held_mail_is_confirmed_and_its_sender_hears_the_number(program: Program, sink: Sink) -> None:
    content = next((DEMO / "mails").glob("08*.eml")).read_bytes()
    with smtplib.SMTP("127.0.0.1", program.port, timeout=30) as client:
        client.sendmail(THEIRS, [OURS], content)
    held: list[dict[str, Any]] = []

    def is_held() -> bool:
        status, rows, _ = call(program, "register", "waiting")
        held[:] = rows if status == 0 else []
        return bool(held)

    program.wait_until(is_held, seconds=120)
    mail_id = held[0]["mail_id"]
    status, _, problem = call(program, "register", "confirm", mail_id, "--by", "lan")
    assert (status, problem) == (1, "Còn thiếu: Số, ký hiệu.\n")

    words = ("--set", "số, ký hiệu=512/SGDĐT-VP", "--by", "lan")
    status, (done,), _ = call(program, "register", "confirm", mail_id, *words)

    assert (status, done["entries"][0]["number"], done["entries"][0]["symbol"]) == (0, 1, "512/SGDĐT-VP")
    assert call(program, "register", "waiting")[1] == []
    assert [row["number"] for row in call(program, "register", "list")[1]] == [1]
    program.wait_until(lambda: any("số đến 01" in each for each in subjects(sink, THEIRS)), seconds=60)
