"""What an update changed, as `compare` names it: every kind beside what looks like it and is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailbridge.verify.pdf_changes_compare import compare
from mailbridge.verify.pdf_changes_graph import TooLarge
from mailbridge.verify.pdf_changes_kinds import Kind
from mailbridge.verify.pdf_field import open_pdf
from tests.keys.pki import AT, make_pki
from tests.verify.builders_pdf_cases import sealed, shown
from tests.verify.builders_pdf_raw import (
    ANNOTATIONS,
    CATALOG,
    CONTENT,
    FONT,
    FORM,
    PAGE,
    PAGES,
    form_objects,
    look,
    sign,
    stream,
    text,
    update,
    write_pdf,
)

FIELD, FULL, STAMP, LOOK, SIGNING, SPARE, PICTURE, INNER = range(8, 16)
Objects = dict[int, bytes]


def base() -> Objects:
    """A page with an empty and a filled text field, a stamp, and an empty visible signature field."""
    return form_objects(catalog=b"/OpenAction [3 0 R /Fit] /Names 13 0 R") | {
        FORM: b"<< /Fields [8 0 R 9 0 R 12 0 R] /DR << /Font << /F1 5 0 R >> >> >>",
        ANNOTATIONS: b"[8 0 R 9 0 R 10 0 R 12 0 R]",
        FIELD: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (So) /Rect [72 750 200 770] /DA (/F1 9 Tf) >>",
        FULL: b"<< /Subtype /Widget /FT /Tx /T (Ngay) /V (01) /Rect [72 700 200 720] /AP << /N 11 0 R >> >>",
        STAMP: b"<< /Type /Annot /Subtype /Stamp /Rect [300 700 400 720] /AP << /N 11 0 R >> >>",
        LOOK: look(text("01", (0, 9))),
        SIGNING: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Chu ky) /Rect [300 100 400 140] >>",
        SPARE: b"<< /Dests << /Names [] >> >>",
        PAGE: form_objects()[PAGE].replace(b"/Resources <<", b"/Resources << /Pattern << /P1 14 0 R >>"),
        CONTENT: stream(text("So:      /SNV-VP") + b" /#581 Do"),
        # Its own picture is called like something that says nothing of a look.
        PICTURE: stream(b"/Metadata Do", b"/Type /XObject /Resources << /XObject << /Metadata 15 0 R >> >>"),
        INNER: look(b""),
    }


def edited(number: int, before: bytes, after: bytes) -> Callable[[Objects], Objects]:
    """Replace something in one object."""

    def edit(objects: Objects) -> Objects:
        assert before in objects[number]
        return {number: objects[number].replace(before, after)}

    return edit


def put(objects: Objects) -> Callable[[Objects], Objects]:
    return lambda _: objects


OVER = stream(text("So: 99/SNV-VP"))
CASES: dict[str, tuple[Callable[[Objects], Objects], set[Kind]]] = {
    "nothing": (put({}), set()),
    "object nobody uses": (put({20: OVER}), set()),
    "page written again": (lambda objects: {PAGE: objects[PAGE]}, set()),
    "content written again": (lambda objects: {CONTENT: objects[CONTENT]}, set()),
    "content under another number": (
        lambda objects: edited(PAGE, b"/Contents 4 0 R", b"/Contents [20 0 R]")(objects) | {20: objects[CONTENT]},
        set(),
    ),
    "validation data": (
        lambda objects: (
            edited(CATALOG, b"/Pages", b"/DSS 20 0 R /Extensions << >> /Pages")(objects) | {20: b"<< /Certs [] >>"}
        ),
        set(),
    ),
    "content behind": (
        lambda objects: edited(PAGE, b"/Contents 4 0 R", b"/Contents [4 0 R 20 0 R]")(objects) | {20: OVER},
        {Kind.CONTENT_ADDED},
    ),
    "content around": (
        lambda objects: (
            edited(PAGE, b"/Contents 4 0 R", b"/Contents [20 0 R 4 0 R 21 0 R]")(objects)
            | {20: stream(b"q"), 21: stream(b"Q " + text("12"))}
        ),
        {Kind.CONTENT_ADDED},
    ),
    "content around in one stream": (
        put({CONTENT: stream(b"q\n" + text("So:      /SNV-VP") + b" /#581 Do\nQ " + text("12"))}),
        {Kind.CONTENT_ADDED},
    ),
    "content replaced": (put({CONTENT: OVER}), {Kind.CONTENT_REPLACED}),
    "content removed": (edited(PAGE, b"/Contents 4 0 R", b""), {Kind.CONTENT_REPLACED}),
    "font replaced": (
        edited(FONT, b"Times-Roman", b"Symbol"),
        {Kind.RESOURCES_REPLACED, Kind.ANNOTATION_REPLACED, Kind.REFILLED},
    ),
    "font removed": (edited(PAGE, b"/F1 5 0 R", b""), {Kind.RESOURCES_REPLACED}),
    "font renamed": (edited(PAGE, b"/F1 5 0 R", b"/F2 5 0 R"), {Kind.RESOURCES_REPLACED, Kind.CONTENT_ADDED}),
    "font added": (edited(PAGE, b"/F1 5 0 R", b"/F1 5 0 R /F2 5 0 R"), {Kind.CONTENT_ADDED}),
    "font of the form added": (edited(FORM, b"/F1 5 0 R", b"/F1 5 0 R /F2 5 0 R"), {Kind.FILLED}),
    "picture where a name was waiting": (
        lambda objects: edited(PAGE, b"/Font", b"/XObject << /X1 20 0 R >> /Font")(objects) | {20: look(text("99"))},
        {Kind.RESOURCES_REPLACED},
    ),
    "picture in a picture, by an odd name": (put({15: look(text("99"))}), {Kind.RESOURCES_REPLACED}),
    "group added": (edited(PAGE, b"/Type", b"/Group << /S /Transparency >> /Type"), {Kind.CONTENT_ADDED}),
    "page trimmed": (edited(PAGE, b"/Type", b"/TrimBox [0 0 9 9] /Type"), {Kind.CONTENT_REPLACED}),
    "page that fades in": (edited(PAGE, b"/Type", b"/Trans << /S /Fade >> /Type"), {Kind.OTHER}),
    "font of the form replaced": (edited(FORM, b"/F1 5 0 R", b"/F1 4 0 R"), {Kind.RESOURCES_REPLACED}),
    "page turned": (edited(PAGE, b"/Type", b"/Rotate 180 /Type"), {Kind.CONTENT_REPLACED}),
    "page turned from above": (edited(PAGES, b"/Type", b"/Rotate 180 /Type"), {Kind.CONTENT_REPLACED}),
    "page cropped": (edited(PAGE, b"/Type", b"/CropBox [0 0 9 9] /Type"), {Kind.CONTENT_REPLACED}),
    "page added": (
        lambda objects: {PAGES: b"<< /Type /Pages /Kids [3 0 R 20 0 R] /Count 2 >>", 20: objects[PAGE]},
        {Kind.PAGES_ADDED},
    ),
    "page put before": (
        lambda objects: {
            PAGES: b"<< /Type /Pages /Kids [20 0 R 3 0 R] /Count 2 >>",
            20: objects[PAGE].replace(b"/Contents 4 0 R", b"/Contents 21 0 R").replace(b"7 0 R", b"[]"),
            21: OVER,
        },
        {Kind.PAGES_ADDED, Kind.CONTENT_REPLACED, Kind.ANNOTATION_REPLACED},
    ),
    "page removed": (put({PAGES: b"<< /Type /Pages /Kids [] /Count 0 >>"}), {Kind.PAGES_REPLACED}),
    "stamp added": (
        lambda objects: (
            edited(ANNOTATIONS, b"[", b"[20 0 R ")(objects)
            | {20: objects[STAMP].replace(b"/N 11", b"/N 21"), 21: look(text("99"))}
        ),
        {Kind.ANNOTATED},
    ),
    "stamp added in place": (edited(ANNOTATIONS, b"[", b"[<< /Subtype /Stamp /Rect [0 0 9 9] >> "), {Kind.ANNOTATED}),
    "stamp moved": (edited(STAMP, b"300 700", b"72 750"), {Kind.ANNOTATION_REPLACED}),
    "stamp taken away": (edited(ANNOTATIONS, b"10 0 R ", b""), {Kind.ANNOTATION_REPLACED}),
    "stamp hidden": (edited(STAMP, b"/Rect", b"/F 2 /Rect"), {Kind.ANNOTATION_REPLACED}),
    "look of a stamp replaced": (
        put({LOOK: look(text("99"))}),
        {Kind.ANNOTATION_REPLACED, Kind.REFILLED},
    ),
    "field filled in": (
        lambda objects: edited(FIELD, b"/FT", b"/V (12) /AP << /N 20 0 R >> /FT")(objects) | {20: look(text("12"))},
        {Kind.FILLED},
    ),
    "look of an empty field": (
        lambda objects: edited(FIELD, b"/FT", b"/AP << /N 20 0 R >> /FT")(objects) | {20: look(text("99"))},
        {Kind.FILLED},
    ),
    "field filled in anew": (edited(FULL, b"/V (01)", b"/V (02)"), {Kind.REFILLED}),
    "look of a filled field": (edited(FULL, b"/N 11 0 R", b"/N 5 0 R"), {Kind.REFILLED}),
    "field hidden": (edited(FULL, b"/FT", b"/F 2 /FT"), {Kind.ANNOTATION_REPLACED}),
    "field moved": (edited(FULL, b"72 700", b"72 710"), {Kind.ANNOTATION_REPLACED}),
    "field with a script": (
        edited(FIELD, b"/FT", b"/AA << /C << /S /JavaScript /JS (x) >> >> /FT"),
        {Kind.ANNOTATION_REPLACED},
    ),
    "fields drawn anew": (edited(FORM, b"/DR", b"/NeedAppearances true /DR"), {Kind.REFILLED}),
    "field added": (
        lambda objects: (
            edited(FORM, b"[", b"[20 0 R ")(objects)
            | edited(ANNOTATIONS, b"[", b"[20 0 R ")(objects)
            | {20: objects[FIELD].replace(b"(So)", b"(Them) /V (9)")}
        ),
        {Kind.FIELD_ADDED},
    ),
    "widget that no field knows": (
        lambda objects: (
            edited(ANNOTATIONS, b"[", b"[20 0 R ")(objects) | {20: objects[FIELD].replace(b"/FT", b"/Parent 9 0 R /FT")}
        ),
        {Kind.ANNOTATED},
    ),
    "layers switched": (edited(CATALOG, b"/Pages", b"/OCProperties << /D << >> >> /Pages"), {Kind.LAYERS_SWITCHED}),
    "opening action": (edited(CATALOG, b"/Fit", b"/FitH"), {Kind.ACTIONS}),
    "script added": (edited(SPARE, b"/Dests", b"/JavaScript << /Names [] >> /Dests"), {Kind.ACTIONS}),
    "bookmarks added": (edited(CATALOG, b"/Pages", b"/Outlines << >> /Pages"), {Kind.OTHER}),
    "attachment added": (edited(SPARE, b"/Dests", b"/EmbeddedFiles << /Names [] >> /Dests"), {Kind.OTHER}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_change_is_named(name: str, packed: bool) -> None:
    edit, expected = CASES[name]
    first = write_pdf(base(), packed=packed)
    assert compare(open_pdf(update(first, edit(base()), packed=packed)), 0) == expected


def test_picture_that_passes_for_an_annotation_is_compared_as_a_picture() -> None:
    """Prepared: the resources of a picture are listed as an annotation, whose back references are not looked at."""
    names = b"<< /Subtype /Link /Rect [0 0 0 0] /P %d 0 R >>"
    prepared = base() | {
        PICTURE: stream(b"/P Do", b"/Type /XObject /Resources << /XObject 20 0 R >>"),
        20: names % INNER,
        21: look(text("99")),
        ANNOTATIONS: b"[20 0 R]",
    }
    pdf = update(write_pdf(prepared), {20: names % 21})
    assert compare(open_pdf(pdf), 0) == {Kind.RESOURCES_REPLACED}


@pytest.mark.parametrize("place", [FIELD, STAMP, PAGE])
def test_stream_where_a_dictionary_belongs_is_not_compared(place: int) -> None:
    prepared = base() | {place: stream(b"", base()[place].removeprefix(b"<<").removesuffix(b">>"))}
    with pytest.raises(ValueError, match="stream"):
        compare(open_pdf(update(write_pdf(prepared), {30: b"<< >>"})), 0)


def kinds_after(later: bytes, first: bytes) -> set[Kind]:
    reader = open_pdf(later)
    return set(compare(reader, open_pdf(first).xrefs.total_revisions - 1))


def test_signatures_are_named_by_what_they_show() -> None:
    pki, first = make_pki(), write_pdf(base())
    widget, picture = shown(first)
    assert kinds_after(sign(first, pki.person), first) == {Kind.HIDDEN_SIGNATURE}
    assert kinds_after(sealed(first), first) == {Kind.SIGNATURE}
    assert kinds_after(sign(first, pki.person, field=SIGNING), first) == {Kind.FIELD_SIGNED}
    signed = sign(
        first, pki.person, field=SIGNING, widget=widget.replace(b"/Rect [300 100 500 140]", b""), objects=picture
    )
    assert kinds_after(signed, first) == {Kind.FIELD_SIGNED}


def test_timestamps_are_no_change_unless_they_show_something() -> None:
    pki, first = make_pki(), write_pdf(base())
    assert kinds_after(pki.stamp_document(first, field="Stamp", at=AT), first) == set()
    stamped = update(
        first,
        {
            20: b"<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 >>",
            21: b"<< /Subtype /Widget /FT /Sig /T (Stamp) /V 20 0 R /Rect [72 750 200 770] /AP << /N 22 0 R >> >>",
            22: look(text("99")),
            FORM: base()[FORM].replace(b"[", b"[21 0 R "),
            ANNOTATIONS: base()[ANNOTATIONS].replace(b"[", b"[21 0 R "),
        },
    )
    assert kinds_after(stamped, first) == {Kind.SIGNATURE}
    assert kinds_after(
        update(first, {SIGNING: base()[SIGNING].replace(b"/T ", b"/V 20 0 R /T "), 20: b"<< >>"}), first
    ) == {Kind.FIELD_SIGNED}


@pytest.mark.parametrize(
    "objects",
    [
        {PAGES: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
        {PAGES: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"},
        {PAGES: b"<< /Type /Pages /Kids [" + b"<< /Type /Page >> " * 11_000 + b"] /Count 11000 >>"},
    ],
    ids=["ring", "twice", "many"],
)
def test_hostile_page_tree_ends(objects: Objects) -> None:
    with pytest.raises(TooLarge):
        compare(open_pdf(update(write_pdf(base()), objects)), 0)
