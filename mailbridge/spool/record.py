"""
How one mail stands in a file of the spool.

    one line of JSON: id, door, client, envelope
    the content, octet for octet, and one LF
    one line of JSON: size, sha256, sealed_at           ("sealed": all of the content is here)
    one line of JSON: accepted_at, reply                ("accepted": the next hop has taken it)

A file is read from both ends, so the content may hold anything: the last whole line is always one of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject

# A head holds the whole envelope: some 10,000 recipients of 300 octets with their parameters.
MAX_HEAD = 8 << 20
# Two trailers; the recorded reply is cut to MAX_REPLY characters, and JSON may write each of them with six octets.
MAX_REPLY = 4096
MAX_TAIL = 32 << 10


_JSON = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Damaged(Unavailable):
    """A file of the spool that cannot be what we wrote: torn, edited, or eaten by the disk."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__("spool", f"{path.parent.name}/{path.name}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What is known before the content comes; `stuffed` content has the dots of transparency (RFC 5321 §4.5.2)."""

    id: str
    door: Door
    client: Client
    envelope: Envelope
    stuffed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """
    What is known when all of the content is there: its size in octets and its SHA-256, hex.

    `key` is the identity of a mail that was sealed with other octets: with the dots of transparency.
    """

    size: int
    sha256: str
    sealed_at: datetime
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """When we took responsibility, and the next hop's words; `reply` is None when we never heard them."""

    accepted_at: datetime
    reply: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """
    One file, read.

    `start` is the offset of the content, `end` the one behind the last whole line; `acceptance` is None when the file
    ends with the seal.
    """

    head: Head
    seal: Seal
    acceptance: Acceptance | None
    start: int
    end: int

    @property
    def key(self) -> str:
        """What makes this mail the same as its retry."""
        return self.seal.key or identity(self.head.envelope, self.seal.sha256)


def unstuffed(content: bytes) -> bytes:
    """Take the dots of transparency out: one from each line that begins with a dot (RFC 5321 §4.5.2)."""
    plain = content.replace(b"\r\n.", b"\r\n")
    return plain[1:] if plain.startswith(b".") else plain


def identity(envelope: Envelope, sha256: str) -> str:
    """Return one SHA-256 for the pair (envelope, content); recipients in any order. It tells nothing about either."""
    paths = json.dumps([envelope.mail_from, sorted(set(envelope.recipients)), sha256])
    return hashlib.sha256(paths.encode("ascii")).hexdigest()


def head_line(head: Head) -> bytes:
    """Write the first line of a file."""
    client, envelope = head.client, head.envelope
    return _line(
        {
            "id": head.id,
            "door": head.door.value,
            "client": {"ip": client.ip, "helo": client.helo, "tls": client.tls, **_internal(client)},
            "envelope": {
                "mail_from": envelope.mail_from,
                "recipients": envelope.recipients,
                "mail_parameters": envelope.mail_parameters,
                "recipient_parameters": envelope.recipient_parameters,
            },
            "stuffed": head.stuffed,
        }
    )


def _internal(client: Client) -> dict[str, bool]:
    """Write down only what is unusual, so that heads stay as earlier versions wrote them."""
    return {"internal": True} if client.internal else {}


def read_head(line: bytes) -> Head:
    """Read such a line; raises `ValueError`, `KeyError` or `TypeError`."""
    return _head(json.loads(line))


def seal_line(seal: Seal) -> bytes:
    """Write what follows the content: the LF that ends it, and the seal."""
    values = {"size": seal.size, "sha256": seal.sha256, "sealed_at": seal.sealed_at.isoformat()}
    return b"\n" + _line({**values, "key": seal.key} if seal.key else values)


def acceptance_line(acceptance: Acceptance) -> bytes:
    """Write the last line of a file."""
    reply = None if acceptance.reply is None else acceptance.reply[:MAX_REPLY]
    return _line({"accepted_at": acceptance.accepted_at.isoformat(), "reply": reply})


def read_record(path: Path) -> Record:
    """Read head and trailers, not the content; raises `Damaged`, or `Unavailable` when the disk does not answer."""
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as error:
        raise Unavailable("spool", str(error)) from error


def read_mail(path: Path) -> MailObject:
    """Read a whole mail and compare its octets with the seal; raises `Damaged` or `Unavailable`."""
    try:
        with path.open("rb") as file:
            record = _read(file, path)
            file.seek(record.start)
            content = file.read(record.seal.size)
    except OSError as error:
        raise Unavailable("spool", str(error)) from error
    if hashlib.sha256(content).hexdigest() != record.seal.sha256:
        raise Damaged(path, "the content is not what was sealed")
    sha256 = record.seal.sha256
    if record.head.stuffed:
        content = unstuffed(content)
        sha256 = hashlib.sha256(content).hexdigest()
    acceptance = record.acceptance
    return MailObject(
        id=record.head.id,
        door=record.head.door,
        client=record.head.client,
        envelope=record.head.envelope,
        content=content,
        sha256=sha256,
        accepted_at=acceptance.accepted_at if acceptance else record.seal.sealed_at,
        next_hop_reply=acceptance.reply if acceptance else None,
    )


def _line(values: Mapping[str, object]) -> bytes:
    # ASCII, so that octets of an address that are not UTF-8 (surrogates) survive, and no line end can appear inside.
    return _JSON(values).encode("ascii") + b"\n"


def _read(file: BinaryIO, path: Path) -> Record:
    first = file.readline(MAX_HEAD)
    total = file.seek(0, os.SEEK_END)
    tail_start = max(len(first), total - MAX_TAIL)
    file.seek(tail_start)
    tail = file.read()
    # What follows the last LF was torn by a crash while the acceptance was written: it does not count.
    whole = tail[: tail.rfind(b"\n") + 1]
    try:
        head = _head(json.loads(first))
        last_start = whole.rfind(b"\n", 0, -1) + 1
        last = json.loads(whole[last_start:])
        acceptance = None
        seal_end = tail_start + last_start
        if "accepted_at" in last:
            acceptance = Acceptance(accepted_at=datetime.fromisoformat(last["accepted_at"]), reply=last["reply"])
            seal_start = whole.rfind(b"\n", 0, last_start - 1) + 1
            last = json.loads(whole[seal_start:last_start])
            seal_end = tail_start + seal_start
        sealed_at = datetime.fromisoformat(last["sealed_at"])
        seal = Seal(size=last["size"], sha256=last["sha256"], sealed_at=sealed_at, key=last.get("key"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(path, "head or trailer cannot be read") from error
    if len(first) + seal.size + 1 != seal_end:
        raise Damaged(path, "the size is not what was sealed")
    end = tail_start + len(whole)
    return Record(head=head, seal=seal, acceptance=acceptance, start=len(first), end=end)


def _head(values: dict[str, object]) -> Head:
    client, envelope = values["client"], values["envelope"]
    if not isinstance(client, dict) or not isinstance(envelope, dict):
        raise TypeError("client and envelope are objects")
    return Head(
        id=str(values["id"]),
        door=Door(str(values["door"])),
        client=Client(**client),
        envelope=Envelope(
            mail_from=envelope["mail_from"],
            recipients=tuple(envelope["recipients"]),
            mail_parameters=envelope["mail_parameters"],
            recipient_parameters=tuple(envelope["recipient_parameters"]),
        ),
        stuffed=bool(values.get("stuffed", False)),
    )
