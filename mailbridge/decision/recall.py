"""
A mail that asks for a document back, or puts another in its place: which entry is meant, and is it the issuer who asks.

Nothing happens by itself: a clerk answers. Until then the entry is frozen, but only when the one who asks is proven to
be the body that issued the document; otherwise any stranger could stop an office's work by naming a number (domain:
register §3.5; NĐ 30/2020/NĐ-CP, Điều 18 khoản 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from mailbridge.classifier.kinds import Asks, Notice
from mailbridge.decision.findings import Action, Findings
from mailbridge.decision.identity_bodies import Body, Relation, body_named, relation
from mailbridge.decision.identity_certificate import signing_body
from mailbridge.decision.identity_mail import mail_body
from mailbridge.decision.proof import is_valid, stands_on
from mailbridge.decision.rules import Outcome
from mailbridge.decision.sender import SenderLevel, judge_sender
from mailbridge.decision.sentence import Sentence
from mailbridge.registry.entry import EntryStatus, RegisterEntry

_PROVEN = frozenset({SenderLevel.CONFIRMED, SenderLevel.OFFICIAL_SIGNED, SenderLevel.OFFICIAL})
_SPEAKS_FOR = frozenset({Relation.SAME, Relation.OFFICE})
_GONE = frozenset({EntryStatus.VOIDED, EntryStatus.MERGED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Recall:
    """
    What is asked, and of which entries it may be.

    `proven`: there is exactly one entry, and its issuer is proven to ask; only then it is frozen. Otherwise `entries`
    are all that the words fit, newest first; () when the book has none.
    """

    notice: Notice
    entries: tuple[RegisterEntry, ...]
    proven: bool = False

    @property
    def frozen(self) -> RegisterEntry | None:
        """The entry that nobody touches until a clerk has answered."""
        if not self.proven or self.entries[0].status is EntryStatus.RECALLED:
            return None
        return self.entries[0]


def recalls(findings: Findings) -> tuple[Recall, ...]:
    """Find the entries that the notices of a mail are about. Raises nothing."""
    return tuple(_found(each, findings) for each in findings.classification.notices)


def recall(findings: Findings) -> Outcome | None:
    """Hold a mail that asks something of a document that was sent before, whatever else it brings."""
    found = recalls(findings)
    if not found or not findings.classification.kind.is_stored:
        return None
    first = next((each for each in found if each.proven), found[0])
    return Outcome(action=Action.HOLD, rule="fixed:recall", text=said(first))


def said(found: Recall) -> Sentence:
    """Say in one sentence what is asked and what a clerk has to do."""
    what = _asked(found.notice)
    if not found.entries:
        return Sentence(
            vi=f"{what.vi}; sổ chưa có văn bản này, đề nghị Văn thư kiểm tra.",
            en=f"{what.en}; the book does not have it, please look.",
        )
    named = ", ".join(f"{each.shown_number}/{each.year}" for each in found.entries)
    if found.frozen is not None:
        return Sentence(
            vi=f"{what.vi}: số đến {named} tạm khóa cho đến khi Văn thư trả lời.",
            en=f"{what.en}: number {named} is frozen until a clerk answers.",
        )
    if found.proven:
        return Sentence(
            vi=f"{what.vi}: số đến {named} đã được thu hồi trước đó.",
            en=f"{what.en}: number {named} was recalled before.",
        )
    return Sentence(
        vi=f"{what.vi} (số đến {named}), nhưng chưa có căn cứ xác nhận người gửi là cơ quan ban hành; "
        "số đến không bị khóa, đề nghị Văn thư liên hệ nơi ban hành.",
        en=f"{what.en} (number {named}), but nothing proves that the sender is the issuing body; "
        "the entry is not frozen, please ask the issuer.",
    )


def _asked(notice: Notice) -> Sentence:
    symbol = notice.symbol
    match notice.asks:
        case Asks.RECALL:
            return Sentence(
                vi=f"Thư đề nghị thu hồi văn bản số {symbol}", en=f"The mail asks to take back document {symbol}"
            )
        case Asks.REPLACE:
            return Sentence(
                vi=f"Thư gửi văn bản thay thế văn bản số {symbol}", en=f"The mail replaces document {symbol}"
            )
        case Asks.UPDATE:
            return Sentence(
                vi=f"Thư đề nghị cập nhật văn bản số {symbol}", en=f"The mail asks to change document {symbol}"
            )
    assert_never(notice.asks)


def _found(notice: Notice, findings: Findings) -> Recall:
    fitting = [
        entry
        for symbol, entry in findings.known.same_symbol
        if symbol == notice.symbol and entry.status not in _GONE and _fits_day(notice, entry)
    ]
    askers = tuple(_askers(findings))
    own = [each for each in fitting if _is_of(askers, each, findings)]
    if len(own) == 1:
        return Recall(notice=notice, entries=(own[0],), proven=True)
    return Recall(notice=notice, entries=tuple(own or (each for each in fitting if _may_be(notice, each, findings))))


def _fits_day(notice: Notice, entry: RegisterEntry) -> bool:
    issued = entry.draft.issued_date
    return notice.issued is None or issued is None or notice.issued == issued


def _askers(findings: Findings) -> Iterator[Body]:
    """
    Name the bodies that are proven to ask: by the sending mailbox, or by a valid seal on a document that came.

    A domain that several bodies share speaks for none of them here.
    """
    if findings.author is not None and judge_sender(findings).level in _PROVEN:
        bodies = mail_body(findings.author, findings.directory).bodies
        yield from bodies if len(bodies) == 1 else ()
    for document in findings.classification.documents:
        for signature in findings.signatures:
            if signature.role == "organization" and is_valid(signature) and stands_on(signature, document):
                body = signing_body(signature, findings.directory)
                if body is not None:
                    yield body


def _is_of(askers: Sequence[Body], entry: RegisterEntry, findings: Findings) -> bool:
    if not entry.draft.issuer:
        return False
    issuer = body_named(entry.draft.issuer, (), findings.directory)
    return any(relation(each, issuer) in _SPEAKS_FOR for each in askers)


def _may_be(notice: Notice, entry: RegisterEntry, findings: Findings) -> bool:
    """Say whether the issuer that the mail names does not contradict that of an entry."""
    if not notice.issuer or not entry.draft.issuer:
        return True
    named = body_named(notice.issuer, (), findings.directory)
    return relation(named, body_named(entry.draft.issuer, (), findings.directory)) is not Relation.OTHER
