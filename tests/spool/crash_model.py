"""
A spool whose disk can be stopped between and within two calls, and a model of what it has promised by then.

`Disk` watches the calls with which segments are written. At a chosen call it takes a picture of the spool: as `kill -9`
leaves it (the call done in part), or as a power cut leaves it (behind the last sync only some of the pages).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import Door, Envelope
from mailbridge.spool import Capture, Spool, commit_thread, steps
from mailbridge.spool.frames import Kind
from mailbridge.spool.steps import NoteStep, SealStep, Step
from tests.spool.builders_spool import CLIENT, quiet

PAGE = 4096
SEGMENT = 48 << 10


class Disk:
    """Counts what happens to segments below a root; at call number `stop_at` the picture is taken."""

    def __init__(self, root: Path, picture: Path, chance: random.Random, *, power: bool) -> None:
        self.root, self.picture, self.chance, self.power = root, picture, chance, power
        self.stop_at: int | None = None
        self.calls = 0
        self.on_picture: Callable[[], None] = lambda: None
        # By inode: a segment gets its name after its first sync.
        self._synced = {path.stat().st_ino: path.read_bytes() for path in root.rglob("*.seg")}
        self._real: dict[str, Any] = {name: getattr(os, name) for name in ("pwritev", "pwrite", "fdatasync", "fsync")}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(os, "pwritev", self._pwritev)
        patch.setattr(os, "pwrite", self._pwrite)
        patch.setattr(os, "fdatasync", lambda descriptor: self._sync("fdatasync", descriptor))
        patch.setattr(os, "fsync", lambda descriptor: self._sync("fsync", descriptor))

    def _segment(self, descriptor: int) -> Path | None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        return path if path.suffix == ".seg" and path.is_relative_to(self.root) else None

    def _pwritev(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        return self._write(descriptor, b"".join(buffers), offset)

    def _pwrite(self, descriptor: int, octets: bytes, offset: int) -> int:
        return self._write(descriptor, bytes(octets), offset)

    def _write(self, descriptor: int, octets: bytes, offset: int) -> int:
        real = self._real["pwrite"]
        if self._segment(descriptor) is not None and self._is_now():
            done = self.chance.randrange(len(octets) + 1)
            real(descriptor, octets[:done], offset)
            self._take()
        assert real(descriptor, octets, offset) == len(octets)
        return len(octets)

    def _sync(self, name: str, descriptor: int) -> None:
        path = self._segment(descriptor)
        if path is not None and self._is_now():
            self._take()
        self._real[name](descriptor)
        if path is not None:
            self._synced[path.stat().st_ino] = path.read_bytes()
            if self._is_now():
                self._take()

    def _is_now(self) -> bool:
        self.calls += 1
        return self.calls == self.stop_at

    def _take(self) -> None:
        self.on_picture()
        for path in sorted(self.root.rglob("*")):
            target = self.picture / path.relative_to(self.root)
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True, mode=0o700)
                continue
            try:
                octets = path.read_bytes()
            except FileNotFoundError:
                continue
            if self.power and path.suffix == ".seg":
                octets = self._after_power_cut(path, octets)
            if self.power and path.suffix == ".done":
                octets = octets[: self.chance.randrange(len(octets) + 1)]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(octets)

    def _after_power_cut(self, path: Path, octets: bytes) -> bytes:
        synced = self._synced.get(path.stat().st_ino, b"")
        kept = bytearray(synced[: len(octets)].ljust(len(octets), b"\0"))
        some = self.chance.random()
        for at in range(0, len(octets), PAGE):
            if self.chance.random() < some:
                kept[at : at + PAGE] = octets[at : at + PAGE]
        return bytes(kept)


@dataclass
class Mail:
    """What the model knows of a mail."""

    capture: Capture
    content: bytes
    reply: str | None = None
    asked: Kind | None = None
    is_sealed: bool = False
    told: Kind | None = None
    released: bool = False
    kept: bool = False
    aside: bool = False
    heard: bool | None = None


@dataclass
class Model:
    """Drives a spool at random, and remembers what was promised."""

    spool: Spool
    chance: random.Random
    mails: dict[str, Mail] = field(default_factory=dict)
    ledger: list[Delivery] = field(default_factory=list)
    promised: dict[str, set[Kind]] = field(default_factory=dict)
    at_picture: dict[str, set[Kind]] | None = None

    def hear(self, step: Step) -> None:
        """Hear, in the commit thread, that a step was answered."""
        if step.error is None and isinstance(step, SealStep | NoteStep):
            kind = Kind.SEAL if isinstance(step, SealStep) else step._kind
            if step.waiter is not None:
                self.promised.setdefault(step._entry.id, set()).add(kind)

    def freeze(self) -> None:
        self.at_picture = {mail_id: set(kinds) for mail_id, kinds in self.promised.items()}

    async def go(self, rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.gather(*(self._one() for _ in range(self.chance.randint(1, 6))))
            # The picture is of a moment when the walk does nothing: its own crashes are tested apart.
            await asyncio.to_thread(quiet, self.spool)
            if self.at_picture is not None:
                return
            await asyncio.to_thread(self._walk)

    async def _one(self) -> None:
        chance = self.chance
        size = chance.choice([0, 1, 50, 900, 5000, 20_000, 70_000])
        content = chance.randbytes(min(size, 16)) * (size // 16 + 1)
        stuffed = chance.random() < 0.5
        if stuffed:
            content = b"..a\r\n" + content.replace(b"\n", b"x").replace(b".", b"y") + b"\r\n"
        envelope = Envelope(mail_from=f"{chance.randrange(10**9)}@a.test", recipients=("b@b.test",))
        door = chance.choice([Door.HOP, Door.HOP, Door.JOURNAL])
        capture = self.spool.begin(door, CLIENT, envelope, datetime.now(UTC), stuffed=stuffed)
        mail = self.mails[capture.id] = Mail(capture, content[1:] if stuffed else content)
        for at in range(0, len(content), 3000):
            capture.write(content[at : at + 3000])
            if capture.is_behind:
                await capture.room()
        if chance.random() < 0.1:
            capture.discard()
            return
        await capture.seal()
        mail.is_sealed = True
        await self._judge(mail)

    async def _judge(self, mail: Mail) -> None:
        capture, reply = mail.capture, f"250 {self.chance.randrange(10**6)} ok"
        mail.reply = reply
        match self.chance.randrange(8):
            case 0:
                mail.asked = Kind.REFUSED
                await capture.refuse(reply)
            case 1:
                mail.asked = Kind.UNKNOWN
                await capture.unknown()
            case 2:
                mail.asked = Kind.DISCARDED
                capture.discard()
            case 3:
                return
            case _:
                mail.asked = Kind.ACCEPT
                await capture.accept(reply)
                heard = self.chance.random()
                if heard < 0.8:
                    self.spool.answer_heard(capture.id)
                elif heard < 0.9:
                    self.spool.answer_lost(capture.id)

    def _walk(self) -> None:
        waiting = list(self.spool.waiting())
        assert len(set(waiting)) == len(waiting)
        for mail_id in waiting:
            mail = self.mails[mail_id]
            assert not mail.released
            draw = self.chance.random()
            if draw < 0.5:
                assert self.spool.load(mail_id).content == mail.content
                mail.released, mail.kept = True, draw < 0.2
                self.spool.release(mail_id, keep=mail.kept)
            elif draw < 0.53:
                mail.aside = True
                self.spool.set_aside(mail_id, "x")
        if self.chance.random() < 0.7:
            told = self.spool.deliveries(self.chance.choice([1, 5, 100]))
            self.spool.noted(told)
            self.ledger += told


def check(model: Model, after: Spool, *, power: bool) -> None:
    """Compare what is there after a crash with what was promised before it."""
    promised = model.at_picture
    assert promised is not None
    waiting = list(after.waiting())
    unknown = [mail.id for mail in after.unknown()]
    assert len(set(waiting)) == len(waiting)
    assert len(set(unknown)) == len(unknown)
    assert not set(waiting) & set(unknown)
    assert [(one.serial) for one in model.ledger] == list(range(1, len(model.ledger) + 1))
    told = {one.mail_id: one for one in (*model.ledger, *after.deliveries(10_000))}
    for mail_id, mail in model.mails.items():
        kinds = promised.get(mail_id, set())
        where = (mail_id in waiting, mail_id in unknown)
        if mail_id in waiting:
            loaded = after.load(mail_id)
            assert loaded.content == mail.content
            assert loaded.next_hop_reply == mail.reply
            assert mail.asked is Kind.ACCEPT
        if Kind.SEAL not in kinds:
            # It may be there, but only as something of which nobody knows; its client was not answered.
            assert mail_id not in waiting
            continue
        assert mail_id in told, "a complete mail without a fate"
        fate = told[mail_id].fate
        match mail.asked:
            case _ if mail.released or mail.aside:
                # Its release may be lost by a power cut, its acceptance too; then it is walked, or held, once more.
                assert power or where == (False, False)
            case Kind.ACCEPT if Kind.ACCEPT in kinds:
                assert where == (True, False) or (power and where == (False, True)), "an accepted mail is gone"
                assert fate is Fate.DELIVERED or power
            case Kind.REFUSED if Kind.REFUSED in kinds:
                assert where == (False, False) or (power and where == (False, True))
            case Kind.UNKNOWN if Kind.UNKNOWN in kinds:
                assert where == (False, True)
                # The ledger may have had an acceptance that the power cut took.
                assert fate is Fate.HELD or power
            case None:
                assert where == (False, True), "nobody knows, and it is gone"
                assert fate is Fate.HELD
            case _:
                assert sum(where) <= 1
                if where == (False, False):
                    assert mail.asked in (Kind.REFUSED, Kind.DISCARDED)
    serials = sorted(one.serial for one in told.values())
    assert serials == list(range(1, len(serials) + 1)), "serials have a gap"


def run(folder: Path, seed: int, *, power: bool, patch: pytest.MonkeyPatch) -> int:
    """Drive, crash, recover, look; and on from there. Returns how many crashes there were."""
    chance = random.Random(seed)
    root = folder / "0"
    model = Model(Spool(root, segment_size=SEGMENT), chance)
    model.spool.recover()
    try:
        for crash in range(1, 4):
            picture = folder / str(crash)
            _drive(model, Disk(root, picture, chance, power=power), patch)
            if model.at_picture is None:
                return crash - 1
            root = picture
            after = Spool(root, segment_size=SEGMENT)
            found = after.recover()
            assert power or not found.damaged
            check(model, after, power=power)
            assert after.recover().unknown == 0
            model = _go_on(model, after)
    finally:
        model.spool.close()
    return 3


def _go_on(model: Model, after: Spool) -> Model:
    """Make a model of what is there after a crash: what was under way has an end now."""
    waiting = set(after.waiting())
    unknown = {mail.id for mail in after.unknown()}
    ended: dict[str, Mail] = {}
    promised: dict[str, set[Kind]] = {}
    for mail_id, mail in model.mails.items():
        if mail_id in waiting:
            mail.asked, mail.released, mail.aside = Kind.ACCEPT, False, False
        elif mail_id in unknown:
            mail.asked, mail.released, mail.aside = Kind.UNKNOWN, False, False
        elif not mail.released and not mail.aside:
            continue
        ended[mail_id] = mail
        promised[mail_id] = {Kind.SEAL, mail.asked} if mail.asked else set()
    return Model(after, model.chance, mails=ended, ledger=model.ledger, promised=promised)


def _drive(model: Model, disk: Disk, patch: pytest.MonkeyPatch) -> None:
    real = steps.answer

    def answer(some: Sequence[Step], error: Exception | None = None) -> None:
        real(some, error)
        for step in some:
            model.hear(step)

    with patch.context() as patched:
        patched.setattr("mailbridge.spool.capture.MEMORY_BLOCK", 8 << 10)
        patched.setattr(commit_thread, "_SYNC_AFTER", 1000.0)
        patched.setattr(commit_thread, "answer", answer)
        disk.on_picture = model.freeze
        disk.install(patched)
        disk.stop_at = disk.chance.randint(1, 120)
        asyncio.run(model.go(40))
        model.spool.close()
