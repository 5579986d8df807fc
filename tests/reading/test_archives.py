from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.archives import unpack_bzip2, unpack_gzip, unpack_tar, unpack_xz, unpack_zip
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_archives import (
    DESCRIPTOR,
    ENCRYPTED,
    UTF_8,
    Entry,
    ample,
    raw_zip,
    tarred,
    unicode_path,
    until_problem,
    zipped,
)

FILES = {"Công văn/số 12.pdf": b"%PDF-1.7 " * 50, "rỗng.txt": b"", "b.bin": bytes(range(256)) * 300}
Unpack = Callable[[bytes, Ration], Iterator[Member]]


def taken(unpack: Unpack, content: bytes) -> dict[str, bytes]:
    members = list(unpack(content, ample(content)))
    assert [member.problem for member in members] == [None] * len(members)
    return {member.raw_name: member.content for member in members}


def test_zip_gives_its_files_in_order() -> None:
    assert taken(unpack_zip, zipped(FILES)) == FILES


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (Entry(name="Quyết định.pdf".encode(), flags=UTF_8), "Quyết định.pdf"),
        (Entry(name="Quyết định.pdf".encode()), "Quyết định.pdf"),
        (Entry(name="Cộng hòa xã hội.pdf".encode()), "Cộng hòa xã hội.pdf"),
        (Entry(name=b"CV~1.PDF", extra=unicode_path(b"CV~1.PDF", "Công văn.pdf")), "Công văn.pdf"),
        (Entry(name=b"CV~1.PDF", extra=unicode_path(b"other", "Công văn.pdf")), "CV~1.PDF"),
        (Entry(name=b"thu muc/../../a.pdf"), "thu muc/../../a.pdf"),
    ],
)
def test_names_in_a_zip_are_decoded_and_otherwise_kept(entry: Entry, name: str | None) -> None:
    [member] = unpack_zip(raw_zip(entry), ample(b"x" * 100))
    assert member.problem is None
    assert "\ufffd" not in member.raw_name
    assert name is None or member.raw_name == name


def test_old_vietnamese_charsets_of_names_are_recognised() -> None:
    from mailbridge.mail.vietnamese import decode_text

    raw = "QuyÕt ®Þnh vÒ viÖc ban hµnh quy chÕ lµm viÖc.doc".encode("cp1252")
    [member] = unpack_zip(raw_zip(Entry(name=raw)), ample(b"x" * 100))
    assert member.raw_name == decode_text(raw, None) == "Quyết định về việc ban hành quy chế làm việc.doc"


def test_sizes_behind_the_file_are_no_fault() -> None:
    assert taken(unpack_zip, raw_zip(Entry(name=b"a", content=b"content", flags=DESCRIPTOR))) == {"a": b"content"}


def test_what_is_no_file_is_left_out() -> None:
    link = Entry(name=b"link", content=b"/etc/passwd", attributes=0o120777)
    device = Entry(name=b"disk", attributes=0o060644)
    plain = Entry(name=b"plain", content=b"x", attributes=0o100644)
    assert taken(unpack_zip, raw_zip(Entry(name=b"folder/"), link, device, plain)) == {"plain": b"x"}


def test_file_that_says_it_is_a_link_is_a_file_all_the_same() -> None:
    hidden = Entry(name=b"cong van.pdf", content=b"%PDF" * 2000, attributes=0o120777)
    assert taken(unpack_zip, raw_zip(hidden)) == {"cong van.pdf": b"%PDF" * 2000}


def test_files_behind_a_password_are_listed() -> None:
    members = list(
        unpack_zip(raw_zip(Entry(name=b"a.pdf", content=b"x", flags=ENCRYPTED), Entry(name=b"b")), ample(b"x"))
    )
    assert [(each.raw_name, each.problem) for each in members] == [
        ("a.pdf", "encrypted: the file opens only with a password"),
        ("b", None),
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            Entry(name=b"a.pdf", local_name=b"a.exe", content=b"x"),
            "malformed: the file cannot be taken out of the archive",
        ),
        (
            Entry(name=b"a.pdf", content=b"x", packed=b"\xff\xff"),
            "malformed: the file cannot be taken out of the archive",
        ),
        (Entry(name=b"a.pdf", content=b"xy", size=1), "malformed: the file cannot be taken out of the archive"),
        (Entry(name=b"a.pdf", content=b"x", method=97), "unsupported: the file is packed in a way that is not read"),
    ],
)
def test_one_bad_file_does_not_cost_the_others(entry: Entry, problem: str) -> None:
    bad, good = unpack_zip(raw_zip(entry, Entry(name=b"b.pdf", content=b"good")), ample(b"x" * 100))
    assert (bad.raw_name, bad.content, bad.problem) == ("a.pdf", b"", problem)
    assert good.content == b"good"


def test_files_in_one_another_are_refused() -> None:
    twice = raw_zip(Entry(name=b"a", content=b"x" * 1000), Entry(name=b"a", size=1000, packed=b"", offset=0))
    members, problem = until_problem(unpack_zip(twice, ample(twice)))
    assert (members, problem.problem) == ([], Problem.MALFORMED)


def test_junk_before_and_behind_a_zip_is_no_fault() -> None:
    assert taken(unpack_zip, b"#!/bin/sh\n" + zipped(FILES)) == FILES
    assert taken(unpack_zip, zipped(FILES) + b"\n" * 100) == FILES


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_gives_its_files(kind: int) -> None:
    assert taken(unpack_tar, tarred(FILES, kind=kind)) == FILES


def test_names_in_a_tar_may_be_in_an_old_charset() -> None:
    raw = "QuyÕt ®Þnh vÒ viÖc ban hµnh quy chÕ lµm viÖc.doc"
    [name] = taken(unpack_tar, tarred({raw: b"x"}, encoding="cp1252"))
    assert name == "Quyết định về việc ban hành quy chế làm việc.doc"


def test_links_and_devices_in_a_tar_are_left_out() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"odd{kind!r}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert taken(unpack_tar, out.getvalue()) == {}


def test_tar_that_breaks_off_keeps_what_was_before() -> None:
    content = tarred({"a": b"x" * 5000, "b": b"y" * 50_000})
    members, problem = until_problem(unpack_tar(content[:20_000], ample(content[:20_000])))
    assert problem.problem is Problem.MALFORMED
    assert members[0].content == b"x" * 5000
    assert all(member.problem for member in members[1:])


PACKERS: list[tuple[Unpack, Callable[[bytes], bytes]]] = [
    (unpack_gzip, lambda content: gzip.compress(content)),
    (unpack_bzip2, bz2.compress),
    (unpack_xz, lzma.compress),
]


@pytest.mark.parametrize(("unpack", "pack"), PACKERS)
def test_single_packed_files(unpack: Unpack, pack: Callable[[bytes], bytes]) -> None:
    content = bytes(range(256)) * 3000
    assert taken(unpack, pack(content)) == {"": content}
    assert taken(unpack, pack(tarred(FILES))) == FILES
    assert taken(unpack, pack(b"one, ") + pack(b"two")) == {"": b"one, two"}
    assert taken(unpack, pack(content) + b"junk that was added on the way") == {"": content}
    _, problem = until_problem(unpack(pack(content)[:-20], ample(content)))
    assert problem.problem is Problem.MALFORMED


def test_name_of_a_packed_file_is_read() -> None:
    out = io.BytesIO()
    with gzip.GzipFile("Cong van 12.pdf", "wb", fileobj=out) as packed:
        packed.write(b"content")
    assert taken(unpack_gzip, out.getvalue()) == {"Cong van 12.pdf": b"content"}


def test_more_files_than_are_opened() -> None:
    files = {str(number): b"x" for number in range(6)}
    for unpack, content in ((unpack_zip, zipped(files)), (unpack_tar, tarred(files))):
        members, problem = until_problem(unpack(content, Ration(packed=10**6, octets=10**6, files=5)))
        assert problem.problem is Problem.TOO_MANY
        assert len(members) == 5


def test_more_octets_than_are_taken_keep_what_was_before() -> None:
    content = zipped({"a": b"a" * 1000, "b": b"b" * 1000, "c": b"c"})
    members, problem = until_problem(unpack_zip(content, Ration(packed=10**6, octets=1500, files=5)))
    assert problem.problem is Problem.TOO_LARGE
    assert [member.content for member in members] == [b"a" * 1000]


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.binary(max_size=50), max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_changed_octets_never_crash(files: dict[str, bytes], data: st.DataObject) -> None:
    files = {name.replace("\0", "_").encode("utf-8", "replace").decode(): content for name, content in files.items()}
    for unpack, content in (
        (unpack_zip, zipped(files)),
        (unpack_tar, tarred(files)),
        (unpack_gzip, gzip.compress(tarred(files))),
    ):
        changed = bytearray(content)
        for _ in range(data.draw(st.integers(0, 4))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        with suppress(Unreadable):
            list(unpack(bytes(changed), ample(content)))


def test_real_archive_behind_a_password_is_listed() -> None:
    content = (Path(__file__).parent / "data" / "archives" / "locked-aes.zip").read_bytes()
    members = list(unpack_zip(content, ample(content)))
    assert [member.raw_name for member in members] == ["src/Công văn số 12.txt", "src/b.bin"]
    assert {member.problem for member in members} == {"encrypted: the file opens only with a password"}
