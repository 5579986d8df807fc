"""A signature on a sheet, with all that Thông tư 15/2025/TT-BKHCN wants a program to show."""

from __future__ import annotations

from collections.abc import Iterator

from mailbridge.cli.signature_judging import Judged
from mailbridge.cli.tables import hanging
from mailbridge.cli.texts import local_time, say, say_word, visible
from mailbridge.decision.proof import is_valid
from mailbridge.letters.reasons import said
from mailbridge.letters.wording import signed
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import Change, SignatureStatus, Status

# ETSI EN 319 102-1 table 6: the octets are not those that were signed, or the value is of another key.
_BROKEN = frozenset({"HASH_FAILURE", "SIG_CRYPTO_FAILURE", "FORMAT_FAILURE"})
# What was signed could not be compared at all.
_UNSEEN = frozenset(
    {
        "GENERIC",
        "SIGNED_DATA_NOT_FOUND",
        "NO_SIGNING_CERTIFICATE_FOUND",
        "CRYPTO_CONSTRAINTS_FAILURE",
    }
)
_REVOKED = frozenset({"REVOKED", "REVOKED_NO_POE", "REVOKED_CA_NO_POE"})
_WIDTH = 30


def sheet(judged: Judged, language: str) -> str:
    """Write the signatures of one file as lines "name: value", a block a signature."""
    names = dict(judged.names)
    blocks = [_block(each, names.get(each.part), language) for each in judged.signatures]
    blocks += [_smime_block(each, language) for each in judged.smime]
    if not blocks:
        blocks = [f"  {judged.problem or say(language, 'no signature')}"]
    return "\n\n".join((f"{visible(judged.source)} ({judged.type})\n{blocks[0]}", *blocks[1:]))


def _block(status: SignatureStatus, name: str | None, language: str) -> str:
    return "\n".join(_line(head, value, language) for head, value in _facts(status, name, language) if value)


def _facts(status: SignatureStatus, name: str | None, language: str) -> Iterator[tuple[str, str | None]]:
    certificate = status.certificate
    yield "Verdict", _verdict(status, language)
    yield "Reason", said(status.reason, language) if status.reason else None
    yield "File", f"{status.part} {name or ''}".strip()
    yield "Form of the signature", status.format
    yield "Signed by", status.signer
    yield "Managing unit", (certificate.unit if certificate else None) or status.organization
    yield "Role", say_word(language, "role", status.role) if status.role else None
    yield "Time of signing", _time(status, language)
    yield "Integrity", say(language, _integrity(status))
    yield "Certificate issued by", certificate.issuer if certificate else None
    yield "Certificate when signed", say(language, _validity(status))
    if certificate:
        period = f"{local_time(certificate.not_before)} – {local_time(certificate.not_after)}"
        yield "Period of the certificate", period
        yield "Serial number", certificate.serial
    yield "Old algorithms", ", ".join(status.weaknesses)


def _verdict(status: SignatureStatus, language: str) -> str:
    """Say the outcome in one of three words, then in the words that letters have for it."""
    if is_valid(status):
        word = "VALID"
    elif status.status is Status.TOTAL_FAILED or status.changed_after is Change.SUSPICIOUS:
        word = "INVALID"
    else:
        word = "NOT VERIFIED"
    sub = f" [{status.sub_indication}]" if status.sub_indication else ""
    return f"{say(language, word)}: {signed(status).value[language]}{sub}"


def _time(status: SignatureStatus, language: str) -> str | None:
    if status.signed_at is None:
        return None
    return f"{local_time(status.signed_at)} ({say_word(language, 'time', status.time_source or 'claimed')})"


def _integrity(status: SignatureStatus) -> str:
    if status.sub_indication in _BROKEN:
        return "altered"
    if status.status is not Status.TOTAL_PASSED and status.sub_indication in _UNSEEN:
        return "not checked"
    match status.changed_after:
        case Change.SUSPICIOUS:
            return "altered after signing"
        case Change.COUNTERSIGNED:
            return "whole; what was added later is covered by a later signature"
        case Change.ALLOWED | Change.NOTHING:
            return "whole"


def _validity(status: SignatureStatus) -> str:
    if status.sub_indication in _REVOKED:
        return "revoked"
    certificate = status.certificate
    if certificate is None or status.signed_at is None:
        return "not checked"
    if not certificate.not_before <= status.signed_at <= certificate.not_after:
        return "outside its period"
    return "valid" if status.status is Status.TOTAL_PASSED else "within its period; revocation or origin not verified"


def _smime_block(result: SmimeResult, language: str) -> str:
    word = {Status.TOTAL_PASSED: "VALID", Status.TOTAL_FAILED: "INVALID", Status.INDETERMINATE: "NOT VERIFIED"}
    sub = f" [{result.sub_indication}]" if result.sub_indication else ""
    facts = (
        ("Verdict", f"{say(language, word[result.status])}{sub}"),
        ("Reason", said(result.reason, language) if result.reason else None),
        ("Form of the signature", "S/MIME"),
        ("File", result.part),
        ("Signed by", result.signer),
    )
    return "\n".join(_line(head, value, language) for head, value in facts if value)


def _line(head: str, value: str, language: str) -> str:
    return hanging(f"  {say(language, head) + ':':{_WIDTH}} ", visible(value))
