from __future__ import annotations

import email
import email.policy
import email.utils
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailbridge.classifier.directory import Directory, Office
from mailbridge.classifier.kinds import Reading
from mailbridge.decision.findings import Action, Agency, Judgement, Reason
from mailbridge.letters.compose import compose
from mailbridge.letters.plan import plan
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.registry.entry import Acquaintance, RegisterEntry
from mailbridge.verify.results import Result
from mailbridge.verify.signature import Status
from tests.letters.builders_letters import (
    AGENCY,
    APPENDIX,
    BOTH,
    MAIL_ID,
    MAIN,
    NOW,
    SENDER,
    authentication,
    dkim,
    document,
    doubtful_document,
    entry,
    judgement,
    mail,
    message,
    signature,
    symbol,
    unread_document,
)

GOLDEN = Path(__file__).parent / "golden"
ANSWER, NOTICE = 0, 1

NO_LIST = "revocation of the certificate could not be checked: no current list or answer is at hand"

HELD = judgement(
    Action.HOLD,
    documents=(doubtful_document(),),
    signatures=(signature(Status.INDETERMINATE, "TRY_LATER", reason=NO_LIST),),
)
ALTERED = judgement(
    Action.HOLD,
    signatures=(BOTH[0], signature(Status.TOTAL_FAILED, "HASH_FAILURE", reason="the signed content was changed")),
    reasons=(Reason(rule="broken-signature", text="Nội dung đã bị thay đổi sau khi ký; đề nghị Văn thư kiểm tra."),),
)
UNREAD = judgement(
    Action.HOLD,
    documents=(unread_document(),),
    signatures=(),
    results=authentication(replace(dkim(Result.FAIL), reason="the body was changed")),
    reasons=(
        Reason(rule="fixed:missing-field", text="Không tìm thấy số văn bản trong tệp; vui lòng xem trang 1."),
        Reason(rule="20-chua-xac-thuc", text="Tên miền gửi chưa được xác thực."),
    ),
)
ASKED = replace(
    document(urgency="hỏa tốc"),
    due_date=Reading(value=date(2013, 5, 20), confidence=0.9, source="part 2, page 1, text layer, box 6"),
)
INVITATION = judgement(
    Action.PASS,
    documents=(
        replace(
            document(),
            type=Reading(value="Giấy mời", confidence=0.99),
            symbol=Reading(value=symbol("87/GM-VP"), confidence=0.99),
            issuer=Reading(value="Văn phòng Sở", confidence=0.97),
            subject=Reading(value="Họp giao ban tháng 5", confidence=0.97),
        ),
    ),
    signatures=(),
    notify=("lan@sonv.example",),
)
STRANGER = judgement(signatures=(replace(BOTH[1], weaknesses=("sha1",)),), met=Acquaintance.STRANGER)
IMITATION = judgement(
    Action.HOLD,
    signatures=(),
    # Of two domains that look alike, the one in the directory is the honest one.
    directory=Directory((Office(name="Văn phòng Chính phủ", domains=("vpcp.exarnple",)),)),
    reasons=(Reason(rule="official-unproven", text="Chưa rõ nguồn gốc."),),
    met=Acquaintance.DOMAIN,
)
UNOPENED = {"3": "encrypted: the PDF opens only with a password"}
TWO = (
    entry(),
    replace(
        entry(number=16),
        draft=replace(
            entry().draft,
            document_sha256=APPENDIX.sha256,
            type="Quyết định",
            symbol="17/QĐ-VPCP",
            subject="Về việc ban hành Quy chế làm việc",
        ),
    ),
)
BOTH_READ = judgement(
    documents=(
        replace(document(), parts=("2",)),
        replace(document(), main="3", parts=("3",)),
    )
)

CASES: Mapping[str, tuple[Judgement, Sequence[RegisterEntry], int, str, Mapping[str, str]]] = {
    "accepted-vi": (judgement(), (entry(),), ANSWER, "vi", {}),
    "accepted-en": (judgement(), (entry(),), ANSWER, "en", {}),
    "accepted-two-vi": (BOTH_READ, TWO, ANSWER, "vi", {}),
    "arrived-vi": (HELD, (), ANSWER, "vi", UNOPENED),
    "arrived-en": (HELD, (), ANSWER, "en", UNOPENED),
    "duplicate-vi": (judgement(Action.DUPLICATE), (), ANSWER, "vi", {}),
    "duplicate-en": (judgement(Action.DUPLICATE), (), ANSWER, "en", {}),
    "notice-register-vi": (
        judgement(documents=(ASKED,)),
        (entry(urgency="hỏa tốc"),),
        NOTICE,
        "vi",
        {},
    ),
    "notice-register-en": (judgement(), (entry(),), NOTICE, "en", {}),
    "notice-register-two-vi": (BOTH_READ, TWO, NOTICE, "vi", {}),
    "notice-hold-vi": (HELD, (), NOTICE, "vi", UNOPENED),
    "notice-hold-en": (HELD, (), NOTICE, "en", UNOPENED),
    "notice-hold-altered-vi": (ALTERED, (), NOTICE, "vi", {}),
    "notice-hold-unread-vi": (UNREAD, (), NOTICE, "vi", {}),
    "notice-imitation-vi": (IMITATION, (), NOTICE, "vi", {}),
    "notice-stranger-vi": (STRANGER, (entry(),), NOTICE, "vi", {}),
    "notice-stranger-en": (STRANGER, (entry(),), NOTICE, "en", {}),
    "notice-pass-vi": (INVITATION, (), NOTICE - 1, "vi", {}),
    "notice-pass-en": (INVITATION, (), NOTICE - 1, "en", {}),
    "notice-hold-nothing-read-vi": (judgement(Action.HOLD, documents=(), signatures=()), (), NOTICE, "vi", {}),
    "notice-duplicate-vi": (judgement(Action.DUPLICATE), (), NOTICE, "vi", {}),
    "notice-return-vi": (judgement(Action.RETURN), (), NOTICE, "vi", {}),
    "secret-vi": (judgement(Action.STOP), (), NOTICE, "vi", {}),
    "secret-en": (judgement(Action.STOP), (), NOTICE, "en", {}),
}


def written(
    judged: Judgement,
    entries: Sequence[RegisterEntry] = (),
    place: int = ANSWER,
    language: str = "vi",
    problems: Mapping[str, str] | None = None,
    *,
    about: Message | None = None,
    agency: Agency = AGENCY,
) -> Letter:
    about = about or message()
    return compose(
        plan(judged, mail(), about, agency)[place],
        judgement=judged,
        mail=mail(),
        message=about,
        agency=agency,
        entries=entries,
        language=language,
        now=NOW,
        problems=problems or {},
    )


def read(letter: Letter) -> EmailMessage:
    parsed = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(letter: Letter, kind: str = "plain") -> str:
    part = read(letter).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_each_letter_is_the_agreed_one(name: str) -> None:
    """Set GOLDEN=write to write the files anew; then read the difference."""
    judged, entries, place, language, problems = CASES[name]
    letter = written(judged, entries, place, language, problems)
    text = f"Subject: {read(letter)['Subject']}\n\n{body(letter)}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert max(map(len, text.split("\n\n", 1)[1].splitlines())) <= 76


@pytest.mark.parametrize("name", CASES)
def test_the_html_says_what_the_text_says_and_fetches_nothing(name: str) -> None:
    judged, entries, place, language, problems = CASES[name]
    html = body(written(judged, entries, place, language, problems), "html")
    assert f'<html lang="{language}">' in html
    assert "src=" not in html
    assert "http" not in html
    assert "<script" not in html
    for said in (one.shown_number for one in entries):
        assert f"<b>{said}</b>" in html


def test_the_header_of_an_acknowledgement() -> None:
    letter = written(judgement(), (entry(),))
    parsed = read(letter)
    assert letter.sender == ""
    assert letter.recipient == SENDER
    assert parsed["From"] == "Sở Nội vụ tỉnh Bắc Kạn <vanthu@sonv.example>"
    assert parsed["To"] == SENDER
    assert parsed["Subject"] == "[Báo nhận] Văn bản số 3526/VPCP-KGVX ngày 04/05/2013 — số đến 15"
    assert parsed["Date"] == "Mon, 06 May 2013 08:30:40 +0700"
    assert email.utils.parsedate_to_datetime(parsed["Date"]) == NOW
    assert parsed["In-Reply-To"] == parsed["References"] == "<20130506.3526@vpcp.example>"
    assert parsed["Auto-Submitted"] == "auto-replied"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert parsed["X-MailBridge-ID"] == MAIL_ID
    assert parsed["X-MailBridge-Letter"] == "accepted"
    assert str(parsed["Message-ID"]).endswith("@sonv.example>")
    for absent in ("Reply-To", "Return-Path", "Cc", "Bcc", "Precedence"):
        assert parsed[absent] is None
    assert parsed.defects == []


def test_a_notice_is_generated_not_replied() -> None:
    parsed = read(written(judgement(), (entry(),), NOTICE))
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["To"] == "lan@sonv.example"
    assert parsed["In-Reply-To"] == "<20130506.3526@vpcp.example>"


def test_the_same_arguments_give_the_same_octets_and_the_identifier_depends_on_the_key_only() -> None:
    letter = written(judgement(), (entry(),))
    assert letter == written(judgement(), (entry(),))
    assert letter.key == f"{MAIL_ID}:sonv:accepted:{SENDER}"
    later = compose(
        LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER),
        judgement=judgement(),
        mail=mail(),
        message=message(),
        agency=AGENCY,
        entries=(entry(),),
        language="en",
        now=NOW + timedelta(hours=1),
    )
    assert later.key == letter.key
    assert read(later)["Message-ID"] == read(letter)["Message-ID"]


def test_each_recipient_has_a_letter_of_its_own() -> None:
    keys = {written(judgement(), (entry(),), place).key for place in (0, 1, 2)}
    assert len(keys) == 3


HOSTILE = 'x\r\nBcc: victim@x.example\r\n\r\n<img src="http://evil.example/x"> {{ agency }} \u202egnp.exe\x00'


def test_hostile_words_of_a_stranger_change_neither_header_nor_form() -> None:
    about = replace(message(subject=HOSTILE), message_id="<a@b>\r\nBcc: victim@x.example")
    hostile = Reading(value=HOSTILE, confidence=0.5, source=HOSTILE, reason=HOSTILE)
    judged = judgement(
        Action.HOLD,
        documents=(replace(document(), subject=hostile, issuer=hostile, type=hostile),),
        reasons=(Reason(rule="r", text=HOSTILE),),
        signatures=(signature(signer=HOSTILE, organization=HOSTILE),),
    )
    for place in (ANSWER, NOTICE):
        letter = written(judged, (), place, problems={"3": HOSTILE}, about=about)
        parsed, text, html = read(letter), body(letter), body(letter, "html")
        assert parsed["Bcc"] is None
        assert not any(line.startswith("Bcc") for line in text.splitlines())
        assert "<img" not in html
        assert "agency }}" in text
        assert "\u202e" not in text + html + str(parsed["Subject"])


def test_hostile_values_of_the_book_are_as_harmless() -> None:
    written_in = replace(entry(), draft=replace(entry().draft, subject=HOSTILE, issuer=HOSTILE, symbol=HOSTILE))
    letter = written(judgement(), (written_in,))
    assert read(letter)["Bcc"] is None
    assert "<img" not in body(letter, "html")


def test_the_thread_keeps_its_first_and_its_newest_identifiers() -> None:
    earlier = " ".join(f"<{n}@x>" for n in range(30))
    about = message(header=[("References", f"{earlier} broken <20130506.3526@vpcp.example>")])
    references = str(read(written(judgement(), (entry(),), about=about))["References"]).split()
    assert references == ["<0@x>", *(f"<{n}@x>" for n in range(22, 30)), "<20130506.3526@vpcp.example>"]


def test_a_mail_without_identifier_is_answered_without_thread() -> None:
    about = replace(message(), message_id=None)
    assert read(written(judgement(), (entry(),), about=about))["In-Reply-To"] is None


def test_a_notice_about_a_secret_names_nothing_of_the_mail() -> None:
    leaking = judgement(Action.STOP, reasons=(Reason(rule="secret-word", text="TUYỆT MẬT 12/BC"),))
    letter = written(leaking, (), NOTICE)
    everything = letter.content.decode() + body(letter) + body(letter, "html") + str(read(letter)["Subject"])
    for word in ("3526", "vpcp", "20130506", "Phụ lục", "12/BC", "secret-word", "TUYỆT MẬT"):
        assert word not in everything
    assert read(letter)["In-Reply-To"] is None
    assert MAIL_ID in everything


def test_an_acknowledgement_of_a_held_mail_promises_no_entry() -> None:
    text = body(written(HELD))
    assert "chưa phải là xác nhận đăng ký" in text
    assert "đã được đăng ký" not in text
    assert "số đến 1" not in text.lower()


def test_the_notice_says_whether_the_mail_lies_in_the_mailbox_only_when_that_is_known() -> None:
    unsure = judgement(Action.HOLD, reasons=(Reason(rule="fixed:not-delivered", text="Chưa rõ."),))
    assert "nằm trong hộp thư" not in body(written(unsure, (), NOTICE))
    assert "nằm trong hộp thư" in body(written(HELD, (), NOTICE))


def test_a_duplicate_with_another_file_names_the_old_entry_without_judging_its_files() -> None:
    old = replace(entry(), draft=replace(entry().draft, document_sha256="0" * 64))
    judged = judgement(Action.DUPLICATE, documents=(document(), document()))
    judged = replace(judged, decision=replace(judged.decision, duplicate_of=old))
    text = body(written(judged, (), NOTICE))
    assert "Số đến: 15" in text
    assert "Tệp văn bản" not in text
    assert "Chữ ký số:" not in text


def test_what_is_irregular_about_the_mail_is_told_to_the_clerk_only() -> None:
    about = replace(message(), defects=("there are several From fields", "there are several From fields", "x"))
    notice = body(written(judgement(), (entry(),), NOTICE, about=about))
    assert notice.count("- thư có nhiều trường From (người gửi)") == 1
    assert "- chi tiết kỹ thuật: “x”" in notice
    assert "trường From" not in body(written(judgement(), (entry(),), about=about))


@pytest.mark.parametrize("kind", ["accepted", "notice"])
def test_a_letter_never_causes_a_letter(kind: str) -> None:
    """G5: what we send is not answered by another MailBridge, even if it lost its null reverse-path and is proven."""
    letter = written(judgement(), (entry(),), ANSWER if kind == "accepted" else NOTICE)
    returned = parse(letter.content)
    other = replace(AGENCY, id="vpcp", domains=("vpcp.example",), addresses=(SENDER,), clerks=())
    assert returned.author is not None
    assert str(returned.author) == "vanthu@sonv.example"
    assert plan(judgement(), mail(mail_from="x@sonv.example"), returned, other)[0].suppressed == "auto-submitted"


@pytest.mark.parametrize(
    "due",
    [
        LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER, suppressed="list"),
        LetterPlan(kind=LetterKind.ACCEPTED, to=""),
        LetterPlan(kind=LetterKind.ACCEPTED, to="a@b.example\r\nBcc: c@d.example"),
        LetterPlan(kind=LetterKind.REFUSED, to=SENDER),
        LetterPlan(kind=LetterKind.CORRECTION, to=SENDER),
    ],
)
def test_a_letter_that_must_not_leave_cannot_be_written(due: LetterPlan) -> None:
    with pytest.raises(ValueError, match="letter"):
        compose(
            due,
            judgement=judgement(),
            mail=mail(),
            message=message(),
            agency=AGENCY,
            entries=(entry(),),
            language="vi",
            now=NOW,
        )


def test_an_internationalised_address_stands_in_utf_8() -> None:
    letter = written(judgement(), (entry(),), about=message(author="văn.thư@vpcp.example"))
    assert "To: văn.thư@vpcp.example".encode() in letter.content


def test_an_agency_without_telephone_gives_its_mailbox() -> None:
    text = body(written(judgement(), (entry(),), agency=replace(AGENCY, phone="")))
    assert "Văn thư:\nvanthu@sonv.example." in text or "Văn thư: vanthu@sonv.example." in text


def test_an_unknown_language_is_vietnamese() -> None:
    assert read(written(judgement(), (entry(),), language="fr"))["Subject"].startswith("[Báo nhận]")


def test_a_signed_appendix_does_not_make_the_main_file_signed() -> None:
    appendix_only = judgement(signatures=(replace(signature(), part="3"),))
    assert "kiểm tra chữ ký số: Chưa ký số" in body(written(appendix_only, (entry(),)))
    notice = body(written(appendix_only, (entry(),), NOTICE))
    assert "chưa ký số." in notice
    assert "Phụ lục.pdf" in notice.split("Chữ ký số cần xem lại:")[1]


def test_of_valid_signatures_each_is_said_once() -> None:
    notice = body(written(judgement(), (entry(),), NOTICE))
    assert "cần xem lại" not in notice
    assert notice.count("VĂN PHÒNG CHÍNH PHỦ") == 1
    assert " ".join(notice.split()).count("Nguyễn Khắc Định (Văn phòng Chính phủ)") == 1


def test_a_file_that_was_attached_twice_is_one_document_with_one_entry() -> None:
    again = replace(MAIN, index="4", name="bản sao.pdf")
    other = replace(document(), main="3", parts=("3",), pages=9)
    twice = (replace(document(), parts=("2",)), replace(document(), main="4", parts=("4",)), other)
    about = replace(message(), parts=(MAIN, APPENDIX, again))
    later = replace(entry(number=16), draft=replace(entry().draft, document_sha256=APPENDIX.sha256, note="phụ lục"))
    notice = body(written(judgement(documents=twice), (entry(), later), NOTICE, about=about))
    first, second = notice.split("số đến 15.\n")[1].split("số đến 16.\n")
    assert "Tệp văn bản: 3526_VPCP-KGVX.signed.pdf\n" in first
    assert "Tệp văn bản: Phụ lục.pdf\n" in second
    held = body(written(judgement(Action.HOLD, documents=twice), (), NOTICE, about=about))
    assert " ".join(held.split()).count("thông tin đọc từ tệp") == 2


def test_a_document_is_never_guessed_for_an_entry() -> None:
    stranger = replace(entry(), draft=replace(entry().draft, document_sha256="0" * 64))
    text = body(written(judgement(), (stranger,)))
    assert "số đến 15" in text
    assert "Số tệp" not in text


def test_what_was_registered_before_is_neither_doubted_nor_given_a_deadline() -> None:
    again = judgement(Action.DUPLICATE, documents=(replace(doubtful_document(), due_date=ASKED.due_date),))
    notice = body(written(again, (), NOTICE))
    assert "Cần xem lại" not in notice
    assert "đề xuất" not in notice


def test_no_reason_stays_english_in_a_vietnamese_notice() -> None:
    for case in ("notice-hold-vi", "notice-hold-altered-vi", "notice-hold-unread-vi"):
        text = (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")
        assert not re.search(r"\b(the|is|was|not|of|no)\b", text)
        assert "chi tiết kỹ thuật" not in text


def test_a_document_outside_the_book_is_announced_with_the_reason() -> None:
    text = body(written(INVITATION, (), NOTICE - 1))
    assert "không vào sổ theo quy chế" in text
    assert "Lý do: Không vào sổ theo quy chế của cơ quan: Giấy mời họp nội bộ." in " ".join(text.split())
    assert "số đến 1" not in text


SEAL_OF_ANOTHER = judgement(
    Action.HOLD,
    signatures=(signature(signer="SỞ Y TẾ TỈNH BẮC KẠN", organization="ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"),),
    reasons=(
        Reason(rule="fixed:other-body", text="Chữ ký số không phải của cơ quan ban hành."),
        Reason(rule="official-signed", text="Văn bản có chữ ký số hợp lệ của cơ quan."),
    ),
)


def test_the_seal_of_another_body_is_nowhere_called_valid() -> None:
    """C12: "valid" beside the letterhead of another body would be read as that body's."""
    letter = written(SEAL_OF_ANOTHER, (), NOTICE)
    text = " ".join(body(letter).split())
    assert "Mức tin cậy: Không tin cậy. Chữ ký số không phải của cơ quan ban hành: " in text
    assert "chữ ký số không phải của cơ quan ban hành: SỞ Y TẾ TỈNH BẮC KẠN" in text
    assert "hợp lệ" not in text
    assert str(read(letter)["Subject"]).startswith("[Chờ xử lý] Không tin cậy: ")


def test_a_reason_to_enter_is_no_reason_why_it_is_held() -> None:
    held = judgement(
        Action.HOLD,
        reasons=(
            Reason(rule="fixed:future-date", text="Ngày văn bản không được sau ngày đến."),
            Reason(rule="official-signed", text="Văn bản có chữ ký số hợp lệ của cơ quan."),
        ),
    )
    text = body(written(held, (), NOTICE))
    assert "Lý do: Ngày văn bản không được sau ngày đến.\n" in text
    assert "Văn bản có chữ ký số hợp lệ của cơ quan" not in text


def test_what_the_level_says_is_not_said_again_as_a_reason() -> None:
    level = SEAL_OF_ANOTHER.assurance
    assert level is not None
    again = (Reason(rule="fixed:other-body", text=level.reason.vi),)
    held = replace(SEAL_OF_ANOTHER, decision=replace(SEAL_OF_ANOTHER.decision, reasons=again))
    text = " ".join(body(written(held, (), NOTICE)).split())
    assert text.count(level.reason.vi) == 1
    assert "Lý do" not in text


@pytest.mark.parametrize(
    ("judged", "paper"),
    [
        (judgement(), "Bản giấy: không cần gửi, trừ khi có quy định khác"),
        (judgement(signatures=(BOTH[1],)), "Bản giấy: đề nghị gửi bản giấy hoặc bản có đủ chữ ký số"),
        (judgement(signatures=(BOTH[0],)), "Bản giấy: đề nghị gửi bản giấy hoặc bản có đủ chữ ký số"),
        (judgement(signatures=(signature(Status.INDETERMINATE, "TRY_LATER", reason=NO_LIST), BOTH[0])), ""),
    ],
)
def test_an_acknowledgement_says_whether_paper_has_to_follow(judged: Judgement, paper: str) -> None:
    """T2: and nothing while a signature still waits to be verified."""
    text = body(written(judged, (entry(),)))
    assert paper in text
    assert ("Bản giấy" in text) is bool(paper)


def test_what_to_mind_stands_before_the_document() -> None:
    text = body(written(STRANGER, (entry(),), NOTICE))
    assert text.index("Việc cần làm: ") < text.index("Lưu ý: Lần đầu nhận văn bản") < text.index("- Số đến: 15")
