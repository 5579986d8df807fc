"""Universal forgery, incremental saving and wrapping, by our own code on our own files; honest files beside them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mailbridge.verify.signature import Change, Status
from tests.keys.pki import make_pki
from tests.verify.builders_pdf import gap_of
from tests.verify.builders_pdf_cases import (
    ALLOWED,
    COUNTERSIGNED,
    GOOD,
    SUSPICIOUS,
    by_leader,
    judge,
    passes,
    sealed,
    told,
)
from tests.verify.builders_pdf_raw import (
    ANNOTATIONS,
    CATALOG,
    CONTENT,
    FONT,
    FORM,
    PADES,
    PAGE,
    PAGES,
    form_objects,
    last_table,
    latest,
    look,
    sign,
    size,
    stream,
    text,
    update,
    write_pdf,
)

FORGED = stream(text("So: 99/SNV-VP"))


def value_of(pdf: bytes) -> int:
    """Return the number of the last signature dictionary."""
    return int(re.findall(rb"(?<!\d)(\d{1,6}) 0 obj\n<< /Type /Sig ", pdf)[-1])


def test_file_as_it_was_signed_passes() -> None:
    assert told(by_leader()) == [GOOD]


# Universal signature forgery: the signature says nothing that could be checked.


def _range(pdf: bytes) -> bytes:
    found: list[bytes] = re.findall(rb"/ByteRange \[[\d ]+\] *", pdf)
    return found[-1]


def _contents(pdf: bytes) -> bytes:
    begin, end = gap_of(pdf)
    return b"/Contents " + pdf[begin:end]


UNIVERSAL: dict[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "range missing": lambda pdf: (_range(pdf), b""),
    "range null": lambda pdf: (_range(pdf), b"/ByteRange null "),
    "range empty": lambda pdf: (_range(pdf), b"/ByteRange [] "),
    "range of zeros": lambda pdf: (_range(pdf), b"/ByteRange [0 0 0 0] "),
    "range of one": lambda pdf: (_range(pdf), b"/ByteRange [0] "),
    "range of three": lambda pdf: (_range(pdf), b"/ByteRange [0 10 20] "),
    "range of six": lambda pdf: (_range(pdf), _range(pdf).rstrip().replace(b"]", b" 0 0]")),
    "range negative": lambda pdf: (_range(pdf), b"/ByteRange [0 -1 -1 -1] "),
    "range begins later": lambda pdf: (_range(pdf), _range(pdf).replace(b"[0 ", b"[9 ")),
    "range beyond the end": lambda pdf: (_range(pdf), b"/ByteRange [0 100 200 999999999] "),
    "range overlong": lambda pdf: (_range(pdf), b"/ByteRange [0 " + b"9" * 400 + b" 1 1] "),
    "range of text": lambda pdf: (_range(pdf), b"/ByteRange (0 10 20 30) "),
    "range of texts": lambda pdf: (_range(pdf), b"/ByteRange [(0) (1) (2) (3)] "),
    "range of fractions": lambda pdf: (_range(pdf), b"/ByteRange [0.0 1.5 2.5 3.5] "),
    "range of a name": lambda pdf: (_range(pdf), b"/ByteRange /All "),
    "range by reference": lambda pdf: (_range(pdf), b"/ByteRange 7 0 R "),
    "range of references": lambda pdf: (_range(pdf), b"/ByteRange [0 4 0 R 5 0 R 6 0 R] "),
    "contents missing": lambda pdf: (_contents(pdf), b""),
    "contents null": lambda pdf: (_contents(pdf), b"/Contents null "),
    "contents empty": lambda pdf: (_contents(pdf), b"/Contents <> "),
    "contents empty text": lambda pdf: (_contents(pdf), b"/Contents () "),
    "contents 00": lambda pdf: (_contents(pdf), b"/Contents <00> "),
    "contents zeros": lambda pdf: (_contents(pdf), b"/Contents <" + b"0" * 500 + b"> "),
    "contents by reference": lambda pdf: (_contents(pdf), b"/Contents 4 0 R "),
    "contents an array": lambda pdf: (_contents(pdf), b"/Contents [<00>] "),
    "contents a dictionary": lambda pdf: (_contents(pdf), b"/Contents << >> "),
    "value null": lambda pdf: (b"/V %d 0 R" % value_of(pdf), b"/V null"),
    "value a text": lambda pdf: (b"/V %d 0 R" % value_of(pdf), b"/V (signed)"),
    "value nowhere": lambda pdf: (b"/V %d 0 R" % value_of(pdf), b"/V 999 0 R"),
    "value the page": lambda pdf: (b"/V %d 0 R" % value_of(pdf), b"/V 3 0 R"),
    "filter of nobody": lambda pdf: (PADES, b"/SubFilter /Any.Thing"),
    "filter missing": lambda pdf: (PADES, b""),
    "a timestamp instead": lambda pdf: (b"/Type /Sig ", b"/Type /DocTimeStamp "),
}


@pytest.mark.parametrize("name", UNIVERSAL)
def test_universal_forgery_in_place(name: str) -> None:
    """The dictionary of a good signature is altered where it stands, and the page with it; nothing else moves."""
    before, after = UNIVERSAL[name](by_leader())
    assert before in by_leader()
    forged = by_leader().replace(before, after.ljust(len(before))).replace(b"So:      /", b"So: 1234 /")
    assert not passes(forged)
    assert judge(forged) or name == "value null"


@pytest.mark.parametrize("name", UNIVERSAL)
def test_universal_forgery_by_an_update(name: str) -> None:
    """The altered dictionary comes with an incremental update that also changes the page."""
    pdf = by_leader()
    before, after = UNIVERSAL[name](pdf)
    number = value_of(pdf)
    changed = {n: latest(pdf, n) for n in (number, number + 1) if before in latest(pdf, n)}
    objects = {n: each.replace(before, after) for n, each in changed.items()}
    assert objects
    assert not passes(update(pdf, {**objects, CONTENT: FORGED}))


@pytest.mark.parametrize("second", [b"/ByteRange [0 10 20 30]", b"/Contents <00>", b"/ByteRange null"])
@pytest.mark.parametrize("first", [True, False])
def test_dictionary_that_says_a_thing_twice_vouches_for_no_other_content(second: bytes, first: bool) -> None:
    """Readers take the first or the last; the octets are covered once, or the signature fails."""
    pdf = sign(write_pdf(form_objects()), make_pki().person, entries=(second if first else b"") + PADES)
    assert not passes(pdf.replace(b"So:      /", b"So: 1234 /"))
    begin, _ = gap_of(by_leader())
    again = by_leader()[: begin - 10] + second + by_leader()[begin - 10 :]
    assert not passes(again)


def test_signature_without_its_range_is_still_a_finding() -> None:
    blank = b" " * len(_range(by_leader()))
    (status,) = judge(by_leader().replace(_range(by_leader()), blank))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_bad_signature_beside_a_good_one_has_a_finding_of_its_own() -> None:
    """The malformed field was there before the good signature, which covers it."""
    objects = form_objects() | {
        FORM: b"<< /Fields [8 0 R ] >>",
        8: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Bad) /V 9 0 R /Rect [0 0 0 0] >>",
        9: b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 0 0 0] /Contents <00> >>",
    }
    pdf = sign(write_pdf(objects), make_pki().person)
    assert told(pdf) == [GOOD, (Status.TOTAL_FAILED, Change.SUSPICIOUS)]
    assert told(sealed(pdf)) == [COUNTERSIGNED, GOOD, (Status.TOTAL_FAILED, Change.SUSPICIOUS)]


# Incremental saving: something is appended behind the signature.


def _without(pdf: bytes, what: bytes) -> bytes:
    place = pdf.rindex(what)
    return pdf[:place] + b"%" + pdf[place + 1 :]


def _annotated(pdf: bytes, entries: bytes) -> bytes:
    number = size(pdf)
    return update(
        pdf,
        {
            ANNOTATIONS: latest(pdf, ANNOTATIONS).replace(b"[", b"[%d 0 R " % number),
            number: b"<< /Type /Annot /Rect [72 750 300 780] /F 4 %s /AP << /N %d 0 R >> >>" % (entries, number + 1),
            number + 1: look(text("So: 99/SNV-VP", (0, 10))),
        },
    )


def _copied(pdf: bytes) -> bytes:
    """Append a copy of the signature to the change, with the same range ("with copied signature")."""
    number = value_of(pdf)
    return update(pdf, {CONTENT: FORGED, number: latest(pdf, number)})


def _hybrid(pdf: bytes) -> bytes:
    """Hide the changed page in the stream of a hybrid table."""
    packed = update(pdf, {CONTENT: FORGED}, packed=True)
    table = len(packed)
    trailer = b"<< /Size %d /Root 1 0 R /Prev %d /XRefStm %d >>" % (size(packed), last_table(pdf), last_table(packed))
    return packed + b"xref\n0 1\n0000000000 65535 f \ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, table)


def _new_root(pdf: bytes) -> bytes:
    number = size(pdf)
    return update(
        pdf,
        {
            number: latest(pdf, CATALOG).replace(b"/Pages 2 0 R", b"/Pages %d 0 R" % (number + 1)),
            number + 1: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 2),
            number + 2: latest(pdf, PAGE).replace(b"4 0 R", b"%d 0 R" % (number + 3)),
            number + 3: FORGED,
        },
        trailer=b"/Root %d 0 R" % number,
    )


def _page_swapped(pdf: bytes) -> bytes:
    number = size(pdf)
    return update(
        pdf,
        {
            PAGES: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % number,
            number: latest(pdf, PAGE).replace(b"4 0 R", b"%d 0 R" % (number + 1)),
            number + 1: FORGED,
        },
    )


INCREMENTAL: dict[str, Callable[[bytes], bytes]] = {
    "content replaced": lambda pdf: update(pdf, {CONTENT: FORGED}),
    "content replaced, with streams": lambda pdf: update(pdf, {CONTENT: FORGED}, packed=True),
    "content replaced in a hybrid table": _hybrid,
    "without table": lambda pdf: pdf + b"4 0 obj\n" + FORGED + b"\nendobj\n",
    "without trailer": lambda pdf: _without(update(pdf, {CONTENT: FORGED}), b"trailer"),
    "without startxref": lambda pdf: _without(update(pdf, {CONTENT: FORGED}), b"startxref"),
    "without end": lambda pdf: _without(update(pdf, {CONTENT: FORGED}), b"%%EOF"),
    "with only an end": lambda pdf: pdf + b"4 0 obj\n" + FORGED + b"\nendobj\n%%EOF\n",
    "end pointing back": lambda pdf: (
        pdf + b"4 0 obj\n" + FORGED + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % last_table(pdf)
    ),
    "copied signature": _copied,
    "new root": _new_root,
    "page swapped": _page_swapped,
    "pages removed": lambda pdf: update(pdf, {PAGES: b"<< /Type /Pages /Kids [] /Count 0 >>"}),
    "form taken away": lambda pdf: update(pdf, {CATALOG: b"<< /Type /Catalog /Pages 2 0 R >>", CONTENT: FORGED}),
    "field taken away": lambda pdf: update(pdf, {FORM: b"<< /Fields [] /SigFlags 3 >>", CONTENT: FORGED}),
    "font replaced": lambda pdf: update(pdf, {FONT: b"<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] >>"}),
    "page turned": lambda pdf: update(pdf, {PAGE: latest(pdf, PAGE).replace(b"/Type", b"/Rotate 180 /Type")}),
    "page cropped": lambda pdf: update(pdf, {PAGE: latest(pdf, PAGE).replace(b"/Type", b"/CropBox [0 0 9 9] /Type")}),
    "stamp over the number": lambda pdf: _annotated(pdf, b"/Subtype /Stamp"),
    "text box over the number": lambda pdf: _annotated(pdf, b"/Subtype /FreeText /DA (/F1 9 Tf) /Contents (99)"),
    "widget over the number": lambda pdf: _annotated(pdf, b"/Subtype /Widget /FT /Tx /T (n) /V (99)"),
    "the page's resources by another name": lambda pdf: update(
        pdf, {PAGE: latest(pdf, PAGE).replace(b"/F1 5 0 R", b"/F1 4 0 R")}
    ),
}


@pytest.mark.parametrize("name", INCREMENTAL)
def test_incremental_saving(name: str) -> None:
    forged = INCREMENTAL[name](by_leader())
    assert not passes(forged)
    for status in judge(forged):
        assert status.changed_after is Change.SUSPICIOUS
        assert status.reason


@pytest.mark.parametrize("name", list(INCREMENTAL)[::2])
def test_incremental_saving_behind_two_signatures(name: str) -> None:
    assert told(sealed(by_leader())) == [COUNTERSIGNED, GOOD]
    assert not passes(INCREMENTAL[name](sealed(by_leader())))


@pytest.mark.parametrize("name", ["content replaced", "copied signature", "new root", "stamp over the number"])
def test_incremental_saving_that_a_stranger_signs(name: str) -> None:
    """Who signs with a certificate that we do not trust vouches for nothing."""
    assert not passes(sign(INCREMENTAL[name](by_leader()), make_pki().stranger))


def test_archived_file_that_was_changed_afterwards() -> None:
    pki = make_pki()
    kept = pki.add_store(by_leader())
    assert told(kept) == [ALLOWED]
    assert told(update(kept, {CONTENT: FORGED})) == [SUSPICIOUS]
    assert told(update(by_leader(), {CONTENT: FORGED})) == [SUSPICIOUS]
    assert not passes(pki.add_store(update(by_leader(), {CONTENT: FORGED})))


# Signature wrapping: the second part of the range is pushed away, strange objects stand between.


def _wrapped(pdf: bytes, *, moved: str, padding: int = 0) -> bytes:
    """
    Push the signed tail behind a new page.

    The tail's table is what a reader finds at the end, so a second one has to stand where it points: the attack sets
    the forged octets there. `moved` tells what the forged dictionary says of its range.
    """
    begin, end = gap_of(pdf)
    tail = pdf[end:]
    table = last_table(pdf)
    number = value_of(pdf)
    body = b"4 0 obj\n" + FORGED + b"\nendobj\n"
    gap = pdf[begin:end]
    hole = max(table - end, 0)
    middle_size = hole + len(body) + 2 * len(gap) + 4_000 + padding
    second = end + middle_size
    shape = {
        "range": b"/ByteRange [0 %d %d %d] /Contents %s" % (begin, second, len(tail), gap),
        "range and contents": b"/Contents %s /ByteRange [0 %d %d %d]" % (gap, begin, second, len(tail)),
        "range kept": b"/ByteRange [0 %d %d %d] /Contents %s" % (begin, end, len(tail), gap),
        "two gaps": b"/ByteRange [0 %d %d %d %d %d] /Contents %s" % (begin, second, len(tail), end, 0, gap),
    }[moved]
    dictionary = b"<< /Type /Sig /Filter /Adobe.PPKLite %s %s >>" % (PADES, shape)
    kept = {each: latest(pdf, each) for each in (FORM, ANNOTATIONS, number + 1)}
    forged = update(pdf[:end] + b" " * hole, {CONTENT: FORGED, number: dictionary, **kept})
    inserted = forged[end:].replace(b"%%EOF", b"     ").ljust(middle_size, b" ")
    # The last table of the tail is found by its offset, where the inserted one stands now.
    return (
        pdf[:end]
        + inserted[:middle_size]
        + tail.replace(b"startxref\n%d" % table, b"startxref\n%d" % (end + inserted.rindex(b"xref\n0 1")))
    )


@pytest.mark.parametrize("moved", ["range", "range and contents", "range kept", "two gaps"])
@pytest.mark.parametrize("padding", [0, 100_000])
def test_signature_wrapping(moved: str, padding: int) -> None:
    forged = _wrapped(by_leader(), moved=moved, padding=padding)
    assert [status.status is Status.TOTAL_PASSED for status in judge(forged)] == [False]


# The file as such: what stands before, behind and between.


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf", b"GIF89a", b"<html>", b"%!PS\n", b"%PDF-1.4\n"])
def test_octets_before_the_head(before: bytes) -> None:
    assert not passes(before + by_leader())


@pytest.mark.parametrize("behind", [b"\n", b"\r\n", b" ", b"%", b"\0" * 2000, b"%%EOF\n", b"PK\x05\x06" + b"\0" * 18])
def test_octets_behind_the_end(behind: bytes) -> None:
    assert told(by_leader() + behind) in ([SUSPICIOUS], [(Status.TOTAL_FAILED, Change.SUSPICIOUS)])


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
def test_end_of_the_file_as_programs_write_it(end: bytes) -> None:
    """What stands behind %%EOF when the file is signed is signed with it."""
    from tests.verify.builders_pdf_raw import fill, make_cms

    unsigned = re.sub(rb"/ByteRange \[[\d ]+\] */Contents <[0-9a-f]+>", b"@", by_leader())
    blank = b"/ByteRange [0 0000000000 0000000000 0000000000] /Contents <" + b"0" * 12_000 + b">"
    blank_file = unsigned.replace(b"@", blank)
    assert len(blank_file) == len(by_leader())
    ended = blank_file.rstrip(b"\r\n") + end
    assert told(fill(ended, lambda data: make_cms(data, make_pki().person))) == [GOOD]
