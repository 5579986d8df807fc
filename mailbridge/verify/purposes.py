"""What a certificate may be used for (RFC 5280 §4.2.1.3, §4.2.1.12; TT 15/2025/TT-BKHCN, annex)."""

from __future__ import annotations

from enum import Enum
from typing import Any

from mailbridge.verify.verdict import PASSED, Verdict, unclear

_NOT_FOR_MAIL = "the certificate is not meant for signing mail"
_NOT_FOR_TIME = "the certificate is not meant for timestamps"

# Purposes that say "not for documents" when nothing else stands beside them.
_OTHERS = frozenset((
    "server_auth", "code_signing", "time_stamping", "ocsp_signing", "ipsec_end_system", "ipsec_tunnel", "ipsec_user",
    "ipsec_ike", "eap_over_ppp", "eap_over_lan", "scvp_server", "dvcs",
))  # fmt: skip
_ANY = "any_extended_key_usage"


class Purpose(Enum):
    """What the end certificate was used for."""

    SIGNING = "signing"
    TIMESTAMPING = "timestamping"
    MAIL = "mail"


def judge_purpose(chain: tuple[Any, ...], purpose: Purpose) -> Verdict:
    """
    Judge key usage and extended key usage of the end certificate, and those of the authorities below the anchor.

    TT 15/2025/TT-BKHCN leaves both optional for documents; where they stand they must permit it. Timestamps need the
    extended one, alone and critical (RFC 3161 §2.3). An authority restricted to other purposes cannot give this one.

    Returns:
        CHAIN_CONSTRAINTS_FAILURE, indeterminate, when the certificate is for something else.
    """
    certificate = chain[0]
    usage = certificate.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        return _refused(purpose)
    if purpose is Purpose.TIMESTAMPING and not _is_for_time_alone(certificate):
        return _refused(purpose)
    fits = all(_permits(each, purpose) for each in (chain[:-1] or chain))
    return PASSED if fits else _refused(purpose)


def _permits(certificate: Any, purpose: Purpose) -> bool:
    value = certificate.extended_key_usage_value
    if value is None:
        return True
    usages = set(value.native)
    if _ANY in usages:
        return True
    match purpose:
        case Purpose.SIGNING:
            return bool(usages - _OTHERS)
        case Purpose.MAIL:
            return "email_protection" in usages
        case Purpose.TIMESTAMPING:
            return "time_stamping" in usages


def _is_for_time_alone(certificate: Any) -> bool:
    value = certificate.extended_key_usage_value
    critical = "extended_key_usage" in certificate.critical_extensions
    return value is not None and critical and set(value.native) == {"time_stamping"}


def _refused(purpose: Purpose) -> Verdict:
    match purpose:
        case Purpose.SIGNING:
            return unclear("CHAIN_CONSTRAINTS_FAILURE")
        case Purpose.MAIL:
            return unclear("CHAIN_CONSTRAINTS_FAILURE", _NOT_FOR_MAIL)
        case Purpose.TIMESTAMPING:
            return unclear("CHAIN_CONSTRAINTS_FAILURE", _NOT_FOR_TIME)
