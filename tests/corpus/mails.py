"""Mails of every shape around the files of documents: as clerks, mail programs and document systems send them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.keys.dkim_keys import DkimKey, sign_mail

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""The moment at which every mail of the corpus arrives and is judged."""

OFFICE = "vanthu.corpus.gov.vn"
PRIVATE = "hop-thu.corpus.vn"
OURS = "vanthu@coquan-nhan.gov.vn"
_SELECTOR = "corpus"
_CRLF = policy.SMTP.clone(max_line_length=998)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file of a mail; `declared` is what the sender's program calls its type."""

    name: str
    content: bytes
    declared: str = "application/octet-stream"


def mail(
    subject: str,
    text: str,
    files: Sequence[Attached] = (),
    *,
    html: str | None = None,
    domain: str = OFFICE,
    headers: Sequence[tuple[str, str]] = (),
) -> EmailMessage:
    """Write a mail as most programs do: text, files behind it."""
    message = EmailMessage(policy=_CRLF)
    message["From"] = f"Văn thư <vanthu@{domain}>"
    message["To"] = OURS
    message["Subject"] = subject
    message["Date"] = "Sat, 21 Nov 2026 08:00:00 +0700"
    message["Message-ID"] = f"<{hashlib.sha256(f'{subject}{text}'.encode()).hexdigest()[:24]}@{domain}>"
    for name, value in headers:
        message[name] = value
    message.set_content(text or "\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    for file in files:
        main, _, sub = file.declared.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def sent(message: EmailMessage | bytes, *, domain: str = OFFICE) -> bytes:
    """Return the octets that arrive: with CRLF and the DKIM signature of the sender's office."""
    octets = message if isinstance(message, bytes) else message.as_bytes()
    return sign_mail(octets, domain, _SELECTOR, key(), at=AT)


@cache
def key() -> DkimKey:
    """Make the key of all senders; it is the same in every process, so that a zone file holds for all."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the corpus of MailBridge").digest())
    return DkimKey(
        kind="ed25519",
        private=base64.b64encode(private.private_bytes_raw()),
        public=base64.b64encode(private.public_key().public_bytes_raw()).decode("ascii"),
    )


def zone() -> str:
    """Return the zone file with the keys of all senders; there is no other name in the world."""
    return "".join(key().zone_line(domain, _SELECTOR) for domain in (OFFICE, PRIVATE))
