"""
Asking a timestamping authority for a token, and judging one that is kept (RFC 3161 §2.4).

CORE: how the question travels is the affair of others.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from typing import Any

from mailbridge.verify.evidence import Trust
from mailbridge.verify.timestamps import StampedTime, read_token

_GRANTED = frozenset({"granted", "granted_with_mods"})
_LARGEST = 1 << 20
"""Octets of an answer: a token with its certificates has some five thousand."""


def stamp_question(statement: bytes, nonce: int) -> bytes:
    """Write a TimeStampReq over a statement, by its SHA-256; the certificate is to come along. DER."""
    from asn1crypto import tsp

    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": hashlib.sha256(statement).digest(),
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    octets: bytes = request.dump()
    return octets


def token_in(answer: bytes, nonce: int) -> bytes:
    """
    Take the token out of a TimeStampResp, as DER of its ContentInfo.

    Raises:
        ValueError: It is no such answer, the authority refused, or it answers another question.
    """
    from asn1crypto import tsp

    if len(answer) > _LARGEST:
        raise ValueError("the answer is too large")
    try:
        response = _response().load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in _GRANTED:
            raise ValueError(f"the authority answers: {status}")
        token = response["time_stamp_token"]
        info = tsp.TSTInfo.load(bytes(token["content"]["encap_content_info"]["content"]), strict=True)
        told = info["nonce"].native
        octets: bytes = token.dump()
    except ValueError:
        raise
    # A stranger's octets: asn1crypto reads late, so malformed parts show up anywhere.
    except Exception as error:
        raise ValueError("the answer is no timestamp") from error
    if told != nonce:
        raise ValueError("the answer is to another question")
    return octets


@cache
def _response() -> Any:
    """Return the form of an answer; that of asn1crypto cannot read a refusal, which has no token."""
    from asn1crypto import cms, core, tsp

    class Response(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
        _fields = [  # noqa: RUF012  # as asn1crypto wants it
            ("status", tsp.PKIStatusInfo),
            ("time_stamp_token", cms.ContentInfo, {"optional": True}),
        ]

    return Response


def judge_stamp(token: bytes, statement: bytes, trust: Trust, at: datetime) -> StampedTime:
    """Judge a token over a statement at the moment `at`, by what is trusted then; raises nothing but `MemoryError`."""
    from asn1crypto import cms

    from mailbridge.verify.material import Material

    try:
        content: Any = cms.ContentInfo.load(token, strict=True)
    except (ValueError, TypeError):
        return StampedTime(broken=True)
    return read_token(content, lambda name: hashlib.new(name, statement).digest(), Material(trust), at)
