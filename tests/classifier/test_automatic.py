from __future__ import annotations

import pytest

from mailbridge.classifier.automatic import automatic_reason, is_reply, is_report
from tests.classifier.builders_classifier import message, part


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Auto-Submitted", "auto-generated", "auto-submitted"),
        ("Auto-Submitted", 'auto-replied; owner-email="a@b"', "auto-submitted"),
        ("Auto-Submitted", "(comment) auto-notified (vacation)", "auto-submitted"),
        ("Auto-Submitted", "Auto-Generated", "auto-submitted"),
        ("Auto-Submitted", "no", None),
        ("Auto-Submitted", " NO (really)", None),
        ("Auto-Submitted", "(x) no; a=b", None),
        ("X-Auto-Response-Suppress", "DR, OOF, AutoReply", "auto-submitted"),
        ("X-Auto-Response-Suppress", "All", "auto-submitted"),
        ("X-Auto-Response-Suppress", "None", None),
        ("X-Autoreply", "yes", "auto-submitted"),
        ("Precedence", "auto_reply", "auto-submitted"),
        ("Precedence", "bulk", "bulk"),
        ("Precedence", "Junk", "bulk"),
        ("Precedence", "list", "list"),
        ("Precedence", "first-class", None),
        ("List-Id", "<vb.lists.gov.vn>", "list"),
        ("List-Unsubscribe", "<mailto:x@y>", "list"),
        ("X-Mailing-List", "x", "list"),
        ("Content-Type", "multipart/report; report-type=delivery-status", "report"),
        ("X-Failed-Recipients", "a@b", "report"),
        ("X-MailBridge-Letter", "accepted", "ourselves"),
    ],
)
def test_a_field_names_the_reason(name: str, value: str, reason: str | None) -> None:
    assert automatic_reason(message(fields=[(name, value)]), "vanthu@snv.tinh.gov.vn") == reason


def test_an_ordinary_letter_has_no_reason() -> None:
    mail = message(part(), subject="Công văn 12/UBND-VX", text="Kính gửi Quý cơ quan.")
    assert automatic_reason(mail, "vanthu@snv.tinh.gov.vn") is None
    assert automatic_reason(mail, None) is None


def test_the_null_sender_is_a_reason() -> None:
    assert automatic_reason(message(), "") == "null-sender"


@pytest.mark.parametrize(
    "sender",
    [
        "no-reply@x.vn",
        "noreply@x.vn",
        "do_not_reply@x.vn",
        "DoNotReply@x.vn",
        "mailer-daemon@x.vn",
        "postmaster@x.vn",
        "bounces+12=a@x.vn",
        "thongbao-noreply@x.gov.vn",
        "khongtraloi@x.gov.vn",
    ],
)
def test_names_that_nobody_reads_are_a_reason(sender: str) -> None:
    assert automatic_reason(message(sender=sender), sender) == "no-reply"


@pytest.mark.parametrize(
    "sender", ["vanthu@x.gov.vn", "norbert@x.vn", "piano.reply@x.vn", "trungtam@x.vn", "bouncer@x.vn"]
)
def test_names_of_people_are_none(sender: str) -> None:
    assert automatic_reason(message(sender=sender), sender) is None


@pytest.mark.parametrize(
    ("subject", "sender", "mail_from"),
    [
        ("Undelivered Mail Returned to Sender", "MAILER-DAEMON@mx.x.vn", ""),
        ("Delivery Status Notification (Failure)", "postmaster@x.vn", None),
        ("Undeliverable: Công văn 12", "postmaster@x.vn", "postmaster@x.vn"),
        ("Re: failure notice", "a@b.vn", ""),
        ("Report domain: x.gov.vn Submitter: y Report-ID: 1", "dmarc@y.com", "dmarc@y.com"),
        ("Đã đọc: Công văn 12", "lan@x.vn", ""),
    ],
)
def test_reports_without_markers_are_told_by_subject_and_sender(
    subject: str, sender: str, mail_from: str | None
) -> None:
    assert automatic_reason(message(subject=subject, sender=sender), mail_from) == "report"


def test_a_dmarc_report_is_told_by_its_file() -> None:
    file = part(name="google.com!snv.gov.vn!1600000000!1600086400.xml.gz", of_type="application/gzip")
    assert is_report(message(file, subject="x"), "a@google.com")


def test_a_report_that_a_person_forwards_is_no_report() -> None:
    forwarded = part("1.2.1", None, of_type="message/delivery-status", inside="1.2")
    assert not is_report(message(forwarded, subject="Thư này là sao"), "lan@x.vn")


def test_words_alone_make_no_report() -> None:
    assert automatic_reason(message(subject="Undeliverable goods list"), "lan@x.vn") is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply: Công văn 12", "I am away."),
        ("Trả lời tự động: Công văn", "Tôi đi vắng."),
        ("RE: Out of Office", "Back on Monday"),
        ("Vắng mặt", "Tôi đang nghỉ phép đến 12/5."),
        ("Nghỉ phép", "Tôi đang đi công tác."),
    ],
)
def test_replies_of_absent_people_are_told_by_their_words(subject: str, text: str) -> None:
    mail = message(subject=subject, text=text)
    assert automatic_reason(mail, "lan@x.vn") == "auto-submitted"
    assert is_reply(mail)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Đăng ký nghỉ phép năm 2024", "Đề nghị các đơn vị gửi danh sách."),
        ("Kế hoạch", "Tôi đang đi công tác, anh gửi giúp nhé."),
        ("Báo cáo vắng mặt", "Kính gửi phòng."),
    ],
)
def test_letters_that_mention_leave_are_no_replies(subject: str, text: str) -> None:
    assert automatic_reason(message(subject=subject, text=text), "lan@x.vn") is None


def test_a_reply_with_a_file_is_a_letter() -> None:
    assert not is_reply(message(part(), subject="Automatic reply", text="x"))
