"""
What the children do; the nursery imports this module before it forks them.

Text and signatures of one PDF are for two children: pdfium is a large program in C++, and a file that takes it over
must not be able to call its own signatures good. Neither does a crash of the one cost what the other found.
"""

from __future__ import annotations

from datetime import datetime

# These are the parsers: to be imported once is the reason for this module, not something done late.
import lxml.etree  # noqa: F401
import pyhanko.sign.validation.pdf_embedded
import pyhanko.sign.validation.settings  # noqa: F401
import pypdfium2.raw  # noqa: F401

import mailbridge.verify.pdf_trust  # noqa: F401
from mailbridge.mail.containers import DOCX
from mailbridge.mail.filetype import PDF
from mailbridge.mail.pages import Pages
from mailbridge.reading.answers import SignaturesAnswer, TextAnswer, encode, warm
from mailbridge.reading.docx import read_docx
from mailbridge.reading.pdf import read_pdf
from mailbridge.reading.plain import read_plain
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf import judge_pdf


def read(media_type: str, content: bytes, first: int, last: int) -> bytes:
    """Read the first and the last pages of a file of this type, given by its octets; return a `TextAnswer`."""
    try:
        pages = _read(media_type, content, first, last)
    except Unreadable as error:
        return encode(TextAnswer(problem=error.problem, reason=error.reason))
    kept = [page for place, page in enumerate(pages.pages) if place < first or place >= len(pages.pages) - last]
    return encode(TextAnswer(pages=Pages(pages=tuple(kept), total=pages.total)))


def judge(part: str, content: bytes, trust: Trust, at: datetime) -> bytes:
    """Judge the signatures of a PDF; return a `SignaturesAnswer`."""
    return encode(SignaturesAnswer(signatures=judge_pdf(part, content, trust, at)))


def _read(media_type: str, content: bytes, first: int, last: int) -> Pages:
    if media_type == PDF:
        return read_pdf(content, first=first, last=last)
    if media_type == DOCX:
        return read_docx(content)
    if media_type == "text/plain":
        return read_plain(content)
    raise Unreadable(Problem.UNSUPPORTED, f"{media_type} is not read yet")


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    warm()
