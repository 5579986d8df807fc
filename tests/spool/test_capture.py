"""One mail on its way into the spool."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.spool import Spool
from mailbridge.spool.capture import MEMORY_BLOCK
from tests.spool.builders_spool import ENVELOPE, REPLY, begun, files, kept, quiet


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path)
    yield made
    made.close()


async def test_a_small_mail_touches_no_disk_before_the_seal(spool: Spool, tmp_path: Path) -> None:
    capture = begun(spool, b"x" * 1000)
    assert files(tmp_path) == {}
    await capture.seal()
    assert files(tmp_path) == {"sealed": 1}
    capture.discard()
    quiet(spool)
    assert files(tmp_path) == {}


async def test_a_large_mail_stays_out_of_memory(spool: Spool, tmp_path: Path) -> None:
    capture = begun(spool, b"x" * MEMORY_BLOCK)
    quiet(spool)
    assert files(tmp_path) == {"open": 1}
    assert not capture._held
    capture.discard()
    quiet(spool)
    assert files(tmp_path) == {}


@pytest.mark.parametrize("size", [0, 10, MEMORY_BLOCK - 1, MEMORY_BLOCK, 3 * MEMORY_BLOCK + 7])
async def test_every_size_comes_back(spool: Spool, size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    capture = begun(spool, b"")
    for start in range(0, size, 100_000):
        capture.write(content[start : start + 100_000])
    assert capture.size == size
    assert capture.sha256 == hashlib.sha256(content).hexdigest()
    await capture.seal()
    await capture.accept(REPLY)
    mail = spool.load(capture.id)
    assert mail.content == content
    assert mail.sha256 == capture.sha256


def test_any_content_comes_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    @settings(max_examples=60, database=None)
    @given(st.binary(max_size=200))
    def law(content: bytes) -> None:
        mail_id = kept(spool, content)
        assert spool.load(mail_id).content == content
        spool.release(mail_id, keep=False)

    law()
    spool.close()


async def test_discard_at_each_step(spool: Spool, tmp_path: Path) -> None:
    begun(spool).discard()
    sealed = begun(spool)
    await sealed.seal()
    sealed.discard()
    sealed.discard()
    quiet(spool)
    assert files(tmp_path) == {}
    done = begun(spool)
    await done.seal()
    await done.accept(REPLY)
    done.discard()
    assert files(tmp_path) == {"accepted": 1}


async def test_who_is_cancelled_does_not_stop_an_acceptance(spool: Spool, tmp_path: Path) -> None:
    capture = begun(spool)
    await capture.seal()
    waiting = asyncio.ensure_future(capture.accept(REPLY))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    capture.leave()
    spool.close()
    assert files(tmp_path) == {"accepted": 1}


def test_the_key_is_of_envelope_and_content(spool: Spool) -> None:
    from dataclasses import replace

    one = begun(spool)
    assert one.key == begun(spool).key
    assert one.key != begun(spool, b"b").key
    assert one.key == begun(spool, envelope=replace(ENVELOPE, recipients=ENVELOPE.recipients[::-1])).key
    assert one.key != begun(spool, envelope=replace(ENVELOPE, recipients=ENVELOPE.recipients[:1])).key
    assert one.key != begun(spool, envelope=replace(ENVELOPE, mail_from="")).key
