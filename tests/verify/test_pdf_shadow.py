"""Files that can show something else by themselves, beside files of every day that only look like it."""

from __future__ import annotations

import pytest

from mailbridge.verify.pdf_field import open_pdf
from mailbridge.verify.pdf_shadow import (
    ACTION,
    DYNAMIC_FORM,
    EXTERNAL,
    HIDDEN_LAYER,
    MOVING_LAYER,
    PORTFOLIO,
    SCRIPT,
    UNREAD,
    UNSEEN,
    Shadow,
    find_shadow,
)
from mailbridge.verify.signature import Status
from tests.keys.pki import make_pki
from tests.verify.builders_pdf_cases import GOOD, judge, told
from tests.verify.builders_pdf_raw import CONTENT, FORM, form_objects, look, sign, stream, write_pdf

Objects = dict[int, bytes]


def script(words: bytes) -> bytes:
    return b"<< /S /JavaScript /JS (%s) >>" % words


def picture(entries: bytes) -> Objects:
    page = b"/Resources << /XObject << /X1 20 0 R >> >>"
    objects = form_objects()
    objects[3] = objects[3].replace(b"/Resources << /Font << /F1 5 0 R >> >>", page)
    return objects | {20: look(b"").replace(b"/Type /XObject", b"/Type /XObject " + entries)}


MOVING: dict[str, tuple[Objects, str]] = {
    "script on opening": (form_objects(catalog=b"/OpenAction " + script(b"getField\\(0\\).value = 99")), SCRIPT),
    "script behind printing": (
        form_objects(catalog=b"/OpenAction << /S /Named /N /Print /Next [%s] >>" % script(b"x\\(\\)")),
        SCRIPT,
    ),
    "script of the file": (
        form_objects(catalog=b"/Names << /JavaScript << /Kids [20 0 R] >> >>")
        | {20: b"<< /Names [(a) 21 0 R] >>", 21: script(b"app.doc.addAnnot\\({}\\)")},
        SCRIPT,
    ),
    "script in a stream": (
        form_objects(catalog=b"/OpenAction << /S /JavaScript /JS 20 0 R >>") | {20: stream(b"eval(1)")},
        SCRIPT,
    ),
    "script before printing": (form_objects(catalog=b"/AA << /WP %s >>" % script(b"f\\(\\)")), SCRIPT),
    "script of a page": (form_objects(page=b"/AA << /O %s >>" % script(b"f\\(\\)")), SCRIPT),
    "script of an annotation in view": (
        form_objects() | {7: b"[<< /Subtype /Widget /Rect [0 0 9 9] /AA << /PV %s >> >>]" % script(b"f\\(\\)")},
        SCRIPT,
    ),
    "script that only begins with printing": (
        form_objects(catalog=b"/OpenAction " + script(b"this.print\\(\\); f\\(\\);")),
        SCRIPT,
    ),
    "hiding on opening": (form_objects(catalog=b"/OpenAction << /S /Hide /T (So) >>"), ACTION),
    "layers on opening": (form_objects(catalog=b"/OpenAction << /S /SetOCGState /State [/ON] >>"), ACTION),
    "another program on opening": (form_objects(catalog=b"/OpenAction << /S /Launch /F (a.exe) >>"), ACTION),
    "another file on opening": (form_objects(catalog=b"/OpenAction << /S /GoToR /F (a.pdf) /D [0 /Fit] >>"), ACTION),
    "fields taken from elsewhere": (form_objects(catalog=b"/OpenAction << /S /ImportData /F (a.fdf) >>"), ACTION),
    "dynamic form": (
        form_objects(catalog=b"/NeedsRendering true") | {FORM: b"<< /Fields [] /XFA 20 0 R >>", 20: stream(b"<xdp/>")},
        DYNAMIC_FORM,
    ),
    "content elsewhere": (form_objects() | {CONTENT: stream(b"", b"/F (other.txt)")}, EXTERNAL),
    "picture elsewhere": (picture(b"/F (other.jpg)"), EXTERNAL),
    "page of another file": (picture(b"/Ref << /F (other.pdf) /Page 0 >>"), EXTERNAL),
    "page of another file, within a form": (
        picture(b"/Resources << /XObject << /X2 21 0 R >> >>")
        | {21: look(b"").replace(b"/Type /XObject", b"/Type /XObject /Ref << /F (other.pdf) /Page 0 >>")},
        EXTERNAL,
    ),
    "picture elsewhere, by the node above": (
        picture(b"/F (other.jpg)")
        | {
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /XObject << /X1 20 0 R >> >> >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots 7 0 R >>",
        },
        EXTERNAL,
    ),
    "picture elsewhere, in an annotation": (
        form_objects()
        | {
            7: b"[<< /Subtype /Stamp /Rect [0 0 9 9] /AP << /N << /On 20 0 R >> >> >>]",
            20: look(b"").replace(b"/Type /XObject", b"/Type /XObject /F (other.txt)"),
        },
        EXTERNAL,
    ),
    "portfolio": (form_objects(catalog=b"/Collection << /View /H >>"), PORTFOLIO),
    "layer that comes with the size": (
        form_objects(
            catalog=b"/OCProperties << /OCGs [20 0 R] /D << /AS [<< /Event /View /Category [/Zoom] /OCGs [20 0 R] >>]"
            b" >> >>"
        )
        | {20: b"<< /Type /OCG /Name (L) /Usage << /Zoom << /min 2 >> >> >>"},
        MOVING_LAYER,
    ),
}


@pytest.mark.parametrize("name", MOVING)
def test_file_that_changes_by_itself_is_never_passed(name: str) -> None:
    objects, why = MOVING[name]
    (status,) = judge(sign(write_pdf(objects), make_pki().person))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert status.reason == why


QUIET: dict[str, Objects] = {
    "place to open at": form_objects(catalog=b"/OpenAction [3 0 R /Fit]"),
    "action to go there": form_objects(catalog=b"/OpenAction << /S /GoTo /D [3 0 R /XYZ null null 0] >>"),
    "printing on opening": form_objects(catalog=b"/OpenAction << /S /Named /N /Print >>"),
    "script that prints": form_objects(catalog=b"/OpenAction " + script(b"this.print\\(true\\);")),
    "script that prints quietly": form_objects(catalog=b"/OpenAction " + script(b"print\\({bUI: true}\\)")),
    "script that zooms": form_objects(catalog=b"/OpenAction " + script(b"this.zoom = 100; this.pageNum = 0;")),
    "script behind a click": form_objects()
    | {7: b"[<< /Subtype /Link /Rect [0 0 9 9] /A %s >>]" % script(b"app.alert\\(1\\)")},
    "script of typing": form_objects()
    | {7: b"[<< /Subtype /Widget /Rect [0 0 9 9] /AA << /K %s /F %s >> >>]" % (script(b"f\\(\\)"), script(b"g\\(\\)"))},
    "script on closing": form_objects(catalog=b"/AA << /WC %s >>" % script(b"f\\(\\)")),
    "link to another file": form_objects() | {7: b"[<< /Subtype /Link /Rect [0 0 9 9] /A << /S /GoToR /F (a) >> >>]"},
    "form of an office suite": form_objects() | {FORM: b"<< /Fields [] /NeedAppearances true >>"},
    "static form": form_objects() | {FORM: b"<< /Fields [] /XFA 20 0 R >>", 20: stream(b"<xdp/>")},
    "static form that says so": form_objects(catalog=b"/NeedsRendering false")
    | {FORM: b"<< /Fields [] /XFA 20 0 R >>", 20: stream(b"<xdp/>")},
    "layers that are all shown": form_objects(catalog=b"/OCProperties << /OCGs [20 0 R] /D << /ON [20 0 R] >> >>")
    | {20: b"<< /Type /OCG /Name (Watermark) >>"},
    "layers that are shown everywhere": form_objects(
        catalog=b"/OCProperties << /OCGs [20 0 R] /D"
        b" << /AS [<< /Event /Print /Category [/Print] /OCGs [20 0 R] >>] >> >>"
    )
    | {20: b"<< /Type /OCG /Name (W) /Usage << /Print << /PrintState /ON >> /View << /ViewState /ON >> >> >>"},
    "attachment": form_objects(catalog=b"/Names << /EmbeddedFiles << /Names [(a) << /F (a) >>] >> >>"),
    "font that is not embedded": form_objects(),
}


@pytest.mark.parametrize("name", QUIET)
def test_file_of_every_day_passes_without_a_word(name: str) -> None:
    pdf = sign(write_pdf(QUIET[name]), make_pki().person)
    assert told(pdf) == [GOOD]
    assert judge(pdf)[0].reason is None


@pytest.mark.parametrize("default", [b"/OFF [20 0 R]", b"/BaseState /OFF", b"/BaseState /OFF /ON [21 0 R]"])
def test_hidden_layer_is_remarked(default: bytes) -> None:
    """Whoever hides a layer before signing hides it from the signer; what switches it on later is a change."""
    objects = form_objects(catalog=b"/OCProperties << /OCGs [20 0 R] /D << %s >> >>" % default)
    pdf = sign(write_pdf(objects | {20: b"<< /Type /OCG /Name (L) >>"}), make_pki().person)
    assert told(pdf) == [GOOD]
    assert judge(pdf)[0].reason == HIDDEN_LAYER


def test_layer_that_only_paper_shows_is_remarked() -> None:
    default = b"/AS [<< /Event /Print /Category [/Print] /OCGs [20 0 R] >>]"
    objects = form_objects(catalog=b"/OCProperties << /OCGs [20 0 R] /D << %s >> >>" % default)
    objects[20] = b"<< /Type /OCG /Name (L) /Usage << /View << /ViewState /OFF >> /Print << /PrintState /ON >> >> >>"
    pdf = sign(write_pdf(objects), make_pki().person)
    assert told(pdf) == [GOOD]
    assert judge(pdf)[0].reason == HIDDEN_LAYER


@pytest.mark.parametrize(
    ("objects", "shadow"),
    [
        (form_objects(catalog=b"/OpenAction 20 0 R") | {20: b"<< /S /GoTo /Next [20 0 R 20 0 R] >>"}, Shadow()),
        (form_objects() | {2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] >>"}, Shadow()),
        (
            form_objects(catalog=b"/Names << /JavaScript 20 0 R >>") | {20: b"<< /Kids [20 0 R 20 0 R] >>"},
            Shadow(moving=(UNSEEN,)),
        ),
        (form_objects(catalog=b"/OpenAction << /S 3 /JS [] >> /AA 5 /OCProperties (x)"), Shadow(moving=(ACTION,))),
        (form_objects() | {7: b"[4 0 R (x) null 99 0 R]", 2: b"<< /Kids [null 4 (x)] >>"}, Shadow()),
        (form_objects() | {7: b"[<< (x) >>]"}, Shadow(remarks=(UNREAD,))),
    ],
    ids=["ring of actions", "ring of pages", "ring of names", "wrong types", "wrong members", "broken"],
)
def test_hostile_structure_ends(objects: Objects, shadow: Shadow) -> None:
    assert find_shadow(open_pdf(write_pdf(objects))) == shadow
