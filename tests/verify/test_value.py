from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import algos, cms

from mailbridge.verify.signature import Status
from mailbridge.verify.value import fits_key, judge_value
from mailbridge.verify.verdict import PASSED, Verdict
from tests.keys.authorities import Identity, rsa_key
from tests.keys.pki import AT, make_pki
from tests.verify.builders_chain import read, state
from tests.verify.builders_cms import attribute, naming, signer_info, usual_attributes

CONTENT = b"a letter"


def judge(
    signer: Any, who: Identity, *, content: bytes = CONTENT, digest: str = "sha256", at: datetime = AT
) -> Verdict:
    return judge_value(signer, read(who), "data", hashlib.new(digest, content).digest(), at)


@pytest.fixture
def who() -> Identity:
    return state().person(key=rsa_key(1))


@pytest.mark.parametrize("scheme", ["pkcs1", "pss"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_honest(who: Identity, scheme: str, digest: str) -> None:
    assert judge(signer_info(CONTENT, who, scheme=scheme, digest=digest), who, digest=digest) == PASSED


@pytest.mark.parametrize("detached", [True, False])
@pytest.mark.parametrize("cades", [True, False])
def test_as_signing_programs_write_it(detached: bool, cades: bool) -> None:
    pki = make_pki()
    for who in (pki.person, state().person()):
        made = pki.sign_cms(CONTENT, who, detached=detached, cades=cades, timestamp=cades)
        (signer,) = cms.ContentInfo.load(made)["content"]["signer_infos"]
        assert judge(signer, who) == PASSED
        assert (signer["unsigned_attrs"].native is not None) is cades


def test_elliptic() -> None:
    who = state().person()
    assert judge(signer_info(CONTENT, who, scheme="ecdsa"), who) == PASSED


def test_without_signed_attributes(who: Identity) -> None:
    assert judge(signer_info(CONTENT, who, ()), who) == PASSED
    found = judge(signer_info(CONTENT, who, ()), who, content=b"another letter")
    assert found.status is Status.TOTAL_FAILED


def test_changed_content(who: Identity) -> None:
    found = judge(signer_info(CONTENT, who), who, content=b"another letter")
    assert (found.status, found.sub_indication) == (Status.TOTAL_FAILED, "HASH_FAILURE")


def test_another_key(who: Identity) -> None:
    found = judge(signer_info(CONTENT, who), state().person(key=rsa_key(2)))
    assert (found.status, found.sub_indication) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")


def test_names_another_certificate(who: Identity) -> None:
    attributes = [*usual_attributes(CONTENT, who), naming(state().person())]
    found = judge(signer_info(CONTENT, who, attributes), who)
    assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")


@pytest.mark.parametrize("content_type", ["tst_info", "signed_data"])
def test_another_type_of_content(who: Identity, content_type: str) -> None:
    attributes = usual_attributes(CONTENT, who, content_type=content_type)
    assert judge(signer_info(CONTENT, who, attributes), who).sub_indication == "FORMAT_FAILURE"


def test_two_types_of_content(who: Identity) -> None:
    attributes = [*usual_attributes(CONTENT, who), attribute("content_type", "tst_info")]
    assert judge(signer_info(CONTENT, who, attributes), who).sub_indication == "FORMAT_FAILURE"


def test_sha1_then_and_today(who: Identity) -> None:
    signer = signer_info(CONTENT, who, digest="sha1")
    then = judge(signer, who, digest="sha1", at=datetime(2016, 1, 1, tzinfo=UTC))
    assert (then.status, then.weaknesses) == (Status.TOTAL_PASSED, ("sha1",))
    today = judge(signer, who, digest="sha1")
    assert (today.sub_indication, today.weaknesses) == ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ("sha1",))


def test_short_key() -> None:
    who = state().person(key=rsa_key(9, 1024))
    found = judge(signer_info(CONTENT, who), who)
    assert (found.sub_indication, found.weaknesses) == ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ("short-key",))


@pytest.mark.parametrize("algorithm", ["md5_rsa", "sha256_dsa", "1.2.3.4"])
def test_algorithm_that_we_do_not_calculate_is_not_broken(who: Identity, algorithm: str) -> None:
    signer = signer_info(CONTENT, who)
    signer["signature_algorithm"] = {"algorithm": algorithm}
    found = judge(signer, who)
    assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")


def test_key_and_algorithm_that_are_not_made_for_each_other_fit_nothing(who: Identity) -> None:
    elliptic = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    assert not fits_key(b"\x00" * 256, CONTENT, read(who).public_key, elliptic)
    assert not fits_key(b"", b"", None, elliptic)
