"""Several documents in one file: where on a later page another letterhead begins."""

from __future__ import annotations

import re

from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import markers
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.document import read_document
from mailbridge.classifier.page.head import Head, read_head, text_of
from mailbridge.classifier.page.markers import NUMBER, bare, date_match
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol
from mailbridge.mail.pages import Page, Pages

# A letterhead opens a page; what a copying office prints under the original stands lower.
_HEADING_LINES = 15
_TOP = 0.35
# Annexes and forms to be filled in bear the Quốc hiệu too, often with the number that they belong to.
_ANNEX = re.compile(r"\W*(?:\(?(?:Ban hanh )?kem theo|phu luc|mau(?: so)?\b|bieu(?: mau)?(?: so)?\b)", re.IGNORECASE)
_ANNEX_LINES = 25


def read_documents(pages: Pages, *, part: str, file_name: str | None) -> tuple[Document, ...]:
    """
    Read every document of one file, in the order of its pages; () when no page opens one.

    A later page opens another document only with a whole letterhead: heading, agency, a number and a date that are
    filled in, and a number of its own. All else belongs to the document before it, as annexes do. A file's name speaks
    of the first one only. Arguments as for `read_document`.
    """
    starts = [index for index, page in enumerate(pages.pages) if index and _is_heading(page)]
    bounds = _bounds(pages, starts)
    read = (
        read_document(_slice(pages, first, last), part=part, file_name=None if first else file_name)
        for first, last in bounds
    )
    return tuple(document for document in read if document is not None)


def _bounds(pages: Pages, candidates: list[int]) -> list[tuple[int, int]]:
    """Return the documents as (first, past the last) positions in `pages.pages`."""
    own = _own_symbol(read_head(pages.pages[0])) if pages.pages and candidates else None
    starts = [0]
    for index in candidates:
        symbol = _opening_symbol(read_head(pages.pages[index]))
        if symbol is not None and (own is None or symbol.text != own.text):
            starts.append(index)
            own = symbol
    return list(zip(starts, [*starts[1:], len(pages.pages)], strict=True)) if pages.pages else []


def _slice(pages: Pages, first: int, last: int) -> Pages:
    if first == 0 and last == len(pages.pages):
        return pages
    # Pages in the middle may not have been read, so their numbers tell how many there are.
    number = pages.pages[first].number
    end = pages.pages[last].number if last < len(pages.pages) else pages.total + 1
    return Pages(pages=pages.pages[first:last], total=max(end - number, last - first))


def _is_heading(page: Page) -> bool:
    for line in page.lines[:_HEADING_LINES]:
        plain = bare(line.text[:200])
        if markers.STATE_NAME.search(plain) or markers.PARTY_NAME.search(plain):
            return line.box.top < _TOP * page.height
    return False


def _opening_symbol(head: Head) -> DocumentSymbol | None:
    """Return the number of a page that opens a document; None for all other pages."""
    if head.heading is None or head.draft or not any(starts_agency(segment.text) for segment in head.letterhead):
        return None
    dated = (date_match(segment.text) for segment in head.date)
    if not any(match is not None and match["day"].strip().isdigit() for match in dated):
        return None
    if any(_ANNEX.match(bare(segment.text)) for segment in head.row[:_ANNEX_LINES]):
        return None
    return _own_symbol(head)


def _own_symbol(head: Head) -> DocumentSymbol | None:
    match = NUMBER.match(text_of(head.number)[:160])
    symbol = parse_symbol(match["rest"][:100]) if match else None
    return symbol if symbol is not None and symbol.number is not None else None
