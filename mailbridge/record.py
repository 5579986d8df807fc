"""
One mail and its judgement as a JSON object: what `try --json` prints and what a case keeps (CONTRACT.md).

The schema is docs/reference/try.schema.json; a test holds the two together. Keys are always there, `None` or `[]` where
there is nothing. Of a mail that is not kept (secret, private, automatic) the stored form is never made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from mailbridge.classifier.kinds import Document, Reading
from mailbridge.decision.findings import Decision, Judgement
from mailbridge.decision.proof import paper_needed
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterPlan
from mailbridge.mail.message import Message
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.results import AuthResults, DkimResult
from mailbridge.verify.signature import SignatureStatus

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
) -> Object:
    """
    Return the object of CONTRACT.md without its first key, `source`.

    Args:
        message: Its parts carry the problems that opening them met.
        timings_ms: Milliseconds by step.
    """
    return {
        "message": _message(mail, message),
        "authentication": _authentication(judgement.authentication),
        "kind": judgement.classification.kind.value,
        "documents": [_document(each, judgement) for each in judgement.classification.documents],
        "signatures": [_signature(each) for each in judgement.signatures],
        "decision": _decision(judgement.decision),
        "letters": [{"kind": each.kind.value, "to": each.to, "suppressed": each.suppressed} for each in letters],
        "timings_ms": {name: round(value, 1) for name, value in timings_ms.items()},
    }


def evidence_object(evidence: Evidence) -> Object:
    """Return the evidence so that the judgement can be repeated; trust material as the digests of what was held."""
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
        "smime": [],
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


def _document(document: Document, judgement: Judgement) -> Object:
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
        "paper_needed": paper_needed(document, judgement.signatures),
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


def _signature(status: SignatureStatus) -> Object:
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
