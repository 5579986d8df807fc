"""The certificate of an XML signature: the one whose key fits, out of those that lie in KeyInfo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailbridge.verify.verdict import failed, unclear
from mailbridge.verify.xml_algorithms import fits
from mailbridge.verify.xml_reading import DSIG, Finding, child, malformed, octets_of
from mailbridge.verify.xml_signed_info import SignedInfo

if TYPE_CHECKING:
    from lxml.etree import _Element

_D = f"{{{DSIG}}}"
_MOST_CERTIFICATES = 20


def certificates_of(signature: _Element) -> tuple[Any, ...]:
    """
    Read the certificates in KeyInfo, as asn1crypto `x509.Certificate`, in order.

    A bare key or the name of one (KeyValue, KeyName) names nobody, and nothing is fetched (RetrievalMethod).
    """
    info = child(signature, _D + "KeyInfo")
    if info is None:
        return ()
    found = [each for data in info.iterchildren(_D + "X509Data") for each in data.iterchildren(_D + "X509Certificate")]
    return tuple(load_certificate(octets_of(each)) for each in found[:_MOST_CERTIFICATES])


def load_certificate(octets: bytes) -> Any:
    """Read one certificate in DER wholly, so that nothing in it can break later."""
    from asn1crypto import x509

    try:
        certificate = x509.Certificate.load(octets, strict=True)
        _ = certificate.native
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise malformed("a certificate in the signature cannot be read") from error
    return certificate


def find_signer(info: SignedInfo, certificates: tuple[Any, ...]) -> Any:
    """
    Return the certificate whose key the signature value belongs to.

    Raises:
        Finding: there is no certificate, or none that fits.
    """
    if not certificates:
        raise Finding(unclear("NO_SIGNING_CERTIFICATE_FOUND"))
    trouble: Finding | None = None
    for certificate in certificates:
        try:
            if fits(info.method, certificate.public_key.dump(), info.value, info.octets):
                return certificate
        except Finding as finding:
            trouble = finding
    if trouble is not None and len(certificates) == 1:
        raise trouble
    raise Finding(failed("SIG_CRYPTO_FAILURE", "the signature does not fit the certificate's key"))
