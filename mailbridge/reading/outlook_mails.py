"""
A .msg file as the mail that it was, for who walks mails from files.

Outlook keeps no octets of a mail, so that it is written anew: its header as it came, its text, its files. What only the
octets can prove, a DKIM signature for one, is left out; it would look forged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailbridge.mail.canonical import nfc
from mailbridge.reading import handover
from mailbridge.reading.glyphs import clean
from mailbridge.reading.limits import Limits
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.outlook import OutlookLetter, read_letter
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox

_HERE = "mailbridge.reading.outlook_mails"
_MAIL = "message/rfc822"
_FIELD = re.compile(r"[!-9;-~]{1,76}:")
_OF_OCTETS = (
    "content-",
    "mime-version:",
    "dkim-signature:",
    "arc-",
    "authentication-results:",
    "domainkey-signature:",
)
_MOST_HEADER = 500_000
_LONGEST = 500
_TYPE = re.compile(r"([a-z0-9][a-z0-9.+-]{0,60})/([a-z0-9][a-z0-9.+-]{0,60})")
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
# Base64 and its line ends around what lay in the file.
_GROWS = 1.4


class OutlookMails:
    """Turns .msg files into mails, each in a limited process of its own. Close it when it is done."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._sandbox = Sandbox(seconds=self._limits.seconds, memory=self._limits.memory, preload=(f"{_HERE}:prepare",))

    def mail(self, content: bytes) -> bytes:
        """
        Write the mail that a .msg holds, with CRLF.

        Raises:
            Unreadable: why it cannot be opened, as of any file.
            Unavailable: no process can be started.
        """
        limits = self._limits
        arguments = (content, limits.unpacked_octets, limits.unpacked_files)
        most = int(limits.unpacked_octets * _GROWS) + _MOST_HEADER * 8
        answered = self._sandbox.collect(f"{_HERE}:write", *arguments, most=most)
        unpacked = handover.unpack(answered.octets, answered.problem)
        if unpacked.problem is not None:
            raise unpacked.problem
        if len(unpacked.members) != 1:
            raise Unreadable(Problem.MALFORMED, "the letter cannot be opened")
        return unpacked.members[0].content

    def close(self) -> None:
        """End the process from which readers start."""
        self._sandbox.close()


def write(content: bytes, octets: int, files: int) -> Iterator[bytes]:
    """Hand over the one mail that a .msg holds; called in the child."""
    try:
        letter = read_letter(content, Ration(packed=len(content), octets=octets, files=files))
        yield from handover.pack(Member(raw_name="", content=mail_of(letter), declared_type=_MAIL))
    except Unreadable as error:
        yield handover.pack_end(error)
    else:
        yield handover.pack_end()


def prepare() -> None:
    """Do once, in the nursery, what every child would have to do first."""
    handover.warm()


def mail_of(letter: OutlookLetter) -> bytes:
    """Write a letter as a mail; what was attached is attached, what cannot be taken out is an empty file."""
    mail = EmailMessage(policy=SMTP)
    if not letter.header.strip():
        _put_header(mail, letter)
    mail.set_content(_text(letter.body), cte="base64")
    for member in letter.files:
        kind = _TYPE.fullmatch(member.declared_type)
        # What is a message or has parts to Python must be given as such; here all files are octets.
        main, sub = (
            kind.groups() if kind and kind[1] not in ("message", "multipart") else ("application", "octet-stream")
        )
        name = member.raw_name or "noname"
        # The text of a letter within is named as the folder that its files lie in.
        name = f"{name[:-1]}.txt" if name.endswith("/") else name
        mail.add_attachment(member.content, maintype=main, subtype=sub, filename=_line(name))
    return _kept_header(letter.header) + mail.as_bytes()


def _kept_header(header: str) -> bytes:
    """Keep the fields of a header as they came, but for those that speak of the octets below."""
    kept: list[str] = []
    is_kept = False
    for line in header[:_MOST_HEADER].splitlines():
        if not line.strip():
            if kept:
                break
            continue
        if line[0] not in " \t":
            is_kept = _FIELD.match(line) is not None and not line.lower().startswith(_OF_OCTETS)
        if is_kept:
            kept.append(line)
    return "".join(f"{line}\r\n" for line in kept).encode("utf-8", "replace")


def _put_header(mail: EmailMessage, letter: OutlookLetter) -> None:
    if sender := _mailbox(*letter.sender):
        mail["From"] = sender
    for field in ("To", "Cc", "Bcc"):
        people = [mailbox for kind, *person in letter.recipients if kind == field and (mailbox := _mailbox(*person))]
        if people:
            mail[field] = people
    if letter.sent is not None:
        mail["Date"] = format_datetime(letter.sent)
    mail["Subject"] = _line(letter.subject)
    identifier = re.fullmatch(r"<[!-;=?-~]{1,250}>", letter.message_id.strip())
    if identifier:
        mail["Message-ID"] = identifier[0]


def _mailbox(name: str, address: str) -> Address | None:
    """Return a mailbox; None for somebody who has only a name, as colleagues on one server have."""
    local, _, domain = address.strip().rpartition("@")
    if not _ADDRESS.fullmatch(address.strip()) or ".." in local or local.startswith(".") or local.endswith("."):
        return None
    return Address(display_name=_line(name), username=local, domain=domain)


def _line(text: str) -> str:
    return " ".join(clean(nfc(text)).split())[:_LONGEST]


def _text(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.encode("utf-8", "replace").decode("utf-8").splitlines())
