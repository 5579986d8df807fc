"""
The document that somebody pasted into the text of a mail, instead of attaching it.

Text can be typed by anybody, so more is asked of it than of a file: heading or letterhead, an issuer, and a number. An
article that quotes a document first says something of its own; then a person decides what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document
from mailbridge.classifier.likeness import is_heading, is_in_capitals, is_other_paper
from mailbridge.classifier.meeting import read_meeting
from mailbridge.classifier.page import read_document
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import ABOUT, Role, bare, is_number_line, is_street_line, role_of
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages

_MOST_LINES = 400
_LONGEST = 60_000
_HEAD_LINES = 60
"""Lines that are not blank in which the head of a document is looked for, behind a greeting and a forwarded header."""
_ABOVE = 6
"""Lines of a letterhead that may stand over the heading when two columns became one."""
_NUMBER_WITHIN = 4
"""Lines behind the first line of a letterhead, within which its number stands when there is no heading."""
_WIDTH, _LINE_HEIGHT = 595.0, 16.0
_QUOTED = re.compile(r"\A(?:[>|]\s?)+")
# What people write above what they pass on, and what mail programs put there; all else is a text of its own.
_FORWARDED = re.compile(
    r"\W*(?:kinh (?:gui|chuyen|thua|trinh)|gui |chuyen |dear|thua |chao |(?:em|toi|minh|anh|chi|phong|van thu)\b|"
    r"tran trong|tu|from|den|to|cc|ngay|date|sent|da gui|chu de|tieu de|subject|reply-to)\b.{0,160}|\W*(?:-+|_+).*"
)
_OWN_WORDS = 40
"""Words before the head beyond which a mail says more of itself than a greeting does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pasted:
    """A document in the text of a mail; `introduced`: the mail says more before it than a greeting."""

    document: Document
    introduced: bool


def pasted_document(message: Message) -> Pasted | None:
    """
    Read the document that stands in the text of a mail; None when there is none.

    A heading with a letterhead and a date but without any number line may be the copy of a document whose number was
    lost: it is returned, without a value in `symbol`. A blank number is a draft or a form, and is not.
    """
    lines = [_QUOTED.sub("", line.strip()) for line in message.text[:_LONGEST].splitlines()[:_MOST_LINES]]
    start = _start(lines)
    if start is None:
        return None
    index = next((part.index for part in message.parts if part.type.startswith("text/")), "1")
    pages = _as_pages(lines[start:])
    document = None if is_other_paper(pages) else read_document(pages, part=index, file_name=None)
    if document is None or document.draft or not (_is_issued(document) and _is_numbered(document, lines[start:])):
        return None
    document = replace(document, meeting=read_meeting(pages, document))
    return Pasted(document=document, introduced=_says_more(lines[:start]))


def _is_issued(document: Document) -> bool:
    """Ask for an issuer, or for a name that may be cut short behind a number that has its abbreviation."""
    return document.issuer.value is not None or (bool(document.issuer.rivals) and document.symbol.value is not None)


def _is_numbered(document: Document, lines: Sequence[str]) -> bool:
    symbol = document.symbol.value
    if symbol is not None:
        return symbol.number is not None and bool(symbol.issuers)
    head = [line for line in lines if line][: _HEAD_LINES // 3]
    return document.issued_date.value is not None and not any(is_number_line(line) for line in head)


def _start(lines: Sequence[str]) -> int | None:
    """Find the line with which the head of a document begins."""
    filled = [place for place, line in enumerate(lines) if line][:_HEAD_LINES]
    for order, place in enumerate(filled):
        if is_heading(lines[place]):
            above = filled[max(0, order - _ABOVE) : order]
            return _first_of_capitals(lines, above, place)
        if is_in_capitals(lines[place]) and starts_agency(lines[place]):
            near = filled[order + 1 : order + 1 + _NUMBER_WITHIN]
            if any(is_number_line(lines[each]) for each in near):
                return place
    return None


def _first_of_capitals(lines: Sequence[str], above: Sequence[int], heading: int) -> int:
    """Go up from the heading over the names in capitals, the number and the rules between them."""
    first = heading
    for place in reversed(above):
        over = is_in_capitals(lines[place]) or ABOUT.match(bare(lines[place])) or is_street_line(lines[place])
        if not over and role_of(lines[place]) not in (Role.RULE, Role.NUMBER, Role.DATE):
            break
        first = place
    return first


def _says_more(lines: Sequence[str]) -> bool:
    own = [line for line in lines if line and not _FORWARDED.fullmatch(fold(line))]
    return sum(len(line.split()) for line in own) > _OWN_WORDS


def _as_pages(lines: Sequence[str]) -> Pages:
    """Lay the text of a mail out as one page, a line each."""
    laid = tuple(
        Line(
            text=" ".join(line.split()),
            box=Box(left=72.0, top=place * _LINE_HEIGHT, right=_WIDTH - 72.0, bottom=(place + 0.8) * _LINE_HEIGHT),
        )
        for place, line in enumerate(lines)
        if line
    )
    height = max(842.0, len(lines) * _LINE_HEIGHT)
    return Pages(pages=(Page(number=1, width=_WIDTH, height=height, lines=laid, layer=Layer.BODY),), total=1)
