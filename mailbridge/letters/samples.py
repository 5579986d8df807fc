"""Sample views of letters: what templates are checked and previewed with (G12)."""

from __future__ import annotations

from dataclasses import replace

from mailbridge.decision.findings import Action
from mailbridge.letters.replies_answers import AnswerView
from mailbridge.letters.stage import Stage
from mailbridge.letters.view import (
    AgencyView,
    AssuranceView,
    ChangeView,
    DocumentView,
    LetterView,
    MailView,
    Row,
    StageView,
)
from mailbridge.letters.wording import BADGES

_SUBJECT = "Về việc tăng cường sử dụng văn bản điện tử trong hoạt động của cơ quan nhà nước"

FULL_DOCUMENT = DocumentView(
    number="15",
    year="2013",
    book_date="06/05/2013",
    book_time="08:30",
    name="Công văn số 3526/VPCP-KGVX ngày 04/05/2013",
    known_by="Văn bản số 3526/VPCP-KGVX ngày 04/05/2013",
    type="Công văn",
    symbol="3526/VPCP-KGVX",
    issued_date="04/05/2013",
    issuer="Văn phòng Chính phủ",
    subject=_SUBJECT,
    about="V/v tăng cường sử dụng văn bản điện tử trong hoạt động của cơ quan nhà nước",
    short_about="V/v tăng cường sử dụng văn bản điện tử",
    urgency="hỏa tốc",
    due_date="15/05/2013",
    proposed_due="20/05/2013 (đọc từ văn bản)",
    files=2,
    signatures="Chữ ký số của cơ quan hợp lệ",
    paper="đề nghị gửi bản giấy hoặc bản có đủ chữ ký số",
    fields=(Row(label="Số đến", text="15"), Row(label="Trích yếu", text=_SUBJECT)),
    doubts=(Row(label="Người ký", text="chưa đọc được"),),
    signers=(Row(label="Không rõ nguồn gốc chứng thư số", text="Văn phòng Chính phủ, ký lúc 08:00 04/05/2013"),),
)
BARE_DOCUMENT = DocumentView(name="Văn bản", signatures="Chưa ký số")
_BARE_ENTRY = replace(BARE_DOCUMENT, number="16", year="2013", book_date="06/05/2013", book_time="08:30")

_FULL = LetterView(
    agency=AgencyView(
        name="Sở Nội vụ tỉnh Bắc Kạn",
        address="vanthu@sonv.example",
        phone="0209 000 0000",
        contact="0209 000 0000, vanthu@sonv.example",
    ),
    mail=MailView(
        id="018f0000-0000-7000-8000-000000000000",
        date="06/05/2013",
        time="08:30",
        sender="vanthu@vpcp.example",
        subject="Gửi công văn 3526/VPCP-KGVX",
        files=2,
        in_mailbox=True,
    ),
    documents=(FULL_DOCUMENT, _BARE_ENTRY),
    action=Action.REGISTER.value,
    badge=BADGES[Action.REGISTER].vi,
    numbers="15, 16",
    urgency_mark="[HỎA TỐC]",
    addressee="Văn phòng Chính phủ",
    verdict="Thư gửi từ vanthu@vpcp.example; xác thực tên miền gửi: đạt (vpcp.example); chữ ký số hợp lệ.",
    reasons=("Văn bản của cơ quan nhà nước, đủ thông tin.",),
    rule="mau",
    files=(Row(label="phu-luc.zip", text="tệp nén chỉ mở được khi có mật khẩu"),),
    defects=("thư có nhiều trường From (người gửi)",),
    assurance=AssuranceView(
        level=2,
        title="Rõ nguồn gốc, chờ bản giấy hoặc bản ký số",
        reason="Có chữ ký số hợp lệ của cơ quan, chưa có chữ ký số của người ký.",
        next_step="Chuyển xử lý như thường lệ; theo dõi việc nhận bản giấy hoặc bản ký số.",
    ),
    cautions=("Lần đầu nhận văn bản từ địa chỉ này.",),
    notes=("Địa chỉ gửi đã được xác nhận (công văn số 12/VPCP).",),
    answers=(AnswerView(label="Duyệt", words="duyệt", link="mailto:vanthu@sonv.example?subject=Re&body=ok"),),
    check="3f2a-91bc-07de-55a1",
)


def samples() -> tuple[LetterView, ...]:
    """Return views that together take every branch a template can have: each action, all known, nothing known."""
    one = replace(_FULL, documents=(FULL_DOCUMENT,), numbers="15")
    bare = replace(
        _FULL,
        agency=replace(_FULL.agency, phone=None, contact=_FULL.agency.address),
        mail=replace(_FULL.mail, sender=None, subject=None, files=0, in_mailbox=False),
        documents=(_BARE_ENTRY,),
        numbers="16",
        urgency_mark=None,
        reasons=(),
        rule="",
        assurance=None,
        cautions=(),
        notes=(),
        answers=(),
        files=(),
        defects=(),
        check=None,
    )
    acted = tuple(
        replace(view, action=action.value, badge=BADGES[action].vi) for action in Action for view in (_FULL, one, bare)
    )
    nothing = replace(bare, documents=(), numbers=None, action=Action.HOLD.value, badge=BADGES[Action.HOLD].vi)
    return (*acted, nothing)


def sample() -> LetterView:
    """Return the view of a common case, one registered document, for a preview."""
    return replace(_FULL, documents=(FULL_DOCUMENT,), numbers="15")


def stage_samples() -> tuple[LetterView, ...]:
    """Return views of letters that follow from a clerk's decision: each stage, with and without what may be missing."""
    change = ChangeView(label="Số đến", old="15/2013", new="")
    said = StageView(
        code=Stage.REFUSED.value,
        title=Stage.REFUSED.words.vi,
        short="Gửi sai nơi nhận",
        sentence="Văn bản không thuộc phạm vi tiếp nhận của Sở Nội vụ; đề nghị gửi đến cơ quan có thẩm quyền.",
        changes=(change, ChangeView(label="Số, ký hiệu", old="", new="3526/VPCP-KGVX")),
    )
    bare = StageView(code=Stage.REFUSED.value, title=Stage.REFUSED.words.vi)
    stages = tuple(
        replace(each, code=stage.value, title=stage.words.vi, is_agreed=agreed, is_question=agreed)
        for each in (said, bare)
        for stage in Stage
        for agreed in (True, False)
    )
    usual = (sample(), *(view for view in samples() if not view.rule))
    return tuple(replace(view, stage=stage) for view in usual for stage in stages)
