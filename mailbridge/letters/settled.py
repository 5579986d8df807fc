"""The notice that a verdict which was open at reception is settled; for clerks, never for senders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.letters.authenticity import verdict
from mailbridge.letters.plain_notice import plain_notice
from mailbridge.letters.typeset import moment, one_line
from mailbridge.letters.wording import LANGUAGES, Words, badge, small
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter
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
    subject = _SUBJECT[said] if settled.secret else f"{_SUBJECT[said]}: {one_line(settled.message.subject, 150)}"
    return plain_notice(
        key, subject, _lines(settled, said), mail_id=settled.mail.id, agency=agency, to=to, language=said, now=now
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
