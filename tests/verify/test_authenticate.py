"""All methods together: what is not judged at all."""

from __future__ import annotations

from mailbridge.mail.parse import parse
from mailbridge.verify.authenticate import authenticate
from mailbridge.verify.results import Result
from tests.keys.dkim_keys import rsa_key, sign_mail
from tests.keys.pki import AT
from tests.verify.builders_dkim import DOMAIN, MAIL, everything

SIGNED = sign_mail(MAIL, DOMAIN, "s1", rsa_key(), at=AT)


def judged(content: bytes) -> list[Result]:
    evidence = everything(content, rsa_key().record().encode("ascii"))
    return [each.result for each in authenticate(content, parse(content), evidence).dkim]


def test_a_signed_mail_is_judged() -> None:
    assert judged(SIGNED) == [Result.PASS]


def test_a_header_without_end_proves_nothing_and_says_so() -> None:
    head, _, body = SIGNED.partition(b"\r\n\r\n")
    assert judged(head + b"\r\n" + b"a:\r\n" * 100_000 + b"\r\n" + body) == [Result.POLICY]


def test_an_unsigned_header_without_end_has_no_result() -> None:
    assert judged(b"From: a@x.test\r\n" + b"a:\r\n" * 100_000) == []
