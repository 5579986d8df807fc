"""
DKIM (RFC 6376, 8301, 8463), judged from the mail and the evidence alone.

dkimpy is not used here although it signs in the tests and is the second verifier there: it reads the clock of the
machine (t=, x=), so a judgement could not be repeated later; its expressions for header fields and bodies are quadratic
on runs of blanks; and it answers yes or no where a clerk needs to read why.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from mailbridge.mail.address import Address
from mailbridge.verify.alignment import is_aligned
from mailbridge.verify.dkim_key import (
    SHORTEST_GOOD,
    SHORTEST_VALID,
    HashName,
    Key,
    Unusable,
    matches,
    read_key,
    rsa_size,
)
from mailbridge.verify.dkim_text import (
    Content,
    Field,
    Malformed,
    canonical_body,
    canonical_field,
    read_tags,
    select_fields,
    split_content,
    without_blanks,
    without_signature,
)
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question
from mailbridge.verify.results import DkimResult, Result

# A real mail has one to three; each costs a question and a pass over the body.
MOST_SIGNATURES = 5
# Signatures that are not judged still get a line each; a stranger must not make us write a million of them.
_MOST_RESULTS = 100
_MOST_KEYS = 3

_ALGORITHMS: Mapping[bytes, tuple[str, HashName]] = {
    b"rsa-sha1": ("rsa", "sha1"),
    b"rsa-sha256": ("rsa", "sha256"),
    b"ed25519-sha256": ("ed25519", "sha256"),
}
_LABELS = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_FORMS = {b"simple": False, b"relaxed": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signature:
    """One DKIM-Signature field, read; `relaxed_header` and `relaxed_body` are the two halves of c=."""

    field: Field
    domain: str
    selector: str
    kind: str
    digest: HashName
    relaxed_header: bool
    relaxed_body: bool
    names: tuple[bytes, ...]
    body_hash: bytes
    octets: bytes
    length: int | None
    expires: int | None
    identity_domain: str

    @property
    def question(self) -> Question:
        return Question(name=f"{self.selector}._domainkey.{self.domain}", type="TXT")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Finding:
    result: Result
    reason: str | None = None
    weaknesses: tuple[str, ...] = ()


def questions(content: bytes) -> tuple[Question, ...]:
    """Name the key records of the first five signatures, without doubles; a malformed signature asks nothing."""
    asked: dict[Question, None] = {}
    for field in _signature_fields(split_content(content))[:MOST_SIGNATURES]:
        try:
            asked[_read_signature(field).question] = None
        except Malformed:
            continue
    return tuple(asked)


def judge_dkim(content: bytes, author: Address | None, evidence: Evidence) -> tuple[DkimResult, ...]:
    """
    Judge every signature of a mail.

    Args:
        content: The mail as received, lines ended by CRLF.
        author: The single From address; None when there is none or more than one, then nothing is aligned.

    Returns:
        One result a DKIM-Signature field, in header order, none for an unsigned mail. From the sixth on it is
        `policy` ("not acceptable to the ADMD", RFC 8601 §2.7.1: the limit is ours, the signature may be good); from
        the hundredth on there is no result at all.

    Source: RFC 6376 §6.1, RFC 8601 §2.7.1. Raises nothing.
    """
    mail = split_content(content)
    results = []
    for number, field in enumerate(islice(_signature_fields(mail), _MOST_RESULTS)):
        if number >= MOST_SIGNATURES:
            reason = f"more than {MOST_SIGNATURES} signatures, this one was not judged"
            results.append(DkimResult(result=Result.POLICY, domain=None, selector=None, reason=reason))
            continue
        try:
            signature = _read_signature(field)
        except Malformed as error:
            # "contained syntax errors or were not otherwise able to be processed" is neutral, not permerror.
            results.append(DkimResult(result=Result.NEUTRAL, domain=None, selector=None, reason=str(error)))
            continue
        found = _judge(mail, signature, evidence)
        results.append(
            DkimResult(
                result=found.result,
                domain=signature.domain,
                selector=signature.selector,
                aligned=author is not None and is_aligned(author.domain, signature.domain),
                weaknesses=found.weaknesses,
                reason=found.reason,
            )
        )
    return tuple(results)


def _signature_fields(mail: Content) -> tuple[Field, ...]:
    return tuple(field for field in mail.header if field.name == b"dkim-signature")


def _read_signature(field: Field) -> _Signature:
    """Read a DKIM-Signature field (RFC 6376 §3.5); raises `Malformed`."""
    tags = read_tags(field.value)
    for required in (b"v", b"a", b"b", b"bh", b"d", b"h", b"s"):
        if required not in tags:
            raise Malformed(f"the signature has no {required.decode()}=")
    if tags[b"v"] != b"1":
        raise Malformed("the signature has an unknown version")
    if tags[b"a"].lower() not in _ALGORITHMS:
        raise Malformed("the signature has an unknown algorithm")
    kind, digest = _ALGORITHMS[tags[b"a"].lower()]
    if b"dns/txt" not in without_blanks(tags.get(b"q", b"dns/txt")).lower().split(b":"):
        raise Malformed("the signature asks for a key that is not in the DNS")
    relaxed_header, relaxed_body = _read_forms(tags.get(b"c", b"simple/simple"))
    domain, selector = _read_domain(tags[b"d"]), _read_domain(tags[b"s"])
    if len(f"{selector}._domainkey.{domain}") > 253:
        raise Malformed("the name of the key is too long for the DNS")
    signed_at, expires = _read_number(tags, b"t"), _read_number(tags, b"x")
    if signed_at is not None and expires is not None and expires <= signed_at:
        raise Malformed("the signature expires before it was made")
    identity = tags.get(b"i", b"@" + tags[b"d"]).rpartition(b"@")[2]
    return _Signature(
        field=field,
        domain=domain,
        selector=selector,
        kind=kind,
        digest=digest,
        relaxed_header=relaxed_header,
        relaxed_body=relaxed_body,
        names=tuple(name.lower() for name in without_blanks(tags[b"h"]).split(b":") if name),
        body_hash=_read_base64(tags, b"bh"),
        octets=_read_base64(tags, b"b"),
        length=_read_number(tags, b"l"),
        expires=expires,
        identity_domain=_read_domain(identity),
    )


def _read_forms(text: bytes) -> tuple[bool, bool]:
    header, _, body = text.lower().partition(b"/")
    try:
        return _FORMS[header], _FORMS[body or b"simple"]
    except KeyError as error:
        raise Malformed("the signature has an unknown canonicalisation") from error


def _read_domain(octets: bytes) -> str:
    try:
        text = octets.decode("utf-8").lower()
        # RFC 8616 §4: U-labels are turned into A-labels before the DNS is asked.
        text = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Malformed("the signature has a domain or selector that is no name") from error
    if len(text) > 253 or not _LABELS.fullmatch(text):
        raise Malformed("the signature has a domain or selector that is no name")
    return text


def _read_number(tags: Mapping[bytes, bytes], name: bytes) -> int | None:
    if name not in tags:
        return None
    if not tags[name].isdigit() or len(tags[name]) > 76:
        raise Malformed(f"the signature has a {name.decode()}= that is no number")
    return int(tags[name])


def _read_base64(tags: Mapping[bytes, bytes], name: bytes) -> bytes:
    try:
        return base64.b64decode(without_blanks(tags[name]), validate=True)
    except binascii.Error as error:
        raise Malformed(f"the signature has a {name.decode()}= that is not base64") from error


def _judge(mail: Content, signature: _Signature, evidence: Evidence) -> _Finding:
    """Go through RFC 6376 §6.1.1 to §6.1.3 in their order; weaknesses are named whatever the result."""
    weaknesses = _header_weaknesses(mail, signature)
    if signature.digest == "sha1":
        weaknesses += ("sha1",)
    expired = signature.expires is not None and signature.expires < evidence.at.timestamp()
    if expired:
        weaknesses += ("expired",)
    found = _before_the_key(mail, signature)
    if found is None:
        found = _with_answer(mail, signature, evidence.answer(signature.question))
    weaknesses += found.weaknesses
    if found.result is Result.PASS:
        found = _after_the_key(found, expired=expired, weaknesses=weaknesses)
    return replace(found, weaknesses=weaknesses)


def _header_weaknesses(mail: Content, signature: _Signature) -> tuple[str, ...]:
    """Name what a stranger could add or change in sight of the reader without breaking the signature."""
    return tuple(
        f"unsigned-{name.decode()}"
        for name in (b"from", b"subject", b"content-type")
        if sum(field.name == name for field in mail.header) > signature.names.count(name)
    )


def _before_the_key(mail: Content, signature: _Signature) -> _Finding | None:
    if mail.problem:
        return _Finding(result=Result.NEUTRAL, reason=mail.problem)
    if b"from" not in signature.names or "unsigned-from" in _header_weaknesses(mail, signature):
        return _Finding(result=Result.PERMERROR, reason="a From field is not signed")
    domain, identity = signature.domain, signature.identity_domain
    if identity != domain and not identity.endswith(f".{domain}"):
        return _Finding(result=Result.PERMERROR, reason="i= lies outside of the domain in d=")
    return None


def _with_answer(mail: Content, signature: _Signature, answer: Answer | None) -> _Finding:
    if answer is None:
        return _Finding(result=Result.TEMPERROR, reason="the key was not asked for")
    match answer.answered:
        case Answered.UNANSWERED:
            return _Finding(result=Result.TEMPERROR, reason="the DNS gave no answer for the key")
        case Answered.NXDOMAIN | Answered.NO_DATA:
            return _Finding(result=Result.PERMERROR, reason=f"there is no key at {answer.question.name}")
        case Answered.FOUND:
            return _with_records(mail, signature, answer.values)


def _with_records(mail: Content, signature: _Signature, records: tuple[bytes, ...]) -> _Finding:
    """Try the keys in their order (RFC 6376 §6.1.2); the first that passes counts, else the first that was usable."""
    findings, problem = [], "there is no key in the record"
    for record in records[:_MOST_KEYS]:
        try:
            found = _with_key(mail, signature, read_key(record))
        except Unusable as error:
            problem = str(error)
            continue
        if found.result is Result.PASS:
            return found
        findings.append(found)
    return findings[0] if findings else _Finding(result=Result.PERMERROR, reason=problem)


def _with_key(mail: Content, signature: _Signature, key: Key) -> _Finding:
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
    body = canonical_body(mail.body, relaxed=signature.relaxed_body)
    if signature.length is not None:
        if signature.length > len(body):
            return _Finding(result=Result.FAIL, reason="the body is shorter than l= says", weaknesses=weaknesses)
        if signature.length < len(body):
            weaknesses += ("body-length",)
        body = body[: signature.length]
    if not hmac.compare_digest(hashlib.new(signature.digest, body).digest(), signature.body_hash):
        return _Finding(result=Result.FAIL, reason="the body was changed", weaknesses=weaknesses)
    if size < SHORTEST_VALID:
        reason = f"the key has {size} bits, fewer than {SHORTEST_VALID}"
        return _Finding(result=Result.POLICY, reason=reason, weaknesses=weaknesses)
    if not matches(key, signature.octets, _signed_header(mail, signature), signature.digest):
        return _Finding(result=Result.FAIL, reason="the signature does not fit the header", weaknesses=weaknesses)
    return _Finding(result=Result.PASS, weaknesses=weaknesses)


def _signed_header(mail: Content, signature: _Signature) -> bytes:
    relaxed = signature.relaxed_header
    own = signature.field
    colon = own.raw.index(b":") + 1
    bare = without_signature(own.value)
    last = canonical_field(Field(raw=own.raw[:colon] + bare, name=own.name, value=bare), relaxed=relaxed)
    chosen = select_fields(mail.header, signature.names)
    return b"".join(canonical_field(field, relaxed=relaxed) for field in chosen) + last.removesuffix(b"\r\n")


def _after_the_key(found: _Finding, *, expired: bool, weaknesses: tuple[str, ...]) -> _Finding:
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
