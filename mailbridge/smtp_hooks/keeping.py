"""The doors' side of the spool: what they need to keep a mail while it is passed on. `mailbridge.spool` fulfils it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailbridge.mail.envelope import Client, Door, Envelope


class Capture(Protocol):
    """
    One mail being kept, by one task of one event loop.

    begin ── write … ── seal ─┬─ accept    it was taken: it waits for its walk
                              ├─ refuse    the next hop did not want it: only that it was is remembered
                              └─ unknown   the next hop went silent after the final dot
    `discard` at any time before the seal. Each method but `discard` and `leave` may raise `Unavailable`.
    """

    @property
    def id(self) -> str:
        """Its UUIDv7."""
        ...

    @property
    def key(self) -> str:
        """The same for a mail and its retry: a hash of envelope and content; to be asked when the content is whole."""
        ...

    @property
    def size(self) -> int:
        """Octets of content taken so far, as they came."""
        ...

    @property
    def is_behind(self) -> bool:
        """Say whether so much waits for the disk that the door should stop reading until `room()`."""
        ...

    def write(self, octets: bytes) -> None:
        """Take the next octets of the content; does not wait for the disk."""
        ...

    async def room(self) -> None:
        """Wait until the disk has caught up."""
        ...

    async def seal(self) -> None:
        """Make it durable; the content is complete."""
        ...

    async def accept(self, reply: str) -> str:
        """Record that the mail was taken, so that the end of this process cannot lose it; returns the id."""
        ...

    async def refuse(self, reply: str) -> None:
        """Record that the next hop refused the whole mail; its content is forgotten."""
        ...

    async def unknown(self) -> None:
        """Record that we do not know whether the next hop took it."""
        ...

    def discard(self) -> None:
        """Forget it. Raises nothing."""
        ...

    def leave(self) -> None:
        """Let go of it: once sealed it is of unknown fate, before that it is forgotten. Raises nothing."""
        ...


class EarlierAnswer(Protocol):
    """The answer to a mail whose client may not have heard it."""

    @property
    def id(self) -> str:
        """Id of the mail that was delivered."""
        ...

    @property
    def reply(self) -> str:
        """The next hop's words, lines separated by LF."""
        ...


class Keeper(Protocol):
    """The spool, seen from a door."""

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime, *, stuffed: bool = False) -> Capture:
        """
        Begin to keep a mail; raises `Unavailable`.

        Args:
            stuffed: The content comes as on the wire of DATA, with the dots of transparency (RFC 5321 §4.5.2).
        """
        ...

    def earlier_answer(self, key: str) -> EarlierAnswer | None:
        """Return the answer to this very mail, when it was delivered and its client may not know (RFC 1047)."""
        ...

    def answer_heard(self, mail_id: str) -> None:
        """Note that the client has its answer."""
        ...

    def answer_lost(self, mail_id: str) -> None:
        """Note that the client went away without its answer."""
        ...
