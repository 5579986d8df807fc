"""The whole program as a process of its own, as an administrator runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailbridge.__main__ import main
from mailbridge.spool import Spool


def free_port() -> int:
    """Return a loopback port that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Program:
    """One installation below a folder; started, killed and stopped as a process group of its own."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    def install(
        cls,
        folder: Path,
        *,
        next_hop_port: int,
        zone: str,
        domain: str = "office.example.gov.vn",
        database: str | None = None,
    ) -> Program:
        """Write a configuration with `mailbridge init`."""
        port = free_port()
        (folder / "zone").write_text(zone + "\n", "utf-8")
        flags = {
            "--name": "Sở Nội vụ tỉnh Thử Nghiệm",
            "--domain": domain,
            "--address": f"vanthu@{domain}",
            "--clerk": f"lan@{domain}",
            "--listen": f"127.0.0.1:{port}",
            "--next-hop": f"127.0.0.1:{next_hop_port}",
            "--data": str(folder / "data"),
            "--zone": str(folder / "zone"),
            **({"--database": database} if database else {}),
        }
        assert main(["init", str(folder / "config"), *(part for pair in flags.items() for part in pair)]) == 0
        return cls(folder, port)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "mailbridge.db"

    @property
    def spool(self) -> Path:
        return self.folder / "data" / "spool"

    def waiting(self) -> int:
        """Count the mails that wait for their walk."""
        spool = Spool(self.spool)
        try:
            return sum(1 for _ in spool.waiting())
        finally:
            spool.close()

    def start(self, *roles: str) -> None:
        """Start, and wait until the door is open."""
        command = [sys.executable, "-m", "mailbridge", "-c", str(self.config), "serve"]
        if roles:
            command += ["--role", ",".join(roles)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        if not roles or "hop" in roles:
            self.wait_until(self._answers, seconds=60)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text("utf-8")[-4000:]
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """kill -9, the children too: a crash takes all."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def stop(self) -> None:
        """Ask it to end, as systemd does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait for something that the program does; fails with the end of its log."""
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, (self.folder / "log").read_text("utf-8")[-4000:]
            time.sleep(0.05)
