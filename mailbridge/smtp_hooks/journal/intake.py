"""
One copy from DATA to its answer.

Content complete → capture sealed, durable → acceptance recorded, durable → 250. The sending server keeps the copy
until it has heard that, so whatever fails before leaves nothing here, and the copy comes again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mailbridge.errors import Unavailable
from mailbridge.smtp_hooks.content import Content, Piece
from mailbridge.smtp_hooks.journal.desk import JournalDesk, log
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.replies import Say, reply_for


class Intake:
    """
    The taking of one mail; `receive`, then `settle`.

    After `settle`, `accepted` is the id of the mail when the client must hear that it was taken. `rest` are the octets
    that the client sent behind the content.
    """

    def __init__(self, *, desk: JournalDesk, capture: Capture, client_ip: str | None) -> None:
        self.accepted: str | None = None
        self.rest = b""
        self._desk = desk
        self._capture = capture
        self._client_ip = client_ip
        self._size = 0
        self._refusal: bytes | None = None
        self._client_left = False
        self._marked: str | None = None

    async def receive(self, read: Callable[[], Awaitable[bytes]]) -> None:
        """Take the content to its true end, whatever becomes of the mail; raises only what `read` raises."""
        content = Content()
        try:
            while not content.ended:
                piece = content.feed(await read())
                await self._take(piece, bare=content.bare)
        except BaseException:
            # The client went away in the middle, or fell silent.
            self._capture.discard()
            raise
        self.rest = piece.rest

    async def settle(self) -> bytes:
        """Bring a received mail to its end and return the client's answer. Raises nothing that is a mail's fault."""
        try:
            answer = self._refusal or self._repeat() or await self._keep()
        except Unavailable as error:
            self._capture.discard()
            log.warning("not kept", extra=self._facts(reason=str(error)))
            answer = reply_for(error)
        except BaseException:
            self._capture.discard()
            raise
        finally:
            self._count()
            if self._marked is not None:
                self._desk.undecided.discard(self._marked)
        if self.accepted is not None and self._client_left:
            self._desk.keeper.answer_lost(self.accepted)
        log.info("answered", extra=self._facts(code=int(answer[:3]), size=self._size))
        return answer

    def _count(self) -> None:
        counts = self._desk.counts
        counts.taken += 1
        if self.accepted is None:
            counts.refused += 1
        else:
            counts.delivered += 1

    def client_left(self) -> None:
        """Hear that nobody waits for the answer any more."""
        self._client_left = True
        if self.accepted is not None:
            self._desk.keeper.answer_lost(self.accepted)
        elif self._refusal is None and self._capture.key not in self._desk.undecided:
            self._marked = self._capture.key
            self._desk.undecided.add(self._marked)

    async def _take(self, piece: Piece, *, bare: bool) -> None:
        if self._refusal is not None:
            return
        self._size += len(piece.stuffed)
        # As at the hop. No sending server that is fed by the hop's rules lets such a mail through (Postfix turns stray
        # CR and LF into blanks), and kept as it is it would be read in two ways: a signature would prove one of them.
        if bare:
            self._refuse(Say.BARE_LINE_END.encode())
        elif self._size > self._desk.settings.max_size:
            self._refuse(Say.TOO_BIG.encode())
        else:
            try:
                self._capture.write(piece.stuffed)
                if self._capture.is_behind:
                    await self._capture.room()
            except Unavailable as error:
                log.warning("not kept", extra=self._facts(reason=str(error)))
                self._refuse(reply_for(error))

    def _refuse(self, answer: bytes) -> None:
        self._refusal = answer
        self._capture.discard()

    def _repeat(self) -> bytes | None:
        """Answer a copy that was taken before, or is just being taken, and whose client may not know (RFC 1047)."""
        key = self._capture.key
        earlier = self._desk.keeper.earlier_answer(key)
        if earlier is None and key not in self._desk.undecided:
            return None
        self._capture.discard()
        if earlier is None:
            return Say.STILL_DELIVERING.encode()
        self.accepted = earlier.id
        log.info("taken before", extra=self._facts(earlier=earlier.id))
        return earlier.reply.encode("ascii", "replace")

    async def _keep(self) -> bytes:
        await self._capture.seal()
        # "kept as", not "queued as": an id after those words would be taken for the queue id of a next hop.
        reply = f"250 2.0.0 Ok: kept as {self._capture.id}"
        await self._capture.accept(reply)
        self.accepted = self._capture.id
        self._desk.tell_worker(self._capture.id)
        return reply.encode("ascii")

    def _facts(self, **more: object) -> dict[str, object]:
        return {"mail_id": self._capture.id, "client_ip": self._client_ip, **more}
