"""Row A13: the mail inside the mail is judged for itself, and shown apart."""

from __future__ import annotations

from mailbridge.mail.address import Address
from mailbridge.mail.parse import parse
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.dkim import questions
from mailbridge.verify.evidence import Answer, Answered, Evidence
from mailbridge.verify.inner import MOST_MAILS, inner_mails
from mailbridge.verify.results import AuthResults, Result
from tests.keys.dkim_keys import rsa_key, sign_mail
from tests.keys.pki import AT
from tests.verify.builders_dkim import AUTHOR, DOMAIN, MAIL, evidence
from tests.verify.builders_mail import mail_object

SIGNED = sign_mail(MAIL, DOMAIN, "s1", rsa_key(), at=AT)
OUTER = "gmail.test"


def forwarding(*mails: bytes) -> bytes:
    """Write a mail with others inside it."""
    head = (
        f"From: an@{OUTER}\r\nSubject: Fwd\r\nDate: Mon, 1 Jun 2026 08:00:00 +0700\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="fwd"\r\n\r\n--fwd\r\n\r\nsee below\r\n'
    ).encode()
    inner = b"".join(b"--fwd\r\nContent-Type: message/rfc822\r\n\r\n" + mail + b"\r\n" for mail in mails)
    return head + inner + b"--fwd--\r\n"


def answered(content: bytes) -> Evidence:
    """Answer what all signatures ask, as `gather` would."""
    record = rsa_key().record().encode()
    asked = list(questions(content))
    for inner in inner_mails(content, parse(content)):
        asked += questions(inner.content, most=inner.most)
    return evidence(*(Answer(question=each, answered=Answered.FOUND, values=(record,), asked_at=AT) for each in asked))


def judged(content: bytes) -> AuthResults:
    return authenticate(mail_object(content), parse(content), answered(content))


def test_inner_signature_passes_for_the_inner_author_only() -> None:
    results = judged(forwarding(SIGNED))
    assert results.dkim == ()
    assert not results.proves_author
    [inner] = results.inner
    assert inner.part == "2"
    [result] = inner.dkim
    assert (result.result, result.domain, result.aligned) == (Result.PASS, DOMAIN, True)


def test_outer_signature_proves_nothing_of_the_inner_mail() -> None:
    forged = MAIL.replace(b"so 12", b"so 99")
    results = judged(sign_mail(forwarding(forged), OUTER, "o1", rsa_key(), at=AT))
    assert [each.result for each in results.dkim] == [Result.PASS]
    [inner] = results.inner
    assert inner.dkim == ()


def test_changed_inner_mail_fails() -> None:
    [inner] = judged(forwarding(SIGNED.replace(b"12/SNV-VP", b"99/SNV-VP"))).inner
    assert [each.result for each in inner.dkim] == [Result.FAIL]


def test_mail_sent_as_a_file_is_judged_too() -> None:
    import base64

    head = b"From: an@gmail.test\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=thu.eml\r\n"
    content = head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(SIGNED.replace(b"\r\n", b"\n"))
    [inner] = judged(content).inner
    assert [each.result for each in inner.dkim] == [Result.PASS]


def test_signatures_count_together() -> None:
    twice = sign_mail(SIGNED, DOMAIN, "s2", rsa_key(), at=AT)
    content = sign_mail(forwarding(twice, twice, twice), OUTER, "o1", rsa_key(), at=AT)
    assert [mail.most for mail in inner_mails(content, parse(content))] == [4, 2, 0]
    results = judged(content)
    found = [[each.result for each in inner.dkim] for inner in results.inner]
    assert found == [[Result.PASS, Result.PASS], [Result.PASS, Result.PASS], [Result.POLICY, Result.POLICY]]


def test_keys_are_asked_for_no_more_than_signatures_are_judged() -> None:
    content = forwarding(*(sign_mail(MAIL, DOMAIN, f"s{number}", rsa_key(), at=AT) for number in range(9)))
    asked = [
        question
        for mail in inner_mails(content, parse(content))
        for question in questions(mail.content, most=mail.most)
    ]
    assert len(asked) == 5


def test_digest_of_many_mails_is_cut() -> None:
    content = forwarding(*([MAIL] * 30))
    assert len(judged(content).inner) == MOST_MAILS


def test_author_of_the_inner_mail_is_its_own() -> None:
    [mail] = inner_mails(forwarding(SIGNED), parse(forwarding(SIGNED)))
    author = mail.author
    assert author == Address(local=AUTHOR.local, domain=AUTHOR.domain, name="Van thu")


def test_header_without_end_is_not_judged() -> None:
    endless = b"From: a@b.vn\r\n" + b"x: y\r\n" * 60_000
    assert list(inner_mails(forwarding(endless), parse(forwarding(endless)))) == []


def test_ordinary_mail_has_none() -> None:
    assert judged(SIGNED).inner == ()
