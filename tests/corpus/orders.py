"""What is made and judged in one run: which record, as which file, in which shape of mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from zlib import crc32

from tests.corpus.everyday import EVERYDAY
from tests.corpus.facts import Facts, Negative


class Form(StrEnum):
    """As what a text travels; the value is the name in the tables."""

    PDF = "text PDF"
    PDF_OFFICE = "text PDF by LibreOffice"
    PDF_SIGNED = "PDF, number by a signing program"
    PDF_PEN = "text PDF, number by hand"
    DOCX = "DOCX"
    DOCX_OLD = "DOCX in .VnTime"
    PDF_OLD = "text PDF in .VnTime"
    DOC = "DOC"
    DOC_OLD = "DOC in .VnTime"
    RTF = "RTF"
    RTF_OLD = "RTF in .VnTime"
    RTF_OFFICE = "RTF by LibreOffice"
    ODT = "ODT"
    ODT_OFFICE = "ODT by LibreOffice"
    XLSX = "XLSX"
    XLS = "XLS"
    HTML = "HTML"
    BODY = "mail text"
    BODY_HTML = "mail text in HTML"
    COPIED = "copied text"
    SCAN = "scan 200 dpi"
    SCAN_COARSE = "scan 150 dpi"
    SCAN_FINE = "scan 300 dpi"
    SCAN_PEN = "scan, number by hand"
    SCAN_TIFF = "scan, fax"
    PHOTO = "photo"
    TWO_UP = "scan, two pages a sheet"
    EVERYDAY = "everyday mail"

    @property
    def is_text_layer(self) -> bool:
        """Say whether this is a file in which every letter can be read: the aims of such documents hold for it."""
        return self in _TEXT_LAYER

    @property
    def is_scan(self) -> bool:
        """Say whether letters must be recognised in a picture."""
        return self in _SCANS


_TEXT_LAYER = frozenset(
    (
        Form.PDF,
        Form.PDF_OFFICE,
        Form.PDF_SIGNED,
        Form.DOCX,
        Form.DOCX_OLD,
        Form.PDF_OLD,
        Form.DOC,
        Form.DOC_OLD,
        Form.RTF,
        Form.RTF_OLD,
        Form.RTF_OFFICE,
        Form.ODT,
        Form.ODT_OFFICE,
        Form.XLSX,
        Form.XLS,
        Form.HTML,
    )
)
_SCANS = frozenset(
    (
        Form.SCAN,
        Form.SCAN_COARSE,
        Form.SCAN_FINE,
        Form.SCAN_PEN,
        Form.SCAN_TIFF,
        Form.PHOTO,
        Form.TWO_UP,
    )
)


class Shape(StrEnum):
    """How the file lies in the mail; the value is the name in the tables."""

    PLAIN = "attached"
    OCTETS = "as octets, mail without text"
    INLINE = "inline"
    SINGLE = "the mail is the file"
    WRONG_NAME = "ending of another program"
    OTHER_NUMBER = "named after another document"
    NO_NAME = "without a name"
    ZIPPED = "in a zip"
    FORWARDED = "forwarded as attachment"
    FORWARDED_INLINE = "forwarded inline"
    NESTED = "zip in zip in a forwarded mail"
    WINMAIL = "winmail.dat"
    WITH_HTML = "with HTML beside the text"
    RAW_NAMES = "raw names"
    MISUSED_WORDS = "misused encoded words"
    ANNEX = "with an annex"
    SIGNED_ANNEX = "with an annex that bears the number"
    TWO = "two documents"
    TWO_ZIPPED = "two documents in a zip"
    SECRET = "with a mark of secrecy"


_FILE_SHAPES = (
    Shape.OCTETS,
    Shape.INLINE,
    Shape.SINGLE,
    Shape.WRONG_NAME,
    Shape.OTHER_NUMBER,
    Shape.NO_NAME,
    Shape.ZIPPED,
    Shape.FORWARDED,
    Shape.FORWARDED_INLINE,
    Shape.NESTED,
    Shape.WINMAIL,
    Shape.WITH_HTML,
    Shape.RAW_NAMES,
    Shape.MISUSED_WORDS,
    Shape.ANNEX,
    Shape.SIGNED_ANNEX,
    Shape.TWO,
    Shape.TWO_ZIPPED,
)

# One record in so many travels in this form too.
_EVERY = {
    Form.PDF: 1,
    Form.DOCX: 1,
    Form.PDF_OFFICE: 1,
    Form.BODY: 2,
    Form.SCAN: 2,
    Form.DOC: 3,
    Form.RTF: 3,
    Form.ODT: 4,
    Form.PDF_SIGNED: 4,
    Form.DOCX_OLD: 5,
    Form.XLSX: 5,
    Form.HTML: 5,
    Form.RTF_OFFICE: 5,
    Form.SCAN_PEN: 5,
    Form.RTF_OLD: 6,
    Form.ODT_OFFICE: 6,
    Form.BODY_HTML: 6,
    Form.PDF_PEN: 6,
    Form.XLS: 8,
    Form.DOC_OLD: 9,
    Form.PDF_OLD: 9,
    Form.SCAN_COARSE: 8,
    Form.SCAN_FINE: 8,
    Form.PHOTO: 9,
    Form.SCAN_TIFF: 10,
    Form.TWO_UP: 14,
}
_NEGATIVE_FORMS = (Form.PDF, Form.DOCX, Form.BODY, Form.BODY_HTML)
_QUICK_STEP = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """
    One mail that is to be made.

    `record` is an id of the corpus, `beside` that of a second document in the same mail; `seed` chooses all that is
    invented. `id` names the mail in reports.
    """

    record: str
    form: Form
    shape: Shape = Shape.PLAIN
    beside: str | None = None
    seed: int = 1

    @property
    def id(self) -> str:
        """Name this order, such as "d0127:docx:zipped"."""
        return f"{self.record}:{self.form.name.lower()}:{self.shape.name.lower()}"

    @property
    def chance(self) -> Random:
        """Begin the chances of this order anew."""
        return Random(f"{self.id}:{self.seed}")


def planned(
    facts: Sequence[Facts], negatives: Sequence[Negative], *, seed: int = 1, quick: bool = False
) -> Iterator[Order]:
    """Choose what a run makes, always the same for the same records and seed; a quick run makes a part of it."""
    step = _QUICK_STEP if quick else 1
    for place, record in enumerate(facts):
        yield from _of_document(record, place, facts, seed, step)
    for text in negatives[::step]:
        for form in _NEGATIVE_FORMS:
            yield Order(record=text.id, form=form, seed=seed)
    for each in EVERYDAY:
        yield Order(record=each.id, form=Form.EVERYDAY, seed=seed)


def _of_document(record: Facts, place: int, facts: Sequence[Facts], seed: int, step: int) -> Iterator[Order]:
    for form, every in _EVERY.items():
        # Each form begins with another record, so that few records do not carry all the rare forms.
        number = crc32(form.name.encode())
        if (place + number) % every or (place // every + number) % step or not _can(record, form):
            continue
        yield Order(record=record.id, form=form, seed=seed)
    if place % step == 0:
        yield Order(record=record.id, form=Form.COPIED, seed=seed)
        shape = _FILE_SHAPES[(place // step) % len(_FILE_SHAPES)]
        beside = facts[(place + 7) % len(facts)].id if shape in (Shape.TWO, Shape.TWO_ZIPPED) else None
        form = Form.DOCX if (place // step // len(_FILE_SHAPES)) % 2 else Form.PDF
        yield Order(record=record.id, form=form, shape=shape, beside=beside, seed=seed)
    if place % (12 * step) == 0:
        for form in (Form.PDF, Form.DOCX, Form.SCAN) if place % (24 * step) == 0 else (Form.PDF,):
            yield Order(record=record.id, form=form, shape=Shape.SECRET, seed=seed)


def _can(record: Facts, form: Form) -> bool:
    """Say whether a record can travel so: a pen or a program writes the number; a pasted letter is known by it."""
    needs_number = (Form.BODY, Form.BODY_HTML, Form.PDF_SIGNED, Form.PDF_PEN, Form.SCAN_PEN)
    return record.number is not None or form not in needs_number
