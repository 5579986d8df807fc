"""The session with the next hop that runs beside a client's: lent from the pool while a mail is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailbridge.smtp_hooks.desk import Desk
from mailbridge.smtp_hooks.extensions import common
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.opening import Introduction
from mailbridge.smtp_hooks.peers import Peer, as_helo, introduction
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopUnreachable, Reply
from mailbridge.smtp_hooks.settings import ForwardClient, HopSettings, Upstream


class Counterpart:
    """
    What a client's session knows of the next hop.

    A session with the next hop is ours from the first command of a mail until `rest`. `peer` is who the next hop is
    told the client is.

    Args:
        keeps_promise: Says whether a session offers what the client was promised in EHLO.
    """

    def __init__(self, desk: Desk, settings: HopSettings, keeps_promise: Callable[[NextHop], bool]) -> None:
        self.peer = Peer()
        self._keeps_promise = keeps_promise
        self._desk = desk
        self._settings = settings
        self._hop: NextHop | None = None
        self._is_logged_in = False

    async def offers(self) -> dict[str, str]:
        """
        Return what every next hop can do, as known or asked now; raises `NextHopUnreachable` when none answers.

        With several, one that is down must not cost the others: what it offers counts again when it is back.
        """
        offers: list[dict[str, str]] = []
        failure: NextHopUnreachable | None = None
        for upstream in self._settings.upstreams:
            known = self._desk.pool.offers(upstream)
            if known is None or self._introduce is not None:
                try:
                    known = (await self.session(upstream)).keywords
                except NextHopUnreachable as error:
                    failure = failure or error
                    continue
            offers.append(known)
        if not offers and failure is not None:
            raise failure
        return common(offers)

    async def session(self, upstream: Upstream | None = None) -> NextHop:
        """Return the open session with this next hop (any, without one), or begin one; raises `NextHopUnreachable`."""
        hop = self._hop
        if hop is not None and hop.is_alive and upstream in {None, hop.upstream}:
            return hop
        if self._is_logged_in:
            raise NextHopUnreachable("the session that the client logged in to is gone")
        self.leave()
        pool, chosen = self._desk.pool, upstream or self._settings.next_hop
        self._hop = await pool.take(chosen, introduce=self._introduce)
        return self._hop

    async def open(self, upstream: Upstream | None = None) -> NextHop:
        """Return a session for a mail; raises `NextHopUnreachable`, also when it would break a promise."""
        hop = await self.session(upstream)
        if not self._keeps_promise(hop):
            self._desk.pool.forget(hop.upstream)
            self.rest()
            raise NextHopUnreachable("it offers other extensions than before")
        return hop

    @property
    def upstream(self) -> Upstream | None:
        """Whose session is open; None when there is none."""
        return self._hop.upstream if self._hop is not None else None

    @property
    def current(self) -> NextHop:
        """The session that is open; raises `NextHopLost`."""
        if self._hop is None:
            raise NextHopLost("no session is open")
        return self._hop

    async def ask(self, lines: Sequence[str]) -> list[Reply]:
        """Pass commands on within the open session; fewer replies when it ended in between (`NextHop.commands`)."""
        octets = [line.encode("utf-8", "surrogateescape") for line in lines]
        try:
            return await self.current.commands(octets)
        except BaseException:
            # Lost; or nobody waits for the reply any more, but it will come, and the session is out of step.
            self.drop()
            raise

    async def begin(self, lines: Sequence[str], upstream: Upstream | None = None) -> list[Reply]:
        """
        Pass on the commands that begin something, in a new session where the old one ended.

        A session that was kept idle may have ended without our knowing; then they are said again. Raises `NextHopLost`
        or `NextHopUnreachable`.
        """
        while True:
            hop = await self.open(upstream)
            was_kept = hop.was_kept
            try:
                replies = await self.ask(lines)
            except NextHopLost:
                if not was_kept:
                    raise
                self._desk.pool.suspect(hop.upstream)
                continue
            if was_kept and replies[0].code == 421:
                hop.abort()
                continue
            return replies

    @property
    def forwarding(self) -> str | None:
        """The XFORWARD command to say before a mail, None when the next hop does not take it or is not to be told."""
        if self._settings.forward_client is not ForwardClient.XFORWARD or self._hop is None:
            return None
        line = introduction("XFORWARD", self.peer, self._hop.keywords)
        return line.decode("ascii") if line else None

    def log_in(self) -> None:
        """Note that the next hop knows who the client is: this session is the client's until its end."""
        self._is_logged_in = True
        if self._hop is not None:
            self._hop.is_bound = True

    def rest(self) -> None:
        """Give the session back: no mail is open in it. One that is bound to the client stays."""
        hop = self._hop
        if hop is None or (hop.is_bound and hop.is_alive):
            return
        self._hop = None
        self._desk.pool.give_back(hop)

    def leave(self) -> None:
        """Have nothing more to do with the session: another client may have it, or it ends."""
        self._is_logged_in = False
        hop, self._hop = self._hop, None
        if hop is not None:
            self._desk.pool.give_back(hop)

    def drop(self) -> None:
        """Cut the session: the next hop is out of step, or somebody no longer waits for what it was asked."""
        hop, self._hop = self._hop, None
        if hop is not None:
            hop.abort()

    @property
    def _introduce(self) -> Introduction | None:
        if self._settings.forward_client is not ForwardClient.XCLIENT:
            return None
        return self._present

    def _present(self, keywords: dict[str, str]) -> tuple[bytes, str]:
        line = introduction("XCLIENT", self.peer, keywords)
        if line is None:
            # To go on as ourselves would lend our address, which the next hop trusts, to any stranger.
            raise NextHopUnreachable("it does not offer XCLIENT")
        return line, as_helo(self.peer.helo) or self._settings.hostname
