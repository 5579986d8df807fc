"""Signatures that say something else than they seem to, malformed ones, and those that are far too large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.beside import Beside, digest, measured
from mailbridge.verify.cms import judge_cms
from mailbridge.verify.cms_wrapper import MOST_SIGNERS
from mailbridge.verify.signature import SignatureStatus, Status
from tests.keys.pki import AT, Identity
from tests.reading.builders_letters import der
from tests.reading.builders_opened import sent_file
from tests.verify.builders_cms import (
    FILE,
    SIGNED_AT,
    attribute,
    certificate_of,
    detached,
    enveloping,
    mailer,
    naming,
    pki,
    signer_info,
    token,
    usual_attributes,
    wrapped,
)

PASSED = Status.TOTAL_PASSED


def judge(content: bytes) -> SignatureStatus:
    [status] = judge_cms("2", content, pki().trust(), AT)
    return status


def with_attributes(*attributes: Any, content_type: str = "data") -> SignatureStatus:
    """Judge a file whose signature fits these attributes."""
    person = pki().person
    made = signer_info(FILE, person, attributes)
    return judge(wrapped(FILE, [made], [person], content_type=content_type))


def usual(**how: Any) -> list[Any]:
    return usual_attributes(FILE, pki().person, **how)


def test_the_honest_one_beside_these() -> None:
    assert with_attributes(*usual()).status is Status.TOTAL_PASSED


@pytest.mark.parametrize(
    "attributes",
    [
        usual()[1:],
        [usual()[0]],
        [*usual(), usual()[0]],
        [*usual(), attribute("message_digest", digest(b"other", "sha256"))],
        [*usual()[:1], attribute("message_digest", digest(FILE, "sha256"), digest(b"other", "sha256"))],
        [attribute("content_type", "data", "signed_data"), usual()[1]],
        [attribute("content_type", "signed_data"), usual()[1]],
        [attribute("content_type"), usual()[1]],
    ],
    ids=[
        "no content type",
        "no digest",
        "content type twice",
        "two digests",
        "digest of two values",
        "content type of two values",
        "another content type",
        "content type of no value",
    ],
)
def test_signed_attributes_say_once_what_is_signed(attributes: list[Any]) -> None:
    status = with_attributes(*attributes)
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_content_of_another_type_than_was_signed() -> None:
    status = with_attributes(*usual(), content_type="1.2.3.4")
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_type_that_nobody_signed() -> None:
    made = signer_info(FILE, pki().person, ())
    status = judge(wrapped(FILE, [made], [pki().person], content_type="1.2.3.4"))
    assert (status.sub_indication, status.reason) == ("FORMAT_FAILURE", "the type of the content is not signed")


def test_what_is_signed_but_no_document() -> None:
    """A timestamp token of a trusted authority is a signature over something: not over what a reader thinks."""
    status = with_attributes(*usual(content_type="1.2.3.4"), content_type="1.2.3.4")
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    stamped = token(FILE, pki().tsa, SIGNED_AT).dump()
    assert judge(stamped).status is not Status.TOTAL_PASSED


def test_signed_attributes_passed_off_as_the_content() -> None:
    """The value of a signature with attributes fits the octets of these attributes, signed without any."""
    person = pki().person
    honest = signer_info(FILE, person)
    stolen = cms.CMSAttributes(list(usual())).dump()
    forged = signer_info(stolen, person, ())
    assert forged["signature"].native == honest["signature"].native
    status = judge(wrapped(stolen, [forged], [person]))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_signed_attributes_passed_off_as_the_file_beside() -> None:
    person = pki().person
    stolen = cms.CMSAttributes(list(usual())).dump()
    forged = wrapped(None, [signer_info(stolen, person, ())], [person])
    file = measured(sent_file(stolen, "1", name="a.pdf"), ("sha256",))
    [status] = judge_cms("2", forged, pki().trust(), AT, beside=(file,), name="a.pdf.p7s")
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_text_that_begins_as_attributes_do_is_honest() -> None:
    content = b"1. Kinh gui quy co quan. " * 9
    assert judge(wrapped(content, [signer_info(content, pki().person, ())], [pki().person])).status is PASSED


EMPTY = (attribute("content_type", "data"), attribute("message_digest", b""))


def test_empty_digest_fits_no_file_whose_digest_was_not_taken() -> None:
    """One signature would be good over any file: its digest algorithm is pushed out of those that are measured."""
    person = pki().person
    forged = detached(b"", attributes=EMPTY, digest="sha224")
    for algorithms in ((), ("sha1", "sha256", "sha384", "sha512")):
        file = measured(sent_file(FILE, "1", name="a.pdf"), algorithms)
        [status] = judge_cms("2", forged, pki().trust(), AT, beside=(file,), name="a.pdf.p7s")
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")
    file = measured(sent_file(FILE, "1", name="a.pdf"), ("sha224",))
    [status] = judge_cms("2", forged, pki().trust(), AT, beside=(file,), name="a.pdf.p7s")
    assert status.sub_indication == "HASH_FAILURE"
    honest = wrapped(None, [signer_info(FILE, person, digest="sha224")], [person])
    [status] = judge_cms("2", honest, pki().trust(), AT, beside=(file,), name="a.pdf.p7s")
    assert status.status is PASSED


def edwards(content: bytes, attributes: Sequence[Any] | None, *, digest: str = "sha512") -> SignatureStatus:
    """Judge a file in its signature by an Ed25519 key (RFC 8419)."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    who = mailer("an@backan.gov.vn", key=key)
    made = signer_info(content, who, attributes, digest="sha512", scheme="ed25519")
    made["digest_algorithm"] = {"algorithm": digest}
    return judge(wrapped(FILE, [made], [who]))


def test_empty_digest_fits_no_content_whose_digest_cannot_be_taken() -> None:
    assert edwards(FILE, None).status is PASSED
    status = edwards(FILE, EMPTY, digest="shake256")
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


@pytest.mark.parametrize("signed", [FILE, digest(FILE, "sha512")], ids=["over the content", "over its digest"])
def test_content_signed_without_digest_is_neither_good_nor_bad(signed: bytes) -> None:
    """RFC 8419 §3 signs the content; over its digest somebody may have signed something else, a challenge."""
    status = edwards(signed, ())
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP192R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["elliptic", "weak", "edwards"],
)
def test_strangers_key_of_another_kind_takes_nothing_from_the_right_one(key: Any) -> None:
    """Anybody can put a certificate of the same name and number beside a signature."""
    person = pki().person
    held = person.certificate
    made = (
        x509.CertificateBuilder()
        .subject_name(held.subject)
        .issuer_name(held.issuer)
        .public_key(key.public_key())
        .serial_number(held.serial_number)
        .not_valid_before(held.not_valid_before_utc)
        .not_valid_after(held.not_valid_after_utc)
        .sign(pki().stranger.key, hashes.SHA256())
    )
    decoy = Identity(certificate=made, key=key, chain=())
    honest = signer_info(FILE, person)
    assert decoy.der < person.der, "it is tried first"
    assert judge(wrapped(FILE, [honest], [decoy])).status is not PASSED
    assert judge(wrapped(FILE, [honest], [decoy, person])).status is PASSED


def test_signing_certificate_named_twice() -> None:
    person = pki().person
    status = with_attributes(*usual(), naming(person), naming(pki().organization))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")


def test_value_by_another_digest_than_the_content() -> None:
    made = signer_info(FILE, pki().person)
    made["signature_algorithm"] = {"algorithm": "sha512_rsa"}
    status = judge(wrapped(FILE, [made], [pki().person]))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")


def test_signature_by_a_key_that_is_not_the_certificates() -> None:
    person = pki().person
    thief = Identity(certificate=person.certificate, key=pki().stranger.key, chain=person.chain)
    status = judge(enveloping(who=thief))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")


def test_strangers_certificate_of_the_same_name_and_number_takes_nothing_from_the_right_one() -> None:
    person = pki().person
    right = certificate_of(person)
    wrong = certificate_of(pki().stranger)
    wrong["tbs_certificate"]["serial_number"] = right.serial_number
    wrong["tbs_certificate"]["issuer"] = right.issuer
    read = cms.ContentInfo.load(enveloping())
    both = [cms.CertificateChoices(name="certificate", value=each) for each in (wrong, right)]
    read["content"]["certificates"] = [*both, *read["content"]["certificates"]]
    assert judge(read.dump()).status is Status.TOTAL_PASSED
    read["content"]["certificates"] = both[:1]
    assert judge(read.dump()).status is not Status.TOTAL_PASSED


def test_certificate_that_cannot_be_read_takes_nothing_from_the_one_beside_it() -> None:
    made = wrapped(FILE, [signer_info(FILE, pki().person)], [pki().person, pki().organization])
    whole = certificate_of(pki().organization).dump()
    broken = whole.replace(b"\xa0\x03\x02\x01\x02", b"\xa7\x03\x02\x01\x02", 1)
    assert broken != whole
    assert whole in made
    assert judge(made.replace(whole, broken)).status is Status.TOTAL_PASSED


def test_counter_signature_gives_nobody_a_voice() -> None:
    made = signer_info(FILE, pki().person)
    counter = signer_info(made["signature"].native, pki().organization)
    made["unsigned_attrs"] = [attribute("counter_signature", counter)]
    found = judge_cms("2", wrapped(FILE, [made], [pki().person, pki().organization]), pki().trust(), AT)
    assert [each.role for each in found] == ["person"]


def test_a_good_signer_vouches_for_no_bad_one() -> None:
    good, bad = signer_info(FILE, pki().person), signer_info(b"something else", pki().organization)
    found = judge_cms("2", wrapped(FILE, [good, bad], [pki().person, pki().organization]), pki().trust(), AT)
    assert {each.role: each.status for each in found} == {
        "person": Status.TOTAL_PASSED,
        "organization": Status.TOTAL_FAILED,
    }


def repeated(read: Any, field: str, times: int) -> bytes:
    """Write signed data with the first of its signers or certificates so often, octet by octet."""
    data = read["content"]
    octets = {name: data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info")}
    octets |= {name: data[name].dump() for name in ("certificates", "signer_infos")}
    tag, one = octets[field][0], data[field][0].dump()
    octets[field] = der(tag, one * times)
    return der(0x30, read["content_type"].dump(), der(0xA0, der(0x30, *octets.values())))


def test_very_many_signers_are_not_all_judged() -> None:
    made = cms.ContentInfo.load(wrapped(FILE, [signer_info(FILE, mailer("a@b.vn"))], [pki().person]))
    found = judge_cms("2", repeated(made, "signer_infos", 10_000), pki().trust(), AT)
    assert len(found) == MOST_SIGNERS + 1
    assert found[-1].reason == f"more than {MOST_SIGNERS} signatures, the others were not judged"
    assert all(each.status is not Status.TOTAL_PASSED for each in found)


def test_very_many_certificates() -> None:
    made = cms.ContentInfo.load(wrapped(FILE, [signer_info(FILE, pki().person)], [pki().tsa]))
    status = judge(repeated(made, "certificates", 10_000))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")


def test_large_file_in_its_signature() -> None:
    assert judge(enveloping(bytes(50_000_000))).status is Status.TOTAL_PASSED


def test_very_many_timestamps() -> None:
    made = signer_info(FILE, pki().person, stamped_by=pki().tsa)
    one = made["unsigned_attrs"][0]["values"][0]
    made["unsigned_attrs"] = [attribute("signature_time_stamp_token", *[one] * 300)]
    assert judge(wrapped(FILE, [made], [pki().person])).status is Status.TOTAL_PASSED


SAMPLES = (
    enveloping(),
    detached(),
    enveloping(stamped_by=pki().tsa, attributes=usual(cades=True)),
    wrapped(FILE, [signer_info(FILE, pki().person), signer_info(FILE, pki().organization)], [pki().person]),
)
BESIDE = (Beside(part="1", name="a.pdf", digests={"sha256": digest(FILE, "sha256")}),)


def is_finding(content: bytes) -> tuple[SignatureStatus, ...]:
    found = judge_cms("2", content, pki().trust(), AT, beside=BESIDE, name="a.pdf.p7s")
    assert isinstance(found, tuple)
    assert all((each.status is Status.TOTAL_PASSED) == (each.sub_indication is None) for each in found)
    return found


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_changed_octets_are_a_finding_and_never_another_signed_file(data: st.DataObject) -> None:
    made = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    for status in is_finding(bytes(made)):
        if status.status is Status.TOTAL_PASSED:
            # What may change without harm lies beside the signature: the file itself was not touched.
            assert status.signs == "1" or FILE in bytes(made)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_cut_off_files_are_a_finding(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(SAMPLES))
    [status] = is_finding(made[: data.draw(st.integers(0, len(made) - 1))])
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda tail: SAMPLES[1][:30] + tail)))
@settings(max_examples=100, deadline=None)
def test_any_octets_are_a_finding(content: bytes) -> None:
    is_finding(content)


@given(
    st.integers(0, 40), st.binary(max_size=20), st.sampled_from([b"\x30\x80", b"\x31\x80", b"\x24\x80", b"\xa0\x80"])
)
@settings(max_examples=40, deadline=None)
def test_deep_nesting_is_a_finding(at: int, tail: bytes, opening: bytes) -> None:
    is_finding(SAMPLES[0][:at] + opening * 5_000 + tail)
