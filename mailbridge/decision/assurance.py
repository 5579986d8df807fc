"""
How far a document can be relied on: one of five levels, with the reason and what the clerk does next.

The level says what was found and no more: an original is what person and organisation have validly signed
(NĐ 30/2020, Điều 5 khoản 1); what is unsigned is "để biết, tham khảo" until paper or a signed version comes
(QĐ 28/2018/QĐ-TTg), however well its sender is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Findings
from mailbridge.decision.identity import Agreement, Identities, Source, identities
from mailbridge.decision.lookalike import Trick
from mailbridge.decision.proof import Missing, SignedBy, is_broken, is_copy, missing, signed_by, stands_on
from mailbridge.decision.sender import Sender, SenderLevel, is_official, judge_sender
from mailbridge.decision.sentence import Sentence
from mailbridge.verify.results import Result
from mailbridge.verify.signature import Change, SignatureStatus, Status


class AssuranceLevel(IntEnum):
    """The five levels, the best first."""

    ORIGINAL = 1
    PAPER_TO_COME = 2
    PENDING = 3
    TO_CHECK = 4
    NOT_TRUSTED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Assurance:
    """A level with the sentence that explains it."""

    level: AssuranceLevel
    reason: Sentence

    @property
    def title(self) -> Sentence:
        """The level in words."""
        return _TITLES[self.level]

    @property
    def next_step(self) -> Sentence:
        """What the clerk does next."""
        return _NEXT_STEPS[self.level]


_TITLES: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(vi="Đủ tin cậy", en="Reliable"),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi="Tin cậy, chờ bản giấy hoặc bản ký số", en="Reliable, paper or a signed version to come"
        ),
        AssuranceLevel.PENDING: Sentence(vi="Chưa xác minh xong", en="Not verified yet"),
        AssuranceLevel.TO_CHECK: Sentence(vi="Cần kiểm tra", en="To be checked"),
        AssuranceLevel.NOT_TRUSTED: Sentence(vi="Không tin cậy", en="Not to be trusted"),
    }
)
_NEXT_STEPS: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(
            vi="Xử lý theo quy trình, không cần chờ bản giấy.", en="Handle it as usual; no paper is needed."
        ),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi="Xử lý theo quy trình và theo dõi việc nhận bản giấy hoặc bản ký số.",
            en="Handle it as usual, and watch for the paper or a signed version.",
        ),
        AssuranceLevel.PENDING: Sentence(
            vi="Kiểm tra lại sau; nếu gấp, hỏi cơ quan ban hành qua địa chỉ hoặc điện thoại đã công bố.",
            en="Check again later; if it is urgent, ask the issuing body at its published address or telephone.",
        ),
        AssuranceLevel.TO_CHECK: Sentence(
            vi="Hỏi cơ quan ban hành qua địa chỉ hoặc điện thoại đã công bố trước khi xử lý.",
            en="Ask the issuing body at its published address or telephone before handling it.",
        ),
        AssuranceLevel.NOT_TRUSTED: Sentence(
            vi="Không xử lý theo văn bản này; báo lãnh đạo và hỏi cơ quan có tên trong văn bản qua địa chỉ đã công bố, "
            "không trả lời thư.",
            en="Do not act on this document; tell your superior and ask the body that it names at its published "
            "address, without answering the mail.",
        ),
    }
)

_WAITING = frozenset({"TRY_LATER"})
"""Sub-indications (ETSI EN 319 102-1 table 6) that a later look may settle by itself."""


def assure(findings: Findings) -> Assurance | None:
    """Return the level of a mail, that of its least reliable document; None when it holds no document."""
    documents = findings.classification.documents
    if not documents:
        return None
    sender = judge_sender(findings)
    found = [assure_document(document, findings, sender) for document in documents]
    return max(found, key=lambda each: each.level)


def assure_document(document: Document, findings: Findings, sender: Sender) -> Assurance:
    """Return the level of one document."""
    named = identities(document, findings, findings.directory)
    own = [each for each in findings.signatures if stands_on(each, document)]
    with_parts = [each for each in findings.signatures if each in own or each.part in document.parts]
    against = _against(named, with_parts) or _against_sender(document, findings, sender)
    if against is not None:
        return against
    if any(each.status is Status.INDETERMINATE for each in own):
        return _undecided(own)
    if signed_by(document, own) is SignedBy.NOBODY:
        return _unsigned(named, findings, sender)
    return _signed(document, own, named)


def _against(named: Identities, signatures: Sequence[SignatureStatus]) -> Assurance | None:
    """Name what speaks against the document itself."""
    broken = [each for each in signatures if is_broken(each)]
    if any(each.changed_after is Change.SUSPICIOUS or each.sub_indication == "HASH_FAILURE" for each in broken):
        return _level(5, "Nội dung đã bị thay đổi sau khi ký.", "The content was changed after it was signed.")
    if any(each.sub_indication == "REVOKED" for each in broken):
        return _level(5, "Chứng thư số đã bị thu hồi.", "The certificate has been revoked.")
    if broken:
        return _level(5, "Chữ ký số không hợp lệ.", "A digital signature is not valid.")
    pair = next((each for each in named.differing() if each.one is Source.CERTIFICATE), None)
    return Assurance(level=AssuranceLevel.NOT_TRUSTED, reason=pair.reason) if pair else None


def _against_sender(document: Document, findings: Findings, sender: Sender) -> Assurance | None:
    """
    Name what speaks against the sender.

    A document that its issuer has signed is not worse for whoever brings it; it is looked at all the same.
    """
    is_signed = signed_by(document, findings.signatures) in (SignedBy.BOTH, SignedBy.ORGANIZATION)
    if sender.imitation is not None:
        is_forger = sender.imitation.trick is not Trick.NAME and not is_signed
        level = AssuranceLevel.NOT_TRUSTED if is_forger else AssuranceLevel.TO_CHECK
        return Assurance(level=level, reason=sender.reason)
    if sender.level is SenderLevel.CONTRADICTED:
        return Assurance(level=AssuranceLevel.TO_CHECK, reason=sender.reason)
    if is_signed:
        return None
    results = findings.authentication
    is_refused = results.dmarc.result is Result.FAIL and results.dmarc.policy in ("reject", "quarantine")
    if sender.level is SenderLevel.UNPROVEN and is_refused:
        return _level(
            5,
            "Thư không đạt xác thực tên miền gửi; chủ tên miền đề nghị không nhận thư như vậy: có dấu hiệu giả mạo.",
            "The sending domain failed authentication, and its owner asks to refuse such mail: a sign of forgery.",
        )
    if any(each.status is Status.TOTAL_FAILED for each in results.smime):
        return _level(4, "Chữ ký số của thư không hợp lệ.", "The digital signature of the mail is not valid.")
    return None


def _undecided(own: Sequence[SignatureStatus]) -> Assurance:
    open_ones = [each for each in own if each.status is Status.INDETERMINATE]
    if all(each.sub_indication in _WAITING for each in open_ones):
        return _level(
            3,
            "Chữ ký số chưa xác minh được: chưa kiểm tra được tình trạng thu hồi của chứng thư số.",
            "A digital signature is not verified yet: revocation of its certificate could not be checked.",
        )
    if any("CHAIN" in (each.sub_indication or "") for each in open_ones):
        return _level(4, "Không rõ nguồn gốc chứng thư số.", "The origin of the certificate is not known.")
    return _level(4, "Chưa xác minh được chữ ký số.", "A digital signature could not be verified.")


def _unsigned(named: Identities, findings: Findings, sender: Sender) -> Assurance:
    fits = named.agreement(Source.MAIL, Source.LETTERHEAD) is Agreement.AGREE
    domain = findings.author.domain if findings.author else ""
    known = (SenderLevel.CONFIRMED, SenderLevel.OFFICIAL_SIGNED, SenderLevel.OFFICIAL)
    if fits and (sender.level in known or (sender.level is SenderLevel.PROVEN and is_official(domain))):
        return _level(
            2,
            f"Chưa ký số; thư gửi từ tên miền đã xác thực, phù hợp với cơ quan ban hành ({domain}).",
            f"Not digitally signed; sent from an authenticated domain that fits the issuing body ({domain}).",
        )
    if sender.pending:
        return Assurance(level=AssuranceLevel.PENDING, reason=_after("Chưa ký số.", "Not signed.", sender.reason))
    if sender.level is SenderLevel.UNPROVEN:
        return Assurance(level=AssuranceLevel.TO_CHECK, reason=_after("Chưa ký số.", "Not signed.", sender.reason))
    return _level(
        4,
        f"Chưa ký số; chưa rõ tên miền gửi ({domain}) có phải của cơ quan ban hành hay không.",
        f"Not signed; it is not known whether the sending domain ({domain}) is of the issuing body.",
    )


def _signed(document: Document, own: Sequence[SignatureStatus], named: Identities) -> Assurance:
    if named.agreement(Source.CERTIFICATE, Source.LETTERHEAD) is not Agreement.AGREE:
        return _level(
            4,
            "Chữ ký số hợp lệ, nhưng chưa đối chiếu được với cơ quan ban hành.",
            "Validly signed, but the signer could not be compared with the issuing body.",
        )
    old = any("sha1" in each.weaknesses for each in own)
    age_vi, age_en = ("; thuật toán ký đã cũ", "; the signature algorithm is out of date") if old else ("", "")
    match missing(document, own):
        case Missing.NOTHING if is_copy(document):
            told = ("Bản sao điện tử có chữ ký số hợp lệ của cơ quan", "A copy with the organisation's valid signature")
        case Missing.NOTHING:
            told = (
                "Văn bản điện tử gốc: có chữ ký số hợp lệ của người ký và của cơ quan",
                "An electronic original: validly signed by the person and by the organisation",
            )
        case Missing.PERSON:
            told = (
                "Có chữ ký số hợp lệ của cơ quan, chưa có chữ ký số của người ký",
                "Validly signed by the organisation; the signature of the person is missing",
            )
        case Missing.ORGANIZATION:
            told = (
                "Có chữ ký số hợp lệ của người ký, chưa có chữ ký số của cơ quan",
                "Validly signed by the person; the signature of the organisation is missing",
            )
        case Missing.BOTH:
            told = (
                "Có chữ ký số hợp lệ, chưa rõ là của người ký hay của cơ quan",
                "Validly signed; it is not clear whether by the person or by the organisation",
            )
    return _level(1 if missing(document, own) is Missing.NOTHING else 2, f"{told[0]}{age_vi}.", f"{told[1]}{age_en}.")


def _level(level: int, vi: str, en: str) -> Assurance:
    return Assurance(level=AssuranceLevel(level), reason=Sentence(vi=vi, en=en))


def _after(vi: str, en: str, reason: Sentence) -> Sentence:
    return Sentence(vi=f"{vi} {reason.vi}", en=f"{en} {reason.en}")
