"""Values of the decision with good defaults: an official document from a proven state office, signed by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any

from mailbridge.classifier.kinds import Document, Kind, Reading, Signer
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.decision.catalogue import CONDITIONS
from mailbridge.decision.conditions import Asked, Flag, Networks, Patterns, Range, Shape, Wanted, Words
from mailbridge.decision.examples import ExampleMail, findings_from
from mailbridge.decision.findings import Action, Agency, Findings
from mailbridge.decision.policy import Book, Policy
from mailbridge.decision.rules import Default, Order, Rule, RuleSet
from mailbridge.decision.sentence import Sentence
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.message import Message, Part
from mailbridge.registry.entry import DraftEntry, RegisterEntry
from mailbridge.verify.signature import Change, SignatureStatus, Status

AGENCY = Agency(
    id="sonv",
    name="Sở Nội vụ tỉnh Bắc Kạn",
    domains=("sonv.backan.gov.vn",),
    addresses=("vanthu@sonv.backan.gov.vn",),
    clerks=("lan@sonv.backan.gov.vn",),
    security_contact="baomat@sonv.backan.gov.vn",
)

DEN = Book(id="den", title="Sổ đăng ký văn bản đến", kinds=(Kind.OFFICIAL_DOCUMENT,))


def findings(**mail: Any) -> Findings:
    """An official document without signature, in the words of an example."""
    return findings_from(ExampleMail(**mail), AGENCY)


def asks(key: str, value: Any) -> Asked:
    """A condition; the value becomes what its shape wants."""
    condition = CONDITIONS[key]
    texts = (value,) if isinstance(value, str) else value
    wanted: Wanted
    match condition.shape:
        case Shape.WORDS:
            wanted = Words(any_of=texts)
        case Shape.PATTERNS | Shape.ADDRESSES:
            wanted = Patterns(any_of=texts)
        case Shape.NETWORKS:
            wanted = Networks(any_of=tuple(ip_network(text) for text in texts))
        case Shape.FLAG:
            wanted = Flag(value=value)
        case Shape.NUMBER:
            wanted = Range(**value) if isinstance(value, dict) else Range(at_least=value, at_most=value)
    return Asked(condition=condition, wanted=wanted)


def rule(
    name: str,
    order: Order = Order.REGISTER,
    *,
    stop: bool = True,
    when: dict[str, Any] | None = None,
    unless: dict[str, Any] | None = None,
    book: str | None = None,
    notify: tuple[str, ...] = (),
) -> Rule:
    """A rule; without `when` it speaks always."""
    return Rule(
        name=name,
        order=order,
        stop=stop,
        text=Sentence(vi=f"vì {name}", en=f"because {name}"),
        when=tuple(asks(key, value) for key, value in (when or {}).items()),
        unless=tuple(asks(key, value) for key, value in (unless or {}).items()),
        book=book,
        notify=notify,
    )


def rule_set(*rules: Rule, default: Action = Action.HOLD) -> RuleSet:
    """Rules with a default that holds."""
    return RuleSet(rules=rules, default=Default(action=default, text=Sentence(vi="mặc định")), version="f" * 64)


def policy(*rules: Rule, **choices: Any) -> Policy:
    """A policy that enters everything unless rules are given."""
    chosen: dict[str, Any] = {
        "agency": AGENCY,
        "rules": rule_set(*(rules or (rule("enter-all", book="den"),))),
        "books": (DEN,),
    }
    return Policy(**{**chosen, **choices})


def symbol(text: str = "15/CQVD-VP") -> DocumentSymbol:
    number, _, _ = text.partition("/")
    return DocumentSymbol(text=text, raw=text, number=number or None)


def document(main: str = "1", confidence: float = 0.99, **changes: Any) -> Document:
    """A complete document, every field equally sure."""
    complete = Document(
        main=main,
        parts=(main,),
        type=Reading(value="Công văn", confidence=confidence),
        symbol=Reading(value=symbol(), confidence=confidence),
        issued_date=Reading(value=date(2026, 11, 2), confidence=confidence),
        issuer=Reading(value="Bộ Nội vụ", confidence=confidence),
        subject=Reading(value="Báo cáo công tác văn thư", confidence=confidence),
        signer=Reading(value=Signer(name="Trần Văn A", position="Vụ trưởng", authority=None), confidence=confidence),
        addressees=Reading(),
        recipients=Reading(),
        due_date=Reading(value=date(2026, 12, 1), confidence=confidence),
        urgency=Reading(value="khẩn", confidence=confidence),
        pages=2,
    )
    return replace(complete, **changes)


def holding(base: Findings, *documents: Document) -> Findings:
    """The same findings with these documents."""
    return replace(base, classification=replace(base.classification, documents=documents))


def signature(part: str = "1", **changes: Any) -> SignatureStatus:
    """A valid signature of an organisation."""
    valid = SignatureStatus(
        part=part,
        format="pades",
        status=Status.TOTAL_PASSED,
        role="organization",
        covers_whole_file=True,
        changed_after=Change.NOTHING,
    )
    return replace(valid, **changes)


def entry(number: int = 7, **draft: Any) -> RegisterEntry:
    """A line of the book, entered on 3 November 2026 in Vietnam."""
    filled: dict[str, Any] = {
        "agency": "sonv",
        "book": "den",
        "mail_id": "earlier",
        "document_sha256": "a" * 64,
        "symbol": "15/CQVD-VP",
        "issuer": "Bộ Nội vụ",
        "issued_date": date(2026, 11, 2),
        **draft,
    }
    return RegisterEntry(
        id="e1", year=2026, number=number, arrived_at=datetime(2026, 11, 2, 18, tzinfo=UTC), draft=DraftEntry(**filled)
    )


def part(index: str, sha256: str) -> Part:
    return Part(
        index=index,
        name=f"{index}.pdf",
        raw_name=f"{index}.pdf",
        declared_type="application/pdf",
        type="application/pdf",
        disposition="attachment",
        content_id=None,
        content=b"%PDF",
        sha256=sha256,
    )


def message(*parts: Part) -> Message:
    return Message(
        header=(),
        message_id="<1@example>",
        author=None,
        subject="",
        date=None,
        text="",
        parts=parts or (part("1", "1" * 64),),
    )


def mail(**changes: Any) -> MailObject:
    accepted = MailObject(
        id="019a0000-0000-7000-8000-000000000001",
        door=Door.HOP,
        client=Client(ip="192.0.2.1"),
        envelope=Envelope(mail_from="a@example.gov.vn", recipients=("vanthu@sonv.backan.gov.vn",)),
        content=b"",
        sha256="b" * 64,
        accepted_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
        next_hop_reply="250 2.0.0 ok",
    )
    return replace(accepted, **changes)
