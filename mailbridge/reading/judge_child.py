"""What the children do that judge signatures; they hold neither pdfium nor any other parser in C++ but lxml."""

from __future__ import annotations

from datetime import datetime

# These are the parsers: to be imported once is the reason for this module, not something done late.
import pyhanko.sign.validation.pdf_embedded
import pyhanko.sign.validation.settings  # noqa: F401 - loaded once for all children

import mailbridge.verify.pdf_trust  # noqa: F401 - loaded once for all children
from mailbridge.reading import answers
from mailbridge.reading.answers import SignaturesAnswer, encode
from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf import judge_pdf


def judge(part: str, content: bytes, trust: Trust, at: datetime) -> bytes:
    """Judge the signatures of a PDF; return a `SignaturesAnswer`."""
    return encode(SignaturesAnswer(signatures=judge_pdf(part, content, trust, at)))


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    answers.warm()
