"""Kinds of mail and types of documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.mail.pages import Box

T = TypeVar("T")


class Kind(StrEnum):
    """What a mail is, as a whole (CONTRACT.md, `kind`)."""

    OFFICIAL_DOCUMENT = "official-document"
    WORKING_MAIL = "working-mail"
    PETITION = "petition"
    RECEIPT = "receipt"
    AUTOMATIC = "automatic"
    SECRET = "secret"
    PERSONAL = "personal"
    OTHER = "other"

    @property
    def is_stored(self) -> bool:
        """Say whether content of this kind may reach the database, the archive, an index or a letter."""
        return self in (Kind.OFFICIAL_DOCUMENT, Kind.WORKING_MAIL, Kind.PETITION, Kind.RECEIPT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rival(Generic[T]):
    """Another value that was read for the same field, and where."""

    value: T
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading(Generic[T]):
    """
    One field of a document: the value, how sure, and where it was read.

    `value` is None when the field is absent or too doubtful to say; then `reason` says why. `confidence` lies in 0..1.
    `source` is a sentence such as "part 1.2, page 1, text layer, box 3" (ô số of Phụ lục I); "" when absent.
    `box` is where on that page it stands, in points; None where the source is no page.
    """

    value: T | None = None
    confidence: float = 0.0
    source: str = ""
    rivals: tuple[Rival[T], ...] = ()
    reason: str | None = None
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Boxes 7a and 7b: `authority` is "KT. BỘ TRƯỞNG" or the like, `position` the signer's own office."""

    name: str | None
    position: str | None
    authority: str | None


class WorkingKind(StrEnum):
    """What is exchanged by mail inside an agency and mostly not booked (Chỉ thị 15/CT-TTg 2012, điểm 1)."""

    INVITATION = "meeting-invitation"  # giấy mời họp
    MEETING_PAPERS = "meeting-papers"  # tài liệu phục vụ cuộc họp
    FOR_INFORMATION = "for-information"  # văn bản để biết
    FOR_REPORT = "for-report"  # văn bản để báo cáo
    GENERAL_NOTICE = "general-notice"  # thông báo chung của cơ quan
    DRAFT = "draft-for-comment"  # dự thảo xin ý kiến
    COMMENTS = "comments"  # văn bản góp ý
    TABLES = "tables"  # bảng biểu, số liệu


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """
    What an invitation says: when, where, who chairs or invites.

    `starts` is local Vietnamese time without a zone; a day without an hour is a `date`. Texts keep the wording.
    """

    starts: datetime | date | None
    place: str | None
    host: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """
    One official document in a mail; each field is a `Reading`.

    Texts keep the wording of the page, NFC; a name in capitals is turned into title case.
    `type` is a name of `document-types.csv` such as "Công văn". `urgency`: khẩn, thượng khẩn, hỏa tốc.
    """

    main: str
    parts: tuple[str, ...]
    type: Reading[str] = Reading()
    symbol: Reading[DocumentSymbol] = Reading()
    issued_date: Reading[date] = Reading()
    place: Reading[str] = Reading()
    superior: Reading[str] = Reading()
    issuer: Reading[str] = Reading()
    subject: Reading[str] = Reading()
    signer: Reading[Signer] = Reading()
    addressees: Reading[tuple[str, ...]] = Reading()
    recipients: Reading[tuple[str, ...]] = Reading()
    urgency: Reading[str] = Reading()
    due_date: Reading[date] = Reading()
    meeting: Meeting | None = None
    references: tuple[str, ...] = ()
    pages: int | None = None
    draft: bool = False


class Asks(StrEnum):
    """What is asked of the earlier document."""

    RECALL = "recall"
    REPLACE = "replace"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """
    One earlier document of which something is asked.

    `symbol` is normalised, "7816/VPCP-TTĐT". `issued` and `issuer` are None where nothing is said of them. `source`
    is a sentence such as "part 1.2, edXML" or "subject"; `reason` is why, as the sender has it.
    """

    asks: Asks
    symbol: str
    issued: date | None = None
    issuer: str | None = None
    source: str = ""
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """
    What a mail is, and the documents in it.

    `reasons` are short English sentences naming the signs that decided, best first. `secrecy` is mật, tối mật or
    tuyệt mật where a mark was seen; with it the kind is SECRET and `documents` is empty.
    `automatic` names why a mail must not be answered (a word of CONTRACT.md `letters[].suppressed`), whatever its kind.
    `working` tells which kind of working mail it is. `links` are addresses under which the mail says that a document
    can be fetched; nobody fetches them. `notices` are what the mail asks of documents that were sent before.
    """

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    secrecy: str | None = None
    automatic: str | None = None
    working: WorkingKind | None = None
    links: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
