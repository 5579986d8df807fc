from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import algos, keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519

from mailbridge.verify.algorithms import SHA1_ENDS, judge_algorithm, judge_digest, judge_key
from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import PASSED
from tests.keys.authorities import rsa_key
from tests.keys.pki import AT

OLD = datetime(2015, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512"])
def test_strong_digest(name: str) -> None:
    assert judge_digest(name, AT) == PASSED


@pytest.mark.parametrize("name", ["md2", "md5", "ripemd160", "1.2.3.4", ""])
@pytest.mark.parametrize("moment", [OLD, AT])
def test_digest_that_was_never_good(name: str, moment: datetime) -> None:
    found = judge_digest(name, moment)
    assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")


def test_sha1_ends_with_2020() -> None:
    before, after = judge_digest("sha1", SHA1_ENDS - timedelta(seconds=1)), judge_digest("sha1", SHA1_ENDS)
    assert (before.status, before.weaknesses) == (Status.TOTAL_PASSED, ("sha1",))
    assert (after.sub_indication, after.weaknesses) == ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ("sha1",))


def key_of(private: Any) -> Any:
    return keys.PublicKeyInfo.load(
        private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@pytest.mark.parametrize(
    ("private", "sub_indication"),
    [
        (lambda: rsa_key(1), None),
        (lambda: rsa_key(9, 1024), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), None),
        (lambda: ec.generate_private_key(ec.SECP256K1()), None),
        (lambda: ec.generate_private_key(ec.SECP192R1()), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
        (ed25519.Ed25519PrivateKey.generate, None),
        (ed448.Ed448PrivateKey.generate, None),
        (lambda: dsa.generate_private_key(1024), "CRYPTO_CONSTRAINTS_FAILURE"),
    ],
)
def test_keys(private: Any, sub_indication: str | None) -> None:
    assert judge_key(key_of(private())).sub_indication == sub_indication


def test_modulus_of_2047_bits_is_one_of_2048() -> None:
    assert judge_key(rsa_numbers((1 << 2046) + 1, 65537)) == PASSED
    assert judge_key(rsa_numbers((1 << 2039) + 1, 65537)).weaknesses == ("short-key",)


def test_exponent_one_proves_nothing() -> None:
    assert judge_key(rsa_numbers((1 << 2047) + 1, 1)).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"


def rsa_numbers(modulus: int, exponent: int) -> Any:
    return keys.PublicKeyInfo.wrap(keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent}), "rsa")


def test_curve_of_ones_own_making_proves_nothing() -> None:
    """CVE-2020-0601: parameters chosen so that a known public key has a second private key."""
    info = key_of(ec.generate_private_key(ec.SECP256R1()))
    made = keys.SpecifiedECDomain(
        {
            "version": 1,
            "field_id": {"field_type": "prime_field", "parameters": 23},
            "curve": {"a": b"\x01", "b": b"\x01"},
            "base": b"\x04\x01\x02",
            "order": 29,
        }
    )
    info["algorithm"]["parameters"] = keys.ECDomainParameters(name="specified", value=made)
    found = judge_key(keys.PublicKeyInfo.load(info.dump()))
    assert found.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"


@pytest.mark.parametrize(
    ("algorithm", "digest", "sub_indication"),
    [
        ({"algorithm": "sha256_rsa"}, None, None),
        ({"algorithm": "sha256_ecdsa"}, None, None),
        ({"algorithm": "ed25519"}, None, None),
        ({"algorithm": "md5_rsa"}, None, "CRYPTO_CONSTRAINTS_FAILURE"),
        ({"algorithm": "sha1_rsa"}, "sha256", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
        ({"algorithm": "rsassa_pkcs1v15"}, "sha256", None),
        ({"algorithm": "rsassa_pkcs1v15"}, None, "CRYPTO_CONSTRAINTS_FAILURE"),
        ({"algorithm": "1.2.3.4"}, "sha256", "CRYPTO_CONSTRAINTS_FAILURE"),
        ({"algorithm": "sha256_dsa"}, None, "CRYPTO_CONSTRAINTS_FAILURE"),
    ],
)
def test_signature_algorithm_counts_by_its_digest(
    algorithm: dict[str, str], digest: str | None, sub_indication: str | None
) -> None:
    found = judge_algorithm(algos.SignedDigestAlgorithm(algorithm), AT, digest=digest)
    assert found.sub_indication == sub_indication


@pytest.mark.parametrize(("digest", "good"), [("sha256", True), ("sha1", False)])
def test_pss_counts_by_the_digest_in_its_parameters(digest: str, good: bool) -> None:
    parameters = algos.RSASSAPSSParams({"hash_algorithm": {"algorithm": digest}})
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    assert (judge_algorithm(algorithm, AT).status is Status.TOTAL_PASSED) is good
