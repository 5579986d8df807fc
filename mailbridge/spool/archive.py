"""Mails that were decided and kept, read again years later."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mailbridge.mail.envelope import MailObject
from mailbridge.spool.places import Places, accepted_name
from mailbridge.spool.record import read_mail


def load_archived(root: Path, mail_id: str, accepted_at: datetime) -> MailObject | None:
    """
    Read a mail of the archive, as it came through its door; None when it is not there.

    Args:
        root: The folder of the spool.
        accepted_at: The moment of its acceptance, to the microsecond, by which its file is named.

    Raises:
        Damaged: Its octets are not those that were sealed.
        Unavailable: The disk does not answer.
    """
    month = Places(root).archive / accepted_at.astimezone(UTC).strftime("%Y/%m")
    path = month / accepted_name(accepted_at, mail_id)
    return read_mail(path) if path.is_file() else None
