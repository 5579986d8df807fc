"""
Outlook's .msg: a letter as an OLE file ([MS-OXMSG]), each property a stream named by its number and type.

What comes out: the text with who, when, to whom and about what above it, as Outlook itself puts it above a forwarded
letter, and the attached files. A letter attached to it gives the same, its files named below it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from olefile import OleFileIO

from mailbridge.mail.readable import readable
from mailbridge.mail.vietnamese import decode_text
from mailbridge.reading.compressed_rtf import text_of_compressed_rtf
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable

_SUBJECT, _TO, _BODY, _HTML, _COMPRESSED = 0x0037, 0x0E04, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_SMTP, _SENDER_ADDRESS = 0x0C1A, 0x5D01, 0x0C1F
_SENT, _CODE_PAGE = 0x0039, 0x3FFD
_HEADER, _MESSAGE_ID = 0x007D, 0x1035
_RECIPIENT_SMTP, _RECIPIENT_ADDRESS, _RECIPIENT_KIND = 0x39FE, 0x3003, 0x0C15
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3707, 0x3704, 0x3001
_MEDIA_TYPE, _DATA = 0x370E, 0x3701
_STRING, _UNICODE, _BINARY = "001E", "001F", "0102"
_PROPERTIES = "__properties_version1.0"
_EMBEDDED = "__substg1.0_3701000D"
_ATTACHMENT = "__attach_version1.0_"
_RECIPIENT = "__recip_version1.0_"
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_MOST_RECIPIENTS = 1_000
_DEEPEST = 10
# What the library has been seen to raise on damaged files; it has no exception of its own.
_BROKEN = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, struct.error)

_Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlookLetter:
    """
    A letter as Outlook keeps it.

    `header` is the header as it came over SMTP, "" for a letter that Outlook only sent. `sender` and `recipients` are
    names with addresses, as far as they are known; `recipients` by the name of their field, To, Cc or Bcc. All texts
    are what a stranger wrote.
    """

    header: str
    message_id: str
    sender: tuple[str, str]
    recipients: tuple[tuple[str, str, str], ...]
    sent: datetime | None
    subject: str
    body: str
    files: tuple[Member, ...]


def read_letter(content: bytes, ration: Ration) -> OutlookLetter:
    """
    Read a .msg as the letter that it is, the files in it as `unpack_msg` gives them.

    Raises:
        Unreadable: the OLE file is damaged, is no letter, or it is too much.
    """
    try:
        with OleFileIO(io.BytesIO(content)) as ole:
            if not ole.exists(_PROPERTIES):
                raise Unreadable(Problem.MALFORMED, "there is no letter in it")
            return _Letter(ole, ration).letter()
    except _BROKEN as error:
        raise Unreadable(Problem.MALFORMED, "the letter cannot be opened") from error


def unpack_msg(content: bytes, ration: Ration) -> Iterator[Member]:
    """
    Give the text of the letter, without a name, and its files.

    Raises:
        Unreadable: the OLE file is damaged, or it is too much.
    """
    try:
        with OleFileIO(io.BytesIO(content)) as ole:
            yield from _Letter(ole, ration).members()
    except _BROKEN as error:
        raise Unreadable(Problem.MALFORMED, "the letter cannot be opened") from error


class _Letter:
    """One letter in the file: at its root, or below an attachment."""

    def __init__(self, ole: OleFileIO, ration: Ration, root: _Path = (), below: str = "") -> None:
        self._ole = ole
        self._ration = ration
        self._root = root
        self._below = below
        self._page = self._code_page()

    def members(self) -> Iterator[Member]:
        text = self._text()
        if text.strip():
            self._ration.count()
            content = self._ration.take(text.encode("utf-8", "replace"))
            yield Member(raw_name=self._below, content=content, declared_type="text/plain")
        yield from self._files()

    def letter(self) -> OutlookLetter:
        return OutlookLetter(
            header=self._string(self._root, _HEADER),
            message_id=self._string(self._root, _MESSAGE_ID),
            sender=(self._string(self._root, _SENDER), self._sender_address()),
            recipients=tuple(map(self._recipient, self._folders(_RECIPIENT)[:_MOST_RECIPIENTS])),
            sent=self._sent_at(),
            subject=self._string(self._root, _SUBJECT),
            body=self._body(),
            files=tuple(self._files()),
        )

    def _files(self) -> Iterator[Member]:
        for folder in self._folders(_ATTACHMENT):
            yield from self._attached((*self._root, folder))

    def _recipient(self, name: str) -> tuple[str, str, str]:
        folder = (*self._root, name)
        address = self._string(folder, _RECIPIENT_SMTP) or self._string(folder, _RECIPIENT_ADDRESS)
        kind = self._fixed(_RECIPIENT_KIND, folder, head=8) or 1
        return _KINDS.get(kind & 0xFFFFFFFF, "To"), self._string(folder, _SHOWN_NAME), address

    def _folders(self, kind: str) -> list[str]:
        depth = len(self._root)
        folders = {
            path[depth]
            for path in map(tuple, self._ole.listdir())
            if len(path) > depth + 1 and path[:depth] == self._root and path[depth].startswith(kind)
        }
        return sorted(folders)

    def _attached(self, folder: _Path) -> Iterator[Member]:
        names = (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
        name = next((found for each in names if (found := self._string(folder, each))), "")
        content = self._octets(folder, f"{_DATA:04X}{_BINARY}")
        inner = (*folder, _EMBEDDED)
        if content is None and self._ole.exists(list(inner)):
            yield from self._letter_below(inner, name)
            return
        self._ration.count()
        if content is None:
            elsewhere = Unreadable(Problem.UNSUPPORTED, "the file lies elsewhere, only its place is in the mail")
            yield Member(raw_name=self._below + name, content=b"", problem=str(elsewhere))
            return
        declared = self._string(folder, _MEDIA_TYPE).strip().lower()
        yield Member(raw_name=self._below + name, content=self._ration.take(content), declared_type=declared)

    def _letter_below(self, inner: _Path, name: str) -> Iterator[Member]:
        if len(inner) > 2 * _DEEPEST:
            raise Unreadable(Problem.TOO_DEEP, "letters are attached to letters without end")
        if self._ole.get_type(list(inner)) == 1:
            yield from _Letter(self._ole, self._ration, inner, f"{self._below}{name}.msg/").members()
            return
        # An object of another program: its streams are no file that anybody could open.
        self._ration.count()
        odd = Unreadable(Problem.UNSUPPORTED, "an object of another program, not a file")
        yield Member(raw_name=self._below + name, content=b"", problem=str(odd))

    def _text(self) -> str:
        """Return the text below its head; without any text and head "" ."""
        sender = self._string(self._root, _SENDER)
        address = self._sender_address()
        if "@" in address and address != sender:
            sender = f"{sender} <{address}>".strip()
        head = {
            "From": sender,
            "Sent": self._sent(),
            "To": self._string(self._root, _TO),
            "Subject": self._string(self._root, _SUBJECT),
        }
        lines = [f"{word}: {' '.join(said.split())}" for word, said in head.items() if said]
        return "\n".join((*lines, "", self._body())) if lines else self._body()

    def _sender_address(self) -> str:
        return self._string(self._root, _SENDER_SMTP) or self._string(self._root, _SENDER_ADDRESS)

    def _body(self) -> str:
        plain = self._string(self._root, _BODY)
        if plain.strip():
            return plain
        html = self._octets(self._root, f"{_HTML:04X}{_BINARY}")
        if html:
            return readable(decode_text(html, None))
        packed = self._octets(self._root, f"{_COMPRESSED:04X}{_BINARY}")
        return text_of_compressed_rtf(packed) if packed else ""

    def _sent(self) -> str:
        at = self._sent_at()
        return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""

    def _sent_at(self) -> datetime | None:
        value = self._fixed(_SENT)
        if not value:
            return None
        try:
            # Steps of 100 ns since 1601 ([MS-DTYP] §2.3.3).
            return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=value // 10)
        except OverflowError:
            return None

    def _code_page(self) -> str:
        page = self._fixed(_CODE_PAGE)
        return f"cp{page & 0xFFFF}" if page else "cp1258"

    def _fixed(self, identifier: int, folder: _Path | None = None, head: int | None = None) -> int | None:
        """Read a number from the stream of fixed properties ([MS-OXMSG] §2.4); its head differs in length."""
        stream = self._octets(self._root if folder is None else folder, None) or b""
        for at in range(head or (24 if self._root else 32), len(stream) - 15, 16):
            _, number, _, value = struct.unpack_from("<HHIQ", stream, at)
            if number == identifier:
                return int(value)
        return None

    def _string(self, folder: _Path, identifier: int) -> str:
        wide = self._octets(folder, f"{identifier:04X}{_UNICODE}")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._octets(folder, f"{identifier:04X}{_STRING}")
        return decode_text(narrow.rstrip(b"\0"), self._page) if narrow else ""

    def _octets(self, folder: _Path, name: str | None) -> bytes | None:
        """Read one stream; None when it is not there. Without a name that of the fixed properties."""
        path = [*folder, f"__substg1.0_{name}" if name else _PROPERTIES]
        if not self._ole.exists(path) or self._ole.get_type(path) != 2:
            return None
        with self._ole.openstream(path) as stream:
            return bytes(stream.read())
