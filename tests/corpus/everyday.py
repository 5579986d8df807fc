"""Everyday mails around official ones, all invented: chatter, adverts, notices of machines, private letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from tests.corpus.mails import PRIVATE, mail

_OTHER = ("other", "working-mail", "personal", "automatic")
_MACHINE = ("automatic",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Everyday:
    """A mail without an official document; `kinds` are those that are right."""

    id: str
    label: str
    subject: str
    text: str
    kinds: tuple[str, ...] = _OTHER
    headers: tuple[tuple[str, str], ...] = ()
    html: str | None = None

    def made(self) -> EmailMessage:
        """Write the mail."""
        return mail(self.subject, self.text, domain=PRIVATE, html=self.html, headers=self.headers)


_LIST = (("List-Id", "<tin.corpus.vn>"), ("List-Unsubscribe", "<mailto:thoi@corpus.vn>"), ("Precedence", "bulk"))
_REPLY = (("Auto-Submitted", "auto-replied"),)


def _numbered(label: str, mails: Sequence[tuple[str, str]], **rest: tuple[str, ...]) -> tuple[Everyday, ...]:
    return tuple(
        Everyday(
            id=f"e-{label}-{place}", label=label, subject=subject, text=f"{text}\n", kinds=rest.get("kinds", _OTHER)
        )
        for place, (subject, text) in enumerate(mails, 1)
    )


_CHATTER = (
    ("Re: họp giao ban thứ Hai", "Chị ơi, họp lúc 8h hay 8h30 vậy chị? Em chuẩn bị máy chiếu."),
    (
        "Nhờ xem giúp công văn",
        "Anh xem giúp em công văn số 123/SNV-VP hôm trước, em không tìm thấy bản mềm. Cảm ơn anh.",
    ),
    (
        "Góp ý dự thảo",
        "Em gửi ý kiến góp ý cho dự thảo, phần II nên bổ sung số liệu 6 tháng. Phòng mình thống nhất nhé.",
    ),
    (
        "Bảo mật tài khoản thư",
        "Đề nghị mọi người đổi mật khẩu thư công vụ trước thứ Sáu, không chia sẻ cho người khác.",
    ),
    (
        "Danh sách ăn trưa tuần này",
        "Mọi người đăng ký suất ăn theo bảng chung trước 9 giờ. Mật độ bàn ngồi giãn ra nhé.",
    ),
    ("Xe đi công tác", "Sáng mai 7 giờ xe đón ở cổng trụ sở, đi Ba Bể, chiều về. Ai đi thêm báo em."),
    ("Re: Re: báo cáo tuần", "OK em, anh đã nhận. Số liệu khớp rồi, trình lãnh đạo ký đi."),
    ("Hỏi về hồ sơ cán bộ", "Chào chị, hồ sơ của em còn thiếu gì không ạ? Em bổ sung trong tuần này."),
    (
        "Lịch tiếp công dân",
        "Lịch tiếp công dân tháng này như mọi tháng, ngày 15, tại phòng tiếp dân. Các anh chị lưu ý.",
    ),
    (
        "Trích nội dung chỉ đạo",
        "Theo Công văn số 3526/VPCP-KGVX ngày 04/5/2013 của Văn phòng Chính phủ thì phần này do Sở chủ trì, mình chỉ "
        "phối hợp. Em đọc kỹ Điều 21 Nghị định số 30/2020/NĐ-CP rồi làm.",
    ),
)
_ADVERTS = (
    ("Ưu đãi văn phòng phẩm tháng 11", "Giảm 20% giấy A4, mực in, bìa còng. Liên hệ 0900 000 000 để được báo giá."),
    (
        "Mời dự hội thảo chuyển đổi số",
        "Công ty chúng tôi trân trọng kính mời quý khách dự hội thảo trực tuyến miễn phí.",
    ),
    ("Khóa học nghiệp vụ văn thư theo Nghị định 30/2020/NĐ-CP", "Khai giảng khóa mới, học phí ưu đãi, cấp chứng nhận."),
    (
        "Báo giá phần mềm quản lý văn bản",
        "Kính gửi quý cơ quan, chúng tôi xin gửi báo giá phần mềm và dịch vụ kèm theo.",
    ),
)
_PRIVATE = (
    ("Chúc mừng sinh nhật", "Chúc cháu luôn mạnh khỏe, học giỏi. Cuối tuần bác sang chơi nhé."),
    ("Ảnh chuyến đi", "Gửi bạn mấy tấm ảnh hôm trước, đẹp lắm. Hẹn gặp lại Tết này."),
    ("Đơn thuốc của mẹ", "Bác sĩ dặn uống đủ liều, tái khám sau hai tuần. Con nhớ nhắc mẹ."),
)
_LISTS = (
    (
        "Điểm tin văn bản tuần 47",
        "1. Nghị định số 123/2020/NĐ-CP về hóa đơn, chứng từ. 2. Thông tư số 78/2021/TT-BTC. Xem tiếp.",
    ),
    ("Bản tin nội bộ số 11", "Tin hoạt động Công đoàn, giao lưu thể thao, gương người tốt việc tốt trong tháng."),
)
_RECEIPTS = (
    ("Đã nhận: Công văn số 12/SNV-VP", "Cơ quan đã nhận được văn bản của quý cơ quan. Đây là thông báo tự động."),
)
_AWAY = (
    ("Trả lời tự động: nghỉ phép", "Tôi nghỉ phép đến hết ngày 25/11. Việc gấp xin liên hệ văn thư."),
    ("Automatic reply: out of office", "I am away until 25 November and will answer then."),
)

EVERYDAY: tuple[Everyday, ...] = (
    *_numbered("chatter", _CHATTER),
    *_numbered("advert", _ADVERTS),
    *_numbered("private", _PRIVATE),
    *(
        Everyday(id=f"e-list-{place}", label="newsletter", subject=subject, text=f"{text}\n", headers=_LIST)
        for place, (subject, text) in enumerate(_LISTS, 1)
    ),
    *(
        Everyday(
            id=f"e-away-{place}", label="vacation", subject=subject, text=f"{text}\n", kinds=_MACHINE, headers=_REPLY
        )
        for place, (subject, text) in enumerate(_AWAY, 1)
    ),
    *(
        Everyday(
            id=f"e-receipt-{place}",
            label="receipt",
            subject=subject,
            text=f"{text}\n",
            kinds=("receipt", "automatic", "other", "working-mail"),
        )
        for place, (subject, text) in enumerate(_RECEIPTS, 1)
    ),
)
