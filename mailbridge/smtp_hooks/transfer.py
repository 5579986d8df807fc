"""
One mail from DATA to its answer: passed on and kept at the same time.

The order is the promise Content complete → capture sealed, durable → final dot to the next hop → its
250 → acceptance recorded, durable → 250 to the client. Whatever fails before the dot leaves nothing at the next hop,
because its connection is cut without the dot; whatever fails behind it never makes the client keep less than it has.

Behind the next hop's 250 lies one instant that no protocol closes (RFC 1047): if we die before the acceptance is
recorded, the client hears nothing and sends the mail again, and the next hop gets it twice. Nothing is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mailbridge.errors import Unavailable
from mailbridge.smtp_hooks.content import Content, Piece
from mailbridge.smtp_hooks.desk import Desk, log
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.replies import NextHopLost, Reply, Say, reply_for


class Transfer:
    """
    The transfer of one mail; `receive`, then `settle`.

    After `settle`, `delivered` is the id of the mail when the client must hear that it was taken. `rest` are the octets
    that the client sent behind the content.
    """

    def __init__(self, *, desk: Desk, hop: NextHop, capture: Capture, trace: bytes, client_ip: str | None) -> None:
        self.delivered: str | None = None
        self.rest = b""
        self._desk = desk
        self._hop = hop
        self._capture = capture
        self._trace = trace
        self._client_ip = client_ip
        self._refusal: bytes | None = None
        self._client_left = False
        self._dot_sent = False
        self._marked: str | None = None

    async def receive(self, read: Callable[[], Awaitable[bytes]]) -> None:
        """Take the content to its true end, whatever becomes of the mail; raises only what `read` raises."""
        content = Content()
        try:
            await self._pass_on(self._trace)
            while not content.ended:
                piece = content.feed(await read())
                await self._take(piece, bare=content.bare)
        except BaseException:
            # The client went away in the middle.
            self._forget()
            raise
        self.rest = piece.rest

    async def settle(self) -> bytes:
        """Bring a received mail to its end and return the client's answer. Raises nothing that is a mail's fault."""
        try:
            answer = self._refusal or self._repeat() or await self._deliver()
        except Unavailable as error:
            self._forget()
            log.warning("not kept", extra=self._facts(reason=str(error)))
            answer = reply_for(error)
        except BaseException:
            # We are being stopped, or there is a bug. Behind the dot the sealed copy stays: `recover` looks after it.
            self._forget()
            raise
        finally:
            if self._marked is not None:
                self._desk.undecided.discard(self._marked)
        if self.delivered is not None and self._client_left:
            self._desk.spool.answer_lost(self.delivered)
        log.info("answered", extra=self._facts(code=int(answer[:3]), size=self._capture.size))
        return answer

    def client_left(self) -> None:
        """Hear that nobody waits for the answer any more."""
        self._client_left = True
        if self.delivered is not None:
            self._desk.spool.answer_lost(self.delivered)
        elif self._dot_sent and self._capture.key not in self._desk.undecided:
            self._marked = self._capture.key
            self._desk.undecided.add(self._marked)

    async def _take(self, piece: Piece, *, bare: bool) -> None:
        if self._refusal is not None:
            return
        if bare:
            self._refuse(Say.BARE_LINE_END.encode())
        elif self._capture.size + len(piece.plain) > self._desk.settings.max_size:
            self._refuse(Say.TOO_BIG.encode())
        else:
            try:
                self._capture.write(piece.plain)
            except Unavailable as error:
                log.warning("not kept", extra=self._facts(reason=str(error)))
                self._refuse(reply_for(error))
                return
            await self._pass_on(piece.stuffed)

    async def _pass_on(self, octets: bytes) -> None:
        try:
            await self._hop.pass_on(octets)
        except NextHopLost as error:
            # It often says why before it closes; 2yz before the dot would be nonsense.
            early = self._hop.early_reply()
            self._refuse(early.raw if early and early.is_refusal else reply_for(error))

    async def _deliver(self) -> bytes:
        early = self._hop.early_reply()
        if early is not None:
            return self._end(early.raw if early.is_refusal else Say.NEXT_HOP_LOST.encode())
        await self._capture.seal()
        if self._client_left:
            # Nobody waits, and the next hop has no dot yet: the client still has the mail and will try again.
            return self._end(Say.NEXT_HOP_LOST.encode())
        try:
            self._dot_sent = True
            reply = await self._hop.end_of_content()
        except NextHopLost as error:
            await self._lose_sight(str(error))
            return reply_for(error)
        if reply.is_good:
            await self._accept(reply)
            return reply.raw
        if reply.is_refusal:
            self._capture.discard()
            return reply.raw
        self._hop.abort()
        await self._lose_sight(f"answered {reply.code}")
        return Say.NEXT_HOP_LOST.encode()

    async def _accept(self, reply: Reply) -> None:
        # The next hop has the mail, so the client hears its 250 whatever happens to our copy: that is sealed, and
        # what could not be recorded now is settled from there (spool, `recover` and `settle_unknown`).
        self.delivered = self._capture.id
        try:
            await self._capture.accept(reply.text)
        except Unavailable as error:
            log.error("acceptance not recorded", extra=self._facts(reason=str(error)))
            return
        self._desk.tell_worker(self._capture.id)

    async def _lose_sight(self, reason: str) -> None:
        log.warning("fate unknown", extra=self._facts(reason=reason))
        try:
            await self._capture.unknown()
        except Unavailable as error:
            log.warning("left sealed", extra=self._facts(reason=str(error)))
            self._capture.leave()

    def _repeat(self) -> bytes | None:
        key = self._capture.key
        earlier = self._desk.spool.earlier_answer(key)
        if earlier is not None:
            self.delivered = earlier.id
            log.info("delivered before", extra=self._facts(earlier=earlier.id))
            return self._end(earlier.reply.replace("\n", "\r\n").encode("utf-8"))
        if key in self._desk.undecided:
            return self._end(Say.STILL_DELIVERING.encode())
        return None

    def _refuse(self, answer: bytes) -> None:
        self._refusal = answer
        self._forget()

    def _end(self, answer: bytes) -> bytes:
        self._forget()
        return answer

    def _forget(self) -> None:
        """Leave nothing behind: no dot for the next hop, no capture for us. Once the dot is out, keep the capture."""
        self._hop.abort()
        if self._dot_sent:
            self._capture.leave()
        else:
            self._capture.discard()

    def _facts(self, **more: object) -> dict[str, object]:
        return {"mail_id": self._capture.id, "client_ip": self._client_ip, **more}
