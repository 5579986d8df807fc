"""
What the measurements need and the project does not hold: load generator, sink and peers.

They come from a folder of their own (`BENCH`, beside the project). It may be read-only, so its files are copied into
`bench/run`, where everything else that is made here lies too: an interpreter for the Python peers, Haraka, the mails.
A peer that cannot be set up is named and left out; the measurements go on without it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "bench" / "run"
DEFAULT_BENCH = ROOT.parent / "shared" / "bench"

_NEEDED = ("run.py", "peerlib.py", "smtpload.py", "sink.py", "dnsstub.py", "make_corpus.py", "requirements.txt")
_PEERS = ("aiosmtpd", "aiosmtplib", "uvloop", "py-spy")
"""What the Python peers and the profile need beside the requirements of the corpus."""

_DEBIAN = {
    "/usr/sbin/postfix": "postfix",
    "/usr/sbin/amavisd": "amavisd-new",
    "/usr/share/perl5/Mail/DKIM.pm": "libmail-dkim-perl",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf": "fonts-dejavu-core",
}
_POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks this program whether a package may start its daemon (policy-rc.d(8)); 101 says no."""

_PINS = {"encoding-japanese": "2.2.0", "libqp": "2.1.1"}
"""Versions to fall back on where the newest of what Haraka needs is not to be had."""

_PATIENCE = 600
"""Seconds for one step of setting up: a slow mirror needs minutes, a dead one shall not need hours."""


class NotThere(Exception):
    """Without this nothing can be measured; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Equipment:
    """Where everything lies: generator and peers, the interpreter of the peers, the folder of Haraka, the mails."""

    tools: Path
    python: Path
    haraka: Path
    corpus: Path

    def mails(self, kind: str) -> list[Path]:
        """Return the files of one class of mails."""
        return sorted((self.corpus / kind).glob("*.eml"))


def say(text: str) -> None:
    """Tell the person who waits."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def prepare(bench: Path, run: Path = RUN) -> Equipment:
    """Set up what is missing; raises `NotThere`. The first time takes some minutes, later ones a moment."""
    tools = copy_tools(bench, run / "tools")
    _debian_packages()
    python = _interpreter(tools, run / "venv")
    haraka = _haraka(run / "npm")
    return Equipment(tools=tools, python=python, haraka=haraka, corpus=_corpus(tools, python, run / "corpus"))


def copy_tools(bench: Path, to: Path) -> Path:
    """Copy generator, sink and peers to where they can be run from; raises `NotThere`."""
    missing = [name for name in _NEEDED if not (bench / name).is_file()]
    if missing:
        raise NotThere(
            f"the load generator and the peers are not in {bench} (no {', '.join(missing)}); "
            "say where they are: make bench BENCH=…/bench"
        )
    for path in (*bench.glob("*.py"), bench / "requirements.txt", *(bench / "peers").glob("*.py")):
        target = to / path.relative_to(bench)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return to


def _debian_packages() -> None:
    missing = [package for file, package in _DEBIAN.items() if not Path(file).exists()]
    if not missing:
        return
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        say(f"not installed, and not root on Debian to do it, so left out: {' '.join(missing)}")
        return
    say(f"installing {' '.join(missing)} …")
    ours = not _POLICY.exists()
    if ours:
        # No package shall start its daemon; the measurements start instances of their own.
        _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        _POLICY.chmod(0o755)
    try:
        answer = "postfix postfix/main_mailer_type select No configuration\n"
        _done(["debconf-set-selections"], text=answer)
        _done(["apt-get", "update", "-q"])
        _done(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing])
    finally:
        if ours:
            _POLICY.unlink()


def _interpreter(tools: Path, venv: Path) -> Path:
    python = venv / "bin" / "python"
    wanted = (tools / "requirements.txt").read_text(encoding="utf-8") + " ".join(_PEERS)
    stamp = venv / f"made-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if stamp.exists():
        return python
    say("making an interpreter for the peers …")
    shutil.rmtree(venv, ignore_errors=True)
    requirements = ["-r", str(tools / "requirements.txt"), *_PEERS]
    if not _done([sys.executable, "-m", "venv", str(venv)]) or not _done(
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements]
    ):
        raise NotThere("the interpreter of the peers could not be made; see above")
    stamp.touch()
    return python


def _haraka(npm: Path) -> Path:
    haraka = npm / "node_modules" / "Haraka"
    if haraka.is_dir():
        return haraka
    if shutil.which("node") is None or shutil.which("npm") is None:
        say("no node and npm here, so Haraka is left out")
        return haraka
    say("installing Haraka …")
    npm.mkdir(parents=True, exist_ok=True)
    package: dict[str, object] = {"name": "peers", "private": True, "dependencies": {"Haraka": "^3.1.0"}}
    for more in ({}, {"overrides": _PINS}):
        (npm / "package.json").write_text(json.dumps(package | more), encoding="utf-8")
        if _done(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=npm) and haraka.is_dir():
            return haraka
    say("Haraka did not install, so it is left out")
    return haraka


def _corpus(tools: Path, python: Path, corpus: Path) -> Path:
    if corpus.is_dir():
        return corpus
    say("making the mails …")
    draft = corpus.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    if not _done([str(python), str(tools / "make_corpus.py"), str(draft)]):
        raise NotThere("the mails could not be made; see above (it needs a font with Vietnamese letters, as DejaVu)")
    draft.rename(corpus)
    return corpus


def _done(command: Sequence[str], *, cwd: Path | None = None, text: str | None = None) -> bool:
    """Run one step quietly; when it fails, show the end of what it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ran = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            # With a text its input is that text; else nobody shall be asked anything.
            input=text or "",
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"{command[0]}: {error}")
        return False
    if ran.returncode != 0:
        say(f"{command[0]} ended with {ran.returncode}:\n{ran.stdout[-1500:]}")
    return ran.returncode == 0
