from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import PASSED, combined, failed, unclear, weakened

REMARK = replace(PASSED, reason="its timestamp could not be verified")


def test_usual_reason_unless_one_is_given() -> None:
    assert unclear("TRY_LATER").reason == (
        "revocation of the certificate could not be checked: no current list or answer is at hand"
    )
    assert unclear("TRY_LATER", "other").reason == "other"
    assert failed("FORMAT_FAILURE").reason == "the signature is malformed"
    assert unclear("GENERIC").reason == "the certificate could not be checked"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], PASSED),
        ([PASSED, PASSED], PASSED),
        ([PASSED, REMARK], REMARK),
        ([unclear("EXPIRED"), unclear("TRY_LATER")], unclear("EXPIRED")),
        ([REMARK, unclear("TRY_LATER"), failed("HASH_FAILURE", "x")], failed("HASH_FAILURE", "x")),
    ],
)
def test_steps_together(steps: list[object], expected: object) -> None:
    assert combined(steps) == expected  # type: ignore[arg-type] # verdicts all


def test_weaknesses_of_all_steps_are_kept() -> None:
    steps = [weakened(PASSED, "short-key"), unclear("TRY_LATER"), weakened(PASSED, "sha1", "short-key")]
    found = combined(steps)
    assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "TRY_LATER")
    assert found.weaknesses == ("sha1", "short-key")
