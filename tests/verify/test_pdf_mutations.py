"""Laws under mutation: whatever still passes shows, to another reader, what was signed."""

from __future__ import annotations

from functools import cache

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.signature import Change
from tests.keys.pki import AT, make_pki
from tests.verify.builders_pdf import gap_of
from tests.verify.builders_pdf_cases import judge, passes, sealed
from tests.verify.builders_pdf_raw import CATALOG, form_objects, latest, sign, size, stream, text, update, write_pdf

FORGED = "So: 99/SNV-VP"


@cache
def files() -> tuple[bytes, ...]:
    """A signed file with a forged page in it that nothing leads to; archived; stamped; sealed and archived."""
    prepared = {
        20: b"<< /Type /Pages /Kids [21 0 R] /Count 1 >>",
        21: b"<< /Type /Page /Parent 20 0 R /MediaBox [0 0 595 842] /Contents 22 0 R /Resources << >> >>",
        22: stream(text(FORGED)),
    }
    pki = make_pki()
    signed = sign(write_pdf(form_objects("So: 12/SNV-VP") | prepared), pki.person)
    catalog = latest(signed, CATALOG).replace(b"/Type", b"/DSS %d 0 R /Type" % size(signed))
    kept = update(signed, {CATALOG: catalog, size(signed): b"<< /Certs [] >>"})
    return signed, kept, pki.stamp_document(kept, field="Stamp", at=AT), pki.add_store(sealed(signed))


def shown(pdf: bytes) -> str | None:
    """Read the first page as pdfium does; None when it cannot."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        return f"{len(document)} {document[0].get_textpage().get_text_range()}"
    except pypdfium2.PdfiumError:
        return None


def _outside_gaps(pdf: bytes, place: int) -> int:
    """Look elsewhere more often: the room of the signatures is most of these files."""
    for number in range(pdf.count(b"/ByteRange")):
        begin, end = gap_of(pdf, number)
        if begin < place < end and place % 8:
            return begin - place % begin
    return place


WORDS = (
    b"4 0 obj\n<< /Length 9 >>\nstream\nendstream\nendobj\n",
    b"/Pages 20 0 R ",
    b"/Contents 22 0 R ",
    b"/Kids [21 0 R] ",
    b"startxref\n0\n%%EOF\n",
    b"trailer\n<< /Root 20 0 R >>\n",
    b"4 1\n0000000015 00000 n \n",
    b"%",
    b" ",
    b"\n",
    b"<<",
    b">>",
    b"(",
    b"endobj\n",
    b"stream\n",
    b"22",
    b"20 0 R",
)


@given(
    number=st.integers(0, 3),
    place=st.integers(0, 2**20),
    change=st.one_of(st.sampled_from(WORDS), st.binary(min_size=1, max_size=3)),
    removed=st.integers(0, 12),
)
@settings(max_examples=100, deadline=None)
def test_what_passes_shows_what_was_signed(number: int, place: int, change: bytes, removed: int) -> None:
    """Flip, cut and insert at one place; what is inserted is at times what a forger would take."""
    pdf = files()[number]
    place = _outside_gaps(pdf, place % len(pdf))
    mutant = pdf[:place] + change + pdf[place + removed :]
    for status in judge(mutant):
        assert status.reason or status.changed_after is not Change.SUSPICIOUS
    if passes(mutant):
        assert shown(mutant) == shown(pdf)
        assert FORGED not in (shown(mutant) or "")


@given(number=st.integers(1, 3), word=st.sampled_from(WORDS), place=st.integers(0, 2**20), room=st.booleans())
@settings(max_examples=100, deadline=None)
def test_what_passes_shows_what_was_signed_when_only_the_archive_is_touched(
    number: int, word: bytes, place: int, room: bool
) -> None:
    """The same where nobody signed: in the update behind the last signature."""
    pdf = files()[number]
    _, end = gap_of(pdf, 0 if number < 3 else 1)
    begin = pdf.index(b"%%EOF", end) + 6
    place = begin + place % (len(pdf) - begin)
    mutant = pdf[:place] + word + pdf[place + (len(word) if room else 0) :]
    if passes(mutant):
        assert shown(mutant) == shown(pdf)
