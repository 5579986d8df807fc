"""Updates that nobody signed and that only some readers see: what each reader shows is what was signed, or is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mailbridge.verify.pdf_changes import REPLACED_WORDS
from mailbridge.verify.pdf_changes_kinds import Kind
from mailbridge.verify.pdf_shadow import PORTFOLIO
from mailbridge.verify.signature import Status
from tests.keys.pki import make_pki
from tests.verify.builders_pdf_cases import ALLOWED, COUNTERSIGNED, GOOD, SUSPICIOUS, judge, sealed, told
from tests.verify.builders_pdf_raw import (
    ANNOTATIONS,
    CATALOG,
    CONTENT,
    FORM,
    PAGE,
    PAGES,
    form_objects,
    latest,
    look,
    sign,
    size,
    stream,
    text,
    update,
    write_pdf,
)

Objects = dict[int, bytes]
FORGED = stream(text("So: 99/SNV-VP"))
BOX = b"/Rect [72 700 300 730] /F 4"


def tree() -> Objects:
    """Two pages that have everything from the node above them."""
    page = b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>"
    above = b"/MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>"
    return form_objects() | {
        PAGES: b"<< /Type /Pages /Kids [3 0 R 20 0 R] /Count 2 %s >>" % above,
        PAGE: page.replace(b">>", b"/Annots 7 0 R >>") % CONTENT,
        20: page % 21,
        21: stream(text("Trang 2")),
        22: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 180 %s >>" % above,
    }


def layered() -> Objects:
    """Two annotations, one over the other."""
    stamp = b"<< /Type /Annot /Subtype /Stamp %s /AP << /N %d 0 R >> >>"
    white = b"1 g 0 0 228 30 re f 0 g "
    return form_objects() | {
        ANNOTATIONS: b"[20 0 R 21 0 R]",
        20: stamp % (BOX, 22),
        21: stamp % (BOX, 23),
        22: look(white + text("So: 99", (0, 9))),
        23: look(white + text("So: 12", (0, 9))),
    }


def lost_widget() -> Objects:
    """A widget that belongs to no field, and a field whose widget names it."""
    return form_objects() | {
        ANNOTATIONS: b"[20 0 R 21 0 R]",
        FORM: b"<< /Fields [22 0 R] /DA (/F1 12 Tf) /DR << /Font << /F1 5 0 R >> >> >>",
        20: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (So) /V (12) %s >>" % BOX,
        21: b"<< /Type /Annot /Subtype /Widget /Parent 22 0 R %s >>" % BOX,
        22: b"<< /FT /Tx /T (Ngay) /V (12) /Kids [21 0 R] >>",
        23: b"<< /FT /Tx /T (Ngay) /V (99) /Kids [21 0 R] >>",
    }


def without_form() -> Objects:
    return lost_widget() | {FORM: b"<< /Fields [] /SigFlags 3 >>", ANNOTATIONS: b"[20 0 R]"}


SLY: dict[str, tuple[Callable[[], Objects], int, bytes, bytes]] = {
    "page not counted": (tree, PAGES, b"/Count 2", b"/Count 1"),
    "page of another parent": (tree, PAGE, b"/Parent 2 0 R", b"/Parent 22 0 R"),
    "annotations the other way round": (layered, ANNOTATIONS, b"20 0 R 21 0 R", b"21 0 R 20 0 R"),
    "annotation once more, on top": (layered, ANNOTATIONS, b"21 0 R", b"21 0 R 20 0 R"),
    "value of a widget without a field": (lost_widget, 20, b"(12)", b"(99)"),
    "value of a field's widget": (lost_widget, 21, b"/F 4", b"/F 4 /V (99)"),
    "widget of another parent": (lost_widget, 21, b"/Parent 22 0 R", b"/Parent 23 0 R"),
    "how a field is written": (lost_widget, 22, b"/V (12)", b"/V (12) /DA (/F1 1 Tf 1 g)"),
    "fields drawn anew": (without_form, FORM, b"/SigFlags 3", b"/SigFlags 3 /NeedAppearances true"),
}


@pytest.mark.parametrize("name", SLY)
def test_change_that_only_some_readers_see(name: str) -> None:
    objects, number, before, after = SLY[name]
    signed = sign(write_pdf(objects()), make_pki().person)
    assert before in latest(signed, number)
    assert told(signed) == [GOOD]
    assert told(update(signed, {number: latest(signed, number)})) == [ALLOWED]
    assert told(update(signed, {number: latest(signed, number).replace(before, after)})) == [SUSPICIOUS]


def test_miscounted_pages_are_the_signers_own() -> None:
    """A program that counts wrongly signs, the clerk numbers and seals; the count stays as wrong as it was."""
    objects = tree()
    objects[PAGES] = objects[PAGES].replace(b"/Count 2", b"/Count 7")
    signed = sign(write_pdf(objects), make_pki().person)
    assert told(sealed(signed)) == [COUNTERSIGNED, GOOD]
    assert [status.reason for status in judge(sealed(signed))] == [None, None]


# Tables that one reader follows and another gives up: it then takes the last copy of each object that it finds.


def with_copy(*, behind: bool) -> bytes:
    """A signed file with a second copy of the page's content that no table names."""
    objects = form_objects("So: 12/SNV-VP")
    copy = b"(x)\nendobj\n4 0 obj\n%s" % FORGED
    objects = objects | {20: copy} if behind else {20: copy} | objects
    return sign(write_pdf(objects), make_pki().person)


def stored(pdf: bytes, *, packed: bool = False) -> bytes:
    catalog = latest(pdf, CATALOG).replace(b"/Type", b"/DSS %d 0 R /Type" % size(pdf))
    return update(pdf, {CATALOG: catalog, size(pdf): b"<< /Certs [] >>"}, packed=packed)


def _in_tail(edit: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def edited(pdf: bytes) -> bytes:
        done = stored(pdf)
        table = done.rindex(b"xref\n0 1")
        return done[:table] + edit(done[table:])

    return edited


UNSOUND: dict[str, Callable[[bytes], bytes]] = {
    "lines of 19 octets": _in_tail(lambda tail: re.sub(rb" ([nf]) \n", rb" \1\n", tail)),
    "lines of 21 octets": _in_tail(lambda tail: re.sub(rb" ([nf]) \n", rb" \1 \r\n", tail)),
    "table without a line": _in_tail(lambda tail: tail.replace(b"xref\n0", b"xref 0", 1)),
    "comment in the table": _in_tail(lambda tail: tail.replace(b"xref\n0", b"xref %\n0", 1)),
    "trailer without its root": _in_tail(lambda tail: tail.replace(b"/Root 1 0 R", b"")),
    "size too small": _in_tail(lambda tail: re.sub(rb"/Size \d+", b"/Size 7", tail)),
    "end in one line": _in_tail(lambda tail: re.sub(rb"startxref\n(\d+)", rb"startxref \1", tail)),
    "something behind the trailer": _in_tail(lambda tail: tail.replace(b">>\nstartxref", b">> null\nstartxref")),
    "stream behind a blank": lambda pdf: re.sub(
        rb"(?s)(.*)/ObjStm(.*?)stream\n", rb"\1/ObjStm\2stream ", stored(pdf, packed=True)
    ),
}


SOUND: dict[str, Callable[[bytes], bytes]] = {
    "program named before the end": _in_tail(lambda tail: tail.replace(b"startxref", b"%iText-Core-7.2.5\nstartxref")),
    "lines of another system": _in_tail(
        lambda tail: re.sub(rb" ([nf]) \n", rb" \1\r\n", tail.replace(b"xref\n0 1\n", b"xref\r\n0 1\r\n", 1)).replace(
            b">>\nstartxref\n", b">>\r\nstartxref\r\n"
        )
    ),
    "lines that end in a carriage return": _in_tail(
        lambda tail: re.sub(rb" ([nf]) \n", rb" \1 \r", tail).replace(b"trailer\n", b"trailer\r")
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_table_as_programs_write_it(name: str) -> None:
    assert told(SOUND[name](with_copy(behind=False))) == [ALLOWED]


@pytest.mark.parametrize("name", UNSOUND)
def test_table_that_some_readers_give_up(name: str) -> None:
    signed = with_copy(behind=False)
    assert told(stored(signed)) == told(stored(signed, packed=True)) == [ALLOWED]
    broken = UNSOUND[name](signed)
    assert broken != stored(signed)
    assert told(broken) == [SUSPICIOUS]


def test_copy_that_a_reader_without_a_table_takes() -> None:
    """The signature itself stands; what nobody signed is not trusted where readers could find another page."""
    signed = with_copy(behind=True)
    assert told(signed) == [GOOD]
    assert told(stored(signed)) == [SUSPICIOUS]
    assert told(sealed(signed)) == [COUNTERSIGNED, GOOD]


# What stands before the former content can hide it.


def around(pdf: bytes, before: bytes, behind: bytes) -> Objects:
    number = size(pdf) + 5
    contents = b"/Contents [%d 0 R 4 0 R %d 0 R]" % (number, number + 1)
    return {
        number: stream(before),
        number + 1: stream(behind),
        PAGE: latest(pdf, PAGE).replace(b"/Contents 4 0 R", contents),
    }


def in_one(before: bytes, behind: bytes) -> Objects:
    return {CONTENT: stream(before + text("So:      /SNV-VP") + behind)}


def wrapped(pdf: bytes, before: bytes, behind: bytes, *, together: bool) -> list[str | None]:
    done = judge(sealed(pdf, in_one(before, behind) if together else around(pdf, before, behind)))
    assert [(status.status, status.changed_after) for status in done] == [COUNTERSIGNED, GOOD]
    return [status.reason for status in done]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("before", [b"q", b"\nq q\n", b"q\r\n"])
def test_content_kept_in_its_own_state_is_kept(before: bytes, together: bool) -> None:
    signed = sign(write_pdf(form_objects()), make_pki().person)
    assert wrapped(signed, before + b"\n", b"\nQ " + text("12"), together=together) == [None, None]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("before", [b"q 0 0 1 1 re W n", b"q 3 Tr", b"/OC /L BDC q", b"q 0 0 0 0 0 0 cm"])
def test_content_that_something_before_it_hides_is_replaced(before: bytes, together: bool) -> None:
    signed = sign(write_pdf(form_objects()), make_pki().person)
    told_reasons = wrapped(signed, before + b"\n", b"\nQ " + text("So: 99"), together=together)
    assert told_reasons == [REPLACED_WORDS[Kind.CONTENT_REPLACED], None]


def test_portfolio_made_under_a_seal_is_told() -> None:
    signed = sign(write_pdf(form_objects()), make_pki().person)
    catalog = latest(signed, CATALOG).replace(b"/Type", b"/Collection << /View /H >> /Type")
    leader, office = judge(sealed(signed, {CATALOG: catalog}))
    assert (leader.status, leader.reason) == (office.status, office.reason) == (Status.INDETERMINATE, PORTFOLIO)


# Faults that one reader mends and another trips over: what it cannot read is missing for it.


FAULTS = [
    (b">>", b">x"),
    (b">>", b"> >"),
    (b">>", b""),
    (b"/F 4", b"/F 4 }"),
    (b"/F 4", b"/F --4"),
    (b"/F 4", b"/F 4 %"),
]


@pytest.mark.parametrize(("before", "after"), FAULTS)
def test_object_that_some_readers_cannot_read(before: bytes, after: bytes) -> None:
    """The upper annotation is written once more, with a fault; without it the lower one is seen."""
    signed = sign(write_pdf(layered()), make_pki().person)
    head, _, last = latest(signed, 21).rpartition(before)
    assert told(update(signed, {21: head + before + last})) == [ALLOWED]
    assert told(update(signed, {21: head + after + last})) != [ALLOWED]
    assert not any(status is Status.TOTAL_PASSED for status, _ in told(update(signed, {21: head + after + last})))
