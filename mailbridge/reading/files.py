"""Opening the files of a mail: which ones, in which process, and what is said of those that cannot be read."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from mailbridge.mail.containers import DOCX, ENCRYPTED_OFFICE
from mailbridge.mail.filetype import PDF, SIGNATURE
from mailbridge.mail.message import Part
from mailbridge.mail.pages import Pages
from mailbridge.ports import OpenedFile
from mailbridge.reading.answers import decode_pages, decode_signatures, unread_signature
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.signature import SignatureStatus

_CHILD = "mailbridge.reading.child"
_READABLE = frozenset({PDF, DOCX, "text/plain"})
# What travels with a letter and is none: signatures of the mail, calendars, cards, reports of the post, sounds.
_NO_DOCUMENTS = frozenset(
    {
        SIGNATURE,
        "application/pgp-signature",
        "message/delivery-status",
        "message/disposition-notification",
        "text/calendar",
        "text/rfc822-headers",
        "text/vcard",
    }
)
# Mails within the mail are taken apart by the parser of mails.
_FAMILIES_WITHOUT = ("multipart/", "message/", "audio/", "video/", "font/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    What one file may cost.

    `seconds` of wall and CPU time and `memory` (octets, beyond the parsers themselves) hold for each of its readers;
    `mail_seconds` is what all readers of one mail take together: when it is used up, its other files are not opened.
    `pages_first` and `pages_last` are read, those between are not; `parallel` readers run at once.
    """

    seconds: float = 10.0
    mail_seconds: float = 40.0
    memory: int = 512 * 1024 * 1024
    pages_first: int = 3
    pages_last: int = 2
    parallel: int = field(default_factory=lambda: os.cpu_count() or 1)


class LimitedReading:
    """Fulfils `ports.Reading`: each file is opened in a limited process of its own. Close it when it is done."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._sandbox = Sandbox(
            seconds=self._limits.seconds, memory=self._limits.memory, preload=(f"{_CHILD}:prepare",)
        )
        self._threads = ThreadPoolExecutor(max_workers=self._limits.parallel, thread_name_prefix="reading")

    async def open(self, parts: Sequence[Part], evidence: Evidence) -> tuple[OpenedFile, ...]:
        """
        Open each part that can hold a document; one answer for each of them, in order.

        Parts that have a problem already, that are parts of the mail's own text, small pictures of its HTML, or
        signatures, calendars and reports get no answer. A type that is not read is a problem "unsupported: …".

        Raises:
            Unavailable: no process can be started; nothing is wrong with the files.
        """
        wanted = [part for part in parts if may_hold_document(part)]
        allowance = _Allowance(self._limits.mail_seconds)
        return tuple(await asyncio.gather(*(self._open(part, evidence, allowance) for part in wanted)))

    def close(self) -> None:
        """Wait for what is being read, and end the process from which readers start."""
        self._threads.shutdown()
        self._sandbox.close()

    async def _open(self, part: Part, evidence: Evidence, allowance: _Allowance) -> OpenedFile:
        problem = _problem_of_type(part.type)
        if problem is not None:
            return OpenedFile(part=part.index, problem=str(problem))
        loop = asyncio.get_running_loop()
        text = loop.run_in_executor(self._threads, self._read, part, allowance)
        if part.type != PDF:
            pages, problem = await text
            return OpenedFile(part=part.index, pages=pages, problem=str(problem) if problem else None)
        judged = loop.run_in_executor(self._threads, self._judge, part, evidence, allowance)
        (pages, problem), signatures = await asyncio.gather(text, judged)
        return OpenedFile(
            part=part.index, pages=pages, problem=str(problem) if problem else None, signatures=signatures
        )

    def _read(self, part: Part, allowance: _Allowance) -> tuple[Pages | None, Unreadable | None]:
        limits = self._limits
        arguments = (part.type, part.content, limits.pages_first, limits.pages_last)
        try:
            with allowance.used():
                return decode_pages(self._sandbox.run(f"{_CHILD}:read", *arguments)), None
        except Unreadable as error:
            return None, error

    def _judge(self, part: Part, evidence: Evidence, allowance: _Allowance) -> tuple[SignatureStatus, ...]:
        arguments = (part.index, part.content, evidence.trust, evidence.at)
        try:
            with allowance.used():
                return decode_signatures(self._sandbox.run(f"{_CHILD}:judge", *arguments), part.index)
        except Unreadable as error:
            return (unread_signature(part.index, error),)


class _Allowance:
    """
    The seconds that the files of one mail may still take.

    What is counted is the work on them: a mail does not pay for the one beside it, for which its readers had to wait.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = self._left = seconds
        self._lock = Lock()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Count the time of one reader; raises `Unreadable` when nothing is left to begin with."""
        if self._left <= 0:
            raise Unreadable(Problem.TIMEOUT, f"the files of this mail took more than {self._seconds:g} s together")
        began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._left -= time.monotonic() - began


def may_hold_document(part: Part) -> bool:
    """Say whether a part is to be opened, or at least mentioned: whether a person would look into it for a document."""
    if part.problem or not part.is_attachment:
        return False
    if part.type in _NO_DOCUMENTS or part.type.startswith(_FAMILIES_WITHOUT):
        return False
    # A picture that the HTML text shows is a logo or a line; one that is sent as a file may be a scan.
    return not (part.type.startswith("image/") and part.content_id and part.disposition != "attachment")


def _problem_of_type(media_type: str) -> Unreadable | None:
    if media_type in _READABLE:
        return None
    if media_type == ENCRYPTED_OFFICE:
        return Unreadable(Problem.ENCRYPTED, "the office file opens only with a password")
    if media_type.startswith("image/"):
        return Unreadable(Problem.UNSUPPORTED, f"{media_type} needs OCR, and is not read yet")
    return Unreadable(Problem.UNSUPPORTED, f"{media_type} is not read yet")
