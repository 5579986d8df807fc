"""The how-to pages put MailBridge in front of a real Postfix and take it out again, by their very commands."""

from __future__ import annotations

import os
import re
import shlex
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbridge.__main__ import main
from tests.live.postfix import Postfix, missing, postfix
from tests.live.program import Program, free_port
from tests.live.sink import Sink

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
BLOCK = re.compile(r"(?ms)^```(?:sh|toml) recipe=([a-z-]+)\n(.*?)^```$")
TO = "vanthu@sonv.backan.gov.vn"
FROM = "vanthu@so.example"
NAME = "mail.sonv.backan.gov.vn"
MAIL = (
    "From: <vanthu@so.example>\r\nTo: <vanthu@sonv.backan.gov.vn>\r\nSubject: {word}\r\n"
    "Date: Sat, 21 Nov 2026 22:40:30 +0700\r\nMessage-ID: <{word}@so.example>\r\n\r\nx\r\n"
)

# An address of the loopback that is neither ours nor Postfix's; and one that is in nobody's network.
CLIENT, STRANGER = "127.0.0.2", "127.0.0.3"


def recipes() -> dict[str, str]:
    """All marked blocks of both pages, by name; each name once."""
    pages = (HOWTO / name for name in ("put-in-front-of-postfix.md", "take-it-out.md"))
    found = [pair for page in pages for pair in BLOCK.findall(page.read_text("utf-8"))]
    assert len(found) == len(dict(found))
    return dict(found)


RECIPES = recipes()


def test_no_command_for_postfix_is_left_out() -> None:
    """What stands in a block without a name is not run by these tests, so it must not change Postfix."""
    for name in ("put-in-front-of-postfix.md", "take-it-out.md"):
        rest = BLOCK.sub("", (HOWTO / name).read_text("utf-8"))
        blocks = re.findall(r"(?ms)^```(?:sh|toml)?\n(.*?)^```$", rest)
        lines = [line for block in blocks for line in block.splitlines()]
        assert not [line for line in lines if re.match(r"(postfix|postsuper|postconf(?! -n)) ", line)], name


@dataclass
class Office:
    """A Postfix as it was before, in front of a mailbox, and the MailBridge that comes."""

    postfix: Postfix
    program: Program
    sink: Sink
    back: int
    letters: int

    def literally(self, text: str) -> str:
        """Put the folders and ports of this test into a line of the how-to; nothing else differs."""
        port = self.postfix.port
        for there, here in {
            "/etc/mailbridge": str(self.program.config),
            "127.0.0.1:2525": f"127.0.0.1:{self.program.port}",
            "[127.0.0.1]:2525": f"[127.0.0.1]:{self.program.port}",
            "127.0.0.1:10025": f"127.0.0.1:{self.back}",
            "127.0.0.1:10026": f"127.0.0.1:{self.letters}",
            "0.0.0.0:25": f"127.0.0.1:{port}",
            '"127.0.0.1:25"': f'"127.0.0.1:{port}"',
            "smtp/inet": f"127.0.0.1:{port}/inet",
            "192.0.2.0/24": f"{CLIENT}/32",
            "192.0.2.30:25": f"127.0.0.1:{self.sink.port}",
        }.items():
            text = text.replace(there, here)
        return text

    def do(self, name: str) -> None:
        """Run a block of the how-to, as an administrator does."""
        path = f"{os.environ['PATH']}:/usr/sbin"
        surroundings = {**os.environ, "MAIL_CONFIG": str(self.postfix.folder / "conf"), "PATH": path}
        script = f"set -e\n{self.literally(RECIPES[name])}"
        ended = subprocess.run(["/bin/sh", "-c", script], env=surroundings, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr

    def configure(self, name: str, zone: Path) -> None:
        """`mailbridge init` as on the page, and the file of this way; no network is asked."""
        words = shlex.split(self.literally(RECIPES["init"]).replace("\\\n", " "))
        assert words.pop(0) == "mailbridge"
        assert main([*words, "--zone", str(zone), "--data", str(self.program.folder / "data")]) == 0
        more = self.program.config / "conf.d"
        more.mkdir(exist_ok=True)
        (more / "postfix.toml").write_text(self.literally(RECIPES[name]), "utf-8")
        # On the same machine both have its name, unless somebody says otherwise.
        (more / "machine.toml").write_text(f'hostname = "{NAME}"\n', "utf-8")

    def files(self) -> tuple[bytes, bytes]:
        conf = self.postfix.folder / "conf"
        return (conf / "main.cf").read_bytes(), (conf / "master.cf").read_bytes()

    def send(self, word: str, *, client: str = CLIENT) -> tuple[int, bytes]:
        """Send a mail to the port where mail always came in; returns the last answer."""
        with smtplib.SMTP(
            "127.0.0.1", self.postfix.port, "client.example", timeout=60, source_address=(client, 0)
        ) as session:
            session.ehlo()
            for code, text in (session.mail(FROM), session.rcpt(TO)):
                if code != 250:
                    return code, text
            return session.data(MAIL.format(word=word).encode())

    def arrives(self, word: str) -> bytes:
        """Wait for a mail at the mailbox; returns it with all that was put on top."""
        subject = f"\nSubject: {word}\r\n".encode()

        def found() -> list[bytes]:
            return [content for _, _, content in self.sink.taken if subject in content]

        self.program.wait_until(lambda: bool(found()), seconds=60)
        [content] = found()
        return content

    def is_open(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=5):
                return True
        except (OSError, smtplib.SMTPException):
            return False


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    with Sink() as sink, postfix(next_port=sink.port, name=NAME) as before:
        program = Program(folder, free_port())
        (folder / "log").touch()
        try:
            yield Office(before, program, sink, back=free_port(), letters=free_port())
        finally:
            program.stop()


def hops(content: bytes) -> list[str]:
    """Who wrote the fields on top, from the mailbox back to the client: Postfix, or us with the client we saw."""
    written: list[str] = []
    for field in re.findall(rb"(?m)^Received: (?:.*\r\n)(?:[ \t].*\r\n)*", content.partition(b"\r\n\r\n")[0] + b"\r\n"):
        text = field.decode()
        client = re.search(r"\[([0-9.]+)\]\)", text)
        assert client, text
        written.append("postfix" if "(Postfix)" in text else f"mailbridge, client {client[1]}")
    return written


WAYS = {
    "a": ["postfix", f"mailbridge, client {CLIENT}", "postfix"],
    "b": ["postfix", f"mailbridge, client {CLIENT}", "postfix"],
    "c": ["postfix", f"mailbridge, client {CLIENT}"],
    "d": [f"mailbridge, client {CLIENT}", "postfix"],
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", WAYS)
def test_in_and_out_again(tmp_path: Path, way: str) -> None:
    """FEATURES A1: the commands of the page, no more; then `main.cf` and `master.cf` are as they were."""
    (tmp_path / "zone").write_text("", "utf-8")
    with office(tmp_path) as here:
        assert here.send("before")[0] == 250
        assert hops(here.arrives("before")) == ["postfix"]
        before = here.files()

        here.configure("a-configure" if way == "b" else f"{way}-configure", tmp_path / "zone")
        here.do(f"{way}-prepare")
        assert here.send("prepared")[0] == 250
        assert b"X-MailBridge-ID" not in here.arrives("prepared")

        if way == "c":
            here.do("c-insert")
            here.program.wait_until(lambda: not here.is_open(), seconds=30)
            serve(here, port=here.postfix.port)
        else:
            serve(here, port=here.program.port)
            here.do(f"{way}-insert")
        assert here.send("through")[0] == 250
        through = here.arrives("through")
        assert through.count(b"\r\nX-MailBridge-ID: ") + through.startswith(b"X-MailBridge-ID: ") == 1
        assert hops(through) == WAYS[way]
        assert_postfix_knows_the_client(here, through, way)

        if way == "c":
            assert drained(here) == 0
            assert not here.is_open()
        here.do(f"{way}-remove")
        if way == "b":
            here.do("b-requeue")
        here.do(f"{way}-clean")
        assert here.files() == before
        here.program.wait_until(here.is_open, seconds=30)
        assert here.send("after")[0] == 250
        assert hops(here.arrives("after")) == ["postfix"]
        # And without any MailBridge at all.
        here.program.stop()
        assert here.send("alone")[0] == 250
        assert b"X-MailBridge-ID" not in here.arrives("alone")


def serve(here: Office, *, port: int) -> None:
    """Start it at this port, which nobody else has any more."""
    here.program.port = port
    here.program.start()


def drained(here: Office) -> int:
    line = [sys.executable, "-m", "mailbridge", "-c", str(here.program.config), "drain"]
    return subprocess.run(line, capture_output=True, timeout=120).returncode


def assert_postfix_knows_the_client(here: Office, content: bytes, way: str) -> None:
    """Its log, and in C its own rules too."""
    queue_id = re.search(rb"\(Postfix\) with E?SMTPS? id (\w+)", content)
    assert queue_id
    [line] = [line for line in here.postfix.said().splitlines() if f"{queue_id[1].decode()}: client=" in line]
    told = {
        "a": f"orig_client=unknown[{CLIENT}]",
        "b": f"orig_client=unknown[{CLIENT}]",
        "c": f": client=unknown[{CLIENT}]",
    }
    # In D the inner server is another one.
    assert told.get(way, "client=") in line
    if way == "c":
        assert f"(unknown [{CLIENT}])".encode() in content.partition(b"\tby ")[0]
        # Who is in no network of ours may not send to a domain that is not ours, though we stand on the loopback.
        code, text = here.send("foreign", client=STRANGER)
        assert (code, b"Relay access denied" in text) in {(454, True), (554, True)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", ["a", "b"])
def test_what_waits_while_it_is_away(tmp_path: Path, way: str) -> None:
    """A: Postfix says 451, and the sender keeps the mail. B: Postfix has it, and gives it to us later; none is lost."""
    (tmp_path / "zone").write_text("", "utf-8")
    with office(tmp_path) as here:
        here.configure("a-configure", tmp_path / "zone")
        here.do(f"{way}-prepare")
        here.do(f"{way}-insert")
        code, _ = here.send("early")
        if way == "a":
            assert code == 451
        else:
            assert code == 250
            here.program.wait_until(lambda: "deferred" in here.postfix.said(), seconds=60)
        serve(here, port=here.program.port)
        here.postfix.flush()
        if way == "a":
            assert here.send("early")[0] == 250
        assert b"X-MailBridge-ID: " in here.arrives("early")


@pytest.mark.timeout(300)
def test_what_waited_for_the_detour_goes_the_old_way(tmp_path: Path) -> None:
    """B, taken out while mail waits for a MailBridge that never comes."""
    (tmp_path / "zone").write_text("", "utf-8")
    with office(tmp_path) as here:
        before = here.files()
        here.do("b-prepare")
        here.do("b-insert")
        assert here.send("waits")[0] == 250
        here.program.wait_until(lambda: "deferred" in here.postfix.said(), seconds=60)
        here.do("b-remove")
        here.do("b-requeue")
        here.do("b-clean")
        assert b"X-MailBridge-ID" not in here.arrives("waits")
        assert here.files() == before
