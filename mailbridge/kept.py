"""
Evidence that is kept: the trust material of judgements in files, and evidence read back from what a case holds.

A list of revocations may have ten megabytes and changes every day: each is kept once, under its SHA-256, in
`<data>/evidence/ab/<sha256>.der`, and only when a judgement of signatures rested on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from mailbridge.errors import Unavailable
from mailbridge.verify.digests import TrustDigests, digests_of, trust_of
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust

_KINDS = ("anchors", "others", "crls", "ocsps", "sealers")


class KeepsTrust(Protocol):
    """What the walk needs of it."""

    def keep(self, trust: Trust) -> TrustDigests:
        """Make the material durable and name it; raises `Unavailable`, and nothing may rest on it then."""
        ...


class TrustFiles:
    """Fulfils `KeepsTrust` in a folder, which is made when something is kept. Any number of processes may keep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The digests of what is trusted at present: hashing ten megabytes for each mail would cost more than the mail.
        self._digests: dict[bytes, str] = {}

    def keep(self, trust: Trust) -> TrustDigests:
        """Write what is not there yet, whole or not at all, and return the digests; raises `Unavailable`."""
        fresh: dict[bytes, str] = {}

        def digest(octets: bytes) -> str:
            if octets not in fresh:
                name = self._digests.get(octets) or hashlib.sha256(octets).hexdigest()
                self._write(name, octets)
                fresh[octets] = name
            return fresh[octets]

        try:
            named = digests_of(trust, digest)
        except OSError as error:
            raise Unavailable("evidence", f"{error.strerror}: {error.filename}") from error
        self._digests = fresh
        return named

    def load(self, sha256: str) -> bytes:
        """Return the octets with this digest; raises `Unavailable` when they are not there, or others are."""
        try:
            octets = self._path(sha256).read_bytes()
        except OSError as error:
            raise Unavailable("evidence", f"{error.strerror}: {error.filename}") from error
        if hashlib.sha256(octets).hexdigest() != sha256:
            raise Unavailable("evidence", f"{sha256}.der: the file holds other octets than its name says")
        return octets

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.der"

    def _write(self, sha256: str, octets: bytes) -> None:
        path = self._path(sha256)
        # A file with its final name is whole: it got that name after its octets were on the disk.
        if path.exists() and path.stat().st_size == len(octets):
            return
        for made in (self._folder, path.parent):
            if not made.is_dir():
                made.mkdir(mode=0o700, exist_ok=True)
                _sync(made.parent)
        fresh = path.with_name(f".{sha256}.{os.getpid()}")
        try:
            # Never through a link that somebody left under this name.
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink()
            raise
        _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_evidence(text: str, octets: Callable[[str], bytes]) -> Evidence:
    """
    Read evidence back from the JSON text that a case or a verdict holds (`record.evidence_object`).

    Args:
        octets: Returns trust material by its SHA-256, such as `TrustFiles.load`.

    Raises:
        ValueError: The text is no evidence.
        Unavailable: What `octets` raises.
    """
    try:
        told = json.loads(text)
        answers = tuple(map(_answer, told["answers"]))
        at = datetime.fromisoformat(told["at"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is no evidence") from error
    return Evidence(at=at, trust=trust_of(trust_named_in(text), octets), answers=answers)


def trust_named_in(text: str) -> TrustDigests:
    """Return which material the JSON text of an evidence names; raises ValueError when it is none."""
    try:
        named = json.loads(text).get("trust") or {}
        return TrustDigests(**{kind: tuple(map(str, named.get(kind, ()))) for kind in _KINDS})
    except (TypeError, AttributeError) as error:
        raise ValueError("this is no evidence") from error


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(
        question=Question(name=told["name"], type=told["type"]),
        answered=Answered(told["answered"]),
        values=tuple(value.encode("latin-1") for value in told["values"]),
        asked_at=datetime.fromisoformat(told["asked_at"]),
        authentic=told["authentic"],
        detail=told["detail"],
    )
