"""The short way of reading a signature dictionary, against pyHanko's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mailbridge.verify.pdf_field import open_pdf
from mailbridge.verify.pdf_value import remember_value
from tests.keys.pki import make_pki
from tests.verify.builders_pdf import gap_of, signed_by_both
from tests.verify.builders_pdf_cases import by_leader
from tests.verify.builders_pdf_raw import ANNOTATIONS, FORM, form_objects, sign, size, update, write_pdf


def read(pdf: bytes, *, short: bool) -> tuple[dict[str, Any], bytes, bool]:
    """Return the entries of the last signature, its octets, and whether the reader had it already."""
    reader = open_pdf(pdf)
    field: Any = reader.root["/AcroForm"]["/Fields"][0]
    if short:
        remember_value(reader, pdf, field)
    reference = field.raw_get("/V")
    kept = (reference.generation, reference.idnum) in reader.resolved_objects
    value: Any = field["/V"]
    entries = {key: value.raw_get(key) for key in value if key != "/Contents"}
    return entries, value.raw_get("/Contents").original_bytes, kept


@pytest.mark.parametrize("pdf", [by_leader, signed_by_both], ids=["by hand", "by pyHanko"])
def test_both_ways_read_the_same(pdf: Callable[[], bytes]) -> None:
    assert read(pdf(), short=True)[:2] == read(pdf(), short=False)[:2]
    assert read(pdf(), short=True)[2]


def _without_long_string(pdf: bytes) -> bytes:
    begin, end = gap_of(pdf)
    return pdf[:begin] + b"<00>".ljust(end - begin) + pdf[end:]


def _under_another_key(pdf: bytes) -> bytes:
    return pdf.replace(b"/Contents <", b"/C <>/Key <")


def _behind_blanks(pdf: bytes) -> bytes:
    begin, _ = gap_of(pdf)
    return pdf[: begin + 3] + b" " + pdf[begin + 4 :]


def _elsewhere(pdf: bytes) -> bytes:
    return pdf.replace(b"%d 0 obj\n<< /Type /Sig" % (size(pdf) - 2), b"99 0 obj\n<< /Type /Sig")


@pytest.mark.parametrize("change", [_without_long_string, _under_another_key, _behind_blanks, _elsewhere])
def test_what_is_not_quite_as_expected_is_left_alone(change: Callable[[bytes], bytes]) -> None:
    pdf = change(by_leader())
    reader = open_pdf(pdf)
    field: Any = reader.root["/AcroForm"]["/Fields"][0]
    before = dict(reader.resolved_objects)
    remember_value(reader, pdf, field)
    assert reader.resolved_objects == before


def test_two_long_strings_are_told_apart() -> None:
    """The first is a key of nobody; only the value of the signature may be read in its place."""
    pdf = sign(
        write_pdf(form_objects()),
        make_pki().person,
        entries=b"/SubFilter /ETSI.CAdES.detached /Key <" + b"41" * 600 + b">",
    )
    assert read(pdf, short=True)[:2] == read(pdf, short=False)[:2]
    assert not read(pdf, short=True)[2]


def test_value_in_the_field_itself_is_left_alone() -> None:
    objects = {8: b"<< /FT /Sig /T (Ky) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>"}
    pdf = update(write_pdf(form_objects()), objects | {FORM: b"<< /Fields [8 0 R] >>", ANNOTATIONS: b"[]"})
    reader = open_pdf(pdf)
    before = dict(reader.resolved_objects)
    remember_value(reader, pdf, reader.root["/AcroForm"]["/Fields"][0])
    assert set(reader.resolved_objects) - set(before) <= {(0, 1), (0, FORM), (0, 8)}
