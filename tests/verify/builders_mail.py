"""Mail objects as the spool gives them."""

from __future__ import annotations

import hashlib

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from tests.keys.pki import AT


def mail_object(
    content: bytes, *, ip: str | None = None, helo: str | None = None, mail_from: str | None = None
) -> MailObject:
    return MailObject(
        id="1",
        door=Door.MANUAL,
        client=Client(ip=ip, helo=helo),
        envelope=Envelope(mail_from=mail_from, recipients=()),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=AT,
    )
