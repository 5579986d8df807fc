"""The notices to those whom a document is handed over to (domain: ux-vocabulary §8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from mailbridge.decision.findings import Agency
from mailbridge.letters.plain_notice import plain_notice
from mailbridge.letters.typeset import one_line
from mailbridge.mail.letter import Letter
from mailbridge.registry.entry import RegisterEntry

_LONGEST_SUBJECT = 150


def handover_notices(
    line: RegisterEntry,
    told: Sequence[tuple[str, str, date | None]],
    agency: Agency,
    direction: str | None,
    now: datetime,
) -> Iterator[Letter]:
    """
    Write one notice an address.

    Args:
        line: The entry as it was handed over; its version makes the notice of each hand-over one of its own.
        told: Address, what the receiver has to do ("chủ trì", "phối hợp"), and the deadline.
    """
    draft = line.draft
    number, symbol = f"số đến {line.shown_number}", draft.symbol or "(không số)"
    urgent = f"[{draft.urgency.upper()}] " if draft.urgency else ""
    issued = f" ngày {draft.issued_date:%d/%m/%Y}" if draft.issued_date else ""
    about = one_line(draft.type_and_subject or draft.symbol or "", _LONGEST_SUBJECT)
    for to, part, due in told:
        yield plain_notice(
            f"{line.id}:assigned-{line.version}:{to.lower()}",
            f"{urgent}[Văn bản đến] Số đến {line.shown_number}: {about}",
            (
                f"Văn bản số {symbol}{issued} của {draft.issuer or '(chưa rõ)'} đã được đăng ký, {number} ngày "
                f"{line.arrival_date:%d/%m/%Y}, và chuyển đến {draft.recipients}.",
                f"Vai trò: {part}. Hạn xử lý: {f'{due:%d/%m/%Y}' if due else 'không đặt'}.",
                f"Trích yếu: {draft.subject}" if draft.subject else "",
                f"Ý kiến chỉ đạo: {direction}" if direction else "",
                f"{agency.name}.",
            ),
            mail_id=draft.mail_id,
            agency=agency,
            to=to,
            language="vi",
            now=now,
        )
