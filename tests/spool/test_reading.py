"""A segment is read while it is written, and over damage."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.spool.frames import HEADER, Kind, Opening, frame
from mailbridge.spool.reading import SegmentReader
from mailbridge.spool.segments import PAGE, Segment, Supply
from tests.spool.builders_spool import damage


@pytest.fixture
def slot(tmp_path: Path) -> Path:
    (tmp_path / "0").mkdir()
    return tmp_path / "0"


def taken(slot: Path, number: int = 1, size: int = 64 << 10) -> Segment:
    return Supply(slot, size).take(number, Opening(first_mail=1, last_serial=0), 100)


def payloads(reader: SegmentReader, *, is_final: bool = False) -> list[bytes]:
    return [found.payload for found in reader.new(is_final=is_final)]


def test_it_reads_on_where_it_was(slot: Path) -> None:
    segment = taken(slot)
    reader = SegmentReader(slot / "00000001.seg")
    assert payloads(reader) == []
    for number in range(5):
        segment.add(Kind.HEARD, number, b"%d" % number)
        segment.flush()
        assert payloads(reader) == [b"%d" % number]
        assert payloads(reader) == []
    segment.finish()
    assert payloads(reader) == [b""]
    assert reader.is_ended
    assert reader.damages == 0
    segment.close()
    reader.close()


@pytest.mark.parametrize("where", ["magic", "facts", "payload", "whole"])
def test_damage_hides_nothing_behind_it(slot: Path, where: str) -> None:
    segment = taken(slot)
    at = [segment.add(Kind.HEARD, number, b"payload %d" % number) for number in range(4)]
    segment.add_content(1, 0, [b"c" * 1000], 1000)
    segment.add(Kind.HEARD, 5, b"last")
    segment.flush()
    segment.close()
    path = slot / "00000001.seg"
    match where:
        case "magic":
            damage(path, at[1] - HEADER, b"?")
        case "facts":
            damage(path, at[1] - HEADER + 30, b"\xff")
        case "payload":
            damage(path, at[1], b"?")
        case _:
            damage(path, at[1] - HEADER, bytes(HEADER + 16))
    reader = SegmentReader(path)
    # Zeros are the end of what was written, while somebody may write on.
    found = payloads(reader) if where != "whole" else payloads(reader) + payloads(reader, is_final=True)
    assert found == [b"payload 0", b"payload 2", b"payload 3", b"", b"last"]
    assert reader.damages == 1
    reader.close()


def test_a_frame_that_is_written_at_this_moment_is_no_damage(slot: Path) -> None:
    segment = taken(slot)
    segment.add(Kind.HEARD, 1, b"first")
    segment.flush()
    octets = frame(Kind.HEARD, segment.generation, 2, b"x" * 100)
    end = PAGE + len(frame(Kind.HEARD, 1, 1, b"first"))
    path = slot / "00000001.seg"
    reader = SegmentReader(path)
    damage(path, end, octets[:70])
    assert payloads(reader) == [b"first"]
    damage(path, end, octets)
    os.utime(path, ns=(1, 1))
    assert payloads(reader) == [b"x" * 100]
    assert reader.damages == 0
    segment.close()
    reader.close()


def test_content_that_looks_like_frames_is_content(slot: Path) -> None:
    """A sender can know the form of a frame, but not the generation of a segment."""
    segment = taken(slot)
    forged = bytes(16) + frame(Kind.ACCEPT, 12345, 1, b"forged" * 10) * 5
    segment.add(Kind.HEARD, 1, b"before")
    at = segment.add_content(1, 0, [forged], len(forged))
    segment.add(Kind.HEARD, 2, b"behind")
    segment.flush()
    segment.close()
    damage(slot / "00000001.seg", at - HEADER, b"?")
    reader = SegmentReader(slot / "00000001.seg")
    assert payloads(reader, is_final=True) == [b"before", b"behind"]
    assert reader.damages == 1
    reader.close()


def test_a_file_that_says_nothing(tmp_path: Path) -> None:
    for number, octets in enumerate([b"", b"?" * 100, bytes(64 << 10), os.urandom(64 << 10)]):
        path = tmp_path / f"{number:08d}.seg"
        path.write_bytes(octets)
        reader = SegmentReader(path)
        assert payloads(reader, is_final=True) == []
        assert reader.damages == 1
        reader.close()


def test_any_harm_never_raises_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    segment = taken(tmp_path / "0", size=16 << 10)
    for number in range(40):
        segment.add(Kind.HEARD, number, b"%d" % number * 10)
    segment.finish()
    segment.close()
    path = tmp_path / "0" / "00000001.seg"
    whole = path.read_bytes()
    reader = SegmentReader(path)
    good = payloads(reader, is_final=True)
    reader.close()

    @settings(max_examples=150, database=None)
    @given(st.integers(min_value=0, max_value=len(whole) - 1), st.binary(min_size=1, max_size=200))
    def law(at: int, octets: bytes) -> None:
        path.write_bytes((whole[:at] + octets + whole[at + len(octets) :])[: len(whole)])
        harmed = SegmentReader(path)
        found = payloads(harmed, is_final=True)
        assert [payload for payload in good if payload in set(found)] == found
        assert len(found) >= len(good) - 6
        harmed.close()

    law()
