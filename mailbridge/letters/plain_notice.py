"""A notice to clerks that is a few sentences long and has no template: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from mailbridge.decision.findings import Agency
from mailbridge.letters.notice import notice
from mailbridge.letters.typeset import one_line, wrapped
from mailbridge.letters.wording import LANGUAGES
from mailbridge.mail.letter import Letter

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

_LONGEST = 2000
"""Characters of a paragraph; what a clerk or a page says may be longer, and stands in the book whole."""


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
    Write the notice, the same for the same arguments.

    Args:
        lines: A paragraph each, the label before its colon bold; they are cleaned here, and empty ones left out.

    Raises ValueError for an address that cannot stand in a header field.
    """
    said = language if language in LANGUAGES else LANGUAGES[0]
    cleaned = [one_line(each, _LONGEST) for each in lines if each]
    text, html = wrapped("\n\n".join(cleaned)), _html(cleaned, said)
    return notice(key, subject, text, html, mail_id=mail_id, agency=agency, to=to, language=said, now=now)


def _html(lines: Sequence[str], language: str) -> str:
    paragraphs = []
    for line in lines:
        label, colon, rest = line.partition(": ")
        bold = f"<b>{escape(label)}:</b> {escape(rest)}" if colon and len(label) < 40 else escape(line)
        paragraphs.append(f"<p>{bold}</p>\n")
    return _PAGE.format(language=language, lines="".join(paragraphs))
