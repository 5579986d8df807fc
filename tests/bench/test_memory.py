from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.equipment import DEFAULT_BENCH, ROOT, RUN
from bench.memory import greet, write_mail


def test_a_large_mail_has_its_size_and_lines_that_smtp_allows(tmp_path: Path) -> None:
    write_mail(tmp_path / "large.eml", 3_000_000)
    octets = (tmp_path / "large.eml").read_bytes()
    assert abs(len(octets) - 3_000_000) < 78
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998
    assert b"\n" not in octets.replace(b"\r\n", b"")


@contextmanager
def _served(banner: bytes) -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            theirs.sendall(banner)
            if theirs.recv(100):
                theirs.sendall(b"250-a\r\n250 PIPELINING\r\n")

    server = threading.Thread(target=serve)
    server.start()
    try:
        with ours:
            yield ours
    finally:
        server.join()


def test_a_silent_client_waits_for_the_whole_answer() -> None:
    with _served(b"220 a ESMTP\r\n") as client:
        greet(client)
        assert client.recv(1) == b""  # both lines were read


def test_a_client_that_is_refused_does_not_count() -> None:
    with _served(b"421 4.3.2 too many\r\n") as client, pytest.raises(ConnectionError, match="421"):
        greet(client)


@pytest.mark.live
@pytest.mark.skipif(not (RUN / "corpus").is_dir(), reason="`make bench` was never run here")
@pytest.mark.skipif(not DEFAULT_BENCH.is_dir(), reason="no load generator beside the project")
def test_a_tiny_run_ends_with_every_mail_at_the_sink(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    words = ["--mails", "3", "--size", "300000", "--clients", "4", "--workdir", str(tmp_path)]
    ran = subprocess.run(
        [sys.executable, "-m", "bench.memory", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "3 of 3 large mails arrived" in ran.stdout
    assert "with 4 clients after EHLO" in ran.stdout
    assert not list(tmp_path.iterdir())
