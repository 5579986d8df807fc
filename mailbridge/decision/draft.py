"""From a judgement to the lines of the book: the input fields of Phụ lục VI phần II mục II, still without a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mailbridge.classifier.kinds import Document, Reading
from mailbridge.decision.findings import Agency, Judgement
from mailbridge.decision.office import mailboxes_of
from mailbridge.decision.policy import Policy
from mailbridge.decision.proof import paper_note
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.message import Message
from mailbridge.registry.entry import Channel, DraftEntry

T = TypeVar("T")

_LONGEST_RECEIVERS = 1000


def draft_entries(judgement: Judgement, mail: MailObject, message: Message, policy: Policy) -> tuple[DraftEntry, ...]:
    """
    Write one entry for each document, in order; a file that was attached twice is one document.

    A field that was read with less confidence than the office asks for stays empty: a wrong value in the book is worse
    than none. The due date stays empty too, a deadline is proposed to a person and never set unseen.

    Raises:
        LookupError: a document names a part that the message does not have.
        ValueError: no book takes this kind of mail.
    """
    book = judgement.decision.book or policy.book_for(judgement.classification.kind)
    if book is None:
        raise ValueError("no book takes this kind of mail")
    digests = {part.index: part.sha256 for part in message.parts}
    recipients = receivers(policy.agency, mailboxes_of(policy.agency, mail.envelope, message))
    drafts: dict[str, DraftEntry] = {}
    for document in judgement.classification.documents:
        digest = digests[document.main]
        drafts.setdefault(digest, _draft(document, digest, judgement, mail, policy, book, recipients))
    return tuple(drafts.values())


def _draft(
    document: Document,
    digest: str,
    judgement: Judgement,
    mail: MailObject,
    policy: Policy,
    book: str,
    recipients: str,
) -> DraftEntry:
    least = policy.least_confidence
    symbol = _sure(document.symbol, least)
    signer = _sure(document.signer, least)
    return DraftEntry(
        agency=policy.agency.id,
        book=book,
        mail_id=mail.id,
        document_sha256=digest,
        type=_sure(document.type, least),
        number=symbol.number if symbol else None,
        notation=(symbol.notation or None) if symbol else None,
        symbol=symbol.text if symbol else None,
        issued_date=_sure(document.issued_date, least),
        issuer=_sure(document.issuer, least),
        subject=_sure(document.subject, least),
        pages=document.pages,
        note=paper_note(document, judgement.signatures),
        signer_position=signer.position if signer else None,
        signer_name=signer.name if signer else None,
        urgency=_sure(document.urgency, least),
        recipients=recipients,
        channel=_channel(document),
    )


def _channel(document: Document) -> Channel:
    """Say on which road a document came: what the header of an edXML packet tells came in that packet."""
    told = (document.symbol, document.issuer, document.subject, document.issued_date)
    return Channel.EDXML if any(each.source.endswith(", edXML") for each in told) else Channel.MAIL


def _sure(reading: Reading[T], least: float) -> T | None:
    return reading.value if reading.confidence >= least else None


def receivers(agency: Agency, mailboxes: Sequence[str]) -> str:
    """
    Return the seventh column, "Đơn vị hoặc người nhận": the mailboxes of the agency that the mail is for.

    The column has 1000 characters (Phụ lục VI phần II mục II); of more mailboxes the first are named, the rest counted.
    """
    shown = "; ".join(mailboxes)
    if len(shown) <= _LONGEST_RECEIVERS:
        return shown or agency.name
    named = shown[: _LONGEST_RECEIVERS - 40].rpartition("; ")[0]
    rest = len(mailboxes) - (named.count("; ") + 1 if named else 0)
    return f"{named}; và {rest} địa chỉ khác" if named else f"{agency.name}: {rest} địa chỉ"
