"""Plain mails of the desk: a subject and some paragraphs, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.decision.findings import Agency
from mailbridge.letters.typeset import local, one_line, wrapped
from mailbridge.letters.writer import mailbox, message_ids, structured, unstructured, written
from mailbridge.mail.letter import Letter, LetterKind, message_id_of

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body style="margin:0;padding:16px;font-family:'Segoe UI',Roboto,Arial,sans-serif;font-size:15px;line-height:1.5">
<div style="max-width:680px;overflow-wrap:anywhere">
{lines}</div>
</body>
</html>
"""
"""As `letters/templates/frame.html`; what stands in the lines is escaped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainMail:
    """What a mail says and whom it is for; `answers` is the Message-ID of the mail that it answers, if any."""

    key: str
    kind: LetterKind
    to: str
    subject: str
    paragraphs: Sequence[str]
    mail_id: str = ""
    answers: str | None = None


def composed(mail: PlainMail, agency: Agency, language: str, now: datetime) -> Letter:
    """Write the mail, the same for the same arguments; raises ValueError for an address that is not writable."""
    address = agency.addresses[0]
    thread = message_ids(mail.answers or "")[:1]
    header = (
        structured("Date", *format_datetime(local(now)).split()),
        mailbox("From", agency.name, address),
        mailbox("To", "", mail.to),
        unstructured("Subject", mail.subject),
        structured("Message-ID", message_id_of(mail.key, address.rpartition("@")[2])),
        *((structured("In-Reply-To", *thread), structured("References", *thread)) if thread else ()),
        structured("Auto-Submitted", "auto-generated" if mail.kind is LetterKind.NOTICE else "auto-replied"),
        structured("X-Auto-Response-Suppress", "All"),
        *((structured("X-MailBridge-ID", mail.mail_id),) if mail.mail_id else ()),
        structured(OWN_LETTER, mail.kind.value),
        structured("Content-Language", language),
    )
    paragraphs = [one_line(each, 2000) for each in mail.paragraphs if each]
    lines = "".join(f"<p>{escape(each)}</p>\n" for each in paragraphs)
    html = _PAGE.format(language=language, lines=lines)
    return Letter(
        key=mail.key,
        kind=mail.kind,
        agency=agency.id,
        mail_id=mail.mail_id,
        sender="",
        recipient=mail.to,
        content=written(header, wrapped("\n\n".join(paragraphs)), html, seed=mail.key),
    )
