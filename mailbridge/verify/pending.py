"""Which judgements are not final: a question had no answer in time, and asking again may bring one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailbridge.verify.results import AuthResults, Result, SmimeResult
from mailbridge.verify.signature import SignatureStatus, Status

# ETSI EN 319 102-1 table 6: revocation information was not there, and may be later.
_LATER = "TRY_LATER"
OUT_OF_TIME = "(timeout:"
"""Stands in the reason of what could not be judged in time: a busy machine may have the time later."""


def is_pending(results: AuthResults, signatures: Iterable[SignatureStatus]) -> bool:
    """
    Say whether a verdict may change when it is asked for again: a temporary failure is never a failure.

    Source: RFC 8601 §2.7 (temperror), ETSI EN 319 102-1 §5.1.3 (TRY_LATER).
    """
    judged: tuple[SignatureStatus | SmimeResult, ...] = (*signatures, *results.smime)
    return Result.TEMPERROR in _codes(results) or any(map(_is_later, judged))


def _codes(results: AuthResults) -> Iterator[Result]:
    yield from (results.spf.result, results.arc.result, results.dmarc.result)
    yield from (each.result for each in results.dkim)
    yield from (each.result for inner in results.inner for each in inner.dkim)


def _is_later(judged: SignatureStatus | SmimeResult) -> bool:
    waits = judged.sub_indication == _LATER or OUT_OF_TIME in (judged.reason or "")
    return judged.status is Status.INDETERMINATE and waits
