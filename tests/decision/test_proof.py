"""Whose valid signature a document carries, and what the remark column says of it."""

from __future__ import annotations

from typing import Any

import pytest

from mailbridge.classifier.kinds import Reading
from mailbridge.decision.proof import (
    Missing,
    SignedBy,
    is_broken,
    is_valid,
    missing,
    paper_needed,
    paper_note,
    signed_by,
    stands_on,
)
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


AWAITED = "chờ bản giấy hoặc bản ký số"
UNVERIFIED = {"status": Status.INDETERMINATE, "sub_indication": "TRY_LATER"}
INVALID = {"status": Status.TOTAL_FAILED, "sub_indication": "HASH_FAILURE"}
ONLY_SEAL = f"Có chữ ký số của cơ quan, chưa có chữ ký số của người ký: {AWAITED}"
ONLY_HAND = f"Có chữ ký số của người ký, chưa có chữ ký số của cơ quan: {AWAITED}"
NO_SEAL = f"Chưa ký số: {AWAITED}"
OPEN = f"Chữ ký số chưa xác minh được: {AWAITED}"
BROKEN = f"Chữ ký số không hợp lệ: {AWAITED}"


@pytest.mark.parametrize(
    ("signatures", "who", "lacks", "note"),
    [
        # Signed by both: the original (NĐ 30/2020, Điều 5); in whatever format the signatures are.
        ((signature(), PERSON), SignedBy.BOTH, Missing.NOTHING, "Bản điện tử có chữ ký số"),
        (
            (signature(format="ooxml"), signature(format="ooxml", role="person")),
            SignedBy.BOTH,
            Missing.NOTHING,
            "Bản điện tử có chữ ký số",
        ),
        # Beside the file (.p7s), around it (.p7m, an edXML packet).
        (
            (signature("2", format="cades", signs="1"), signature("2", format="cades", signs="1", role="person")),
            SignedBy.BOTH,
            Missing.NOTHING,
            "Bản điện tử có chữ ký số",
        ),
        # Signed by one: which one is missing is said.
        ((signature(),), SignedBy.ORGANIZATION, Missing.PERSON, ONLY_SEAL),
        ((PERSON,), SignedBy.PERSON, Missing.ORGANIZATION, ONLY_HAND),
        ((NAMELESS,), SignedBy.SOMEONE, Missing.BOTH, f"Có chữ ký số, chưa rõ là của cơ quan: {AWAITED}"),
        ((NAMELESS, PERSON), SignedBy.PERSON, Missing.ORGANIZATION, ONLY_HAND),
        # A scan, or a file that nobody signed; a signature on another file says nothing.
        ((), SignedBy.NOBODY, Missing.BOTH, NO_SEAL),
        ((signature("9"),), SignedBy.NOBODY, Missing.BOTH, NO_SEAL),
        ((signature("2", format="cades", signs="3"),), SignedBy.NOBODY, Missing.BOTH, NO_SEAL),
        # Not verified is not valid, and not invalid either.
        ((signature(**UNVERIFIED), signature(role="person", **UNVERIFIED)), SignedBy.NOBODY, Missing.BOTH, OPEN),
        ((signature(), signature(role="person", **UNVERIFIED)), SignedBy.ORGANIZATION, Missing.PERSON, ONLY_SEAL),
        ((signature(**INVALID), signature(role="person", **INVALID)), SignedBy.NOBODY, Missing.BOTH, BROKEN),
        ((signature(**INVALID), PERSON), SignedBy.PERSON, Missing.ORGANIZATION, ONLY_HAND),
        ((signature(changed_after=Change.SUSPICIOUS),), SignedBy.NOBODY, Missing.BOTH, BROKEN),
        # A signature of XML that covers something else than the whole file.
        ((signature(format="xades", covers_whole_file=False, covers=("#a",)),), SignedBy.NOBODY, Missing.BOTH, OPEN),
    ],
)
def test_when_paper_is_needed(
    signatures: tuple[SignatureStatus, ...], who: SignedBy, lacks: Missing, note: str
) -> None:
    """email-rules.md §7: only both signatures make an original."""
    assert signed_by(document(), signatures) is who
    assert missing(document(), signatures) is lacks
    assert paper_needed(document(), signatures) is (lacks is not Missing.NOTHING)
    assert paper_note(document(), signatures) == note


@pytest.mark.parametrize(
    ("signatures", "lacks", "note"),
    [
        ((signature(),), Missing.NOTHING, "Bản sao điện tử có chữ ký số của cơ quan"),
        ((signature(), PERSON), Missing.NOTHING, "Bản điện tử có chữ ký số"),
        ((PERSON,), Missing.ORGANIZATION, ONLY_HAND),
        ((), Missing.ORGANIZATION, NO_SEAL),
        ((signature(**UNVERIFIED),), Missing.ORGANIZATION, OPEN),
        ((signature(**INVALID),), Missing.ORGANIZATION, BROKEN),
    ],
)
def test_a_copy_is_signed_by_the_organisation_alone(
    signatures: tuple[SignatureStatus, ...], lacks: Missing, note: str
) -> None:
    copy = document(type=Reading(value="Bản sao y", confidence=0.99))
    assert missing(copy, signatures) is lacks
    assert paper_needed(copy, signatures) is (lacks is not Missing.NOTHING)
    assert paper_note(copy, signatures) == note


def test_a_signature_on_an_appendix_makes_no_original() -> None:
    """An appendix in a file of its own is sealed by the organisation; the main file is what counts."""
    whole = document(parts=("1", "2"))
    assert missing(whole, (signature("2"), signature("2", role="person"))) is Missing.BOTH
    assert missing(whole, (signature(), PERSON)) is Missing.NOTHING


@pytest.mark.parametrize(
    ("part", "signed_format", "whole", "stands"),
    [
        ("3", "xades", True, True),
        ("3", "cms", True, True),
        ("3", "xades", False, False),
        ("3", "pades", True, False),
        ("3.2", "xades", True, True),
        ("3.20", "xades", True, False),
        ("4", "cms", True, False),
    ],
)
def test_what_is_around_a_file_signs_it(part: str, signed_format: str, whole: bool, stands: bool) -> None:
    inside = document("3.2.1")
    assert stands_on(signature(part, format=signed_format, covers_whole_file=whole), inside) is stands
