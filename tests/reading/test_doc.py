from __future__ import annotations

import struct
from pathlib import Path

import pytest

from mailbridge.reading.compound import Compound, is_compound
from mailbridge.reading.doc import read_doc
from mailbridge.reading.doc_styles import sprms
from mailbridge.reading.problems import Problem, Unreadable

DATA = Path(__file__).parent / "data"
TABLE = (DATA / "bang.doc").read_bytes()
FIB = TABLE.index(b"\xec\xa5")


def patched(place: int, octets: bytes, content: bytes = TABLE) -> bytes:
    """Change octets of the stream WordDocument, whose header stands at the beginning of a sector."""
    return content[: FIB + place] + octets + content[FIB + place + len(octets) :]


def problem_of(content: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read_doc(content)
    return caught.value.problem


def test_cells_get_the_widths_that_the_row_tells() -> None:
    lines = read_doc(TABLE).pages[0].lines
    number = next(line for line in lines if line.text.startswith("Số"))
    place = next(line for line in lines if line.text.startswith("Lào Cai"))
    assert number.box.top == place.box.top
    assert number.box.right < 85 + 65 / 25.4 * 72 < place.box.left
    assert (number.bold, place.bold, place.italic, place.size) == (False, False, True, 13.0)


def test_text_boxes_stand_over_the_paragraph_on_which_they_hang() -> None:
    lines = read_doc((DATA / "hop.doc").read_bytes()).pages[0].lines
    number = next(line for line in lines if line.text.startswith("Số"))
    issuer = next(line for line in lines if line.text.startswith("BAN QUẢN LÝ"))
    title = next(line for line in lines if line.text == "THÔNG BÁO")
    assert issuer.box.bottom <= number.box.top
    assert number.box.bottom <= title.box.top


def test_document_with_a_password_is_encrypted() -> None:
    [flags] = struct.unpack_from("<H", TABLE, FIB + 0x0A)
    assert problem_of(patched(0x0A, struct.pack("<H", flags | 0x0100))) is Problem.ENCRYPTED


def test_word_95_is_not_supported() -> None:
    assert problem_of(patched(0, b"\xdc\xa5\x68\x00")) is Problem.UNSUPPORTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TABLE[:300],
        TABLE[: len(TABLE) // 2],
        (DATA / "bang-tinh.xls").read_bytes(),
        patched(0x1A2, b"\xff\xff\xff\x7f"),  # the table of pieces outside of its stream
        patched(0x1A6, b"\x02\0\0\0"),
    ],
)
def test_what_contradicts_itself_is_malformed(content: bytes) -> None:
    assert problem_of(content) is Problem.MALFORMED


@pytest.mark.parametrize("place", [44, 64, 72])
def test_tables_of_sectors_larger_than_the_file_are_refused(place: int) -> None:
    """Otherwise the same sectors are read again and again, until memory ends."""
    content = TABLE[:place] + b"\xff\xff\xff\x7f" + TABLE[place + 4 :]
    assert problem_of(content) is Problem.MALFORMED


@pytest.mark.parametrize("place", [30, 32])
def test_sectors_of_absurd_size_are_refused(place: int) -> None:
    """Found by the fuzzer: olefile reads 2 ** 65535 octets of a small sector."""
    assert problem_of(TABLE[:place] + b"\xff\xff" + TABLE[place + 2 :]) is Problem.MALFORMED


def test_stream_that_is_not_there_is_none() -> None:
    assert is_compound(TABLE)
    assert Compound(TABLE).stream("Nothing") is None


def test_modifiers_have_operands_of_the_length_their_code_tells() -> None:
    bold, size, row = b"\x35\x08\x01", b"\x43\x4a\x1a\x00", b"\x08\xd6\x03\x00\xaa\xbb"
    assert list(sprms(bold + size + row + bold)) == [
        (0x0835, b"\1"),
        (0x4A43, b"\x1a\0"),
        (0xD608, b"\xaa\xbb"),
        (0x0835, b"\1"),
    ]
    assert list(sprms(bold + size[:3])) == [(0x0835, b"\1")]
