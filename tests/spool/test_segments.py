"""Files that are written before they are used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailbridge.spool import segments
from mailbridge.spool.frames import Kind, Opening
from mailbridge.spool.reading import SegmentReader
from mailbridge.spool.segments import PAGE, Broken, NoRoom, Supply, make_segment, write_zeros

OPENING = Opening(first_mail=8, last_serial=5)


@pytest.fixture
def slot(tmp_path: Path) -> Path:
    (tmp_path / "free").mkdir()
    (tmp_path / "0").mkdir()
    return tmp_path / "0"


def test_a_segment_has_its_size_from_the_beginning(slot: Path) -> None:
    segment = Supply(slot, 64 << 10).take(1, OPENING, 100)
    path = slot / "00000001.seg"
    assert path.stat().st_size == 64 << 10
    assert path.stat().st_blocks * 512 >= 64 << 10, "no holes: allocated and written"
    before = path.stat().st_size
    segment.add(Kind.HEAD, 9, b"head")
    segment.add_content(9, 0, [b"a", b"bc"], 3)
    segment.flush()
    segment.sync()
    assert path.stat().st_size == before
    reader = SegmentReader(path)
    assert reader.opening == OPENING
    found = list(reader.new(is_final=False))
    assert [(one.header.kind, one.payload) for one in found] == [(Kind.HEAD, b"head"), (Kind.CONTENT, b"")]
    assert reader.read(found[1].at, 3) == b"abc"
    reader.close()
    segment.close()


def test_the_first_frame_stands_at_the_end_too(slot: Path) -> None:
    Supply(slot, 64 << 10).take(1, OPENING, 100).close()
    path = slot / "00000001.seg"
    with path.open("r+b") as file:
        file.write(bytes(PAGE))
    reader = SegmentReader(path)
    assert reader.opening == OPENING
    assert reader.generation
    reader.close()
    with path.open("r+b") as file:
        file.truncate(32 << 10)
    reader = SegmentReader(path)
    assert reader.damages == 1
    assert list(reader.new(is_final=True)) == []
    reader.close()


def test_more_buffers_than_one_call_takes(slot: Path) -> None:
    segment = Supply(slot, 1 << 20).take(1, OPENING, 100)
    pieces = [b"%07d\n" % number for number in range(3000)]
    at = segment.add_content(1, 0, pieces, 24_000)
    segment.flush()
    octets = (slot / "00000001.seg").read_bytes()
    assert octets[at : at + 24_000] == b"".join(pieces)
    segment.close()


def test_a_write_that_is_short_goes_on(slot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = Supply(slot, 64 << 10).take(1, OPENING, 100)
    real = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda fd, buffers, at: real(fd, [b"".join(buffers)[:10]], at))
    at = segment.add_content(1, 0, [b"0123456789" * 100], 1000)
    segment.flush()
    assert (slot / "00000001.seg").read_bytes()[at : at + 1000] == b"0123456789" * 100
    segment.close()


def test_wiped_segments_come_first_then_the_prepared_one(slot: Path) -> None:
    make_segment(slot.parent / "free" / "ab.seg", 48 << 10)
    supply = Supply(slot, 64 << 10)
    supply.take(1, OPENING, 100).close()
    assert (slot / "00000001.seg").stat().st_size == 48 << 10
    supply.prepare()
    supply.close()
    inode = (slot / "next.seg").stat().st_ino
    supply.take(2, OPENING, 100).close()
    assert (slot / "00000002.seg").stat().st_ino == inode
    assert not (slot / "next.seg").exists()


def test_the_first_one_is_small_so_that_no_mail_waits_long(slot: Path) -> None:
    Supply(slot, 64 << 20).take(1, OPENING, 100).close()
    assert (slot / "00000001.seg").stat().st_size == segments.FIRST_SIZE


def test_a_head_that_is_larger_than_a_segment(slot: Path) -> None:
    make_segment(slot / "next.seg", 48 << 10)
    segment = Supply(slot, 48 << 10).take(1, OPENING, 100_000)
    assert segment.room >= 100_000
    segment.close()


def test_a_disk_that_is_full(slot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    supply = Supply(slot, 64 << 10)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(NoRoom, match="No space"):
            supply.take(1, OPENING, 100)
        assert list(slot.iterdir()) == []
        supply.prepare()
        supply.close()
    segment = supply.take(1, OPENING, 100)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwritev", full)
        segment.add(Kind.SEAL, 1, b"")
        with pytest.raises(Broken, match="No space"):
            segment.flush()
        patched.setattr(os, "fdatasync", full)
        with pytest.raises(Broken):
            segment.sync()
    segment.close()


def test_zeros_in_steps(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * (9 << 20))
    with path.open("r+b") as file:
        write_zeros(file.fileno(), (8 << 20) + 5)
    octets = path.read_bytes()
    assert octets.count(b"\0") == (8 << 20) + 5
    assert len(octets) == 9 << 20
