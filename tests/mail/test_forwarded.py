"""What a person passed on, as the mail programs write it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.forwarded import forwarded
from mailbridge.mail.parse import parse
from tests.mail.builders_mail import PDF, html_mail, text_mail

NOTE = "Kính chuyển đồng chí xử lý."
BODY = "UBND tỉnh gửi Công văn số 12/UBND-VX.\n\nTrân trọng./."
SENDER = "Văn thư UBND <vanthu@backan.gov.vn>"

LAYOUTS = {
    "outlook-en": (
        "-----Original Message-----\nFrom: {sender}\nSent: Monday, November 23, 2026 8:00 AM\nTo: a@x.test; b@x.test\n"
        "Subject: Công văn 12\n\n{body}"
    ),
    "outlook-2016-en": (
        "From: {sender}\nSent: Monday, November 23, 2026 8:00 AM\nTo: a@x.test\nCc: b@x.test\nSubject: Công văn 12\n\n"
        "{body}"
    ),
    "outlook-vi": (
        "Từ: {sender}\nĐã gửi: Thứ Hai, 23 Tháng Mười Một 2026 8:00 SA\nTới: a@x.test; b@x.test\n"
        "Chủ đề: Công văn 12\n\n{body}"
    ),
    "outlook-web": (
        "________________________________\nFrom: {sender}\nSent: Monday, November 23, 2026 8:00:00 AM\n"
        "To: a@x.test <a@x.test>; b@x.test <b@x.test>\nSubject: Công văn 12\n\n{body}"
    ),
    "outlook-mobile-vi": (
        "Tải Outlook cho iOS<https://aka.ms/o0ukef>\n________________________________\nTừ: {sender}\n"
        "Đã gửi: Thứ Hai, 23/11/2026 08:00\nĐến: a@x.test; b@x.test\nTiêu đề: Công văn 12\n\n{body}"
    ),
    "gmail-en": (
        "---------- Forwarded message ---------\nFrom: {sender}\nDate: Mon, Nov 23, 2026 at 8:00 AM\n"
        "Subject: Công văn 12\nTo: <a@x.test>, <b@x.test>\n\n\n{body}"
    ),
    "gmail-vi": (
        "---------- Forwarded message ---------\nTừ: *Văn thư UBND* <vanthu@backan.gov.vn>\n"
        "Date: Th 2, 23 thg 11, 2026 vào lúc 08:00\nSubject: Công văn 12\nTo: <a@x.test>, <b@x.test>\n\n\n{body}"
    ),
    "thunderbird-en": (
        "-------- Forwarded Message --------\nSubject: \tCông văn 12\nDate: \tMon, 23 Nov 2026 08:00:00 +0700\n"
        "From: \t{sender}\nTo: \ta@x.test, b@x.test\n\n\n\n{body}"
    ),
    "thunderbird-vi": (
        "-------- Thông điệp được chuyển tiếp --------\nTiêu đề: \tCông văn 12\n"
        "Ngày: \tMon, 23 Nov 2026 08:00:00 +0700\n"
        "Người gửi: \t{sender}\nNgười nhận: \ta@x.test, b@x.test\n\n{body}"
    ),
    "apple-en": (
        "Begin forwarded message:\n\n> From: {sender}\n> Subject: Công văn 12\n"
        "> Date: 23 November 2026 at 08:00:00 GMT+7\n"
        "> To: a@x.test, b@x.test\n> \n> {quoted}"
    ),
    "apple-vi": (
        "Bắt đầu thư được chuyển tiếp:\n\nTừ: {sender}\nChủ đề: Công văn 12\nNgày: 08:00:00 GMT+7 23 tháng 11, 2026\n"
        "Tới: a@x.test, b@x.test\n\n{body}"
    ),
    "zimbra-en": (
        "----- Forwarded Message -----\nFrom: {sender}\nTo: a@x.test,\n b@x.test\nSent: Monday, November 23, 2026\n"
        "Subject: Công văn 12\n\n{body}"
    ),
    "zimbra-vi": (
        "----- Thư đã chuyển tiếp -----\nTừ: {sender}\nTới: a@x.test, b@x.test\nĐã gửi: Thứ Hai, 23/11/2026\n"
        "Chủ đề: Công văn 12\n\n{body}"
    ),
    "yahoo": (
        "----- Forwarded Message ----- From: {sender}\nTo: a@x.test\nSent: Monday\nSubject: Công văn 12\n\n{body}"
    ).replace("----- From", "-----\nFrom"),
    "lotus": (
        "----- Forwarded by Nguyen Van A/VP/UBND on 23/11/2026 08:00 -----\n\nFrom:\t{sender}\nTo:\ta@x.test\n"
        "Date:\t23/11/2026 08:00\nSubject:\tCông văn 12\n\n{body}"
    ),
}


def filled(layout: str) -> str:
    return layout.format(sender=SENDER, body=BODY, quoted=BODY.replace("\n", "\n> "))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_each_mail_program_is_understood(layout: str) -> None:
    message = text_mail(f"{NOTE}\n\n{filled(layout)}\n", subject="Fwd: Công văn 12")
    (passed_on,) = forwarded(message)
    assert passed_on.sender == SENDER
    assert passed_on.sender_address == "vanthu@backan.gov.vn"
    assert passed_on.subject == "Công văn 12"
    assert passed_on.date_text
    assert "a@x.test" in passed_on.recipients[0]
    assert passed_on.text == BODY
    assert passed_on.note.startswith(NOTE)
    assert passed_on.part is None


def test_html_of_outlook_and_thunderbird_is_understood() -> None:
    outlook = (
        "<p>Kính chuyển.</p><div style='border-top:solid'><p><b>From:</b> Văn thư &lt;v@x.test&gt;<br>"
        "<b>Sent:</b> Monday<br><b>To:</b> a@x.test<br><b>Subject:</b> Công văn 12</p></div><p>Nội dung</p>"
    )
    thunderbird = (
        "<p>Kính chuyển.</p><div>-------- Forwarded Message --------<table><tr><th>Subject: </th>"
        "<td>Công văn 12</td></tr>"
        "<tr><th>Date: </th><td>Mon</td></tr><tr><th>From: </th><td>Văn thư &lt;v@x.test&gt;</td></tr>"
        "</table></div><p>Nội dung</p>"
    )
    for html in (outlook, thunderbird):
        (passed_on,) = forwarded(html_mail(html, subject="FW: Công văn 12"))
        assert (passed_on.sender, passed_on.subject) == ("Văn thư <v@x.test>", "Công văn 12")
        assert (passed_on.text, passed_on.note) == ("Nội dung", "Kính chuyển.")


@pytest.mark.parametrize(
    "text",
    [
        "Đã nhận.\n\n" + filled(LAYOUTS["outlook-2016-en"]),
        "Đã nhận.\n\n" + filled(LAYOUTS["outlook-en"]),
        "Đã nhận.\n\nVào Th 2, 23 thg 11, 2026 lúc 08:00 Văn thư <v@x.test> đã viết:\n\n> "
        + filled(LAYOUTS["gmail-en"]).replace("\n", "\n> "),
        "On Mon, Nov 23, 2026, V <v@x.test> wrote:\n> Kính gửi",
    ],
)
def test_a_reply_that_quotes_is_no_forward(text: str) -> None:
    assert forwarded(text_mail(text, subject="Re: Công văn 12")) == ()


@pytest.mark.parametrize(
    "text",
    ["From: here\nto there", "Từ: 8h00\nĐến: 9h00\nNgày: 23/11/2026", "Subject: x\nDate: y\nTo: z", "From: a\n" * 50],
)
def test_words_that_look_like_fields_are_no_forward(text: str) -> None:
    assert forwarded(text_mail(text, subject="Fwd: x")) == ()


def test_a_forward_of_a_forward_is_taken_apart() -> None:
    inner = filled(LAYOUTS["gmail-en"])
    outer = (
        LAYOUTS["outlook-2016-en"]
        .format(sender="b@x.test", body=f"Chuyển tiếp.\n\n{inner}")
        .replace("Subject: Công văn 12", "Subject: Fwd: Công văn 12", 1)
    )
    first, second = forwarded(text_mail(f"Xem giúp.\n\n{outer}", subject="FW: Fwd: Công văn 12"))
    assert (first.sender, first.note, first.text) == ("b@x.test", "Xem giúp.", "Chuyển tiếp.")
    assert (second.sender, second.note, second.text) == (SENDER, "Chuyển tiếp.", BODY)


def test_what_the_first_mail_replied_to_stays_in_its_text() -> None:
    thread = filled(LAYOUTS["outlook-2016-en"])
    outer = (
        LAYOUTS["gmail-en"]
        .format(sender="b@x.test", body=f"Đã rõ.\n\n{thread}")
        .replace("Subject: Công văn 12", "Subject: Re: Công văn 12", 1)
    )
    (passed_on,) = forwarded(text_mail(outer, subject="Fwd: Re: Công văn 12"))
    assert passed_on.text.startswith("Đã rõ.\n\nFrom: ")


def test_an_attached_mail_is_a_forward_whatever_the_subject() -> None:
    inner = EmailMessage()
    inner["From"] = SENDER
    inner["To"] = "a@x.test, b@x.test"
    inner["Date"] = "Mon, 23 Nov 2026 08:00:00 +0700"
    inner["Subject"] = "Công văn 12"
    inner.set_content(BODY)
    inner.add_attachment(PDF, maintype="application", subtype="pdf", filename="12.pdf")
    outer = EmailMessage()
    outer["From"] = "b@x.test"
    outer["Subject"] = "Re: gửi lại"
    outer.set_content(NOTE)
    outer.add_attachment(inner)
    (passed_on,) = forwarded(parse(outer.as_bytes()))
    assert (passed_on.sender, passed_on.subject, passed_on.part) == (SENDER, "Công văn 12", "2")
    assert passed_on.recipients == ("a@x.test", "b@x.test")
    assert passed_on.text.strip() == BODY
    assert passed_on.note.strip() == NOTE


@pytest.mark.timeout(60)
def test_a_hostile_text_ends() -> None:
    for unit in ("Cc: a\n", "From: a\nSent: b\nTo: c\nSubject: d\n\n", "-----Original Message-----\n", "To: a\nb\n"):
        forwarded(text_mail(unit * (400_000 // len(unit)), subject="Fwd: x"))


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["From: a", "Sent: b", "> To: c", "Subject: d", "", "----- Forwarded Message -----", "x"]))
)
def test_any_rows_are_read(lines: list[str]) -> None:
    forwarded(text_mail("\n".join(lines), subject="Fwd: x"))
