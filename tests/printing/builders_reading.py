"""Reading printed PDFs back."""

from __future__ import annotations

import pypdfium2


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, with single blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            text = page.get_textpage()
            # Where a wide word may break stands an invisible blank.
            found.append(" ".join(text.get_text_bounded().replace("\u200b", "").split()))
            text.close()
            page.close()
        return found
    finally:
        document.close()
