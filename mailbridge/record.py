"""
One mail and its judgement as a JSON object: what `try --json` prints and what a case keeps (CONTRACT.md).

The schema is docs/reference/try.schema.json; a test holds the two together. Keys are always there, `None` or `[]` where
there is nothing. Of a mail that is not kept (secret, private, automatic) the stored form is never made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TypeAlias

from mailbridge.classifier.kinds import Document, Meeting, Reading
from mailbridge.decision.assurance import Assurance
from mailbridge.decision.findings import Action, Decision, Judgement
from mailbridge.decision.identity import Agreement, Identities, Identity, Source
from mailbridge.decision.proof import paper_needed
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterPlan
from mailbridge.mail.message import Message
from mailbridge.verify.digests import TrustDigests
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import AuthResults, DkimResult, SmimeResult
from mailbridge.verify.signature import SignatureStatus, SignerCertificate

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Object: TypeAlias = dict[str, Json]

_FIELDS = (
    "type",
    "symbol",
    "issued_date",
    "place",
    "superior",
    "issuer",
    "subject",
    "signer",
    "addressees",
    "recipients",
    "urgency",
    "due_date",
)


def as_object(
    mail: MailObject,
    message: Message,
    judgement: Judgement,
    letters: Sequence[LetterPlan],
    timings_ms: Mapping[str, float],
    *,
    language: str = "vi",
) -> Object:
    """
    Return the object of CONTRACT.md without its first key, `source`.

    Args:
        language: In which reasons of the decision, of the sender and of the assurance are told, "vi" or "en".
        message: Its parts carry the problems that opening them met.
        timings_ms: Milliseconds by step.
    """
    return {
        "message": _message(mail, message),
        "authentication": _authentication(judgement.authentication),
        "kind": judgement.classification.kind.value,
        "working": judgement.classification.working.value if judgement.classification.working else None,
        "links": list(judgement.classification.links),
        "documents": _documents(judgement, language),
        "signatures": [signature_object(each) for each in judgement.signatures],
        "sender": _sender(judgement, language),
        "assurance": _assurance(judgement.assurance, judgement.decision.action, language),
        "decision": _decision(judgement.decision),
        "letters": [{"kind": each.kind.value, "to": each.to, "suppressed": each.suppressed} for each in letters],
        "timings_ms": {name: round(value, 1) for name, value in timings_ms.items()},
    }


def evidence_object(evidence: Evidence, kept: TrustDigests | None = None) -> Object:
    """
    Return the evidence so that the judgement can be repeated (`kept.load_evidence` reads it back).

    Args:
        kept: The trust material as it was kept; None when the judgement rests on no certificate, or nothing was kept.
    """
    named = kept or TrustDigests(sealers=evidence.trust.sealers)
    return {
        "at": _time(evidence.at),
        "answers": [
            {
                "name": answer.question.name,
                "type": answer.question.type,
                "answered": answer.answered.value,
                "values": [value.decode("latin-1") for value in answer.values],
                "asked_at": _time(answer.asked_at),
                "authentic": answer.authentic,
                "detail": answer.detail,
            }
            for answer in evidence.answers
        ],
        "trust": {each.name: list(getattr(named, each.name)) for each in fields(named)},
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _message(mail: MailObject, message: Message) -> Object:
    return {
        "message_id": message.message_id,
        "from": str(message.author) if message.author else None,
        "subject": message.subject,
        "date": _time(message.date),
        "size": len(mail.content),
        "sha256": mail.sha256,
        "defects": list(message.defects),
        "parts": [
            {
                "index": part.index,
                "name": part.name,
                "declared_type": part.declared_type,
                "type": part.type,
                "size": part.size,
                "sha256": part.sha256,
                "inside": part.inside,
                "problem": part.problem,
            }
            for part in message.parts
        ],
    }


def _authentication(results: AuthResults) -> Object:
    return {
        "spf": {"result": results.spf.result.value, "domain": results.spf.domain, "reason": results.spf.reason},
        "dkim": [_dkim(each) for each in results.dkim],
        "arc": {
            "result": results.arc.result.value,
            "sealers": list(results.arc.sealers),
            "reason": results.arc.reason,
        },
        "dmarc": {
            "result": results.dmarc.result.value,
            "domain": results.dmarc.domain,
            "policy": results.dmarc.policy,
            "reason": results.dmarc.reason,
        },
        "smime": [smime_object(each) for each in results.smime],
        "inner": [{"part": inner.part, "dkim": [_dkim(each) for each in inner.dkim]} for inner in results.inner],
    }


def _dkim(result: DkimResult) -> Object:
    return {
        "result": result.result.value,
        "domain": result.domain,
        "selector": result.selector,
        "aligned": result.aligned,
        "weaknesses": list(result.weaknesses),
        "reason": result.reason,
    }


def smime_object(result: SmimeResult) -> Object:
    """Return one S/MIME signature as it stands in `authentication.smime`."""
    return {
        "part": result.part,
        "status": result.status.value,
        "sub_indication": result.sub_indication,
        "signer": result.signer,
        "covers_whole_mail": result.covers_whole_mail,
        "signer_is_sender": result.signer_is_sender,
        "reason": result.reason,
    }


def _sender(judgement: Judgement, language: str) -> Object | None:
    """Return how far the sender is trusted; None where nobody looked."""
    sender = judgement.sender
    if sender is None:
        return None
    return {
        "level": sender.level.value,
        "reason": sender.reason.said(language),
        "imitates": sender.imitation.of if sender.imitation else None,
        "confirmed_by": sender.document,
        "pending": sender.pending,
        "met": judgement.met.value if judgement.met else None,
    }


def _assurance(assurance: Assurance | None, action: Action, language: str) -> Object | None:
    if assurance is None:
        return None
    return {
        "level": assurance.level.value,
        "title": assurance.title.said(language),
        "reason": assurance.reason.said(language),
        "next_step": assurance.step_after(action).said(language),
    }


def _documents(judgement: Judgement, language: str) -> list[Object]:
    documents = judgement.classification.documents
    named = judgement.identities or (None,) * len(documents)
    return [
        {**_document(each, judgement, found), "identities": _identities(found, language)}
        for each, found in zip(documents, named, strict=True)
    ]


def _identities(found: Identities | None, language: str) -> Object | None:
    if found is None:
        return None
    return {
        "mail": _identity(found.mail),
        "certificates": [_identity(each) for each in found.certificates],
        "letterhead": _identity(found.letterhead),
        "comparisons": [
            {
                "one": each.one.value,
                "other": each.other.value,
                "agreement": each.agreement.value,
                "reason": each.reason.said(language),
            }
            for each in found.comparisons
        ],
    }


def _identity(identity: Identity | None) -> Object | None:
    return {"shown": identity.shown, "body": identity.body, "proven": identity.proven} if identity else None


def _is_original(document: Document, judgement: Judgement, found: Identities | None) -> bool:
    """Say whether no paper is needed: a document that somebody else has signed is no original, however validly."""
    is_another = found is not None and found.agreement(Source.CERTIFICATE, Source.LETTERHEAD) is Agreement.DIFFER
    return not is_another and not paper_needed(document, judgement.signatures)


def _meeting(meeting: Meeting | None) -> Object | None:
    if meeting is None:
        return None
    return {"starts": _plain(meeting.starts), "place": meeting.place, "host": meeting.host}


def _document(document: Document, judgement: Judgement, found: Identities | None) -> Object:
    symbol = document.symbol.value
    signer = document.signer.value
    return {
        "main": document.main,
        "parts": list(document.parts),
        "type": document.type.value,
        "type_code": None,
        "symbol": symbol.text if symbol else None,
        "number": symbol.number if symbol else None,
        "notation": symbol.notation if symbol else None,
        "issued_date": _plain(document.issued_date.value),
        "place": document.place.value,
        "superior": document.superior.value,
        "issuer": document.issuer.value,
        "subject": document.subject.value,
        "signer": {"name": signer.name, "position": signer.position, "authority": signer.authority} if signer else None,
        "addressees": list(document.addressees.value or ()),
        "recipients": list(document.recipients.value or ()),
        "urgency": document.urgency.value,
        "secrecy": judgement.classification.secrecy,
        "due_date": _plain(document.due_date.value),
        "references": list(document.references),
        "pages": document.pages,
        "draft": document.draft,
        "fields": {
            name: _reading(reading) for name in _FIELDS if (reading := getattr(document, name)) and _says(reading)
        },
        "meeting": _meeting(document.meeting),
        "paper_needed": not _is_original(document, judgement, found),
    }


def _says(reading: Reading[object]) -> bool:
    return reading.value is not None or bool(reading.rivals) or reading.reason is not None


def _reading(reading: Reading[object]) -> Object:
    """Return what is known of a field; one that is absent says why in the place of its source."""
    return {
        "confidence": round(reading.confidence, 3),
        "source": reading.source or (f"absent: {reading.reason}" if reading.reason else ""),
        "rivals": [{"value": _plain(rival.value), "source": rival.source} for rival in reading.rivals],
        "box": [box.left, box.top, box.right, box.bottom] if (box := reading.box) else None,
    }


def _plain(value: object) -> str | None:
    if value is None:
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, tuple):
        return "; ".join(str(each) for each in value)
    return str(getattr(value, "text", value))


def signature_object(status: SignatureStatus) -> Object:
    """Return one signature as it stands in `signatures`."""
    return {
        "part": status.part,
        "format": status.format,
        "status": status.status.value,
        "sub_indication": status.sub_indication,
        "signer": status.signer,
        "organization": status.organization,
        "role": status.role,
        "signed_at": _time(status.signed_at),
        "time_source": status.time_source,
        "covers_whole_file": status.covers_whole_file,
        "changed_after": status.changed_after.value,
        "reason": status.reason,
        "signs": status.signs,
        "covers": list(status.covers),
        "weaknesses": list(status.weaknesses),
        "chain": list(status.chain),
        "certificate": _certificate(status.certificate),
    }


def _certificate(certificate: SignerCertificate | None) -> Object | None:
    """Return what TT 15/2025/TT-BKHCN wants displayed of a certificate, and what finds it again."""
    if certificate is None:
        return None
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "sha256": certificate.sha256,
        "not_before": _time(certificate.not_before),
        "not_after": _time(certificate.not_after),
        "unit": certificate.unit,
        "email": certificate.email,
    }


def _decision(decision: Decision) -> Object:
    return {
        "action": decision.action.value,
        "book": decision.book,
        "confidence": round(decision.confidence, 3),
        "duplicate_of": _entry_name(decision),
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
    }


def _entry_name(decision: Decision) -> str | None:
    entry = decision.duplicate_of
    return f"{entry.draft.book}/{entry.year}/{entry.number}" if entry else None
