"""
The words for statuses, proofs, labels and actions, in Vietnamese and English (R1).

Vietnamese wording follows the vocabulary of the product; a word says no more than the status behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.proof import is_valid
from mailbridge.registry.entry import RegisterEntry
from mailbridge.verify.results import AuthResults, DkimResult, Result, SmimeResult
from mailbridge.verify.signature import Change, SignatureStatus, Status

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One wording in each language."""

    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Proof(Enum):
    """What is known about the domain in From, and in which words."""

    PROVEN = Words(vi="Xác thực tên miền gửi: đạt", en="Sender domain authentication: passed")
    BY_SERVER = Words(
        vi="Xác thực tên miền gửi: đạt (theo máy chủ gửi, SPF)",
        en="Sender domain authentication: passed (by the sending server, SPF)",
    )
    BY_FORWARDER = Words(
        vi="Xác thực tên miền gửi: đạt (theo xác nhận của máy chủ chuyển tiếp được tin cậy, ARC)",
        en="Sender domain authentication: passed (as a trusted forwarder confirms, ARC)",
    )
    BY_CERTIFICATE = Words(
        vi="Xác thực địa chỉ gửi: đạt (theo chữ ký số của thư)",
        en="Sender address authentication: passed (by the digital signature of the mail)",
    )
    WEAK = Words(
        vi="Xác thực tên miền gửi: không đạt (chữ ký tên miền không bảo đảm toàn bộ nội dung)",
        en="Sender domain authentication: not passed (the domain signature does not vouch for the whole content)",
    )
    OTHER = Words(
        vi="Xác thực tên miền gửi: không đạt (chỉ có chữ ký của tên miền khác)",
        en="Sender domain authentication: not passed (only another domain has signed)",
    )
    FAILED = Words(vi="Xác thực tên miền gửi: không đạt", en="Sender domain authentication: failed")
    OPEN = Words(
        vi="Chưa xác thực được tên miền gửi (máy chủ tên miền chưa trả lời)",
        en="Sender domain not authenticated yet (its name servers did not answer)",
    )
    NONE = Words(vi="Nơi gửi chưa cấu hình xác thực tên miền", en="The sender has not set up domain authentication")


def proof(results: AuthResults) -> Proof:
    """Choose the words for the domain proof; only what proves the domain for this very mail is called passed."""
    if results.proves_author:
        return Proof.PROVEN
    if results.proves_by_certificate:
        return Proof.BY_CERTIFICATE
    if results.proves_by_spf:
        return Proof.BY_SERVER
    if results.arc.vouched:
        return Proof.BY_FORWARDER
    codes = {each.result for each in results.dkim}
    passed = [each for each in results.dkim if each.result is Result.PASS]
    if any(each.aligned for each in passed):
        return Proof.WEAK
    if results.is_pending:
        return Proof.OPEN
    if passed:
        return Proof.OTHER
    if codes - {Result.NONE} or results.dmarc.result is Result.FAIL:
        return Proof.FAILED
    return Proof.NONE


def spoken_of(results: AuthResults) -> DkimResult | None:
    """Return the signature that the words of `proof` speak of; None when none of them names its domain."""
    order: tuple[Sequence[DkimResult], ...] = (
        [each for each in results.dkim if each.proves_author],
        [each for each in results.dkim if each.result is Result.PASS and each.aligned],
        [each for each in results.dkim if each.result is Result.PASS],
        [each for each in results.dkim if each.aligned],
        results.dkim,
    )
    return next((each for group in order for each in group if each.domain), None)


SIGNATURE = Words(vi="Chữ ký số", en="Digital signature")


class Signed(Enum):
    """States of a document signature."""

    VALID = Words(vi="Chữ ký số hợp lệ", en="Digital signature valid")
    VALID_ORGANIZATION = Words(vi="Chữ ký số của cơ quan hợp lệ", en="Digital signature of the organisation valid")
    VALID_PERSON = Words(vi="Chữ ký số của người ký hợp lệ", en="Digital signature of the signer valid")
    INVALID = Words(vi="Chữ ký số không hợp lệ", en="Digital signature invalid")
    ALTERED = Words(vi="Nội dung đã bị thay đổi sau khi ký", en="The content was changed after signing")
    EXPIRED = Words(vi="Chứng thư số hết hạn tại thời điểm ký", en="The certificate had expired at the time of signing")
    REVOKED = Words(vi="Chứng thư số đã bị thu hồi", en="The certificate has been revoked")
    UNTRUSTED = Words(vi="Không rõ nguồn gốc chứng thư số", en="The origin of the certificate is not known")
    UNCHECKED = Words(
        vi="Chưa xác minh được (chưa kết nối dịch vụ kiểm tra chứng thư)",
        en="Not verified yet (the certificate status service was not reached)",
    )
    UNDECIDED = Words(vi="Chưa xác minh được", en="Could not be verified")
    OLD = Words(vi="Thuật toán ký đã cũ", en="The signature algorithm is out of date")
    NONE = Words(vi="Chưa ký số", en="Not digitally signed")


class MailSigned(Enum):
    """States of an S/MIME signature of the mail itself; what it says of the sender, not of a document."""

    VALID = Words(vi="Chữ ký số của thư hợp lệ", en="Digital signature of the mail valid")
    PART = Words(
        vi="Chữ ký số của thư chỉ bảo đảm một phần thư", en="Digital signature of the mail covers only a part of it"
    )
    OTHER = Words(vi="Chữ ký số của thư không phải của người gửi", en="Digital signature of the mail not the sender's")
    INVALID = Words(vi="Chữ ký số của thư không hợp lệ", en="Digital signature of the mail invalid")
    UNDECIDED = Words(vi="Chữ ký số của thư chưa xác minh được", en="Digital signature of the mail not verified")


def mail_signed(result: SmimeResult) -> MailSigned:
    """Choose the words for one S/MIME signature."""
    match result.status:
        case Status.TOTAL_PASSED:
            return MailSigned.VALID if result.covers_whole_mail and result.signer_is_sender else MailSigned.UNDECIDED
        case Status.TOTAL_FAILED:
            return MailSigned.INVALID
        case Status.INDETERMINATE if result.sub_indication == "SIG_CONSTRAINTS_FAILURE":
            return MailSigned.PART if not result.covers_whole_mail else MailSigned.OTHER
        case Status.INDETERMINATE:
            return MailSigned.UNDECIDED
        case _:
            assert_never(result.status)


GOOD = frozenset({Signed.VALID, Signed.VALID_ORGANIZATION, Signed.VALID_PERSON})
"""The states that say no more than that all is well."""

_BY_SUB_INDICATION = {
    # ETSI EN 319 102-1 table 6.
    "HASH_FAILURE": Signed.ALTERED,
    "SIG_CRYPTO_FAILURE": Signed.INVALID,
    "FORMAT_FAILURE": Signed.INVALID,
    "EXPIRED": Signed.EXPIRED,
    "NOT_YET_VALID": Signed.INVALID,
    "REVOKED": Signed.REVOKED,
    "REVOKED_NO_POE": Signed.REVOKED,
    "REVOKED_CA_NO_POE": Signed.REVOKED,
    "NO_CERTIFICATE_CHAIN_FOUND": Signed.UNTRUSTED,
    "NO_CERTIFICATE_CHAIN_FOUND_NO_POE": Signed.UNTRUSTED,
    "NO_SIGNING_CERTIFICATE_FOUND": Signed.UNTRUSTED,
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": Signed.UNTRUSTED,
    "CHAIN_CONSTRAINTS_FAILURE": Signed.UNTRUSTED,
    "CRYPTO_CONSTRAINTS_FAILURE": Signed.OLD,
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": Signed.OLD,
    "TRY_LATER": Signed.UNCHECKED,
}
_NOT_WHILE_UNDECIDED = frozenset({Signed.INVALID, Signed.EXPIRED, Signed.ALTERED})


def signed(status: SignatureStatus) -> Signed:
    """
    Choose the words for one signature.

    "Valid" is what the decision calls valid: total-passed, for the whole file, nothing suspicious behind it. An
    undecided signature is never called invalid or expired: whether it was good when it was made is what is not known.
    """
    if status.changed_after is Change.SUSPICIOUS:
        return Signed.ALTERED
    match status.status:
        case Status.TOTAL_PASSED:
            if not is_valid(status):
                return Signed.UNDECIDED
            return {"organization": Signed.VALID_ORGANIZATION, "person": Signed.VALID_PERSON}.get(
                status.role or "", Signed.VALID
            )
        case Status.TOTAL_FAILED:
            return _BY_SUB_INDICATION.get(status.sub_indication or "", Signed.INVALID)
        case Status.INDETERMINATE:
            words = _BY_SUB_INDICATION.get(status.sub_indication or "", Signed.UNDECIDED)
            return Signed.UNDECIDED if words in _NOT_WHILE_UNDECIDED else words
        case _:
            assert_never(status.status)


def is_old(status: SignatureStatus) -> bool:
    """Say whether a signature uses what is out of date and still not refused (TT 15/2025/TT-BKHCN, annex)."""
    return bool(status.weaknesses)


def signed_summary(statuses: Sequence[SignatureStatus], language: str) -> str:
    """Say the states of the signatures of a document in one phrase, each state once, in the order met; age last."""
    states = dict.fromkeys(signed(status) for status in statuses) or {Signed.NONE: None}
    if any(is_old(status) for status in statuses):
        states[Signed.OLD] = None
    return joined([state.value[language] for state in states])


def joined(phrases: Sequence[str]) -> str:
    """Join phrases by semicolons; from the second on they begin small."""
    return "; ".join(phrase if place == 0 else small(phrase) for place, phrase in enumerate(phrases))


def small(phrase: str) -> str:
    """Let a phrase begin with a small letter, as inside a sentence; an abbreviation such as "DKIM" stays."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]


URGENCIES = ("hỏa tốc", "thượng khẩn", "khẩn")
"""Marks of urgency, the most urgent first (NĐ 30/2020/NĐ-CP, Điều 4 khoản 2); the same in an English letter."""


def most_urgent(urgencies: Sequence[str | None]) -> str | None:
    """Return the mark of the most urgent one as it stands in a subject, "[HỎA TỐC]"; None when nothing is urgent."""
    said = {(each or "").lower().replace("hoả", "hỏa") for each in urgencies}
    return next((f"[{name.upper()}]" for name in URGENCIES if name in said), None)


_DOCUMENT = Words(vi="Văn bản", en="Document")
_NUMBER = Words(vi="số", en="no.")
_DATED = Words(vi="ngày", en="dated")


def document_name(type_name: str | None, symbol: str | None, issued: str | None, language: str) -> str:
    """Name a document as people do, "Công văn số 3526/VPCP-KGVX ngày 04/05/2013", with as much of it as is known."""
    number = f"{_NUMBER[language]} {symbol}" if symbol else ""
    dated = f"{_DATED[language]} {issued}" if issued else ""
    return " ".join(filter(None, (type_name or _DOCUMENT[language], number, dated)))


BADGES = {
    Action.REGISTER: Words(vi="Đã đăng ký", en="Registered"),
    Action.HOLD: Words(vi="Chờ xử lý", en="Waiting for a clerk"),
    Action.DUPLICATE: Words(vi="Trùng văn bản", en="Duplicate"),
    Action.RETURN: Words(vi="Đề nghị trả lại nơi gửi", en="Return proposed"),
    Action.STOP: Words(vi="Dấu hiệu bí mật nhà nước", en="State secret mark"),
    Action.PASS: Words(vi="Không phải văn bản", en="Not a document"),
}

NOT_BOOKED = Words(vi="Không vào sổ", en="Not for the book")
"""Instead of the badge of PASS, for documents that are exchanged without being entered."""


AWAITS_NUMBER = Words(vi="Chờ cấp số đến", en="Waiting for its arrival number")


def badge(judgement: Judgement, entries: Iterable[RegisterEntry] = ()) -> Words:
    """
    Return the badge of a decision; a document is not called "not a document" because it stays out of the book.

    Args:
        entries: What was entered; nothing is called registered that still waits for its number.
    """
    if any(entry.awaits_number for entry in entries):
        return AWAITS_NUMBER
    if judgement.decision.action is Action.PASS and judgement.classification.documents:
        return NOT_BOOKED
    return BADGES[judgement.decision.action]


LABELS = {
    "number": Words(vi="Số đến", en="Arrival number"),
    "arrival": Words(vi="Ngày đến", en="Arrived"),
    "issuer": Words(vi="Cơ quan ban hành", en="Issued by"),
    "symbol": Words(vi="Số, ký hiệu", en="Number and symbol"),
    "issued_date": Words(vi="Ngày văn bản", en="Dated"),
    "type": Words(vi="Tên loại", en="Type"),
    "subject": Words(vi="Trích yếu", en="Subject"),
    "about": Words(vi="Tên loại và trích yếu", en="Type and subject"),
    "urgency": Words(vi="Độ khẩn", en="Urgency"),
    "recipients": Words(vi="Đơn vị, người nhận", en="For"),
    "addressees": Words(vi="Kính gửi", en="Addressed to"),
    "signer": Words(vi="Người ký", en="Signed by"),
    "position": Words(vi="Chức vụ", en="Position"),
    "due_date": Words(vi="Hạn xử lý", en="Due"),
    "proposed_due": Words(vi="Hạn xử lý đề xuất", en="Proposed due date"),
    "meeting": Words(vi="Cuộc họp", en="Meeting"),
    "pages": Words(vi="Số trang", en="Pages"),
    "transfer_date": Words(vi="Ngày chuyển", en="Handed over"),
    "note": Words(vi="Ghi chú", en="Note"),
    "files": Words(vi="Tệp văn bản", en="Files"),
}
