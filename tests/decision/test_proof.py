"""Whose valid signature a document carries, and what the remark column says of it."""

from __future__ import annotations

from typing import Any

import pytest

from mailbridge.decision.proof import SignedBy, is_broken, is_valid, paper_needed, paper_note, signed_by
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.decision.builders_decision import document, signature

PERSON = signature(role="person")
NAMELESS = signature(role=None)


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"changed_after": Change.ALLOWED, "covers_whole_file": False}, True),
        ({"changed_after": Change.COUNTERSIGNED, "covers_whole_file": False}, True),
        ({"covers_whole_file": False}, False),
        ({"covers_whole_file": False, "format": "xades"}, True),
        ({"changed_after": Change.SUSPICIOUS}, False),
        ({"status": Status.INDETERMINATE}, False),
        ({"status": Status.TOTAL_FAILED}, False),
    ],
)
def test_valid_only_when_it_vouches_for_the_file_as_it_is(change: dict[str, Any], valid: bool) -> None:
    assert is_valid(signature(**change)) is valid


@pytest.mark.parametrize(
    ("change", "broken"),
    [({}, False), ({"status": Status.INDETERMINATE}, False), ({"status": Status.TOTAL_FAILED}, True)],
)
def test_unverified_is_not_broken(change: dict[str, Any], broken: bool) -> None:
    assert is_broken(signature(**change)) is broken


@pytest.mark.parametrize(
    ("signatures", "who", "paper", "note"),
    [
        ((), SignedBy.NOBODY, True, "Chưa ký số: chờ bản giấy hoặc bản ký số"),
        ((signature(), PERSON), SignedBy.BOTH, False, "Bản điện tử có chữ ký số"),
        ((signature(),), SignedBy.ORGANIZATION, True, "Bản điện tử có chữ ký số của cơ quan"),
        (
            (PERSON,),
            SignedBy.PERSON,
            True,
            "Có chữ ký số của người ký, chưa có chữ ký số của cơ quan: chờ bản giấy hoặc bản ký số",
        ),
        ((NAMELESS,), SignedBy.SOMEONE, True, "Có chữ ký số, chưa rõ là của cơ quan: chờ bản giấy hoặc bản ký số"),
        (
            (signature(status=Status.INDETERMINATE),),
            SignedBy.NOBODY,
            True,
            "Chữ ký số chưa xác minh được: chờ bản giấy hoặc bản ký số",
        ),
        ((signature("9"),), SignedBy.NOBODY, True, "Chưa ký số: chờ bản giấy hoặc bản ký số"),
    ],
)
def test_table_of_signatures_and_paper(
    signatures: tuple[SignatureStatus, ...], who: SignedBy, paper: bool, note: str
) -> None:
    """email-rules.md §7: only both signatures make an original."""
    assert signed_by(document(), signatures) is who
    assert paper_needed(document(), signatures) is paper
    assert paper_note(document(), signatures) == note
