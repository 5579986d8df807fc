"""Whatever a file holds, it is read or refused; nothing else."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.pages import Pages
from mailbridge.reading.pdf import read_pdf
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_pdf_raw import outlined, raw_pdf, scan_pdf, shown, with_annotation

_NUMBERS = st.one_of(
    st.integers(-900, 900).map(str),
    st.sampled_from(["0", "1e9", "-1e9", "99999999999", "0.00001", "3.4e38", "-3.4e38", "1e-30", ".", "-", "--5"]),
)
_TEXTS = st.sampled_from(["So: 12/QD-UBND", "ngay   thang   nam", "So:      /QD", "\\000\\001\\377", "aaaa", "/", ""])


def _operators() -> st.SearchStrategy[str]:
    numbers = st.lists(_NUMBERS, min_size=6, max_size=6).map(" ".join)
    two = st.lists(_NUMBERS, min_size=2, max_size=2).map(" ".join)
    four = st.lists(_NUMBERS, min_size=4, max_size=4).map(" ".join)
    return st.one_of(
        st.tuples(numbers, _TEXTS).map(lambda x: f"BT /F1 12 Tf {x[0]} Tm ({x[1]}) Tj ET"),
        st.tuples(two, _NUMBERS, _TEXTS).map(lambda x: f"BT /F1 {x[1]} Tf {x[0]} Td ({x[2]}) Tj ET"),
        st.tuples(_NUMBERS, _TEXTS, _TEXTS).map(lambda x: f"BT /F1 13 Tf 80 700 Td [({x[1]}){x[0]}({x[2]})] TJ ET"),
        numbers.map(lambda x: f"{x} cm"),
        four.map(lambda x: f"{x} re W n"),
        four.map(lambda x: f"{x} re f"),
        four.map(lambda x: f"{x} re S"),
        numbers.map(lambda x: f"q {x} cm /Im Do Q"),
        st.tuples(st.sampled_from(["Tc", "Tw", "Tz", "TL", "Ts", "Tr", "w", "g", "G", "i"]), _NUMBERS).map(
            lambda x: f"{x[1]} {x[0]}"
        ),
        st.sampled_from(["q", "Q", "BT", "ET", "W n", "/OC /x BDC", "EMC", "/P <</MCID 0>> BDC", "BI ID EI"]),
    )


def assert_sound(pages: Pages) -> None:
    for page in pages.pages:
        for line in page.lines:
            assert line.text == " ".join(line.text.split()) != ""
            box = line.box
            assert all(map(math.isfinite, (box.left, box.top, box.right, box.bottom, line.size)))


def read(pdf: bytes) -> None:
    try:
        pages: Pages | None = read_pdf(pdf)
    except Unreadable as error:
        pages, problem = None, error.problem
    if pages is None:
        assert problem in (Problem.MALFORMED, Problem.ENCRYPTED)
    else:
        assert_sound(pages)


@settings(max_examples=150, deadline=None)
@given(st.lists(_operators(), max_size=12), st.sampled_from(["", "/Rotate 90", "/Rotate 45", "/CropBox [9 9 1 1]"]))
def test_any_operators_are_read(operators: list[str], page: str) -> None:
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
    )
    read(raw_pdf("\n".join(operators).encode(), page=page, extra=(picture + b"\nstream\n\x80\nendstream",)))


@settings(max_examples=60, deadline=None)
@given(st.lists(_NUMBERS, min_size=4, max_size=4), st.sampled_from(["", "/Rotate 90", "/UserUnit 7"]))
def test_any_size_of_a_page_is_read(box: list[str], more: str) -> None:
    text = shown("So: 12", 80, 700) + b"0.9 g " + shown("pale", 80, 600)
    read(raw_pdf(text, page=more).replace(b"[0 0 595 842]", f"[{' '.join(box)}]".encode()))


_SEEDS = (
    scan_pdf(b"3 Tr\n" + shown("Công hòa xã hôi", 80, 700)),
    with_annotation(letter_pdf(), (300, 300, 400, 320), drawn="12", Subtype="/FreeText", Contents="13"),
    with_annotation(letter_pdf(), (300, 300, 400, 320), Subtype="/Widget", FT="/Tx", T="so", V="So 66"),
    raw_pdf(shown("So:        /QD", 80, 700) + outlined("12", 100, 700) + b"1 g 70 690 20 30 re f"),
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 12)), max_size=6),
)
def test_damaged_files_are_read_or_malformed(seed: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    damaged = bytearray(seed)
    for place, octets, length in changes:
        start = int(place * len(damaged))
        damaged[start : start + length] = octets
    read(bytes(damaged))
