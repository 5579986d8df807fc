"""
Which algorithms and keys a signature may rest on (TT 15/2025/TT-BKHCN, annex): the law of strength, one place for all.

Three outcomes here too. What was good when older documents were signed is verified and named a weakness; what a forger
of today could make use of is `indeterminate`; what was never allowed is so at any time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mailbridge.verify.verdict import PASSED, Verdict, unclear, weakened

# Chosen-prefix collisions of SHA-1 were shown in January 2020; a signature that may be younger may be made with one.
SHA1_ENDS = datetime(2021, 1, 1, tzinfo=UTC)

_STRONG = frozenset((
    "sha224", "sha256", "sha384", "sha512", "sha512_224", "sha512_256",
    "sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake256", "shake256_len",
))  # fmt: skip
_SCHEMES = frozenset(("rsassa_pkcs1v15", "rsassa_pss", "ecdsa"))
_EDWARDS = frozenset(("ed25519", "ed448"))
_CURVES = frozenset((
    "secp256r1", "secp384r1", "secp521r1", "secp256k1", "brainpoolp256r1", "brainpoolp384r1", "brainpoolp512r1",
))  # fmt: skip
_LEAST_MODULUS = 2048


def judge_digest(name: str, moment: datetime) -> Verdict:
    """
    Judge a digest algorithm of something that existed at `moment` at the latest.

    Args:
        name: As asn1crypto says it: "sha1", "sha256", "sha3_256"; unknown ones by their object identifier.

    Returns:
        A pass, with weakness "sha1" up to the end of 2020; CRYPTO_CONSTRAINTS_FAILURE_NO_POE for SHA-1 after that;
        CRYPTO_CONSTRAINTS_FAILURE for MD5 and whatever else.
    """
    if name in _STRONG:
        return PASSED
    if name != "sha1":
        return unclear("CRYPTO_CONSTRAINTS_FAILURE")
    if moment >= SHA1_ENDS:
        return weakened(unclear("CRYPTO_CONSTRAINTS_FAILURE_NO_POE"), "sha1")
    return weakened(PASSED, "sha1")


def judge_key(key: Any) -> Verdict:
    """
    Judge a public key (asn1crypto `keys.PublicKeyInfo`): RSA of 2048 bits, ECDSA of 256, Ed25519, Ed448.

    Returns:
        CRYPTO_CONSTRAINTS_FAILURE_NO_POE with weakness "short-key" for what is too short: it was good enough once, and
        a proof of that time may come. CRYPTO_CONSTRAINTS_FAILURE for what nobody should have used.
    """
    kind = key.algorithm
    if kind in ("rsa", "rsassa_pss"):
        numbers = key["public_key"].parsed
        # Some generators make moduli whose first bits are zero; sizes are counted in octets.
        size = (int(numbers["modulus"]).bit_length() + 7) // 8 * 8
        if int(numbers["public_exponent"]) < 3:
            return unclear("CRYPTO_CONSTRAINTS_FAILURE")
        return PASSED if size >= _LEAST_MODULUS else _short()
    if kind == "ec":
        form, curve = key.curve
        if form != "named":
            # Parameters of one's own can be chosen so that a known public key has a second private key.
            return unclear("CRYPTO_CONSTRAINTS_FAILURE")
        return PASSED if curve in _CURVES else _short()
    return PASSED if kind in _EDWARDS else unclear("CRYPTO_CONSTRAINTS_FAILURE")


def judge_algorithm(algorithm: Any, moment: datetime, *, digest: str | None = None) -> Verdict:
    """
    Judge a signature algorithm (asn1crypto `algos.SignedDigestAlgorithm`) by the digest that it names.

    Args:
        digest: What counts when the algorithm names none ("rsassa_pkcs1v15" in CMS).

    Returns:
        As `judge_digest`; CRYPTO_CONSTRAINTS_FAILURE for algorithms other than RSA, ECDSA, Ed25519 and Ed448: those are
        not calculated, so they are not broken either.
    """
    try:
        scheme = algorithm.signature_algo
    except ValueError:
        scheme = None
    if scheme in _EDWARDS:
        return PASSED
    if scheme not in _SCHEMES:
        return unclear("CRYPTO_CONSTRAINTS_FAILURE")
    try:
        found = algorithm.hash_algo
    except ValueError:
        found = digest
    return judge_digest(found or "none", moment)


def _short() -> Verdict:
    return weakened(unclear("CRYPTO_CONSTRAINTS_FAILURE_NO_POE"), "short-key")
