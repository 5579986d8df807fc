"""The five levels: what was found, and what the clerk does next (feature C15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.classifier.kinds import Reading
from mailbridge.decision.assurance import Assurance, AssuranceLevel, assure
from mailbridge.decision.findings import Action, Findings
from mailbridge.mail.address import Address
from mailbridge.verify.results import AuthResults, DmarcResult, Result, SmimeResult
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.decision.builders_identity import PROVEN, UNPROVEN, Sent, hand, mailed, page, seal

MAILBOX = "vanthu@sonv.backan.gov.vn"
ISSUER = "Sở Nội vụ tỉnh Bắc Kạn"
SEAL = seal(ISSUER.upper())
HAND = hand("Nguyễn Văn An", ISSUER.upper())
LATE = replace(UNPROVEN, dmarc=DmarcResult(result=Result.TEMPERROR))
REFUSED = replace(UNPROVEN, dmarc=DmarcResult(result=Result.FAIL, domain="x", policy="reject"))
FAILED = replace(UNPROVEN, dmarc=DmarcResult(result=Result.FAIL, domain="x", policy="none"))
BY_CERTIFICATE = replace(
    UNPROVEN,
    smime=(SmimeResult(part="1", status=Status.TOTAL_PASSED, covers_whole_mail=True, signer_is_sender=True),),
)
BROKEN_MAIL = replace(PROVEN, smime=(SmimeResult(part="1", status=Status.TOTAL_FAILED),))


def undecided(sub_indication: str) -> SignatureStatus:
    return replace(SEAL, status=Status.INDETERMINATE, sub_indication=sub_indication)


def failing(sub_indication: str) -> SignatureStatus:
    return replace(SEAL, status=Status.TOTAL_FAILED, sub_indication=sub_indication)


def of(found: Findings) -> Assurance:
    assured = assure(found)
    assert assured is not None
    return assured


def sent(*signatures: SignatureStatus, author: str = MAILBOX, issuer: str = ISSUER) -> Sent:
    return Sent(author=author, issuer=issuer, signatures=signatures)


@pytest.mark.parametrize(
    ("what", "results", "level", "said"),
    [
        (sent(SEAL, HAND), PROVEN, 1, "Văn bản điện tử gốc"),
        (sent(SEAL, HAND), UNPROVEN, 1, "Văn bản điện tử gốc"),
        (sent(SEAL, HAND), REFUSED, 1, "Văn bản điện tử gốc"),
        (sent(SEAL), UNPROVEN, 2, "chưa có chữ ký số của người ký"),
        (sent(HAND), PROVEN, 2, "chưa có chữ ký số của cơ quan"),
        (sent(), PROVEN, 2, "dùng để biết, tham khảo; thư gửi từ tên miền đã xác thực"),
        (sent(), BY_CERTIFICATE, 2, "thư có chữ ký số hợp lệ của người gửi, địa chỉ phù hợp"),
        (sent(undecided("TRY_LATER")), PROVEN, 3, "tình trạng thu hồi"),
        (sent(SEAL, replace(HAND, status=Status.INDETERMINATE, sub_indication="TRY_LATER")), PROVEN, 3, "thu hồi"),
        (sent(), LATE, 3, "Chưa xác thực được tên miền gửi"),
        (sent(undecided("NO_CERTIFICATE_CHAIN_FOUND")), PROVEN, 4, "Không rõ nguồn gốc"),
        (sent(undecided("GENERIC")), PROVEN, 4, "Chưa xác minh được"),
        (sent(SEAL, undecided("GENERIC")), PROVEN, 4, "Chưa xác minh được"),
        (sent(), UNPROVEN, 4, "Chưa có căn cứ"),
        (sent(), FAILED, 4, "không đạt"),
        (sent(), BROKEN_MAIL, 4, "Chữ ký số của thư không hợp lệ"),
        (sent(author="vt@benhvien.vn"), PROVEN, 4, "chưa rõ tên miền gửi"),
        (sent(author="vanthu@soyte.backan.gov.vn"), PROVEN, 4, "Nơi gửi không phải cơ quan ban hành"),
        (sent(seal("CỤC THUẾ DOANH NGHIỆP LỚN"), issuer="Cục Thuế"), UNPROVEN, 4, "chưa đối chiếu được"),
        (sent(SEAL, HAND, author="vanthu@sonv.backan.g0v.vn"), PROVEN, 4, "gần giống"),
        (sent(author="vanthu@sonv.backan.g0v.vn"), PROVEN, 5, "gần giống"),
        (sent(), REFUSED, 5, "dấu hiệu giả mạo"),
        (sent(seal("SỞ Y TẾ TỈNH BẮC KẠN")), PROVEN, 5, "không phải của cơ quan ban hành"),
        (sent(failing("HASH_FAILURE")), PROVEN, 5, "thay đổi sau khi ký"),
        (sent(replace(SEAL, changed_after=Change.SUSPICIOUS)), PROVEN, 5, "thay đổi sau khi ký"),
        (sent(failing("REVOKED")), PROVEN, 5, "thu hồi"),
        (sent(failing("SIG_CRYPTO_FAILURE")), PROVEN, 5, "không hợp lệ"),
        (sent(SEAL, HAND, failing("FORMAT_FAILURE")), PROVEN, 5, "không hợp lệ"),
    ],
)
def test_the_five_levels(what: Sent, results: AuthResults, level: int, said: str) -> None:
    found = of(mailed(what, results))
    assert found.level == level
    assert said in found.reason.vi
    assert found.title.vi
    assert found.next_step.vi.endswith(".")
    assert found.next_step.en.endswith(".")


def test_only_an_original_needs_no_paper() -> None:
    ways = [sent(SEAL, HAND), sent(SEAL), sent(HAND), sent(), sent(undecided("TRY_LATER"))]
    found = [of(mailed(each)) for each in ways]
    assert [each.level is AssuranceLevel.ORIGINAL for each in found] == [True, False, False, False, False]
    assert "không cần chờ bản giấy" in found[0].title.vi
    assert "bản giấy" not in found[0].next_step.vi
    assert "bản giấy" in found[1].next_step.vi


@pytest.mark.parametrize(
    ("what", "results", "action", "said"),
    [
        (sent(SEAL, HAND), PROVEN, Action.REGISTER, "Chuyển xử lý như thường lệ."),
        (sent(SEAL, HAND), PROVEN, Action.HOLD, "Xem lý do, đối chiếu với văn bản"),
        (sent(SEAL, HAND), PROVEN, Action.DUPLICATE, "Không đăng ký lại"),
        (sent(), PROVEN, Action.REGISTER, "Chuyển xử lý như thường lệ; theo dõi việc nhận bản giấy"),
        (sent(), PROVEN, Action.RETURN, "quyết định đăng ký hoặc trả lại; theo dõi"),
        (sent(undecided("TRY_LATER")), PROVEN, Action.HOLD, "Chờ hệ thống tự xác minh lại và báo kết quả"),
        (sent(undecided("TRY_LATER")), PROVEN, Action.REGISTER, "Chờ hệ thống tự xác minh lại; nếu gấp"),
        (sent(), UNPROVEN, Action.REGISTER, "Chưa xử lý; hỏi cơ quan ban hành"),
        (sent(failing("HASH_FAILURE")), PROVEN, Action.HOLD, "đề nghị cơ quan ban hành kiểm tra, ký và gửi lại"),
        (sent(author="vanthu@sonv.backan.g0v.vn"), PROVEN, Action.HOLD, "người phụ trách an toàn thông tin"),
        (sent(), REFUSED, Action.HOLD, "không trả lời thư"),
    ],
)
def test_the_next_step_is_what_is_left_to_do(what: Sent, results: AuthResults, action: Action, said: str) -> None:
    step = of(mailed(what, results)).step_after(action)
    assert said in step.vi
    assert step.en.endswith(".")


def test_every_level_has_a_step_after_every_action() -> None:
    ways = [
        sent(SEAL, HAND),
        sent(),
        sent(undecided("TRY_LATER")),
        sent(undecided("GENERIC")),
        sent(failing("REVOKED")),
    ]
    found = [of(mailed(each)) for each in ways]
    assert [each.level for each in found] == list(AssuranceLevel)
    for each in found:
        for action in Action:
            assert each.step_after(action).vi.endswith(".")


def test_a_wrong_signature_is_no_alarm_and_a_forged_sender_is() -> None:
    assert not of(mailed(sent(failing("HASH_FAILURE")))).forged
    assert of(mailed(sent(author="vanthu@sonv.backan.g0v.vn"))).forged
    assert not of(mailed(sent(SEAL, HAND, author="vanthu@sonv.backan.g0v.vn"))).forged


def test_a_copy_is_sealed_by_the_organisation_alone() -> None:
    base = mailed(sent(SEAL))
    copy = replace(page(ISSUER), type=Reading(value="Bản sao y", confidence=0.99))
    found = of(replace(base, classification=replace(base.classification, documents=(copy,))))
    assert (found.level, found.reason.vi) == (1, "Bản sao điện tử có chữ ký số hợp lệ của cơ quan.")


def test_an_old_algorithm_is_said_and_does_not_change_the_level() -> None:
    found = of(mailed(sent(replace(SEAL, weaknesses=("sha1",)), HAND)))
    assert found.level == 1
    assert found.reason.vi.endswith("; thuật toán ký đã cũ.")


def test_a_mail_is_as_reliable_as_its_least_document() -> None:
    base = mailed(sent(SEAL, HAND))
    two = (page(ISSUER), replace(page(ISSUER), main="2", parts=("2",)))
    assert of(replace(base, classification=replace(base.classification, documents=two))).level == 2
    assert assure(replace(base, classification=replace(base.classification, documents=()))) is None


def test_a_broken_signature_of_an_appendix_counts() -> None:
    base = mailed(sent(SEAL, HAND))
    whole = replace(page(ISSUER), parts=("1", "2"))
    with_annex = replace(
        base,
        classification=replace(base.classification, documents=(whole,)),
        signatures=(SEAL, HAND, replace(failing("HASH_FAILURE"), part="2")),
    )
    assert of(with_annex).level == 5


def test_an_agency_s_name_before_free_mail_is_to_be_checked() -> None:
    base = mailed(sent(author="a@gmail.com"))
    author = Address(local="a", domain="gmail.com", name=ISSUER)
    assert of(replace(base, author=author)).level == 4
