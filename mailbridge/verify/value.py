"""The value of one CMS signature (RFC 5652 §5.4): does it fit the content and the key, and with which algorithms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailbridge.verify.algorithms import judge_algorithm, judge_digest, judge_key
from mailbridge.verify.verdict import PASSED, Verdict, combined, failed, unclear


def fits_key(signature: bytes, signed: bytes, key: Any, algorithm: Any) -> bool:
    """
    Say whether a signature fits what is signed and a public key.

    Args:
        key: asn1crypto `keys.PublicKeyInfo`.
        algorithm: asn1crypto `algos.SignedDigestAlgorithm`.

    Returns:
        False too for keys and algorithms that cannot be read, are unknown, or are not made for each other.
    """
    from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

    try:
        DefaultSignatureValidator().validate_signature(signature, signed, key, algorithm)
    except MemoryError:
        raise
    # Keys and parameters come from strangers; a dozen kinds of exceptions mean the same.
    except Exception:  # noqa: BLE001
        return False
    return True


def judge_value(signer: Any, certificate: Any, content_type: str, digest: bytes, moment: datetime) -> Verdict:
    """
    Judge the value of a signature, not whose key it is.

    Args:
        signer: asn1crypto `cms.SignerInfo`.
        certificate: asn1crypto `x509.Certificate` of the signer.
        content_type: What the signed attributes must say, as asn1crypto says it: "data", "tst_info".
        digest: Of the content, by the signer's digest algorithm.
        moment: When the signature existed at the latest; for the strength of the algorithms.

    Returns:
        HASH_FAILURE, SIG_CRYPTO_FAILURE and FORMAT_FAILURE are total-failed; algorithms as in `algorithms`.

    Raises:
        Exception: whatever asn1crypto and pyHanko meet in what is malformed.
    """
    from pyhanko.sign.general import CMSStructuralError
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    weak = _strength(signer, certificate, moment)
    if weak.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE":
        # What nobody should use is not calculated either.
        return weak
    try:
        intact, fits = validate_sig_integrity(signer, certificate, content_type, digest)
    except SignatureValidationError as error:
        name = error.ades_subindication.standard_name if error.ades_subindication else "GENERIC"
        return unclear(name) if name == "NO_SIGNING_CERTIFICATE_FOUND" else failed("FORMAT_FAILURE")
    except CMSStructuralError:
        return failed("FORMAT_FAILURE")
    if not intact:
        return failed("HASH_FAILURE", "the signed content was changed")
    if not fits:
        return failed("SIG_CRYPTO_FAILURE", "the signature does not fit the certificate's key")
    return weak


def _strength(signer: Any, certificate: Any, moment: datetime) -> Verdict:
    digest = signer["digest_algorithm"]["algorithm"].native
    algorithm = signer["signature_algorithm"]
    key = certificate.public_key
    steps = [judge_digest(digest, moment), judge_algorithm(algorithm, moment, digest=digest)]
    # The chain judges the key's length for certificates of authorities; here it is what signed the document.
    return combined([*steps, judge_key(key)]) if key is not None else PASSED
