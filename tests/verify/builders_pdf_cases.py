"""Signed PDF files of every day, and short ways to judge them."""

from __future__ import annotations

from functools import cache

from mailbridge.verify.pdf import judge_pdf
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.keys.pki import AT, make_pki
from tests.verify.builders_pdf_raw import form_objects, look, sign, size, text, write_pdf


def judge(pdf: bytes) -> tuple[SignatureStatus, ...]:
    """Judge a file by the trust of the test PKI."""
    return judge_pdf("1.2", pdf, make_pki().trust(), AT)


def told(pdf: bytes) -> list[tuple[Status, Change]]:
    """Return status and change of each signature."""
    return [(status.status, status.changed_after) for status in judge(pdf)]


def passes(pdf: bytes) -> bool:
    """Say whether any signature is total-passed."""
    return any(status.status is Status.TOTAL_PASSED for status in judge(pdf))


GOOD = (Status.TOTAL_PASSED, Change.NOTHING)
COUNTERSIGNED = (Status.TOTAL_PASSED, Change.COUNTERSIGNED)
ALLOWED = (Status.TOTAL_PASSED, Change.ALLOWED)
SUSPICIOUS = (Status.INDETERMINATE, Change.SUSPICIOUS)


@cache
def by_leader() -> bytes:
    """Signed by the leader, without a picture."""
    return sign(write_pdf(form_objects()), make_pki().person)


def shown(pdf: bytes, words: str = "[seal]", box: bytes = b"300 100 500 140") -> tuple[bytes, dict[int, bytes]]:
    """Return the entries of a widget with a picture, and the picture, for the next call of `sign`."""
    return b"/F 132 /Rect [%s] /AP << /N %d 0 R >>" % (box, size(pdf) + 2), {size(pdf) + 2: look(text(words, (0, 9)))}


def sealed(pdf: bytes, objects: dict[int, bytes] | None = None) -> bytes:
    """Seal a file for the office, with the picture of the seal; `objects` change with the same update."""
    widget, picture = shown(pdf)
    return sign(pdf, make_pki().organization, widget=widget, objects=picture | (objects or {}))
