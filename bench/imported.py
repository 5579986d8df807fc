"""Which modules the hop's process has, and which of them only those need who judge and read."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bench.costs import environment
from bench.equipment import ROOT
from bench.stage import Stage
from bench.target import DOMAIN

LIBRARIES = frozenset(
    {
        *("asn1crypto", "cryptography", "lxml", "pyhanko", "pyhanko_certvalidator"),
        *("dkim", "dns", "nacl", "publicsuffixlist", "spf"),
        *("aiohttp", "libarchive", "olefile", "PIL", "pypdfium2", "tesserocr"),
    }
)
"""What judges signatures; what judges mails; what reads files, or comes along with the others."""

ROOMS = ("mailbridge.lookups", "mailbridge.reading", "mailbridge.verify")
VALUES = frozenset(
    {
        *ROOMS,
        *(f"mailbridge.verify.{name}" for name in ("alignment", "evidence", "results", "signature")),
        "mailbridge.lookups.addresses",
    }
)
"""Not counted: what verdicts are written in, which rules are tried with at the start, and how settings are read."""

_STARTS_WITHIN = 40.0
_ENDS_WITHIN = 20.0
_NOTE = """
import atexit, os, sys
def note():
    with open(os.path.join(os.environ["MODULES"], str(os.getpid())), "w") as file:
        file.write("\\n".join(list(sys.modules)))
atexit.register(note)
"""
"""Run by every interpreter at its start (`sitecustomize`); the hop has the number that was started."""


def only_for_verdicts(modules: Iterable[str]) -> tuple[str, ...]:
    """Choose the modules that who judges and reads nothing has no need of; of a library only its name."""
    found = set()
    for name in modules:
        library = name.partition(".")[0]
        if library in LIBRARIES:
            found.add(library)
        elif name not in VALUES and name.startswith(tuple(f"{room}." for room in ROOMS)):
            found.add(name)
    return tuple(sorted(found))


def modules_of_hop(stage: Stage, project: Path, mail: Path) -> frozenset[str]:
    """Start the hop, pass one mail through it, end it, and return the modules that it had then."""
    folder = stage.work / "imported"
    notes, site = folder / "notes", folder / "site"
    for each in (notes, site):
        each.mkdir(parents=True)
    (site / "sitecustomize.py").write_text(_NOTE, encoding="ascii")
    port = stage.free_port()
    words = ("--listen", f"127.0.0.1:{port}", "--next", f"127.0.0.1:{stage.sink_port}", "--dir", str(folder / "hop"))
    told = environment(project) | {"PYTHONPATH": os.pathsep.join((str(site), str(project))), "MODULES": str(notes)}
    hop = subprocess.Popen(
        [sys.executable, "-P", str(ROOT / "bench" / "target.py"), *words],
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _pass_through(port, mail, hop)
    finally:
        hop.terminate()
        try:
            hop.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            hop.kill()
            hop.wait()
    noted = notes / str(hop.pid)
    if not noted.exists():
        raise SystemExit("bench: the hop did not end by itself")
    return frozenset(noted.read_text(encoding="utf-8").split())


def _pass_through(port: int, mail: Path, hop: subprocess.Popen[bytes]) -> None:
    """Send a mail as soon as somebody listens; the answer comes when the next hop has taken it."""
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and hop.poll() is None:
        with suppress(ConnectionRefusedError), smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.sendmail("vanthu@coquan-gui.invalid", [f"tiepnhan@{DOMAIN}"], mail.read_bytes())
            return
        time.sleep(0.1)
    raise SystemExit("bench: MailBridge did not come up")
