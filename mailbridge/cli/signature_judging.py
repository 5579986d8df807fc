"""Judging the signatures of files: each opened in limited processes, none asking the network."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbridge.cli.sources import printable
from mailbridge.decision.proof import is_valid
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.files import as_transmitted
from mailbridge.mail.filetype import MAIL, UNKNOWN, identify
from mailbridge.mail.ident import uuid7
from mailbridge.mail.message import Part
from mailbridge.ports import Reading
from mailbridge.recheck import look_by
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import SignatureStatus, Status

_APART = frozenset({".p7s", ".p7m", ".p7b", ".p7c", ".sig"})
"""Endings of files that may hold the signature of the file of the same name without them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The signatures of one file; `smime` when it is a mail, `problem` when it could not be opened as a whole."""

    source: str
    type: str
    signatures: tuple[SignatureStatus, ...]
    smime: tuple[SmimeResult, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    problem: str | None = None

    @property
    def is_all_valid(self) -> bool:
        """Say whether there is a signature, and none that is not valid."""
        states = [is_valid(each) for each in self.signatures]
        states += [each.status is Status.TOTAL_PASSED for each in self.smime]
        return bool(states) and all(states)


async def judge(path: Path, content: bytes, evidence: Evidence, reading: Reading) -> Judged:
    """
    Judge every signature of a file, of what a container holds, or of a mail and its files.

    A detached signature (`a.pdf.p7s`) is judged with the file beside it (`a.pdf`).

    Raises:
        OSError: The file beside it cannot be read.
        Unavailable: No process can be started.
    """
    kind = identify(content, path.name, None)
    if kind == MAIL:
        return await _mail(path, content, evidence, reading)
    parts = [_part("1", path.name, content, kind), *await asyncio.to_thread(_beside, path)]
    opened = await reading.open(parts, evidence)
    ours = [each for each in opened if each.part == "1" or each.part.startswith("1.")]
    names = {part.index: part.name or "" for part in (parts[0], *(part for each in ours for part in each.members))}
    return Judged(
        source=printable(path),
        type=kind,
        signatures=tuple(status for each in ours for status in each.signatures),
        names=tuple(names.items()),
        problem=next((each.problem for each in ours if each.part == "1"), None),
    )


async def _mail(path: Path, octets: bytes, evidence: Evidence, reading: Reading) -> Judged:
    content = as_transmitted(octets)
    mail = MailObject(
        id=uuid7(int(evidence.at.timestamp() * 1000), secrets.token_bytes(10)),
        door=Door.MANUAL,
        client=Client(),
        envelope=Envelope(mail_from=None, recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=evidence.at,
    )
    seen = await look_by(evidence, mail, reading)
    return Judged(
        source=printable(path),
        type=MAIL,
        signatures=seen.signatures,
        smime=seen.authentication.smime,
        names=tuple((part.index, part.name or "") for part in seen.message.parts),
    )


def _beside(path: Path) -> Sequence[Part]:
    """Find the file that a detached signature may belong to."""
    if path.suffix.lower() not in _APART:
        return ()
    other = path.with_suffix("")
    if not other.suffix or not other.is_file():
        return ()
    content = other.read_bytes()
    return (_part("2", other.name, content, identify(content, other.name, None)),)


def _part(index: str, name: str, content: bytes, kind: str) -> Part:
    return Part(
        index=index,
        name=name,
        raw_name=name,
        declared_type=UNKNOWN,
        type=kind,
        disposition="attachment",
        content_id=None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
