"""A mailbox in memory, which does what a server does with flags and folders, and nothing more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.connection import FoundMail, OpenFolder
from mailbridge.mailboxes.settings import MailboxSettings, MailboxTls

ANY = frozenset({"\\*", "\\seen"})


@dataclass
class Lying:
    """A mail in a folder."""

    message_id: str
    flags: set[str] = field(default_factory=set)
    mark: str | None = None


@dataclass
class FakeServer:
    """Fulfils `Mailbox`; `changes` counts what was written, `visits` how often somebody came."""

    folders: dict[str, dict[int, Lying]] = field(default_factory=lambda: {"INBOX": {}})
    uidvalidity: int = 1
    permanent: frozenset[str] = ANY
    can_move: bool = True
    gone: str = ""
    gone_after: int | None = None
    visits: int = 0
    changes: int = 0
    asked: list[str] = field(default_factory=list)
    here: str = "INBOX"
    next_uid: int = 1

    def put(self, message_id: str, *flags: str, mark: str | None = None, folder: str = "INBOX") -> Lying:
        mail = Lying(message_id, set(flags), mark)
        self.folders[folder][self.next_uid] = mail
        self.next_uid += 1
        return mail

    def made_anew(self) -> None:
        """Lose all keywords, as a mailbox that comes back from a backup."""
        self.uidvalidity += 1
        for mails in self.folders.values():
            for mail in mails.values():
                mail.flags = {flag for flag in mail.flags if flag.startswith("\\")}

    @contextmanager
    def connect(self, settings: MailboxSettings) -> Iterator[FakeServer]:
        self.visits += 1
        if self.gone:
            raise Unavailable("mailbox", self.gone)
        yield self

    def has(self, folder: str) -> bool:
        return folder in self.folders

    def open(self, folder: str) -> OpenFolder:
        self.here = folder
        return OpenFolder(uidvalidity=self.uidvalidity, permanent=self.permanent)

    def find(self, message_id: str) -> tuple[FoundMail, ...]:
        if self.gone_after is not None and len(self.asked) >= self.gone_after:
            raise Unavailable("mailbox", "connection reset")
        self.asked.append(message_id)
        return tuple(
            FoundMail(uid=uid, message_id=mail.message_id, mark=mail.mark, flags=frozenset(mail.flags))
            for uid, mail in self.folders[self.here].items()
            if mail.message_id == message_id
        )

    def change(self, uid: int, *, add: Collection[str], remove: Collection[str]) -> None:
        self.changes += 1
        mail = self.folders[self.here][uid]
        mail.flags = (mail.flags - set(remove)) | set(add)

    def move(self, uid: int, folder: str) -> None:
        self.changes += 1
        self.folders[folder][self.next_uid] = self.folders[self.here].pop(uid)
        self.next_uid += 1

    def cut(self) -> None:
        self.gone_after = 0


def mailbox(**changes: Any) -> MailboxSettings:
    """Describe a mailbox of the agency of the tests."""
    values: dict[str, Any] = {
        "agency": "sonv",
        "host": "127.0.0.1",
        "port": 143,
        "tls": MailboxTls.OFF,
        "user": "vanthu@sonv.backan.gov.vn",
        "password_file": Path("/nowhere/password"),
    }
    return MailboxSettings(**values | changes)
