"""Mails as programs write them, with and without the fields that tell; and letters of people that look like them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import Header

OUR_ID = "<0123456789abcdef0123456789abcdef@sonv.example>"
"""The Message-ID of a letter of ours."""

SUBJECT = "[Báo nhận] Văn bản số 12/UBND-VX ngày 05/05/2026 — số đến 15"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One mail; `mail_from` None: the envelope is lost."""

    name: str
    sender: str = "an@peer.example"
    subject: str = "x"
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain; charset=utf-8"
    mail_from: str | None = None
    to: str = "vanthu@sonv.example"
    parts: tuple[str, ...] = field(default=())

    @property
    def content(self) -> bytes:
        head = [
            f"From: {self.sender}",
            f"To: {self.to}",
            f"Subject: {Header(self.subject, 'utf-8').encode()}",
            *(f"{name}: {value}" for name, value in self.fields),
            "MIME-Version: 1.0",
            f"Content-Type: {self.content_type}",
        ]
        if not self.parts:
            return "\n".join([*head, "Content-Transfer-Encoding: 8bit", "", self.text]).replace("\n", "\r\n").encode()
        body = "".join(f"\n--b\n{part}" for part in self.parts)
        first = f"\n--b\nContent-Type: text/plain; charset=utf-8\n\n{self.text}"
        return "\n".join([*head, "", f"{first}{body}\n--b--\n"]).replace("\n", "\r\n").encode()


_ORIGINAL = (
    f"From: Văn thư <vanthu@sonv.example>\nTo: an@peer.example\nMessage-ID: {OUR_ID}\n"
    "Subject: =?utf-8?B?W0LDoW8gbmjhuq1uXQ==?=\nAuto-Submitted: auto-replied\n\nKính gửi\n"
)
_DSN = (
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.peer.example\n\nFinal-Recipient: rfc822; "
    "an@peer.example\n"
    "Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
)


def dsn(action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 User unknown") -> Sample:
    """A delivery report in due form (RFC 3464)."""
    return Sample(
        name=f"dsn-{action}",
        sender="MAILER-DAEMON@mx.peer.example",
        subject="Undelivered Mail Returned to Sender",
        text="This is the mail system.",
        content_type='multipart/report; report-type=delivery-status; boundary="b"',
        mail_from="",
        parts=(
            _DSN.format(action=action, status=status, said=said),
            f"Content-Type: message/rfc822\n\n{_ORIGINAL}",
        ),
    )


_FREE_BOUNCES = (
    (
        "qmail",
        "MAILER-DAEMON@qmail.example",
        "failure notice",
        "Hi. This is the qmail-send program at qmail.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work "
        "out.\n\n<an@peer.example>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n",
    ),
    (
        "exim",
        "Mail Delivery System <Mailer-Daemon@mail.example>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its recipients. This is a permanent error.\n\n  an@peer.example\n    Unrouteable "
        "address\n\n------ This is a copy of the message, including all the headers. ------\n\n",
    ),
    (
        "sendmail",
        "Mail Delivery Subsystem <MAILER-DAEMON@host.example>",
        "Returned mail: see transcript for details",
        "   ----- The following addresses had permanent fatal errors -----\n<an@peer.example>\n    (reason: 550 5.1.1 "
        "<an@peer.example>... User unknown)\n",
    ),
    (
        "exchange",
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@peer.example>",
        "Undeliverable: Báo nhận",
        "Delivery has failed to these recipients or groups:\n\nan@peer.example\nThe e-mail address you entered "
        "couldn't be "
        "found.\n\nDiagnostic information for administrators:\nRemote Server returned '550 5.1.10 "
        "RESOLVER.ADR.RecipientNotFound'\n",
    ),
    (
        "domino",
        "Postmaster@notes.example",
        "DELIVERY FAILURE: User an (an@peer.example) not listed in Domino Directory",
        "Your message\n\n  Subject: Báo nhận\n\nwas not delivered to:\n\n  an@peer.example\n\nbecause:\n\n  "
        "User an not listed in "
        "Domino Directory\n",
    ),
    (
        "groupwise",
        "Mail System <admin@gw.example>",
        "Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\n  an (user not found)\n",
    ),
    (
        "zimbra-vi",
        "Hệ thống thư điện tử <hethong@tinh.example>",
        "Thư không gửi được: Báo nhận",
        "Thư của Quý cơ quan không thể chuyển đến người nhận an@peer.example vì hộp thư đã đầy (mailbox full).\n",
    ),
    (
        "mdaemon-vi",
        "quantri@mail.tinh.example",
        "Thông báo không gửi được thư",
        "Máy chủ thư không chuyển được thư đến địa chỉ an@peer.example. Lý do: người nhận không tồn tại.\n550 "
        "No such user\n",
    ),
    (
        "gmail",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Failure)",
        "Address not found\n\nYour message wasn't delivered to an@peer.example because the address couldn't be "
        "found, or is "
        "unable to receive mail.\n",
    ),
    (
        "quota",
        "an@peer.example",
        "Mailbox full",
        "The recipient's mailbox is full and cannot accept messages now. 552 5.2.2 Over quota. Your message was "
        "returned.\n",
    ),
    (
        "imail",
        "Postmaster <postmaster@imail.example>",
        "Undeliverable Mail",
        "Unknown user: an@peer.example\n\nOriginal message follows.\n\n",
    ),
    (
        "nobody-knows",
        "system@gate.example",
        "Mail rejected",
        "Your mail could not be delivered.\nRemote host said: 554 5.7.1 Message refused by policy\nThe headers "
        "of the message:\n",
    ),
    (
        "german",
        "MAILER-DAEMON@post.example",
        "Unzustellbar: Báo nhận",
        "Diese Nachricht konnte nicht zugestellt werden. 550 5.1.1 unbekannt\n",
    ),
    (
        "french",
        "Postmaster <postmaster@courrier.example>",
        "Échec de remise : Báo nhận",
        "Votre message n'a pas pu être remis au destinataire an@peer.example : utilisateur inconnu.\n",
    ),
    (
        "japanese",
        "MAILER-DAEMON@mail.example.jp",
        "配信できませんでした",
        "次の宛先にメールを送信できませんでした。\n<an@peer.example>: 550 Unknown user\n",
    ),
    (
        "chinese",
        "postmaster@mail.example.cn",
        "系统退信",
        "很抱歉,您的邮件无法送达。550 User not found: an@peer.example\n",
    ),
)


def free_bounces() -> Iterator[Sample]:
    """Reports in words only, with the letter behind them as their servers give it back."""
    for name, sender, subject, text in _FREE_BOUNCES:
        yield Sample(name=f"bounce-{name}", sender=sender, subject=subject, text=text + _ORIGINAL)
        yield Sample(name=f"bounce-{name}-bare", sender=sender, subject=subject, text=text)


_ABSENT = (
    ("Re: " + SUBJECT, "I am out of the office until Monday and will reply when I return."),
    ("Re: " + SUBJECT, "I’m currently on annual leave with limited access to email."),
    ("Trả lời: " + SUBJECT, "Tôi hiện đang đi vắng, sẽ phản hồi thư của Quý cơ quan sau ngày 12/5."),
    ("Re: " + SUBJECT, "Tôi đang đi công tác đến hết tuần. Việc gấp xin liên hệ đồng chí Lan."),
    ("Thư trả lời tự động", "Cảm ơn Quý cơ quan đã gửi thư."),
    ("Trả lời tự động: Công văn 12", "Tôi nghỉ phép từ 01/5 đến 10/5."),
    ("Re: " + SUBJECT, "Đây là thư trả lời tự động, vui lòng không trả lời thư này."),
    ("Re: " + SUBJECT, "Hộp thư này không còn sử dụng, đề nghị gửi đến vanthu@moi.example."),
    ("RE: " + SUBJECT, "Đồng chí An hiện đã chuyển công tác. Đề nghị gửi thư đến vanthu@peer.example."),
    ("Automatische Antwort: Báo nhận", "Ich bin bis Montag nicht im Büro."),
    ("Abwesenheitsnotiz", "Ich bin im Urlaub."),
    ("Réponse automatique : Báo nhận", "Je suis absent jusqu'au 3 juin."),
    ("Respuesta automática: x", "Estoy fuera de la oficina."),
    ("Автоответ: x", "Я в отпуске."),
    ("自動返信", "ただいま不在にしております。"),
    ("自动回复: x", "我正在休假。"),
    ("자동 응답: x", "휴가 중입니다."),
    ("OOO: away", "back soon"),
    ("Vắng mặt từ 12/5", "Tôi đi học đến hết tháng."),
)
_TICKETS = (
    ("[Ticket#2026051210000123] Báo nhận", "Your request has been received and a ticket has been created."),
    (
        "Re: " + SUBJECT + " [#48213]",
        "Thank you for contacting us. Our support team will get back to you within 24 hours.",
    ),
    ("Yêu cầu #10245 đã được tiếp nhận", "Yêu cầu của Quý cơ quan đã được ghi nhận. Mã yêu cầu: 10245."),
    ("[GOPY-2211] Xác nhận đã tiếp nhận", "Cảm ơn Quý vị đã gửi phản ánh. Bộ phận tiếp nhận sẽ xử lý."),
    ("We received your message", "Thanks for your email. This is an automated response, do not reply."),
)
_OTHERS = (
    ("challenge", "Please confirm your message", "To have your message delivered, reply to this mail to confirm."),
    ("moderated", "Your message to vanban awaits moderator approval", "Your mail is being held until approved."),
    ("read", "Đã đọc: " + SUBJECT, "Thư của bạn đã được đọc lúc 08:30 ngày 12/05/2026."),
    ("read-en", "Read: Báo nhận", "Your message was read on Monday, 11 May 2026 at 08:30."),
    (
        "virus",
        "Virus detected in your mail",
        "A message that you sent was infected; the virus was removed and the mail quarantined.",
    ),
    ("alert", "** PROBLEM Service Alert: mx/SMTP is CRITICAL **", "Notification Type: PROBLEM"),
    ("calendar", "Accepted: Họp giao ban", ""),
    ("address-change", "Thông báo đổi địa chỉ email", "Địa chỉ email cũ không còn hoạt động."),
)


def free_replies() -> Iterator[Sample]:
    """Answers of programs that no field gives away."""
    for number, (subject, text) in enumerate(_ABSENT):
        yield Sample(name=f"absent-{number}", subject=subject, text=text)
    for number, (subject, text) in enumerate(_TICKETS):
        yield Sample(name=f"ticket-{number}", sender="hotro@peer.example", subject=subject, text=text)
    for name, subject, text in _OTHERS:
        yield Sample(name=name, subject=subject, text=text)


_FIELDS = (
    ("Auto-Submitted", "auto-generated"),
    ("Auto-Submitted", 'auto-replied; owner-email="an@peer.example"'),
    ("Auto-Submitted", "(vacation) auto-notified (x) ; y=z"),
    ("Auto-Submitted", "no-reply"),
    ("Precedence", "bulk"),
    ("Precedence", "Junk"),
    ("Precedence", "list"),
    ("Precedence", "auto_reply"),
    ("List-Id", "<vb.peer.example>"),
    ("List-Unsubscribe", "<mailto:x@y>"),
    ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ("X-Autoreply", "yes"),
    ("X-Autorespond", "x"),
    ("X-Vacation", "1"),
    ("X-Loop", "an@peer.example"),
    ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent"),
    ("X-MS-Exchange-Inbox-Rules-Loop", "an@peer.example"),
    ("X-FC-MachineGenerated", "true"),
    ("X-Mailer", "vacation 1.2"),
    ("User-Agent", "Gnarwl autoresponder"),
    ("Content-Class", "urn:content-classes:dsn"),
    ("X-Failed-Recipients", "an@peer.example"),
    ("X-Ricevuta", "accettazione"),
    ("REM-MessageType", "DeliveryEvidence"),
    ("X-MailBridge-Letter", "accepted"),
    ("Return-Path", "<>"),
    ("X-RT-Loop-Prevention", "peer"),
)
_NAMES = (
    *("no-reply", "noreply", "donotreply", "do_not_reply", "khongtraloi", "khong-tra-loi", "no.reply", "auto-reply"),
    *(
        "autoresponder",
        "mailer-daemon",
        "MAILER-DAEMON",
        "postmaster",
        "bounces+12=a",
        "owner-vanban",
        "vanban-request",
    ),
    *("vanban-bounces", "listserv", "majordomo", "notifications", "dmarc-reports", "mailsystem", "root", "cron"),
)


def marked() -> Iterator[Sample]:
    """Mails that a field or a name gives away, each alone; a document hangs on them to make it hard."""
    for number, (name, value) in enumerate(_FIELDS):
        yield Sample(name=f"field-{number}-{name}", subject="Gửi công văn 12", text="Kính gửi", fields=((name, value),))
    for name in _NAMES:
        yield Sample(name=f"name-{name}", sender=f"{name}@peer.example", subject="Gửi công văn 12", text="Kính gửi")
    yield Sample(name="null-sender", subject="Gửi công văn 12", text="Kính gửi", mail_from="")


def reports() -> Iterator[Sample]:
    """Reports in due form, and some whose form is lost."""
    yield from (dsn(), dsn("delayed", "4.4.1", "421 try again"), dsn("relayed", "2.0.0", "250 ok"))
    for kind in ("disposition-notification", "feedback-report"):
        yield Sample(
            name=f"report-{kind}",
            subject="Report",
            content_type=f'multipart/report; report-type={kind}; boundary="b"',
            parts=(f"Content-Type: message/{kind}\n\nFinal-Recipient: rfc822; an@peer.example\n",),
        )
    for name in ("google.com!sonv.example!1700000000!1700086400.zip", "peer.example!sonv.example!1!2!x.xml.gz"):
        yield Sample(
            name=f"dmarc-{name[:6]}",
            sender="postoffice@peer.example",
            subject="aggregate",
            content_type='multipart/mixed; boundary="b"',
            parts=(f'Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="{name}"\n\nx',),
        )
    yield Sample(
        name="dmarc-words", sender="d@peer.example", subject="Report domain: sonv.example Submitter: peer.example"
    )
    yield Sample(name="tls", subject="Report", fields=(("TLS-Report-Domain", "sonv.example"),))


def every_automatic() -> tuple[Sample, ...]:
    """All of them; more than a hundred shapes."""
    return (*marked(), *reports(), *free_bounces(), *free_replies())


_LETTERS = (
    ("Gửi công văn số 12/UBND-VX", "Kính gửi Sở Nội vụ, UBND huyện gửi kèm công văn. Trân trọng."),
    ("V/v đăng ký nghỉ phép năm 2026", "Đề nghị các đơn vị gửi danh sách nghỉ phép trước ngày 20/5."),
    ("Re: Đề nghị bổ sung hồ sơ", "Kính gửi Văn thư, chúng tôi gửi bổ sung phụ lục như đề nghị."),
    ("Kế hoạch công tác tuần", "Kính gửi các đồng chí, đề nghị nghiên cứu, thực hiện."),
    ("Thông báo nghỉ lễ 30/4 và 01/5", "Các cơ quan bố trí trực theo quy định."),
    (
        "Báo cáo tình hình thư bị trả lại",
        "Kính gửi Sở, báo cáo tình hình xử lý thư công dân gửi không đúng thẩm quyền.",
    ),
    ("Đề nghị cung cấp thông tin", "Đồng chí An đang đi công tác, đề nghị liên hệ tôi khi cần."),
    ("Invitation to the annual meeting", "Dear Sir or Madam, please find the invitation attached. Best regards."),
    ("Undeliverable goods list", "Please find the list of goods that customs could not deliver in April."),
    ("FW: Công văn 15/SNV-VP", "Chuyển đồng chí để biết và tham mưu."),
    ("Trả lời công văn số 77/SNV", "Kính gửi Sở Nội vụ, UBND xã báo cáo như sau."),
)


def letters_of_people() -> Iterator[Sample]:
    """What must still be answered: with a document, and most of them without."""
    pdf = 'Content-Type: application/pdf\nContent-Disposition: attachment; filename="12-ubnd-vx.pdf"\n\n%PDF-1.7'
    for number, (subject, text) in enumerate(_LETTERS):
        yield Sample(name=f"letter-{number}", sender="vanthu@peer.example", subject=subject, text=text)
        yield Sample(
            name=f"letter-{number}-file",
            sender="vanthu@peer.example",
            subject=subject,
            text=text,
            content_type='multipart/mixed; boundary="b"',
            parts=(pdf,),
        )
    # Cover letters with words of absence stay cover letters as long as they bring a file.
    for number, (subject, text) in enumerate(_ABSENT[2:4]):
        yield Sample(
            name=f"letter-absent-{number}",
            sender="vanthu@peer.example",
            subject=subject.replace("[Báo nhận] ", ""),
            text=text,
            content_type='multipart/mixed; boundary="b"',
            parts=(pdf,),
        )
