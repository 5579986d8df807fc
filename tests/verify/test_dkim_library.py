"""dkimpy against what was not made by it: the example of RFC 8463, and signatures written here by RFC 6376."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from typing import NoReturn

import dkim
import pytest
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.address import Address
from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.dkim_key import Key, Unusable, read_key
from mailbridge.verify.dkim_library import Library, fits
from mailbridge.verify.dkim_signature import Signature, read_signature
from mailbridge.verify.dkim_text import split_content
from mailbridge.verify.results import DkimResult, Result
from tests.keys.dkim_keys import DkimKey, ed25519_key, rsa_key
from tests.verify.builders_by_book import raw_signature, sign_by_the_book
from tests.verify.builders_dkim import AUTHOR, answer, everything, evidence

FORMS = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"]

# RFC 8463 appendix A: the keys and the mail.
GAME_KEYS = {
    "brisbane": b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "test": b"v=DKIM1; k=rsa; p="
    b"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
    b"Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTI"
    b"KT+l/K4w3QIDAQAB",
}
GAME = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")


def judge(content: bytes, *records: bytes) -> DkimResult:
    records = records or (rsa_key().record().encode(),)
    (result,) = judge_dkim(content, AUTHOR, evidence(answer(*records)))
    return result


def read(content: bytes) -> Signature:
    return read_signature(split_content(content).header[0])


# RFC 6376 appendix A.2 and C: the mail, with the blanks of the text, and the key.
DINNER_KEY = (
    b"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4"
    b"jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
DINNER = b"""\
DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
FROM = b"From: Van thu <vanthu@sonv.backan.gov.vn>"


def test_example_of_rfc_6376_passes() -> None:
    author = Address(local="joe", domain="football.example.com")
    key = answer(DINNER_KEY, domain="example.com", selector="brisbane")
    (result,) = judge_dkim(DINNER, author, evidence(key))
    assert (result.result, result.aligned, result.weaknesses) == (Result.PASS, True, ("short-key",))
    (broken,) = judge_dkim(DINNER.replace(b"dinner", b"supper"), author, evidence(key))
    assert broken.result is Result.FAIL


def test_example_of_rfc_8463_passes() -> None:
    keys = [answer(record, domain="football.example.com", selector=name) for name, record in GAME_KEYS.items()]
    first, second = judge_dkim(GAME, AUTHOR, evidence(*keys))
    assert (first.result, first.weaknesses) == (Result.PASS, ())
    assert (second.result, second.weaknesses) == (Result.PASS, ("short-key",))
    changed = judge_dkim(GAME.replace(b"Are you", b"Are  you").replace(b"dinner", b"lunch"), AUTHOR, evidence(*keys))
    assert [each.reason for each in changed] == ["the signature does not fit the header"] * 2


@given(
    form=st.sampled_from(FORMS),
    kind=st.sampled_from(["rsa", "ed25519"]),
    lines=st.lists(
        st.lists(st.sampled_from([b" ", b"\t", b"a", b".", "ổ".encode()]), max_size=6).map(b"".join), max_size=8
    ),
    subject=st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"A", b"b=", b":", b";"]), max_size=8).map(b"".join),
)
@settings(max_examples=60, deadline=None)
def test_signature_made_by_the_book_passes(form: str, kind: str, lines: list[bytes], subject: bytes) -> None:
    key = rsa_key() if kind == "rsa" else ed25519_key()
    body = b"".join(line + b"\r\n" for line in lines)
    fields = [b"SUBJECT:" + subject + b"x", FROM]
    content = sign_by_the_book(fields, body, form=form, key=key, names="subject:from:reply-to")
    record = key.record().encode()
    assert judge(content, record).result is Result.PASS
    assert judge(content + b"!\r\n", record).reason == "the body was changed"
    assert judge(content.replace(b"Van thu", b"Van Thu"), record).reason == "the signature does not fit the header"
    added = content.replace(b"From:", b"Reply-To : x@evil.example\r\nFrom:")
    assert judge(added, record).reason == "the signature does not fit the header"


@pytest.mark.parametrize("form", FORMS)
def test_name_with_blanks_before_its_colon_is_found(form: str) -> None:
    """RFC 5322 §4.5.8; a field of such a name must not slip past the names signed as missing either."""
    fields = [b"Subject  : x", b"From\t: a@sonv.backan.gov.vn"]
    content = sign_by_the_book(fields, b"x\r\n", form=form, names="subject:from:from:subject")
    assert judge(content).result is Result.PASS
    second = judge(content.replace(b"Subject  :", b"From : chutich@hanoi.gov.vn\r\nSubject  :"))
    assert (second.result, second.reason) == (Result.FAIL, "the signature does not fit the header")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.timeout(20)
def test_signed_field_of_blanks_passes_at_once(form: str) -> None:
    fields = [b"X-Long: " + b" \r\n\t" * 20_000 + b"x", FROM]
    names = "x-long:from:" + ":".join(f"x{number}" for number in range(1000))
    assert judge(sign_by_the_book(fields, b" \t" * 40_000 + b"\r\n", form=form, names=names)).result is Result.PASS


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("x:" * 60_000, "the signature is longer than 100000 octets, it was not judged"),
        ("x:" * 20_000, "the signature names too many fields, it was not judged"),
        (" b" + "\r\n " * 30_000 + ":", "the signature has 100 blanks in a row, it was not judged"),
    ],
    ids=["long", "names", "blanks"],
)
def test_signature_that_would_keep_dkimpy_busy_is_not_judged(names: str, reason: str) -> None:
    fields = [FROM, *(b"Y%d: 1" % number for number in range(10))]
    result = judge(sign_by_the_book(fields, b"x\r\n", names=names + "from"))
    assert (result.result, result.reason) == (Result.POLICY, reason)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("zeros", [1, 60_000])
def test_signature_of_another_length_does_not_fit(kind: str, zeros: int) -> None:
    """dkimpy's own RSA would accept leading zeros, and its Ed25519 would raise."""
    key = rsa_key() if kind == "rsa" else ed25519_key()
    content = sign_by_the_book([FROM], b"x\r\n", key=key)
    good = base64.b64encode(read(content).octets)
    assert judge(content, key.record().encode()).result is Result.PASS
    for octets in (b"", bytes(zeros), bytes(zeros) + read(content).octets, read(content).octets + bytes(zeros)):
        changed = content.replace(good, base64.b64encode(octets))
        assert judge(changed, key.record().encode()).reason == "the signature does not fit the header"


def test_bare_rsa_key_serves_as_well() -> None:
    """RFC 6376 §3.6.1 asks for the key alone; most write it with its algorithm around."""
    bare = PublicKeyInfo.load(base64.b64decode(rsa_key().public))["public_key"].parsed.dump()
    assert judge(sign_by_the_book([FROM], b"x\r\n"), b"p=" + base64.b64encode(bare)).result is Result.PASS


def test_key_that_only_one_reader_can_read_is_unusable() -> None:
    """The size is read by asn1crypto, the key by dkimpy, which stops at a NULL with something in it."""
    good = base64.b64decode(rsa_key().public)
    odd = good.replace(b"\x05\x00", b"\x05\x01\x00").replace(
        good[:4], bytes([0x30, 0x82, *(len(good) - 3).to_bytes(2)])
    )
    odd = odd.replace(b"\x30\x0d\x06", b"\x30\x0e\x06")
    result = judge(sign_by_the_book([FROM], b"x\r\n"), b"p=" + base64.b64encode(odd))
    assert (result.result, result.reason) == (Result.PERMERROR, "the key is no RSA key that can be used")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("modulus", "exponent", "expected"),
    [
        ((1 << 2047) + 1, 1, Result.PERMERROR),
        ((1 << 8191) + 1, (1 << 8190) + 1, Result.FAIL),
    ],
    ids=["one", "giant"],
)
def test_strange_exponent_neither_passes_nor_takes_long(modulus: int, exponent: int, expected: Result) -> None:
    key = RSAPublicKey({"modulus": modulus, "public_exponent": exponent}).dump()
    assert judge(sign_by_the_book([FROM], b"x\r\n"), b"p=" + base64.b64encode(key)).result is expected


def test_ed25519_key_of_31_octets_is_unusable() -> None:
    content = sign_by_the_book([FROM], b"x\r\n", key=ed25519_key())
    result = judge(content, b"k=ed25519; p=" + base64.b64encode(b"k" * 31))
    assert (result.result, result.reason) == (Result.PERMERROR, "the key is no Ed25519 key")


def test_body_is_put_into_form_once() -> None:
    content = sign_by_the_book([FROM], b"a  b\r\n")
    library, signature = Library(split_content(content)), read(content)
    assert library.canonical_body(signature) == b"a b\r\n"
    assert library.canonical_body(signature) is library.canonical_body(read(content))


def test_library_has_no_clock_no_resolver_no_log_and_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def forbidden(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("asked")

    contents = [sign_by_the_book([FROM], b"x\r\n", key=key) for key in (rsa_key(), ed25519_key())]
    monkeypatch.setattr(time, "time", forbidden)
    monkeypatch.setattr(dkim, "get_txt", forbidden)
    before = dict(vars(dkim)), dict(vars(dkim.DKIM)), dict(vars(dkim.canonicalization.Relaxed))
    with caplog.at_level(logging.DEBUG):
        for content, key in zip(contents, (rsa_key(), ed25519_key()), strict=True):
            records = key.record().encode(), b"k=" + key.kind.encode() + b"; p=AAAA"
            results = [judge_dkim(content, AUTHOR, everything(content, record))[0].result for record in records]
            assert results == [Result.PASS, Result.PERMERROR]
    assert (dict(vars(dkim)), dict(vars(dkim.DKIM)), dict(vars(dkim.canonicalization.Relaxed))) == before
    assert caplog.records == []


@pytest.mark.parametrize("key", [rsa_key(), rsa_key(1024), ed25519_key()])
def test_digest_is_checked_without_a_mail(key: DkimKey) -> None:
    digest = hashlib.sha256(b"x").digest()
    octets, own = raw_signature(key, b"x"), read_key(key.record().encode())
    assert fits(own, digest, octets)
    assert not fits(own, hashlib.sha256(b"y").digest(), octets)
    assert not fits(own, digest, octets[:-1])
    assert not fits(own, digest, b"")


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_digest_is_not_checked_with_what_is_no_key(kind: str) -> None:
    with pytest.raises(Unusable):
        fits(Key(kind=kind, octets=b"x" * 31, hashes=None, testing=False, exact_domain=False), b"\0" * 32, b"x")
