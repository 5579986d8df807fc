from __future__ import annotations

import pytest
from asn1crypto import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.ber import DEEPEST, definite
from tests.reading.builders_letters import ber, der, signed_data, signed_in_pieces

FILE = bytes(range(256)) * 40


def test_pieces_become_one_with_definite_lengths() -> None:
    assert definite(signed_in_pieces(FILE, 7)) == signed_data(FILE)


def test_der_stays_the_same_octets() -> None:
    made = signed_data(FILE)
    assert definite(made) is made
    assert definite(made + b"\r\n") == made


def test_lengths_that_are_too_long_but_definite_are_left_as_somebody_signed_them() -> None:
    long = b"\x30\x82\x00\x03\x02\x01\x05"
    assert definite(long) == long
    assert definite(ber(0x30, long)) == der(0x30, long)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30",
        b"\x30\x05\x02\x01",
        b"\x30\x80\x02\x01\x05",
        b"\x04\x80\x00\x00",
        b"\x30\x89" + bytes(9),
        b"\x24\x80\x02\x01\x05\x00\x00",
        b"\x1f\xff\xff\xff\xff\xff\x01\x00",
        b"\x30\x80" * (DEEPEST + 2) + b"\x00\x00" * (DEEPEST + 2),
        b"\x30\x80" * 100_000,
    ],
)
def test_what_is_no_ber_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"BER|element|octet string|length|tag"):
        definite(octets)


def test_a_file_in_very_many_pieces_takes_time_in_proportion() -> None:
    big = bytes(8_000_000)
    assert definite(signed_in_pieces(big, 100)) == signed_data(big)


@given(st.recursive(st.binary(max_size=300), lambda inner: st.lists(inner, max_size=4), max_leaves=20))
@settings(max_examples=60)
def test_any_tree_means_the_same_in_both_forms(tree: object) -> None:
    def write(node: object, *, streamed: bool) -> bytes:
        if isinstance(node, bytes):
            if not streamed:
                return der(0x04, node)
            return ber(0x24, *(der(0x04, node[at : at + 9]) for at in range(0, len(node), 9)))
        assert isinstance(node, list)
        inner = [write(each, streamed=streamed) for each in node]
        return ber(0x30, *inner) if streamed else der(0x30, *inner)

    assert definite(write(tree, streamed=True)) == write(tree, streamed=False)


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_octets_are_refused_or_become_something_readable(octets: bytes) -> None:
    try:
        made = definite(octets)
    except ValueError:
        return
    parser.parse(made, strict=True)
    assert definite(made) == made
