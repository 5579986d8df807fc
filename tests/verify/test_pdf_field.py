"""The shape of what a signature covers, and odd but possible CMS in it: each forged one beside the honest one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf import judge_pdf
from mailbridge.verify.pdf_field import MOST_FIELDS
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.keys.pki import AT, Identity, make_pki
from tests.verify.builders_pdf import gap_of
from tests.verify.builders_pdf_cases import COUNTERSIGNED, GOOD, by_leader, judge, sealed, told
from tests.verify.builders_pdf_raw import (
    ANNOTATIONS,
    FORM,
    PADES,
    form_objects,
    latest,
    make_cms,
    sign,
    size,
    stream,
    update,
    write_pdf,
)

ADOBE = b"/SubFilter /adbe.pkcs7.detached"
Cms = Callable[[bytes, Identity], bytes]


def signed_with(cms: Cms, entries: bytes = ADOBE) -> SignatureStatus:
    person = make_pki().person
    (status,) = judge(sign(write_pdf(form_objects()), person, entries=entries, cms=lambda data: cms(data, person)))
    return status


def long_form(octets: bytes) -> bytes:
    """Write the outer layers of a CMS with indefinite lengths (BER), as programs in Java do."""
    from asn1crypto import cms

    content = cms.ContentInfo.load(octets)
    inner = content["content"].untag()
    assert inner.dump()[:1] == b"\x30"
    explicit = b"\xa0\x80" + b"\x30\x80" + bytes(inner.contents) + b"\0\0" + b"\0\0"
    return b"\x30\x80" + bytes(content["content_type"].dump()) + explicit + b"\0\0"


HONEST: dict[str, tuple[Cms, bytes]] = {
    "PAdES": (make_cms, PADES),
    "pkcs7": (make_cms, ADOBE),
    "with a day of signing in the dictionary": (
        lambda data, who: make_cms(data, who, at=None),
        ADOBE + b" /M (D:20260601080000+07'00')",
    ),
    "without any time": (lambda data, who: make_cms(data, who, at=None), ADOBE),
    "without signed attributes": (lambda data, who: make_cms(data, who, attributes=False), ADOBE),
    "SHA-512": (lambda data, who: make_cms(data, who, method="sha512"), ADOBE),
    "indefinite lengths": (lambda data, who: long_form(make_cms(data, who)), ADOBE),
    "stuffed with an unsigned attribute": (
        lambda data, who: make_cms(data, who, unsigned=b"x" * 2048),
        ADOBE,
    ),
    "octets behind": (lambda data, who: make_cms(data, who) + b"\0" * 100, ADOBE),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_cms_passes(name: str) -> None:
    status = signed_with(*HONEST[name])
    assert (status.status, status.changed_after, status.reason) == (*GOOD, None)


@pytest.mark.parametrize(
    ("name", "source", "hour"),
    [
        ("with a day of signing in the dictionary", "claimed", 1),
        ("without any time", None, None),
        ("pkcs7", "claimed", 1),
    ],
)
def test_time_that_the_signer_claims(name: str, source: str | None, hour: int | None) -> None:
    status = signed_with(*HONEST[name])
    assert status.time_source == source
    assert (status.signed_at.hour if status.signed_at else None) == hour


def other(data: bytes) -> bytes:
    return hashlib.sha256(b"another " + data).digest()


FORGED: dict[str, Cms] = {
    "digest of something else": lambda data, who: make_cms(data, who, digest=other(data)),
    "made for something else": lambda data, who: make_cms(b"another " + data, who),
    "without attributes, for something else": lambda data, who: make_cms(b"another " + data, who, attributes=False),
    "content inside": lambda data, who: make_cms(data, who, content=data[:500]),
    "other content inside, and its digest": lambda data, who: make_cms(b"another", who, content=b"another"),
    "two signers": lambda data, who: make_cms(data, who, signers=2),
    "no signer": lambda data, who: make_cms(data, who, signers=0),
    "a certificate": lambda data, who: who.der,
    "cut": lambda data, who: make_cms(data, who)[:700],
    "a text": lambda data, who: b"\x04\x03abc",
    "endless": lambda data, who: b"\x30\x80" * 2_000,
    "deep": lambda data, who: b"\x30\x84\x7f\xff\xff\xff" * 500,
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_cms_never_passes(name: str) -> None:
    status = signed_with(FORGED[name])
    assert status.status is not Status.TOTAL_PASSED
    assert status.reason


def test_timestamp_token_is_no_signature_of_the_authority() -> None:
    """Anybody gets a token over any digest: put in place of a signature it would read "signed by the authority"."""
    from tests.verify.builders_pdf import make_token

    pki = make_pki()
    pdf = sign(write_pdf(form_objects()), pki.person, entries=ADOBE, cms=lambda data: make_token(data, pki.tsa))
    (status,) = judge(pdf)
    assert status.status is Status.TOTAL_FAILED


def test_signature_of_somebody_else_in_the_name_of_the_leader() -> None:
    """The certificate is the leader's, the value a stranger's."""
    pki = make_pki()
    forger = Identity(certificate=pki.person.certificate, key=pki.stranger.key, chain=pki.person.chain)
    (status,) = judge(sign(write_pdf(form_objects()), forger))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")


@pytest.mark.parametrize("kind", [b"/adbe.pkcs7.sha1", b"/adbe.x509.rsa_sha1"])
@pytest.mark.parametrize("cms", [make_cms, lambda data, who: b"\x04\x14" + b"x" * 20])
def test_old_formats_are_neither_good_nor_broken(kind: bytes, cms: Cms) -> None:
    status = signed_with(cms, b"/SubFilter " + kind)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")
    assert (status.covers_whole_file, status.changed_after) == (True, Change.NOTHING)


def test_old_format_before_a_good_seal() -> None:
    person = make_pki().person
    old = sign(write_pdf(form_objects()), person, entries=b"/SubFilter /adbe.pkcs7.sha1")
    first, office = judge(sealed(old))
    assert first.status is Status.INDETERMINATE
    assert (office.status, office.changed_after) == GOOD


@pytest.mark.parametrize("white", [b"\n", b" ", b"\r\n"])
def test_signature_written_in_lines_is_read(white: bytes) -> None:
    """Blanks among hexadecimal digits mean nothing (ISO 32000-1 §7.3.4.3)."""
    begin, end = gap_of(by_leader())
    gap = by_leader()[begin:end]
    lines = (gap[:-200] + white + gap[-200:]).replace(b"0" * len(white) + b">", b">")
    assert len(lines) == len(gap)
    assert told(by_leader()[:begin] + lines + by_leader()[end:]) == [GOOD]


@pytest.mark.parametrize("strange", [b"(", b"%", b"> ", b"<", b"/", b"g"])
def test_signature_with_anything_else_in_its_gap_is_malformed(strange: bytes) -> None:
    _, end = gap_of(by_leader())
    place = end - 500
    forged = by_leader()[:place] + strange + by_leader()[place + len(strange) :]
    assert [status.status for status in judge(forged)] == [Status.TOTAL_FAILED]


def test_unused_room_of_a_signature_is_no_content() -> None:
    """What stands behind the CMS in its own string is covered by nobody and shown by nobody."""
    _, end = gap_of(by_leader())
    stuffed = by_leader()[: end - 101] + b"41" * 50 + by_leader()[end - 1 :]
    assert told(stuffed) == [GOOD]


def test_signatures_are_counted_to_a_limit() -> None:
    pdf = write_pdf(
        form_objects()
        | {FORM: b"<< /Fields [" + b"".join(b"%d 0 R " % number for number in range(100, 300)) + b"] >>"}
        | {
            number: b"<< /FT /Sig /T (%d) /V << /Type /Sig /ByteRange [0 0 0 0] /Contents <00> >> >>" % number
            for number in range(100, 300)
        }
    )
    found = judge(pdf)
    assert len(found) == MOST_FIELDS + 1
    assert str(MOST_FIELDS) in (found[-1].reason or "")


def test_field_below_another_field_is_found() -> None:
    pdf = write_pdf(
        form_objects()
        | {FORM: b"<< /Fields [8 0 R] >>", 8: b"<< /T (Ky) /Kids [9 0 R] >>", ANNOTATIONS: b"[9 0 R]"}
        | {9: b"<< /Subtype /Widget /Parent 8 0 R /FT /Sig /T (1) /Rect [0 0 0 0] >>"}
    )
    signed = sign(pdf, make_pki().person, field=9)
    assert told(signed) == [GOOD]
    assert told(sealed(signed)) == [COUNTERSIGNED, GOOD]


def test_large_file_is_read_once_a_signature() -> None:
    """A scan of 8 MB with two signatures: hashing, and no more than the structure besides."""
    import time

    scan = form_objects() | {20: stream(b"\xff" * 8_000_000, b"/Type /XObject /Subtype /Image")}
    pdf = sealed(sign(write_pdf(scan), make_pki().person))
    begin = time.process_time()
    assert told(pdf) == [COUNTERSIGNED, GOOD]
    assert time.process_time() - begin < 3


def test_picture_of_a_signature_is_none() -> None:
    stamp = form_objects("Da ky boi: Nguyen Van An") | {
        7: b"[<< /Subtype /Stamp /Rect [0 0 9 9] /Contents (Chu ky so) >>]"
    }
    assert judge(write_pdf(stamp)) == ()
    empty = form_objects() | {FORM: b"<< /Fields [8 0 R] /SigFlags 1 >>", 8: b"<< /FT /Sig /T (Ky) /Rect [0 0 9 9] >>"}
    assert judge(write_pdf(empty)) == ()
    assert judge_pdf("1", b"%PDF-1.7 /Type /Sig but nothing else", Trust(), AT) == ()


def test_file_that_cannot_be_read_is_a_finding() -> None:
    (status,) = judge(b"%PDF-1.7\n/ByteRange [0 1 2 3]")
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")
    (status,) = judge(b"x" + by_leader())
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


def test_same_signature_in_two_fields_covers_the_same() -> None:
    """Adding the field is a change like any other."""
    pdf = by_leader()
    value = size(pdf) - 2
    objects = {
        size(pdf): b"<< /FT /Sig /T (Again) /V %d 0 R /Rect [0 0 0 0] >>" % value,
        FORM: latest(pdf, FORM).replace(b"[", b"[%d 0 R " % size(pdf)),
    }
    assert {status.changed_after for status in judge(update(pdf, objects))} == {Change.SUSPICIOUS}


def test_claimed_time_is_bounded_by_nothing_but_told() -> None:
    status = signed_with(lambda data, who: make_cms(data, who, at=AT - timedelta(days=10)))
    assert status.signed_at == AT - timedelta(days=10)
