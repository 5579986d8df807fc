"""The audit log: who switched what, one JSON line each, on the disk before the command says that it is done."""

from __future__ import annotations

import json
import os
import pwd
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from mailbridge.errors import Unavailable


class Action(StrEnum):
    """What is noted."""

    BYPASS_ON = "bypass-on"
    BYPASS_OFF = "bypass-off"


def audit_path(data: Path) -> Path:
    """Return the file of the audit log."""
    return data / "audit.log"


def note(data: Path, action: Action, *, who: str, reason: str, now: datetime) -> None:
    """Append one line, durably; raises `Unavailable`."""
    line = {"at": now.isoformat(), "who": who, "what": action.value, "reason": reason}
    octets = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    try:
        descriptor = os.open(audit_path(data), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            owned_as(data, descriptor)
            # One write of one line: two commands at once do not mix theirs (O_APPEND).
            written = os.write(descriptor, octets)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unavailable("audit log", error.strerror or str(error)) from error
    if written < len(octets):
        raise Unavailable("audit log", "the disk is full")


def owned_as(folder: Path, descriptor: int) -> None:
    """Give a file that root made to the owner of the folder: the program that runs there is not root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def who_asks() -> str:
    """Name the person at the terminal, and the account in brackets when it is another one (sudo)."""
    try:
        account = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        account = str(os.geteuid())
    try:
        person = os.getlogin()
    except OSError:  # no terminal: a timer, a service
        return account
    return person if person == account else f"{person} ({account})"
