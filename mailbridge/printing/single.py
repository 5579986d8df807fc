"""
Forms of one entry: phiếu giải quyết văn bản đến (Phụ lục IV mục VII), and a cover sheet with the stamp ĐẾN (mục V).

The stamp is drawn on a sheet of its own: a stamp drawn into a signed file would be a change after its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailbridge.printing.follow_up import document_text
from mailbridge.printing.layout import DOTS
from mailbridge.printing.line import day_text
from mailbridge.printing.setting import run_single
from mailbridge.printing.showable import showable
from mailbridge.registry.entry import VIETNAM, Channel
from mailbridge.registry.versions import EntryVersion

_DAY = "Ngày ..... tháng ..... năm ........."
_STAMP_ROOM = 34
"""Letters of a line of the stamp at 9 points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """Whose form it is; `superior` is the body above the agency, or ""."""

    agency: str
    superior: str = ""


def set_slip(version: EntryVersion, office: Office) -> bytes:
    """
    Set the handling slip of an entry as a PDF/A-2b: three opinions to be written in, with what is known already.

    Raises:
        Misconfigured: typst is not installed.
        MailBridgeError: typst refuses it.
    """
    draft = version.entry.draft
    lead = [f"Đơn vị hoặc người nhận: {draft.recipients}"] if draft.recipients else []
    lead += [f"Thời hạn giải quyết: {day_text(draft.due_date)}"] if draft.due_date else []
    lead += [draft.trace] if draft.trace else []
    entry = version.entry
    arrived = f"Số đến: {entry.shown_number}, ngày đến: {day_text(entry.arrival_date)}"
    return _set(
        "slip",
        version,
        office,
        title=f"Phiếu giải quyết văn bản đến số {entry.shown_number}/{entry.year}",
        footer=arrived,
        document=f"{document_text(entry)} ({arrived})",
        parts=[
            _part(
                "Ý kiến của lãnh đạo cơ quan, tổ chức:",
                "Giao đơn vị, cá nhân chủ trì; đơn vị, cá nhân phối hợp (nếu có); thời hạn giải quyết của từng đơn vị.",
                lead,
                4,
            ),
            _part("Ý kiến của lãnh đạo đơn vị:", "Giao cho cá nhân giải quyết; thời hạn giải quyết.", [], 4),
            _part("Ý kiến đề xuất của người giải quyết:", "", [], 5),
        ],
        **{"place-and-day": f"{DOTS * 2}, {_DAY.lower()}"},
    )


def set_cover(version: EntryVersion, office: Office) -> bytes:
    """Set the cover sheet of an entry, with a stamp box of 50 by 35 mm; raises as `set_slip` does."""
    entry, draft = version.entry, version.entry.draft
    arrived = entry.arrived_at.astimezone(VIETNAM)
    facts = (
        ("Số đến", f"{entry.shown_number}/{entry.year}"),
        ("Thời điểm đến", f"{arrived:%d/%m/%Y %H:%M:%S}" if draft.channel is Channel.MAIL else f"{arrived:%d/%m/%Y}"),
        ("Tên loại", draft.type),
        ("Số, ký hiệu", draft.symbol),
        ("Ngày văn bản", day_text(draft.issued_date)),
        ("Cơ quan ban hành", draft.issuer),
        ("Trích yếu", draft.subject),
        ("Người ký", ", ".join(filter(None, (draft.signer_name, draft.signer_position)))),
        ("Số trang", str(draft.pages or "")),
        ("Mức độ khẩn", draft.urgency),
        ("Đơn vị hoặc người nhận", draft.recipients),
        ("Thời hạn giải quyết", day_text(draft.due_date)),
    )
    stamp = {
        "agency": showable(office.agency),
        "lines": [
            [name, showable(words)[:_STAMP_ROOM] or DOTS * 2]
            for name, words in (
                ("Số", entry.shown_number),
                ("Ngày", day_text(entry.arrival_date)),
                ("Chuyển", draft.recipients or ""),
                ("Số và ký hiệu HS", draft.file_notation or ""),
            )
        ],
    }
    notes = ["Tờ bìa do hệ thống lập, không phải là một phần của văn bản; tệp gốc có chữ ký số không bị thay đổi."]
    if draft.document_sha256:
        notes.append(f"SHA-256 của tệp văn bản: {draft.document_sha256}")
    return _set(
        "cover",
        version,
        office,
        title=f"Tờ bìa văn bản đến số {entry.shown_number}/{entry.year}",
        footer="",
        facts=[[name, showable(words)] for name, words in facts if words],
        stamp=stamp,
        notes=notes,
    )


def _part(title: str, hint: str, said: Sequence[str], lines: int) -> dict[str, Any]:
    return {
        "title": title,
        "hints": [hint] if hint else [],
        "said": [showable(each) for each in said],
        "lines": lines,
        "day": _DAY,
    }


def _set(form: str, version: EntryVersion, office: Office, *, document: str = "", **words: Any) -> bytes:
    given = {
        "form": form,
        "agency": showable(office.agency),
        "superior": showable(office.superior),
        "document": showable(document),
        **words,
    }
    return run_single(given, int(version.author.at.timestamp()))
