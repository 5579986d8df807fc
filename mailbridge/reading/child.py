"""
What the children do that read files and take containers apart; the nursery imports this module before it forks them.

Text and signatures of one PDF are for two children: pdfium is a large program in C++, and a file that takes it over
must not be able to call its own signatures good. Neither does a crash of the one cost what the other found. Judging and
recognising letters have nurseries of their own (`judge_child`, `scan_child`): what is forked costs by its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# These are the parsers: to be imported once is the reason for this module, not something done late.
import lxml.etree  # noqa: F401 - loaded once for all children
import pypdfium2.raw  # noqa: F401 - loaded once for all children

from mailbridge.mail.filetype import EDXML, PDF
from mailbridge.mail.pages import Pages
from mailbridge.reading import answers, formats, handover, other_archives, warming
from mailbridge.reading.answers import TextAnswer, encode
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.pdf import signature_fields
from mailbridge.reading.problems import Unreadable


def read(media_type: str, content: bytes, first: int, last: int) -> bytes:
    """Read the first and the last pages of a file of this type, given by its octets; return a `TextAnswer`."""
    try:
        pages = formats.read_text(media_type, content, first=first, last=last)
    except Unreadable as error:
        return encode(TextAnswer(problem=error.problem, reason=error.reason))
    kept = [page for place, page in enumerate(pages.pages) if place < first or place >= len(pages.pages) - last]
    fields = signature_fields(content) if media_type == PDF else 0
    return encode(TextAnswer(pages=Pages(pages=tuple(kept), total=pages.total), signature_fields=fields))


def unpack(media_type: str, content: bytes, octets: int, files: int) -> Iterator[bytes]:
    """Take at most so much out of a container and hand it over, file by file."""
    ration = Ration(packed=len(content), octets=octets, files=files)
    header = None
    try:
        if media_type == EDXML:
            header, held = formats.edxml_reader()(content)
            members = _rationed(held, ration)
        else:
            members = formats.unpacker(media_type)(content, ration)
        for member in members:
            yield from handover.pack(member)
    except Unreadable as error:
        yield handover.pack_end(error, header)
    else:
        yield handover.pack_end(None, header)


def _rationed(members: Iterable[Member], ration: Ration) -> Iterator[Member]:
    for member in members:
        ration.count()
        ration.take(member.content)
        yield member


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    formats.preload()
    other_archives.warm()
    answers.warm()
    handover.warm()
    warming.warm()
