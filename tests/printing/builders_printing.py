"""Lines and volumes as a book would have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mailbridge.printing.line import Line, line_of
from mailbridge.printing.volume import Title, Volume, volume_of
from mailbridge.registry.entry import DraftEntry, EntryStatus, RegisterEntry
from mailbridge.registry.rows import Author
from mailbridge.registry.versions import EntryVersion

MORNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
"""8 o'clock in Vietnam on a Monday."""

TITLE = Title(agency="Sở Nội vụ tỉnh Bắc Kạn", book="Sổ đăng ký văn bản đến", year=2026)

_ISSUERS = ("Ủy ban nhân dân tỉnh Bắc Kạn", "Bộ Nội vụ", "Sở Tài chính tỉnh Bắc Kạn", "Ủy ban nhân dân huyện Chợ Đồn")
_SUBJECTS = (
    ("Công văn", "BNV-VTLTNN", "về việc tăng cường quản lý, sử dụng văn bản điện tử có chữ ký số"),
    ("Quyết định", "QĐ-UBND", "Ban hành Quy chế công tác văn thư, lưu trữ của các cơ quan nhà nước trên địa bàn tỉnh"),
    ("Giấy mời", "GM-STC", "họp giao ban công tác quý IV năm 2026"),
    ("Báo cáo", "BC-UBND", "Tình hình thực hiện cải cách hành chính 6 tháng đầu năm, phương hướng nhiệm vụ 6 tháng"),
)


def draft(number: int = 1, **changes: Any) -> DraftEntry:
    """Build what one document says; every number has another one."""
    kind, notation, subject = _SUBJECTS[number % len(_SUBJECTS)]
    values: dict[str, Any] = {
        "agency": "sonv",
        "book": "den",
        "mail_id": f"mail-{number}",
        "document_sha256": f"{number:064x}",
        "type": kind,
        "number": f"{number + 100}",
        "notation": notation,
        "symbol": f"{number + 100}/{notation}",
        "issued_date": date(2026, 1, 2),
        "issuer": _ISSUERS[number % len(_ISSUERS)],
        "subject": subject,
        "pages": 3,
        "signer_name": "Nguyễn Văn An",
        "signer_position": "Phó Chủ tịch",
        "recipients": "Văn phòng Sở",
    }
    return DraftEntry(**values | changes)


_OWN = ("arrived_at", "version", "status", "year")


def entry(number: int = 1, **changes: Any) -> RegisterEntry:
    """Build an entry; what is no field of an entry is one of its draft."""
    own = {name: changes.pop(name) for name in _OWN if name in changes}
    arrived_at = own.pop("arrived_at", MORNING + timedelta(minutes=number))
    values: dict[str, Any] = {
        "id": f"entry-{number:05d}",
        "year": 2026,
        "number": number,
        "draft": draft(number, **changes),
    }
    return RegisterEntry(**values | {"arrived_at": arrived_at} | own)


def first_version(number: int = 1, **changes: Any) -> EntryVersion:
    """Build the version that the program wrote."""
    line = entry(number, **changes)
    return EntryVersion(line, Author("mailbridge", line.arrived_at, "entered"))


def later_version(line: RegisterEntry, why: str, *, days: int = 1, by: str = "Trần Thị Bình") -> EntryVersion:
    """Build a version that a clerk wrote."""
    return EntryVersion(line, Author(by, line.arrived_at + timedelta(days=days), why))


def voided(number: int, why: str = "Đăng ký trùng với số đến 01") -> tuple[EntryVersion, ...]:
    """Build an entry that a clerk voided."""
    last = later_version(entry(number, version=2, status=EntryStatus.VOIDED), why)
    return first_version(number), last


def corrected(number: int, why: str = "Nhập sai tác giả", **changes: Any) -> tuple[EntryVersion, ...]:
    """Build an entry in which a clerk put something right."""
    return first_version(number), later_version(entry(number, version=2, **changes), why)


def lines(count: int) -> tuple[Line, ...]:
    """Build lines as they came."""
    return tuple(line_of((first_version(number),)) for number in range(1, count + 1))


def volume(those: Sequence[Line], **changes: Any) -> Volume:
    """Bind lines into a volume of the book of 2026."""
    values: dict[str, Any] = {name: getattr(TITLE, name) for name in ("agency", "book", "year")}
    title = Title(**values | changes)
    newest = max((line.entry.arrived_at for line in those), default=None)
    return volume_of(title, tuple(those), newest)
