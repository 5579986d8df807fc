"""Say who sent a mail, by which proof, and what the signatures in it are: each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Judgement
from mailbridge.decision.identity import Source
from mailbridge.decision.sender import SenderLevel
from mailbridge.letters.reasons import said
from mailbridge.letters.typeset import moment, one_line
from mailbridge.letters.view import Row
from mailbridge.letters.wording import (
    GOOD,
    SIGNATURE,
    MailSigned,
    Proof,
    Signed,
    Words,
    is_old,
    joined,
    mail_signed,
    proof,
    signed,
    signed_summary,
    small,
    spoken_of,
)
from mailbridge.mail.message import Message
from mailbridge.registry.entry import Acquaintance
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus

_SENT_FROM = Words(vi="Thư gửi từ", en="Sent from")
_NO_AUTHOR = Words(vi="Thư không ghi rõ một người gửi", en="The mail does not name one author")
_SIGNED_AT = Words(vi="ký lúc", en="signed at")
_BY_TIMESTAMP = Words(vi="dấu thời gian", en="timestamp")
_AS_CLAIMED = Words(vi="theo máy của người ký", en="by the clock of the signer")
_FILE = Words(vi="tệp", en="file")
_TOLD_LEVELS = frozenset({SenderLevel.CONFIRMED, SenderLevel.OFFICIAL})
"""Levels that say something which neither the proof of the domain nor the level of the document says."""
_OTHER_BODY = Words(vi="Chữ ký số không phải của cơ quan ban hành", en="Digital signature not of the issuing body")

_UNANSWERED = Words(vi="Hệ thống không gửi thư báo nhận đến địa chỉ này.", en="No receipt is sent to this address.")
_PRIVATE = Words(
    vi="Gửi từ hộp thư không phải .gov.vn và không có trong danh bạ.",
    en="Sent from a mailbox that is neither .gov.vn nor in the directory.",
)
_FIRST_SEEN: Mapping[Acquaintance | None, Words] = MappingProxyType(
    {
        Acquaintance.STRANGER: Words(
            vi="Lần đầu nhận văn bản từ địa chỉ này; tên miền gửi cũng chưa gặp trong các thư gần đây.",
            en="This address has not sent a document before, and its domain was not met in recent mail.",
        ),
        Acquaintance.DOMAIN: Words(
            vi="Lần đầu nhận văn bản từ địa chỉ này.", en="This address has not sent a document before."
        ),
    }
)


def verdict(judgement: Judgement, message: Message, language: str) -> str:
    """Say in one sentence who sent the mail, by which proof, and what the signatures on its documents are."""
    author = message.author
    sender = f"{_SENT_FROM[language]} {one_line(str(author))}" if author else _NO_AUTHOR[language]
    results = judgement.authentication
    told = (_origin(results, language), *_mail_signatures(results, language), _signed_by(judgement, language))
    return f"{joined([sender, *told])}."


def _origin(results: AuthResults, language: str) -> str:
    """Say what DKIM proves, with the domain, and why it failed where it failed."""
    state, result = proof(results), spoken_of(results)
    words = state.value[language]
    reason = result.reason if result else results.dmarc.reason
    domain = one_line((result.domain if result else results.dmarc.domain) or "", 255)
    if not domain or words.endswith(")") or state is Proof.NONE:
        return words
    why = one_line(said(reason, language)) if state is Proof.FAILED and reason else ""
    return f"{words} ({domain}: {why})" if why else f"{words} ({domain})"


def _mail_signatures(results: AuthResults, language: str) -> tuple[str, ...]:
    """Say what the S/MIME signatures of the mail are, each state once; "valid" only of the author's, over all of it."""
    states: dict[MailSigned, list[str]] = {}
    for each in results.smime:
        signers = states.setdefault(mail_signed(each), [])
        if each.signer:
            signers.append(one_line(each.signer, 100))
    return tuple(
        f"{state.value[language]}: {', '.join(dict.fromkeys(signers))}" if signers else state.value[language]
        for state, signers in states.items()
    )


def cautions_of(judgement: Judgement, language: str) -> tuple[str, ...]:
    """
    Tell what to mind about the sender, a sentence each, () when there is nothing.

    What the level of the document or the reasons of the decision say already is not said again.
    """
    sender = judgement.sender
    if sender is None:
        return ()
    is_contradicted = sender.level is SenderLevel.CONTRADICTED
    told = [sender.reason.said(language)] if is_contradicted else []
    told += [pair.reason.said(language) for each in judgement.identities for pair in each.differing()]
    if is_contradicted:
        told.append(_UNANSWERED[language])
    elif sender.private:
        told.append(_PRIVATE[language])
    if judgement.met in _FIRST_SEEN:
        told.append(_FIRST_SEEN[judgement.met][language])
    return _untold(told, judgement, language)


def notes_of(judgement: Judgement, language: str) -> tuple[str, ...]:
    """Tell what else is known of the sender, a sentence each, () when there is nothing, or it is said already."""
    sender = judgement.sender
    told = [sender.reason.said(language)] if sender is not None and sender.level in _TOLD_LEVELS else []
    return _untold(told, judgement, language)


def _untold(told: Sequence[str], judgement: Judgement, language: str) -> tuple[str, ...]:
    known = [reason.text for reason in judgement.decision.reasons]
    known += [judgement.assurance.reason.said(language)] if judgement.assurance else []
    return tuple(dict.fromkeys(one_line(each) for each in told if not any(each in text for text in known)))


def _signed_by(judgement: Judgement, language: str) -> str:
    """
    Name each state of the signatures on the main files once.

    Those who signed well are named here; what a person should look at is told one by one in `signers_to_look_at`.
    """
    mains = {document.main for document in judgement.classification.documents}
    others = _signers_of_other_bodies(judgement)
    holders: dict[Words, list[str]] = {}
    for status in judgement.signatures:
        if not mains or not mains.isdisjoint((status.part, status.signs)):
            holders.setdefault(_words(status, others), []).append(_holder(status))
    told = [_state(words, tuple(dict.fromkeys(filter(None, names))), language) for words, names in holders.items()]
    age = [Signed.OLD.value[language]] if any(is_old(each) for each in judgement.signatures) else []
    return joined([*(told or [signed_summary((), language)]), *age])


def _signers_of_other_bodies(judgement: Judgement) -> frozenset[str]:
    """Name those who signed well for another body than the one in the letterhead; seals count before persons."""
    pair = {Source.CERTIFICATE, Source.LETTERHEAD}
    names = {
        identity.shown
        for each in judgement.identities
        if any({found.one, found.other} == pair for found in each.differing())
        for identity in each.certificates
    }
    good = [each for each in judgement.signatures if each.signer in names and signed(each) in GOOD]
    deciding = [each for each in good if each.role == "organization"] or good
    return frozenset(each.signer for each in deciding if each.signer)


def _words(status: SignatureStatus, others: frozenset[str]) -> Words:
    """Choose the words of a state; beside the letterhead of another body no signature is called valid."""
    state = signed(status)
    return _OTHER_BODY if state in GOOD and status.signer in others else state.value


def _state(words: Words, names: Sequence[str], language: str) -> str:
    told = words[language]
    if words in (Signed.UNCHECKED.value, Signed.UNDECIDED.value):
        told = f"{SIGNATURE[language]} {small(told)}"
    is_named = words is _OTHER_BODY or words in {each.value for each in GOOD}
    return f"{told}: {', '.join(names)}" if names and is_named else told


def signers_to_look_at(
    signatures: Sequence[SignatureStatus], document: Document | None, message: Message, language: str
) -> tuple[Row, ...]:
    """Tell of each signature that is not valid, or valid on another file than the main one; () when all is well."""
    main = document.main if document else None
    return tuple(
        _row(each, message, language)
        for each in signatures
        if signed(each) not in GOOD or is_old(each) or main not in (each.part, each.signs)
    )


def _row(status: SignatureStatus, message: Message, language: str) -> Row:
    source = _BY_TIMESTAMP if status.time_source == "timestamp" else _AS_CLAIMED
    when = f"{_SIGNED_AT[language]} {moment(status.signed_at)} ({source[language]})" if status.signed_at else ""
    name = one_line(next((part.name or "" for part in message.parts if part.index == status.part), ""))
    file = f"{_FILE[language]} {name}" if name else ""
    facts = ", ".join(filter(None, (_holder(status), when, file)))
    why = one_line(said(status.reason, language)) if status.reason else ""
    state = Signed.OLD if is_old(status) and signed(status) in GOOD else signed(status)
    return Row(label=state.value[language], text="; ".join(filter(None, (facts, why))))


def _holder(status: SignatureStatus) -> str:
    """Write the holder of a certificate: common name, and the organisation when it says more."""
    name, organization = one_line(status.signer or "", 100), one_line(status.organization or "", 200)
    return f"{name} ({organization})" if name and organization and name != organization else name or organization
