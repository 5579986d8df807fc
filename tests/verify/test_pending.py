"""What may still change is pending; what is known for good is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbridge.mail.filetype import PDF
from mailbridge.reading.answers import unread_signature
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.pending import is_pending
from mailbridge.verify.results import (
    ArcResult,
    AuthResults,
    DkimResult,
    DmarcResult,
    InnerResult,
    Result,
    SmimeResult,
    SpfResult,
)
from mailbridge.verify.signature import SignatureStatus, Status

SETTLED = AuthResults(spf=SpfResult(), dkim=(), arc=ArcResult(), dmarc=DmarcResult())
TEMPORARY = DkimResult(result=Result.TEMPERROR, domain="a.vn", selector="s")


def status(sub_indication: str | None, **changes: Any) -> SignatureStatus:
    values = {"part": "1", "format": "pades", "status": Status.INDETERMINATE, "sub_indication": sub_indication}
    return SignatureStatus(**values | changes)


@pytest.mark.parametrize(
    "open_",
    [
        {"spf": SpfResult(result=Result.TEMPERROR)},
        {"arc": ArcResult(result=Result.TEMPERROR)},
        {"dmarc": DmarcResult(result=Result.TEMPERROR)},
        {"dkim": (replace(TEMPORARY, result=Result.PASS), TEMPORARY)},
        {"inner": (InnerResult(part="2", dkim=(TEMPORARY,)),)},
        {"smime": (SmimeResult(part="1", status=Status.INDETERMINATE, sub_indication="TRY_LATER"),)},
    ],
)
def test_a_temporary_failure_is_pending(open_: dict[str, Any]) -> None:
    assert is_pending(replace(SETTLED, **open_), ())


@pytest.mark.parametrize("result", [each for each in Result if each is not Result.TEMPERROR])
def test_every_other_result_is_settled(result: Result) -> None:
    results = replace(SETTLED, spf=SpfResult(result=result), dkim=(replace(TEMPORARY, result=result),))
    assert not is_pending(results, ())


@pytest.mark.parametrize(
    ("signature", "pending"),
    [
        (status("TRY_LATER"), True),
        (status("GENERIC", reason="the signatures of the file could not be judged (timeout: 10 s)"), True),
        (status("GENERIC", reason="the signatures of the file could not be judged (malformed: x)"), False),
        (status("NO_CERTIFICATE_CHAIN_FOUND"), False),
        (status(None, status=Status.TOTAL_PASSED), False),
        (status("HASH_FAILURE", status=Status.TOTAL_FAILED), False),
    ],
)
def test_signatures_wait_for_lists_and_time_only(signature: SignatureStatus, pending: bool) -> None:
    assert is_pending(SETTLED, (signature,)) is pending


def test_a_reader_that_ran_out_of_time_is_asked_again() -> None:
    late = unread_signature("1", PDF, Unreadable(Problem.TIMEOUT, "10 seconds"))
    assert is_pending(SETTLED, (late,))
    assert not is_pending(SETTLED, (unread_signature("1", PDF, Unreadable(Problem.MEMORY, "much")),))
