"""What the children do that recognise letters: it takes seconds, and a library that is only there with an extra."""

from __future__ import annotations

from mailbridge.mail.pages import Pages
from mailbridge.reading import answers, formats
from mailbridge.reading.answers import TextAnswer, encode
from mailbridge.reading.problems import Unreadable


def scan(media_type: str, content: bytes, pages: tuple[int, ...]) -> bytes:
    """
    Recognise the letters on these pages, numbered from 1; return a `TextAnswer` with those that were read.

    Args:
        pages: Empty for all that a picture has.
    """
    try:
        wanted = pages or tuple(range(1, formats.count_sheets(media_type, content) + 1))
        found = formats.read_letters(media_type, content, wanted)
    except Unreadable as error:
        return encode(TextAnswer(problem=error.problem, reason=error.reason))
    return encode(TextAnswer(pages=Pages(pages=found, total=max(wanted))))


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    formats.preload_scanner()
    answers.warm()
