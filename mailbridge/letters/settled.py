"""The notice that a verdict which was open at reception is settled; for clerks, never for senders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.decision.findings import Agency, Judgement
from mailbridge.letters.authenticity import verdict
from mailbridge.letters.typeset import local, moment, one_line, wrapped
from mailbridge.letters.wording import BADGES, LANGUAGES, Words
from mailbridge.letters.writer import mailbox, structured, unstructured, written
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.mail.message import Message

_SUBJECT = Words(vi="Kết quả xác minh bổ sung", en="Verification completed")
_OPEN = Words(
    vi="Khi tiếp nhận, việc xác minh thư này chưa hoàn tất. Nay đã có kết quả:",
    en="When this mail was received, its verification could not be completed. Now it is:",
)
_STAYS = Words(
    vi="Kết quả xử lý khi tiếp nhận giữ nguyên, đề nghị Văn thư xem xét:",
    en="What became of the mail at its reception stays as it was; a clerk may look at it:",
)
_MAIL = Words(vi="Thư", en="Mail")
_RECEIVED = Words(vi="nhận lúc", en="received")
_SECRET = Words(
    vi=(
        "Khi đọc lại một thư đã lưu, hệ thống phát hiện dấu hiệu bí mật nhà nước. Bản lưu của thư vẫn còn trong kho "
        "lưu trữ; đề nghị xử lý theo quy định về bảo vệ bí mật nhà nước."
    ),
    en=(
        "When a mail in the archive was read again, signs of a state secret were seen. Its copy is still in the "
        "archive; please deal with it by the rules for the protection of state secrets."
    ),
)
_ID = Words(vi="Mã thư", en="Id of the mail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What the notice tells: a judgement made again, of a mail whose decision stands; `sequence` of the verdict."""

    judgement: Judgement
    mail: MailObject
    message: Message
    sequence: int
    secret: bool = False


def compose_settled(settled: Settled, *, agency: Agency, to: str, language: str, now: datetime) -> Letter:
    """
    Write the notice, the same for the same arguments; of a secret mail it names nothing but our own id.

    Raises ValueError for an address that cannot stand in a header field.
    """
    said = language if language in LANGUAGES else LANGUAGES[0]
    key = f"{settled.mail.id}:{agency.id}:settled-{settled.sequence}:{to}"
    address = agency.addresses[0]
    subject = _SUBJECT[said] if settled.secret else f"{_SUBJECT[said]}: {one_line(settled.message.subject, 150)}"
    lines = _lines(settled, said)
    header = (
        structured("Date", *format_datetime(local(now)).split()),
        mailbox("From", agency.name, address),
        mailbox("To", "", to),
        unstructured("Subject", subject),
        structured("Message-ID", f"<{sha256(key.encode()).hexdigest()[:32]}@{address.rpartition('@')[2]}>"),
        structured("Auto-Submitted", "auto-generated"),
        structured("X-Auto-Response-Suppress", "All"),
        structured("X-MailBridge-ID", settled.mail.id),
        structured(OWN_LETTER, LetterKind.NOTICE.value),
        structured("Content-Language", said),
    )
    html = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
    return Letter(
        key=key,
        kind=LetterKind.NOTICE,
        agency=agency.id,
        mail_id=settled.mail.id,
        sender="",
        recipient=to,
        content=written(header, wrapped("\n\n".join(lines)), html, seed=key),
    )


def _lines(settled: Settled, language: str) -> tuple[str, ...]:
    ours = f"{_ID[language]}: {settled.mail.id}"
    if settled.secret:
        return (_SECRET[language], ours)
    received = f"{_RECEIVED[language]} {moment(settled.mail.accepted_at)}"
    return (
        _OPEN[language],
        verdict(settled.judgement, settled.message, language),
        f"{_STAYS[language]} {BADGES[settled.judgement.decision.action][language]}.",
        f"{_MAIL[language]}: {one_line(settled.message.subject, 300)}; {received}",
        ours,
    )
