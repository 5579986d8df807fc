"""One answer of an OCSP responder (RFC 6960), and whether its responder may speak for an authority."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from mailbridge.verify.algorithms import judge_algorithm
from mailbridge.verify.answered import Answered, Said
from mailbridge.verify.links import is_issued_by, sound
from mailbridge.verify.names import name_key
from mailbridge.verify.signature import Status
from mailbridge.verify.value import fits_key

# An answer holds the responder's certificate and perhaps its authority's.
_MOST_CERTIFICATES = 8
_MOST_SINGLE = 64
_HASHES = ("sha1", "sha256", "sha384", "sha512")


class StatusAnswer:
    """
    An answer and what is said in it.

    Raises:
        Exception: from the constructor, whatever asn1crypto meets in octets that are no successful basic answer.
    """

    def __init__(self, response: Any) -> None:
        """Read an asn1crypto `ocsp.OCSPResponse`."""
        if response["response_status"].native != "successful":
            raise ValueError("the responder did not answer")
        basic = response.basic_ocsp_response
        data = basic["tbs_response_data"]
        self._signed: bytes = data.dump()
        self._signature: bytes = basic["signature"].native
        self._algorithm = basic["signature_algorithm"]
        self._certificates = [sound(each) for each in list(basic["certs"] or ())[:_MOST_CERTIFICATES]]
        responder = data["responder_id"]
        by_name = responder.name == "by_name"
        self._name = name_key(responder.chosen.untag()) if by_name else None
        self._key: bytes = b"" if by_name else responder.native
        self._produced: datetime = data["produced_at"].native
        self._single = [_Single(each) for each in list(data["responses"])[:_MOST_SINGLE]]
        if any(each["critical"].native for each in data["response_extensions"] or ()):
            raise ValueError("the answer has a critical extension")

    def responder(self, issuer: Any) -> Any:
        """
        Find who signed the answer: `issuer` itself or a responder to whom it gave the right (RFC 6960 §4.2.2.2).

        Returns:
            Its asn1crypto certificate, None when nobody of these signed it.
        """
        if judge_algorithm(self._algorithm, self._produced).status is not Status.TOTAL_PASSED:
            return None
        for certificate in (issuer, *self._certificates):
            if (
                self._names(certificate)
                and (certificate is issuer or _may_answer(certificate, issuer, self._produced))
                and fits_key(self._signature, self._signed, certificate.public_key, self._algorithm)
            ):
                return certificate
        return None

    def say(self, certificate: Any, issuer: Any) -> Said | None:
        """Say what was answered about a certificate of this issuer; None when nothing was."""
        return next((each.said for each in self._single if each.is_about(certificate, issuer)), None)

    def _names(self, certificate: Any) -> bool:
        if self._name is not None:
            return self._name == name_key(certificate.subject)
        return bool(self._key == certificate.public_key.sha1)


class _Single:
    """What is answered about one certificate."""

    def __init__(self, single: Any) -> None:
        named = single["cert_id"]
        self._hash: str = named["hash_algorithm"]["algorithm"].native
        self._name: bytes = named["issuer_name_hash"].native
        self._key: bytes = named["issuer_key_hash"].native
        self._serial: int = named["serial_number"].native
        strange = any(each["critical"].native for each in single["single_extensions"] or ())
        self.said = None if strange else _read_status(single)

    def is_about(self, certificate: Any, issuer: Any) -> bool:
        """Say whether the certificate meant is this one of this issuer."""
        if self._serial != certificate.serial_number or self._hash not in _HASHES:
            return False
        key = hashlib.new(self._hash, bytes(issuer.public_key["public_key"]), usedforsecurity=False).digest()
        names = (certificate.issuer, issuer.subject)
        return key == self._key and self._name in {
            hashlib.new(self._hash, name.dump(), usedforsecurity=False).digest() for name in names
        }


def _read_status(single: Any) -> Said | None:
    status = single["cert_status"]
    begin, end = single["this_update"].native, single["next_update"].native
    if status.name == "good":
        return Said(answered=Answered.GOOD, begin=begin, end=end)
    if status.name != "revoked":
        return None
    reason = status.chosen["revocation_reason"].native
    held = reason == "certificate_hold"
    since = status.chosen["revocation_time"].native
    return Said(answered=Answered.HELD if held else Answered.REVOKED, begin=begin, end=end, since=since)


def _may_answer(certificate: Any, issuer: Any, moment: datetime) -> bool:
    """Say whether the issuer itself gave this certificate the right to answer for it at this moment."""
    usages = certificate.extended_key_usage_value
    if usages is None or "ocsp_signing" not in usages.native:
        return False
    strong = judge_algorithm(certificate["signature_algorithm"], moment).status is Status.TOTAL_PASSED
    in_time = certificate.not_valid_before <= moment <= certificate.not_valid_after
    return strong and in_time and is_issued_by(certificate, issuer)
