"""A notice to clerks that is a few sentences long and has no template: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from mailbridge.decision.findings import Agency
from mailbridge.letters.compose import addressed, marked
from mailbridge.letters.typeset import wrapped
from mailbridge.letters.wording import LANGUAGES
from mailbridge.letters.writer import structured, written
from mailbridge.mail.letter import Letter, LetterKind

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
"""As `templates/frame.html`; what stands in the lines is escaped."""


def plain_notice(
    key: str,
    subject: str,
    lines: Sequence[str],
    *,
    mail_id: str,
    agency: Agency,
    to: str,
    language: str,
    now: datetime,
) -> Letter:
    """
    Write the notice, the same for the same arguments; a line is a paragraph, and the label before its colon is bold.

    Raises ValueError for an address that cannot stand in a header field.
    """
    said = language if language in LANGUAGES else LANGUAGES[0]
    header = (
        *addressed(agency, to, subject, key, now),
        *marked(LetterKind.NOTICE, mail_id),
        structured("Content-Language", said),
    )
    return Letter(
        key=key,
        kind=LetterKind.NOTICE,
        agency=agency.id,
        mail_id=mail_id,
        sender="",
        recipient=to,
        content=written(header, wrapped("\n\n".join(lines)), _html(lines, said), seed=key),
    )


def _html(lines: Sequence[str], language: str) -> str:
    paragraphs = []
    for line in lines:
        label, colon, rest = line.partition(": ")
        bold = f"<b>{escape(label)}:</b> {escape(rest)}" if colon and len(label) < 40 else escape(line)
        paragraphs.append(f"<p>{bold}</p>\n")
    return _PAGE.format(language=language, lines="".join(paragraphs))
