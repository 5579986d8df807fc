"""Which lists and answers count."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.lookups.revocation_check import (
    CertificateId,
    Unbelievable,
    answered_for,
    check_answer,
    check_list,
    question_for,
)
from tests.lookups.builders_trust import (
    DAY,
    HOUR,
    NOW,
    authority,
    make_answer,
    make_list,
    make_party,
    make_responder,
    person,
)

CA = authority()
IDENTITY = CertificateId(issuer=CA.der, serial=person().serial)


def test_a_good_list_counts() -> None:
    der = make_list(CA, [person()])
    checked = check_list(der, [CA.der], NOW)
    assert (checked.der, checked.issuer) == (der, "RootCA thử nghiệm")
    assert checked.next_update == NOW - HOUR + 7 * DAY
    pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
    assert check_list(b"\n" + pem, [CA.der], NOW) == checked


def test_a_list_that_is_over_counts_and_says_so() -> None:
    checked = check_list(make_list(CA, this_update=NOW - 30 * DAY), [CA.der], NOW)
    assert checked.next_update is not None
    assert checked.next_update < NOW


def test_lists_of_another_key_or_scope_stand_side_by_side() -> None:
    renewed = make_party()
    assert renewed.certificate.subject == CA.certificate.subject
    keys = {check_list(make_list(each), [CA.der, renewed.der], NOW).key for each in (CA, renewed)}
    assert len(keys) == 2
    assert check_list(make_list(CA, [person()]), [CA.der], NOW).key in keys


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "no list could be read"),
        (b"<html>404</html>", "no list could be read"),
        (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "no list could be read"),
        (make_list(make_party("Kẻ khác")), "no certificate that we hold has signed the list of Kẻ khác"),
        (make_list(make_party("Kẻ khác"), claimed=CA), "no certificate that we hold has signed"),
        (make_list(make_party()), "no certificate that we hold has signed"),
        (make_list(CA, delta=True), "delta list"),
        (make_list(CA, this_update=NOW + HOUR), "from the future"),
        (make_list(CA)[:-1], "no list could be read"),
        (make_list(CA)[:-3] + b"xyz", "no certificate that we hold has signed"),
    ],
    ids=["empty", "html", "pem", "stranger", "forged", "same-name", "delta", "future", "cut", "changed"],
)
def test_what_does_not_count(octets: bytes, why: str) -> None:
    with pytest.raises(Unbelievable, match=why):
        check_list(octets, [CA.der], NOW)


def test_an_authority_that_may_not_sign_lists_does_not() -> None:
    weak = make_party("CA yếu", crl_sign=False)
    with pytest.raises(Unbelievable):
        check_list(make_list(weak), [weak.der], NOW)


def test_the_question_names_the_certificate() -> None:
    asked = ocsp.load_der_ocsp_request(question_for(IDENTITY))
    builder = ocsp.OCSPRequestBuilder().add_certificate(person().certificate, CA.certificate, hashes.SHA1())
    wanted = builder.build()
    assert asked.serial_number == wanted.serial_number
    assert (asked.issuer_name_hash, asked.issuer_key_hash) == (wanted.issuer_name_hash, wanted.issuer_key_hash)


def test_a_good_answer_counts() -> None:
    for der in (make_answer(person(), CA), make_answer(person(), CA, by=make_responder(CA))):
        checked = check_answer(der, IDENTITY, NOW)
        assert (checked.der, checked.revoked, checked.next_update) == (der, False, NOW + DAY)
        assert answered_for(der, [make_party().der, CA.der]) == IDENTITY


def test_an_answer_without_an_end_counts_for_a_day() -> None:
    fresh = make_answer(person(), CA, next_update=None)
    assert check_answer(fresh, IDENTITY, NOW).next_update == NOW + DAY - HOUR
    with pytest.raises(Unbelievable, match="was current only until"):
        check_answer(fresh, IDENTITY, NOW + DAY)


def test_what_was_revoked_stays_so_when_the_answer_is_over() -> None:
    old = make_answer(person(), CA, status=ocsp.OCSPCertStatus.REVOKED, next_update=NOW)
    assert check_answer(old, IDENTITY, NOW + 30 * DAY).revoked


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "no OCSP answer could be read"),
        (b"\x30\x03\x0a\x01\x06", "the responder does not answer: unauthorized"),
        (make_answer(person(), CA, status=ocsp.OCSPCertStatus.UNKNOWN), "does not know"),
        (make_answer(CA, CA), "for another certificate"),
        (make_answer(person(), make_party()), "for another certificate"),
        (make_answer(person(), CA, by=make_party("Kẻ khác")), "nobody who may answer"),
        (make_answer(person(), CA, by=make_responder(CA), embed=False), "nobody who may answer"),
        (make_answer(person(), CA, by=make_responder(CA, usage=False)), "nobody who may answer"),
        (make_answer(person(), CA, by=make_responder(CA, days=300)), "nobody who may answer"),
        (make_answer(person(), CA, by=make_responder(make_party())), "nobody who may answer"),
        (make_answer(person(), CA, this_update=NOW + HOUR), "from the future"),
        (make_answer(person(), CA, next_update=NOW - HOUR / 2), "was current only until"),
    ],
    ids=[
        "empty",
        "unauthorized",
        "unknown",
        "other",
        "other-issuer",
        "self-named",
        "not-there",
        "no-usage",
        "expired",
        "same-name",
        "future",
        "over",
    ],
)
def test_answers_that_do_not_count(octets: bytes, why: str) -> None:
    with pytest.raises(Unbelievable, match=why):
        check_answer(octets, IDENTITY, NOW)


def test_an_answer_about_nobody_we_know() -> None:
    with pytest.raises(Unbelievable, match="we hold no certificate of the authority"):
        answered_for(make_answer(person(), CA), [make_party("Khác").der])


@settings(max_examples=150, deadline=None)
@given(
    octets=st.sampled_from([make_list(CA, [person()]), make_answer(person(), CA, by=make_responder(CA))]),
    place=st.floats(0, 1, exclude_max=True),
    instead=st.binary(max_size=6),
    length=st.integers(0, 6),
)
def test_nothing_that_a_host_sends_raises(octets: bytes, place: float, instead: bytes, length: int) -> None:
    """What was changed anywhere says nothing, unless the change was none."""
    at = int(place * len(octets))
    changed = octets[:at] + instead + octets[at + length :]
    for check in (
        lambda: check_list(changed, [CA.der], NOW),
        lambda: check_answer(changed, IDENTITY, NOW),
        lambda: answered_for(changed, [CA.der]),
    ):
        with suppress(Unbelievable):
            assert check() is not None


def test_a_list_with_an_extension_twice_is_no_list() -> None:
    """What the library raises then is no `ValueError`."""
    from asn1crypto import crl

    read = crl.CertificateList.load(make_list(CA))
    extensions = read["tbs_cert_list"]["crl_extensions"]
    extensions.append(extensions[0].copy())
    with pytest.raises(Unbelievable, match="no list could be read"):
        check_list(read.dump(force=True), [CA.der], NOW)


def test_a_certificate_without_a_proper_number_cannot_be_asked_for() -> None:
    with pytest.raises(Unbelievable, match="no number"):
        question_for(CertificateId(issuer=CA.der, serial=-5))
