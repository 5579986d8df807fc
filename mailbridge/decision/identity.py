"""
Three identities of one document, put beside each other: who sent the mail, whose certificate, whose letterhead.

Each is named with what proves it, and each pair agrees, differs, or is not known, with the reason. Two differ only when
they name different bodies: a unit, an office and a superior speak for one another as they do in administration, and
a renamed body is known by its other names (domain: signatures §3 no. 4, §7; email-rules §5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from mailbridge.classifier.directory import Directory
from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Findings
from mailbridge.decision.identity_bodies import Body, Relation, body_named, relation
from mailbridge.decision.identity_certificate import province_beside, signing_body
from mailbridge.decision.identity_mail import MailBody, mail_body
from mailbridge.decision.identity_places import Level, is_same_place, province_now
from mailbridge.decision.proof import is_valid, stands_on
from mailbridge.decision.sentence import Sentence
from mailbridge.verify.alignment import is_aligned
from mailbridge.verify.signature import SignatureStatus


class Source(StrEnum):
    """Where an identity is named."""

    MAIL = "mail"
    CERTIFICATE = "certificate"
    LETTERHEAD = "letterhead"


class Agreement(StrEnum):
    """How two identities stand to each other."""

    AGREE = "agree"
    DIFFER = "differ"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """
    One identity: the domain of From, the body in a certificate, or the issuer in the letterhead.

    `shown` is what stands there; `body` the name of the agency that it means, as far as it is known. `proven`: of a
    mail, that its domain sent it; of a certificate, that its signature on the main file is valid; a letterhead proves
    nothing by itself, it is proven by a certificate of the same body.
    """

    source: Source
    shown: str
    body: str | None = None
    proven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """
    Two identities of one document; `reason` is one sentence.

    `proven`: both are, or the one that is proven contradicts what the letterhead only says.
    """

    one: Source
    other: Source
    agreement: Agreement
    reason: Sentence
    proven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Identities:
    """Who stands behind one document, by each source that says it, and how they agree; certificates in file order."""

    mail: Identity | None
    certificates: tuple[Identity, ...]
    letterhead: Identity | None
    comparisons: tuple[Comparison, ...]

    def agreement(self, one: Source, other: Source) -> Agreement:
        """Return how two sources stand to each other; UNKNOWN when one of them says nothing."""
        found = (each.agreement for each in self.comparisons if {each.one, each.other} == {one, other})
        return next(found, Agreement.UNKNOWN)

    def differing(self) -> tuple[Comparison, ...]:
        """Return the pairs that name different bodies."""
        return tuple(each for each in self.comparisons if each.agreement is Agreement.DIFFER)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signer:
    """A valid signature on the main file and the body of its certificate."""

    status: SignatureStatus
    body: Body


def identities(document: Document, findings: Findings, directory: Directory) -> Identities:
    """Name the three identities of a document and compare each pair. Raises nothing."""
    letterhead = _letterhead(document, directory)
    signers = _signers(document, findings.signatures, directory)
    sender = mail_body(findings.author, directory) if findings.author else None
    is_proven = findings.authentication.proves_sender
    with_letterhead = _certificate_and_letterhead(document, signers, letterhead)
    vouched = with_letterhead is not None and with_letterhead.agreement is Agreement.AGREE
    # What another body relays with the valid signature of the issuer is proven by that signature. And whose domain
    # it is must be known from the directory: a province in its name is a guess that is told, and stops nothing.
    is_proven_other = is_proven and sender is not None and sender.is_known and not vouched
    found = (
        with_letterhead,
        _mail_and_letterhead(document, sender, letterhead, proven=is_proven_other, vouched=vouched),
        _mail_and_certificate(sender, signers, proven=is_proven_other),
    )
    return Identities(
        mail=_as_mail(sender, is_proven=is_proven) if sender else None,
        certificates=tuple(_as_certificate(signer) for signer in signers),
        letterhead=_as_letterhead(letterhead, proven=vouched) if letterhead else None,
        comparisons=tuple(each for each in found if each is not None),
    )


def _letterhead(document: Document, directory: Directory) -> Body | None:
    issuer = document.issuer.value
    if not issuer:
        return None
    above = (document.superior.value,) if document.superior.value else ()
    # A department alone is one of many; the place beside the date says of which province. Communes have the names
    # of provinces, so that of them it says nothing.
    province = province_beside((issuer, *above), document.place.value or "", ("so ",))
    return body_named(issuer, (*above, *province), directory)


def _signers(document: Document, signatures: Sequence[SignatureStatus], directory: Directory) -> tuple[_Signer, ...]:
    valid = (each for each in signatures if stands_on(each, document) and is_valid(each))
    named = ((each, signing_body(each, directory)) for each in valid)
    return tuple(_Signer(status=status, body=body) for status, body in named if body is not None)


def _as_mail(sender: MailBody, *, is_proven: bool) -> Identity:
    return Identity(source=Source.MAIL, shown=sender.domain, body=sender.shown, proven=is_proven)


def _as_certificate(signer: _Signer) -> Identity:
    name = signer.status.signer or signer.body.shown
    return Identity(source=Source.CERTIFICATE, shown=name, body=signer.body.shown, proven=True)


def _as_letterhead(letterhead: Body, *, proven: bool) -> Identity:
    return Identity(source=Source.LETTERHEAD, shown=letterhead.shown, body=letterhead.shown, proven=proven)


def _certificate_and_letterhead(
    document: Document, signers: Sequence[_Signer], letterhead: Body | None
) -> Comparison | None:
    """Compare the certificates with the letterhead; those of organisations decide when there are any."""
    if letterhead is None or not signers:
        return None
    deciding = [each for each in signers if each.status.role == "organization"] or list(signers)
    is_picture = ", ocr" in document.issuer.source
    found = [_of_signer(each, letterhead, is_picture=is_picture) for each in deciding]
    names = ", ".join(dict.fromkeys(each.body.shown for each in deciding))
    agreement = _best(found)
    issuer = letterhead.shown
    match agreement:
        case Agreement.AGREE:
            reason = Sentence(
                vi=f"Chứng thư số là của cơ quan ban hành: {names}.",
                en=f"The certificate is of the issuing body: {names}.",
            )
        case Agreement.DIFFER:
            reason = Sentence(
                vi=f"Chữ ký số không phải của cơ quan ban hành: văn bản của {issuer}, chữ ký số của {names}.",
                en=f"The signature is not of the issuing body: the document is of {issuer}, the signature of {names}.",
            )
        case Agreement.UNKNOWN:
            reason = Sentence(
                vi=f"Chưa rõ chứng thư số ({names}) có phải của cơ quan ban hành ({issuer}) hay không.",
                en=f"It is not known whether the certificate ({names}) is of the issuing body ({issuer}).",
            )
        case _:
            assert_never(agreement)
    return Comparison(one=Source.CERTIFICATE, other=Source.LETTERHEAD, agreement=agreement, reason=reason, proven=True)


def _of_signer(signer: _Signer, letterhead: Body, *, is_picture: bool) -> Agreement:
    """
    Say whether a signer may sign for the body in the letterhead.

    The seal of a unit is not that of its superior. A person signs for every body that the certificate names, unless
    the innermost one issues documents of its own.
    """
    if not signer.body.is_named:
        # A seal whose holder has no name that can be read is not the seal of anybody in particular.
        return Agreement.DIFFER if letterhead.is_named else Agreement.UNKNOWN
    match relation(signer.body, letterhead, read_from_picture=is_picture):
        case Relation.SAME | Relation.OFFICE | Relation.ABOVE:
            return Agreement.AGREE
        case Relation.BELOW:
            is_seal = signer.status.role == "organization" or signer.body.is_independent
            return Agreement.DIFFER if is_seal else Agreement.AGREE
        case Relation.OTHER:
            return Agreement.DIFFER
        case Relation.UNKNOWN:
            return Agreement.UNKNOWN


def _mail_and_letterhead(
    document: Document, sender: MailBody | None, letterhead: Body | None, *, proven: bool, vouched: bool
) -> Comparison | None:
    if sender is None or letterhead is None:
        return None
    is_picture = ", ocr" in document.issuer.source
    agreement = _of_sender(sender, letterhead, is_picture=is_picture)
    issuer, domain, whose = letterhead.shown, sender.domain, f" ({sender.shown})" if sender.shown else ""
    match agreement:
        case Agreement.AGREE:
            reason = Sentence(
                vi=f"Tên miền gửi {domain}{whose} phù hợp với cơ quan ban hành {issuer}.",
                en=f"The sending domain {domain}{whose} fits the issuing body {issuer}.",
            )
        case Agreement.DIFFER if vouched:
            reason = Sentence(
                vi=f"Văn bản của {issuer} (chữ ký số hợp lệ) do cơ quan khác gửi: {domain}{whose}.",
                en=f"The document of {issuer} (validly signed) was sent by another body: {domain}{whose}.",
            )
        case Agreement.DIFFER:
            reason = Sentence(
                vi=f"Nơi gửi không phải cơ quan ban hành: văn bản của {issuer}, thư từ {domain}{whose}.",
                en=f"The sender is not the issuing body: the document is of {issuer}, the mail from {domain}{whose}.",
            )
        case Agreement.UNKNOWN:
            reason = Sentence(
                vi=f"Chưa rõ tên miền gửi {domain}{whose} có phải của cơ quan ban hành ({issuer}) hay không.",
                en=f"It is not known whether the sending domain {domain}{whose} is of the issuing body ({issuer}).",
            )
        case _:
            assert_never(agreement)
    return Comparison(one=Source.MAIL, other=Source.LETTERHEAD, agreement=agreement, reason=reason, proven=proven)


def _of_sender(sender: MailBody, body: Body, *, is_picture: bool = False) -> Agreement:
    """Say whether a mailbox may send for a body: it, its office, its units and its superiors may."""
    found = [_of_mailbox(each, body, is_picture=is_picture) for each in sender.bodies]
    if sender.province:
        found.append(_of_province(sender.province, sender.domain, body))
    return _best(found)


def _of_mailbox(one: Body, body: Body, *, is_picture: bool) -> Agreement:
    match relation(one, body, read_from_picture=is_picture):
        case Relation.SAME | Relation.OFFICE | Relation.ABOVE:
            return Agreement.AGREE
        case Relation.BELOW:
            return Agreement.UNKNOWN if one.is_independent else Agreement.AGREE
        case Relation.OTHER:
            return Agreement.DIFFER
        case Relation.UNKNOWN:
            return Agreement.UNKNOWN


_CENTRAL = ("bo ", "chinh phu", "quoc hoi", "van phong chinh phu", "van phong quoc hoi", "thanh tra chinh phu")
"""Bodies of the whole country: none of them writes from the domain of a province."""


def _of_province(province: str, domain: str, body: Body) -> Agreement:
    """
    Compare the province that a domain of gov.vn is named for with the one of a body.

    A district or commune without its province fits a domain that is named for it, chora.backan.gov.vn.
    """
    places = [
        each.places[Level.PROVINCE]
        for name in (body, *body.above)
        for each in name.names
        if Level.PROVINCE in each.places
    ]
    if not places:
        below = {place.replace(" ", "") for name in body.names for place in name.places.values()}
        if not below.isdisjoint(domain.split(".")[:-3]):
            return Agreement.AGREE
        is_central = any(name.core.startswith(_CENTRAL) for name in body.names)
        return Agreement.DIFFER if is_central else Agreement.UNKNOWN
    if any(is_same_place(province, place) for place in places):
        return Agreement.AGREE
    return Agreement.UNKNOWN if province_now(province) in map(province_now, places) else Agreement.DIFFER


def _mail_and_certificate(sender: MailBody | None, signers: Sequence[_Signer], *, proven: bool) -> Comparison | None:
    if sender is None or not signers:
        return None
    agreement = _best([_of_author(sender, each) for each in signers])
    names, domain = ", ".join(dict.fromkeys(each.body.shown for each in signers)), sender.domain
    match agreement:
        case Agreement.AGREE:
            reason = Sentence(
                vi=f"Tên miền gửi {domain} phù hợp với chứng thư số ({names}).",
                en=f"The sending domain {domain} fits the certificate ({names}).",
            )
        case Agreement.DIFFER:
            reason = Sentence(
                vi=f"Thư từ {domain}, chữ ký số của cơ quan khác ({names}).",
                en=f"The mail is from {domain}, the signature of another body ({names}).",
            )
        case Agreement.UNKNOWN:
            reason = Sentence(
                vi=f"Chưa rõ tên miền gửi {domain} có phải của chủ chứng thư số ({names}) hay không.",
                en=f"It is not known whether the sending domain {domain} is of the certificate's holder ({names}).",
            )
        case _:
            assert_never(agreement)
    return Comparison(one=Source.MAIL, other=Source.CERTIFICATE, agreement=agreement, reason=reason, proven=proven)


def _of_author(sender: MailBody, signer: _Signer) -> Agreement:
    """Compare a mailbox with a signer: by the address in the certificate first, then by the bodies."""
    email = signer.status.certificate.email if signer.status.certificate else None
    if email and is_aligned(email.rpartition("@")[2], sender.domain):
        return Agreement.AGREE
    return _of_sender(sender, signer.body) if signer.body.is_named else Agreement.UNKNOWN


def _best(found: Sequence[Agreement]) -> Agreement:
    """One that agrees is enough; they differ when all do."""
    if Agreement.AGREE in found:
        return Agreement.AGREE
    return Agreement.DIFFER if found and set(found) == {Agreement.DIFFER} else Agreement.UNKNOWN
