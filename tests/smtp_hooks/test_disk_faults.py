"""
The disk fails at each step, for both classes of mailbox (FEATURES B8, B11).

What the client heard 2yz for is at the next hop, and kept unless its mailbox may pass without a copy; what it heard 4yz
for is nowhere.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from mailbridge.spool import Spool
from tests.smtp_hooks.builders_faults import (
    BIG,
    attempt,
    delivered_in_the_end,
    eventually_keeps_again,
    everybody,
    nobody,
)
from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import Answer, next_hop
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    counts,
    hop_before,
    no_file_grows_beyond,
    normal_mail,
)

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("content", [MAIL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("passes", [True, False], ids=["passes", "waits"])
async def test_no_octet_can_be_written(tmp_path: Path, passes: bool, content: bytes) -> None:
    """Each class gets what was configured; when the disk is back, so are we."""
    may_pass = everybody if passes else nobody
    async with next_hop() as double, hop_before(tmp_path, double.port, passes=may_pass) as hop:
        await normal_mail(hop.server.port)
        double.taken.clear()
        before = len(hop.kept)
        with no_file_grows_beyond(0):
            heard = await attempt(hop.server.port, content)
        if passes:
            assert heard[:3] == b"250", heard
            assert [taken.content.endswith(content) for taken in double.taken] == [True]
            assert counts(hop).passed_without_copy == 1
        else:
            assert heard[:3] in {b"451", b"452"}, heard
            assert double.taken == []
            assert counts(hop).passed_without_copy == 0
        assert len(hop.kept) == before
        double.taken.clear()
        await eventually_keeps_again(hop, double)


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "waits"])
@pytest.mark.parametrize("sent", [0, 300_000, len(BIG)], ids=["at-data", "in-the-middle", "before-the-dot"])
async def test_the_disk_fills_while_a_mail_comes(tmp_path: Path, sent: int, passes: bool) -> None:
    may_pass = everybody if passes else nobody
    async with next_hop() as double, hop_before(tmp_path, double.port, passes=may_pass) as hop:
        async with client_of(hop.server.port) as client:
            assert (await client.envelope())[:3] == b"354"
            await client.send(BIG[:sent])
            await asyncio.sleep(0.1)
            with no_file_grows_beyond(0):
                heard = await client.say(BIG[sent:] + b".")
            # With all of it written already, a disk may still make it durable.
            if heard[:3] == b"250":
                assert [taken.content.endswith(BIG) for taken in double.taken] == [True]
                assert len(hop.kept) == 1 or passes
                assert counts(hop).passed_without_copy == 1 - len(hop.kept)
            else:
                assert not passes, heard
                assert heard[:3] in {b"451", b"452"}
                assert double.taken == []
                assert hop.kept == []
            # The session goes on.
            assert (await client.say(b"NOOP"))[:3] == b"250"
        if sent < len(BIG):
            assert hop.kept == []
    await after_a_new_start(tmp_path, at_least=int(heard[:3] == b"250" and not passes))


async def after_a_new_start(root: Path, *, at_least: int) -> None:
    """What was answered 250 by a door that keeps is still there after the process ended."""
    spool = Spool(root)
    spool.recover()
    found = len(list(spool.waiting())) + len(list(spool.unknown()))
    spool.close()
    assert found >= at_least


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "waits"])
async def test_the_disk_fills_behind_the_dot(tmp_path: Path, passes: bool) -> None:
    """The next hop has it: the client hears its 250 whatever the disk says, and our copy is not lost."""
    may_pass = everybody if passes else nobody
    async with next_hop(pause="DOT") as double, hop_before(tmp_path, double.port, passes=may_pass) as hop:
        async with client_of(hop.server.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            await double.reached.wait()
            with no_file_grows_beyond(0):
                double.go_on.set()
                assert await client.hear() == b"250 2.0.0 Ok: queued as NEXT1"
        assert [taken.below for taken in double.taken] == [MAIL]
    await after_a_new_start(tmp_path, at_least=1)


async def test_who_may_pass_is_asked_with_the_recipients_that_were_taken(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    def only_staff(recipients: Sequence[str]) -> bool:
        asked.append(tuple(recipients))
        return all(recipient.startswith("staff") for recipient in recipients)

    answers: dict[str, Answer] = {"RCPT": lambda line: "550 5.1.1 no" if "<no@" in line else "250 2.1.5 Ok"}
    async with next_hop(answers=answers) as double, hop_before(tmp_path, double.port, passes=only_staff) as hop:
        for recipients, code in (
            ((b"staff@bo.example",), b"250"),
            ((b"staff@bo.example", b"no@bo.example", b"staff2@bo.example"), b"250"),
            ((b"staff@bo.example", b"vanthu@bo.example"), b"45"),
            ((b"vanthu@bo.example",), b"45"),
        ):
            with no_file_grows_beyond(0):
                async with client_of(hop.server.port) as client:
                    heard = await client.envelope(*recipients)
                    if heard[:3] == b"354":
                        heard = await client.say(MAIL + b".")
                    assert heard.startswith(code), (recipients, heard)
        assert len(double.taken) == counts(hop).passed_without_copy == 2
        assert ("staff@bo.example", "staff2@bo.example") in asked
        assert not any("no@bo.example" in recipients for recipients in asked)


async def test_a_bug_in_who_may_pass_is_no_permission(tmp_path: Path) -> None:
    def bug(_: Sequence[str]) -> bool:
        raise KeyError("bug")

    async with next_hop() as double, hop_before(tmp_path, double.port, passes=bug) as hop:
        with no_file_grows_beyond(0):
            heard = await attempt(hop.server.port)
        assert heard[:1] == b"4" or heard == b"", heard
        assert double.taken == []
        await eventually(lambda: hop.server.sessions == 0)
        await eventually_keeps_again(hop, double)


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "waits"])
async def test_a_full_spool_is_a_fault_like_others(tmp_path: Path, passes: bool) -> None:
    """Back-pressure (FEATURES B11): 4yz and nothing lost; who may pass does, without a copy."""
    full = True
    may_pass = everybody if passes else nobody
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, passes=may_pass, is_full=lambda: full) as hop,
    ):
        heard = await attempt(hop.server.port)
        assert heard[:3] in ({b"250"} if passes else {b"451", b"452"}), heard
        assert len(double.taken) == counts(hop).passed_without_copy == int(passes)
        assert hop.kept == []
        full = False
        double.taken.clear()
        await delivered_in_the_end(hop, double)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a file system, and not everywhere")
    with ExitStack() as stack:
        stack.callback(subprocess.run, ["umount", "-l", str(place)], check=False, capture_output=True)
        yield place


@pytest.mark.parametrize("passes", [True, False], ids=["passes", "waits"])
async def test_a_disk_that_is_really_full(small_disk: Path, passes: bool) -> None:
    """Somebody else filled it: mail is kept while prepared room lasts, then each class gets its answer."""
    content = b"Subject: large\r\n\r\n" + (b"x" * 998 + b"\r\n") * 12_000
    may_pass = everybody if passes else nobody
    root = small_disk / "spool"
    async with next_hop() as double, hop_before(root, double.port, passes=may_pass) as hop:
        await normal_mail(hop.server.port)
        with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 65536) == 65536:
                pass
        answers = [await attempt(hop.server.port, content) for _ in range(9)]
        codes = [answer[:3] for answer in answers]
        if passes:
            assert set(codes) == {b"250"}
            assert counts(hop).passed_without_copy >= 1
        else:
            assert set(codes) <= {b"250", b"451", b"452"}
            assert codes[-1] != b"250"
        assert len(double.taken) == 1 + codes.count(b"250")
        assert len(hop.kept) + counts(hop).passed_without_copy == len(double.taken)
        (small_disk / "filler").unlink()
        await eventually_keeps_again(hop, double)
