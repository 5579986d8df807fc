from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.compressed_rtf import text_of_compressed_rtf, unpacked_rtf

# The examples of [MS-OXRTFCP] §3.1 and §3.2.
HELLO = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
CROSSING = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"


@pytest.mark.parametrize(
    ("packed", "rtf"),
    [
        (HELLO, rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"),
        (CROSSING, rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)
def test_examples_of_the_specification(packed: str, rtf: bytes) -> None:
    assert unpacked_rtf(bytes.fromhex(packed)) == rtf


def test_text_comes_out_with_its_letters() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1258 K\u237?nh g\u7917?i\par qu\u253?}"
    plain = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    assert text_of_compressed_rtf(plain) == "Kính gửi\nquý"


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_junk_never_fails(junk: bytes) -> None:
    text_of_compressed_rtf(junk)
    text_of_compressed_rtf(struct.pack("<II4sI", 0, 10_000, b"LZFu", 0) + junk)
