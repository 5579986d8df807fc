from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import cms, core
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.timestamps import StampedTime, read_token, read_tokens
from tests.keys.authorities import AUTHORITY, LIST, STAMPING, Shape, issue, make_name, rsa_key
from tests.keys.pki import AT
from tests.keys.state import DAY
from tests.verify.builders_chain import state
from tests.verify.builders_token import STAMPED, digest_of, make_token

BROKEN = StampedTime(broken=True)
AN_HOUR_AGO = AT - timedelta(hours=1)


def read(token: Any, trust: Trust | None = None, *, content: bytes = STAMPED, at: datetime = AT) -> StampedTime:
    return read_token(token, digest_of(content), Material(trust or state().trust()), at)


def unproven(why: str) -> StampedTime:
    return StampedTime(reason=f"its timestamp could not be verified ({why})")


def test_token_of_a_trusted_authority_proves_the_time() -> None:
    assert read(make_token(state().tsa, AN_HOUR_AGO)) == StampedTime(at=AN_HOUR_AGO)


def test_authority_may_have_a_chain_of_its_own_inside_the_token() -> None:
    s = state()
    middle = issue(make_name(CN="CA dấu thời gian"), AUTHORITY, AT, by=s.public_root)
    tsa = issue(make_name(CN="TSA khác"), STAMPING, AT, by=middle)
    assert read(make_token(tsa, AN_HOUR_AGO, embedded=[tsa, middle])) == StampedTime(at=AN_HOUR_AGO)
    assert read(make_token(tsa, AN_HOUR_AGO)) == unproven("NO_CERTIFICATE_CHAIN_FOUND")


def test_accuracy_leaves_the_latest_moment() -> None:
    token = make_token(state().tsa, AN_HOUR_AGO, accuracy={"seconds": 90, "millis": 500})
    assert read(token).at == AN_HOUR_AGO + timedelta(seconds=90, milliseconds=500)


def test_time_after_the_receipt_is_broken_unless_the_accuracy_allows_it() -> None:
    later = AT + timedelta(seconds=5)
    assert read(make_token(state().tsa, later)) == BROKEN
    assert read(make_token(state().tsa, later, accuracy={"seconds": 10})) == StampedTime(at=AT)


class TestUnproven:
    def test_stranger(self) -> None:
        root = issue(make_name(CN="Gốc lạ"), AUTHORITY, AT)
        tsa = issue(make_name(CN="TSA lạ"), STAMPING, AT, by=root)
        found = read(make_token(tsa, AN_HOUR_AGO, embedded=[tsa, root]))
        assert found == unproven("NO_CERTIFICATE_CHAIN_FOUND")

    def test_signer_of_documents_stamps_no_time(self) -> None:
        assert read(make_token(state().person(), AN_HOUR_AGO)) == unproven("CHAIN_CONSTRAINTS_FAILURE")

    def test_revoked_authority(self) -> None:
        s = state()
        tsa = issue(make_name(CN="TSA"), replace(STAMPING, lists=(LIST,)), AT, by=s.issuing)
        token = make_token(tsa, AT - 9 * DAY)
        assert read(token) == unproven("TRY_LATER")
        assert read(token, s.trust(crls=[s.crl({tsa.serial: AT - 5 * DAY})])) == unproven("REVOKED_NO_POE")
        assert read(token, s.trust(crls=[s.crl()])) == StampedTime(at=AT - 9 * DAY)

    def test_sha1_of_today(self) -> None:
        s = state()
        assert read(make_token(s.tsa, AN_HOUR_AGO, imprint="sha1")) == unproven("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
        assert read(make_token(s.tsa, AN_HOUR_AGO, imprint="md5")) == unproven("CRYPTO_CONSTRAINTS_FAILURE")
        tsa = issue(make_name(CN="TSA"), STAMPING, AT, by=s.issuing, key=rsa_key(1))
        assert read(make_token(tsa, AN_HOUR_AGO, digest="sha1")) == unproven("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")

    def test_unknown_digest_is_not_calculated(self) -> None:
        token = make_token(state().tsa, AN_HOUR_AGO)
        octets = token.dump().replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040233"), 2)
        found = read(cms.ContentInfo.load(octets))
        assert found == unproven("CRYPTO_CONSTRAINTS_FAILURE")

    def test_unknown_critical_extension(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, strange=True)) == unproven("GENERIC")

    def test_sha1_of_then_is_taken(self) -> None:
        s = state()
        then = datetime(2016, 5, 1, tzinfo=UTC)
        tsa = issue(make_name(CN="TSA"), replace(STAMPING, begin=-12 * 365), AT, by=s.old_issuing, key=rsa_key(1))
        assert read(make_token(tsa, then, imprint="sha1", digest="sha1")) == StampedTime(at=then)


class TestBroken:
    def test_stamps_something_else(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO), content=b"another signature") == BROKEN

    def test_does_not_name_its_certificate(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, names_signer=None)) == BROKEN

    def test_names_another_certificate(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, names_signer=state().responder)) == BROKEN

    def test_signed_by_another_key(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, signer=state().person())) == BROKEN

    def test_does_not_hold_its_certificate(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, embedded=[state().responder])) == BROKEN

    def test_is_no_timestamp(self) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, content_type="data")) == BROKEN

    @pytest.mark.parametrize("signers", [0, 2])
    def test_has_not_one_signer(self, signers: int) -> None:
        assert read(make_token(state().tsa, AN_HOUR_AGO, signers=signers)) == BROKEN

    def test_time_was_changed(self) -> None:
        token = make_token(state().tsa, AT - 2 * DAY).dump()
        earlier = token.replace(f"{AT - 2 * DAY:%Y%m%d}".encode(), f"{AT - 9 * DAY:%Y%m%d}".encode())
        assert earlier != token
        assert read(cms.ContentInfo.load(earlier)) == BROKEN

    @pytest.mark.parametrize("octets", [b"\x30\x00", b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"])
    def test_is_malformed(self, octets: bytes) -> None:
        assert read(cms.ContentInfo.load(octets)) == BROKEN

    def test_is_something_else_altogether(self) -> None:
        assert read(core.Integer(7)) == BROKEN

    @settings(max_examples=80, deadline=None)
    @given(st.integers(0, 9999), st.integers(1, 255))
    def test_changed_anywhere_it_never_tells_another_time(self, place: int, change: int) -> None:
        token = bytearray(_honest())
        token[place % len(token)] ^= change
        try:
            changed = cms.ContentInfo.load(bytes(token))
        except ValueError:
            return
        assert read(changed).at in (None, AN_HOUR_AGO)


@cache
def _honest() -> bytes:
    return bytes(make_token(state().tsa, AN_HOUR_AGO).dump())


class TestSeveral:
    def read(self, *tokens: Any) -> StampedTime:
        return read_tokens(tokens, digest_of(STAMPED), Material(state().trust()), AT)

    def test_none(self) -> None:
        assert self.read() == StampedTime()

    def test_earliest_good_one_counts(self) -> None:
        tsa = state().tsa
        early, late = make_token(tsa, AT - 3 * DAY), make_token(tsa, AN_HOUR_AGO)
        forged = make_token(tsa, AT - 9 * DAY, signer=state().person())
        unknown = make_token(issue(make_name(CN="TSA lạ"), STAMPING, AT), AT - 9 * DAY)
        assert self.read(late, forged, unknown, early) == StampedTime(at=AT - 3 * DAY)

    def test_without_a_good_one_a_broken_one_speaks(self) -> None:
        tsa = state().tsa
        unknown = make_token(issue(make_name(CN="TSA lạ"), STAMPING, AT), AN_HOUR_AGO)
        assert self.read(unknown, make_token(tsa, AN_HOUR_AGO, content=b"else")) == BROKEN
        assert self.read(unknown) == unproven("NO_CERTIFICATE_CHAIN_FOUND")

    def test_hundreds_are_not_all_judged(self) -> None:
        good = make_token(state().tsa, AN_HOUR_AGO)
        forged = make_token(state().tsa, AN_HOUR_AGO, content=b"else")
        assert self.read(*[forged] * 20, good) == BROKEN


def test_end_certificate_is_no_authority_of_time() -> None:
    """A trusted signer's certificate among the anchors stamps no times."""
    who = issue(make_name(CN="Người ký"), Shape(), AT)
    assert read(make_token(who, AN_HOUR_AGO), Trust(anchors=(who.der,))) == unproven("CHAIN_CONSTRAINTS_FAILURE")
