"""A signature on a sheet, with all that Thông tư 15/2025/TT-BKHCN wants a program to show."""

from __future__ import annotations

from collections.abc import Iterator

from mailbridge.cli.signature_judging import Judged
from mailbridge.cli.tables import hanging
from mailbridge.cli.texts import local_time, say, say_word, visible
from mailbridge.decision.proof import is_valid
from mailbridge.letters.reasons import said
from mailbridge.letters.wording import MailSigned, mail_signed, signed
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
    """Write the signatures of one file: how many are valid, then lines "name: value", a block a signature."""
    names = dict(judged.names)
    blocks = [_block(each, names.get(each.part), language) for each in judged.signatures]
    blocks += [_smime_block(each, language) for each in judged.smime]
    if not blocks:
        blocks = [f"  {judged.problem or say(language, 'no signature')}"]
    head = hanging("", f"{visible(judged.source)} ({judged.type}){_counted(judged, language)}")
    return "\n\n".join((f"{head}\n{blocks[0]}", *blocks[1:]))


def _counted(judged: Judged, language: str) -> str:
    """Count the signatures by their outcome, as ": 2 VALID, 1 NOT VERIFIED"; "" when there is none."""
    words = [_word(each) for each in judged.signatures] + [_mail_word(each) for each in judged.smime]
    counts = ((word, words.count(word)) for word in ("INVALID", "NOT VERIFIED", "VALID"))
    told = ", ".join(f"{count} {say(language, word)}" for word, count in counts if count)
    return f": {told}" if told else ""


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
    sub = f" [{status.sub_indication}]" if status.sub_indication else ""
    return f"{say(language, _word(status))}: {signed(status).value[language]}{sub}"


def _word(status: SignatureStatus) -> str:
    if is_valid(status):
        return "VALID"
    is_broken = status.status is Status.TOTAL_FAILED or status.changed_after is Change.SUSPICIOUS
    return "INVALID" if is_broken else "NOT VERIFIED"


def _mail_word(result: SmimeResult) -> str:
    """Say of a signature of the mail what letters say: valid only of the sender's, and over all of it."""
    match mail_signed(result):
        case MailSigned.VALID:
            return "VALID"
        case MailSigned.INVALID:
            return "INVALID"
        case MailSigned.PART | MailSigned.OTHER | MailSigned.UNDECIDED:
            return "NOT VERIFIED"


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
    sub = f" [{result.sub_indication}]" if result.sub_indication else ""
    facts = (
        ("Verdict", f"{say(language, _mail_word(result))}: {mail_signed(result).value[language]}{sub}"),
        ("Reason", said(result.reason, language) if result.reason else None),
        ("Form of the signature", "S/MIME"),
        ("File", result.part),
        ("Signed by", result.signer),
    )
    return "\n".join(_line(head, value, language) for head, value in facts if value)


def _line(head: str, value: str, language: str) -> str:
    return hanging(f"  {say(language, head) + ':':{_WIDTH}} ", visible(value))
