"""
A connection to a mailbox by IMAP (RFC 9051, RFC 3501): folders, two header fields, and keywords of our own.

Blocking, and for one thread: whoever opens a connection uses it alone. Nothing is fetched but header fields, by
BODY.PEEK, so that no mail looks read; no flag is set or taken away but those that the caller names.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from mailbridge.errors import Unavailable
from mailbridge.mail.parse import parse
from mailbridge.mailboxes.settings import MailboxSettings, MailboxTls

_CONNECT_SECONDS = 10
_READ_SECONDS = 60
"""A search in a folder of many thousand mails whose headers a server has not indexed takes that long."""
_MOST_FOUND = 50
"""Mails looked at for one Message-ID; a folder rarely has two."""
_HEADER = b"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID X-MAILBRIDGE-ID)]"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundMail:
    """A mail in the folder that is open; `mark` is its uppermost `X-MailBridge-ID`."""

    uid: int
    message_id: str | None
    mark: str | None
    flags: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFolder:
    """
    A folder that is open.

    `uidvalidity` changes when the server made the folder anew. `permanent` are the flags that can be kept, in small
    letters; `\\*` among them: any keyword.
    """

    uidvalidity: int
    permanent: frozenset[str]

    def keeps(self, keywords: Collection[str]) -> bool:
        """Say whether all these keywords can be kept."""
        return "\\*" in self.permanent or all(word.lower() in self.permanent for word in keywords)


class Mailbox(Protocol):
    """What is asked of a connection; `ImapMailbox` fulfils it. All methods raise `Unavailable`."""

    can_move: bool

    def has(self, folder: str) -> bool:
        """Say whether there is such a folder."""
        ...

    def open(self, folder: str) -> OpenFolder:
        """Open a folder; the methods below are about the one opened last."""
        ...

    def find(self, message_id: str) -> tuple[FoundMail, ...]:
        """Find the mails with exactly this Message-ID."""
        ...

    def change(self, uid: int, *, add: Collection[str], remove: Collection[str]) -> None:
        """Take flags from a mail, then give it others."""
        ...

    def move(self, uid: int, folder: str) -> None:
        """Move a mail to another folder (RFC 6851)."""
        ...

    def cut(self) -> None:
        """Break the connection off, from another thread: whatever waits for the server raises `Unavailable`."""
        ...


def read_password(settings: MailboxSettings) -> str:
    """Read the password; raises `Unavailable` when the file cannot be read, is empty, or open to other users."""
    path = settings.password_file
    try:
        if path.stat().st_mode & 0o077:
            raise Unavailable("mailbox", f"other users may read {path}: chmod 600")
        password = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("mailbox", f"{path} cannot be read: {error}") from error
    if not password or "\r" in password or "\n" in password or "\0" in password:
        raise Unavailable("mailbox", f"{path} holds no password: write it on one line")
    return password


@contextmanager
def connected(settings: MailboxSettings) -> Iterator[Mailbox]:
    """Connect and log in; raises `Unavailable`, whose text never holds the password."""
    password = read_password(settings)
    # Only whoever looks into a mailbox pays for the library.
    from imapclient import IMAPClient, SocketTimeout

    with _speaking(password):
        context = None if settings.tls is MailboxTls.OFF else ssl.create_default_context(cafile=settings.ca)
        client = IMAPClient(
            settings.host,
            port=settings.port,
            ssl=settings.tls is MailboxTls.TLS,
            ssl_context=context,
            timeout=SocketTimeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        )
    with client:  # closes the connection, whatever happens
        with _speaking(password):
            if settings.tls is MailboxTls.STARTTLS:
                client.starttls(context)
            _log_in(client, settings.user, password)
            mailbox = ImapMailbox(client, password)
        yield mailbox


def _log_in(client: Any, user: str, password: str) -> None:
    if (user + password).isascii():
        client.login(user, password)
    else:  # LOGIN knows no other letters; PLAIN is UTF-8 (RFC 4616)
        client.sasl_login("PLAIN", lambda _: f"\0{user}\0{password}".encode())


class ImapMailbox:
    """Fulfils `Mailbox` by imapclient, which writes folder names in modified UTF-7 (RFC 3501 §5.1.3)."""

    def __init__(self, client: Any, password: str) -> None:
        self._client = client
        self._password = password
        self.can_move = bool(client.has_capability("MOVE"))

    def has(self, folder: str) -> bool:
        """Say whether there is such a folder."""
        with _speaking(self._password):
            return bool(self._client.folder_exists(folder))

    def open(self, folder: str) -> OpenFolder:
        """Open a folder."""
        with _speaking(self._password):
            said = self._client.select_folder(folder)
        try:
            uidvalidity = int(said[b"UIDVALIDITY"])
        except (KeyError, ValueError) as error:
            raise Unavailable("mailbox", f"no UIDVALIDITY of {folder}") from error
        # A server that does not tell which ones stay, keeps all that it knows (RFC 3501 §6.3.1).
        permanent = said.get(b"PERMANENTFLAGS", said.get(b"FLAGS", ()))
        return OpenFolder(uidvalidity=uidvalidity, permanent=frozenset(_text(flag).lower() for flag in permanent))

    def find(self, message_id: str) -> tuple[FoundMail, ...]:
        """Find the mails with exactly this Message-ID: a server looks for a part of the field, so we look again."""
        if not is_searchable(message_id):
            return ()
        with _speaking(self._password):
            uids = self._client.search(["HEADER", "Message-ID", message_id])[:_MOST_FOUND]
            fetched = self._client.fetch(uids, [_HEADER, b"FLAGS"]) if uids else {}
        found = (_found(uid, said) for uid, said in sorted(fetched.items()))
        return tuple(mail for mail in found if mail.message_id == message_id)

    def change(self, uid: int, *, add: Collection[str], remove: Collection[str]) -> None:
        """Take flags from a mail, then give it others; all other flags stay as they are."""
        with _speaking(self._password):
            if remove:
                self._client.remove_flags([uid], sorted(remove), silent=True)
            if add:
                self._client.add_flags([uid], sorted(add), silent=True)

    def move(self, uid: int, folder: str) -> None:
        """Move a mail to another folder (RFC 6851)."""
        with _speaking(self._password):
            self._client.move([uid], folder)

    def cut(self) -> None:
        """Break the connection off, from another thread."""
        with suppress(OSError):
            # That of TLS would take its state away from the thread that reads.
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)


def is_searchable(message_id: str) -> bool:
    """Say whether a server can be asked for a Message-ID: printable ASCII of a length that fits into a line."""
    return message_id.isascii() and message_id.isprintable() and len(message_id) <= 900


def _found(uid: int, said: Any) -> FoundMail:
    header = next((value for name, value in said.items() if isinstance(name, bytes) and name.startswith(b"BODY[")), b"")
    message = parse(bytes(header or b""))
    marks = (field.value for field in message.header if field.name.lower() == "x-mailbridge-id")
    return FoundMail(
        uid=uid,
        message_id=message.message_id,
        mark=next(marks, "").strip() or None,
        flags=frozenset(map(_text, said.get(b"FLAGS", ()))),
    )


def _text(flag: object) -> str:
    return flag.decode("ascii", "replace") if isinstance(flag, bytes) else str(flag)


@contextmanager
def _speaking(password: str) -> Iterator[None]:
    """Turn what the library and the network say into our words."""
    import imaplib

    try:
        yield
    except (OSError, imaplib.IMAP4.error) as error:  # ssl.SSLError and a time-out are OSError
        said = str(error) or type(error).__name__
        # A server that repeats what it was sent must not bring the password into a log.
        raise Unavailable("mailbox", said.replace(password, "…")[:300]) from None
