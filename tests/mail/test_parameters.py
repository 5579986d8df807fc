"""Parameters of fields; the many ways of names are in test_legacy_names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.parameters import parameters, text_of


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (b'attachment; FileName="a;b.pdf"; size=12', (("filename", b"a;b.pdf"), ("size", b"12"))),
        (b"attachment;filename = a b.pdf ;x=y", (("filename", b"a b.pdf"), ("x", b"y"))),
        (b'attachment; filename="a \\"b\\" c.pdf"', (("filename", b'a "b" c.pdf'),)),
        (
            b'attachment; filename="B\xc3\xa1o c\xc3\xa1o "qu\xc3\xbd" 1.pdf"; a=b',
            (("filename", 'Báo cáo "quý" 1.pdf'.encode()), ("a", b"b")),
        ),
        (b'attachment; filename="C:\\Users\\a.pdf"', (("filename", b"C:\\Users\\a.pdf"),)),
        (b'filename="a.pdf', (("filename", b"a.pdf"),)),
        (b"multipart/mixed;\r\n\tboundary=x\r\n", (("boundary", b"x"),)),
        (b"", ()),
    ],
)
def test_parameters_are_found(field: bytes, found: tuple[tuple[str, bytes], ...]) -> None:
    assert parameters(field) == found


@pytest.mark.parametrize("name", [b"100%.pdf", b"50%25.pdf", b"a%zz%20.pdf", b"a+b.pdf"])
def test_a_percent_sign_is_not_always_a_code(name: bytes) -> None:
    assert text_of(b'x; filename="' + name + b'"', "filename") == name.decode()


def test_the_first_of_two_speaks() -> None:
    assert text_of(b"x; filename=a.pdf; filename=b.exe", "filename") == "a.pdf"


@pytest.mark.timeout(60)
def test_a_hostile_field_ends() -> None:
    for unit in (b';a="', b'"\\', b";a*0*='", b'" "', b"=?a?Q?", b";a=b"):
        text_of(b"x; filename=" + unit * (4096 // len(unit)), "a")


@given(st.binary(max_size=300))
def test_any_octets_are_a_field(field: bytes) -> None:
    text_of(b"x; filename=" + field, "filename")
