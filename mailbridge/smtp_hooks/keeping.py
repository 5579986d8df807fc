"""The hop's side of the spool: what it needs to keep a mail while it is passed on. `mailbridge.spool` fulfils it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailbridge.mail.envelope import Client, Door, Envelope


class Capture(Protocol):
    """One mail being kept; each method but `discard` and `leave` may raise `Unavailable`."""

    @property
    def id(self) -> str:
        """Its UUIDv7."""
        ...

    @property
    def key(self) -> str:
        """The same for a mail and its retry: a hash of envelope and content."""
        ...

    @property
    def size(self) -> int:
        """Octets of content taken so far."""
        ...

    def write(self, octets: bytes) -> None:
        """Take the next octets of the content, unstuffed."""
        ...

    async def seal(self) -> None:
        """Make it durable; the content is complete."""
        ...

    async def accept(self, reply: str) -> str:
        """Record that the next hop took it, durably; returns the id."""
        ...

    async def unknown(self) -> None:
        """Record that we do not know whether the next hop took it."""
        ...

    def discard(self) -> None:
        """Forget it. Raises nothing."""
        ...

    def leave(self) -> None:
        """Let it lie as it is, to be judged after the next start. Raises nothing."""
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
    """The spool, seen from the door."""

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime) -> Capture:
        """Begin to keep a mail; raises `Unavailable`."""
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
