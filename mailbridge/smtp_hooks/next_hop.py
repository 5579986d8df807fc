"""
Our side of the session with the next hop.

Replies keep their raw lines, so that they can be passed on unchanged. Anything the next hop says without being asked
would shift every later reply by one; such a session is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from mailbridge.smtp_hooks.replies import NextHopLost, Reply
from mailbridge.smtp_hooks.settings import HopSettings, Upstream
from mailbridge.smtp_hooks.wire import Wire

# Seconds for the first answer of a session that lay idle: a server that has gone dark is soon left for another.
_PATIENCE_WITH_KEPT = 15.0


class NextHop:
    """
    One session with the next hop.

    Attributes:
        keywords: Those of its EHLO, upper case, with their parameters.
        settings: Those it was opened with.
        upstream: Whose servers it is one of.
        is_first: It is with the server that is asked first.
        is_bound: It knows our client (XCLIENT, AUTH): it must never serve another one.
        was_kept: It was idle between two clients and has not answered since: it may be gone without our knowing.
        errors: Refusals since the last mail it took; servers slow down and end sessions that have many.
    """

    def __init__(self, wire: Wire, settings: HopSettings, keywords: dict[str, str], upstream: Upstream) -> None:
        self._wire = wire
        self._born = asyncio.get_running_loop().time()
        self._is_open = False
        self.settings = settings
        self.keywords = keywords
        self.upstream = upstream
        self.is_first = True
        self.is_bound = False
        self.was_kept = False
        self.errors = 0

    @property
    def is_alive(self) -> bool:
        """Say whether commands can be sent, as far as is known; something unread (421) is still to be heard."""
        return self._wire.lost is None

    @property
    def is_clean(self) -> bool:
        """Say whether another client may have it: it is alive, owes no answer, and no mail or login is half done."""
        return self._wire.is_silent and not self._is_open and not self.is_bound

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self._born

    async def command(self, line: bytes) -> Reply:
        """
        Send one line and wait for its reply.

        A 421 that came unasked is the reply (RFC 5321 §3.8); raises `NextHopLost`.
        """
        return (await self.commands([line]))[0]

    async def commands(self, lines: Sequence[bytes]) -> list[Reply]:
        """
        Send lines and wait for their replies; all at once when it offers PIPELINING (RFC 2920), else one by one.

        Fewer replies than lines come back when the session ends in between: the last is 421 then, or it just broke.
        Raises `NextHopLost` when there is not even one.
        """
        if self._wire.replies:
            early = self._wire.replies.popleft()
            if early.code == 421:
                return [early]
            self._wire.abort()
            raise NextHopLost("it spoke without being asked")
        together = len(lines) > 1 and "PIPELINING" in self.keywords
        if together:
            self._wire.send(b"\r\n".join([*lines, b""]))
        replies: list[Reply] = []
        for line in lines:
            try:
                if not together:
                    self._wire.send(line + b"\r\n")
                replies.append(await self._wire.reply(self._seconds_for(line)))
            except NextHopLost:
                if not replies:
                    raise
                break
            self._note(line, replies[-1])
            if replies[-1].code == 421:
                break
        return replies

    def _seconds_for(self, line: bytes) -> float:
        patience = self.settings.patience
        seconds = patience.data if line == b"DATA" else patience.command
        return min(seconds, _PATIENCE_WITH_KEPT) if self.was_kept else seconds

    def _note(self, line: bytes, reply: Reply) -> None:
        """Follow what is open in it."""
        # It answers, so it lives, whatever it was before.
        self.was_kept = False
        self.errors += not reply.is_good and reply.code != 354
        verb = line[:5].upper()
        if verb == b"MAIL ":
            self._is_open = reply.is_good
        elif verb == b"AUTH " or reply.code == 334:
            self._is_open = reply.code == 334
        elif line == b"RSET" and reply.is_good:
            self._is_open = False

    def pass_on(self, octets: Sequence[bytes]) -> None:
        """Send content, stuffed; raises `NextHopLost`. Stop when `is_full`, until `on_room` is called."""
        self._wire.send(*octets)
        if self._wire.is_full:
            self._wire.expect_room(self.settings.patience.block)

    @property
    def is_full(self) -> bool:
        """Say whether it takes octets more slowly than they come."""
        return self._wire.is_full

    def on_room(self, call: Callable[[], None] | None) -> None:
        """Have somebody called when there is room again, or when the session is lost."""
        self._wire.on_change = call

    def check(self) -> None:
        """Raise `NextHopLost` when the session is gone."""
        self._wire.check()

    def early_reply(self) -> Reply | None:
        """Return what it said before the content was complete, often right before it closed."""
        return self._wire.replies.popleft() if self._wire.replies else None

    def end_content(self, last: Sequence[bytes] = ()) -> None:
        """
        Send the last octets and the final dot; from now on the mail may be theirs.

        Raises `NextHopLost` when the session was gone before, and nothing was sent.
        """
        self._wire.send(*last, b".\r\n")

    async def final_reply(self) -> Reply:
        """Wait for the answer to the final dot, which ends the mail in any case; raises `NextHopLost`."""
        reply = await self._wire.reply(self.settings.patience.final)
        self._is_open = False
        self.errors = 0 if reply.is_good else self.errors + 1
        return reply

    def abort(self) -> None:
        """Leave without the final dot: nothing of the mail in transfer counts (RFC 5321 §4.1.1.4, §3.8)."""
        self._wire.abort()

    async def quit(self, seconds: float = 5) -> None:
        """Say goodbye; raises nothing."""
        with suppress(NextHopLost):
            self._wire.send(b"QUIT\r\n")
            await self._wire.reply(seconds)
        self._wire.abort()
