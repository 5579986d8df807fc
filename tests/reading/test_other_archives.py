from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.members import Ration
from mailbridge.reading.other_archives import unpack_with_libarchive
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.rar5 import locked_files
from tests.reading.builders_archives import ample, cabinet, rar3, rar5, seven_zip, until_problem

DATA = Path(__file__).parent / "data" / "archives"
FILES = {"Công văn/số 12.pdf": b"%PDF-1.7 " * 50, "b.bin": bytes(range(256)) * 300}
LOCKED = "encrypted: the file opens only with a password"
MAKERS = [seven_zip, rar3, rar5, cabinet]


@pytest.mark.parametrize("make", MAKERS)
def test_files_come_out_with_their_names(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    members = list(unpack_with_libarchive(make(FILES), ample(b"x" * 10_000)))
    assert {member.raw_name: member.content for member in members} == FILES
    assert all(member.problem is None for member in members)


def test_real_7z_is_read() -> None:
    content = (DATA / "solid.7z").read_bytes()
    first, second = unpack_with_libarchive(content, ample(content))
    assert (first.raw_name, first.content) == ("src/Công văn số 12.txt", b"Cong van so 12\n")
    assert len(second.content) == 3000


@pytest.mark.parametrize(
    "content", [rar3(FILES, locked=True), rar5(FILES, locked=True), (DATA / "locked.7z").read_bytes()]
)
def test_files_behind_a_password_are_listed(content: bytes) -> None:
    members = list(unpack_with_libarchive(content, ample(content)))
    assert [member.problem for member in members] == [LOCKED, LOCKED]
    assert all(member.raw_name and not member.content for member in members)


def test_encrypted_list_of_files_is_told() -> None:
    with pytest.raises(Unreadable) as caught:
        list(unpack_with_libarchive((DATA / "locked-names.7z").read_bytes(), ample(b"")))
    assert str(caught.value) == "encrypted: the archive opens only with a password"


def test_only_locked_files_of_a_rar_are_named() -> None:
    assert locked_files(rar5(FILES, locked=True)) == {0, 1}
    assert locked_files(rar5(FILES)) == frozenset()
    assert locked_files(rar3(FILES, locked=True)) == frozenset()


@pytest.mark.parametrize("make", MAKERS)
def test_limits_keep_what_was_before(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    files = {f"{number}.txt": b"x" * 1000 for number in range(5)}
    for ration, problem in (
        (Ration(packed=10**6, octets=10**6, files=3), Problem.TOO_MANY),
        (Ration(packed=10**6, octets=3500, files=9), Problem.TOO_LARGE),
    ):
        members, why = until_problem(unpack_with_libarchive(make(files), ration))
        assert why.problem is problem
        assert [len(member.content) for member in members] == [1000] * 3


def test_without_the_library_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)
    with pytest.raises(Unreadable) as caught:
        list(unpack_with_libarchive(seven_zip(FILES), ample(b"")))
    assert str(caught.value) == 'unsupported: archives of this kind need the extra "archives" and libarchive'


@given(st.binary(max_size=300), st.sampled_from([0, 1, 2]))
@settings(max_examples=100, deadline=None)
def test_locked_files_never_fails(junk: bytes, keep: int) -> None:
    start = rar5(FILES)[: (8, 30, 60)[keep]]
    assert isinstance(locked_files(start + junk), frozenset)
