"""Parts as the parser of mails makes them, and opening them."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime

from mailbridge.mail.filetype import identify
from mailbridge.mail.message import Part
from mailbridge.ports import OpenedFile, Reading
from mailbridge.verify.evidence import Evidence, Trust

EVIDENCE = Evidence(at=datetime(2026, 3, 6, tzinfo=UTC), trust=Trust())


def sent_file(content: bytes, index: str = "1.2", *, name: str | None = "file", declared: str | None = None) -> Part:
    return Part(
        index=index,
        name=name,
        raw_name=name,
        declared_type=declared or "application/octet-stream",
        type=identify(content, name, declared or "application/octet-stream"),
        disposition="attachment",
        content_id=None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def open_all(reading: Reading, *parts: Part) -> tuple[OpenedFile, ...]:
    return asyncio.run(reading.open(parts, EVIDENCE))


def open_file(reading: Reading, content: bytes, *, name: str | None = "file") -> dict[str, OpenedFile]:
    """Open one attached file; return the answers by part, "1" for the file itself."""
    return {opened.part: opened for opened in open_all(reading, sent_file(content, "1", name=name))}
