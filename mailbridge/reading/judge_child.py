"""What the children do that judge signatures; they hold neither pdfium nor any other parser in C++ but lxml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from mailbridge.mail.address import Address
from mailbridge.mail.smime import SignedEntity
from mailbridge.reading import answers, judge_warming
from mailbridge.reading.answers import SignaturesAnswer, SmimeAnswer, encode
from mailbridge.verify.beside import Beside
from mailbridge.verify.evidence import Trust
from mailbridge.verify.files import judge_file
from mailbridge.verify.smime import judge_smime

# Loaded once for all children; what judges a format is otherwise imported when there is a file of it.
_JUDGES = (
    "asn1crypto.cms",
    "lxml.etree",
    "pyhanko.sign.general",
    "pyhanko.sign.validation.pdf_embedded",
    "pyhanko.sign.validation.settings",
    *(f"mailbridge.verify.{name}" for name in ("cms", "odf", "ooxml", "pdf", "xml_signature")),
)


def judge(
    part: str,
    type: str,  # noqa: A002 - the name of the field of `Part`
    name: str | None,
    content: bytes,
    beside: Sequence[Beside],
    trust: Trust,
    at: datetime,
) -> bytes:
    """Judge the signatures of a file of any kind; return a `SignaturesAnswer`."""
    return encode(SignaturesAnswer(signatures=judge_file(part, type, name, content, beside, trust, at)))


def judge_entities(entities: Sequence[SignedEntity], author: Address | None, trust: Trust, at: datetime) -> bytes:
    """Judge the S/MIME signatures of a mail; return a `SmimeAnswer`."""
    results = (result for entity in entities for result in judge_smime(entity, author, trust, at))
    return encode(SmimeAnswer(results=tuple(results)))


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    for name in _JUDGES:
        import_module(name)
    answers.warm()
    judge_warming.warm()
