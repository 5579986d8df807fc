"""
The book of incoming documents: what an entry is (NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI and Phụ lục VI phần II mục II).

CORE: no database here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from mailbridge.registry.authority import AWAITED, is_intake

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Asia/Ho_Chi_Minh: UTC+7 since 1975, no daylight saving; fixed here so that no zone table of a server matters."""


def local_day(at: datetime) -> date:
    """Return the calendar day in Vietnam of an aware time: it chooses the arrival date and the year of the book."""
    return at.astimezone(VIETNAM).date()


class EntryStatus(StrEnum):
    """States of an entry; whatever the state, its line stays and its number is never given again."""

    REGISTERED = "registered"
    VOIDED = "voided"
    MERGED = "merged"  # the same document stands under another number
    RECALLED = "recalled"  # the issuer took the document back, and a clerk agreed
    REPLACED = "replaced"  # another document stands in its place
    AWAITING = "awaiting"  # its số đến comes from another system; until then it stands in no book
    SUBMITTED = "submitted"  # laid before the head
    TRANSFERRED = "transferred"  # handed over to a unit
    IN_PROGRESS = "in_progress"
    DONE = "done"

    @property
    def stands(self) -> bool:
        """Say whether the entry still stands for its document: nobody took it out, back or elsewhere."""
        return self in (EntryStatus.REGISTERED, EntryStatus.AWAITING) or self.is_worked_on

    @property
    def is_worked_on(self) -> bool:
        """Say whether the document is with the head or a unit, or was (ux: đã trình, đã chuyển, …, hoàn thành)."""
        return self in (
            EntryStatus.SUBMITTED,
            EntryStatus.TRANSFERRED,
            EntryStatus.IN_PROGRESS,
            EntryStatus.DONE,
        )


class Channel(StrEnum):
    """How the document came."""

    MAIL = "mail"
    PAPER = "paper"
    EDXML = "edxml"  # in a packet of a document system, whatever road that took


PAPER_AWAITED = "chờ bản giấy hoặc bản ký số"
"""How the remarks of an entry end while paper or a signed version is to follow (domain: email-rules §7)."""

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


_ABOUT = re.compile(r"(?:v/v|về việc)[\s:]+", re.IGNORECASE)
_LETTER = "Công văn"
# The names of laws are proper names: "Luật Tổ chức chính quyền địa phương".
_NAMED = frozenset({"Hiến pháp", "Bộ luật", "Luật", "Pháp lệnh"})
# Words that open a summary; behind the type they lose their capital. What is not listed may be a name and keeps it.
_OPENING = re.compile(
    r"(?:về|họp|mời|dự|cử|giao|gửi|xin|một số|các|những|việc|ban hành|quy định|phê duyệt|kết luận|kết quả|triển khai|"
    r"sửa đổi|bổ sung|thay thế|bãi bỏ|hướng dẫn|tăng cường|đẩy mạnh|công bố|công khai|thành lập|phân công|điều chỉnh|"
    r"tổ chức|thực hiện|kiểm tra|tổng kết|sơ kết|đề nghị|góp ý|lấy ý kiến|cho ý kiến|tham dự|tham gia|phối hợp|"
    r"thẩm định|chuẩn bị|báo cáo|thông báo|cung cấp|rà soát|đôn đốc|chấn chỉnh|tuyển dụng|bổ nhiệm|khen thưởng|"
    r"đào tạo|bồi dưỡng|đánh giá|xử lý|giải quyết|trả lời|tình hình|công tác|kiện toàn|phát động|thu hồi|đính chính|"
    r"khai giảng|tiếp tục) ",
    re.IGNORECASE,
)


def type_and_subject(type_name: str | None, subject: str | None) -> str:
    """
    Write column 6 of the book, "Tên loại và trích yếu nội dung", as a clerk does; "" when neither is known.

    "Quyết định về việc ban hành …", "Giấy mời họp …". A công văn goes without its type, "V/v tăng cường …", as
    clerks have kept the book under Thông tư 07/2012/TT-BNV.
    """
    text = (subject or "").strip()
    if not type_name or not text:
        return text or type_name or ""
    about = _ABOUT.match(text)
    bare = text[about.end() :] if about else text
    if type_name == _LETTER:
        return f"V/v {_small(bare)}"
    if about:
        return f"{type_name} về việc {_small(bare)}"
    if f"{text} ".casefold().startswith(f"{type_name} ".casefold()):
        return text
    return f"{type_name} {text if type_name in _NAMED else _small(text)}"


def _small(text: str) -> str:
    # A summary that is all in capitals keeps its first one, too.
    opens = _OPENING.match(text) and not text[:2].isupper()
    return text[:1].lower() + text[1:] if opens else text


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftEntry:
    """
    An entry before it has its number: the 18 input fields but those that the book itself fills.

    Field numbers of Phụ lục VI phần II mục II stand behind each. None means: not known, an empty column. `mail_id` and
    `document_sha256` are "" for a document on paper.
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

    @property
    def type_and_subject(self) -> str:
        """Column 6 of the printed book, see `type_and_subject()`; the stored values stay as the page has them."""
        return type_and_subject(self.type, self.subject)

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
    def awaits_number(self) -> bool:
        """Whether `number` is none of the book, but the place among the lines that wait for one."""
        return is_intake(self.draft.book)

    @property
    def shown_number(self) -> str:
        """The số đến as people write it: at least two digits; or that it is awaited."""
        return AWAITED if self.awaits_number else f"{self.number:02d}"


class Acquaintance(StrEnum):
    """How well the author of a mail is known from mail that was kept; `DOMAIN`: another mailbox of its domain wrote."""

    ADDRESS = "address"
    DOMAIN = "domain"
    STRANGER = "stranger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """
    What the book already has of this mail's documents.

    `same_mail`: True when the very same octets, or a mail with the same Message-ID, were decided before. `same_file`
    pairs the SHA-256 of a main file with the entry that has it, `same_symbol` the text of a symbol with each entry that
    has it, newest first; `same_text` are the ids of those whose main file says what a main file of the mail says.
    `sender` says whether mail of the author was met before; None when nobody looked.
    """

    same_mail: bool = False
    same_file: tuple[tuple[str, RegisterEntry], ...] = ()
    same_symbol: tuple[tuple[str, RegisterEntry], ...] = ()
    same_text: frozenset[str] = frozenset()
    sender: Acquaintance | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    What is kept of one mail for one agency, whatever became of it.

    For mail that is not stored (secret, private, automatic) only id, times, `sha256`, `size`, `kind`, `action` and
    `rule` are set: no address, no subject, no text, no file name.
    `judgement` and `evidence` are JSON texts: the object of `try --json` without `source`, and what the world said.
    `shadow`: decided in shadow mode; nothing was entered and no letter left, whatever `action` says.
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
    shadow: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, for the time line of a mail or an entry; `detail` is free of secret and private text."""

    at: datetime
    mail_id: str
    entry_id: str | None = None
    actor: str
    what: str
    detail: str = ""
