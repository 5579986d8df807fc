"""
How far a document can be relied on: one of five levels, with the reason and what the clerk does next.

The level says what was found and no more: an original is what person and organisation have validly signed
(NĐ 30/2020, Điều 5 khoản 1); what is unsigned is "để biết, tham khảo" until paper or a signed version comes
(QĐ 28/2018/QĐ-TTg), however well its sender is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType
from typing import assert_never

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Action, Findings
from mailbridge.decision.identity import Agreement, Identities, Source, identities
from mailbridge.decision.lookalike import Trick
from mailbridge.decision.proof import (
    Missing,
    SignedBy,
    is_broken,
    is_copy,
    is_replaced_under,
    missing,
    signed_by,
    stands_on,
)
from mailbridge.decision.sender import Sender, SenderLevel, is_official, judge_sender
from mailbridge.decision.sentence import Sentence
from mailbridge.verify.results import AuthResults, Result
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
    """
    A level with the sentence that explains it.

    `forged`: the sender pretends to be somebody else, which is for more people to know than a signature that is wrong.
    """

    level: AssuranceLevel
    reason: Sentence
    forged: bool = False

    @property
    def title(self) -> Sentence:
        """The level in words."""
        return _TITLES[self.level]

    @property
    def next_step(self) -> Sentence:
        """What the clerk does next, whatever the mail has become."""
        return _FORGED if self.forged else _NEXT_STEPS[self.level]

    def step_after(self, action: Action) -> Sentence:
        """Return what the clerk does next with a mail that has become this: nobody is asked to do what is done."""
        if self.level in (AssuranceLevel.NOT_TRUSTED, AssuranceLevel.TO_CHECK):
            return self.next_step
        match action:
            case Action.REGISTER:
                return _ONCE_ENTERED[self.level]
            case Action.DUPLICATE:
                return _ONCE_DUPLICATE
            case Action.HOLD | Action.RETURN:
                return _ONCE_HELD[self.level]
            case Action.PASS | Action.STOP:
                return self.next_step
        assert_never(action)


_TITLES: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(vi="Tin cậy, không cần chờ bản giấy", en="Reliable, no paper to wait for"),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi="Rõ nguồn gốc, chờ bản giấy hoặc bản ký số", en="Origin known, paper or a signed version to come"
        ),
        AssuranceLevel.PENDING: Sentence(vi="Chưa xác minh xong", en="Not verified yet"),
        AssuranceLevel.TO_CHECK: Sentence(
            vi="Cần hỏi lại trước khi xử lý", en="To be asked about before it is handled"
        ),
        AssuranceLevel.NOT_TRUSTED: Sentence(vi="Không tin cậy", en="Not to be trusted"),
    }
)
_AWAIT = Sentence(vi="theo dõi việc nhận bản giấy hoặc bản ký số.", en="watch for the paper or a signed version.")
_WAIT = Sentence(
    vi="Chờ hệ thống tự xác minh lại; nếu gấp, hỏi cơ quan ban hành qua địa chỉ hoặc điện thoại đã công bố.",
    en="Wait: it is verified again by itself; if it is urgent, ask the issuing body at its published address or "
    "telephone.",
)
_NEXT_STEPS: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(
            vi="Đăng ký và chuyển xử lý như thường lệ.", en="Enter it and pass it on as usual."
        ),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi=f"Đăng ký và chuyển xử lý như thường lệ; {_AWAIT.vi}",
            en=f"Enter it and pass it on as usual; {_AWAIT.en}",
        ),
        AssuranceLevel.PENDING: _WAIT,
        AssuranceLevel.TO_CHECK: Sentence(
            vi="Chưa xử lý; hỏi cơ quan ban hành qua địa chỉ hoặc điện thoại đã công bố, không dùng thông tin liên hệ "
            "trong thư.",
            en="Do not handle it yet; ask the issuing body at its published address or telephone, not at those that "
            "the mail gives.",
        ),
        AssuranceLevel.NOT_TRUSTED: Sentence(
            vi="Không xử lý theo bản này; đề nghị cơ quan ban hành kiểm tra, ký và gửi lại, qua địa chỉ hoặc điện "
            "thoại đã công bố. Nếu cơ quan đó không gửi văn bản này, báo lãnh đạo.",
            en="Do not act on this file; ask the issuing body, at its published address or telephone, to check, sign "
            "and send it again. If it did not send this document, tell your superior.",
        ),
    }
)
_FORGED = Sentence(
    vi="Không xử lý, không trả lời thư, không mở tệp và liên kết trong thư; báo lãnh đạo và người phụ trách an toàn "
    "thông tin. Khi cần, hỏi cơ quan có tên trong văn bản qua địa chỉ hoặc điện thoại đã công bố.",
    en="Do not act on it, do not answer, open no file or link of the mail; tell your superior and whoever is in charge "
    "of security. If need be, ask the body that it names at its published address or telephone.",
)
_ONCE_ENTERED: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(vi="Chuyển xử lý như thường lệ.", en="Pass it on as usual."),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi=f"Chuyển xử lý như thường lệ; {_AWAIT.vi}", en=f"Pass it on as usual; {_AWAIT.en}"
        ),
        AssuranceLevel.PENDING: _WAIT,
    }
)
_ONCE_HELD: Mapping[AssuranceLevel, Sentence] = MappingProxyType(
    {
        AssuranceLevel.ORIGINAL: Sentence(
            vi="Xem lý do, đối chiếu với văn bản rồi quyết định đăng ký hoặc trả lại.",
            en="See the reason, look at the document, and decide whether to enter or to return it.",
        ),
        AssuranceLevel.PAPER_TO_COME: Sentence(
            vi=f"Xem lý do, đối chiếu với văn bản rồi quyết định đăng ký hoặc trả lại; {_AWAIT.vi}",
            en=f"See the reason, look at the document, and decide whether to enter or to return it; {_AWAIT.en}",
        ),
        AssuranceLevel.PENDING: Sentence(
            vi="Chờ hệ thống tự xác minh lại và báo kết quả; nếu gấp, hỏi cơ quan ban hành qua địa chỉ hoặc điện thoại "
            "đã công bố.",
            en="Wait: it is verified again by itself, and you are told; if it is urgent, ask the issuing body at its "
            "published address or telephone.",
        ),
    }
)
_ONCE_DUPLICATE = Sentence(
    vi="Không đăng ký lại; văn bản đã có số đến.", en="Do not enter it again; it has its arrival number."
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
    if pair is not None:
        return Assurance(level=AssuranceLevel.NOT_TRUSTED, reason=pair.reason)
    if any(map(is_replaced_under, signatures)):
        return _level(
            4,
            "Nội dung đã được thay sau một chữ ký số, dưới chữ ký số sau đó.",
            "What one signer had signed was replaced afterwards, under a later signature.",
        )
    return None


def _against_sender(document: Document, findings: Findings, sender: Sender) -> Assurance | None:
    """
    Name what speaks against the sender.

    A document that its issuer has signed is not worse for whoever brings it; it is looked at all the same.
    """
    is_signed = signed_by(document, findings.signatures) in (SignedBy.BOTH, SignedBy.ORGANIZATION)
    if sender.imitation is not None:
        is_forger = sender.imitation.trick is not Trick.NAME and not is_signed
        level = AssuranceLevel.NOT_TRUSTED if is_forger else AssuranceLevel.TO_CHECK
        return Assurance(level=level, reason=sender.reason, forged=is_forger)
    if sender.level is SenderLevel.CONTRADICTED:
        return Assurance(level=AssuranceLevel.TO_CHECK, reason=sender.reason)
    if is_signed:
        return None
    results = findings.authentication
    is_refused = results.dmarc.result is Result.FAIL and results.dmarc.policy in ("reject", "quarantine")
    if sender.level is SenderLevel.UNPROVEN and is_refused:
        told = _level(
            5,
            "Thư không đạt xác thực tên miền gửi; chủ tên miền đề nghị không nhận thư như vậy: có dấu hiệu giả mạo.",
            "The sending domain failed authentication, and its owner asks to refuse such mail: a sign of forgery.",
        )
        return replace(told, forged=True)
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
        vi, en = _proven_by(findings.authentication)
        return _level(
            2,
            f"Chưa ký số, dùng để biết, tham khảo; {vi} phù hợp với cơ quan ban hành ({domain}).",
            f"Not digitally signed, to know and to consult; {en} that fits the issuing body ({domain}).",
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


def _proven_by(results: AuthResults) -> tuple[str, str]:
    """Say what stands behind the sender: an S/MIME signature proves the address, and nothing of its domain."""
    if results.proves_author or results.proves_by_spf or results.arc.vouched:
        return "thư gửi từ tên miền đã xác thực,", "sent from an authenticated domain"
    return "thư có chữ ký số hợp lệ của người gửi, địa chỉ", "the mail is validly signed by its sender, at an address"


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
