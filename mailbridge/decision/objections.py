"""
What stands against entering a mail, whatever the rules say; each objection has a name "fixed:…" and says why.

These are the order of values of MailBridge and cannot be configured away: a wrong line in the book is worse than none,
so what is unsure waits for a clerk (NĐ 30/2020, Điều 21 khoản 2 and Điều 22; domain: register §8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from mailbridge.classifier.kinds import Document
from mailbridge.decision import fields
from mailbridge.decision.conditions import word_key
from mailbridge.decision.findings import Findings
from mailbridge.decision.identity import Comparison, Source, identities
from mailbridge.decision.policy import Policy, Treatment, treatment
from mailbridge.decision.proof import is_broken, is_replaced_under
from mailbridge.decision.rules import Outcome
from mailbridge.decision.sender import judge_sender
from mailbridge.decision.sentence import Sentence
from mailbridge.decision.twin import Twin, twin
from mailbridge.registry.entry import RegisterEntry
from mailbridge.verify.signature import Change, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """One thing that stands against an entry."""

    rule: str
    text: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What is about to be entered; `arrived` is the day of arrival in Vietnam, None when it is not known."""

    findings: Findings
    policy: Policy
    outcome: Outcome
    arrived: date | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the mail."""
        return self.findings.classification.documents


Ground: TypeAlias = Callable[[Proposal], Iterable[Sentence]]


def broken_signature(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a signature that failed, and to a file that was changed suspiciously after it."""
    for signature in filter(is_broken, proposal.findings.signatures):
        if signature.changed_after is Change.SUSPICIOUS or signature.sub_indication == "HASH_FAILURE":
            yield Sentence(
                vi="Nội dung đã bị thay đổi sau khi ký; đề nghị đối chiếu với nơi gửi.",
                en="The content was changed after it was signed; please check with the sender.",
            )
        else:
            yield Sentence(
                vi="Chữ ký số không hợp lệ; vui lòng xem kết quả kiểm tra chữ ký.",
                en="A digital signature is not valid; please see the signature report.",
            )


def replaced_content(proposal: Proposal) -> Iterable[Sentence]:
    """Object to content that was replaced after somebody had signed it, though a later signature covers it."""
    replaced = filter(is_replaced_under, proposal.findings.signatures)
    names = ", ".join(dict.fromkeys(each.signer for each in replaced if each.signer))
    if any(map(is_replaced_under, proposal.findings.signatures)):
        yield Sentence(
            vi=f"Nội dung đã được thay sau chữ ký số của {names or 'người ký'}, dưới một chữ ký số sau đó; "
            "đề nghị đối chiếu với nơi gửi.",
            en=f"What {names or 'the signer'} had signed was replaced afterwards, under a later signature; "
            "please check with the sender.",
        )


def other_body(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a valid signature of another body than the one in the letterhead (signatures.md §3 no. 4)."""
    return (pair.reason for pair in _contradictions(proposal) if pair.one is Source.CERTIFICATE)


def other_sender(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a sender that is proven to be another body than the one in the letterhead, or in the certificate."""
    return (pair.reason for pair in _contradictions(proposal) if pair.one is Source.MAIL)


def _contradictions(proposal: Proposal) -> Iterator[Comparison]:
    for document in proposal.documents:
        named = identities(document, proposal.findings, proposal.findings.directory)
        yield from (pair for pair in named.differing() if pair.proven)


def imitating_sender(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a sender that looks like another: a near domain, an agency's name before a free mailbox."""
    sender = judge_sender(proposal.findings)
    if sender.imitation is not None:
        yield sender.reason


def broken_mail_signature(proposal: Proposal) -> Iterable[Sentence]:
    """Object to an S/MIME signature that failed: what was signed is not what came, or not by whom it says."""
    if any(each.status is Status.TOTAL_FAILED for each in proposal.findings.authentication.smime):
        yield Sentence(
            vi="Chữ ký số của thư không hợp lệ; đề nghị đối chiếu với nơi gửi.",
            en="The digital signature of the mail is not valid; please check with the sender.",
        )


def draft(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a draft: it has no number and binds nobody."""
    if any(document.draft for document in proposal.documents):
        yield Sentence(
            vi="Văn bản là dự thảo; chỉ đăng ký bản chính thức.",
            en="The document is a draft; only the final version is entered.",
        )


def doubtful_kind(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a mail of which it is not sure that it holds an official document at all."""
    confidence = proposal.findings.classification.confidence
    if proposal.documents and not confidence >= proposal.policy.least_confidence:
        yield Sentence(
            vi=f"Chưa chắc chắn thư có văn bản chính thức ({confidence:.0%}); vui lòng xem thư và các tệp.",
            en=f"Not sure that the mail holds an official document ({confidence:.0%}); please look at its files.",
        )


def missing_field(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a document without issuer, number and symbol, date, subject or type."""
    for document in proposal.documents:
        for field in fields.missing(document):
            yield fields.MISSING[field]


def doubtful_field(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a required field that was read with less confidence than the office asks for."""
    for document in proposal.documents:
        for field in fields.doubtful(document, proposal.policy.least_confidence):
            found, label = fields.state(document, field), fields.LABELS[field]
            yield Sentence(
                vi=f"Chưa chắc chắn về {label.vi}: đọc được “{found.shown}” ({found.confidence:.0%}); "
                "vui lòng đối chiếu với trang 1.",
                en=f"Not sure of the {label.en}: read “{found.shown}” ({found.confidence:.0%}); "
                "please compare with page 1.",
            )


def future_date(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a document dated after the day on which it came."""
    for document in proposal.documents:
        issued = document.issued_date.value
        if issued is not None and proposal.arrived is not None and issued > proposal.arrived:
            yield Sentence(
                vi=f"Ngày văn bản ({issued:%d/%m/%Y}) không được sau ngày đến ({proposal.arrived:%d/%m/%Y}).",
                en=f"The document is dated {issued:%d/%m/%Y}, after its arrival on {proposal.arrived:%d/%m/%Y}.",
            )


def other_content(proposal: Proposal) -> Iterable[Sentence]:
    """
    Raise the alarm when number, symbol, issuer and day are those of an entry, and the content is not.

    It is a revision that should have a number of its own, or a forgery; two documents of one day with one number are
    not both genuine (NĐ 30/2020, Điều 15).
    """
    for entry in _twins(proposal, Twin.OTHER_CONTENT):
        number = f"{entry.shown_number}/{entry.year}"
        yield Sentence(
            vi=f"Cùng số, ký hiệu, ngày và cơ quan ban hành với số đến {number} nhưng nội dung khác: bản sửa hay giả "
            f"mạo? Đề nghị đối chiếu với nơi gửi (register diff {number}).",
            en=f"Same number, symbol, day and issuing body as arrival number {number} but other content: a revision or "
            f"a forgery? Please check with the sender (register diff {number}).",
        )


def same_content(proposal: Proposal) -> Iterable[Sentence]:
    """Propose to join a document that says what an entry says in another file: signed later, made anew."""
    for entry in _twins(proposal, Twin.SAME_CONTENT):
        number = f"{entry.shown_number}/{entry.year}"
        yield Sentence(
            vi=f"Cùng văn bản với số đến {number}, nội dung giống nhau, tệp khác (ký lại hoặc kết xuất lại): "
            f"đề nghị gộp với số đến {number}.",
            en=f"The same document as arrival number {number}, with the same content in another file (signed or made "
            f"again): please merge it with {number}.",
        )


def same_symbol(proposal: Proposal) -> Iterable[Sentence]:
    """
    Object to a number, symbol and issuer that the book has, where the day or the file does not say more.

    NĐ 30/2020, Phụ lục VI phần I mục III.1.h: warn when all three coincide. Numbers begin anew each year.
    """
    for entry in _twins(proposal, Twin.SAME_SYMBOL):
        yield Sentence(
            vi="Đã có văn bản cùng số, ký hiệu và cơ quan ban hành: "
            f"số đến {entry.shown_number} ngày {entry.arrival_date:%d/%m/%Y}.",
            en="The book has a document with the same number, symbol and issuing body: "
            f"arrival number {entry.shown_number} of {entry.arrival_date:%d/%m/%Y}.",
        )


def _twins(proposal: Proposal, wanted: Twin) -> Iterator[RegisterEntry]:
    known = proposal.findings.known
    for document in proposal.documents:
        for symbol, entry in known.same_symbol:
            if document.symbol.value is None or document.symbol.value.text != symbol:
                continue
            if twin(document, entry, known.same_text) is wanted:
                yield entry


def twice_in_mail(proposal: Proposal) -> Iterable[Sentence]:
    """Object to two documents of one mail with the same number, symbol and issuer."""
    identities = [
        (document.symbol.value.text, word_key(document.issuer.value or ""))
        for document in proposal.documents
        if document.symbol.value is not None
    ]
    if len(set(identities)) < len(identities):
        yield Sentence(
            vi="Thư có hai tệp cùng số, ký hiệu và cơ quan ban hành; vui lòng chọn tệp chính.",
            en="Two files of this mail have the same number, symbol and issuing body; please choose the main one.",
        )


def several_in_file(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a file that holds several documents: an entry stands for a whole file, and one would be lost."""
    counts = Counter(document.main for document in proposal.documents)
    for main, count in counts.items():
        if count > 1:
            names = ", ".join(
                document.symbol.value.text
                for document in proposal.documents
                if document.main == main and document.symbol.value is not None
            )
            yield Sentence(
                vi=f"Một tệp chứa {count} văn bản ({names}); đề nghị tách tệp và đăng ký từng văn bản.",
                en=f"One file holds {count} documents ({names}); please part them and enter each.",
            )


def own_document(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a document that the agency has issued itself: what comes in comes from others (NĐ 30/2020, Điều 3)."""
    own = word_key(proposal.findings.agency.name)
    if own and any(word_key(document.issuer.value or "") == own for document in proposal.documents):
        yield Sentence(
            vi="Văn bản do chính cơ quan ban hành, không phải văn bản đến.",
            en="The agency has issued this document itself; it is not an incoming one.",
        )


def partly_known(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a mail of which the book has some documents, but not all."""
    known = proposal.findings.known.same_file
    if known:
        entry = known[0][1]
        yield Sentence(
            vi="Một phần văn bản trong thư đã được đăng ký: "
            f"số đến {entry.shown_number} ngày {entry.arrival_date:%d/%m/%Y}.",
            en="Some documents of this mail are in the book: "
            f"arrival number {entry.shown_number} of {entry.arrival_date:%d/%m/%Y}.",
        )


def no_document(proposal: Proposal) -> Iterable[Sentence]:
    """Object to entering a mail in which no document was found."""
    if not proposal.documents:
        yield Sentence(
            vi="Không tìm thấy văn bản trong thư; vui lòng xem thư và các tệp.",
            en="No document was found in the mail; please look at the mail and its files.",
        )


def not_for_the_book(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a kind of mail whose content may not be kept, and to a mail that is only in part for the book."""
    kind = proposal.findings.classification.kind
    if not kind.is_stored:
        yield Sentence(
            vi="Loại thư này không được lưu, không đăng ký tự động.",
            en="Mail of this kind is not kept and never entered automatically.",
        )
    listed = [treatment(document, proposal.findings, proposal.policy) for document in proposal.documents]
    outside = [each for each in listed if each is not None and each.treatment is not Treatment.BOOKED]
    if outside and len(outside) < len(listed):
        yield Sentence(
            vi="Thư có cả văn bản phải đăng ký và văn bản không vào sổ; vui lòng chọn.",
            en="The mail holds documents for the book and documents that stay outside; please choose.",
        )


def no_book(proposal: Proposal) -> Iterable[Sentence]:
    """Object to a book that does not exist."""
    policy, outcome = proposal.policy, proposal.outcome
    book = outcome.book or policy.book_for(proposal.findings.classification.kind)
    if book not in {each.id for each in policy.books}:
        yield Sentence(vi="Chưa chọn sổ đăng ký.", en="No book has been chosen.")


def not_delivered(proposal: Proposal) -> Iterable[Sentence]:
    """Object to any answer to the sender while nobody knows whether the next server took the mail."""
    if not proposal.findings.delivered:
        yield Sentence(
            vi="Chưa rõ máy chủ thư phía sau đã nhận thư hay chưa; vui lòng kiểm tra hộp thư trước khi đăng ký.",
            en="It is not known whether the next server took the mail; look into the mailbox before entering it.",
        )


NOT_DELIVERED = "fixed:not-delivered"

ABOUT_DELIVERY: tuple[tuple[str, Ground], ...] = ((NOT_DELIVERED, not_delivered),)
"""The objection that also stands against a return and a repeated acknowledgement."""

ABOUT_DOCUMENTS: tuple[tuple[str, Ground], ...] = (
    ("fixed:broken-signature", broken_signature),
    ("fixed:replaced-content", replaced_content),
    ("fixed:other-body", other_body),
    ("fixed:other-sender", other_sender),
    ("fixed:imitating-sender", imitating_sender),
    ("fixed:broken-mail-signature", broken_mail_signature),
    ("fixed:draft", draft),
    ("fixed:doubtful-kind", doubtful_kind),
    ("fixed:missing-field", missing_field),
    ("fixed:doubtful-field", doubtful_field),
    ("fixed:future-date", future_date),
    ("fixed:own-document", own_document),
    ("fixed:other-content", other_content),
    ("fixed:same-content", same_content),
    ("fixed:same-symbol", same_symbol),
    ("fixed:twice-in-mail", twice_in_mail),
    ("fixed:several-in-file", several_in_file),
    ("fixed:partly-known", partly_known),
)
"""Objections that a clerk wants to read beside a rule that holds a mail, too."""

ALARMS = frozenset({"fixed:other-content", "fixed:same-content"})
"""Objections that stand first among the reasons of a mail that waits, whatever else holds it."""

ABOUT_ENTERING: tuple[tuple[str, Ground], ...] = (
    ("fixed:no-document", no_document),
    ("fixed:not-for-the-book", not_for_the_book),
    ("fixed:no-book", no_book),
)
"""Objections that make sense only against an entry."""


def raised(grounds: tuple[tuple[str, Ground], ...], proposal: Proposal) -> tuple[Objection, ...]:
    """Return the objections on these grounds, in order, none twice."""
    found = (Objection(rule=name, text=text) for name, ground in grounds for text in ground(proposal))
    return tuple(dict.fromkeys(found))
