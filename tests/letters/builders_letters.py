"""Values for the tests of letters: one realistic mail with one document, to be varied by `replace`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.kinds import Classification, Document, Kind, Reading, Rival, Signer
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.decision.assurance import assure
from mailbridge.decision.findings import Action, Agency, Decision, Findings, Judgement, Reason
from mailbridge.decision.identity import identities
from mailbridge.decision.sender import judge_sender
from mailbridge.mail.address import Address
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.message import HeaderField, Message, Part
from mailbridge.registry.entry import Acquaintance, DraftEntry, Known, RegisterEntry
from mailbridge.verify.results import ArcResult, AuthResults, DkimResult, DmarcResult, Result, SpfResult
from mailbridge.verify.signature import SignatureStatus, Status

MAIL_ID = "0197d0f1-7c00-7000-8000-0000000000a1"
RECEIVED = datetime(2013, 5, 6, 1, 30, 5, tzinfo=UTC)
NOW = datetime(2013, 5, 6, 1, 30, 40, tzinfo=UTC)
SENDER = "vanthu@vpcp.example"
SUBJECT = (
    "Đẩy mạnh sử dụng văn bản điện tử trong hoạt động của cơ quan nhà nước theo Chỉ thị số 15/CT-TTg "
    "ngày 22/5/2012 của Thủ tướng Chính phủ"
)

AGENCY = Agency(
    id="sonv",
    name="Sở Nội vụ tỉnh Bắc Kạn",
    domains=("sonv.example",),
    addresses=("vanthu@sonv.example", "sonv@tinh.example"),
    clerks=("lan@sonv.example", "minh@sonv.example"),
    security_contact="baomat@sonv.example",
    phone="0209 387 0000",
)


def part(index: str, name: str, content: bytes = b"%PDF-1.7", problem: str | None = None) -> Part:
    return Part(
        index=index,
        name=name,
        raw_name=name,
        declared_type="application/pdf",
        type="application/pdf",
        disposition="attachment",
        content_id=None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        problem=problem,
    )


MAIN = part("2", "3526_VPCP-KGVX.signed.pdf", b"main")
APPENDIX = part("3", "Phụ lục.pdf", b"appendix")


def message(
    *, author: str | None = SENDER, subject: str = "Gửi công văn 3526/VPCP-KGVX", header: Sequence[tuple[str, str]] = ()
) -> Message:
    local, _, domain = (author or "").partition("@")
    return Message(
        header=tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in header),
        message_id="<20130506.3526@vpcp.example>",
        author=Address(local=local, domain=domain, name="Văn thư VPCP") if author else None,
        subject=subject,
        date=RECEIVED,
        text="Kính gửi quý cơ quan.",
        parts=(MAIN, APPENDIX),
    )


def mail(*, mail_from: str | None = SENDER, door: Door = Door.HOP) -> MailObject:
    content = b"From: x\r\n\r\n"
    return MailObject(
        id=MAIL_ID,
        door=door,
        client=Client(ip="192.0.2.10", helo="mail.vpcp.example"),
        envelope=Envelope(mail_from=mail_from, recipients=("vanthu@sonv.example",)),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=RECEIVED,
    )


def dkim(
    result: Result = Result.PASS, domain: str = "vpcp.example", *, aligned: bool = True, weak: str = ""
) -> DkimResult:
    return DkimResult(result=result, domain=domain, selector="s1", aligned=aligned, weaknesses=(weak,) if weak else ())


def authentication(*results: DkimResult) -> AuthResults:
    return AuthResults(spf=SpfResult(), dkim=results, arc=ArcResult(), dmarc=DmarcResult())


PROVEN = authentication(dkim())


def signature(
    status: Status = Status.TOTAL_PASSED,
    sub_indication: str | None = None,
    *,
    role: str | None = "organization",
    signer: str = "VĂN PHÒNG CHÍNH PHỦ",
    organization: str | None = None,
    reason: str | None = None,
) -> SignatureStatus:
    return SignatureStatus(
        part="2",
        format="pades",
        status=status,
        sub_indication=sub_indication,
        signer=signer,
        organization=organization,
        role=role,
        signed_at=datetime(2013, 5, 4, 9, 15, tzinfo=UTC),
        time_source="timestamp",
        covers_whole_file=True,
        reason=reason,
    )


BOTH = (
    signature(role="person", signer="Nguyễn Khắc Định", organization="Văn phòng Chính phủ"),
    signature(),
)


def symbol(text: str = "3526/VPCP-KGVX") -> DocumentSymbol:
    number, _, rest = text.partition("/")
    return DocumentSymbol(text=text, raw=text, number=number, issuers=(rest.partition("-")[0],))


def document(*, urgency: str | None = None) -> Document:
    where = "part 2, page 1, text layer, box 3"
    return Document(
        main="2",
        parts=("2", "3"),
        type=Reading(value="Công văn", confidence=0.99, source=where),
        symbol=Reading(value=symbol(), confidence=0.99, source=where),
        issued_date=Reading(value=date(2013, 5, 4), confidence=0.99, source=where),
        issuer=Reading(value="Văn phòng Chính phủ", confidence=0.99, source=where),
        subject=Reading(value=SUBJECT, confidence=0.98, source=where),
        signer=Reading(
            value=Signer(name="Nguyễn Khắc Định", position="Phó Chủ nhiệm", authority=None), confidence=0.97
        ),
        addressees=Reading(value=("Sở Nội vụ tỉnh Bắc Kạn",), confidence=0.97),
        recipients=Reading(value=("Như trên", "Lưu: VT"), confidence=0.97),
        due_date=Reading(),
        urgency=Reading(value=urgency, confidence=0.99 if urgency else 0.0),
        pages=2,
    )


def doubtful_document() -> Document:
    return replace(
        document(),
        symbol=Reading(
            value=symbol(),
            confidence=0.72,
            source="part 2, page 1, ocr, box 3",
            rivals=(Rival(value=symbol("3525/VPCP-KGVX"), source="mail subject"),),
        ),
        issued_date=Reading(reason="the date is blank on the page"),
    )


def unread_document() -> Document:
    """A scan: nothing of it was read but its name."""
    reason = "the file has no text layer"
    absent: Reading[str] = Reading(reason=reason)
    return Document(
        main="2",
        parts=("2",),
        type=absent,
        symbol=Reading(reason=reason, rivals=(Rival(value=symbol(), source="part 2, file name"),)),
        issued_date=Reading(reason=reason),
        issuer=absent,
        subject=absent,
        signer=Reading(reason=reason),
        addressees=Reading(reason=reason),
        urgency=absent,
        due_date=Reading(reason=reason),
        pages=3,
    )


def entry(*, urgency: str | None = None, number: int = 15, subject: str | None = SUBJECT) -> RegisterEntry:
    return RegisterEntry(
        id=f"e{number}",
        year=2013,
        number=number,
        arrived_at=RECEIVED,
        draft=DraftEntry(
            agency="sonv",
            book="den",
            mail_id=MAIL_ID,
            document_sha256=MAIN.sha256,
            type="Công văn",
            number="3526",
            notation="VPCP-KGVX",
            symbol="3526/VPCP-KGVX",
            issued_date=date(2013, 5, 4),
            issuer="Văn phòng Chính phủ",
            subject=subject,
            pages=2,
            signer_name="Nguyễn Khắc Định",
            signer_position="Phó Chủ nhiệm",
            recipients="Văn phòng Sở",
            urgency=urgency,
            note="Bản điện tử có chữ ký số",
        ),
    )


_REASONS = {
    Action.REGISTER: Reason(rule="10-co-quan", text="Văn bản của cơ quan nhà nước, đã xác thực tên miền gửi."),
    Action.HOLD: Reason(rule="fixed:doubtful-field", text="Chưa chắc chắn về số, ký hiệu; vui lòng đối chiếu."),
    Action.DUPLICATE: Reason(
        rule="fixed:same-file",
        text="Văn bản này đã được đăng ký ngày 06/05/2013 với số đến 15; không cấp số mới.",
    ),
    Action.RETURN: Reason(rule="50-sai-noi-nhan", text="Văn bản không thuộc phạm vi tiếp nhận."),
    Action.STOP: Reason(rule="fixed:secret", text="Phát hiện dấu hiệu bí mật nhà nước."),
    Action.PASS: Reason(
        rule="fixed:kind:internal-invitation", text="Không vào sổ theo quy chế của cơ quan: Giấy mời họp nội bộ."
    ),
}


def judgement(
    action: Action = Action.REGISTER,
    *,
    documents: tuple[Document, ...] | None = None,
    kind: Kind = Kind.OFFICIAL_DOCUMENT,
    automatic: str | None = None,
    results: AuthResults = PROVEN,
    signatures: tuple[SignatureStatus, ...] = BOTH,
    notify: tuple[str, ...] = (),
    reasons: tuple[Reason, ...] | None = None,
    directory: Directory = NO_DIRECTORY,
    met: Acquaintance | None = None,
    private: bool = False,
) -> Judgement:
    """Judge a document of a body of the State; `private`: its mailbox is taken for one outside of it."""
    secret = action is Action.STOP
    classification = Classification(
        kind=Kind.SECRET if secret else kind,
        confidence=0.99,
        reasons=("a number and symbol",),
        documents=() if secret else (document(),) if documents is None else documents,
        secrecy="tuyệt mật" if secret else None,
        automatic=automatic,
    )
    findings = Findings(
        agency=AGENCY,
        door=Door.HOP,
        client=Client(),
        envelope=Envelope(mail_from=SENDER, recipients=()),
        author=message().author,
        attachment_problems=(),
        authentication=results,
        classification=classification,
        signatures=signatures,
        known=Known(sender=met),
        directory=directory,
    )
    return Judgement(
        authentication=results,
        classification=classification,
        signatures=signatures,
        sender=None if secret else replace(judge_sender(findings), private=private),
        assurance=None if action in (Action.STOP, Action.PASS) else assure(findings),
        identities=tuple(identities(each, findings, directory) for each in classification.documents),
        met=met,
        decision=Decision(
            action=action,
            confidence=0.98,
            reasons=reasons or (_REASONS[action],),
            book="den" if action is Action.REGISTER else None,
            duplicate_of=entry() if action is Action.DUPLICATE else None,
            notify=notify,
        ),
    )
