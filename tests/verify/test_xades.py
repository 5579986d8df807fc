from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import SignatureStatus, Status
from mailbridge.verify.xades import read_time
from mailbridge.verify.xml_signature import judge_xml
from tests.keys.pki import AT, make_pki
from tests.verify.builders_xml import SIGNED_TYPE, XADES, packet, sign

_CLAIMED = AT - timedelta(hours=1)


def signed(**how: object) -> bytes:
    return sign(packet(), make_pki().organization, **{"claimed": _CLAIMED, **how})  # type: ignore[arg-type] # passed on


def judge(document: bytes, trust: Trust | None = None, at: datetime = AT) -> SignatureStatus:
    (status,) = judge_xml("2", document, trust or make_pki().trust(), at)
    return status


def edited(document: bytes, pattern: str, new: str) -> bytes:
    changed = re.sub(pattern, new, document.decode(), count=1, flags=re.DOTALL)
    assert changed != document.decode()
    return changed.encode()


def test_the_signer_says_when_he_signed() -> None:
    status = judge(signed())
    assert (status.status, status.format) == (Status.TOTAL_PASSED, "xades")
    assert (status.signed_at, status.time_source) == (_CLAIMED, "claimed")


@pytest.mark.parametrize(
    ("claimed", "is_told"),
    [
        (AT + timedelta(hours=2), True),
        (AT + timedelta(days=2), False),
        (datetime(2001, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_time_that_cannot_be_is_not_told(claimed: datetime, is_told: bool) -> None:
    """Behind the receipt of the file, or before there was the certificate."""
    status = judge(signed(claimed=claimed))
    assert status.status is Status.TOTAL_PASSED
    assert (status.signed_at, status.time_source) == ((claimed, "claimed") if is_told else (None, None))


def test_a_timestamp_of_the_value_proves_the_time() -> None:
    status = judge(signed(tsa=make_pki().tsa))
    assert status.status is Status.TOTAL_PASSED
    assert (status.signed_at, status.time_source) == (AT - timedelta(minutes=30), "timestamp")
    assert status.reason is None


def test_a_timestamp_of_an_unknown_authority_proves_nothing_and_harms_nothing() -> None:
    status = judge(signed(tsa=make_pki().stranger))
    assert status.status is Status.TOTAL_PASSED
    assert status.time_source == "claimed"
    assert status.reason is not None


def test_a_timestamp_of_another_signature_does_not_fit() -> None:
    other = re.search(rb"<xades:EncapsulatedTimeStamp>(.*?)<", sign(
        packet("khác"), make_pki().person, claimed=_CLAIMED, tsa=make_pki().tsa
    ))  # fmt: skip
    assert other
    moved = edited(
        signed(tsa=make_pki().tsa), "(<xades:EncapsulatedTimeStamp>)[^<]*", rf"\g<1>{other.group(1).decode()}"
    )
    status = judge(moved)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")


def test_a_broken_timestamp_is_no_proof_and_no_exception() -> None:
    for value in ("AAAA", "____", "MAA="):
        status = judge(edited(signed(tsa=make_pki().tsa), "(<xades:EncapsulatedTimeStamp>)[^<]*", rf"\g<1>{value}"))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")


def test_another_time_breaks_the_signature() -> None:
    status = judge(edited(signed(), "<xades:SigningTime>2026", "<xades:SigningTime>2025"))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "HASH_FAILURE")


def test_the_certificate_must_be_the_one_that_the_signer_named() -> None:
    """Another certificate with the same key would give the signature to another person."""
    pki = make_pki()
    status = judge(signed(named=pki.person))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
    swapped = edited(signed(), "(<ds:X509Certificate>)[^<]*", rf"\g<1>{base64.b64encode(pki.person.der).decode()}")
    assert judge(swapped).status is Status.INDETERMINATE


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ('Target="#sig"', 'Target="#other"'),
        ("</ds:Object>", f'</ds:Object><ds:Object><x:QualifyingProperties xmlns:x="{XADES}"/></ds:Object>'),
    ],
)
def test_properties_of_another_signature_are_not_believed(pattern: str, new: str) -> None:
    status = judge(edited(signed(), pattern, new))
    assert status.status is not Status.TOTAL_PASSED
    assert status.signed_at is None


def test_properties_that_are_not_signed_are_not_believed() -> None:
    """A time beside the signature, or a reference to a decoy, would let anybody say when it was made."""
    properties = (
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#sig"><xades:SignedProperties Id="p">'
        "<xades:SignedSignatureProperties><xades:SigningTime>2001-01-01T00:00:00Z</xades:SigningTime>"
        "</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>"
    )
    status = judge(sign(packet(), make_pki().organization, objects=properties))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert status.signed_at is None


def test_a_reference_of_the_type_without_properties() -> None:
    document = signed()
    without = re.sub(rb"xades:(Qualifying|Signed)Properties", rb"xades:\1Other", document)
    assert SIGNED_TYPE.encode() in without
    assert judge(without).status is not Status.TOTAL_PASSED


def test_lists_and_certificates_beside_the_signature_count() -> None:
    from cryptography.hazmat.primitives import serialization

    pki = make_pki()
    proofs = (
        "<xades:CertificateValues><xades:EncapsulatedX509Certificate>"
        + base64.b64encode(pki.issuing.certificate.public_bytes(serialization.Encoding.DER)).decode()
        + "</xades:EncapsulatedX509Certificate></xades:CertificateValues><xades:RevocationValues><xades:CRLValues>"
        f"<xades:EncapsulatedCRLValue>{base64.b64encode(pki.crl).decode()}</xades:EncapsulatedCRLValue>"
        "</xades:CRLValues></xades:RevocationValues></xades:UnsignedSignatureProperties>"
    )
    alone = Trust(anchors=(pki.root.der,))
    bare = signed(tsa=pki.tsa)
    assert judge(bare, alone).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    full = bare.replace(b"</xades:UnsignedSignatureProperties>", proofs.encode())
    assert judge(full, alone).status is Status.TOTAL_PASSED
    broken = full.replace(b"<xades:EncapsulatedCRLValue>", b"<xades:EncapsulatedCRLValue>AAAA")
    assert judge(broken, alone).status is Status.INDETERMINATE


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-05-30T09:00:00Z", datetime(2026, 5, 30, 9, tzinfo=UTC)),
        (" 2026-05-30T09:00:00.123456789+07:00\n", datetime(2026, 5, 30, 2, 0, 0, 123456, tzinfo=UTC)),
        ("2026-05-30T09:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-05-30T09:00:00+20:00", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_times(text: str, time: datetime | None) -> None:
    element = etree.Element("a")
    element.text = text
    assert read_time(element) == time
