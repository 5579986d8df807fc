"""
DKIM (RFC 6376, 8301, 8463), judged from the mail and the evidence alone.

What dkimpy says of hashes and signatures counts, through `dkim_library`. It answers yes or no; a clerk needs to read
why, and a judgement must come out the same years later. So the tags, the key record, the moment (`evidence.at`) and the
strength of what was used are looked at here, around it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, assert_never

from mailbridge.mail.address import Address
from mailbridge.verify.alignment import dns_name, is_aligned
from mailbridge.verify.dkim_key import SHORTEST_GOOD, SHORTEST_VALID, Key, Unusable, read_key, rsa_size
from mailbridge.verify.dkim_signature import Signature, read_signature
from mailbridge.verify.dkim_text import Content, Field, Malformed, split_content, split_header
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question
from mailbridge.verify.results import DkimResult, Result

if TYPE_CHECKING:
    from mailbridge.verify.dkim_library import Library

# A real mail has one to three; each costs a question and a pass over the body.
MOST_SIGNATURES = 5
# Signatures that are not judged still get a line each; a stranger must not make us write a million of them.
_MOST_RESULTS = 100
_MOST_KEYS = 3
# The last one makes a text a file, of any name.
_SHOWN = (b"from", b"subject", b"content-type", b"content-disposition")
_ENCODING = b"content-transfer-encoding"
_IDENTITY = (b"7bit", b"8bit", b"binary", b"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was found of one signature over the mail."""

    result: Result
    reason: str | None = None
    weaknesses: tuple[str, ...] = ()


def count_signatures(content: bytes) -> int:
    """Count the signatures of a mail."""
    return len(_signature_fields(split_header(content)))


def questions(content: bytes, *, most: int = MOST_SIGNATURES) -> tuple[Question, ...]:
    """Name the key records of the first signatures, without doubles; a malformed signature asks nothing."""
    asked: dict[Question, None] = {}
    for field in _signature_fields(split_header(content))[:most]:
        try:
            asked[read_signature(field).question] = None
        except Malformed:
            continue
    return tuple(asked)


def judge_dkim(
    content: bytes, author: Address | None, evidence: Evidence, *, most: int = MOST_SIGNATURES
) -> tuple[DkimResult, ...]:
    """
    Judge every signature of a mail.

    Args:
        content: The mail as received, lines ended by CRLF.
        author: The single From address; None when there is none or more than one, then nothing is aligned.
        most: How many are judged; fewer for a mail inside another, whose signatures count along.

    Returns:
        One result a DKIM-Signature field, in header order, none for an unsigned mail. Beyond `most` it is
        `policy` ("not acceptable to the ADMD", RFC 8601 §2.7.1: the limit is ours, the signature may be good); from
        the hundredth on there is no result at all.

    Source: RFC 6376 §6.1, RFC 8601 §2.7.1. Raises nothing.
    """
    mail = split_content(content)
    fields = _signature_fields(mail)
    if not fields:
        return ()
    # Here, not above: a process that meets no signature need not pay for the import of dkimpy.
    from mailbridge.verify.dkim_library import Library

    library = Library(mail)
    domain = dns_name(author.domain) if author is not None else None
    results = []
    for number, field in enumerate(islice(fields, _MOST_RESULTS)):
        if number >= most:
            reason = f"more than {MOST_SIGNATURES} signatures, this one was not judged"
            results.append(DkimResult(result=Result.POLICY, domain=None, selector=None, reason=reason))
            continue
        try:
            signature = read_signature(field)
        except Malformed as error:
            # "contained syntax errors or were not otherwise able to be processed" is neutral, not permerror.
            results.append(DkimResult(result=Result.NEUTRAL, domain=None, selector=None, reason=str(error)))
            continue
        found = _judge(library, signature, evidence)
        results.append(
            DkimResult(
                result=found.result,
                domain=signature.domain,
                selector=signature.selector,
                aligned=domain is not None and is_aligned(domain, signature.domain),
                weaknesses=found.weaknesses,
                reason=found.reason,
            )
        )
    return tuple(results)


def _signature_fields(mail: Content) -> tuple[Field, ...]:
    return tuple(field for field in mail.header if field.name == b"dkim-signature")


def _judge(library: Library, signature: Signature, evidence: Evidence) -> Finding:
    """Go through RFC 6376 §6.1.1 to §6.1.3 in their order; weaknesses are named whatever the result."""
    weaknesses = weaknesses_of_header(library.mail, signature)
    if signature.digest == "sha1":
        weaknesses += ("sha1",)
    expired = signature.expires is not None and signature.expires < evidence.at.timestamp()
    if expired:
        weaknesses += ("expired",)
    found = _before_the_key(library, signature)
    if found is None:
        found = with_answer(library, signature, evidence.answer(signature.question))
    weaknesses += found.weaknesses
    if found.result is Result.PASS:
        found = _after_the_key(found, expired=expired, weaknesses=weaknesses)
    return replace(found, weaknesses=weaknesses)


def weaknesses_of_header(mail: Content, signature: Signature) -> tuple[str, ...]:
    """
    Name what a stranger could add or change in sight of the reader without breaking the signature.

    Several From fields are a weakness even when all of them are signed: programs differ in which one they show.
    """
    weaknesses = ("several-from",) if sum(field.name == b"from" for field in mail.header) > 1 else ()
    shown = (*_SHOWN, *([_ENCODING] if _is_encoded(mail) else ()))
    return weaknesses + tuple(
        f"unsigned-{name.decode()}"
        for name in shown
        if sum(field.name == name for field in mail.header) > signature.names.count(name)
    )


def _is_encoded(mail: Content) -> bool:
    """Say whether the header turns the body into other octets: put above a signed text it shows another one."""
    return any(field.name == _ENCODING and field.value.strip().lower() not in _IDENTITY for field in mail.header)


def _before_the_key(library: Library, signature: Signature) -> Finding | None:
    if library.mail.problem:
        return Finding(result=Result.NEUTRAL, reason=library.mail.problem)
    if b"from" not in signature.names or "unsigned-from" in weaknesses_of_header(library.mail, signature):
        return Finding(result=Result.PERMERROR, reason="a From field is not signed")
    domain, identity = signature.domain, signature.identity_domain
    if identity != domain and not identity.endswith(f".{domain}"):
        return Finding(result=Result.PERMERROR, reason="i= lies outside of the domain in d=")
    too_costly = library.too_costly(signature)
    return Finding(result=Result.POLICY, reason=too_costly) if too_costly else None


def with_answer(library: Library, signature: Signature, answer: Answer | None) -> Finding:
    """Check a signature that is not `too_costly` with the key that the DNS gave, or say why there is none."""
    if answer is None:
        return Finding(result=Result.TEMPERROR, reason="the key was not asked for")
    match answer.answered:
        case Answered.UNANSWERED:
            return Finding(result=Result.TEMPERROR, reason="the DNS gave no answer for the key")
        case Answered.NXDOMAIN | Answered.NO_DATA:
            return Finding(result=Result.PERMERROR, reason=f"there is no key at {answer.question.name}")
        case Answered.FOUND:
            return _with_records(library, signature, answer.values)


def _with_records(library: Library, signature: Signature, records: tuple[bytes, ...]) -> Finding:
    """Try the keys in their order (RFC 6376 §6.1.2); the first that passes counts, else the first that was usable."""
    findings, problem = [], "there is no key in the record"
    for record in records[:_MOST_KEYS]:
        try:
            found = _with_key(library, signature, read_key(record))
        except Unusable as error:
            problem = str(error)
            continue
        if found.result is Result.PASS:
            return found
        findings.append(found)
    return findings[0] if findings else Finding(result=Result.PERMERROR, reason=problem)


def _with_key(library: Library, signature: Signature, key: Key) -> Finding:
    """Check body hash, then signature (RFC 6376 §6.1.3); raises `Unusable` when the key does not fit."""
    if key.kind != signature.kind:
        raise Unusable("the key is for another algorithm than the signature")
    if key.hashes is not None and signature.digest not in key.hashes:
        raise Unusable("the key does not allow this hash algorithm")
    if key.exact_domain and signature.identity_domain != signature.domain:
        raise Unusable("the key does not allow sub-domains in i=")
    weaknesses: tuple[str, ...] = ("testing",) if key.testing else ()
    size = rsa_size(key) if key.kind == "rsa" else SHORTEST_GOOD
    if size < SHORTEST_GOOD:
        weaknesses += ("short-key",)
    if signature.length is not None:
        there = len(library.canonical_body(signature))
        if signature.length > there:
            return Finding(result=Result.FAIL, reason="the body is shorter than l= says", weaknesses=weaknesses)
        if signature.length < there:
            weaknesses += ("body-length",)
    result, reason = _with_dkimpy(library, signature, key, size)
    return Finding(result=result, reason=reason, weaknesses=weaknesses)


def _with_dkimpy(library: Library, signature: Signature, key: Key, size: int) -> tuple[Result, str | None]:
    from mailbridge.verify.dkim_library import Check

    match library.check(signature, key):
        case Check.BODY_CHANGED:
            return Result.FAIL, "the body was changed"
        case Check.FITS | Check.HEADER_DOES_NOT_FIT if size < SHORTEST_VALID:
            return Result.POLICY, f"the key has {size} bits, fewer than {SHORTEST_VALID}"
        case Check.HEADER_DOES_NOT_FIT:
            return Result.FAIL, "the signature does not fit the header"
        case Check.FITS:
            return Result.PASS, None
        case never:
            assert_never(never)


def _after_the_key(found: Finding, *, expired: bool, weaknesses: tuple[str, ...]) -> Finding:
    """
    Take back a pass that the standards do not allow.

    An expired signature has failed (RFC 6376 §6.1.1, "PERMFAIL (signature expired)"). SHA-1 "permanently failed
    evaluation" by RFC 8301 §3.1 although it fits, which is what `policy` is for (RFC 8601 §2.7.1).
    """
    if expired:
        return replace(found, result=Result.FAIL, reason="the signature has expired (x=)")
    if "sha1" in weaknesses:
        return replace(found, result=Result.POLICY, reason="the signature uses SHA-1")
    return found
