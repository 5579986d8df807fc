"""Values of the book with good defaults."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import Door
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.registry.entry import Case, DraftEntry, RegisterEntry
from mailbridge.registry.judged import Cause, Verdict

NOON = datetime(2026, 11, 20, 5, 0, 0, tzinfo=UTC)
"""Noon in Vietnam on a Friday."""


def sha256(text: str) -> str:
    """Return some digest that belongs to this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def draft(document: str, **changes: Any) -> DraftEntry:
    """Build a draft of the document with this name."""
    values: dict[str, Any] = {
        "agency": "sonv",
        "book": "den",
        "mail_id": f"mail-{document}",
        "document_sha256": sha256(document),
        "type": "Công văn",
        "number": "3526",
        "notation": "VPCP-KGVX",
        "symbol": "3526/VPCP-KGVX",
        "issuer": "Văn phòng Chính phủ",
        "subject": "Về việc tăng cường sử dụng văn bản điện tử",
    }
    return DraftEntry(**values | changes)


def case(mail_id: str = "mail-1", **changes: Any) -> Case:
    """Build the case of a mail that is held for a clerk."""
    values: dict[str, Any] = {
        "mail_id": mail_id,
        "agency": "sonv",
        "door": "hop",
        "accepted_at": NOON,
        "decided_at": changes.get("accepted_at", NOON) + timedelta(seconds=2),
        "sha256": sha256(mail_id),
        "size": 18233,
        "kind": "official-document",
        "action": "hold",
        "rule": "no-signature",
        "reason": "Văn bản chưa có chữ ký số.",
        "message_id": f"<{mail_id}@vpcp.example>",
        "author": "vanthu@vpcp.example",
        "subject": "CV 3526",
    }
    return Case(**values | changes)


def case_of_entry(entry: RegisterEntry, **changes: Any) -> Case:
    """Build the case of the mail that brought an entry."""
    return case(entry.draft.mail_id, agency=entry.draft.agency, action="register", rule="signed", **changes)


def private_case(mail_id: str = "mail-1", **changes: Any) -> Case:
    """Build the case of a mail of which nothing is kept."""
    nothing: dict[str, Any] = {"message_id": None, "author": None, "subject": None, "reason": ""}
    return case(mail_id, **nothing | {"kind": "personal", "action": "pass", "rule": "personal"} | changes)


def verdict(mail_id: str = "mail-1", sequence: int = 1, **changes: Any) -> Verdict:
    """Build a verdict: the first one of a mail, or one that was asked for later."""
    values: dict[str, Any] = {
        "mail_id": mail_id,
        "agency": "sonv",
        "sequence": sequence,
        "judged_at": NOON + timedelta(minutes=sequence),
        "for_moment": NOON,
        "cause": Cause.RECEPTION if sequence == 1 else Cause.RETRY,
        "judgement": f'{{"authentication": {sequence}}}',
        "evidence": f'{{"at": {sequence}}}',
    }
    return Verdict(**values | changes)


def delivery(serial: int, **changes: Any) -> Delivery:
    """Build the fate of a mail that the next hop took."""
    values: dict[str, Any] = {
        "writer": "hop-0",
        "serial": serial,
        "mail_id": f"mail-{serial}",
        "door": Door.HOP,
        "ended_at": NOON,
        "fate": Fate.DELIVERED,
        "size": 18233,
        "reply": f"250 2.0.0 Ok: queued as 4bXYZ{serial:05d}",
    }
    return Delivery(**values | changes)


def letter(key: str, **changes: Any) -> Letter:
    """Build an acknowledgement."""
    values: dict[str, Any] = {
        "key": key,
        "kind": LetterKind.ACCEPTED,
        "agency": "sonv",
        "mail_id": "mail-1",
        "sender": "vanthu@sonv.example",
        "recipient": "vanthu@vpcp.example",
        "content": b"Subject: =?utf-8?q?B=C3=A1o_nh=E1=BA=ADn?=\r\n\r\n\xc4\x91\xc3\xa3 nh\xe1\xba\xadn\r\n",
    }
    return Letter(**values | changes)
