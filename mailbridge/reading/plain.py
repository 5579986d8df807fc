"""Plain text to pages of lines."""

from __future__ import annotations

import codecs

from mailbridge.mail.canonical import nfc
from mailbridge.mail.pages import Pages
from mailbridge.reading.flow import Look, Sheet

# Longer files are logs or data; what an office sends as text has a few pages.
_MOST_LETTERS = 500_000
_LONGEST_LINE = 5_000


def read_plain(content: bytes) -> Pages:
    """Lay out text; a form feed, or a full sheet, begins a new page. Never fails: text without sense is text, too."""
    sheet = Sheet()
    for part, text in enumerate(decode(content)[:_MOST_LETTERS].split("\f")):
        if part:
            sheet.turn_page()
        for line in text.splitlines():
            if sheet.is_full:
                sheet.turn_page()
            sheet.put(line[:_LONGEST_LINE], Look())
    pages = sheet.finish()
    return Pages(pages=pages, total=len(pages))


def decode(content: bytes) -> str:
    """
    Decode text whose charset nobody tells: by its byte order mark, as UTF-8, else as windows-1258; NFC.

    windows-1258 writes tones as combining marks, and knows every octet but a few, which become U+FFFD.
    """
    for mark, charset in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            return nfc(content[len(mark) :].decode(charset, errors="replace"))
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("windows-1258", errors="replace")
    return nfc(text)
