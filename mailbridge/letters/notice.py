"""A notice to somebody of the office: the header that all of them have around a text and its HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbridge.decision.findings import Agency
from mailbridge.letters.compose import addressed, marked
from mailbridge.letters.writer import Field, structured, written
from mailbridge.mail.letter import Letter, LetterKind


def notice(
    key: str,
    subject: str,
    text: str,
    html: str,
    *,
    mail_id: str,
    agency: Agency,
    to: str,
    language: str,
    now: datetime,
    thread: Sequence[Field] = (),
) -> Letter:
    """
    Write a notice, the same for the same arguments.

    Args:
        mail_id: Under which it stands in the outbox; "" when it speaks of no mail.
        thread: From `compose.threaded`, for one that answers a mail.

    Raises ValueError for an address that cannot stand in a header field.
    """
    header = (
        *addressed(agency, to, subject, key, now),
        *thread,
        *marked(LetterKind.NOTICE, mail_id),
        structured("Content-Language", language),
    )
    return Letter(
        key=key,
        kind=LetterKind.NOTICE,
        agency=agency.id,
        mail_id=mail_id,
        sender="",
        recipient=to,
        content=written(header, text, html, seed=key),
    )
