from __future__ import annotations

import pytest

from mailbridge.verify.results import (
    ArcResult,
    AuthResults,
    DkimResult,
    DmarcResult,
    InnerResult,
    Result,
    SpfResult,
)

GOOD = DkimResult(result=Result.PASS, domain="a.vn", selector="s", aligned=True)
LATE = DkimResult(result=Result.TEMPERROR, domain="a.vn", selector="s", aligned=True)
STRANGER = DkimResult(result=Result.TEMPERROR, domain="list.vn", selector="s")


def results(
    *dkim: DkimResult,
    spf: Result = Result.NONE,
    arc: ArcResult | None = None,
    dmarc: Result = Result.NONE,
    inner: tuple[DkimResult, ...] = (),
) -> AuthResults:
    return AuthResults(
        spf=SpfResult(result=spf),
        dkim=dkim,
        arc=arc or ArcResult(),
        dmarc=DmarcResult(result=dmarc),
        inner=(InnerResult(part="2", dkim=inner),),
    )


@pytest.mark.parametrize(
    "found",
    [
        results(LATE),
        results(LATE, dmarc=Result.PASS),
        results(spf=Result.TEMPERROR),
        results(spf=Result.TEMPERROR, dmarc=Result.PASS),  # of a weak signature, which proves nobody
        results(dmarc=Result.TEMPERROR),
        results(arc=ArcResult(result=Result.TEMPERROR)),
        results(GOOD, inner=(LATE,)),
    ],
)
def test_answer_that_may_change_what_is_proven_is_awaited(found: AuthResults) -> None:
    assert found.is_pending


@pytest.mark.parametrize(
    "found",
    [
        results(),
        results(GOOD),
        results(GOOD, LATE),
        results(STRANGER),
        results(GOOD, spf=Result.TEMPERROR, dmarc=Result.TEMPERROR),
        results(spf=Result.TEMPERROR, arc=ArcResult(result=Result.PASS, vouched=True)),
        results(spf=Result.FAIL, dmarc=Result.FAIL),
        results(inner=(GOOD, LATE)),
    ],
)
def test_nothing_else_is_awaited(found: AuthResults) -> None:
    assert not found.is_pending
