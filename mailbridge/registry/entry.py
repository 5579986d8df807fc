"""
The book of incoming documents: what an entry is (NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI and Phụ lục VI phần II mục II).

CORE: no database here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Asia/Ho_Chi_Minh: UTC+7 since 1975, no daylight saving; fixed here so that no zone table of a server matters."""


def local_day(at: datetime) -> date:
    """Return the calendar day in Vietnam of an aware time: it chooses the arrival date and the year of the book."""
    return at.astimezone(VIETNAM).date()


class EntryStatus(StrEnum):
    """States of an entry (ux-vocabulary §1); more follow when clerks work on entries."""

    REGISTERED = "registered"


class Channel(StrEnum):
    """How the document came."""

    MAIL = "mail"


LENGTHS = {
    "file_organ_id": 35,  # the decree says 13; QĐ 20/2020/QĐ-TTg codes are longer
    "file_notation": 20,
    "type": 100,
    "number": 11,
    "notation": 30,
    "issuer": 200,
    "subject": 500,
    "language": 30,
    "note": 500,
    "signer_position": 100,
    "signer_name": 50,
    "recipients": 1000,
}
"""Lengths of Phụ lục VI, in characters. Values are stored in full; exports shorten and say so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftEntry:
    """
    An entry before it has its number: the 18 input fields but those that the book itself fills.

    Field numbers of Phụ lục VI phần II mục II stand behind each. None means: not known, an empty column.
    """

    agency: str
    book: str
    mail_id: str
    document_sha256: str
    file_organ_id: str | None = None  # 1.1 OrganId
    file_year: int | None = None  # 1.2 FileCatalog
    file_notation: str | None = None  # 1.3 FileNotation
    file_ordinal: int | None = None  # 2 DocOrdinal
    type: str | None = None  # 3 TypeName
    number: str | None = None  # 4 CodeNumber
    notation: str | None = None  # 5 CodeNotation
    symbol: str | None = None  # 4 and 5 as one, as the page writes them
    issued_date: date | None = None  # 6 IssuedDate
    issuer: str | None = None  # 7 OrganName
    subject: str | None = None  # 8 Subject
    language: str = "Tiếng Việt"  # 9 Language
    pages: int | None = None  # 10 PageAmount
    note: str | None = None  # 11 Description
    signer_position: str | None = None  # 14.1 Position
    signer_name: str | None = None  # 14.2 FullName
    urgency: str | None = None  # 15 Priority
    recipients: str | None = None  # 16 ToPlaces
    trace: str | None = None  # 17 TraceHeaderList
    due_date: date | None = None  # 18 DueDate
    transfer_date: date | None = None  # column 8 of the printed book
    channel: Channel = Channel.MAIL

    def too_long(self) -> tuple[str, ...]:
        """Name the fields that are longer than Phụ lục VI allows."""
        return tuple(name for name, most in LENGTHS.items() if len(getattr(self, name) or "") > most)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterEntry:
    """
    One line of the book.

    `number` is the số đến, unique and without gap in (`agency`, `book`, `year`); `arrived_at` is aware, UTC.
    `version` counts from 1.
    """

    id: str
    year: int
    number: int
    arrived_at: datetime
    draft: DraftEntry
    version: int = 1
    status: EntryStatus = EntryStatus.REGISTERED

    @property
    def arrival_date(self) -> date:
        """Ngày đến: the day in Vietnam (12 ArrivalDate)."""
        return local_day(self.arrived_at)

    @property
    def shown_number(self) -> str:
        """The số đến as people write it: at least two digits."""
        return f"{self.number:02d}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """
    What the book already has of this mail's documents.

    `same_mail`: True when the very same octets were decided before. `same_file` pairs the SHA-256 of a main file with
    the entry that has it, `same_symbol` the text of a symbol with each entry that has it, newest first.
    """

    same_mail: bool = False
    same_file: tuple[tuple[str, RegisterEntry], ...] = ()
    same_symbol: tuple[tuple[str, RegisterEntry], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    What is kept of one mail for one agency, whatever became of it.

    For mail that is not stored (secret, private, automatic) only id, times, `sha256`, `size`, `kind`, `action` and
    `rule` are set: no address, no subject, no text, no file name.
    `judgement` and `evidence` are JSON texts: the object of `try --json` without `source`, and what the world said.
    """

    mail_id: str
    agency: str
    door: str
    accepted_at: datetime
    decided_at: datetime
    sha256: str
    size: int
    kind: str
    action: str
    rule: str
    reason: str
    rules_version: str = ""
    message_id: str | None = None
    author: str | None = None
    subject: str | None = None
    next_hop_reply: str | None = None
    judgement: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, for the time line of a mail or an entry; `detail` is free of secret and private text."""

    at: datetime
    mail_id: str
    entry_id: str | None = None
    actor: str
    what: str
    detail: str = ""
