from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from mailbridge.verify.beside import Beside, digest
from mailbridge.verify.cms import judge_cms
from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import SignatureStatus, Status
from tests.keys.pki import AT
from tests.reading.builders_letters import enveloped_data
from tests.verify.builders_cms import (
    FILE,
    SIGNED_AT,
    detached,
    enveloping,
    mailer,
    pem,
    pki,
    signer_info,
    usual_attributes,
    wrapped,
)

OTHER = b"a file that nobody signed " * 30


def judge(content: bytes, *beside: Beside, name: str | None = None, trust: Trust | None = None) -> SignatureStatus:
    [status] = judge_cms("2", content, trust or pki().trust(), AT, beside=beside, name=name)
    return status


def file(part: str, name: str | None, content: bytes = FILE) -> Beside:
    digests = {algorithm: digest(content, algorithm) for algorithm in ("sha1", "sha256", "sha512")}
    return Beside(part=part, name=name, digests=digests)


def told(status: SignatureStatus) -> tuple[Status, str | None]:
    return status.status, status.sub_indication


PASSED = (Status.TOTAL_PASSED, None)


def test_file_in_its_signature() -> None:
    status = judge(enveloping())
    assert told(status) == PASSED
    assert (status.format, status.signer, status.role) == ("cms", "Nguyễn Văn An", "person")
    assert (status.signed_at, status.time_source) == (SIGNED_AT, "claimed")
    assert (status.covers_whole_file, status.covers, status.signs) == (True, (), None)
    assert status.certificate is not None
    assert status.certificate.email == "an.nv@backan.gov.vn"
    assert status.chain[0] == status.certificate.sha256
    assert len(status.chain) == 3


@pytest.mark.parametrize(
    "content",
    [
        pem(enveloping()),
        base64.encodebytes(enveloping()),
        enveloping() + b"\r\n",
        enveloping(scheme="pss"),
        enveloping(digest="sha512"),
        enveloping(by_key_identifier=True),
        enveloping(attributes=()),
    ],
    ids=["pem", "base64", "line end", "pss", "sha512", "key identifier", "no attributes"],
)
def test_forms_of_the_same(content: bytes) -> None:
    assert told(judge(content)) == PASSED


def test_elliptic_curve() -> None:
    who = mailer("an.nv@backan.gov.vn", key=ec.generate_private_key(ec.SECP256R1()))
    assert told(judge(enveloping(who=who, scheme="ecdsa"))) == PASSED


def streamed(content: bytes, size: int = 100) -> bytes:
    """Write the file as programs do that stream: indefinite lengths, the file in pieces."""
    from tests.reading.builders_letters import ber, der

    info = asn1_cms.ContentInfo.load(enveloping(content))
    data = info["content"]
    pieces = ber(0x24, *(der(4, content[at : at + size]) for at in range(0, len(content), size)))
    inner = ber(0x30, data["encap_content_info"]["content_type"].dump(), ber(0xA0, pieces))
    fields = [data["version"].dump(), data["digest_algorithms"].dump(), inner]
    fields += [data["certificates"].dump(), data["signer_infos"].dump()]
    return ber(0x30, info["content_type"].dump(), ber(0xA0, ber(0x30, *fields)))


def test_file_in_pieces_of_indefinite_length() -> None:
    assert told(judge(streamed(FILE))) == PASSED


def test_what_another_library_signs() -> None:
    person = pki().person
    builder = pkcs7.PKCS7SignatureBuilder().set_data(FILE).add_signer(person.certificate, person.key, hashes.SHA256())
    builder = builder.add_certificate(pki().issuing.certificate)
    whole = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    apart = builder.sign(serialization.Encoding.PEM, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature])
    # It writes the hour of the clock, which lies after the certificates of the test.
    assert told(judge(whole)) == PASSED
    assert told(judge(apart, file("1", "a.pdf"), name="a.pdf.p7s")) == PASSED


def test_certificate_named_in_the_signature_makes_it_cades() -> None:
    person = pki().person
    status = judge(enveloping(attributes=usual_attributes(FILE, person, cades=True)))
    assert (told(status), status.format) == (PASSED, "cades")


def test_another_certificate_named_in_the_signature() -> None:
    attributes = usual_attributes(FILE, pki().organization, cades=True)
    status = judge(enveloping(attributes=attributes))
    assert told(status) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
    assert status.reason == "the certificate is not the one that the signature names"


def test_person_and_organisation_in_one_file() -> None:
    both = [pki().person, pki().organization]
    found = judge_cms("2", wrapped(FILE, [signer_info(FILE, who) for who in both], both), pki().trust(), AT)
    assert sorted((each.role or "", *told(each)) for each in found) == [("organization", *PASSED), ("person", *PASSED)]


def test_timestamp_proves_the_time() -> None:
    at = AT - timedelta(days=30)
    status = judge(enveloping(stamped_by=pki().tsa, stamped_at=at))
    assert (told(status), status.signed_at, status.time_source) == (PASSED, at, "timestamp")


def test_timestamp_of_a_stranger_proves_nothing_and_takes_nothing() -> None:
    status = judge(enveloping(stamped_by=pki().stranger))
    assert told(status) == PASSED or status.sub_indication == "SIG_CONSTRAINTS_FAILURE"
    assert status.time_source == "claimed"


def test_timestamp_of_another_signature_is_seen() -> None:
    moved = signer_info(FILE, pki().person)
    moved["unsigned_attrs"] = signer_info(OTHER, pki().person, stamped_by=pki().tsa)["unsigned_attrs"]
    status = judge(wrapped(FILE, [moved], [pki().person]))
    assert told(status) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert status.reason == "the timestamp does not fit the signature"


def test_old_digest_is_refused_today_and_named_when_a_timestamp_proves_its_age() -> None:
    status = judge(enveloping(digest="sha1"))
    assert told(status) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    assert status.weaknesses == ("sha1",)


def test_certificates_without_a_signature_are_none() -> None:
    assert judge_cms("2", wrapped(None, [], [pki().person]), pki().trust(), AT) == ()


def test_encrypted_files_are_not_judged() -> None:
    assert judge_cms("2", enveloped_data(), pki().trust(), AT) == ()


def test_certificate_that_was_left_out_is_found_among_ours() -> None:
    content = wrapped(FILE, [signer_info(FILE, pki().person)])
    assert told(judge(content)) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
    trust = pki().trust()
    known = Trust(anchors=trust.anchors, others=(*trust.others, pki().person.der), crls=trust.crls)
    assert told(judge(content, trust=known)) == PASSED


def test_who_may_not_sign() -> None:
    made = pki()
    assert told(judge(enveloping(who=made.stranger)))[0] is Status.INDETERMINATE
    assert told(judge(enveloping(who=made.revoked)))[0] is not Status.TOTAL_PASSED
    assert told(judge(enveloping(who=made.expired)))[0] is Status.INDETERMINATE
    assert told(judge(enveloping(), trust=made.trust(crls=False))) == (Status.INDETERMINATE, "TRY_LATER")


def test_changed_file_in_its_signature() -> None:
    content = enveloping().replace(b"somebody signed", b"somebody forged")
    assert told(judge(content)) == (Status.TOTAL_FAILED, "HASH_FAILURE")


def test_changed_signature_value() -> None:
    content = bytearray(detached())
    content[-5] ^= 1
    assert told(judge(bytes(content), file("1", "a.pdf"))) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")


# What lies beside.


@pytest.mark.parametrize("name", ["a.pdf.p7s", "A.PDF.P7S", "a.p7s", "smime.p7s", None])
def test_file_beside_is_found_by_name_or_digest(name: str | None) -> None:
    status = judge(detached(), file("1.1", "other.pdf", OTHER), file("1.2", "a.pdf"), name=name)
    assert told(status) == PASSED
    assert (status.covers, status.signs, status.covers_whole_file) == (("a.pdf",), "1.2", True)


def test_file_beside_without_signed_attributes() -> None:
    assert told(judge(detached(attributes=()), file("1.2", "a.pdf"), name="a.pdf.p7s")) == PASSED


def test_changed_file_beside() -> None:
    status = judge(detached(), file("1.2", "a.pdf", OTHER), name="a.pdf.p7s")
    assert told(status) == (Status.TOTAL_FAILED, "HASH_FAILURE")
    assert status.signs == "1.2"


def test_file_that_has_the_name_is_judged_though_another_was_signed() -> None:
    """A forged b.pdf beside the signature of a.pdf must not profit from a.pdf being there."""
    status = judge(detached(), file("1", "a.pdf"), file("2", "b.pdf", OTHER), name="b.pdf.p7s")
    assert (*told(status), status.signs) == (Status.TOTAL_FAILED, "HASH_FAILURE", "2")


def test_two_files_of_the_signed_name_are_confusing() -> None:
    status = judge(detached(), file("1", "a.pdf", OTHER), file("2", "a.pdf"), name="a.pdf.p7s")
    assert (*told(status), status.signs) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", "2")
    same = judge(detached(), file("1", "a.pdf"), file("2", "a.pdf"), name="a.pdf.p7s")
    assert told(same) == PASSED


def test_two_files_of_the_signed_name_and_no_digest_to_tell_them() -> None:
    for files in ((FILE, OTHER), (OTHER, FILE)):
        beside = [file(str(number), "a.pdf", each) for number, each in enumerate(files)]
        status = judge(detached(attributes=()), *beside, name="a.pdf.p7s")
        assert (*told(status), status.signs) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", None)


def test_each_folder_may_have_a_file_of_this_name() -> None:
    far = replace(file("1", "a.pdf", OTHER), is_near=False)
    status = judge(detached(), far, file("2", "a.pdf"), name="a.pdf.p7s")
    assert (*told(status), status.signs) == (*PASSED, "2")
    forged = judge(detached(), replace(file("1", "a.pdf"), is_near=False), file("2", "a.pdf", OTHER), name="a.pdf.p7s")
    assert (*told(forged), forged.signs) == (Status.TOTAL_FAILED, "HASH_FAILURE", "2")
    alone = judge(detached(), replace(file("1", "a.pdf"), is_near=False), name="a.pdf.p7s")
    assert (*told(alone), alone.signs) == (*PASSED, "1")


def test_missing_file_of_a_signature_without_attributes() -> None:
    for beside in ((), (file("1", "b.pdf"), file("2", "c.pdf", OTHER))):
        status = judge(detached(attributes=()), *beside, name="a.pdf.p7s")
        assert (*told(status), status.signs) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", None)


def test_missing_file() -> None:
    for beside in ((), (file("1", "b.pdf", OTHER),), (file("1", "a.pdf.txt", OTHER), file("3", None, OTHER))):
        status = judge(detached(), *beside, name="a.pdf.p7s")
        assert told(status) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
        assert (status.covers, status.signs, status.covers_whole_file) == ((), None, False)
        assert status.signer == "Nguyễn Văn An"


def test_digest_that_was_not_taken_of_the_file_is_no_pass() -> None:
    bare = Beside(part="1", name="a.pdf", digests={})
    assert told(judge(detached(), bare, name="a.pdf.p7s"))[0] is not Status.TOTAL_PASSED


def test_receipt_before_the_certificate() -> None:
    [status] = judge_cms("2", enveloping(), pki().trust(), datetime(2020, 1, 1, tzinfo=UTC))
    assert status.status is Status.INDETERMINATE
