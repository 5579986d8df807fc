"""
One mail, from MAIL to what becomes of it.

A milter is asked before the MTA has decided, and is never told what the MTA decided. What comes after our last word is
the same for a mail that was taken and for one that was refused: Postfix says Abort after either, Sendmail after neither
(docs/decisions/0011). So the copy stays sealed until the MTA has shown that it heard us, then counts as taken; when the
connection breaks in between, nobody knows, and the copy is kept as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.milter.desk import MilterDesk, log
from mailbridge.smtp_hooks.milter.packets import (
    Accept,
    Actions,
    Continue,
    FromMilter,
    InsertHeader,
    Mail,
    Quarantine,
    Rcpt,
    ReplyCode,
)
from mailbridge.smtp_hooks.replies import Say, reply_for

Replies: TypeAlias = tuple[FromMilter, ...]

HEADER = b"X-MailBridge-ID"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why there is no copy: what the client hears, and what the log shall know."""

    say: bytes
    reason: str


class Transaction:
    """
    Collects envelope and content.

    `early` may be asked when the recipients are known. Then `take` …, `end`; and when `end` has sealed a copy
    (`is_sealed`), one of `accept`, `unknown`. `let_go` at any time instead of what would come next.
    """

    def __init__(self, desk: MilterDesk, client: Client, mail: Mail, actions: Actions) -> None:
        self.is_sealed = False
        self._desk = desk
        self._client = client
        self._mail = mail
        self._actions = actions
        self._recipients: list[Rcpt] = []
        self._size = 0
        self._capture: Capture | None = None
        self._trouble: Trouble | None = None
        self._bypassed = False
        self._begun = False
        self._is_sealing = False
        self._left = False
        self._reply = ""

    def add(self, recipient: Rcpt) -> None:
        """Take a recipient that the MTA has accepted."""
        self._recipients.append(recipient)

    def early(self) -> Replies:
        """Say before the content comes what we would say after it, when we know already."""
        if self._desk.is_bypassed():
            return (Accept(),)
        if self._desk.is_full():
            return self._without_copy(_no_room(), early=True)
        return (Continue(),)

    def take(self, octets: bytes) -> None:
        """Take the next octets of the content; whatever goes wrong is said at the end."""
        if not self._begun:
            self._begin()
        self._size += len(octets)
        capture = self._capture
        if capture is None:
            return
        if self._size > self._desk.settings.max_size:
            self._forget(Trouble(say=Say.TOO_BIG.encode(), reason=f"more than {self._desk.settings.max_size} octets"))
            return
        try:
            capture.write(octets)
        except Unavailable as error:
            self._fail(error)

    @property
    def is_behind(self) -> bool:
        """Say whether no more should be taken until `room()`."""
        return self._capture is not None and self._capture.is_behind

    async def room(self) -> None:
        """Wait until the disk has caught up."""
        if self._capture is not None:
            try:
                await self._capture.room()
            except Unavailable as error:
                self._fail(error)

    async def end(self, queue_id: str | None) -> Replies:
        """
        Return the answer to a complete mail; a copy is durable before.

        Args:
            queue_id: Under which the MTA speaks of the mail in its log.
        """
        if not self._begun:
            self._begin()
        self._desk.counts.taken += 1
        if self._bypassed:
            self._count_without_copy()
            return (Accept(),)
        capture = self._capture
        if capture is not None:
            self._reply = f"milter: queued as {queue_id}" if queue_id else "milter: accepted"
            self._is_sealing = True
            try:
                await capture.seal()
            except Unavailable as error:
                self._fail(error)
            except BaseException:
                # We are being stopped, or there is a bug.
                capture.leave()
                raise
            else:
                self.is_sealed = True
                if self._left:
                    capture.leave()
                log.info("kept", extra=self._facts(queue_id=queue_id, size=capture.size))
                return InsertHeader(index=0, name=HEADER, value=b" " + capture.id.encode("ascii")), Accept()
        return self._without_copy(self._trouble or _no_room())

    async def accept(self) -> None:
        """Let the sealed copy wait for its walk. Raises nothing."""
        capture = self._sealed()
        self._desk.counts.delivered += 1
        try:
            await capture.accept(self._reply)
        except Unavailable as error:
            log.error("acceptance not recorded", extra=self._facts(reason=str(error)))
            capture.leave()
            return
        # The MTA owns the mail now. If it also sends it through our hop, that is no retry of one who got no answer.
        self._desk.keeper.answer_heard(capture.id)
        self._desk.tell_worker(capture.id)

    async def unknown(self) -> None:
        """Keep the sealed copy of a mail whose fate nobody knows. Raises nothing."""
        capture = self._sealed()
        self._desk.counts.unknown += 1
        log.warning("fate unknown", extra=self._facts(reason="the connection ended behind our answer"))
        try:
            await capture.unknown()
        except Unavailable as error:
            log.warning("left sealed", extra=self._facts(reason=str(error)))
            capture.leave()

    def let_go(self) -> None:
        """End it here: nothing is left of a mail that was not complete; one that is being sealed lies for `recover`."""
        if self._capture is None:
            return
        if self._is_sealing:
            self._left = True
        else:
            self._capture.discard()
            self._capture = None

    def _begin(self) -> None:
        self._begun = True
        if self._desk.is_bypassed():
            self._bypassed = True
        elif self._desk.is_full():
            self._trouble = _no_room()
        else:
            try:
                self._capture = self._desk.keeper.begin(
                    Door.MILTER, self._client, self._envelope(), self._desk.clock(), stuffed=False
                )
            except Unavailable as error:
                self._fail(error)

    def _sealed(self) -> Capture:
        if self._capture is None or not self.is_sealed:
            raise RuntimeError("no sealed copy")
        return self._capture

    def _fail(self, error: Unavailable) -> None:
        self._forget(Trouble(say=reply_for(error), reason=str(error)))

    def _forget(self, trouble: Trouble) -> None:
        self._trouble = trouble
        if self._capture is not None:
            self._capture.discard()
            self._capture = None

    def _without_copy(self, trouble: Trouble, *, early: bool = False) -> Replies:
        facts = self._facts(reason=trouble.reason)
        if self._desk.passes(self._paths()):
            log.warning("passed without a copy", extra=facts)
            if not early:
                self._count_without_copy()
            return (Accept(),)
        if Actions.QUARANTINE & self._actions:
            if early:
                # Only a complete mail can be held in the queue.
                return (Continue(),)
            log.warning("quarantined without a copy", extra=facts)
            self._count_without_copy()
            return Quarantine(reason=b"MailBridge could not keep a copy"), Accept()
        log.warning("refused for want of a copy", extra=facts)
        if not early:
            self._desk.counts.refused += 1
        return (ReplyCode(text=trouble.say),)

    def _count_without_copy(self) -> None:
        self._desk.counts.delivered += 1
        self._desk.counts.passed_without_copy += 1

    def _paths(self) -> tuple[str, ...]:
        return tuple(_path(recipient.arguments) for recipient in self._recipients)

    def _envelope(self) -> Envelope:
        return Envelope(
            mail_from=_path(self._mail.arguments),
            recipients=self._paths(),
            mail_parameters=_parameters(self._mail.arguments),
            recipient_parameters=tuple(_parameters(recipient.arguments) for recipient in self._recipients),
        )

    def _facts(self, **more: object) -> dict[str, object]:
        mail_id = None if self._capture is None else self._capture.id
        return {"mail_id": mail_id, "client_ip": self._client.ip, **more}


def _no_room() -> Trouble:
    return Trouble(say=Say.NO_ROOM.encode(), reason="the spool is full")


def _path(arguments: tuple[bytes, ...]) -> str:
    """Take the angle brackets off; octets that are not UTF-8 (no address has such, RFC 6531 §3.3) are replaced."""
    path = arguments[0]
    if path.startswith(b"<") and path.endswith(b">"):
        path = path[1:-1]
    return path.decode("utf-8", "replace")


def _parameters(arguments: tuple[bytes, ...]) -> str:
    return b" ".join(arguments[1:]).decode("utf-8", "replace")
