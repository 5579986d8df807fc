"""Mails of the archive as `.eml` files that any program opens, and back to the files that were sealed at the door."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbridge.cli.db_folder import FolderDamaged, NewFolder, Sink, WrittenFolder
from mailbridge.cli.db_writing import ARCHIVE, Tell, archived
from mailbridge.errors import Unavailable
from mailbridge.mail.parse import parse
from mailbridge.settings import Settings
from mailbridge.spool.record import Damaged, read_mail, read_record

MAILS = "mails"
MAIL_LIST = "mails.jsonl"
DOCUMENTS = "documents"
DOCUMENT_LIST = "documents.csv"

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_LONGEST_LINE = 16 << 20
_HEADS = ("sha256", "file", "mail_id", "part", "name", "type", "size")


@dataclass(slots=True)
class MailsOut:
    """How many mails and different files were written; `damaged` are mails that are not what was sealed."""

    mails: int = 0
    documents: int = 0
    damaged: tuple[str, ...] = ()


def write_mails(folder: NewFolder, settings: Settings, tell: Tell) -> MailsOut:
    """
    Write each mail of the archive as `mails/2026/11/NAME.eml`, and its files as `documents/ab/SHA256.pdf`.

    `mails.jsonl` holds what stood around each mail in the archive, so that its file can be made again; a mail of which
    that cannot be done to the octet, and one that is damaged, lies in `archive/` too.
    """
    out = MailsOut()
    with folder.opened(MAIL_LIST) as told, folder.opened(DOCUMENT_LIST) as listed:
        listed.write("\ufeff".encode() + _row(_HEADS))
        for path in archived(settings):
            place = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
            try:
                told.write(_write_mail(folder, path, place, listed, out))
            except (Damaged, Unavailable):
                folder.copy(path, f"{ARCHIVE}/{place}")
                out.damaged += (path.name,)
            out.mails += 1
            tell(out.mails, 0)
    return out


def _write_mail(folder: NewFolder, path: Path, place: str, listed: Sink, out: MailsOut) -> bytes:
    record, mail = read_record(path), read_mail(path)
    octets = path.read_bytes()
    around = (octets[: record.start], octets[record.start + record.seal.size :])
    name = f"{MAILS}/{place}.eml"
    folder.add(name, mail.content)
    if _sealed(mail.content, around, stuffed=record.head.stuffed) != octets:
        folder.copy(path, f"{ARCHIVE}/{place}")
    for part in parse(mail.content).attachments:
        file = f"{DOCUMENTS}/{part.sha256[:2]}/{part.sha256}{_ending(part.name)}"
        if not folder.has(file):
            folder.add(file, part.content)
            out.documents += 1
        listed.write(_row((part.sha256, file, mail.id, part.index, _cell(part.name or ""), part.type, str(part.size))))
    said = {
        "archive": place,
        "mail": name,
        "mail_id": mail.id,
        "sha256": mail.sha256,
        "stuffed": record.head.stuffed,
        "before": around[0].decode("ascii"),
        "behind": around[1].decode("ascii"),
    }
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _sealed(content: bytes, around: tuple[bytes, bytes], *, stuffed: bool) -> bytes:
    """Put a mail together as it lies in the archive; with the dots of transparency when it came with them."""
    if stuffed:
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
    return around[0] + content + around[1]


def _ending(name: str | None) -> str:
    found = _ENDING.search(name or "")
    return found[0].lower() if found else ""


def _cell(text: str) -> str:
    """Keep a spreadsheet from running what a stranger has written."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _row(cells: tuple[str, ...]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode("utf-8", "replace")


def mails_in(folder: WrittenFolder) -> Iterator[tuple[str, bytes]]:
    """
    Yield the files of the archive that an export holds as mails: where each belongs, and its octets.

    Raises:
        FolderDamaged: The list of mails cannot be read.
    """
    try:
        with (folder.path / MAIL_LIST).open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                said = json.loads(line)
                around = (said["before"].encode("ascii"), said["behind"].encode("ascii"))
                content = (folder.path / said["mail"]).read_bytes()
                if hashlib.sha256(content).hexdigest() != said["sha256"]:
                    raise FolderDamaged([said["mail"]])
                yield said["archive"], _sealed(content, around, stuffed=said["stuffed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderDamaged([f"{MAIL_LIST}: {error}"]) from error
