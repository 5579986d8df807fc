"""dkimpy against what was not made by it: the example of RFC 8463, and signatures written here by RFC 6376."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import time
from typing import NoReturn

import dkim
import pytest
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.dkim_library import Library
from mailbridge.verify.dkim_signature import Signature, read_signature
from mailbridge.verify.dkim_text import split_content
from mailbridge.verify.results import DkimResult, Result
from tests.keys.dkim_keys import DkimKey, ed25519_key, rsa_key
from tests.verify.builders_dkim import AUTHOR, DOMAIN, answer, everything, evidence

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


def relaxed(value: bytes) -> bytes:
    """RFC 6376 §3.4.2, step by step, of what stands behind the colon."""
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def body_form(body: bytes, form: str) -> bytes:
    """RFC 6376 §3.4.3 and §3.4.4, line by line."""
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return text or (b"\r\n" if form == "simple" else b"")


def header_form(fields: list[bytes], form: str) -> bytes:
    """RFC 6376 §3.4.1 and §3.4.2."""
    if form == "simple":
        return b"".join(field + b"\r\n" for field in fields)
    parts = [field.split(b":", 1) for field in fields]
    return b"".join(name.strip().lower() + b":" + relaxed(value) + b"\r\n" for name, value in parts)


def sign_by_the_book(
    fields: list[bytes], body: bytes, *, form: str = "relaxed/relaxed", key: DkimKey | None = None, names: str = "from"
) -> bytes:
    """Sign `fields`, each once and in their order, without dkimpy; `names` is the text of h=."""
    key = key or rsa_key()
    header, _, rest = form.partition("/")
    digest = base64.b64encode(hashlib.sha256(body_form(body, rest)).digest()).decode()
    own = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c={form}; d={DOMAIN}; s=s1;\r\n\th={names};\r\n\tbh={digest};\r\n\tb="
    )
    signed = (header_form(fields, header) + header_form([own.encode()], header)).removesuffix(b"\r\n")
    signature = base64.b64encode(raw_signature(key, signed))
    return own.encode() + signature + b"\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def raw_signature(key: DkimKey, signed: bytes) -> bytes:
    if key.kind == "ed25519":
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.private)).sign(hashlib.sha256(signed).digest())
    private = load_pem_private_key(key.private, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.sign(signed, PKCS1v15(), hashes.SHA256())


def judge(content: bytes, *records: bytes) -> DkimResult:
    records = records or (rsa_key().record().encode(),)
    (result,) = judge_dkim(content, AUTHOR, evidence(answer(*records)))
    return result


def read(content: bytes) -> Signature:
    return read_signature(split_content(content).header[0])


FROM = b"From: Van thu <vanthu@sonv.backan.gov.vn>"


def test_example_of_the_standard_passes() -> None:
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
