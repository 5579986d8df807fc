"""Plain text to pages of lines."""

from __future__ import annotations

from mailbridge.mail.pages import Pages
from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.flow import Look, Sheet

# Longer files are logs or data; what an office sends as text has a few pages.
_MOST_LETTERS = 500_000
_LONGEST_LINE = 5_000


def read_plain(content: bytes) -> Pages:
    """Lay out text; a form feed, or a full sheet, begins a new page. Never fails: text without sense is text, too."""
    sheet = Sheet()
    # Nobody tells the charset of a file: a mark at its start, or its Vietnamese syllables do.
    for part, text in enumerate(decode_text(content, None)[:_MOST_LETTERS].split("\f")):
        if part:
            sheet.turn_page()
        for line in text.splitlines():
            if sheet.is_full:
                sheet.turn_page()
            sheet.put(line[:_LONGEST_LINE], Look())
    pages = sheet.finish()
    return Pages(pages=pages, total=len(pages))
