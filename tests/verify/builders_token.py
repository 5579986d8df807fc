"""Timestamp tokens (RFC 3161) made octet by octet, honest ones and those that no authority writes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tests.keys.authorities import Identity
from tests.verify.builders_chain import read

STAMPED = b"the value of a signature"
_HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}


def digest_of(content: bytes) -> Any:
    """Return what says which digest must stand in a token over this content."""
    return lambda algorithm: hashlib.new(algorithm, content, usedforsecurity=False).digest()


def make_token(
    by: Identity,
    at: datetime,
    *,
    content: bytes = STAMPED,
    imprint: str = "sha256",
    digest: str = "sha256",
    accuracy: dict[str, int] | None = None,
    names_signer: Identity | bool | None = True,
    content_type: str = "tst_info",
    embedded: Sequence[Identity] | None = None,
    signer: Identity | None = None,
    signers: int = 1,
    strange: bool = False,
) -> Any:
    """
    Make a token, as asn1crypto `cms.ContentInfo`.

    Args:
        names_signer: Who stands in the ESSCertIDv2; True for `by`, None or False for none at all.
        strange: Put an unknown critical extension in.
        signer: Whose key signs; `by` unless it is a forgery.
    """
    info: dict[str, Any] = {
        "version": "v1",
        "policy": "1.3.6.1.4.1.99999.3",
        "message_imprint": {"hash_algorithm": {"algorithm": imprint}, "hashed_message": digest_of(content)(imprint)},
        "serial_number": 7,
        "gen_time": at,
    }
    if accuracy:
        info["accuracy"] = accuracy
    if strange:
        info["extensions"] = [{"extn_id": "1.3.6.1.4.1.99999.4", "critical": True, "extn_value": b"\x05\x00"}]
    octets = tsp.TSTInfo(info).dump()
    named = by if names_signer is True else names_signer or None
    one = _signer(octets, by, signer or by, digest=digest, named=named, content_type=content_type)
    everybody = [by] if embedded is None else list(embedded)
    data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": content_type, "content": core.ParsableOctetString(octets)},
            "certificates": [cms.CertificateChoices(name="certificate", value=read(each)) for each in everybody],
            "signer_infos": [one] * signers,
        }
    )
    made = cms.ContentInfo({"content_type": "signed_data", "content": data})
    return cms.ContentInfo.load(made.dump())


def _signer(
    octets: bytes, by: Identity, key: Identity, *, digest: str, named: Identity | None, content_type: str
) -> Any:
    attributes = [
        {"type": "content_type", "values": [content_type]},
        {"type": "message_digest", "values": [digest_of(octets)(digest)]},
    ]
    if named is not None:
        hashed = hashlib.sha256(named.der).digest()
        attributes.append(
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [{"cert_hash": hashed}]})]}
        )
    signed = cms.CMSAttributes(attributes)
    scheme = "ecdsa" if isinstance(key.key, ec.EllipticCurvePrivateKey) else "rsa"
    certificate = read(by)
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                name="issuer_and_serial_number",
                value={"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": {"algorithm": digest},
            "signed_attrs": signed,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": f"{digest}_{scheme}"}),
            "signature": _sign(signed.dump(), key.key, _HASHES[digest]),
        }
    )


def _sign(octets: bytes, key: Any, digest: hashes.HashAlgorithm) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(octets, ec.ECDSA(digest))
    return bytes(key.sign(octets, padding.PKCS1v15(), digest))
