"""Say who sent a mail, by which proof, and what the signatures in it are: each of them once."""

from __future__ import annotations

from collections.abc import Sequence

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Judgement
from mailbridge.letters.reasons import said
from mailbridge.letters.typeset import moment, one_line
from mailbridge.letters.view import Row
from mailbridge.letters.wording import (
    GOOD,
    SIGNATURE,
    Proof,
    Signed,
    Words,
    joined,
    proof,
    signed,
    signed_summary,
    small,
    spoken_of,
)
from mailbridge.mail.message import Message
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus

_SENT_FROM = Words(vi="Thư gửi từ", en="Sent from")
_NO_AUTHOR = Words(vi="Thư không ghi rõ một người gửi", en="The mail does not name one author")
_SIGNED_AT = Words(vi="ký lúc", en="signed at")
_BY_TIMESTAMP = Words(vi="dấu thời gian", en="timestamp")
_AS_CLAIMED = Words(vi="theo máy của người ký", en="by the clock of the signer")
_FILE = Words(vi="tệp", en="file")


def verdict(judgement: Judgement, message: Message, language: str) -> str:
    """Say in one sentence who sent the mail, by which proof, and what the signatures on its documents are."""
    author = message.author
    sender = f"{_SENT_FROM[language]} {one_line(str(author))}" if author else _NO_AUTHOR[language]
    return f"{joined([sender, _origin(judgement.authentication, language), _signed_by(judgement, language)])}."


def _origin(results: AuthResults, language: str) -> str:
    """Say what DKIM proves, with the domain, and why it failed where it failed."""
    state, result = proof(results), spoken_of(results)
    words, domain = state.value[language], one_line(result.domain, 255) if result and result.domain else ""
    if not domain or words.endswith(")"):
        return words
    why = one_line(said(result.reason, language)) if state is Proof.FAILED and result and result.reason else ""
    return f"{words} ({domain}: {why})" if why else f"{words} ({domain})"


def _signed_by(judgement: Judgement, language: str) -> str:
    """
    Name each state of the signatures on the main files once.

    Those who signed well are named here; what a person should look at is told one by one in `signers_to_look_at`.
    """
    mains = {document.main for document in judgement.classification.documents}
    holders: dict[Signed, list[str]] = {}
    for status in judgement.signatures:
        if not mains or status.part in mains:
            holders.setdefault(signed(status), []).append(_holder(status))
    told = [_state(state, tuple(dict.fromkeys(filter(None, names))), language) for state, names in holders.items()]
    return joined(told) or signed_summary((), language)


def _state(state: Signed, names: Sequence[str], language: str) -> str:
    words = state.value[language]
    if state in (Signed.UNCHECKED, Signed.UNDECIDED):
        words = f"{SIGNATURE[language]} {small(words)}"
    return f"{words}: {', '.join(names)}" if names and state in GOOD else words


def signers_to_look_at(
    signatures: Sequence[SignatureStatus], document: Document | None, message: Message, language: str
) -> tuple[Row, ...]:
    """Tell of each signature that is not valid, or valid on another file than the main one; () when all is well."""
    main = document.main if document else None
    return tuple(_row(each, message, language) for each in signatures if signed(each) not in GOOD or each.part != main)


def _row(status: SignatureStatus, message: Message, language: str) -> Row:
    source = _BY_TIMESTAMP if status.time_source == "timestamp" else _AS_CLAIMED
    when = f"{_SIGNED_AT[language]} {moment(status.signed_at)} ({source[language]})" if status.signed_at else ""
    name = one_line(next((part.name or "" for part in message.parts if part.index == status.part), ""))
    file = f"{_FILE[language]} {name}" if name else ""
    facts = ", ".join(filter(None, (_holder(status), when, file)))
    why = one_line(said(status.reason, language)) if status.reason else ""
    return Row(label=signed(status).value[language], text="; ".join(filter(None, (facts, why))))


def _holder(status: SignatureStatus) -> str:
    """Write the holder of a certificate: common name, and the organisation when it says more."""
    name, organization = one_line(status.signer or "", 100), one_line(status.organization or "", 200)
    return f"{name} ({organization})" if name and organization and name != organization else name or organization
