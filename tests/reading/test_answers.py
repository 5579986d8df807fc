from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.reading.answers import SignaturesAnswer, TextAnswer, decode_pages, decode_signatures, encode
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.signature import Change, SignatureStatus, Status

LINE = Line(text="Số: 12/QĐ-UBND", box=Box(left=1.5, top=2, right=3, bottom=4), size=13, bold=True, italic=None)
PAGES = Pages(pages=(Page(number=1, width=595, height=842, lines=(LINE,), layer=Layer.TEXT),), total=3)
SIGNATURE = SignatureStatus(
    part="1.2",
    format="pades",
    status=Status.TOTAL_PASSED,
    signer="Sở Nội vụ",
    signed_at=datetime(2026, 3, 5, 10, 0, tzinfo=UTC),
    changed_after=Change.COUNTERSIGNED,
)


def spoilt(**changes: object) -> bytes:
    """Encode the pages, and change the line in a way that no honest child does."""
    answer = json.loads(encode(TextAnswer(pages=PAGES)))
    answer["pages"]["pages"][0]["lines"][0] |= changes
    return json.dumps(answer).encode()


def test_pages_come_back_equal() -> None:
    assert decode_pages(encode(TextAnswer(pages=PAGES))) == PAGES


def test_problem_comes_back_as_exception() -> None:
    with pytest.raises(Unreadable, match=r"^encrypted: because\.$"):
        decode_pages(encode(TextAnswer(problem=Problem.ENCRYPTED, reason="because.")))


def test_signatures_come_back_equal_and_about_the_part_asked_for() -> None:
    octets = encode(SignaturesAnswer(signatures=(SIGNATURE,)))
    assert decode_signatures(octets, "1.2") == (SIGNATURE,)
    assert decode_signatures(octets, "1.9") == (replace(SIGNATURE, part="1.9"),)


def test_times_come_back_in_utc_and_never_without_zone() -> None:
    hanoi = replace(SIGNATURE, signed_at=datetime(2026, 3, 5, 17, 0, tzinfo=timezone(timedelta(hours=7))))
    [back] = decode_signatures(encode(SignaturesAnswer(signatures=(hanoi,))), "1.2")
    assert back.signed_at == SIGNATURE.signed_at
    assert back.signed_at is not None
    assert back.signed_at.tzinfo is UTC
    naive = replace(SIGNATURE, signed_at=datetime(2026, 3, 5))  # noqa: DTZ001 - what is to be refused
    with pytest.raises(Unreadable):
        decode_signatures(encode(SignaturesAnswer(signatures=(naive,))), "1.2")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"null",
        b"{}",
        b'{"signatures": []}',
        b"\x80\x04N.",
        b"[" * 100_000,
        b'{"pages": {"pages": [], "total": 1e999}}',
        encode(TextAnswer(pages=PAGES))[:-1],
        encode(TextAnswer(pages=PAGES)).replace(b'"number":1', b'"number":0'),
        encode(TextAnswer(pages=PAGES)).replace(b'"total":3', b'"total":0'),
        encode(TextAnswer(pages=PAGES)).replace(b"text layer", b"trusted layer"),
        spoilt(text=7),
        spoilt(text=" \u202e "),
        spoilt(size=float("nan")),
        spoilt(box={"left": 0, "top": 0, "right": float("inf"), "bottom": 1}),
        spoilt(bold="yes"),
    ],
)
def test_answer_of_another_shape_is_refused(octets: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode_pages(octets)
    assert caught.value.problem is Problem.MALFORMED


def test_texts_are_cleaned_again() -> None:
    [page] = decode_pages(spoilt(text="Vie\u0323\u0302t \u202e x")).pages
    assert page.lines[0].text == "Việt x"


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_no_octets_raise_anything_else(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_signatures(octets, "1")
