"""The frames of a journal: octets and facts, both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.spool import frames
from mailbridge.spool.frames import HEADER, Kind, Voiding, frame, headers_in, read_header, room_for
from tests.spool.builders_spool import START

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
TEXT = st.text(max_size=50)  # lone surrogates too: a reply may be anything
MOMENTS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2_000_000)).map(
    lambda since: datetime(1970, 1, 1, tzinfo=UTC) + since
)


@settings(max_examples=60, database=None)
@given(st.sampled_from(Kind), NUMBERS, NUMBERS, st.binary(max_size=100))
def test_a_frame_is_found_again(kind: Kind, generation: int, mail: int, payload: bytes) -> None:
    octets = frame(kind, generation, mail, payload)
    header = read_header(octets)
    assert header is not None
    assert (header.kind, header.generation, header.mail, header.length) == (kind, generation, mail, len(payload))
    assert octets[HEADER : HEADER + header.length] == payload
    assert len(octets) == header.room == room_for(len(payload))
    assert len(octets) % frames.ALIGN == 0
    assert list(headers_in(bytes(32) + octets, generation)) == [32]
    assert list(headers_in(octets, generation + 1)) == []


@settings(max_examples=60, database=None)
@given(st.integers(min_value=0, max_value=43), st.integers(min_value=1, max_value=255))
def test_a_changed_header_is_none(at: int, change: int) -> None:
    octets = bytearray(frame(Kind.SEAL, 7, 1, b"x"))
    octets[at] ^= change
    assert read_header(bytes(octets)) is None


def test_a_header_that_is_cut_or_of_a_later_version_is_none() -> None:
    assert read_header(frame(Kind.SEAL, 7, 1)[:-1]) is None
    assert read_header(b"") is None
    later = frames.header(200, 7, 1, 0)  # type: ignore[arg-type]  # no kind of ours
    assert read_header(later) is None


def test_a_header_that_is_not_aligned_is_not_found() -> None:
    assert list(headers_in(b"x" + frame(Kind.SEAL, 7, 1), 7)) == []


@settings(max_examples=60, database=None)
@given(MOMENTS, st.none() | TEXT, st.binary(min_size=32, max_size=32), st.booleans(), NUMBERS)
def test_payloads(at: datetime, reply: str | None, digest: bytes, owes: bool, number: int) -> None:
    accepting = frames.unpack_accepting(frames.pack_accepting(at, reply, digest, owes=owes))
    assert (accepting.accepted_at, accepting.reply, accepting.key, accepting.owes) == (at, reply, digest, owes)
    judging = frames.unpack_judging(frames.pack_judging(at, reply))
    assert (judging.at, judging.reply) == (at, reply)
    sealing = frames.unpack_sealing(frames.pack_sealing(number, number, at, digest))
    assert (sealing.serial, sealing.size, sealing.sealed_at, sealing.sha256) == (number, number, at, digest)
    voiding = Voiding(serial=number, size=3, at=at, mail_id="018b-1", door="journal")
    assert frames.unpack_voiding(frames.pack_voiding(voiding)) == voiding
    opening = frames.Opening(first_mail=number, last_serial=3)
    assert frames.unpack_opening(frames.pack_opening(opening)) == opening


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=1), timedelta(days=40_000)])
def test_moments_keep_their_microseconds(step: timedelta) -> None:
    assert frames.moment(frames.micros(START + step)) == START + step
