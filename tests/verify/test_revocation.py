"""Revocation, seen through the verdict on a chain: three outcomes, and nothing forged ever counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import PASSED
from tests.keys.authorities import (
    ANSWERING,
    AUTHORITY,
    LIST,
    RESPONDER,
    Identity,
    Shape,
    issue,
    make_answer,
    make_name,
)
from tests.keys.pki import AT
from tests.keys.state import DAY
from tests.verify.builders_chain import judge, state

LISTED, ASKED = Shape(lists=(LIST,)), Shape(responder=RESPONDER)
HOLD = x509.ReasonFlags.certificate_hold


def outcome(who: Identity, *crls: bytes, ocsps: Sequence[bytes] = (), **how: Any) -> str | None:
    return judge(who, state().trust(crls=crls, ocsps=ocsps), **how).sub_indication


def octets(serial: int) -> bytes:
    """Write a serial number as DER does, without its head."""
    return serial.to_bytes(serial.bit_length() // 8 + 1, "big")


def scope(**how: Any) -> tuple[x509.ExtensionType, bool]:
    usual: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**usual, **how}), True


class TestLists:
    def test_names_nothing_and_no_list_is_at_hand(self) -> None:
        """Its authority offers no way to ask."""
        assert outcome(state().person()) is None

    def test_names_a_list_that_is_not_at_hand(self) -> None:
        assert outcome(state().person(LISTED)) == "TRY_LATER"

    def test_is_not_on_the_list(self) -> None:
        s = state()
        assert outcome(s.person(LISTED), s.crl()) is None
        assert outcome(s.person(), s.crl()) is None

    def test_list_may_lie_beside_the_signature(self) -> None:
        assert judge(state().person(LISTED), crls=[state().crl()]) == PASSED

    def test_revoked(self) -> None:
        s = state()
        for who in (s.person(LISTED), s.person()):
            crl = s.crl({who.serial: AT - 3 * DAY})
            assert outcome(who, crl) == "REVOKED_NO_POE"
            assert outcome(who, crl, claimed=AT - 4 * DAY) == "REVOKED_NO_POE"
            assert outcome(who, crl, moment=AT - 4 * DAY) is None
            found = judge(who, s.trust(crls=[crl]), claimed=AT - 2 * DAY)
            assert (found.status, found.sub_indication) == (Status.TOTAL_FAILED, "REVOKED")
            assert found.reason == "the certificate was revoked on 2026-05-29, before the signature was made"

    def test_revocation_is_told_before_expiry(self) -> None:
        s = state()
        who = s.person(Shape(lists=(LIST,), end=-1))
        assert outcome(who, s.crl({who.serial: AT - 3 * DAY})) == "REVOKED_NO_POE"

    def test_stale_list(self) -> None:
        s = state()
        who = s.person(LISTED)
        crl = s.crl(begin=-40 * DAY, end=-10 * DAY)
        assert outcome(who, crl) == "TRY_LATER"
        assert outcome(who, crl, moment=AT - 20 * DAY) is None

    def test_revocation_on_a_stale_list_stands(self) -> None:
        s = state()
        who = s.person(LISTED)
        stale = s.crl({who.serial: AT - 50 * DAY}, begin=-40 * DAY, end=-10 * DAY)
        assert outcome(who, stale) == "REVOKED_NO_POE"
        assert outcome(who, stale, s.crl()) == "REVOKED_NO_POE"

    def test_list_of_later_knows_more(self) -> None:
        s = state()
        assert outcome(s.person(LISTED), s.crl(), moment=AT - 100 * DAY) is None

    def test_list_of_after_the_expiry_proves_nothing(self) -> None:
        """Entries may leave a list once their certificate has expired."""
        s = state()
        who = s.person(Shape(lists=(LIST,), end=-10))
        assert outcome(who, s.crl(), moment=AT - 20 * DAY) == "TRY_LATER"
        assert outcome(who, s.crl(begin=-15 * DAY, end=-14 * DAY), moment=AT - 20 * DAY) is None

    def test_hold_can_be_taken_back(self) -> None:
        s = state()
        who = s.person(LISTED)
        held = s.crl({who.serial: (AT - 9 * DAY, HOLD)}, begin=-8 * DAY, end=30 * DAY)
        assert outcome(who, held) == "REVOKED_NO_POE"
        assert outcome(who, held, s.crl()) is None
        later = s.crl({who.serial: (AT - 9 * DAY, HOLD)})
        assert outcome(who, s.crl(begin=-8 * DAY), later) == "REVOKED_NO_POE"

    def test_authority_was_revoked(self) -> None:
        s = state()
        crl = s.crl({s.issuing.serial: AT - 3 * DAY}, by=s.root)
        assert outcome(s.person(), crl) == "REVOKED_CA_NO_POE"
        assert outcome(s.person(), s.crl(by=s.root)) is None
        assert outcome(s.person(), s.crl(by=s.root, begin=-40 * DAY, end=-10 * DAY)) == "TRY_LATER"


class TestForgedLists:
    def test_signed_by_another_key(self) -> None:
        s = state()
        forger = issue(s.issuing.certificate.subject, AUTHORITY, AT)
        assert outcome(s.person(LISTED), s.crl(by=forger)) == "TRY_LATER"
        assert judge(s.person(LISTED), certificates=[forger], crls=[s.crl(by=forger)]).sub_indication == "TRY_LATER"

    def test_of_another_authority(self) -> None:
        s = state()
        assert outcome(s.person(LISTED), s.crl(by=s.party)) == "TRY_LATER"
        named = s.crl(by=s.party, issuer=s.issuing.certificate.subject)
        assert outcome(s.person(LISTED), named) == "TRY_LATER"

    def test_signed_by_a_person_of_the_same_authority(self) -> None:
        s = state()
        crl = s.crl(by=s.body(), issuer=s.issuing.certificate.subject)
        assert outcome(s.person(LISTED), crl) == "TRY_LATER"

    def test_forged_revocation_does_not_count_either(self) -> None:
        s = state()
        who = s.person(LISTED)
        forged = s.crl({who.serial: AT - 9 * DAY}, by=s.party, issuer=s.issuing.certificate.subject)
        assert outcome(who, forged, s.crl()) is None

    def test_authority_may_not_sign_lists(self) -> None:
        s = state()
        middle = issue(make_name(CN="CA"), Shape(authority=True, usage=("key_cert_sign",)), AT, by=s.root)
        who = s.person(LISTED, by=middle)
        assert judge(who, s.trust(others=[middle], crls=[s.crl(by=middle)])).sub_indication == "TRY_LATER"

    def test_one_octet_changed(self) -> None:
        s = state()
        who = s.person(LISTED)
        crl = s.crl({who.serial: AT - 9 * DAY})
        hidden = crl.replace(octets(who.serial), octets(who.serial ^ 1))
        assert hidden != crl
        assert outcome(who, hidden) == "TRY_LATER"


class TestScopes:
    """RFC 5280 §5.2.5: a list speaks only of what it says; and never good by a delta or an indirect one."""

    @pytest.mark.parametrize(
        "extra",
        [
            (x509.DeltaCRLIndicator(1), True),
            scope(indirect_crl=True),
            scope(only_contains_ca_certs=True),
            scope(only_contains_attribute_certs=True),
            scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
            scope(full_name=[x509.UniformResourceIdentifier("http://crl.mailbridge.invalid/other.crl")]),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00"), True),
        ],
    )
    def test_does_not_tell(self, extra: tuple[x509.ExtensionType, bool]) -> None:
        s = state()
        assert outcome(s.person(LISTED), s.crl(extra=[extra])) == "TRY_LATER"

    @pytest.mark.parametrize(
        "extra",
        [
            scope(only_contains_user_certs=True),
            scope(full_name=[x509.UniformResourceIdentifier(LIST)]),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00"), False),
        ],
    )
    def test_tells(self, extra: tuple[x509.ExtensionType, bool]) -> None:
        s = state()
        assert outcome(s.person(LISTED), s.crl(extra=[extra])) is None

    def test_delta_tells_of_whom_it_revokes(self) -> None:
        s = state()
        who = s.person(LISTED)
        delta = s.crl({who.serial: AT - DAY}, extra=[(x509.DeltaCRLIndicator(1), True)])
        assert outcome(who, s.crl(), delta) == "REVOKED_NO_POE"

    def test_delta_that_takes_back_tells_nothing(self) -> None:
        s = state()
        who = s.person(LISTED)
        back = {who.serial: (AT - DAY, x509.ReasonFlags.remove_from_crl)}
        assert outcome(who, s.crl(back, extra=[(x509.DeltaCRLIndicator(1), True)])) == "TRY_LATER"


class TestRenewedKey:
    """RFC 5280 §6.3.3 (f): an authority signs its list with its newest key, also for certificates of the older one."""

    def test_newer_key_of_the_same_authority_signs_the_list(self) -> None:
        s = state()
        renewed = issue(s.issuing.certificate.subject, AUTHORITY, AT, by=s.root)
        trust = s.trust(others=[s.issuing, renewed], crls=[s.crl(by=renewed)])
        assert judge(s.person(LISTED), trust) == PASSED

    def test_revoked_key_signs_no_list(self) -> None:
        s = state()
        lost = issue(s.issuing.certificate.subject, AUTHORITY, AT, by=s.root)
        crls = [s.crl(by=lost), s.crl({lost.serial: AT - 9 * DAY}, by=s.root)]
        assert judge(s.person(LISTED), s.trust(others=[s.issuing, lost], crls=crls)).sub_indication == "TRY_LATER"

    def test_same_name_under_another_root_signs_no_list(self) -> None:
        s = state()
        false = issue(s.issuing.certificate.subject, AUTHORITY, AT, by=s.public_root)
        trust = s.trust(others=[s.issuing, false], crls=[s.crl(by=false)])
        assert judge(s.person(LISTED), trust).sub_indication == "TRY_LATER"


class TestAnswers:
    def test_good_by_a_responder(self) -> None:
        s = state()
        who = s.person(ASKED)
        assert outcome(who) == "TRY_LATER"
        assert outcome(who, ocsps=[s.said_good(who)]) is None
        assert judge(who, ocsps=[s.said_good(who)]) == PASSED

    def test_good_by_the_authority_itself(self) -> None:
        s = state()
        who = s.person(ASKED)
        assert outcome(who, ocsps=[s.said_good(who, by=s.issuing)]) is None

    def test_responder_may_be_told_by_its_name(self) -> None:
        s = state()
        who = s.person(ASKED)
        for by in (s.responder, s.issuing):
            answer = make_answer(who, s.issuing, by=by, begin=AT - DAY, end=AT + DAY, by_name=True)
            assert outcome(who, ocsps=[answer]) is None

    def test_responder_whose_certificate_is_not_in_the_answer_is_not_known(self) -> None:
        s = state()
        who = s.person(ASKED)
        answer = make_answer(who, s.issuing, by=s.responder, begin=AT - DAY, end=AT + DAY, embedded=False)
        assert outcome(who, ocsps=[answer]) == "TRY_LATER"

    def test_answer_serves_where_only_a_list_is_named(self) -> None:
        s = state()
        who = s.person(LISTED)
        assert outcome(who, ocsps=[s.said_good(who)]) is None

    def test_revoked(self) -> None:
        s = state()
        who = s.person(ASKED)
        revoked = make_answer(
            who, s.issuing, answer="revoked", begin=AT - DAY, end=AT + DAY, since=AT - 5 * DAY, by=s.responder
        )
        assert outcome(who, ocsps=[revoked]) == "REVOKED_NO_POE"
        assert outcome(who, ocsps=[revoked], claimed=AT - 4 * DAY) == "REVOKED"
        assert outcome(who, s.crl(), ocsps=[revoked]) == "REVOKED_NO_POE"

    def test_unknown(self) -> None:
        s = state()
        who = s.person(ASKED)
        answer = make_answer(who, s.issuing, answer="unknown", begin=AT - DAY, end=AT + DAY)
        assert outcome(who, ocsps=[answer]) == "TRY_LATER"

    def test_about_somebody_else(self) -> None:
        s = state()
        assert outcome(s.person(ASKED), ocsps=[s.said_good(s.person(ASKED))]) == "TRY_LATER"

    def test_stale(self) -> None:
        s = state()
        who = s.person(ASKED)
        assert outcome(who, ocsps=[s.said_good(who, begin=-9 * DAY, end=-2 * DAY)]) == "TRY_LATER"

    @pytest.mark.parametrize(("minutes", "good"), [(10, True), (60, False)])
    def test_without_next_update_it_holds_for_half_an_hour(self, minutes: int, good: bool) -> None:
        s = state()
        who = s.person(ASKED)
        answer = s.said_good(who, begin=-timedelta(minutes=minutes), end=None)
        assert (outcome(who, ocsps=[answer]) is None) is good


class TestForgedAnswers:
    @pytest.fixture
    def who(self) -> Identity:
        return state().person(ASKED)

    def refused(self, who: Identity, by: Identity) -> None:
        s = state()
        assert outcome(who, ocsps=[s.said_good(who, by=by)]) == "TRY_LATER"
        assert judge(who, ocsps=[s.said_good(who, by=by)], certificates=[by]).sub_indication == "TRY_LATER"

    def test_by_a_stranger(self, who: Identity) -> None:
        self.refused(who, issue(make_name(CN="OCSP"), ANSWERING, AT))

    def test_by_a_person_of_the_same_authority(self, who: Identity) -> None:
        self.refused(who, state().person())

    def test_by_the_certificate_itself(self, who: Identity) -> None:
        self.refused(who, who)

    def test_by_the_responder_of_another_authority(self, who: Identity) -> None:
        self.refused(who, issue(make_name(CN="OCSP"), ANSWERING, AT, by=state().party))

    def test_by_the_root_above(self, who: Identity) -> None:
        self.refused(who, state().root)

    def test_by_an_expired_responder(self, who: Identity) -> None:
        shape = Shape(extended=ANSWERING.extended, no_check=True, end=-5)
        self.refused(who, issue(make_name(CN="OCSP"), shape, AT, by=state().issuing))

    def test_by_a_revoked_responder(self, who: Identity) -> None:
        s = state()
        shape = Shape(extended=ANSWERING.extended, lists=(LIST,))
        responder = issue(make_name(CN="OCSP"), shape, AT, by=s.issuing)
        crl = s.crl({responder.serial: AT - 3 * DAY}, begin=-2 * DAY, end=-DAY)
        good = s.crl(begin=-2 * DAY, end=30 * DAY)
        assert outcome(who, crl, ocsps=[s.said_good(who, by=responder)]) == "TRY_LATER"
        assert outcome(who, good, ocsps=[s.said_good(who, by=responder)]) is None
        assert outcome(who, ocsps=[s.said_good(who, by=responder)]) == "TRY_LATER"

    def test_with_the_name_of_the_responder_and_another_key(self, who: Identity) -> None:
        s = state()
        self.refused(who, issue(s.responder.certificate.subject, ANSWERING, AT))

    def test_moved_to_another_certificate(self, who: Identity) -> None:
        s = state()
        other = s.person(ASKED)
        answer = s.said_good(other)
        moved = answer.replace(octets(other.serial), octets(who.serial))
        assert moved != answer
        assert outcome(who, ocsps=[moved, answer, b"\x30\x00"]) == "TRY_LATER"
