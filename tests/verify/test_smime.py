"""Who may be shown as the author of a signed mail; each attack beside the honest mail."""

from __future__ import annotations

import quopri
import shutil
import subprocess
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import formataddr
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.files import as_transmitted
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import SignedEntity, signed_entities
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import Status
from mailbridge.verify.smime import judge_smime
from tests.keys.pki import AT, Identity
from tests.reading.builders_letters import enveloped_data
from tests.verify.builders_cms import enveloping, mailer, pki, signer_info, wrapped
from tests.verify.builders_smime import (
    ADDRESS,
    FORGED,
    HEADER,
    LETTER,
    an,
    armoured,
    judged,
    multipart,
    opaque,
    signature_over,
    signature_part,
    signed,
)

CONSTRAINTS = "SIG_CONSTRAINTS_FAILURE"


def is_vouched(results: list[SmimeResult]) -> bool:
    """Say whether any result would make the mail its author's."""
    return any(each.status is Status.TOTAL_PASSED for each in results)


def one(mail: bytes) -> SmimeResult:
    [result] = judged(mail)
    return result


def header(author: str) -> bytes:
    return f"From: {author}\r\nSubject: Bao cao\r\nMIME-Version: 1.0\r\n".encode()


# Honest mails.


@pytest.mark.parametrize("body", [signed(), opaque()], ids=["apart", "around"])
def test_whole_mail_by_its_author(body: bytes) -> None:
    result = one(HEADER + body)
    assert (result.status, result.sub_indication, result.reason) == (Status.TOTAL_PASSED, None, None)
    assert (result.part, result.signer) == ("1", ADDRESS)
    assert result.covers_whole_mail
    assert result.signer_is_sender


@pytest.mark.parametrize(
    "who",
    [
        mailer("", subject=ADDRESS),
        mailer("other@backan.gov.vn", others=(ADDRESS,)),
        mailer("An.NV@BacKan.gov.vn"),
        mailer("other@backan.gov.vn", subject=ADDRESS),
    ],
    ids=["in the subject", "second of two", "another case", "subject and another name"],
)
def test_where_the_address_may_stand(who: object) -> None:
    assert one(HEADER + signed(LETTER, who)).status is Status.TOTAL_PASSED  # type: ignore[arg-type]  # an Identity


@pytest.mark.parametrize("options", [[], [pkcs7.PKCS7Options.Binary]], ids=["text", "binary"])
def test_mail_that_another_library_signed(options: list[pkcs7.PKCS7Options]) -> None:
    who = an()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(LETTER).add_signer(who.certificate, who.key, hashes.SHA256())
    builder = builder.add_certificate(pki().issuing.certificate)
    mail = builder.sign(serialization.Encoding.SMIME, [*options, pkcs7.PKCS7Options.DetachedSignature])
    assert one(f"From: {ADDRESS}\r\n".encode() + mail).status is Status.TOTAL_PASSED


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed")
@pytest.mark.parametrize(
    "options",
    [[], ["-nodetach"], ["-nodetach", "-stream"], ["-binary"], ["-crlfeol"], ["-keyid"], ["-cades"], ["-noattr"]],
)
def test_mail_that_another_program_signed(options: list[str], tmp_path: Path) -> None:
    who = an()
    key = who.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key").write_bytes(key)
    (tmp_path / "signer").write_bytes(who.pem)
    (tmp_path / "issuer").write_bytes(pki().issuing.pem)
    (tmp_path / "letter").write_bytes(LETTER)
    files = ["-in", "letter", "-inkey", "key", "-signer", "signer", "-certfile", "issuer", "-out", "mail"]
    subprocess.run(["openssl", "cms", "-sign", *files, *options], cwd=tmp_path, check=True)
    mail = (tmp_path / "mail").read_bytes()
    assert one(as_transmitted(f"From: {ADDRESS}\n".encode() + mail)).status is Status.TOTAL_PASSED


def test_two_good_signers_of_one_mail() -> None:
    found = judged(HEADER + signed(LETTER, an(), mailer("binh@backan.gov.vn")))
    assert sorted((each.signer, each.status) for each in found) == [
        (ADDRESS, Status.TOTAL_PASSED),
        ("binh@backan.gov.vn", Status.INDETERMINATE),
    ]


def test_mail_with_files_signed_as_a_whole() -> None:
    body = multipart("mixed", LETTER, b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.7", mark="in")
    assert one(HEADER + signed(body)).status is Status.TOTAL_PASSED


def test_fields_of_the_header_are_not_covered_so_that_adding_some_harms_nothing() -> None:
    assert one(b"Received: by x\r\n" + HEADER + b"X-List: y\r\n" + signed()).status is Status.TOTAL_PASSED


def test_mail_that_lies_on_a_disk_with_other_line_ends() -> None:
    assert one((HEADER + signed()).replace(b"\r\n", b"\n")).status is Status.TOTAL_PASSED
    assert one((HEADER + opaque()).replace(b"\r\n", b"\n")).status is Status.TOTAL_PASSED


@pytest.mark.parametrize(
    ("made_over", "reason"),
    [
        (LETTER.replace(b"\r\n", b"\n"), "the signature was made over lines that end in LF, not CRLF"),
        (LETTER + b"\r\n", "the signature was made with another line end behind the signed part"),
        (LETTER[:-2], "the signature was made with another line end behind the signed part"),
    ],
)
def test_octets_that_were_signed_otherwise_but_mean_the_same(made_over: bytes, reason: str) -> None:
    result = one(HEADER + signed(made_over, shown=LETTER))
    assert (result.status, result.reason) == (Status.TOTAL_PASSED, reason)


def test_converted_transfer_encoding_is_told() -> None:
    fields, _, body = LETTER.partition(b"\r\n\r\n")
    encoded = quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    shown = fields.replace(b"8bit", b"quoted-printable") + b"\r\n\r\n" + encoded
    result = one(HEADER + signed(LETTER, shown=shown))
    assert (result.status, result.sub_indication) == (Status.INDETERMINATE, CONSTRAINTS)
    assert (
        result.reason
        == "the transfer encoding of the signed part was converted on the way; what it stands for is unchanged"
    )
    assert one(HEADER + signed(LETTER, shown=shown.replace(b"=C3", b"=C4"))).sub_indication == "HASH_FAILURE"


# Content that is not what was signed.


@pytest.mark.parametrize(
    "shown",
    [FORGED, b"", LETTER + b"more\r\n", b"X-More: 1\r\n" + LETTER, LETTER.replace(b"utf-8", b"utf-7"), LETTER[:-10]],
    ids=["text", "empty", "more text", "more fields", "charset", "less"],
)
def test_changed_content(shown: bytes) -> None:
    result = one(HEADER + signed(shown=shown))
    assert (result.status, result.sub_indication) == (Status.TOTAL_FAILED, "HASH_FAILURE")


def test_signature_that_holds_another_content_than_the_mail_shows() -> None:
    """The content within the signature fits it, the part beside it is what a reader sees."""
    around = signature_over(LETTER, an(), content=LETTER)
    assert one(HEADER + multipart("signed", LETTER, signature_part(around))).status is Status.TOTAL_PASSED
    result = one(HEADER + multipart("signed", FORGED, signature_part(around)))
    assert (result.status, result.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")
    assert result.reason == "the signature holds another content than the mail shows"
    empty = signature_over(LETTER, an(), content=b"")
    assert not is_vouched(judged(HEADER + multipart("signed", FORGED, signature_part(empty))))


def test_opaque_signature_in_the_place_of_the_signed_part() -> None:
    """What is signed apart is the wrapper; the letter within it was signed by somebody else."""
    stranger = opaque(LETTER, mailer("x@evil.example"))
    results = judged(HEADER + signed(stranger, an()))
    assert [(each.part, each.status, each.signer) for each in results] == [
        ("1", Status.TOTAL_PASSED, ADDRESS),
        ("1", Status.INDETERMINATE, "x@evil.example"),
    ]
    assert not is_vouched(judged(HEADER + signed(opaque(LETTER, an()), mailer("x@evil.example"))))


# Parts that are not the mail.


def hidden(part: bytes, *, by: str) -> bytes:
    html = b"Content-Type: text/html\r\n\r\n<p>Pay.</p><div style='display:none'><img src='cid:s'></div>"
    return {
        "mixed": multipart("mixed", LETTER, part, mark="o"),
        "first": multipart("mixed", part, LETTER, mark="o"),
        "html": multipart("related", html, b"Content-ID: <s>\r\n" + part, mark="o"),
        "alternative": multipart("alternative", part, html, mark="o"),
        "attachment": multipart("mixed", html, b"Content-Disposition: attachment; filename=a.eml\r\n" + part, mark="o"),
        "forwarded": multipart("mixed", LETTER, b"Content-Type: message/rfc822\r\n\r\n" + HEADER + part, mark="o"),
        "mail": b"Content-Type: message/rfc822\r\n\r\n" + HEADER + part,
        "alone": multipart("mixed", part, mark="o"),
        "text": multipart("text", part, mark="o"),
    }[by]


@pytest.mark.parametrize("by", ["mixed", "first", "html", "alternative", "attachment", "forwarded", "mail", "alone"])
@pytest.mark.parametrize("part", [signed(), opaque()], ids=["apart", "around"])
def test_signature_of_a_part_vouches_for_no_mail(part: bytes, by: str) -> None:
    result = one(HEADER + hidden(part, by=by))
    assert (result.status, result.sub_indication) == (Status.INDETERMINATE, CONSTRAINTS)
    assert result.reason == "only a part of the mail is signed"
    assert not result.covers_whole_mail


def test_more_than_the_signed_part_and_its_signature() -> None:
    cms = signature_part(signature_over(LETTER, an()))
    for body in (multipart("signed", LETTER, cms, FORGED), multipart("signed", FORGED, LETTER, cms)):
        assert not is_vouched(judged(HEADER + body))
    behind = multipart("signed", LETTER, cms) + b"--b1\r\n" + FORGED + b"\r\n--b1--\r\n"
    assert not is_vouched(judged(HEADER + behind))


def test_mail_that_programs_take_apart_in_two_ways() -> None:
    body = signed()
    fields, _, rest = body.partition(b"\r\n\r\n")
    other = b"Content-Type: text/html\r\n"
    twice = fields.replace(b'boundary="b1"', b'boundary="zz"; boundary="b1"')
    split = fields.replace(b'boundary="b1"', b'boundary*0="b"; boundary*1="1"')
    for head in (other + fields, fields + b"\r\n" + other.strip(), twice, split, fields.replace(b'"b1"', b'"B1"')):
        assert not is_vouched(judged(HEADER + head + b"\r\n\r\n" + rest))


@pytest.mark.parametrize("hidden_by", [b"\r", b"\n", b"\v", b"\f", b"\0"], ids=["CR", "LF", "VT", "FF", "NUL"])
def test_fields_that_only_some_programs_see(hidden_by: bytes) -> None:
    """Behind a bare CR stands the boundary that parts the signed text; who reads no field there sees the other one."""
    declared, _, body = signed(mark="good").partition(b"\r\n\r\n")
    shown, _, forged = multipart("signed", FORGED, signature_part(b"x"), mark="evil").partition(b"\r\n\r\n")
    for one_field, other in ((declared, shown), (shown, declared)):
        mail = HEADER + b"X-Note: a" + hidden_by + one_field + b"\r\n" + other + b"\r\n\r\n" + forged + body
        assert not is_vouched(judged(mail))
    alone = HEADER + b"X-Note: a" + hidden_by + b"X-Other: b\r\n"
    assert not is_vouched(judged(alone + signed()))
    assert not is_vouched(judged(alone + opaque()))


@pytest.mark.parametrize("encodings", [("7bit", "base64"), ("base64", "7bit"), ("base64",), ("quoted-printable",)])
def test_encoding_around_the_parts(encodings: Sequence[str]) -> None:
    """To a program that decodes it the words before the first boundary are a letter, and the rest is noise."""
    fields = "".join(f"Content-Transfer-Encoding: {each}\r\n" for each in encodings).encode()
    declared, _, body = signed().partition(b"\r\n\r\n")
    before = armoured(b"\r\n--b1\r\n" + FORGED + b"\r\n--b1--\r\n")
    assert not is_vouched(judged(HEADER + fields + declared + b"\r\n\r\n" + before + body))
    plain = HEADER + b"Content-Transfer-Encoding: 7bit\r\n" + declared + b"\r\n\r\nSigned.\r\n" + body
    assert one(plain).status is Status.TOTAL_PASSED


def test_field_without_end_costs_little_and_is_read_in_many_ways() -> None:
    """Each "boundary=" in it was sought to its end: 200 KB of header took half a minute."""
    declared = b'multipart/signed; boundary="b1"; x="' + b"-boundary=a;" * 16_000 + b'("'
    mail = HEADER + signed().replace(b'multipart/signed; boundary="b1"', declared, 1)
    message = parse(mail)
    before = time.process_time()
    [entity] = signed_entities(mail, message)
    assert time.process_time() - before < 1
    assert not entity.covers_whole_mail


def test_signed_in_signed() -> None:
    inner, outer = an(), mailer("vanthu@backan.gov.vn")
    results = judged(HEADER + signed(signed(LETTER, inner, mark="in"), outer))
    assert [(each.part, each.signer, each.covers_whole_mail) for each in results] == [
        ("1", "vanthu@backan.gov.vn", True),
        ("1.1", ADDRESS, False),
    ]
    assert not is_vouched(results)
    assert [each.part for each in judged(HEADER + opaque(opaque(signed())))] == ["1", "1.1.1", "1.1.1.1.1"]


# Names that are not the signer's.


@pytest.mark.parametrize(
    "author",
    [
        f'"{ADDRESS}" <attacker@evil.example>',
        f"{ADDRESS} <attacker@evil.example>",
        f"attacker@evil.example ({ADDRESS})",
        f"({ADDRESS}) attacker@evil.example",
        f'"attacker@evil.example" <{ADDRESS}>',
        f"{ADDRESS}: attacker@evil.example;",
        f"attacker@evil.example, {ADDRESS}",
        f"<@{ADDRESS}:attacker@evil.example>",
        f"attacker@evil.example\r\nFrom: {ADDRESS}",
        f"{ADDRESS}\r\nFrom: attacker@evil.example",
        formataddr((f"{ADDRESS} ", "attacker@evil.example"), "utf-16"),
        "an.nv＠backan.gov.vn <attacker@evil.example>",
        f"<{ADDRESS}>\x00<attacker@evil.example>",
        '"an.nv @backan.gov.vn" <attacker@evil.example>',
        '"an.nv@ backan.gov.vn" <attacker@evil.example>',
        "=?utf-8?q?an.nv_=40_backan=2Egov=2Evn?= <attacker@evil.example>",
        '"<an.nv>@<backan.gov.vn>" <attacker@evil.example>',
        '"an.nv;@backan.gov.vn" <attacker@evil.example>',
        "<@backan.gov.vn:attacker@evil.example>",
        "",
    ],
)
def test_from_that_shows_another_than_the_signer(author: str) -> None:
    attacker = mailer("attacker@evil.example", name="Nguyễn Văn An")
    for who in (attacker, an()):
        assert not is_vouched(judged(header(author) + signed(LETTER, who)))


def test_from_that_shows_a_name_or_the_same_address_twice_is_honest() -> None:
    attacker = mailer("attacker@evil.example")
    assert one(header("Chu tich <attacker@evil.example>") + signed(LETTER, attacker)).status is Status.TOTAL_PASSED
    twice = '"attacker@evil.example" <Attacker@evil.example>'
    assert one(header(twice) + signed(LETTER, attacker)).status is Status.TOTAL_PASSED
    place = '"VNPT @ Ha Noi" <attacker@evil.example>'
    assert one(header(place) + signed(LETTER, attacker)).status is Status.TOTAL_PASSED


def test_sender_field_makes_nobody_the_author() -> None:
    attacker = mailer("attacker@evil.example")
    assert not is_vouched(judged(b"Sender: attacker@evil.example\r\n" + HEADER + signed(LETTER, attacker)))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("attacker@evil.example", "the signer is not the author of the mail"),
        (f"{ADDRESS}.evil.example", "the signer is not the author of the mail"),
        ("an.nv@backan.gov.vn@evil.example", "the signer is not the author of the mail"),
        ("", "the signer's certificate holds no mail address"),
    ],
)
def test_certificate_of_another_address(address: str, reason: str) -> None:
    who = mailer(address) if "@backan.gov.vn@" not in address else mailer("", subject=address)
    result = one(HEADER + signed(LETTER, who))
    assert (result.status, result.sub_indication, result.reason) == (Status.INDETERMINATE, CONSTRAINTS, reason)
    assert not result.signer_is_sender


def test_address_that_its_authority_may_not_issue() -> None:
    """An authority for x.example wrote another's address where its constraint is not applied: into the subject."""
    held, key = pki().root, pki().organization.key
    bound = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CA of x.example")]))
        .issuer_name(held.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT - timedelta(days=300))
        .not_valid_after(AT + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints([x509.RFC822Name("x.example")], None), critical=True)
        .sign(held.key, hashes.SHA256())
    )
    by = Identity(certificate=bound, key=key, chain=())
    own = mailer("an@x.example", by=by)
    mail = HEADER.replace(ADDRESS.encode(), b"an@x.example") + signed(LETTER, own)
    assert one(mail).status is Status.TOTAL_PASSED
    for forged in (
        mailer("an@x.example", subject=ADDRESS, by=by),
        mailer("", subject=ADDRESS, by=by),
        mailer(ADDRESS, by=by),
    ):
        assert not is_vouched(judged(HEADER + signed(LETTER, forged)))


def test_address_in_the_name_of_the_certificate_is_none() -> None:
    assert not is_vouched(judged(HEADER + signed(LETTER, mailer("", name=ADDRESS))))


def test_certificate_of_the_right_address_that_nobody_issued() -> None:
    stranger = mailer(ADDRESS, by=pki().stranger)
    result = one(HEADER + signed(LETTER, stranger))
    assert (result.status, result.sub_indication) == (Status.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")


def test_a_second_signer_who_failed_spoils_the_first() -> None:
    good, bad = signer_info(LETTER, an()), signer_info(FORGED, mailer("binh@backan.gov.vn"))
    cms = wrapped(None, [good, bad], [an(), mailer("binh@backan.gov.vn")])
    results = judged(HEADER + multipart("signed", LETTER, signature_part(cms)))
    assert not is_vouched(results)


# What is no signature of a mail.


def test_other_kinds() -> None:
    envelope = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert judged(HEADER + envelope + armoured(enveloped_data())) == []
    assert judged(HEADER + envelope + armoured(enveloping(b"%PDF-1.7"))) == []
    assert judged(HEADER + envelope + armoured(wrapped(None, [], [an()]))) == []
    assert judged(HEADER + LETTER) == []
    pgp = signed().replace(b"application/pkcs7-signature", b"application/pgp-signature").replace(b"MI", b"")
    assert judged(HEADER + pgp) == []


def test_signature_that_was_taken_out_or_broken() -> None:
    head = HEADER + multipart("signed", LETTER)
    assert [(each.status, each.reason) for each in judged(head)] == [
        (Status.INDETERMINATE, "the signature of the mail is missing")
    ]
    for rubbish in (b"", b"rubbish", enveloped_data()):
        [result] = judged(HEADER + multipart("signed", LETTER, signature_part(rubbish)))
        assert (result.status, result.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")
    [bare] = judged(HEADER + multipart("signed", LETTER, signature_part(wrapped(None, [], [an()]))))
    assert (bare.status, bare.reason) == (Status.INDETERMINATE, "the signature of the mail is missing")


SAMPLES = (HEADER + signed(), HEADER + opaque(), HEADER + signed(signed(mark="in")), HEADER + opaque(opaque()))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_changed_mails_are_a_finding_and_vouch_for_no_other_text(data: st.DataObject) -> None:
    mail = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        mail[data.draw(st.integers(0, len(mail) - 1))] = data.draw(st.integers(0, 255))
    for result in judged(bytes(mail)):
        assert (result.status is Status.TOTAL_PASSED) == (result.sub_indication is None)
        assert result.status is not Status.TOTAL_PASSED or (result.covers_whole_mail and result.signer_is_sender)


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_signature_is_a_finding(cms: bytes, apart: bool) -> None:
    entity = SignedEntity(
        part="1", signed=LETTER if apart else None, cms=cms, covers_whole_mail=True, shows_one_author=True
    )
    assert all(each.status is not Status.TOTAL_PASSED for each in judge_smime(entity, None, pki().trust(), AT))
