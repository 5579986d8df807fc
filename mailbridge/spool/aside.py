"""Mail that the walk could not deal with, and why; a person looks at it, and lets it be walked again or drops it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.spool.places import Places, id_of, names_in

_NOTE = ".reason"


@dataclass(frozen=True, kw_only=True, slots=True)
class AsideMail:
    """A mail that a person must look at: why, and since when."""

    id: str
    reason: str
    since: datetime


class Aside:
    """The shelf; each method raises `Unavailable` when the disk does not answer."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def put(self, path: Path, name: str, reason: str, now: datetime) -> None:
        """Move a file here as `name` (`places.accepted_name`). The note comes first: there is no mail without one."""
        try:
            _write_note(self._places.aside / f"{name}{_NOTE}", reason, now)
            path.rename(self._places.aside / name)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error

    def all(self) -> tuple[AsideMail, ...]:
        """List what lies here, in the order of acceptance."""
        found = []
        for name in self._names():
            reason, since = _read_note(self._places.aside / f"{name}{_NOTE}")
            found.append(AsideMail(id=id_of(name), reason=reason, since=since))
        return tuple(found)

    def retry(self, mail_id: str) -> bool:
        """Let a mail be walked again; False when none of this id lies here."""
        name = self._name(mail_id)
        if name is not None:
            self._take_away(name, self._places.accepted / name)
        return name is not None

    def drop(self, mail_id: str) -> bool:
        """Delete a mail; False when none of this id lies here."""
        name = self._name(mail_id)
        if name is not None:
            self._take_away(name, None)
        return name is not None

    def _take_away(self, name: str, target: Path | None) -> None:
        path = self._places.aside / name
        try:
            if target is None:
                path.unlink()
            else:
                path.rename(target)
            path.with_name(f"{name}{_NOTE}").unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error

    def _names(self) -> list[str]:
        return [name for name in names_in(self._places.aside) if not name.endswith(_NOTE)]

    def _name(self, mail_id: str) -> str | None:
        return next((name for name in self._names() if id_of(name) == mail_id), None)


def _write_note(path: Path, reason: str, now: datetime) -> None:
    text = json.dumps({"reason": reason, "since": now.isoformat()}, ensure_ascii=False)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _read_note(path: Path) -> tuple[str, datetime]:
    try:
        values = json.loads(path.read_bytes())
        return str(values["reason"]), datetime.fromisoformat(values["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return "no reason was written down", datetime.fromtimestamp(0, UTC)
