"""
Examples that live beside the rules: a mail in few words, and what must become of it.

`run_examples` decides each through the very same code as a real mail. An example that names a mail file is decided by
the caller, who can read files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum

from mailbridge.classifier.directory import NO_DIRECTORY, Confirmation, ConfirmedAddress, Directory, Office
from mailbridge.classifier.kinds import Classification, Document, Kind, Reading, WorkingKind
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.decision.decide import decide
from mailbridge.decision.findings import Agency, Decision, Findings
from mailbridge.decision.policy import Policy
from mailbridge.mail.address import Address
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.entry import Acquaintance, DraftEntry, Known, RegisterEntry
from mailbridge.verify.results import ArcResult, AuthResults, DkimResult, DmarcResult, Result, SpfResult
from mailbridge.verify.signature import Change, SignatureStatus, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleSignature:
    """A signature on the main file of the first document, or on another file (`main` False)."""

    role: str | None = None
    status: Status = Status.TOTAL_PASSED
    sub_indication: str | None = None
    changed: Change = Change.NOTHING
    main: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleMail:
    """
    A mail in few words; what is not said is as in an ordinary official document of one page without signature.

    `absent` and `doubtful` name fields; doubtful ones are read with `confidence`, the others with 0.99. `proven` adds
    the DKIM signature that proves the author. `author` is an address; `listed` puts its domain into the directory as
    that of the issuer, `confirmed` the address as confirmed in writing. `met`: whether its mail came before.
    """

    kind: Kind = Kind.OFFICIAL_DOCUMENT
    author: str = "vanthu@vidu.example.gov.vn"
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    client: str | None = None
    door: Door = Door.HOP
    proven: bool = False
    dkim: tuple[Result, ...] = ()
    spf: Result = Result.NONE
    dmarc: Result = Result.NONE
    documents: int | None = None
    issuer: str = "Cơ quan ví dụ"
    symbol: str = "15/CQVD-VP"
    issued_date: date = date(2026, 11, 2)
    subject: str = "Báo cáo công tác văn thư"
    type: str = "Công văn"
    urgency: str | None = None
    draft: bool = False
    absent: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    confidence: float = 0.5
    signatures: tuple[ExampleSignature, ...] = ()
    problems: tuple[str, ...] = ()
    secrecy: str | None = None
    automatic: str | None = None
    working: WorkingKind | None = None
    links: int = 0
    listed: bool = False
    confirmed: bool = False
    met: Acquaintance | None = None
    same_mail: bool = False
    same_file: bool = False
    same_symbol: bool = False
    delivered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What must become of it; None is not compared. `rule` is the deciding one."""

    action: str
    rule: str | None = None
    book: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One example: a mail in words, or the path of a mail file relative to the example's own file."""

    name: str
    expected: Expected
    findings: ExampleMail = field(default_factory=ExampleMail)
    mail: str | None = None
    origin: str = ""


class Verdict(Enum):
    """How an example ended."""

    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleResult:
    """What became of an example; `decision` is None when it was skipped, `difference` says what is not as expected."""

    example: Example
    verdict: Verdict
    decision: Decision | None = None
    difference: str = ""


def run_examples(
    policy: Policy,
    examples: Iterable[Example],
    judge_mail: Callable[[Example], Decision] | None = None,
) -> tuple[ExampleResult, ...]:
    """
    Decide every example and compare.

    Args:
        judge_mail: Decides an example that names a mail file; without it such examples are skipped.
    """
    return tuple(_run(policy, example, judge_mail) for example in examples)


def _run(policy: Policy, example: Example, judge_mail: Callable[[Example], Decision] | None) -> ExampleResult:
    if example.mail is None:
        decision = decide(findings_from(example.findings, policy.agency), policy)
    elif judge_mail is not None:
        decision = judge_mail(example)
    else:
        return ExampleResult(example=example, verdict=Verdict.SKIPPED)
    difference = _difference(example.expected, decision)
    verdict = Verdict.BROKEN if difference else Verdict.KEPT
    return ExampleResult(example=example, verdict=verdict, decision=decision, difference=difference)


def _difference(expected: Expected, decision: Decision) -> str:
    became = (
        ("action", expected.action, decision.action.value),
        ("rule", expected.rule, decision.reasons[0].rule),
        ("book", expected.book, decision.book),
    )
    return "; ".join(
        f"{what} is {found}, expected {wanted}"
        for what, wanted, found in became
        if wanted is not None and wanted != found
    )


def findings_from(mail: ExampleMail, agency: Agency) -> Findings:
    """Build the findings that an example tells of; the agency's first address is the recipient when none is named."""
    local, _, domain = mail.author.rpartition("@")
    return Findings(
        agency=agency,
        door=mail.door,
        client=Client(ip=mail.client),
        envelope=Envelope(
            mail_from=mail.author if mail.sender is None else mail.sender.removeprefix("<>"),
            recipients=mail.recipients or agency.addresses[:1],
        ),
        author=Address(local=local, domain=domain.lower()),
        attachment_problems=mail.problems,
        authentication=_authentication(mail, domain.lower()),
        classification=Classification(
            kind=mail.kind,
            confidence=0.99,
            reasons=("example",),
            documents=_documents(mail),
            secrecy=mail.secrecy,
            automatic=mail.automatic,
            working=mail.working,
            links=tuple(f"https://vidu.example/{place}" for place in range(mail.links)),
        ),
        signatures=tuple(_signature(signature) for signature in mail.signatures),
        known=_known(mail, agency),
        delivered=mail.delivered,
        directory=_directory(mail, domain.lower()),
    )


def _directory(mail: ExampleMail, domain: str) -> Directory:
    if not mail.listed and not mail.confirmed:
        return NO_DIRECTORY
    address = mail.author.lower()
    confirmation = Confirmation(document="Công văn ví dụ")
    office = Office(
        name=mail.issuer,
        addresses=(address,),
        domains=(domain,),
        confirmed=(ConfirmedAddress(address=address, confirmation=confirmation),) if mail.confirmed else (),
    )
    return Directory((office,))


def _authentication(mail: ExampleMail, domain: str) -> AuthResults:
    dkim = [DkimResult(result=result, domain=domain, selector="s") for result in mail.dkim]
    if mail.proven:
        dkim.append(DkimResult(result=Result.PASS, domain=domain, selector="s", aligned=True))
    return AuthResults(
        spf=SpfResult(result=mail.spf), dkim=tuple(dkim), arc=ArcResult(), dmarc=DmarcResult(result=mail.dmarc)
    )


def _documents(mail: ExampleMail) -> tuple[Document, ...]:
    count = mail.documents
    if count is None:
        count = 1 if mail.kind is Kind.OFFICIAL_DOCUMENT and mail.secrecy is None else 0
    return tuple(_document(mail, place) for place in range(1, count + 1))


def _document(mail: ExampleMail, place: int) -> Document:
    number, _, notation = mail.symbol.partition("/")
    # Several documents in one mail have numbers one after the other, as a clerk would give them.
    number = str(int(number) + place - 1) if number.isdigit() else number
    symbol = DocumentSymbol(text=f"{number}/{notation}", raw=mail.symbol, number=number)

    def certainty(name: str) -> float:
        return 0.0 if name in mail.absent else mail.confidence if name in mail.doubtful else 0.99

    def text(name: str, value: str | None) -> Reading[str]:
        return Reading(value=None if name in mail.absent else value, confidence=certainty(name))

    return Document(
        main=str(place),
        parts=(str(place),),
        issuer=text("issuer", mail.issuer),
        subject=text("subject", mail.subject),
        type=text("type", mail.type),
        urgency=text("urgency", mail.urgency),
        symbol=Reading(value=None if "symbol" in mail.absent else symbol, confidence=certainty("symbol")),
        issued_date=Reading(
            value=None if "issued_date" in mail.absent else mail.issued_date, confidence=certainty("issued_date")
        ),
        signer=Reading(),
        addressees=Reading(),
        recipients=Reading(),
        due_date=Reading(),
        draft=mail.draft,
    )


def _signature(signature: ExampleSignature) -> SignatureStatus:
    return SignatureStatus(
        part="1" if signature.main else "9",
        format="pades",
        status=signature.status,
        sub_indication=signature.sub_indication,
        role=signature.role,
        covers_whole_file=signature.changed is Change.NOTHING,
        changed_after=signature.changed,
    )


def _known(mail: ExampleMail, agency: Agency) -> Known:
    entry = RegisterEntry(
        id="example",
        year=2026,
        number=7,
        arrived_at=datetime(2026, 11, 1, 2, tzinfo=UTC),
        draft=DraftEntry(
            agency=agency.id,
            book="den",
            mail_id="example",
            document_sha256="0" * 64,
            symbol=mail.symbol,
            issuer=mail.issuer,
        ),
    )
    return Known(
        same_mail=mail.same_mail,
        same_file=(("0" * 64, entry),) if mail.same_file else (),
        same_symbol=((mail.symbol, entry),) if mail.same_symbol else (),
        sender=mail.met,
    )
