"""Mails as `try` finds them on a disk: files, mbox, Maildir, folders; and what is no mail."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbridge.errors import MailBridgeError, Unavailable
from mailbridge.mail.containers import MSG
from mailbridge.mail.files import as_transmitted, is_mbox, mails_of_mbox
from mailbridge.mail.filetype import identify

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First octets of an OLE file, which an Outlook .msg is, but also a .doc ([MS-CFB] §2.2)."""
_DOCUMENTS = (b"%PDF-", b"PK\x03\x04", _OLE)
_MAIL = re.compile(rb"\s*(?:From |>From |[!-9;-~]{1,76}:)")
_SUFFIXES = (".eml", ".mbox", ".msg")

Complaint = Callable[..., None]
"""Called with a text of `texts` and its facts; what it is told about is left out."""

Opener = Callable[[bytes], bytes]
"""Writes the mail that an Outlook .msg holds; raises `MailBridgeError` with its reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One mail that was read from a file; `name` as it is printed."""

    name: str
    content: bytes


def files_below(paths: Sequence[Path], complain: Complaint) -> list[Path]:
    """List the files: a Maildir gives `new` and `cur`, another folder everything in it that is named like mail."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        try:
            below = _of_folder(path)
        except OSError as error:
            complain("{path}: cannot be read: {why}", path=printable(path), why=error.strerror)
            continue
        if not below:
            complain("{path}: no mail in this folder", path=printable(path))
        found += below
    return found


def read_mails(path: Path, complain: Complaint, open_outlook: Opener) -> Iterator[Source]:
    """
    Read the mails of one file, with the line ends they had on the wire; raises `Unavailable`.

    Args:
        open_outlook: Opens a .msg; when it cannot, that is complained about.
    """
    name = printable(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        complain("{path}: there is no such file", path=name)
        return
    except OSError as error:
        complain("{path}: cannot be read: {why}", path=name, why=error.strerror)
        return
    if _is_outlook(path, content):
        yield from _of_outlook(name, content, complain, open_outlook)
    elif content.startswith(_DOCUMENTS):
        text = "{path}: this is a document, not a mail; send it as an attachment, or save the mail as .eml"
        complain(text, path=name)
    elif is_mbox(content):
        for number, mail in enumerate(mails_of_mbox(content), 1):
            yield Source(name=f"{name}#{number}", content=as_transmitted(mail))
    else:
        yield Source(name=name, content=as_transmitted(content))


def _is_outlook(path: Path, content: bytes) -> bool:
    """Say whether a file is a .msg, perhaps a broken one; some programs give that name to mails as they are."""
    if path.suffix.lower() == ".msg":
        return content.startswith(_OLE) or not _MAIL.match(content)
    return content.startswith(_OLE) and identify(content, None, None) == MSG


def _of_outlook(name: str, content: bytes, complain: Complaint, open_outlook: Opener) -> Iterator[Source]:
    try:
        mail = open_outlook(content)
    except Unavailable:
        raise
    except MailBridgeError as error:
        complain("{path}: this Outlook message cannot be opened: {why}", path=name, why=error)
    else:
        yield Source(name=name, content=mail)


def printable(path: Path) -> str:
    """Return the name of a file as valid text; octets that are not UTF-8 are shown as U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def _of_folder(folder: Path) -> list[Path]:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        return sorted(each for name in ("new", "cur") for each in (folder / name).iterdir() if each.is_file())
    return sorted(each for each in folder.rglob("*") if _is_mail_file(each))


def _is_mail_file(path: Path) -> bool:
    return path.is_file() and (path.suffix.lower() in _SUFFIXES or path.parent.name in ("new", "cur"))
