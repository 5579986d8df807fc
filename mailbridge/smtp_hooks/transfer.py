"""
One mail from DATA to its answer: passed on and kept at the same time.

The order is the promise: content complete → capture sealed, durable → final dot to the next hop → its 250 → acceptance
recorded → 250 to the client. Whatever fails before the dot leaves nothing at the next hop, because its connection is
cut without the dot; whatever fails behind it never makes the client keep less than it has.

Behind the next hop's 250 lies one instant that no protocol closes (RFC 1047): if we die before the acceptance is
recorded, the client hears nothing and sends the mail again, and the next hop gets it twice. Nothing is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from mailbridge.errors import Unavailable
from mailbridge.smtp_hooks.content import Content
from mailbridge.smtp_hooks.desk import Desk, log
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.replies import NextHopLost, Reply, Say, reply_for
from mailbridge.smtp_hooks.settings import HopSettings
from mailbridge.smtp_hooks.watch import Watch

# Content up to this size leaves in one piece with its final dot: a mail of the usual size costs the next hop one
# packet train to read instead of two. Larger content flows on while it comes.
_HELD_BACK = 256 << 10

# A client may send single octets: so many pieces are joined into one.
_MOST_PIECES = 256


class Transfer:
    """
    The transfer of one mail: `feed` until `ended`, then `settle`.

    After `settle`, `delivered` is the id of the mail when the client must hear that it was taken.

    Args:
        capture: None when no copy is kept (bypass, or no room and the recipients' mail passes).
    """

    def __init__(
        self,
        *,
        desk: Desk,
        settings: HopSettings,
        hop: NextHop,
        capture: Capture | None,
        trace: bytes,
        recipients: Sequence[str],
        client_ip: str | None,
    ) -> None:
        self.delivered: str | None = None
        self.ended = False
        self._desk = desk
        self._hop = hop
        self._capture = capture
        self._mail_id = capture.id if capture else None
        self._recipients = recipients
        self._client_ip = client_ip
        self._content = Content()
        self._watch = Watch(settings)
        self._held_back: list[bytes] = [trace]
        self._held_back_size = len(trace)
        self._unwritten: list[bytes] = []
        self._unwritten_size = 0
        self._size = 0
        self._refusal: bytes | None = None
        self._client_left = False
        self._dot_sent = False
        self._is_taken = False
        self._is_refused = False
        self._marked: str | None = None
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # -- the content comes --------------------------------------------------------------------------------------------

    def feed(self, block: bytes) -> bytes:
        """Take what the client sent, whatever becomes of the mail; return what is behind the end. Raises nothing."""
        piece = self._content.feed(block)
        if self._refusal is None:
            self._take(piece.stuffed)
        if self._content.ended:
            self.ended = True
            self._write()
            if self._refusal is None and (refusal := self._watch.end()):
                self._refuse(refusal.encode())
            if not self._end.done():
                self._end.set_result(None)
        return piece.rest

    async def received(self) -> None:
        """Wait for the end of the content; when the client leaves and the wait is cancelled, nothing stays behind."""
        try:
            await self._end
        except BaseException:
            self._forget()
            raise

    @property
    def must_wait(self) -> bool:
        """Say whether no more should be read from the client before `room()`."""
        if self._refusal is not None:
            return False
        return self._hop.is_full or (self._capture is not None and self._capture.is_behind)

    async def room(self) -> None:
        """Wait until next hop and disk have caught up; raises nothing."""
        while self.must_wait:
            if self._hop.is_full:
                changed = asyncio.Event()
                self._hop.on_room(changed.set)
                await changed.wait()
                self._hop.on_room(None)
                self._notice_loss()
            elif self._capture is not None:
                try:
                    await self._capture.room()
                except Unavailable as error:
                    self._lose_copy(error)

    def _take(self, octets: bytes) -> None:
        refusal = self._against_line_ends() or self._watch.look(octets)
        if refusal is not None:
            self._refuse(refusal.encode())
            return
        if not octets:
            return
        self._size += len(octets)
        self._unwritten.append(octets)
        self._unwritten_size += len(octets)
        if len(self._unwritten) >= _MOST_PIECES or self._unwritten_size > _HELD_BACK:
            self._write()
        if self._refusal is None:
            self._pass_on(octets)

    def _write(self) -> None:
        """Give the copy what has come since the last time: single octets of a slow client would cost it too much."""
        octets, self._unwritten, self._unwritten_size = self._unwritten, [], 0
        if self._capture is None or not octets:
            return
        try:
            self._capture.write(octets[0] if len(octets) == 1 else b"".join(octets))
        except Unavailable as error:
            self._lose_copy(error)

    def _against_line_ends(self) -> Say | None:
        if self._content.bare:
            return Say.BARE_LINE_END
        return Say.FALSE_END if self._content.false_end else None

    def _pass_on(self, octets: bytes) -> None:
        self._held_back.append(octets)
        if len(self._held_back) >= _MOST_PIECES:
            self._held_back = [b"".join(self._held_back)]
        self._held_back_size += len(octets)
        if self._held_back_size <= _HELD_BACK:
            return
        held_back, self._held_back, self._held_back_size = self._held_back, [], _HELD_BACK
        try:
            self._hop.pass_on(held_back)
        except NextHopLost as error:
            self._give_up(error)

    def _notice_loss(self) -> None:
        try:
            self._hop.check()
        except NextHopLost as error:
            self._give_up(error)

    def _give_up(self, error: NextHopLost) -> None:
        # It often says why before it closes; 2yz before the dot would be nonsense.
        early = self._hop.early_reply()
        if self._refusal is None:
            self._refuse(early.raw if early and early.is_refusal else reply_for(error))

    def _lose_copy(self, error: Unavailable) -> None:
        """Go on without a copy where the administrator wants that; refuse for now otherwise."""
        passes = self._desk.passes(self._recipients)
        log.error("passed without a copy" if passes else "not kept", extra=self._facts(reason=str(error)))
        if not passes:
            self._refuse(reply_for(error))
        elif self._capture is not None:
            self._capture.discard()
            self._capture = None

    # -- the answer ---------------------------------------------------------------------------------------------------

    async def settle(self) -> bytes:
        """Bring a received mail to its end and return the client's answer. Raises nothing that is a mail's fault."""
        try:
            answer = self._refusal or self._repeat() or await self._deliver()
        except Unavailable as error:
            self._forget()
            log.warning("not kept", extra=self._facts(reason=str(error)))
            answer = reply_for(error)
        except BaseException:
            # We are being stopped, or there is a bug. Behind the dot the sealed copy stays, of unknown fate.
            self._forget()
            raise
        finally:
            self._count()
            if self._marked is not None:
                self._desk.undecided.discard(self._marked)
        if self.delivered is not None and self._client_left:
            self._desk.spool.answer_lost(self.delivered)
        log.info("answered", extra=self._facts(code=int(answer[:3]), size=self._size))
        return answer

    def client_left(self) -> None:
        """Hear that nobody waits for the answer any more."""
        if self._client_left:
            return
        self._client_left = True
        if self.delivered is not None:
            self._desk.spool.answer_lost(self.delivered)
        elif self._dot_sent and self._capture is not None and self._capture.key not in self._desk.undecided:
            self._marked = self._capture.key
            self._desk.undecided.add(self._marked)

    async def _deliver(self) -> bytes:
        if (early := self._early_answer()) is not None:
            return self._end_with(early)
        await self._seal()
        if self._refusal is not None:
            return self._refusal
        # It may have spoken meanwhile: that is no answer to a dot it has not seen.
        if (early := self._early_answer()) is not None:
            return self._end_with(early)
        if self._client_left:
            # Nobody waits, and the next hop has no dot yet: the client still has the mail and will try again.
            return self._end_with(Say.NEXT_HOP_LOST.encode())
        self._hop.end_content(self._held_back)
        self._dot_sent = True
        try:
            reply = await self._hop.final_reply()
        except NextHopLost as error:
            await self._lose_sight(str(error))
            return reply_for(error)
        if reply.is_good:
            await self._accept(reply)
            return reply.raw
        if reply.is_refusal:
            await self._refused(reply)
            return reply.raw
        self._hop.abort()
        await self._lose_sight(f"answered {reply.code}")
        return Say.NEXT_HOP_LOST.encode()

    def _early_answer(self) -> bytes | None:
        """Return what to say when the next hop spoke before the dot."""
        early = self._hop.early_reply()
        if early is None:
            return None
        return early.raw if early.is_refusal else Say.NEXT_HOP_LOST.encode()

    async def _seal(self) -> None:
        if self._capture is not None:
            try:
                await self._capture.seal()
            except Unavailable as error:
                self._lose_copy(error)

    async def _accept(self, reply: Reply) -> None:
        # The next hop has the mail, so the client hears its 250 whatever happens to our copy: that is sealed, and
        # what could not be recorded now is settled from there (spool, `recover` and `settle_unknown`).
        self._is_taken = True
        if self._capture is None:
            return
        self.delivered = self._capture.id
        try:
            await self._capture.accept(reply.text)
        except Unavailable as error:
            log.error("acceptance not recorded", extra=self._facts(reason=str(error)))
            return
        self._desk.tell_worker(self._capture.id)

    async def _refused(self, reply: Reply) -> None:
        self._is_refused = True
        if self._capture is not None:
            with suppress(Unavailable):  # the client hears it either way; a sealed copy is judged at the next start
                await self._capture.refuse(reply.text)

    async def _lose_sight(self, reason: str) -> None:
        log.warning("fate unknown", extra=self._facts(reason=reason))
        if self._capture is None:
            return
        try:
            await self._capture.unknown()
        except Unavailable as error:
            log.warning("left sealed", extra=self._facts(reason=str(error)))
            self._capture.leave()

    def _repeat(self) -> bytes | None:
        if self._capture is None:
            return None
        key = self._capture.key
        earlier = self._desk.spool.earlier_answer(key)
        if earlier is not None:
            self.delivered = earlier.id
            log.info("delivered before", extra=self._facts(earlier=earlier.id))
            return self._end_with(earlier.reply.replace("\n", "\r\n").encode("utf-8"))
        if key in self._desk.undecided:
            return self._end_with(Say.STILL_DELIVERING.encode())
        return None

    def _refuse(self, answer: bytes) -> None:
        self._refusal = answer
        self._held_back.clear()
        self._forget()

    def _count(self) -> None:
        counts = self._desk.counts
        counts.taken += 1
        if self._is_taken or self.delivered is not None:
            counts.delivered += 1
            counts.passed_without_copy += self._capture is None
        elif self._dot_sent and not self._is_refused:
            counts.unknown += 1
        else:
            counts.refused += 1

    def _end_with(self, answer: bytes) -> bytes:
        self._forget()
        return answer

    def _forget(self) -> None:
        """Leave nothing behind: no dot for the next hop, no capture for us. Once the dot is out, keep the capture."""
        self._hop.abort()
        if self._capture is None:
            return
        if self._dot_sent:
            self._capture.leave()
        else:
            self._capture.discard()

    def _facts(self, **more: object) -> dict[str, object]:
        return {"mail_id": self._mail_id, "client_ip": self._client_ip, **more}
