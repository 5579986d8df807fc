"""The notice that a verdict which was open at reception is settled; for clerks, never for senders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.letters.authenticity import verdict
from mailbridge.letters.typeset import local, moment, one_line, wrapped
from mailbridge.letters.wording import LANGUAGES, Words, badge, small
from mailbridge.letters.writer import mailbox, structured, unstructured, written
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter, LetterKind, message_id_of
from mailbridge.mail.message import Message

_SUBJECT = Words(vi="Kết quả xác minh bổ sung", en="Verification completed")
_OPEN = Words(
    vi="Khi tiếp nhận, thư này chưa xác minh xong; nay đã có kết quả.",
    en="When this mail was received, its verification could not be completed; now it is.",
)
_STAYS = Words(
    vi="Trạng thái của thư vẫn như khi tiếp nhận, không tự thay đổi:",
    en="What the mail became at its reception stays as it was:",
)
_THEN = Words(vi="Lý do khi đó", en="The reason then")
_LEVEL = Words(vi="Mức tin cậy", en="Reliability")
_STEP = Words(vi="Việc cần làm", en="Next step")
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
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body style="margin:0;padding:16px;font-family:'Segoe UI',Roboto,Arial,sans-serif;font-size:15px;line-height:1.5">
<div style="max-width:680px;overflow-wrap:anywhere">
{lines}</div>
</body>
</html>
"""
"""As `templates/frame.html`; what stands in the lines is escaped."""
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
        structured("Message-ID", message_id_of(key, address.rpartition("@")[2])),
        structured("Auto-Submitted", "auto-generated"),
        structured("X-Auto-Response-Suppress", "All"),
        structured("X-MailBridge-ID", settled.mail.id),
        structured(OWN_LETTER, LetterKind.NOTICE.value),
        structured("Content-Language", said),
    )
    return Letter(
        key=key,
        kind=LetterKind.NOTICE,
        agency=agency.id,
        mail_id=settled.mail.id,
        sender="",
        recipient=to,
        content=written(header, wrapped("\n\n".join(lines)), _html(lines, said), seed=key),
    )


def _lines(settled: Settled, language: str) -> tuple[str, ...]:
    ours = f"{_ID[language]}: {settled.mail.id}"
    if settled.secret:
        return (_SECRET[language], ours)
    received = f"{_RECEIVED[language]} {moment(settled.mail.accepted_at)}"
    return (
        *_level(settled.judgement, language),
        f"{_OPEN[language]} {verdict(settled.judgement, settled.message, language)}",
        _state(settled.judgement, language),
        f"{_MAIL[language]}: {one_line(settled.message.subject, 300)}; {received}",
        ours,
    )


def _html(lines: Sequence[str], language: str) -> str:
    """Set the lines as the other letters are set, the labels of the first two bold."""
    labels = (_LEVEL[language], _STEP[language])
    set_lines = []
    for line in lines:
        label, colon, rest = line.partition(":")
        bold = f"<b>{escape(label)}{colon}</b>{escape(rest)}" if label in labels else escape(line)
        set_lines.append(f"<p>{bold}</p>\n")
    return _PAGE.format(language=language, lines="".join(set_lines))


def _state(judgement: Judgement, language: str) -> str:
    """Say what the mail became, and why where somebody still has to decide."""
    told = f"{_STAYS[language]} {small(badge(judgement)[language])}."
    if judgement.decision.action not in (Action.HOLD, Action.RETURN):
        return told
    reasons = " ".join(dict.fromkeys(one_line(each.text) for each in judgement.decision.reasons))
    return f"{told} {_THEN[language]}: {reasons}" if reasons else told


def _level(judgement: Judgement, language: str) -> tuple[str, ...]:
    """Say how far the documents can be relied on by now, and what the clerk does next; () without a document."""
    found = judgement.assurance
    if found is None:
        return ()
    title, reason = one_line(found.title.said(language)), one_line(found.reason.said(language))
    step = one_line(found.step_after(judgement.decision.action).said(language))
    return f"{_LEVEL[language]}: {title}. {reason}", f"{_STEP[language]}: {step}"
