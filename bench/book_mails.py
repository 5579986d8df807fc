"""
Mails and documents for a book of any size: each another one, and the same for the same number.

All are made from one mail of the demonstration, which was really read and judged; symbol, subject, digests and text
are other ones each. Words are as frequent as in a language (Zipf): some stand in nearly every document, most in few.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

from mailbridge.classifier.kinds import Classification, Reading
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.reading.files import LimitedReading
from mailbridge.seen import Seen, look

AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PER_DAY = 4_000
"""Mails of one day: a million is the better part of a year."""

WORDS = 600
"""Words of a document: one page and a half."""

_ONSETS = (
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "gi",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "qu",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
)
_RHYMES = (
    "a",
    "an",
    "anh",
    "ao",
    "at",
    "ăn",
    "âm",
    "ân",
    "ên",
    "iên",
    "inh",
    "oan",
    "ông",
    "ơi",
    "uân",
    "uyên",
    "ương",
)
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_BODIES = (
    "Sở Nội vụ",
    "Sở Tài chính",
    "Sở Y tế",
    "Sở Tư pháp",
    "Sở Xây dựng",
    "Ủy ban nhân dân tỉnh",
    "Văn phòng Chính phủ",
)


@cache
def vocabulary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return all syllables, the most frequent first, and their frequencies added up."""
    found = [onset + rhyme[:1] + tone + rhyme[1:] for onset in _ONSETS for rhyme in _RHYMES for tone in _TONES]
    random.Random(1).shuffle(found)
    return tuple(found), tuple(accumulate(1 / (place + 10) for place in range(len(found))))


def words(number: int, count: int) -> list[str]:
    """Return so many words of the document with this number; a search asks for some of them."""
    names, sums = vocabulary()
    return random.Random(number).choices(names, cum_weights=sums, k=count)


def symbol_of(number: int) -> str:
    """Return the symbol of a document; no other one has it."""
    return f"{number}/{('QĐ', 'TB', 'KH', 'BC', 'CV')[number % 5]}-SNV"


def digest(what: str, number: int) -> str:
    """Return the SHA-256 that belongs to this name and number."""
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()


def moment(number: int) -> datetime:
    """Return when a mail arrived: in order, some thousands a day."""
    return AT + timedelta(days=number / PER_DAY)


def demonstration(demo: Path, recipient: str) -> Seen:
    """Read and judge one signed mail of the demonstration, as the walk does."""
    content = next((demo / "mails").glob("01*.eml")).read_bytes()
    mail = MailObject(
        id="mail-0",
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="a@backan.gov.vn", recipients=(recipient,)),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        next_hop_reply="250 2.0.0 Ok",
    )
    lookups = GatheredLookups(ZoneFile(demo / "zone"), load_trust(demo / "trust"))
    with closing(LimitedReading()) as reading:
        return asyncio.run(look(mail, lookups, reading, mail.accepted_at))


@dataclass(frozen=True, slots=True)
class Mails:
    """Makes mail after mail from one that was read."""

    first: Seen

    def seen(self, number: int, *, as_signed: bool = False) -> Seen:
        """
        Return what the walk would have learnt of the mail with this number.

        Args:
            as_signed: Its issuer stays that of the signature, and each mail has another sender, so that a number is
                given and an answer owed.
        """
        main = self.first.classification.documents[0].main
        mail = replace(self.first.mail, id=f"mail-{number}", sha256=digest("mail", number), accepted_at=moment(number))
        if as_signed:
            mail = replace(mail, envelope=replace(mail.envelope, mail_from=f"a{number}@backan.gov.vn"))
        return replace(
            self.first,
            mail=mail,
            message=self._message(number, main),
            classification=self._classification(number, as_signed=as_signed),
            pages={main: _pages(number)},
        )

    def _message(self, number: int, main: str) -> Message:
        parts = tuple(
            replace(part, sha256=digest("file", number)) if part.index == main else part
            for part in self.first.message.parts
        )
        return replace(self.first.message, message_id=f"<{number}@backan.gov.vn>", parts=parts)

    def _classification(self, number: int, *, as_signed: bool) -> Classification:
        whole = self.first.classification
        document = whole.documents[0]
        symbol = parse_symbol(symbol_of(number))
        told = replace(
            document,
            symbol=replace(document.symbol, value=symbol),
            subject=Reading(value="Về việc " + " ".join(words(number, 14)), confidence=1.0, source="page 1"),
            issuer=document.issuer if as_signed else replace(document.issuer, value=_BODIES[number % len(_BODIES)]),
            issued_date=replace(document.issued_date, value=(moment(number) - timedelta(days=1)).date()),
        )
        return replace(whole, documents=(told,))


def _pages(number: int) -> Pages:
    box = Box(left=0, top=0, right=1, bottom=1)
    there = words(number, WORDS)
    lines = tuple(Line(text=" ".join(there[start : start + 12]), box=box) for start in range(0, WORDS, 12))
    return Pages(pages=(Page(number=1, width=595, height=842, lines=lines, layer=Layer.TEXT),), total=1)
