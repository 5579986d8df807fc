"""Asks a timestamping authority by HTTP (RFC 3161 §3.4), on the same list of hosts as lists of revocations."""

from __future__ import annotations

import secrets
from datetime import datetime

from mailbridge.lookups.revocation_fetch import Fetcher, NotFetched
from mailbridge.verify.evidence import Trust
from mailbridge.verify.stamping import judge_stamp, stamp_question, token_in


class NotStamped(Exception):
    """No stamp came that may be kept; the text says why, in English."""


def fetch_stamp(fetcher: Fetcher, url: str, statement: bytes, trust: Trust, now: datetime) -> bytes:
    """
    Have a statement stamped and return the token; blocks.

    A token whose authority we do not trust, or not yet, is good enough to be kept: it is judged whenever it is shown.

    Raises:
        NotStamped: Nothing came, or a token that stamps something else or is not signed as it should be.
    """
    nonce = secrets.randbits(64)
    try:
        answer = fetcher.post_stamp(url, stamp_question(statement, nonce))
        token = token_in(answer, nonce)
    except (NotFetched, ValueError) as error:
        raise NotStamped(str(error)) from error
    if judge_stamp(token, statement, trust, now).broken:
        raise NotStamped("the token does not fit, or its signature is wrong")
    return token
