from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import crl, ocsp, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify import crl as lists
from mailbridge.verify.chain import judge_chain
from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import MOST_BESIDE, Material
from mailbridge.verify.signature import Status
from tests.keys.authorities import LIST, RESPONDER, Identity, Shape
from tests.keys.pki import AT
from tests.keys.state import DAY
from tests.verify.builders_chain import judge, read, state

PLACES, CHANGES = st.integers(0, 99_999), st.integers(1, 255)


@cache
def listed() -> Identity:
    return state().person(Shape(lists=(LIST,)))


@cache
def honest_list() -> bytes:
    return state().crl({state().party.serial: AT - DAY})


@cache
def honest_answer() -> bytes:
    return state().said_good(listed())


def changed(octets: bytes, place: int, change: int) -> bytes:
    made = bytearray(octets)
    made[place % len(made)] ^= change
    return bytes(made)


class TestBeside:
    def test_adds_to_what_is_ours_and_leaves_ours_alone(self) -> None:
        s = state()
        ours = Material(s.trust(others=()))
        more = ours.beside(certificates=[read(s.issuing)], crls=[crl.CertificateList.load(s.crl())])
        assert judge_chain(read(listed()), more, AT, None)[0].status is Status.TOTAL_PASSED
        assert judge_chain(read(listed()), ours, AT, None)[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
        assert [each.sha256 for each in more.others] == [read(s.issuing).sha256]

    def test_what_we_have_already_is_not_taken_again(self) -> None:
        s = state()
        ours = Material(s.trust())
        assert ours.beside(certificates=[read(s.issuing), read(s.root)]).links is ours.links

    def test_answers_add_up(self) -> None:
        s = state()
        who = s.person(Shape(responder=RESPONDER))
        material = Material(s.trust())
        more = material.beside(ocsps=[ocsp.OCSPResponse.load(s.said_good(who))])
        assert judge_chain(read(who), more, AT, None)[0].status is Status.TOTAL_PASSED
        assert judge_chain(read(who), material, AT, None)[0].sub_indication == "TRY_LATER"

    def test_only_so_many_lists_are_taken(self) -> None:
        forged = crl.CertificateList.load(state().crl(by=state().party, issuer=state().issuing.certificate.subject))
        material = Material(state().trust(), crls=[forged] * (MOST_BESIDE + 50))
        assert len(material.lists_of(read(listed()))) == MOST_BESIDE


def test_is_listed_by_the_name_of_the_issuer() -> None:
    s = state()
    material = Material(s.trust(crls=[s.crl()]))
    assert material.is_listed(read(s.person()))
    assert not material.is_listed(read(s.person(by=s.party)))


class TestMalformed:
    @pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x00", b"0" * 500, b"\x30\x80\x00\x00"])
    def test_nothing_raises(self, octets: bytes) -> None:
        broken = Trust(anchors=(octets,), others=(octets,), crls=(octets,), ocsps=(octets,))
        assert judge(state().person(), broken).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"

    @settings(max_examples=80, deadline=None)
    @given(PLACES, CHANGES)
    def test_changed_certificate_never_passes(self, place: int, change: int) -> None:
        octets = changed(state().person().der, place, change)
        try:
            certificate = x509.Certificate.load(octets)
        except ValueError:
            return
        verdict, _ = judge_chain(certificate, Material(state().trust()), AT, None)
        assert verdict.status is Status.INDETERMINATE

    @settings(max_examples=80, deadline=None)
    @given(PLACES, CHANGES)
    def test_changed_authority_beside_the_signature_never_helps(self, place: int, change: int) -> None:
        octets = changed(state().issuing.der, place, change)
        try:
            certificate = x509.Certificate.load(octets)
        except ValueError:
            return
        material = Material(state().trust(others=()), certificates=[certificate])
        assert judge_chain(read(state().person()), material, AT, None)[0].status is Status.INDETERMINATE

    @settings(max_examples=80, deadline=None)
    @given(PLACES, CHANGES)
    def test_changed_list_never_makes_good(self, place: int, change: int) -> None:
        found = judge(listed(), state().trust(crls=[changed(honest_list(), place, change)]))
        assert found.sub_indication == "TRY_LATER"

    @settings(max_examples=80, deadline=None)
    @given(PLACES, CHANGES)
    def test_changed_answer_never_makes_good(self, place: int, change: int) -> None:
        """But for what is not signed in it: the responder's certificate, when the authority's own is at hand too."""
        octets = changed(honest_answer(), place, change)
        found = judge(listed(), state().trust(ocsps=[octets]))
        assert found.sub_indication == "TRY_LATER" or _same_signed_part(octets)


def _same_signed_part(octets: bytes) -> bool:
    def parts(der: bytes) -> Any:
        basic = ocsp.OCSPResponse.load(der).basic_ocsp_response
        return basic["tbs_response_data"].dump(), basic["signature"].native, basic["certs"].dump()

    return bool(parts(octets) == parts(honest_answer()))


class TestLargeList:
    def test_is_searched_without_reading_its_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a certificate whose number stands nowhere in the octets no entry is looked at."""
        s = state()
        numbers = {10**18 + 7919 * number: AT - 9 * DAY for number in range(2000)}
        made = lists.RevocationList(s.crl({**numbers, listed().serial: AT - timedelta(days=3)}))
        asked: list[int] = []

        class Counting:
            def __init__(self, real: Any) -> None:
                self._real = real

            def __getattr__(self, name: str) -> Any:
                if name == "get_revoked_certificate_by_serial_number":
                    asked.append(1)
                return getattr(self._real, name)

        monkeypatch.setattr(made, "_list", Counting(made._list))
        points = frozenset({LIST})
        good = made.say(s.party.serial, points=points, authority=False)
        revoked = made.say(listed().serial, points=points, authority=False)
        assert (good and good.since, revoked and revoked.since) == (None, AT - 3 * DAY)
        assert len(asked) == 1
