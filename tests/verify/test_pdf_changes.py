"""What became of a file after each signature: the office's everyday, shadow attacks, attacks on certifications."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import cache

import pytest

from mailbridge.verify.pdf_changes import FILLED_IN, FORBIDDEN, REPLACED_WORDS
from mailbridge.verify.pdf_changes_kinds import Kind
from mailbridge.verify.signature import Change, Status
from tests.keys.pki import AT, Identity, make_pki, one_page_pdf
from tests.verify.builders_pdf_cases import (
    ALLOWED,
    COUNTERSIGNED,
    GOOD,
    SUSPICIOUS,
    by_leader,
    judge,
    passes,
    sealed,
    shown,
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
    latest,
    look,
    sign,
    size,
    stream,
    text,
    update,
    write_pdf,
)

FIELD, OTHER_FIELD = 8, 9
NUMBER = text("12", (100, 760))
FORGED = stream(text("So: 99/SNV-VP"))


def reasons(pdf: bytes) -> list[str | None]:
    return [status.reason for status in judge(pdf)]


def with_fields(*, catalog: bytes = b"", mark: bytes = b"") -> dict[int, bytes]:
    """A page with an empty text field for the number, and an empty field for the seal."""
    return form_objects(catalog=catalog) | {
        FORM: b"<< /Fields [8 0 R 9 0 R] /SigFlags 3 %s >>" % mark,
        ANNOTATIONS: b"[8 0 R 9 0 R]",
        FIELD: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (So) /Rect [95 750 130 780] /P 3 0 R >>",
        OTHER_FIELD: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Dau) /Rect [300 100 500 140] /P 3 0 R >>",
    }


@cache
def with_fields_by_leader() -> bytes:
    return sign(write_pdf(with_fields()), make_pki().person)


def filled(pdf: bytes, value: bytes = b"12") -> dict[int, bytes]:
    """Fill in the field for the number, with its look in the first free object behind those of `sealed`."""
    number = size(pdf) + 5
    entries = b"/FT /Tx /V (%s) /AP << /N %d 0 R >>" % (value, number)
    return {FIELD: latest(pdf, FIELD).replace(b"/FT /Tx", entries), number: look(text("12", (0, 9)), b"0 0 35 30")}


def numbered(pdf: bytes, how: str) -> dict[int, bytes]:
    """Write the number on a signed page, as programs of clerks do it."""
    spare = size(pdf) + 5
    page = latest(pdf, PAGE)
    match how:
        case "stamp":
            stamp = b"<< /Type /Annot /Subtype /Stamp /Rect [95 750 130 780] /F 132 /AP << /N %d 0 R >> >>" % (
                spare + 1
            )
            array = latest(pdf, ANNOTATIONS).replace(b"[", b"[%d 0 R " % spare)
            return {spare: stamp, spare + 1: look(text("12", (0, 9)), b"0 0 35 30"), ANNOTATIONS: array}
        case "text box":
            box = b"<< /Type /Annot /Subtype /FreeText /Rect [95 750 130 780] /DA (/F1 9 Tf) /Contents (12) >>"
            return {spare: box, ANNOTATIONS: latest(pdf, ANNOTATIONS).replace(b"[", b"[%d 0 R " % spare)}
        case "content behind":
            return {spare: stream(NUMBER), PAGE: page.replace(b"/Contents 4 0 R", b"/Contents [4 0 R %d 0 R]" % spare)}
        case "content around":
            return {
                spare: stream(b"q"),
                spare + 1: stream(b"Q q " + NUMBER + b" Q"),
                PAGE: page.replace(b"/Contents 4 0 R", b"/Contents [%d 0 R 4 0 R %d 0 R]" % (spare, spare + 1)),
            }
        case "content and font":
            return {
                spare: stream(NUMBER.replace(b"/F1", b"/F2")),
                spare + 1: latest(pdf, FONT),
                PAGE: page.replace(b"/Contents 4 0 R", b"/Contents [4 0 R %d 0 R]" % spare).replace(
                    b"/F1 5 0 R", b"/F1 5 0 R /F2 %d 0 R" % (spare + 1)
                ),
            }
        case _:
            return filled(pdf)


EVERYDAY = ["stamp", "text box", "content behind", "content around", "content and font", "form field"]


@pytest.mark.parametrize("how", EVERYDAY)
def test_leader_signs_then_the_clerk_numbers_and_seals(how: str) -> None:
    """CONTRACT.md, `countersigned`: no error, and nothing to remark."""
    pdf = with_fields_by_leader()
    together = sealed(pdf, numbered(pdf, how))
    apart = sealed(update(pdf, numbered(pdf, how)))
    for done in (together, apart):
        assert told(done) == [COUNTERSIGNED, GOOD]
        assert reasons(done) == [None, None]


@pytest.mark.parametrize("how", EVERYDAY)
def test_number_that_nobody_sealed_is_suspicious(how: str) -> None:
    pdf = with_fields_by_leader()
    assert told(update(pdf, numbered(pdf, how))) == [SUSPICIOUS]


def test_seal_in_the_field_that_was_made_for_it() -> None:
    """Both fields stood in the draft before the leader signed."""
    pdf = with_fields_by_leader()
    _, picture = shown(pdf)
    mark = b"/AP << /N %d 0 R >>" % (size(pdf) + 2)
    done = sign(pdf, make_pki().organization, field=OTHER_FIELD, widget=mark, objects=picture | filled(pdf))
    assert told(done) == [COUNTERSIGNED, GOOD]
    assert reasons(done) == [None, None]


def test_three_signatures() -> None:
    drafted = sign(write_pdf(form_objects()), make_pki().undeclared)
    widget, picture = shown(drafted, "[An]", b"300 200 500 240")
    signed = sign(drafted, make_pki().person, widget=widget, objects=picture)
    done = sealed(signed)
    assert told(done) == [COUNTERSIGNED, COUNTERSIGNED, GOOD]
    assert reasons(done) == [None] * 3


@pytest.mark.parametrize("packed", [False, True])
def test_long_term_archive(packed: bool) -> None:
    """Validation data and two document timestamps behind two signatures (PAdES-LTA)."""
    pki = make_pki()
    first = sign(write_pdf(form_objects(), packed=packed), pki.person, packed=packed)
    kept = sealed(first)
    for days in (2, 1):
        kept = pki.stamp_document(pki.add_store(kept), field=f"Stamp{days}", at=AT - timedelta(days=days))
    assert told(kept) == [COUNTERSIGNED, ALLOWED]
    assert {status.time_source for status in judge(kept)} == {"timestamp"}


def test_files_with_cross_reference_streams() -> None:
    pki = make_pki()
    signed = sign(write_pdf(form_objects(), packed=True), pki.person, packed=True)
    assert told(signed) == [GOOD]
    assert told(sign(signed, pki.organization, packed=True)) == [COUNTERSIGNED, GOOD]
    assert told(update(signed, {CONTENT: FORGED}, packed=True)) == [SUSPICIOUS]


def test_hybrid_file_of_a_word_processor_is_signed_and_archived() -> None:
    """Word writes its page with a hybrid table; what is appended is plain."""
    pki, plain = make_pki(), write_pdf(form_objects())
    packed = update(plain, {20: b"<< /Producer (Word) >>"}, packed=True)
    table = len(packed)
    main = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %d /Root 1 0 R /Prev %d /XRefStm %d >>\n" % (
        size(packed),
        plain.rindex(b"xref\n0 1"),
        packed.rindex(b"\n", 0, packed.rindex(b" 0 obj\n<< /Type /XRef")) + 1,
    )
    word = packed + main + b"startxref\n%d\n%%%%EOF\n" % table
    signed = sign(word, pki.person)
    assert told(signed) == [GOOD]
    assert told(pki.add_store(signed)) == [ALLOWED]
    assert told(pki.stamp_document(pki.add_store(signed), field="Stamp", at=AT)) == [ALLOWED]
    assert told(sealed(signed)) == [COUNTERSIGNED, GOOD]


def test_encrypted_file_that_opens_without_a_password() -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer
    from pyhanko.sign import signers

    from tests.verify.builders_pdf import pyhanko_signer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(one_page_pdf())))
    writer.encrypt("owner", "")  # type: ignore[no-untyped-call] # pyHanko leaves some methods untyped
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call] # as above
    for name, who in (("Person", make_pki().person), ("Office", make_pki().organization)):
        update_ = IncrementalPdfFileWriter(out)
        update_.encrypt(b"")  # type: ignore[no-untyped-call] # as above
        out = io.BytesIO()
        signers.PdfSigner(signers.PdfSignatureMetadata(field_name=name), pyhanko_signer(who)).sign_pdf(
            update_, output=out
        )
    assert told(out.getvalue()) == [COUNTERSIGNED, GOOD]
    assert reasons(out.getvalue()) == [None, None]


# Shadow attacks: something was prepared before the leader signed, and is switched on afterwards.


def _overlaid() -> dict[int, bytes]:
    """A prepared page: a white picture hides "So: 99", an annotation shows "So: 12"."""
    return with_fields(catalog=b"/OCProperties << /OCGs [14 0 R] /D << /OFF [14 0 R] >> >>") | {
        PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots 7 0 R"
        b" /Resources << /Font << /F1 5 0 R >> /XObject << /X1 12 0 R >> /Properties << /L1 14 0 R >> >> >>",
        CONTENT: stream(text("So: 99/SNV-VP") + b" /X1 Do /OC /L1 BDC " + text("So: 98") + b" EMC"),
        FORM: b"<< /Fields [8 0 R 9 0 R] /DR << /Font << /F1 5 0 R >> >> >>",
        ANNOTATIONS: b"[10 0 R 8 0 R 9 0 R]",
        FIELD: b"<< /Subtype /Widget /FT /Tx /T (So) /Rect [95 750 130 780] /V (99) /AP << /N 11 0 R >> >>",
        10: b"<< /Type /Annot /Subtype /FreeText /Rect [72 750 300 780] /F 4 /AP << /N 11 0 R >> >>",
        11: look(text("So: 12/SNV-VP", (0, 10))),
        12: look(b"1 g 0 0 595 842 re f", b"0 0 595 842"),
        13: look(b"", b"0 0 1 1"),
        14: b"<< /Type /OCG /Name (L) >>",
        15: FORGED,
        16: b"<< /Type /Pages /Kids [17 0 R] /Count 1 >>",
        17: b"<< /Type /Page /Parent 16 0 R /MediaBox [0 0 595 842] /Contents 15 0 R /Resources << >> >>",
        18: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>",
    }


SHADOWS: dict[str, tuple[dict[int, tuple[bytes, bytes]], Kind]] = {
    "hide: picture taken away": ({PAGE: (b"/X1 12 0 R", b"/X1 13 0 R")}, Kind.RESOURCES_REPLACED),
    "hide: annotation taken away": ({ANNOTATIONS: (b"10 0 R ", b"")}, Kind.ANNOTATION_REPLACED),
    "hide: annotation hidden": ({10: (b"/F 4", b"/F 2")}, Kind.ANNOTATION_REPLACED),
    "hide: layer switched": ({CATALOG: (b"/OFF [14 0 R]", b"/OFF []")}, Kind.LAYERS_SWITCHED),
    "replace: font": ({PAGE: (b"/F1 5 0 R", b"/F1 18 0 R")}, Kind.RESOURCES_REPLACED),
    "replace: font in place": ({FONT: (b"Times-Roman", b"Symbol")}, Kind.RESOURCES_REPLACED),
    "replace: look of a field": ({FIELD: (b"/AP << /N 11 0 R >>", b"/AP << /N 13 0 R >>")}, Kind.REFILLED),
    "replace: fields drawn anew": ({FORM: (b"/DR", b"/NeedAppearances true /DR")}, Kind.REFILLED),
    "replace: value of a field": ({FIELD: (b"(99)", b"(12)")}, Kind.REFILLED),
    "hide and replace: pages": ({CATALOG: (b"/Pages 2 0 R", b"/Pages 16 0 R")}, Kind.CONTENT_REPLACED),
    "hide and replace: page": ({PAGES: (b"3 0 R", b"17 0 R")}, Kind.CONTENT_REPLACED),
    "hide and replace: content": ({PAGE: (b"/Contents 4 0 R", b"/Contents 15 0 R")}, Kind.CONTENT_REPLACED),
}


@cache
def shadow_by_leader() -> bytes:
    return sign(write_pdf(_overlaid()), make_pki().person)


def _switched(name: str) -> dict[int, bytes]:
    changes, _ = SHADOWS[name]
    pdf = shadow_by_leader()
    assert all(before in latest(pdf, number) for number, (before, _) in changes.items())
    return {number: latest(pdf, number).replace(before, after) for number, (before, after) in changes.items()}


@pytest.mark.parametrize("name", SHADOWS)
def test_shadow_attack(name: str) -> None:
    """The switch comes with an update that no good signature covers."""
    pdf = shadow_by_leader()
    assert told(pdf) == [GOOD]
    assert told(update(pdf, _switched(name))) == [SUSPICIOUS]
    assert told(make_pki().add_store(update(pdf, _switched(name)))) == [SUSPICIOUS]


@pytest.mark.parametrize("name", SHADOWS)
def test_shadow_attack_that_the_office_seals_is_told(name: str) -> None:
    """
    The leader signed one content, the seal covers another.

    By the contract that is `countersigned`; the reason names what was taken from under the leader's signature.
    """
    pdf = shadow_by_leader()
    leader, office = judge(sealed(pdf, _switched(name)))
    assert (leader.status, leader.changed_after) == COUNTERSIGNED
    assert leader.reason == REPLACED_WORDS[SHADOWS[name][1]]
    assert (office.status, office.changed_after) == GOOD


def test_sealing_the_prepared_file_as_it_was_signed_has_no_such_reason() -> None:
    done = judge(sealed(shadow_by_leader()))
    assert [(status.status, status.changed_after) for status in done] == [COUNTERSIGNED, GOOD]
    assert not any(status.reason in REPLACED_WORDS.values() for status in done)


# Certifications (DocMDP): P=1 nothing, P=2 filling in and signing, P=3 annotations too.


@cache
def certified(level: int) -> bytes:
    """The leader certifies the page with two empty fields."""
    transform = (
        b"/Reference [<< /Type /SigRef /TransformMethod /DocMDP"
        b" /TransformParams << /Type /TransformParams /P %d /V /1.2 >> >>] " % level
    )
    pdf = write_pdf(with_fields())
    value = size(pdf)
    catalog = latest(pdf, CATALOG).replace(b"/Pages", b"/Perms << /DocMDP %d 0 R >> /Pages" % value)
    return sign(pdf, make_pki().person, entries=PADES + transform, objects={CATALOG: catalog})


def signed_by(who: Identity, pdf: bytes, *, visible: bool, objects: dict[int, bytes] | None = None) -> bytes:
    widget, picture = shown(pdf, "So: 99/SNV-VP", b"72 750 300 780") if visible else (None, {})
    return sign(pdf, who, widget=widget, objects=picture | (objects or {}))


FORBIDDEN_CHANGES = ["stamp", "content behind"]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_certified_file_as_it_is(level: int) -> None:
    assert told(certified(level)) == [GOOD]
    assert told(make_pki().add_store(certified(level))) == [ALLOWED]
    assert told(make_pki().stamp_document(certified(level), field="Stamp", at=AT)) == [ALLOWED]


@pytest.mark.parametrize("level", [2, 3])
def test_certified_file_that_was_filled_in(level: int) -> None:
    """Permitted, and yet nobody signed the number: the clerk is told."""
    pdf = certified(level)
    assert told(update(pdf, filled(pdf))) == [ALLOWED]
    assert reasons(update(pdf, filled(pdf))) == [FILLED_IN]
    assert told(sealed(pdf, filled(pdf))) == [ALLOWED, GOOD]
    assert reasons(sealed(pdf, filled(pdf))) == [None, None]


def test_lock_of_fields_beside_a_certification() -> None:
    """FieldMDP: which fields were locked is the signer's affair, and a clerk looks when any was filled in."""
    lock = (
        b"<< /Type /SigRef /TransformMethod /FieldMDP"
        b" /TransformParams << /Type /TransformParams /Action /All /V /1.2 >> >>"
    )
    certify = b"<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>"
    references = b"/Reference [%s %s] " % (certify, lock)
    pdf = sign(write_pdf(with_fields()), make_pki().person, entries=PADES + references)
    assert told(pdf) == [GOOD]
    assert told(make_pki().add_store(pdf)) == [ALLOWED]
    assert told(update(pdf, filled(pdf))) == [SUSPICIOUS]


def test_certified_file_without_changes_permits_none() -> None:
    pdf = certified(1)
    assert told(update(pdf, filled(pdf))) == [SUSPICIOUS]
    assert told(sealed(pdf, filled(pdf))) == [SUSPICIOUS, GOOD]
    assert reasons(sealed(pdf, filled(pdf)))[0] == FORBIDDEN
    assert told(sealed(pdf)) == [SUSPICIOUS, GOOD]


@pytest.mark.parametrize("how", FORBIDDEN_CHANGES)
@pytest.mark.parametrize("level", [1, 2])
def test_certification_forbids_what_it_does_not_permit(how: str, level: int) -> None:
    pdf = certified(level)
    assert told(update(pdf, numbered(pdf, how))) == [SUSPICIOUS]
    assert told(sealed(pdf, numbered(pdf, how))) == [SUSPICIOUS, GOOD]


@pytest.mark.parametrize("how", ["stamp", "text box"])
def test_evil_annotation(how: str) -> None:
    """P=3 permits annotations, and one of them can cover any text: never without a good signature over it."""
    pdf = certified(3)
    assert told(update(pdf, numbered(pdf, how))) == [SUSPICIOUS]
    assert told(sealed(pdf, numbered(pdf, how))) == [ALLOWED, GOOD]
    assert told(sealed(pdf, numbered(pdf, "content behind"))) == [SUSPICIOUS, GOOD]


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("who", ["stranger", "revoked", "expired"])
def test_sneaky_signature(level: int, who: str) -> None:
    """P=2 permits signing; a stranger's signature brings a picture that covers the number."""
    assert not passes(signed_by(getattr(make_pki(), who), certified(level), visible=True))


@pytest.mark.parametrize("level", [2, 3])
def test_signature_of_a_stranger_that_shows_nothing_is_told(level: int) -> None:
    pdf = signed_by(make_pki().stranger, certified(level), visible=False)
    leader, stranger = judge(pdf)
    assert (leader.status, leader.changed_after, leader.reason) == (*ALLOWED, FILLED_IN)
    assert stranger.status is Status.INDETERMINATE


@pytest.mark.parametrize("level", [2, 3])
def test_seal_behind_a_certification(level: int) -> None:
    assert told(signed_by(make_pki().organization, certified(level), visible=True)) == [ALLOWED, GOOD]


def test_signer_of_a_certified_file_accepts_filling_in() -> None:
    """The permission of the first signer holds for those who sign after him."""
    pdf = signed_by(make_pki().organization, certified(2), visible=False)
    assert told(update(pdf, filled(pdf))) == [ALLOWED, ALLOWED]
    assert told(update(by_leader(), {CONTENT: latest(by_leader(), CONTENT)})) == [ALLOWED]


def test_hidden_field_that_is_unhidden_under_a_certification() -> None:
    """A shadow: the certified file has a hidden field with the forged number."""
    objects = with_fields()
    objects[FIELD] = objects[FIELD].replace(b"/FT /Tx", b"/FT /Tx /F 2 /V (99)")
    pdf = write_pdf(objects)
    transform = b"/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 /V /1.2 >> >>] "
    signed = sign(pdf, make_pki().person, entries=PADES + transform)
    assert told(signed) == [GOOD]
    unhidden = {FIELD: latest(signed, FIELD).replace(b"/F 2", b"/F 4")}
    assert told(update(signed, unhidden)) == [SUSPICIOUS]


def test_stranger_between_two_good_signatures_takes_nothing() -> None:
    pdf = sealed(signed_by(make_pki().stranger, by_leader(), visible=False))
    assert [status.changed_after for status in judge(pdf)] == [
        Change.COUNTERSIGNED,
        Change.COUNTERSIGNED,
        Change.NOTHING,
    ]
    assert [status.status for status in judge(pdf)] == [Status.TOTAL_PASSED, Status.INDETERMINATE, Status.TOTAL_PASSED]


def test_stranger_behind_two_good_signatures_is_suspicious() -> None:
    pdf = signed_by(make_pki().stranger, sealed(by_leader()), visible=True)
    assert told(pdf)[:2] == [SUSPICIOUS, SUSPICIOUS]


def linearised() -> bytes:
    """Write a file for the web (ISO 32000-1 annex F): the first page's table stands in front and names the other."""
    objects = form_objects()
    front, back = (CATALOG, PAGE, CONTENT, FORM, ANNOTATIONS), (PAGES, FONT)
    head = b"%PDF-1.7\n10 0 obj\n<< /Linearized 1 /L 0 /H [0 0] /O 3 /E 0 /N 1 /T 0 >>\nendobj\n"
    room = 400
    places: dict[int, int] = {}
    body = b""
    for number in (*front, *back):
        places[number] = len(head) + room + len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    second = len(head) + room + len(body)

    def lines(numbers: tuple[int, ...]) -> bytes:
        return b"".join(b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(numbers))

    first = b"xref\n%strailer\n<< /Size 11 /Root 1 0 R /Prev %d >>\nstartxref\n0\n%%%%EOF\n" % (lines(front), second)
    end = b"xref\n0 1\n0000000000 65535 f \n%strailer\n<< /Size 11 >>\nstartxref\n%d\n%%%%EOF\n" % (
        lines(back),
        len(head),
    )
    assert len(first) <= room
    return head + first.ljust(room) + body + end


def test_file_for_the_web_is_signed_sealed_and_archived() -> None:
    signed = sign(linearised(), make_pki().person)
    assert told(signed) == [GOOD]
    assert told(sealed(signed)) == [COUNTERSIGNED, GOOD]
    assert reasons(sealed(signed)) == [None, None]
    assert told(make_pki().add_store(signed)) == [ALLOWED]
    assert told(update(signed, {CONTENT: FORGED})) == [SUSPICIOUS]
    assert told(signed.replace(b"So:      /", b"So: 1234 /")) == [(Status.TOTAL_FAILED, Change.NOTHING)]
