from __future__ import annotations

import io
import struct
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.verify.signature import Status
from mailbridge.verify.xml_package import Package
from mailbridge.verify.xml_reading import Finding
from tests.verify.builders_office import pack

_ENTRIES = {"a.xml": b"<a/>", "b/c.bin": b"\0" * 5000, "đ.txt": b"", "d/": b""}


def read(content: bytes) -> dict[str, bytes]:
    package = Package(content)
    return {name: package.octets(name) for name in package.names}


def refused(content: bytes) -> str:
    with pytest.raises(Finding) as caught:
        read(content)
    assert caught.value.verdict.status is not Status.TOTAL_PASSED
    return caught.value.verdict.sub_indication or ""


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_by_name(method: int) -> None:
    package = Package(pack(_ENTRIES, method))
    assert package.names == ("a.xml", "b/c.bin", "đ.txt")
    assert package.octets("b/c.bin") == b"\0" * 5000


def test_entries_whose_sizes_follow_them() -> None:
    class Pipe(io.RawIOBase):
        """A file that cannot go back, so that the writer puts sizes behind the entries."""

        octets = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.octets += bytes(data)  # type: ignore[call-overload] # a buffer
            return len(data)  # type: ignore[arg-type] # as above

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a", "b"):
            archive.writestr(name, b"x" * 100)
    assert Package(pipe.octets).octets("b") == b"x" * 100


@pytest.mark.parametrize("name", ["/a", "../a", "a/../b", "a//b", "a\\b", "C:/a", "a/./b", "a\x07b", "a\u202eb"])
def test_names_that_readers_understand_in_their_own_ways(name: str) -> None:
    assert refused(pack([(name, b"a")])) == "FORMAT_FAILURE"


def test_two_entries_of_one_name() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refused(pack([("a", b"first"), ("a", b"second")])) == "FORMAT_FAILURE"


def test_an_entry_that_only_a_reader_from_the_front_finds() -> None:
    honest = pack({"a": b"first"})
    hidden = pack({"a": b"second"})
    end = hidden.index(b"PK\x01\x02")
    assert refused(hidden[:end] + honest) == "FORMAT_FAILURE"


def test_octets_before_between_and_behind() -> None:
    honest = pack({"a": b"first", "b": b"second"})
    for place in (0, honest.index(b"PK\x03\x04", 4), honest.index(b"PK\x01\x02"), len(honest)):
        assert refused(honest[:place] + b"strange" + honest[place:]) == "FORMAT_FAILURE"


def test_a_second_directory() -> None:
    honest, other = pack({"a": b"first"}), pack({"a": b"second"})
    assert refused(honest + other) == "FORMAT_FAILURE"
    comment = struct.pack("<H", len(other)) + other
    assert refused(honest[:-2] + comment) == "FORMAT_FAILURE"


def test_a_header_that_says_other_than_the_directory() -> None:
    honest = bytearray(pack({"name1": b"first"}, zipfile.ZIP_STORED))
    for place, new in ((30, b"name2"), (8, b"\x08\x00"), (22, b"\x01\x00\x00\x00")):
        forged = bytearray(honest)
        forged[place : place + len(new)] = new
        assert refused(bytes(forged)) == "FORMAT_FAILURE"


def test_a_second_name_in_an_extra_field() -> None:
    entry = zipfile.ZipInfo("a")
    entry.extra = struct.pack("<HHBI", 0x7075, 6, 1, 0) + b"b"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, b"first")
    assert refused(out.getvalue()) == "FORMAT_FAILURE"


_PDF = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\nstartxref\n9\n%%EOF"


def packed_with(extra: bytes = b"", comment: bytes = b"", *, entry_comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("a.xml")
        entry.extra, entry.comment = extra, entry_comment
        archive.writestr(entry, b"<a/>")
        archive.comment = comment
    return out.getvalue()


def field(kind: int, octets: bytes) -> bytes:
    return struct.pack("<HH", kind, len(octets)) + octets


def test_times_and_filling_beside_the_entries() -> None:
    times = field(0x5455, b"\x03" + struct.pack("<II", 1_700_000_000, 0x3C3C3C3C))
    filling = field(0xA220, struct.pack("<HH", 0xA028, 400) + b"\0" * 400)
    assert read(packed_with(times + filling)) == {"a.xml": b"<a/>"}
    assert read(packed_with(comment=b"v2")) == {"a.xml": b"<a/>"}


@pytest.mark.parametrize(
    "content",
    [
        packed_with(field(0xCAFE, _PDF)),
        packed_with(field(0xCAFE, b"%PDF-")),
        packed_with(field(0xCAFE, b"<script\nsrc='a'>")),
        packed_with(comment=_PDF),
        packed_with(comment=b"<html><body>"),
        packed_with(entry_comment=b"<html><body>"),
        pack({"%PDF-1.7": _PDF}),
    ],
)
def test_a_package_that_other_programs_take_for_another_file(content: bytes) -> None:
    """A signed package with a PDF beside its entries: whoever calls it .pdf shows what nobody has signed."""
    assert refused(content) == "GENERIC"


def test_octets_behind_the_end_of_what_is_compressed() -> None:
    honest = pack({"a": b"first", "b": b"second"})
    entries = zipfile.ZipFile(io.BytesIO(honest)).infolist()
    end = 31 + entries[0].compress_size
    forged = bytearray(honest[:end] + b"strange" + honest[end:])
    directory = forged.index(b"PK\x01\x02")
    second = forged.index(b"PK\x01\x02", directory + 4)
    tail = forged.index(b"PK\x05\x06")
    for place, more in ((18, 7), (directory + 20, 7), (second + 42, 7), (tail + 16, 7)):
        struct.pack_into("<I", forged, place, struct.unpack_from("<I", forged, place)[0] + more)
    assert zipfile.ZipFile(io.BytesIO(bytes(forged))).read("a") == b"first"
    assert refused(bytes(forged)) == "FORMAT_FAILURE"


def test_a_header_with_large_sizes_of_its_own() -> None:
    honest = pack({"a": b"first"}, zipfile.ZIP_STORED)
    for size, is_same in ((5, True), (4, False)):
        large = field(1, struct.pack("<QQ", size, size))
        forged = bytearray(honest[:31] + large + honest[31:])
        struct.pack_into("<II", forged, 18, 0xFFFFFFFF, 0xFFFFFFFF)
        struct.pack_into("<H", forged, 28, len(large))
        tail = forged.index(b"PK\x05\x06")
        struct.pack_into("<I", forged, tail + 16, struct.unpack_from("<I", forged, tail + 16)[0] + len(large))
        if is_same:
            assert read(bytes(forged)) == {"a": b"first"}
        else:
            assert refused(bytes(forged)) == "FORMAT_FAILURE"


def test_sizes_behind_an_entry_that_say_other_than_the_directory() -> None:
    honest = bytearray(pack({"a": b"first"}, zipfile.ZIP_STORED))
    sums = struct.pack("<III", *struct.unpack_from("<III", honest, 14))
    for told, is_same in ((sums, True), (b"PK\x07\x08" + sums, True), (b"<?php ?>1234", False)):
        forged = honest[:36] + told + honest[36:]
        directory, tail = forged.index(b"PK\x01\x02"), forged.index(b"PK\x05\x06")
        forged[6] |= 8
        forged[directory + 8] |= 8
        struct.pack_into("<I", forged, tail + 16, directory)
        if is_same:
            assert read(bytes(forged)) == {"a": b"first"}
        else:
            assert refused(bytes(forged)) == "FORMAT_FAILURE"


def test_an_encrypted_entry() -> None:
    content = bytearray(pack({"a": b"first"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(content)) == "SIGNED_DATA_NOT_FOUND"


def test_a_bomb() -> None:
    assert refused(pack({"a": b"\0" * 3_000_000})) == "GENERIC"


def test_too_much_in_all() -> None:
    assert refused(pack({str(number): b"\0" * 1_000_000 for number in range(70)})) == "GENERIC"


def test_a_broken_entry() -> None:
    content = bytearray(pack({"a": b"first"}, zipfile.ZIP_STORED))
    content[31] ^= 1
    assert refused(bytes(content)) == "FORMAT_FAILURE"


@given(st.binary(max_size=200), st.integers(0, 200))
def test_noise_is_refused_or_read_and_never_raises_anything_else(noise: bytes, place: int) -> None:
    honest = pack({"a": b"first", "b": b"second"})
    for content in (noise, honest[:place] + noise + honest[place + len(noise) :]):
        with suppress(Finding):
            read(content)
