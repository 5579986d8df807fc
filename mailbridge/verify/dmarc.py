"""
DMARC (RFC 7489): whether SPF or DKIM speaks for the domain that the reader sees in From.

A DKIM signature counts when it passed by RFC 6376, whatever its weaknesses (l=, a short key): RFC 7489 §3.1.1 asks for
no more, and other receivers judge so. One exception is in RFC 6376 itself: a key in testing (t=y) must not make a
difference (§3.6.1). That the whole content is proven is said by `AuthResults.proves_author`, which stays stricter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from mailbridge.mail.address import Address
from mailbridge.verify.alignment import dns_name, is_aligned, organisational_domain
from mailbridge.verify.dmarc_record import DmarcRecord, Unusable, read_record, select_records
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question
from mailbridge.verify.results import DkimResult, DmarcResult, Result, SpfResult


def questions(author: Address | None, evidence: Evidence) -> tuple[Question, ...]:
    """Name the record to ask for next: at the domain of From, then at the organisational domain (§6.6.3)."""
    for question in _places(_domain(author)):
        answer = evidence.answer(question)
        if answer is None:
            return (question,)
        if answer.answered is Answered.UNANSWERED or select_records(answer.values):
            break
    return ()


def judge_dmarc(author: Address | None, spf: SpfResult, dkim: Sequence[DkimResult], evidence: Evidence) -> DmarcResult:
    """
    Say whether SPF or DKIM speaks for the author's domain.

    Args:
        author: The single From address; None when there is none or more than one.
        dkim: One result per signature; empty when unsigned.

    Returns:
        `temperror` when only an unanswered question stands between fail and pass. `domain` is the one in From,
        `policy` the one that its owner has published for such a mail.

    Source: RFC 7489 §3.1, §6.6; RFC 8601 §2.7 (IANA registration of RFC 7489 §11.2). Raises nothing.
    """
    if author is None:
        return DmarcResult(result=Result.PERMERROR, reason="the mail has no single From address")
    domain = _domain(author)
    if domain is None:
        return DmarcResult(result=Result.PERMERROR, reason="the domain in From is no name of the DNS")
    found = _discover(domain, evidence)
    if isinstance(found, DmarcResult):
        return found
    place, octets = found
    try:
        record = read_record(octets)
    except Unusable as error:
        return DmarcResult(result=Result.PERMERROR, domain=domain, reason=str(error))
    result, reason = _evaluate(domain, record, spf, dkim)
    policy = record.applied(below=place.name != f"_dmarc.{domain}")
    by_spf = spf.result is Result.PASS and _speaks(spf.domain, domain, strict=record.strict_spf)
    return DmarcResult(result=result, domain=domain, policy=policy, reason=reason, by_spf=by_spf)


def _domain(author: Address | None) -> str | None:
    return dns_name(author.domain) if author is not None else None


def _places(domain: str | None) -> tuple[Question, ...]:
    """Name where a record may lie, the nearest first."""
    if domain is None:
        return ()
    organisation = organisational_domain(domain)
    domains = dict.fromkeys([domain, organisation] if organisation else [domain])
    names = (name for each in domains if (name := dns_name(f"_dmarc.{each}")))
    return tuple(Question(name=name, type="TXT") for name in names)


def _discover(domain: str, evidence: Evidence) -> tuple[Question, bytes] | DmarcResult:
    """Find the record (§6.6.3), or say why there is none to apply."""
    for question in _places(domain):
        records, problem = _records(evidence.answer(question))
        if problem:
            return DmarcResult(result=Result.TEMPERROR, domain=domain, reason=problem)
        if len(records) > 1:
            return DmarcResult(domain=domain, reason="the domain in From has several DMARC records, so none applies")
        if records:
            return question, records[0]
    return DmarcResult(domain=domain, reason="the domain in From has no DMARC record")


def _records(answer: Answer | None) -> tuple[tuple[bytes, ...], str | None]:
    if answer is None:
        return (), "the DMARC record was not asked for"
    match answer.answered:
        case Answered.UNANSWERED:
            return (), "the DNS gave no answer for the DMARC record"
        case Answered.FOUND:
            return select_records(answer.values), None
        case Answered.NO_DATA | Answered.NXDOMAIN:
            return (), None
        case never:
            assert_never(never)


def _evaluate(
    domain: str, record: DmarcRecord, spf: SpfResult, dkim: Sequence[DkimResult]
) -> tuple[Result, str | None]:
    """Compare the identifiers that were proven with the domain of From (§3.1, §6.6.2)."""
    speaking = [
        result.result
        for result in dkim
        if "testing" not in result.weaknesses and _speaks(result.domain, domain, strict=record.strict_dkim)
    ]
    if _speaks(spf.domain, domain, strict=record.strict_spf):
        speaking.append(spf.result)
    if Result.PASS in speaking:
        return Result.PASS, None
    if Result.TEMPERROR in speaking:
        return Result.TEMPERROR, "the DNS gave no answer for SPF or a signature of the domain in From"
    return Result.FAIL, "neither SPF nor DKIM speaks for the domain in From"


def _speaks(domain: str | None, author: str, *, strict: bool) -> bool:
    if domain is None:
        return False
    return domain == author if strict else is_aligned(author, domain)
