"""Opening the files of a mail: which ones, in which process, and what is said of those that cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from mailbridge.mail.address import Address
from mailbridge.mail.filetype import PDF
from mailbridge.mail.message import Part
from mailbridge.mail.pages import Layer, Pages
from mailbridge.mail.smime import SignedEntity
from mailbridge.ports import OpenedFile
from mailbridge.reading.answers import (
    decode_pages,
    decode_signatures,
    decode_smime,
    decode_text_answer,
    unread_signature,
    unread_smime,
)
from mailbridge.reading.choice import may_hold_document
from mailbridge.reading.formats import is_picture, problem_of_type
from mailbridge.reading.limits import Allowance
from mailbridge.reading.limits import Limits as Limits  # whoever makes a LimitedReading gives these
from mailbridge.reading.problems import Unreadable
from mailbridge.reading.sandbox import Sandbox
from mailbridge.reading.signed import SignedFiles
from mailbridge.reading.unpacking import Unpacking, needs_unpacking
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.files import is_plainly_signed
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import SignatureStatus

_CHILD = "mailbridge.reading.child"

_JUDGE = "mailbridge.reading.judge_child"
_SCAN = "mailbridge.reading.scan_child"
_ALL: tuple[int, ...] = ()
"""Every sheet of a picture: only the child can count them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """The pages of a file, or why there are none (or not all of them); `fields` for signatures, signed or not."""

    pages: Pages | None = None
    problem: Unreadable | None = None
    fields: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judging:
    """What the signatures of one mail are judged with."""

    signed: SignedFiles
    evidence: Evidence
    allowance: Allowance


class LimitedReading:
    """Fulfils `ports.Reading`: each file is opened in a limited process of its own. Close it when it is done."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        # Each starts when it is needed first: most mails have neither a signature nor a scan.
        self._sandbox, self._judging, self._scanning = (
            Sandbox(seconds=self._limits.seconds, memory=self._limits.memory, preload=(f"{module}:prepare",))
            for module in (_CHILD, _JUDGE, _SCAN)
        )
        self._threads = ThreadPoolExecutor(max_workers=self._limits.parallel, thread_name_prefix="reading")

    async def open(self, parts: Sequence[Part], evidence: Evidence) -> tuple[OpenedFile, ...]:
        """
        Open each part that can hold a document; one answer for each of them, in order.

        Containers are opened first; the answers for the files in one stand behind its own. Parts that have a problem
        already, that are parts of the mail's own text, small pictures of its HTML, or calendars and reports get no
        answer. A type that is not read is a problem "unsupported: …". Behind all others stand the answers for
        signatures that came in files of their own; that of the mail itself gets none, see `judge_mail`.

        Raises:
            Unavailable: no process can be started; nothing is wrong with the files.
        """
        allowance = Allowance(self._limits.mail_seconds)
        planned: Sequence[OpenedFile | Part] = [part for part in parts if may_hold_document(part)]
        if needs_unpacking(parts):
            unpacking = Unpacking(self._sandbox, self._limits, allowance)
            planned = await asyncio.get_running_loop().run_in_executor(self._threads, unpacking.plan, parts)
        judging = _Judging(signed=SignedFiles(parts, planned), evidence=evidence, allowance=allowance)
        opened = asyncio.gather(*(self._opened(each, judging) for each in planned))
        apart = asyncio.gather(*(self._apart(part, judging) for part in judging.signed.apart()))
        return (*await opened, *(each for each in await apart if each.signatures))

    async def judge_mail(
        self, entities: Sequence[SignedEntity], author: Address | None, evidence: Evidence
    ) -> tuple[SmimeResult, ...]:
        """
        Judge the S/MIME signatures of a mail in a limited process; one result a signer, indeterminate where it ended.

        Raises:
            Unavailable: no process can be started; nothing is wrong with the mail.
        """
        if not entities:
            return ()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._judge_mail, tuple(entities), author, evidence)

    def close(self) -> None:
        """Wait for what is being read, and end the processes from which readers start."""
        self._threads.shutdown()
        for sandbox in (self._sandbox, self._judging, self._scanning):
            sandbox.close()

    async def _opened(self, planned: OpenedFile | Part, judging: _Judging) -> OpenedFile:
        if isinstance(planned, OpenedFile):
            container = judging.signed.container(planned.part)
            if container is None:
                return planned
            return replace(planned, signatures=await self._judged(container, judging))
        part = planned
        problem = problem_of_type(part.type)
        if problem is not None:
            return OpenedFile(part=part.index, problem=str(problem), signatures=await self._signatures(part, judging))
        text, signatures = await asyncio.gather(self._text(part, judging.allowance), self._signatures(part, judging))
        if part.type == PDF and not signatures and (text.fields or text.problem):
            signatures = await self._judged(part, judging)
        why = str(text.problem) if text.problem else None
        return OpenedFile(part=part.index, pages=text.pages, problem=why, signatures=signatures)

    async def _apart(self, part: Part, judging: _Judging) -> OpenedFile:
        """Judge a signature in a file of its own: there is nothing to read in it."""
        return OpenedFile(part=part.index, signatures=await self._judged(part, judging))

    async def _signatures(self, part: Part, judging: _Judging) -> tuple[SignatureStatus, ...]:
        """Judge at once, beside the reading, what is plainly signed."""
        return await self._judged(part, judging) if is_plainly_signed(part) else ()

    async def _judged(self, part: Part, judging: _Judging) -> tuple[SignatureStatus, ...]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._judge, part, judging)

    async def _text(self, part: Part, allowance: Allowance) -> _Text:
        """Read the text of a file, and recognise the letters on those pages of it that are pictures."""
        loop = asyncio.get_running_loop()
        if is_picture(part.type):
            return await loop.run_in_executor(self._threads, self._scan, part, _ALL, allowance)
        text = await loop.run_in_executor(self._threads, self._read, part, allowance)
        wanted = _pictures(text.pages) if text.pages is not None else ()
        if text.problem is not None or not wanted:
            return text
        # Asked for only now, behind the texts of the other files: these cost milliseconds, and this seconds.
        scanned = await loop.run_in_executor(self._threads, self._scan, part, wanted, allowance)
        return replace(text, pages=_merged(text.pages, scanned.pages), problem=scanned.problem)

    def _read(self, part: Part, allowance: Allowance) -> _Text:
        limits = self._limits
        arguments = (part.type, part.content, limits.pages_first, limits.pages_last)
        try:
            with allowance.used():
                pages, fields = decode_text_answer(self._sandbox.run(f"{_CHILD}:read", *arguments))
        except Unreadable as error:
            return _Text(problem=error)
        return _Text(pages=pages, fields=fields)

    def _scan(self, part: Part, wanted: tuple[int, ...], allowance: Allowance) -> _Text:
        arguments = (part.type, part.content, wanted)
        try:
            with allowance.used():
                answer = self._scanning.run(f"{_SCAN}:scan", *arguments, seconds=self._limits.scan_seconds)
            return _Text(pages=decode_pages(answer))
        except Unreadable as error:
            return _Text(problem=error)

    def _judge(self, part: Part, judging: _Judging) -> tuple[SignatureStatus, ...]:
        evidence = judging.evidence
        try:
            with judging.allowance.used():
                beside = judging.signed.beside(part)
                told = (part.index, part.type, part.name, part.content, beside, evidence.trust, evidence.at)
                found = decode_signatures(self._judging.run(f"{_JUDGE}:judge", *told), part.index)
        except Unreadable as error:
            found = (unread_signature(part.index, part.type, error),)
        return tuple(map(judging.signed.named, found))

    def _judge_mail(
        self, entities: tuple[SignedEntity, ...], author: Address | None, evidence: Evidence
    ) -> tuple[SmimeResult, ...]:
        arguments = (entities, author, evidence.trust, evidence.at)
        try:
            return decode_smime(self._judging.run(f"{_JUDGE}:judge_entities", *arguments), entities)
        except Unreadable as error:
            return tuple(unread_smime(entity, error) for entity in entities)


def _pictures(pages: Pages) -> tuple[int, ...]:
    """Name the pages that were read and are pictures."""
    return tuple(page.number for page in pages.pages if page.layer is Layer.OCR and not page.lines)


def _merged(pages: Pages | None, scanned: Pages | None) -> Pages | None:
    """Put what was recognised in the place of the pictures; a page that was not asked for is not taken."""
    if pages is None or scanned is None:
        return pages or scanned
    found = {page.number: page for page in scanned.pages}
    wanted = set(_pictures(pages))
    merged = (found.get(page.number, page) if page.number in wanted else page for page in pages.pages)
    return replace(pages, pages=tuple(merged))
