from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.mail.smime import SignedEntity
from mailbridge.reading.answers import (
    SignaturesAnswer,
    SmimeAnswer,
    TextAnswer,
    decode_pages,
    decode_signatures,
    decode_smime,
    encode,
    unread_signature,
    unread_smime,
)
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import Change, SignatureStatus, SignerCertificate, Status

LINE = Line(text="Số: 12/QĐ-UBND", box=Box(left=1.5, top=2, right=3, bottom=4), size=13, bold=True, italic=None)
PAGES = Pages(pages=(Page(number=1, width=595, height=842, lines=(LINE,), layer=Layer.TEXT),), total=3)
CERTIFICATE = SignerCertificate(
    subject="CN: Sở Nội vụ, O: UBND tỉnh Bắc Kạn",
    issuer="CN: CA",
    serial="7af2df52182653d3",
    sha256="ab" * 32,
    not_before=datetime(2025, 1, 1, tzinfo=UTC),
    not_after=datetime(2030, 1, 1, tzinfo=UTC),
    unit="UBND tỉnh Bắc Kạn",
    email="vanthu@snv.backan.gov.vn",
    sources=("http://ca.example/cp.crl",),
)
SIGNATURE = SignatureStatus(
    part="1.2",
    format="pades",
    status=Status.TOTAL_PASSED,
    signer="Sở Nội vụ",
    signed_at=datetime(2026, 3, 5, 10, 0, tzinfo=UTC),
    changed_after=Change.COUNTERSIGNED,
    certificate=CERTIFICATE,
    chain=("ab" * 32, "cd" * 32),
    weaknesses=("sha1",),
    covers=("a.pdf",),
    signs="1.3",
)
ENTITY = SignedEntity(part="1", signed=b"x", cms=b"y", covers_whole_mail=True, shows_one_author=True)
RESULT = SmimeResult(
    part="1", status=Status.TOTAL_PASSED, signer="a@b.vn", covers_whole_mail=True, signer_is_sender=True
)
FAILED = replace(SIGNATURE, status=Status.TOTAL_FAILED, sub_indication="HASH_FAILURE")


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


@pytest.mark.parametrize(
    "signature",
    [
        replace(SIGNATURE, format="gpg"),
        replace(SIGNATURE, role="president"),
        replace(SIGNATURE, time_source="clock"),
        replace(SIGNATURE, sub_indication="HASH_FAILURE"),
        replace(FAILED, sub_indication=None),
        replace(FAILED, sub_indication="no such <b>word</b>"),
        replace(SIGNATURE, chain=("ab" * 32,) * 21),
        replace(SIGNATURE, chain=("AB" * 32,)),
        replace(SIGNATURE, weaknesses=("sha1",) * 11),
        replace(SIGNATURE, weaknesses=("sha1\n",)),
        replace(SIGNATURE, certificate=replace(CERTIFICATE, serial="x")),
        replace(SIGNATURE, certificate=replace(CERTIFICATE, sha256="ab")),
        replace(SIGNATURE, certificate=replace(CERTIFICATE, not_after=datetime(2030, 1, 1))),  # noqa: DTZ001 - refused
    ],
)
def test_what_no_honest_judge_says_of_a_signature(signature: SignatureStatus) -> None:
    assert decode_signatures(encode(SignaturesAnswer(signatures=(FAILED,))), "1.2") == (FAILED,)
    with pytest.raises(Unreadable):
        decode_signatures(encode(SignaturesAnswer(signatures=(signature,))), "1.2")


def test_texts_of_signatures_are_cleaned_and_cut() -> None:
    long = "a\u202e\nb" * 1000
    certificate = replace(CERTIFICATE, subject=long, email=long, unit="\n", sources=("javascript:x", "http://a b"))
    spoilt_one = replace(SIGNATURE, signer=long, organization="\u200b", reason=long, covers=(long, "\n") * 500)
    octets = encode(SignaturesAnswer(signatures=(replace(spoilt_one, certificate=certificate),)))
    [found] = decode_signatures(octets, "1.2")
    texts = [found.signer, found.reason, *found.covers]
    assert found.certificate is not None
    texts += [found.certificate.subject, found.certificate.email]
    assert all(text is not None and text.isprintable() and len(text) <= 1000 for text in texts)
    assert (found.organization, found.certificate.unit, found.certificate.sources) == (None, None, ())
    assert len(found.covers) <= 200


def test_results_of_the_mail_come_back_equal() -> None:
    lower = replace(
        RESULT, part="1.1", status=Status.INDETERMINATE, sub_indication="TRY_LATER", covers_whole_mail=False
    )
    octets = encode(SmimeAnswer(results=(RESULT, lower)))
    assert decode_smime(octets, (ENTITY,)) == (RESULT, lower)


@pytest.mark.parametrize(
    "result",
    [
        replace(RESULT, covers_whole_mail=False),
        replace(RESULT, signer_is_sender=False),
        replace(RESULT, part="1.1"),
        replace(RESULT, part="<b>"),
        replace(RESULT, sub_indication="TRY_LATER"),
        replace(RESULT, status=Status.INDETERMINATE),
    ],
)
def test_what_no_honest_judge_says_of_a_mail(result: SmimeResult) -> None:
    with pytest.raises(Unreadable):
        decode_smime(encode(SmimeAnswer(results=(result,))), (ENTITY,))
    with pytest.raises(Unreadable):
        decode_smime(encode(SmimeAnswer(results=(RESULT,))), (replace(ENTITY, covers_whole_mail=False),))
    with pytest.raises(Unreadable):
        decode_smime(encode(SmimeAnswer(results=(RESULT,) * 1001)), (ENTITY,))


def test_what_could_not_be_judged_is_open() -> None:
    problem = Unreadable(Problem.TIMEOUT, "reading took more than 1 s")
    result = unread_smime(ENTITY, problem)
    assert (result.part, result.status, result.sub_indication) == ("1", Status.INDETERMINATE, "GENERIC")
    assert result.reason == "the signatures of the mail could not be judged (timeout: reading took more than 1 s)"
    for media_type, expected in (
        ("application/pdf", "pades"),
        ("application/pkcs7-mime", "cms"),
        ("application/edxml+xml", "xmldsig"),
        ("application/vnd.oasis.opendocument.text", "odf"),
    ):
        assert unread_signature("1", media_type, problem).format == expected
