"""
Everything that a rule may ask: one table of conditions, each with how it is read from the findings.

The reference page `docs/reference/rules.md` lists the same names; a test keeps the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mailbridge.classifier.kinds import Document, Kind, WorkingKind
from mailbridge.decision import fields
from mailbridge.decision.conditions import Condition, Shape
from mailbridge.decision.findings import Findings
from mailbridge.decision.proof import SignedBy, is_broken, signed_by
from mailbridge.decision.sender import SenderLevel, judge_sender
from mailbridge.mail.envelope import Door
from mailbridge.registry.entry import Acquaintance
from mailbridge.verify.results import Result
from mailbridge.verify.signature import Change, Status


def _documents(findings: Findings) -> tuple[Document, ...]:
    return findings.classification.documents


def _or_none(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words)) or ("none",)


def _presence(names: tuple[str, ...]) -> Callable[[Findings], tuple[str, ...]]:
    def read(findings: Findings) -> tuple[str, ...]:
        states = [fields.state(document, name).present for document in _documents(findings) for name in names]
        return ("present",) if states and all(states) else ("absent",)

    return read


def _certainty(names: tuple[str, ...]) -> Callable[[Findings], float]:
    def read(findings: Findings) -> float:
        found = (fields.state(document, name).confidence for document in _documents(findings) for name in names)
        return min(found, default=0.0)

    return read


def _shown(name: str) -> Callable[[Findings], tuple[str, ...]]:
    def read(findings: Findings) -> tuple[str, ...]:
        states = (fields.state(document, name) for document in _documents(findings))
        return tuple(dict.fromkeys(state.shown for state in states if state.present))

    return read


def _role(role: str) -> Callable[[Findings], tuple[str, ...]]:
    return lambda findings: _or_none(each.status.value for each in findings.signatures if each.role == role)


def _common_status(findings: Findings) -> tuple[str, ...]:
    found = _or_none(each.status.value for each in findings.signatures)
    return found if len(found) == 1 else ("mixed",)


def _signed_by(findings: Findings) -> tuple[str, ...]:
    """
    Say what is true of the main file of every document.

    One unsigned document makes it "nobody": a signature on another paper in the same envelope proves nothing.
    """
    if not _documents(findings):
        return (SignedBy.NOBODY.value,)
    true_of_all = set(SignedBy)
    for document in _documents(findings):
        true_of_all &= _IMPLIED[signed_by(document, findings.signatures)]
    return tuple(word.value for word in SignedBy if word in true_of_all) or (SignedBy.NOBODY.value,)


_IMPLIED: Mapping[SignedBy, frozenset[SignedBy]] = MappingProxyType(
    {
        SignedBy.BOTH: frozenset({SignedBy.BOTH, SignedBy.ORGANIZATION, SignedBy.PERSON, SignedBy.SOMEONE}),
        SignedBy.ORGANIZATION: frozenset({SignedBy.ORGANIZATION, SignedBy.SOMEONE}),
        SignedBy.PERSON: frozenset({SignedBy.PERSON, SignedBy.SOMEONE}),
        SignedBy.SOMEONE: frozenset({SignedBy.SOMEONE}),
        SignedBy.NOBODY: frozenset({SignedBy.NOBODY}),
    }
)


def _sender(findings: Findings) -> tuple[str, ...]:
    sender = findings.envelope.mail_from
    return () if sender is None else (sender or "<>",)


_RESULTS = tuple(word.value for word in Result)
_STATUSES = tuple(word.value for word in Status)
_PROBLEMS = ("encrypted", "too-large", "too-deep", "too-many", "timeout", "memory", "malformed", "unsupported")
_SILENCES = ("auto-submitted", "null-sender", "list", "bulk", "report", "no-reply", "ourselves")


def _table() -> Iterable[Condition]:
    yield from _envelope()
    yield from _author()
    yield from _mail()
    yield from _papers()
    yield from _fields()
    yield from _signatures()
    yield from _known()


def _envelope() -> Iterable[Condition]:
    yield Condition(
        key="agency",
        shape=Shape.WORDS,
        read=lambda f: (f.agency.id,),
        about="id of the agency that decides",
    )
    yield Condition(
        key="door",
        shape=Shape.WORDS,
        words=tuple(word.value for word in Door),
        read=lambda f: (f.door.value,),
        about="how the mail came in",
    )
    yield Condition(
        key="client",
        shape=Shape.NETWORKS,
        read=lambda f: (f.client.ip,) if f.client.ip else (),
        about="address of the SMTP client",
    )
    yield Condition(
        key="sender",
        shape=Shape.ADDRESSES,
        read=_sender,
        about='MAIL FROM; "<>" is the null sender',
    )
    yield Condition(
        key="recipient",
        shape=Shape.ADDRESSES,
        read=lambda f: f.envelope.recipients,
        about="one of the recipients of the envelope",
    )
    yield Condition(
        key="delivered",
        shape=Shape.FLAG,
        read=lambda f: f.delivered,
        about="the next server said that it took the mail",
    )


def _author() -> Iterable[Condition]:
    yield Condition(
        key="author",
        shape=Shape.ADDRESSES,
        read=lambda f: (str(f.author),) if f.author else (),
        about="the From address (claimed: ask for `proven` too)",
    )
    yield Condition(
        key="proven",
        shape=Shape.FLAG,
        read=lambda f: f.authentication.proves_author,
        about="a DKIM signature proves the whole content for the domain of From",
    )
    yield Condition(
        key="sender_level",
        shape=Shape.WORDS,
        words=tuple(word.value for word in SenderLevel),
        read=lambda f: (judge_sender(f).level.value,),
        about="how far the sender can be trusted, see below",
    )
    yield Condition(
        key="dkim",
        shape=Shape.WORDS,
        words=_RESULTS,
        read=lambda f: _or_none(each.result.value for each in f.authentication.dkim),
        about='result of one of the DKIM signatures; "none" when there is none',
    )
    yield Condition(
        key="dkim_domain",
        shape=Shape.PATTERNS,
        read=lambda f: tuple(
            each.domain for each in f.authentication.dkim if each.domain and each.result is Result.PASS
        ),
        about="domain of a DKIM signature that passed",
    )
    yield Condition(
        key="spf",
        shape=Shape.WORDS,
        words=_RESULTS,
        read=lambda f: (f.authentication.spf.result.value,),
        about="result of SPF",
    )
    yield Condition(
        key="dmarc",
        shape=Shape.WORDS,
        words=_RESULTS,
        read=lambda f: (f.authentication.dmarc.result.value,),
        about="result of DMARC",
    )
    yield Condition(
        key="arc",
        shape=Shape.WORDS,
        words=_RESULTS,
        read=lambda f: (f.authentication.arc.result.value,),
        about="result of ARC",
    )


def _mail() -> Iterable[Condition]:
    yield Condition(
        key="kind",
        shape=Shape.WORDS,
        words=tuple(word.value for word in Kind),
        read=lambda f: (f.classification.kind.value,),
        about="what the mail is as a whole",
    )
    yield Condition(
        key="working",
        shape=Shape.WORDS,
        words=("none", *(word.value for word in WorkingKind)),
        read=lambda f: (f.classification.working.value if f.classification.working else "none",),
        about='which kind of working mail it is; "none" for all other mail',
    )
    yield Condition(
        key="links",
        shape=Shape.NUMBER,
        read=lambda f: float(len(f.classification.links)),
        about="under how many addresses the mail says that a document can be fetched; nobody fetches them",
    )
    yield Condition(
        key="automatic",
        shape=Shape.WORDS,
        words=("none", *_SILENCES),
        read=lambda f: (f.classification.automatic or "none",),
        about='why the mail must not be answered; "none" when it may be',
    )
    yield Condition(
        key="secrecy",
        shape=Shape.WORDS,
        words=("none", "mật", "tối mật", "tuyệt mật"),
        read=lambda f: (f.classification.secrecy or "none",),
        about="a state secret mark (stopped before any rule is asked)",
    )
    yield Condition(
        key="problem",
        shape=Shape.WORDS,
        words=("none", *_PROBLEMS),
        read=lambda f: _or_none(each.partition(":")[0].strip() for each in f.attachment_problems),
        about='why a file could not be read; "none" when all were',
    )


def _papers() -> Iterable[Condition]:
    yield Condition(
        key="documents",
        shape=Shape.NUMBER,
        read=lambda f: float(len(_documents(f))),
        about="how many official documents the mail holds",
    )
    yield Condition(
        key="document.type",
        shape=Shape.WORDS,
        read=_shown("type"),
        about='tên loại of one of the documents, such as "Công văn"',
    )
    yield Condition(
        key="document.urgency",
        shape=Shape.WORDS,
        words=("none", "khẩn", "thượng khẩn", "hỏa tốc"),
        read=lambda f: _or_none(_shown("urgency")(f)),
        about='urgency of one of the documents; "none" when no mark was read',
    )
    yield Condition(
        key="document.draft",
        shape=Shape.FLAG,
        read=lambda f: any(document.draft for document in _documents(f)),
        about="one of the documents is a draft",
    )
    yield Condition(
        key="document.symbol",
        shape=Shape.PATTERNS,
        read=_shown("symbol"),
        about="số, ký hiệu of one of the documents",
    )
    yield Condition(
        key="document.issuer",
        shape=Shape.PATTERNS,
        read=_shown("issuer"),
        about="cơ quan ban hành of one of the documents",
    )
    yield Condition(
        key="document.subject",
        shape=Shape.PATTERNS,
        read=_shown("subject"),
        about="trích yếu of one of the documents",
    )
    yield Condition(
        key="document.signed_by",
        shape=Shape.WORDS,
        words=tuple(word.value for word in SignedBy),
        read=_signed_by,
        about="whose valid signature stands on the main file of every document",
    )


def _fields() -> Iterable[Condition]:
    for name, members in (("required", fields.REQUIRED), *((name, (name,)) for name in fields.FIELDS)):
        what = "issuer, symbol, issued_date, subject and type" if name == "required" else name
        yield Condition(
            key=f"fields.{name}",
            shape=Shape.WORDS,
            words=("present", "absent"),
            read=_presence(members),
            about=f"{what}: present in every document, or absent from one",
        )
        yield Condition(
            key=f"confidence.{name}",
            shape=Shape.NUMBER,
            read=_certainty(members),
            about=f"lowest confidence of {what} over all documents, 0 to 1; 0 when absent",
        )
    yield Condition(
        key="confidence.kind",
        shape=Shape.NUMBER,
        read=lambda f: f.classification.confidence,
        about="how sure the kind is, 0 to 1",
    )


def _signatures() -> Iterable[Condition]:
    yield Condition(
        key="signatures.count",
        shape=Shape.NUMBER,
        read=lambda f: float(len(f.signatures)),
        about="how many signatures all files carry",
    )
    yield Condition(
        key="signatures.any",
        shape=Shape.WORDS,
        words=("none", *_STATUSES),
        read=lambda f: _or_none(each.status.value for each in f.signatures),
        about='status of at least one signature; "none" when there is none',
    )
    yield Condition(
        key="signatures.all",
        shape=Shape.WORDS,
        words=("none", "mixed", *_STATUSES),
        read=_common_status,
        about='status that all signatures share; "mixed" when they differ, "none" without any',
    )
    for role in ("organization", "person"):
        yield Condition(
            key=f"signatures.{role}",
            shape=Shape.WORDS,
            words=("none", *_STATUSES),
            read=_role(role),
            about=f'status of a signature of {"an" if role[0] == "o" else "a"} {role}; "none" without one',
        )
    yield Condition(
        key="signatures.sub_indication",
        shape=Shape.WORDS,
        read=lambda f: _or_none(each.sub_indication for each in f.signatures if each.sub_indication),
        about="reason word of ETSI EN 319 102-1 of a signature that did not pass",
    )
    yield Condition(
        key="signatures.changed",
        shape=Shape.WORDS,
        words=tuple(word.value for word in Change),
        read=lambda f: tuple(dict.fromkeys(each.changed_after.value for each in f.signatures)),
        about="what became of a file after a signature",
    )
    yield Condition(
        key="signatures.broken",
        shape=Shape.FLAG,
        read=lambda f: any(is_broken(each) for each in f.signatures),
        about="a signature failed, or a file was changed suspiciously after it",
    )


def _known() -> Iterable[Condition]:
    yield Condition(
        key="known.same_mail",
        shape=Shape.FLAG,
        read=lambda f: f.known.same_mail,
        about="the very same octets were decided before",
    )
    yield Condition(
        key="known.same_file",
        shape=Shape.FLAG,
        read=lambda f: bool(f.known.same_file),
        about="the book has one of these files",
    )
    yield Condition(
        key="known.same_symbol",
        shape=Shape.FLAG,
        read=lambda f: bool(f.known.same_symbol),
        about="the book has a document with one of these numbers and symbols",
    )
    yield Condition(
        key="known.sender",
        shape=Shape.WORDS,
        words=("none", *(word.value for word in Acquaintance)),
        read=lambda f: (f.known.sender.value if f.known.sender else "none",),
        about='whether the address or its domain sent documents before; "none" when nobody looked',
    )


CONDITIONS: Mapping[str, Condition] = MappingProxyType({condition.key: condition for condition in _table()})
"""Every condition by its key, in the order of the reference page."""
