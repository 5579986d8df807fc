"""
How far the sender of a mail can be trusted, by the two-step model of Thông tư 06/2013/TT-BTTTT, Điều 4.

(a) sent from an address that the body has confirmed in writing, or (b) digitally signed by the body and sent from an
official mailbox. What is less than either is named by how much less it is (domain: email-rules §5, §6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from mailbridge.classifier.directory import Confirmation, Directory, Office
from mailbridge.decision.findings import Findings
from mailbridge.decision.identity import Agreement, Identities, Source, identities
from mailbridge.decision.identity_mail import offices_of
from mailbridge.decision.lookalike import OFFICIAL, Imitation, Trick, imitation
from mailbridge.decision.sentence import Sentence
from mailbridge.mail.address import Address
from mailbridge.verify.results import AuthResults, Result


class SenderLevel(StrEnum):
    """Levels of trust in a sender, the highest first."""

    CONFIRMED = "confirmed"
    OFFICIAL_SIGNED = "official-signed"
    OFFICIAL = "official"
    PROVEN = "proven"
    UNPROVEN = "unproven"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """
    The level of a sender, why in one sentence, and whom it imitates if it does.

    `document` names the writing that confirms the address; `pending`: the proof waits for an answer of the DNS;
    `private`: the mailbox is neither official nor in the directory.
    """

    level: SenderLevel
    reason: Sentence
    imitation: Imitation | None = None
    document: str | None = None
    pending: bool = False
    private: bool = False


def judge_sender(findings: Findings) -> Sender:
    """Say how far the sender can be trusted. Raises nothing."""
    author = findings.author
    judged = _judged(findings, author)
    is_ours = author is not None and author.domain in findings.agency.domains
    if author is None or is_ours or not is_private(str(author), findings.directory):
        return judged
    return replace(judged, private=True)


def is_private(author: str, directory: Directory) -> bool:
    """
    Say whether an address is neither below a domain of the State nor in the directory, itself or by its domain.

    Official business from such a mailbox is named and counted, and refused for it alone by nothing (T4).
    """
    domain = author.rpartition("@")[2].lower().rstrip(".")
    return not is_official(domain) and not directory.with_address(author) and not directory.with_domain(domain)


def _judged(findings: Findings, author: Address | None) -> Sender:
    if author is None:
        reason = Sentence(vi="Thư không ghi rõ một người gửi.", en="The mail does not name one author.")
        return Sender(level=SenderLevel.UNPROVEN, reason=reason)
    found = imitation(author, findings.directory, findings.agency.domains)
    if found is not None:
        return Sender(level=SenderLevel.CONTRADICTED, reason=_imitates(found, author), imitation=found)
    compared = [identities(each, findings, findings.directory) for each in findings.classification.documents]
    differing = (pair for each in compared for pair in each.differing())
    contradiction = next((pair for pair in differing if pair.proven and pair.one is Source.MAIL), None)
    if contradiction is not None:
        return Sender(level=SenderLevel.CONTRADICTED, reason=contradiction.reason)
    if not findings.authentication.proves_sender:
        return _unproven(findings.authentication, author)
    return _proven(author, findings, compared)


def _imitates(found: Imitation, author: Address) -> Sentence:
    shown = author.domain
    match found.trick:
        case Trick.NAME:
            return Sentence(
                vi=f"Tên hiển thị “{found.of}” là của cơ quan, nhưng thư gửi từ hộp thư miễn phí {shown}.",
                en=f"The display name “{found.of}” is an agency's, but the mail is from free mail at {shown}.",
            )
        case Trick.SHOWN_ADDRESS:
            return Sentence(
                vi=f"Tên hiển thị ghi địa chỉ {found.of}, nhưng thư gửi từ {shown}.",
                en=f"The display name shows the address {found.of}, but the mail is from {shown}.",
            )
        case Trick.LETTERS | Trick.NEAR | Trick.STATE | Trick.INSIDE:
            return Sentence(
                vi=f"Tên miền gửi {shown} gần giống {found.of}, có dấu hiệu giả mạo.",
                en=f"The sending domain {shown} looks like {found.of}: a sign of forgery.",
            )
    assert_never(found.trick)


def _unproven(results: AuthResults, author: Address) -> Sender:
    shown = author.domain
    if results.is_pending:
        reason = Sentence(
            vi=f"Chưa xác thực được tên miền gửi {shown}: máy chủ tên miền chưa trả lời.",
            en=f"The sending domain {shown} is not authenticated yet: its name servers did not answer.",
        )
        return Sender(level=SenderLevel.UNPROVEN, reason=reason, pending=True)
    if results.dmarc.result is Result.FAIL:
        reason = Sentence(
            vi=f"Xác thực tên miền gửi {shown}: không đạt; thư có thể không phải của tên miền này.",
            en=f"Authentication of the sending domain {shown} failed; the mail may not be of that domain.",
        )
    else:
        reason = Sentence(
            vi=f"Chưa có căn cứ xác nhận thư do tên miền {shown} gửi.",
            en=f"Nothing proves that the domain {shown} sent the mail.",
        )
    return Sender(level=SenderLevel.UNPROVEN, reason=reason)


def _proven(author: Address, findings: Findings, compared: Sequence[Identities]) -> Sender:
    offices, _ = offices_of(author, findings.directory)
    confirmation = _confirmation(str(author), offices, findings)
    if confirmation is not None:
        reason = Sentence(
            vi=f"Địa chỉ gửi đã được xác nhận ({confirmation.document}).",
            en=f"The sending address has been confirmed in writing ({confirmation.document}).",
        )
        return Sender(level=SenderLevel.CONFIRMED, reason=reason, document=confirmation.document)
    if is_official(author.domain) and _is_signed(compared):
        reason = Sentence(
            vi=f"Văn bản có chữ ký số hợp lệ của cơ quan ban hành, gửi từ hộp thư công vụ ({author.domain}).",
            en=f"Validly signed by the issuing body and sent from an official mailbox ({author.domain}).",
        )
        return Sender(level=SenderLevel.OFFICIAL_SIGNED, reason=reason)
    named = ", ".join(dict.fromkeys(office.name for office in offices[:2]))
    if offices and _is_of_domain(author, offices):
        reason = Sentence(
            vi=f"Tên miền gửi {author.domain} đã xác thực, là của {named} theo danh bạ.",
            en=f"The sending domain {author.domain} is authenticated and belongs to {named} by the directory.",
        )
        return Sender(level=SenderLevel.OFFICIAL, reason=reason)
    reason = Sentence(
        vi=f"Tên miền gửi {author.domain} đã xác thực; địa chỉ gửi chưa có trong danh sách.",
        en=f"The sending domain {author.domain} is authenticated; the address is not in the directory.",
    )
    return Sender(level=SenderLevel.PROVEN, reason=reason)


def is_official(domain: str) -> bool:
    """Say whether only bodies of the State and the Party have such a domain; a signal, not a gate (email-rules §6)."""
    return any(domain == each or domain.endswith(f".{each}") for each in OFFICIAL)


def _confirmation(address: str, offices: Sequence[Office], findings: Findings) -> Confirmation | None:
    """Find a writing that confirms the address on the day of arrival; when that is not known, one without bounds."""
    if findings.arrived is not None:
        found = (office.confirmation(address, findings.arrived) for office in offices)
        return next((each for each in found if each is not None), None)
    held = (each for office in offices for each in office.confirmed if each.address == address.lower())
    return next((each.confirmation for each in held if each.confirmation.is_endless), None)


def _is_signed(compared: Sequence[Identities]) -> bool:
    """Say whether every document is validly signed by the body in its letterhead, and the mailbox is not another's."""
    pair = (Source.CERTIFICATE, Source.LETTERHEAD)
    signed = bool(compared) and all(each.agreement(*pair) is Agreement.AGREE for each in compared)
    return signed and not any(each.differing() for each in compared)


def _is_of_domain(author: Address, offices: Sequence[Office]) -> bool:
    """Say whether the directory names the domain, not only a mailbox that an office opened with somebody else."""
    return is_official(author.domain) or any(
        author.domain == domain or author.domain.endswith(f".{domain}")
        for office in offices
        for domain in office.domains
    )
