"""All methods together: what each takes from the others, and what none of them takes from anybody."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mailbridge.mail.envelope import MailObject
from mailbridge.mail.parse import parse
from mailbridge.verify.authenticate import authenticate, first_questions, next_questions
from mailbridge.verify.evidence import Evidence, Trust
from mailbridge.verify.results import AuthResults, Result
from tests.keys.dkim_keys import rsa_key, sign_mail
from tests.keys.pki import AT
from tests.verify.builders_arc import seal_mail
from tests.verify.builders_dkim import DOMAIN, MAIL
from tests.verify.builders_mail import mail_object
from tests.verify.builders_zone import FakeZone, gathered, text_zone

SIGNED = sign_mail(MAIL, DOMAIN, "s1", rsa_key(), at=AT)
ZONE = {
    f"s1._domainkey.{DOMAIN}": f"TXT {rsa_key().record()}",
    "dummy._domainkey.list.example": f"TXT {rsa_key(1024).record()}",
    DOMAIN: "TXT v=spf1 ip4:192.0.2.1 -all",
    "_dmarc.backan.gov.vn": "TXT v=DMARC1; p=reject; sp=quarantine",
}


def evidence_of(mail: MailObject, zone: FakeZone, *sealers: str) -> Evidence:
    message = parse(mail.content)
    first = first_questions(mail, message)

    def missing(known: Evidence) -> tuple:  # type: ignore[type-arg] # of questions
        asked = {answer.question for answer in known.answers}
        return tuple(each for each in (*first, *next_questions(mail, message, known)) if each not in asked)

    return gathered(zone.ask, missing, Trust(sealers=sealers))


def judged(content: bytes, *sealers: str, ip: str = "192.0.2.1", **changed: str) -> AuthResults:
    mail = mail_object(content, ip=ip, helo="mx.test", mail_from=f"vanthu@{DOMAIN}")
    return authenticate(mail, parse(content), evidence_of(mail, text_zone(ZONE | changed), *sealers))


def results(found: AuthResults) -> tuple[Result, list[Result], Result, Result]:
    return found.spf.result, [each.result for each in found.dkim], found.arc.result, found.dmarc.result


def test_signed_mail_of_an_allowed_client_passes_all() -> None:
    found = judged(SIGNED)
    assert results(found) == (Result.PASS, [Result.PASS], Result.NONE, Result.PASS)
    assert (found.spf.domain, found.dmarc.domain, found.dmarc.policy) == (DOMAIN, DOMAIN, "quarantine")
    assert found.proves_author
    assert not found.is_pending


def test_forwarded_mail_passes_by_its_signature() -> None:
    assert results(judged(SIGNED, ip="198.51.100.9")) == (Result.FAIL, [Result.PASS], Result.NONE, Result.PASS)


def test_unsigned_mail_of_an_allowed_client_proves_the_sender_only() -> None:
    found = judged(MAIL)
    assert results(found) == (Result.PASS, [], Result.NONE, Result.PASS)
    assert (found.proves_sender, found.proves_author) == (True, False)


def test_forged_mail_fails() -> None:
    found = judged(MAIL, ip="198.51.100.9")
    assert results(found) == (Result.FAIL, [], Result.NONE, Result.FAIL)
    assert not found.proves_sender


def test_believed_list_vouches_for_a_mail_that_it_changed() -> None:
    changed = SIGNED.replace(b"so 12", b"[list] so 12")
    results_seen = f" l; dmarc=pass header.from={DOMAIN}"
    content = seal_mail(changed, domain="list.example", results=results_seen, ams=(("h=", "h=content-type:"),))
    found = judged(content, "list.example", ip="198.51.100.9")
    assert results(found) == (Result.FAIL, [Result.FAIL], Result.PASS, Result.FAIL)
    assert (found.arc.vouched, found.proves_sender, found.proves_author) == (True, True, False)
    assert not judged(content, ip="198.51.100.9").proves_sender


FORGED = [
    b"Authentication-Results: mx.here.example; dkim=pass header.d=%s; dmarc=pass header.from=%s",
    b"Authentication-Results: mailbridge; dkim=pass header.d=%s; arc=pass",
    b"Received-SPF: pass (mx.here.example: domain of vanthu@%s designates 192.0.2.1) client-ip=192.0.2.1",
    b"X-Original-Authentication-Results: mx.here.example; dmarc=pass header.from=%s",
    b"Received: from mx.%s ([192.0.2.1]) by mx.here.example",
    b"X-Forwarded-For: 192.0.2.1 %s",
]


@pytest.mark.parametrize("field", FORGED)
def test_field_that_says_how_it_was_judged_has_no_influence(field: bytes) -> None:
    """FEATURES C5: whoever wrote it, and in whose name."""
    line = field.replace(b"%s", DOMAIN.encode()) + b"\r\n"
    for content in (MAIL, SIGNED.replace(b"so 12", b"so 99")):
        assert judged(line + content, ip="198.51.100.9") == judged(content, ip="198.51.100.9")


def test_forged_arc_results_without_a_chain_prove_nothing() -> None:
    line = f"ARC-Authentication-Results: i=1; list.example; dmarc=pass header.from={DOMAIN}\r\n".encode()
    found = judged(line + MAIL, "list.example", ip="198.51.100.9")
    assert (found.arc.result, found.proves_sender) == (Result.FAIL, False)


@pytest.mark.parametrize("name", [*ZONE])
def test_silence_is_never_a_failure(name: str) -> None:
    """FEATURES C6: what would have passed is pending at worst, and settled when the answer is there."""
    content = seal_mail(SIGNED, domain="list.example", results=f" l; dmarc=pass header.from={DOMAIN}")
    found = judged(content, **{name: "SILENT"})
    codes = {found.spf.result, found.arc.result, found.dmarc.result, *(each.result for each in found.dkim)}
    assert codes == {Result.PASS, Result.TEMPERROR}
    assert not judged(content).is_pending


def test_outage_leaves_everything_pending() -> None:
    found = judged(SIGNED, **dict.fromkeys([*ZONE, f"_dmarc.{DOMAIN}"], "SILENT"))
    assert results(found) == (Result.TEMPERROR, [Result.TEMPERROR], Result.NONE, Result.TEMPERROR)
    assert found.is_pending


def test_mail_with_two_authors_has_no_policy() -> None:
    found = judged(b"From: chutich@hanoi.gov.vn\r\n" + SIGNED)
    assert (found.dmarc.result, found.dmarc.reason) == (Result.PERMERROR, "the mail has no single From address")
    assert not found.proves_sender


def endless(content: bytes) -> bytes:
    head, _, body = content.partition(b"\r\n\r\n")
    return head + b"\r\n" + b"a:\r\n" * 100_000 + b"\r\n" + body


def test_a_header_without_end_proves_nothing_and_says_so() -> None:
    found = judged(endless(seal_mail(SIGNED)))
    assert [each.result for each in found.dkim] == [Result.POLICY]
    assert (found.arc.result, found.arc.reason) == (Result.POLICY, "the header is too long to be judged")
    assert first_questions(mail_object(endless(seal_mail(SIGNED))), parse(MAIL)) == ()


def test_an_unsigned_header_without_end_has_no_result() -> None:
    found = judged(endless(b"From: a@x.test\r\n\r\n"))
    assert (found.dkim, found.arc.result) == ((), Result.NONE)


def test_nothing_known_of_the_client_is_said() -> None:
    mail = mail_object(SIGNED)
    found = authenticate(mail, parse(SIGNED), evidence_of(mail, text_zone(ZONE)))
    assert (found.spf.result, found.spf.reason) == (Result.NONE, "the address of the client is not known")
    assert found.dmarc.result is Result.PASS


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        ("mailbridge.smtp_hooks.server, mailbridge.smtp_hooks.proxy", "mailbridge.verify.spf mailbridge.verify.dkim"),
        ("mailbridge.wiring.back, mailbridge.verify.authenticate", "mailbridge.verify.dkim_library"),
    ],
    ids=["hop", "walk"],
)
def test_libraries_are_loaded_by_the_first_mail_that_needs_them(modules: str, absent: str) -> None:
    """Whoever passes mails on pays neither time nor memory for those who judge them."""
    heavy = f"{absent} dkim spf nacl publicsuffixlist"
    code = f"import sys, {modules}; print(sorted(set({heavy.split()}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_mail_may_end_with_its_header() -> None:
    """RFC 5322 §2.1: the empty line belongs to the body, and that is optional."""
    header = MAIL[: MAIL.index(b"\r\n\r\n") + 2]
    signed = sign_mail(header + b"\r\n", DOMAIN, "s1", rsa_key(), at=AT)
    mail = mail_object(signed.removesuffix(b"\r\n"))
    message = parse(mail.content)
    zone = FakeZone(records={f"s1._domainkey.{DOMAIN}": {"TXT": [rsa_key().record().encode()]}})
    evidence = gathered(
        zone.ask, lambda known: tuple(set(first_questions(mail, message)) - {each.question for each in known.answers})
    )
    [result] = authenticate(mail, message, evidence).dkim
    assert (result.result, result.proves_author) == (Result.PASS, True)
