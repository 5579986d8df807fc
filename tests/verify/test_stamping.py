"""Questions to a timestamping authority, and what may be kept of its answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import tsp

from mailbridge.verify.evidence import Trust
from mailbridge.verify.stamping import judge_stamp, stamp_question, token_in
from tests.keys.pki import _stamper, make_pki

STATEMENT = b"mailbridge root 1\nsonv\n2026-11-20\n1\n9\nab"
NONCE = 0xC0FFEE


@pytest.fixture(scope="module")
def answer() -> bytes:
    """An honest answer of the test authority."""
    pki = make_pki()
    stamper = _stamper(pki.tsa, pki.at - timedelta(minutes=1))
    question = tsp.TimeStampReq.load(stamp_question(STATEMENT, NONCE))
    octets: bytes = stamper.request_tsa_response(question).dump()
    return octets


def test_an_honest_stamp_proves_when_its_statement_was_there(answer: bytes) -> None:
    pki = make_pki()
    judged = judge_stamp(token_in(answer, NONCE), STATEMENT, pki.trust(), pki.at)
    assert judged.at is not None
    assert judged.at <= pki.at
    assert not judged.broken


def test_a_stamp_of_another_statement_is_broken(answer: bytes) -> None:
    pki = make_pki()
    assert judge_stamp(token_in(answer, NONCE), STATEMENT + b"c", pki.trust(), pki.at).broken


def test_an_authority_that_we_do_not_trust_proves_nothing(answer: bytes) -> None:
    judged = judge_stamp(token_in(answer, NONCE), STATEMENT, Trust(), make_pki().at)
    assert (judged.at, judged.broken) == (None, False)
    assert judged.reason


def test_an_answer_to_another_question_is_refused(answer: bytes) -> None:
    with pytest.raises(ValueError, match="another question"):
        token_in(answer, NONCE + 1)


def test_a_refusal_is_told() -> None:
    refusal = bytes.fromhex("30053003020102")  # PKIStatusInfo with status 2 alone; there is no token
    with pytest.raises(ValueError, match="rejection"):
        token_in(refusal, NONCE)


@pytest.mark.parametrize("octets", [b"", b"<html>", b"\x30\x03\x02\x01\x00"], ids=("empty", "html", "short"))
def test_what_is_no_answer_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the reader of DER
        token_in(octets, NONCE)


def test_what_is_no_token_is_broken() -> None:
    assert judge_stamp(b"text", STATEMENT, Trust(), make_pki().at).broken


def test_one_changed_octet_of_a_token_never_proves_more(answer: bytes) -> None:
    pki = make_pki()
    token = token_in(answer, NONCE)
    good = judge_stamp(token, STATEMENT, pki.trust(), pki.at)
    for at in range(0, len(token), 97):
        bent = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        assert judge_stamp(bent, STATEMENT, pki.trust(), pki.at).at in (None, good.at)
