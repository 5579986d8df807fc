"""What machine this is and which versions are measured, for the line above a table."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bench.equipment import Equipment


def conditions(equipment: Equipment, project: Path) -> str:
    """Say when, on what and what was measured, in a paragraph of Markdown."""
    parts = (
        f"{datetime.now(UTC):%d %B %Y}",
        f"{os.cpu_count()} cores ({_processor()}), {_memory()} GB, Linux {platform.release()}, {_system()}",
        f"MailBridge {commit(project)}, Python {platform.python_version()}",
        *_peers(equipment),
    )
    return "; ".join(part for part in parts if part) + "."


def commit(project: Path) -> str:
    """Return the short name of the commit of a tree, marked when files differ from it; "?" without git."""
    # Without this git would refresh its index, which another process may be writing.
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    said = _said(["git", "-C", str(project), "describe", "--always", "--dirty=, changed"], environment=quiet)
    return said or "?"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _system() -> str:
    with suppress(OSError):
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return ""


def _peers(equipment: Equipment) -> list[str]:
    found = []
    if postfix := _said(["postconf", "-h", "mail_version"]):
        found.append(f"Postfix {postfix}")
    if amavis := _said(["dpkg-query", "-W", "-f", "${Version}", "amavisd-new"]):
        found.append(f"amavisd-new {amavis}")
    with suppress(OSError):
        package = (equipment.haraka / "package.json").read_text(encoding="utf-8")
        if haraka := re.search(r'"version"\s*:\s*"([^"]+)"', package):
            found.append(f"Haraka {haraka[1]} on Node {_said(['node', '--version']).lstrip('v')}")
    show = "import importlib.metadata as m; print(*(f'{p} {m.version(p)}' for p in ('aiosmtpd', 'uvloop')), sep='; ')"
    found.append(_said([str(equipment.python), "-c", show]))
    return found


def _said(command: Sequence[str], *, environment: dict[str, str] | None = None) -> str:
    """Return what a program says of itself; empty when it is not there or will not."""
    if shutil.which(command[0]) is None:
        return ""
    with suppress(OSError, subprocess.TimeoutExpired):
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
        if ran.returncode == 0:
            return ran.stdout.strip()
    return ""
