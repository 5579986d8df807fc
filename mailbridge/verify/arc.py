"""
ARC (RFC 8617 §5.2): whether those who passed the mail on have each sealed what they got, and what the first one saw.

The newest message signature is checked as a DKIM signature is, by dkimpy. Seals cover no body but all sets before
them: one running hash serves them all, where a library would hash the oldest field as often as there are hops.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from mailbridge.mail.address import Address
from mailbridge.verify.alignment import dns_name
from mailbridge.verify.arc_results import read_results, speak_for
from mailbridge.verify.arc_set import ArcSet, Seal, has_sets, read_chain, read_message_signature
from mailbridge.verify.dkim import Finding, weaknesses_of_header, with_answer
from mailbridge.verify.dkim_key import SHORTEST_VALID, Unusable, read_key, rsa_size
from mailbridge.verify.dkim_signature import Signature
from mailbridge.verify.dkim_text import (
    Content,
    Malformed,
    canonical_field,
    split_content,
    split_header,
    without_signature,
)
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from mailbridge.verify.results import ArcResult, Result

# A mail passes by two or three sealers; each costs a question.
_MOST_KEYS = 10
_MOST_RECORDS = 3
# With these, what is read need not be what the newest sealer has signed.
_UNBOUND = frozenset({"several-from", "body-length", "testing"})


def questions(content: bytes) -> tuple[Question, ...]:
    """Name the keys of all seals and of the newest message signature; a chain that is none asks nothing."""
    mail = split_header(content)
    if not has_sets(mail):
        return ()
    try:
        sets = read_chain(mail)
        asked = _keys(sets, read_message_signature(sets[-1])[0])
    except Malformed:
        return ()
    return asked if len(asked) <= _MOST_KEYS else ()


def judge_arc(content: bytes, author: Address | None, evidence: Evidence) -> ArcResult:
    """
    Judge the chain of a mail.

    Args:
        author: The single From address; without one nobody can be vouched for.

    Returns:
        `fail` for a chain that is broken anywhere; `temperror` when a key got no answer; `policy` when judging it would
        cost too much.

    Source: RFC 8617 §5.2; RFC 8601 §2.7. Raises nothing.
    """
    if not has_sets(split_header(content)):
        return ArcResult()
    mail = split_content(content)
    try:
        if mail.problem:
            raise Malformed(mail.problem)
        sets = read_chain(mail)
        readings = read_message_signature(sets[-1])
    except Malformed as error:
        return ArcResult(result=Result.FAIL, reason=str(error))
    sealers = tuple(each.seal.domain for each in reversed(sets))
    if len(_keys(sets, readings[0])) > _MOST_KEYS:
        reason = f"the ARC chain has more than {_MOST_KEYS} keys, it was not judged"
        return ArcResult(result=Result.POLICY, sealers=sealers, reason=reason)
    found = _judge_chain(mail, sets, readings, evidence)
    vouched = found.result is Result.PASS and _is_vouched(sets, found, author, evidence.trust)
    return ArcResult(result=found.result, sealers=sealers, reason=found.reason, vouched=vouched)


def _keys(sets: tuple[ArcSet, ...], newest: Signature) -> tuple[Question, ...]:
    return tuple(dict.fromkeys([newest.question, *(each.seal.question for each in reversed(sets))]))


def _judge_chain(
    mail: Content, sets: tuple[ArcSet, ...], readings: tuple[Signature, ...], evidence: Evidence
) -> Finding:
    """Check the newest message signature, then every seal; a failure counts more than an answer that is missing."""
    message = _judge_message(mail, readings, evidence)
    if message.result not in (Result.PASS, Result.TEMPERROR):
        return message
    result, reason = message.result, message.reason
    for each, digest in zip(sets, _digests(sets), strict=True):
        found = _judge_seal(each.seal, digest, evidence.answer(each.seal.question))
        if found.result is Result.FAIL:
            return Finding(result=Result.FAIL, reason=f"the ARC-Seal of set {each.instance}: {found.reason}")
        if found.result is Result.TEMPERROR:
            result, reason = Result.TEMPERROR, found.reason
    return Finding(result=result, reason=reason, weaknesses=message.weaknesses)


def _judge_message(mail: Content, readings: tuple[Signature, ...], evidence: Evidence) -> Finding:
    # Here, not above: a process that meets no chain need not pay for the import of dkimpy.
    from mailbridge.verify.dkim_library import Library

    library = Library(mail)
    found = Finding(result=Result.FAIL)
    for signature in readings:
        too_costly = library.too_costly(signature)
        if too_costly:
            return Finding(result=Result.POLICY, reason=too_costly)
        found = with_answer(library, signature, evidence.answer(signature.question))
        if found.result is Result.PASS:
            break
    if found.result is Result.TEMPERROR:
        return found
    reason = found.reason
    if signature.digest == "sha1":
        reason = "the signature uses SHA-1"
    elif signature.expires is not None and signature.expires < evidence.at.timestamp():
        reason = "the signature has expired (x=)"
    if reason:
        return Finding(result=Result.FAIL, reason=f"the newest ARC-Message-Signature: {reason}")
    return Finding(result=Result.PASS, weaknesses=weaknesses_of_header(mail, signature) + found.weaknesses)


def _digests(sets: tuple[ArcSet, ...]) -> Iterator[bytes]:
    """Give the SHA-256 of what each seal covers (§5.1.1): all sets up to its own, itself without its signature."""
    running = hashlib.sha256()
    for each in sets:
        for field in (each.results, each.message):
            running.update(canonical_field(field.name, field.value) + b"\r\n")
        seal, own = each.seal.field, running.copy()
        own.update(canonical_field(seal.name, without_signature(seal.value)))
        yield own.digest()
        running.update(canonical_field(seal.name, seal.value) + b"\r\n")


def _judge_seal(seal: Seal, digest: bytes, answer: Answer | None) -> Finding:
    if seal.digest != "sha256":
        return Finding(result=Result.FAIL, reason="the signature uses SHA-1")
    if answer is None:
        return Finding(result=Result.TEMPERROR, reason="the key was not asked for")
    if answer.answered is Answered.UNANSWERED:
        return Finding(result=Result.TEMPERROR, reason="the DNS gave no answer for the key")
    problem = f"there is no key at {answer.question.name}"
    for record in answer.values[:_MOST_RECORDS]:
        try:
            if _fits(seal, digest, record):
                return Finding(result=Result.PASS)
            problem = "the signature does not fit the header"
        except Unusable as error:
            problem = str(error)
    return Finding(result=Result.FAIL, reason=problem)


def _fits(seal: Seal, digest: bytes, record: bytes) -> bool:
    from mailbridge.verify.dkim_library import fits

    key = read_key(record)
    if key.kind != seal.kind:
        raise Unusable("the key is for another algorithm than the signature")
    if key.hashes is not None and "sha256" not in key.hashes:
        raise Unusable("the key does not allow this hash algorithm")
    if key.kind == "rsa" and rsa_size(key) < SHORTEST_VALID:
        raise Unusable(f"the key has {rsa_size(key)} bits, fewer than {SHORTEST_VALID}")
    return fits(key, digest, seal.octets)


def _is_vouched(sets: tuple[ArcSet, ...], message: Finding, author: Address | None, trust: Trust) -> bool:
    """Say whether believed sealers say, by the first of them, that the mail came from the domain of From."""
    domain = dns_name(author.domain) if author is not None else None
    if domain is None or any(each in _UNBOUND or each.startswith("unsigned-") for each in message.weaknesses):
        return False
    if not all(each.seal.domain in trust.sealers for each in sets):
        return False
    try:
        return speak_for(read_results(sets[0].results.value), domain)
    except Malformed:
        return False
