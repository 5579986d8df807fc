from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from mailbridge.verify.evidence import Trust
from mailbridge.verify.purposes import Purpose
from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import PASSED
from tests.keys.authorities import (
    AUTHORITY,
    EMAIL,
    OCSP,
    SERVER,
    STAMPING,
    TIME,
    Identity,
    Shape,
    issue,
    make_name,
    new_key,
    rsa_key,
)
from tests.keys.pki import AT
from tests.keys.state import AN, DAY, OFFICE
from tests.verify.builders_chain import judge, judged, read, state

OTHER_ROOT = make_name(C="VN", O="Kẻ giả mạo", CN="RootCA giả")


def first_version(root: Identity) -> Identity:
    """Take the extensions of a root with an RSA key away."""
    made = read(root)
    del made["tbs_certificate"]["extensions"]
    made["tbs_certificate"]["version"] = "v1"
    made["signature_value"] = root.key.sign(made["tbs_certificate"].dump(), padding.PKCS1v15(), hashes.SHA256())
    return replace(root, certificate=x509.load_der_x509_certificate(made.dump()))


def test_end_certificate_alone_finds_its_chain() -> None:
    """Real files hold only the end certificate; what stands between is ours."""
    who = state().person()
    verdict, chain = judged(who)
    assert verdict == PASSED
    assert [link.sha256 for link in chain] == [read(each).sha256 for each in (who, state().issuing, state().root)]


def test_intermediate_may_come_from_beside_the_signature() -> None:
    trust = state().trust(others=())
    who = state().person()
    assert judge(who, trust).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert judge(who, trust, certificates=[state().issuing]) == PASSED


def test_our_own_intermediate_finds_its_link_beside_the_signature() -> None:
    s = state()
    middle = issue(make_name(CN="CA giữa"), AUTHORITY, AT, by=s.root)
    low = issue(make_name(CN="CA dưới"), AUTHORITY, AT, by=middle)
    assert judge(s.person(by=low), s.trust(others=[low]), certificates=[middle]) == PASSED


def test_generations_are_told_apart() -> None:
    s = state()
    old = issue(
        make_name(C="VN", L="Ha Noi", O="Bo Tai chinh", CN="Tong cuc Thue"),
        Shape(begin=-10 * 365),
        AT,
        by=s.old_issuing,
    )
    assert judge(old, s.trust(anchors=[s.root])).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    found = judge(old)
    assert (found.status, found.weaknesses) == (Status.TOTAL_PASSED, ("sha1",))
    assert judge(s.person(by=s.public_issuing)) == PASSED


def test_stranger_that_signs_itself_has_no_chain() -> None:
    verdict, chain = judged(issue(AN, Shape(), AT))
    assert (verdict.sub_indication, chain) == ("NO_CERTIFICATE_CHAIN_FOUND", ())


def test_strangers_root_beside_the_signature_is_no_anchor() -> None:
    root = issue(OTHER_ROOT, AUTHORITY, AT)
    assert judge(state().person(by=root), certificates=[root]).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


@pytest.mark.parametrize("name", ["root", "issuing"])
def test_same_name_with_another_key_is_another_authority(name: str) -> None:
    real: Identity = getattr(state(), name)
    false = issue(real.certificate.subject, AUTHORITY, AT)
    who = state().person(by=false)
    assert judge(who, certificates=[false]).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_false_copy_beside_the_signature_does_not_hide_the_real_authority() -> None:
    """The same issuer and serial number as ours, another key."""
    s = state()
    real = s.issuing.certificate
    key = new_key()
    false = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .serial_number(real.serial_number)
        .public_key(key.public_key())
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
        .sign(key, hashes.SHA256())
    )
    trust = s.trust(others=())
    copy = Identity(certificate=false, key=key)
    assert judge(s.person(), trust, certificates=[copy, s.issuing]) == PASSED
    assert judge(s.person(by=copy), trust, certificates=[copy, s.issuing]).status is Status.INDETERMINATE


def test_old_and_new_key_of_one_authority_both_lead_to_the_root() -> None:
    s = state()
    renewed = issue(s.issuing.certificate.subject, replace(AUTHORITY, path_length=0), AT, by=s.root)
    trust = s.trust(others=[s.issuing, renewed])
    assert judge(s.person(by=s.issuing), trust) == judge(s.person(by=renewed), trust) == PASSED


def test_second_certificate_of_an_authority_is_taken_when_the_first_has_expired() -> None:
    s = state()
    key = new_key()
    name = make_name(CN="CA hai chứng thư")
    expired = issue(name, replace(AUTHORITY, end=-1), AT, by=s.root, key=key)
    renewed = issue(name, AUTHORITY, AT, by=s.root, key=key)
    who = s.person(by=expired)
    assert judge(who, s.trust(others=[expired, renewed])) == PASSED
    found = judge(who, s.trust(others=[expired]))
    assert (found.sub_indication, found.reason) == (
        "OUT_OF_BOUNDS_NO_POE",
        "a certificate of the issuing authority has expired",
    )


def test_cross_certificates_that_run_in_a_circle_end() -> None:
    s = state()
    key_a, key_b = new_key(), new_key()
    name_a, name_b = make_name(CN="Vòng A"), make_name(CN="Vòng B")
    first = issue(name_a, AUTHORITY, AT, key=key_a)
    second = issue(name_b, AUTHORITY, AT, key=key_b)
    circle = [
        issue(name_a, AUTHORITY, AT, by=second, key=key_a),
        issue(name_b, AUTHORITY, AT, by=first, key=key_b),
        issue(name_a, AUTHORITY, AT, by=s.root, key=key_a),
    ]
    assert judge(s.person(by=second), certificates=circle[:2]).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert judge(s.person(by=second), certificates=circle) == PASSED


class TestAnchors:
    def test_end_certificate_among_the_anchors_is_trusted_itself(self) -> None:
        who = issue(OFFICE, Shape(), AT)
        verdict, chain = judged(who, Trust(anchors=(who.der,)))
        assert (verdict, len(chain)) == (PASSED, 1)

    def test_end_certificate_among_the_anchors_vouches_for_nobody_else(self) -> None:
        """Whoever holds the key of a trusted partner must not be able to make more partners."""
        partner = issue(OFFICE, Shape(), AT)
        forged = state().person(by=partner)
        found = judge(forged, Trust(anchors=(partner.der,)), certificates=[partner])
        assert found.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"

    def test_issuing_authority_can_be_the_anchor(self) -> None:
        s = state()
        assert judge(s.person(), s.trust(anchors=[s.issuing], others=())) == PASSED

    def test_root_of_the_first_version_is_an_authority(self) -> None:
        key = rsa_key(1)
        root = first_version(issue(OTHER_ROOT, Shape(), AT, key=key))
        assert read(root)["tbs_certificate"]["version"].native == "v1"
        assert judge(state().person(by=root), Trust(anchors=(root.der,))) == PASSED

    def test_root_that_only_its_usage_calls_an_authority(self) -> None:
        root = issue(OTHER_ROOT, Shape(basic=False, usage=AUTHORITY.usage), AT)
        assert judge(state().person(by=root), Trust(anchors=(root.der,))) == PASSED

    def test_anchor_without_extensions_of_a_later_version_is_no_authority(self) -> None:
        partner = issue(OFFICE, Shape(basic=False, usage=None), AT)
        trust = Trust(anchors=(partner.der,))
        assert judge(partner, trust) == PASSED
        assert judge(state().person(by=partner), trust).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"

    def test_expired_anchor_ends_its_chains(self) -> None:
        root = issue(OTHER_ROOT, replace(AUTHORITY, end=-1), AT)
        trust = Trust(anchors=(root.der,))
        who = state().person(by=root)
        assert judge(who, trust).sub_indication == "OUT_OF_BOUNDS_NO_POE"
        assert judge(who, trust, moment=AT - 2 * DAY) == PASSED

    def test_anchor_that_cannot_be_read_is_left_out(self) -> None:
        s = state()
        broken = Trust(anchors=(b"\x30\x03abc", s.root.der), others=(b"", s.issuing.der), crls=(b"x",), ocsps=(b"y",))
        assert judge(s.person(), broken) == PASSED

    def test_without_anchors_nothing_is_trusted(self) -> None:
        assert judge(state().person(), Trust()).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


class TestPeriod:
    def test_expired(self) -> None:
        who = state().person(Shape(end=-10))
        assert judge(who).sub_indication == "OUT_OF_BOUNDS_NO_POE"
        assert judge(who, claimed=AT - DAY).sub_indication == "EXPIRED"
        assert judge(who, claimed=AT - 20 * DAY).sub_indication == "OUT_OF_BOUNDS_NO_POE"
        assert judge(who, moment=AT - 20 * DAY) == PASSED

    def test_not_yet_valid(self) -> None:
        assert judge(state().person(Shape(begin=5))).sub_indication == "NOT_YET_VALID"

    def test_claimed_time_without_zone_is_no_time(self) -> None:
        who = state().person(Shape(end=-10))
        assert judge(who, claimed=AT.replace(tzinfo=None)).sub_indication == "OUT_OF_BOUNDS_NO_POE"


class TestRules:
    """RFC 5280 §6.1, and what authorities forbid each other."""

    def refused(self, who: Identity, *between: Identity) -> None:
        found = judge(who, state().trust(others=[*between, state().issuing]))
        assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE")
        assert found.reason == "the certificate breaks a rule of an authority above it"

    def test_signer_is_no_authority(self) -> None:
        s = state()
        signer = s.person()
        assert judge(s.body(by=signer), certificates=[signer]).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"

    def test_authority_that_may_not_sign_certificates(self) -> None:
        s = state()
        middle = issue(make_name(CN="CA"), replace(AUTHORITY, usage=("crl_sign",)), AT, by=s.root)
        assert judge(s.person(by=middle), certificates=[middle]).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"

    def test_path_length(self) -> None:
        s = state()
        below = issue(make_name(CN="CA dưới"), AUTHORITY, AT, by=s.issuing)
        self.refused(s.person(by=below), below)

    @pytest.mark.parametrize(("length", "good"), [(0, False), (1, True)])
    def test_path_length_of_the_anchor_itself(self, length: int, good: bool) -> None:
        root = issue(OTHER_ROOT, replace(AUTHORITY, path_length=length), AT)
        middle = issue(make_name(CN="CA"), AUTHORITY, AT, by=root)
        found = judge(state().person(by=middle), Trust(anchors=(root.der,), others=(middle.der,)))
        assert found.sub_indication == (None if good else "CHAIN_CONSTRAINTS_FAILURE")

    @pytest.mark.parametrize("limit", ["permitted", "excluded"])
    def test_name_constraints(self, limit: str) -> None:
        s = state()
        here = x509.DirectoryName(make_name(C="VN", L="Hà Nội"))
        shape = replace(AUTHORITY, permitted=(here,)) if limit == "permitted" else replace(AUTHORITY, excluded=(here,))
        middle = issue(make_name(CN="CA giới hạn"), shape, AT, by=s.root)
        inside, outside = (s.body, s.person) if limit == "permitted" else (s.person, s.body)
        assert judge(inside(by=middle), s.trust(others=[middle])) == PASSED
        self.refused(outside(by=middle), middle)

    def test_name_constraints_of_the_anchor_itself(self) -> None:
        here = x509.DirectoryName(make_name(C="VN", L="Hà Nội"))
        root = issue(OTHER_ROOT, replace(AUTHORITY, permitted=(here,)), AT)
        trust = Trust(anchors=(root.der,))
        assert judge(state().body(by=root), trust) == PASSED
        assert judge(state().person(by=root), trust).sub_indication == "CHAIN_CONSTRAINTS_FAILURE"

    def test_unknown_critical_extension(self) -> None:
        self.refused(state().person(Shape(strange=True)))
        middle = issue(make_name(CN="CA lạ"), replace(AUTHORITY, strange=True), AT, by=state().root)
        self.refused(state().person(by=middle), middle)


class TestPurpose:
    @pytest.mark.parametrize(
        ("usage", "extended", "purpose", "good"),
        [
            (("digital_signature",), None, Purpose.SIGNING, True),
            (("content_commitment",), None, Purpose.SIGNING, True),
            (None, None, Purpose.SIGNING, True),
            (("key_encipherment",), None, Purpose.SIGNING, False),
            (("digital_signature",), (SERVER,), Purpose.SIGNING, False),
            (("digital_signature",), (SERVER, TIME), Purpose.SIGNING, False),
            (("digital_signature",), (OCSP,), Purpose.SIGNING, False),
            (("digital_signature",), (SERVER, EMAIL), Purpose.SIGNING, True),
            (("digital_signature",), (EMAIL,), Purpose.MAIL, True),
            (("digital_signature",), None, Purpose.MAIL, True),
            (("digital_signature",), (SERVER,), Purpose.MAIL, False),
            (("key_encipherment",), (EMAIL,), Purpose.MAIL, False),
            (("digital_signature",), (x509.ObjectIdentifier("2.5.29.37.0"),), Purpose.MAIL, True),
            (("digital_signature",), (EMAIL,), Purpose.TIMESTAMPING, False),
            (("digital_signature",), None, Purpose.TIMESTAMPING, False),
        ],
    )
    def test_usage_permits(
        self,
        usage: Sequence[str] | None,
        extended: Sequence[x509.ObjectIdentifier] | None,
        purpose: Purpose,
        good: bool,
    ) -> None:
        found = judge(state().person(Shape(usage=usage, extended=extended)), purpose=purpose)
        assert found.sub_indication == (None if good else "CHAIN_CONSTRAINTS_FAILURE")

    def test_timestamps_need_their_purpose_alone_and_critical(self) -> None:
        s = state()
        assert judge(s.tsa, purpose=Purpose.TIMESTAMPING) == PASSED
        for shape in (replace(STAMPING, extended_critical=False), replace(STAMPING, extended=(TIME, EMAIL))):
            found = judge(s.person(shape), purpose=Purpose.TIMESTAMPING)
            assert found.reason == "the certificate is not meant for timestamps"

    def test_authority_for_servers_cannot_make_signers(self) -> None:
        s = state()
        web = issue(make_name(CN="CA cho máy chủ"), replace(AUTHORITY, extended=(SERVER,)), AT, by=s.root)
        assert judge(s.person(by=web), s.trust(others=[web])).sub_indication == "CHAIN_CONSTRAINTS_FAILURE"


class TestStrength:
    def test_short_key_was_good_enough_once(self) -> None:
        found = judge(state().person(key=rsa_key(9, 1024)))
        assert (found.sub_indication, found.weaknesses) == ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ("short-key",))

    def test_short_key_of_an_authority(self) -> None:
        s = state()
        weak = issue(make_name(CN="CA yếu"), AUTHORITY, AT, by=s.root, key=rsa_key(9, 1024))
        found = judge(s.person(by=weak), s.trust(others=[weak]))
        assert (found.sub_indication, found.weaknesses) == ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ("short-key",))

    @pytest.mark.parametrize(
        ("key", "good"),
        [(ec.SECP256R1(), True), (ec.SECP384R1(), True), (ec.BrainpoolP256R1(), True), (ec.SECP224R1(), False)],
    )
    def test_curves(self, key: ec.EllipticCurve, good: bool) -> None:
        found = judge(state().person(key=ec.generate_private_key(key)))
        assert found.weaknesses == (() if good else ("short-key",))
        assert (found.status is Status.TOTAL_PASSED) is good

    def test_pss(self) -> None:
        s = state()
        issuing = issue(make_name(CN="CA PSS"), AUTHORITY, AT, by=s.root, key=rsa_key(1))
        assert judge(s.person(Shape(pss=True), by=issuing), s.trust(others=[issuing])) == PASSED

    @pytest.mark.parametrize(("years", "good"), [(10, True), (2, False)])
    def test_sha1_on_a_certificate_counts_by_its_day(self, years: int, good: bool) -> None:
        s = state()
        who = s.person(Shape(begin=-years * 365, old="sha1"), by=s.old_issuing)
        found = judge(who)
        assert found.sub_indication == (None if good else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
        assert found.weaknesses == ("sha1",)

    def test_what_the_root_signed_itself_with_does_not_matter(self) -> None:
        s = state()
        who = s.person(Shape(begin=-100), by=s.old_root)
        assert judge(who, s.trust(others=())) == PASSED


def test_judging_again_says_the_same() -> None:
    s = state()
    who = s.person(Shape(lists=("http://crl.mailbridge.invalid/ca.crl",)))
    crl = s.crl({who.serial: AT - 3 * DAY})
    found = {judge(who, s.trust(crls=[crl]), claimed=AT - timedelta(days=days)) for days in (4, 4, 4)}
    assert len(found) == 1
