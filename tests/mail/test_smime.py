from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.message import Part
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import (
    MOST_ENTITIES,
    SignedEntity,
    is_mime_entity,
    is_opaque,
    is_own_signature,
    signed_entities,
    unarmoured,
)

HEADER = b"From: An <an@x.vn>\r\n"
LETTER = b"Content-Type: text/plain\r\n\r\nhello  \r\n\r\n"
SIGNATURE = (
    b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nTUlJ\r\n"
)
DER = bytes.fromhex("3080 06092a864886f70d010702 a080 3080".replace(" ", "")) + bytes(70)


def signed(*entities: bytes, mark: str = "b", more: str = "") -> bytes:
    declared = (
        f'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="{mark}"{more}\r\n\r\n'
    )
    line = f"--{mark}".encode()
    return declared.encode() + b"".join(line + b"\r\n" + each + b"\r\n" for each in entities) + line + b"--\r\n"


def found(mail: bytes) -> tuple[SignedEntity, ...]:
    return signed_entities(mail, parse(mail))


def test_octets_of_the_first_part_as_they_stand() -> None:
    """RFC 1847 §2.1: the line end before the boundary belongs to it, everything else to the part."""
    [entity] = found(HEADER + signed(LETTER, SIGNATURE))
    assert (entity.part, entity.signed, entity.cms) == ("1", LETTER, b"MII")
    assert entity.covers_whole_mail
    assert entity.shows_one_author


def test_line_ends_stay_as_they_came() -> None:
    [entity] = found((HEADER + signed(LETTER, SIGNATURE)).replace(b"\r\n", b"\n"))
    assert entity.signed == LETTER.replace(b"\r\n", b"\n")


def test_words_before_the_first_boundary_are_no_part() -> None:
    mail = (HEADER + signed(LETTER, SIGNATURE)).replace(b"\r\n\r\n--b", b"\r\n\r\nThis is signed.\r\n--b", 1)
    [entity] = found(mail)
    assert (entity.signed, entity.covers_whole_mail) == (LETTER, True)


def test_opaque_body() -> None:
    wrapped = (
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    [entity] = found(HEADER + wrapped + base64.encodebytes(DER))
    assert (entity.part, entity.signed, entity.cms, entity.covers_whole_mail) == ("1", None, DER, True)
    mixed = (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" + wrapped + base64.encodebytes(DER) + b"--m--\r\n"
    )
    [entity] = found(HEADER + mixed)
    assert (entity.part, entity.covers_whole_mail) == ("1", False)


def test_mail_without_signatures_is_not_looked_through() -> None:
    assert found(HEADER + LETTER) == ()
    assert found(b"") == ()


def test_signature_of_another_kind_is_none_of_ours() -> None:
    pgp = b"Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n"
    body = signed(LETTER, pgp).replace(b"application/pkcs7-signature", b"application/pgp-signature")
    assert found(HEADER + body) == ()


def test_missing_signature_of_the_whole_is_told() -> None:
    [entity] = found(HEADER + signed(LETTER))
    assert (entity.part, entity.cms, entity.covers_whole_mail) == ("1", None, False)


WHOLE = HEADER + signed(LETTER, SIGNATURE)
NOT_WHOLE = {
    "three parts": HEADER + signed(LETTER, SIGNATURE, LETTER),
    "behind the end": WHOLE + b"--b\r\n" + LETTER,
    "two types": HEADER + b"Content-Type: text/plain\r\n" + signed(LETTER, SIGNATURE),
    "two boundaries": WHOLE.replace(b'y="b"', b'y="b"; boundary="c"'),
    "split": WHOLE.replace(b'boundary="b"', b'boundary*0="b"'),
    "case": WHOLE.replace(b'="b"', b'="B"'),
    "comment": WHOLE.replace(b"/signed;", b"/signed (c);"),
    "quoted": WHOLE.replace(b'="b"', b'="\\b"'),
    "encoded": HEADER + b"Content-Transfer-Encoding: base64\r\n" + signed(LETTER, SIGNATURE),
    "bare CR": WHOLE.replace(b"\r\n--b\r\n", b"\r--b\r\n"),
    "bare LF before": WHOLE.replace(b"\r\n--b\r\n", b"\n--b\r\n"),
    "bare LF behind": WHOLE.replace(b"\r\n--b\r\n", b"\r\n--b\n"),
    "in mixed": HEADER + b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + signed(LETTER, SIGNATURE),
    "in a mail": HEADER + b"Content-Type: message/rfc822\r\n\r\n" + WHOLE,
}


@pytest.mark.parametrize("mail", NOT_WHOLE.values(), ids=NOT_WHOLE.keys())
def test_what_is_not_the_whole_mail(mail: bytes) -> None:
    assert mail != WHOLE
    assert not any(entity.covers_whole_mail for entity in found(mail))


@pytest.mark.parametrize(
    "declared",
    [
        b'multipart/signed; boundary="b"; protocol="application/pkcs7-signature"; micalg=sha-256',
        b"Multipart/Signed;\r\n protocol=application/x-pkcs7-signature;\r\n\tmicalg=sha1;\r\n BOUNDARY=b",
        b'multipart/signed;boundary=b;protocol="application/pkcs7-signature"',
        b'multipart/signed; micalg="sha-256"; charset=utf-8; boundary="b" ; protocol="application/pkcs7-signature"',
    ],
)
def test_ways_in_which_programs_write_the_same(declared: bytes) -> None:
    body = signed(LETTER, SIGNATURE).partition(b"\r\n\r\n")[2]
    mail = HEADER + b"Content-Transfer-Encoding: 7bit\r\nContent-Type: " + declared + b"\r\n\r\n" + body
    [entity] = found(mail)
    assert entity.covers_whole_mail


def test_entities_in_one_another_from_the_outer_one_on() -> None:
    inner = signed(LETTER, SIGNATURE, mark="in")
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" + HEADER + signed(LETTER, SIGNATURE, mark="f")
    mail = HEADER + signed(signed(inner, SIGNATURE, mark="mid"), SIGNATURE)
    assert [(each.part, each.covers_whole_mail) for each in found(mail)] == [
        ("1", True),
        ("1.1", False),
        ("1.1.1", False),
    ]
    assert found(mail)[2].signed == LETTER
    assert [each.part for each in found(HEADER + signed(forwarded, SIGNATURE))] == ["1", "1.1.1"]


def test_there_is_a_bound() -> None:
    body = LETTER
    for depth in range(18):
        body = signed(body, SIGNATURE, mark=f"m{depth}")
    assert 1 < len(found(HEADER + body)) <= MOST_ENTITIES
    many = b"".join(b"--o\r\n" + signed(LETTER, SIGNATURE, mark=f"n{number}") for number in range(50))
    mail = HEADER + b"Content-Type: multipart/mixed; boundary=o\r\n\r\n" + many + b"--o--\r\n"
    assert len(found(mail)) == MOST_ENTITIES


@pytest.mark.parametrize(
    ("author", "is_plain"),
    [
        ("an@x.vn", True),
        ("An <an@x.vn>", True),
        ('"an@x.vn" <An@X.vn>', True),
        ("=?utf-8?q?An?= <an@x.vn> (phong A)", True),
        ('"boss@gov.vn" <an@x.vn>', False),
        ("=?utf-8?q?boss=40gov.vn?= <an@x.vn>", False),
        ("boss＠gov.vn <an@x.vn>", False),
        ("an@x.vn (boss@gov.vn)", False),
        ("boss@gov.vn: an@x.vn;", False),
        ("an@x.vn, boss@gov.vn", False),
        ("an@x.vn\r\nFrom: boss@gov.vn", False),
        ("nobody", False),
        ("a" * 2000 + " <an@x.vn>", False),
    ],
)
def test_one_author(author: str, is_plain: bool) -> None:
    mail = f"From: {author}\r\n".encode() + signed(LETTER, SIGNATURE)
    assert [each.shows_one_author for each in found(mail)] == [is_plain]


def part(name: str | None, declared: str, type: str = "application/pkcs7-mime") -> Part:  # noqa: A002 - the field's name
    return Part(
        index="1",
        name=name,
        raw_name=name,
        declared_type=declared,
        type=type,
        disposition=None,
        content_id=None,
        content=b"",
        sha256="",
    )


def test_which_signature_is_the_mails_own() -> None:
    assert is_own_signature(part("smime.p7s", "application/pkcs7-signature"))
    assert is_own_signature(part(None, "application/x-pkcs7-signature"))
    assert not is_own_signature(part("a.pdf.p7s", "application/pkcs7-signature"))
    assert not is_own_signature(part("smime.p7s", "application/octet-stream"))
    assert is_opaque(part("x", "application/octet-stream"))
    assert is_opaque(part("x", "application/x-pkcs7-mime", "text/plain"))
    assert not is_opaque(part("x", "application/pdf"))


def test_mime_entities() -> None:
    assert is_mime_entity(LETTER)
    assert is_mime_entity(b"MIME-Version: 1.0\ncontent-transfer-encoding: 8bit\n\n")
    assert not is_mime_entity(b"%PDF-1.7")
    assert not is_mime_entity(b"Subject: x\r\n\r\nContent-Type: text/plain")


def test_armour() -> None:
    for made in (
        base64.encodebytes(DER),
        base64.b64encode(DER).rstrip(b"="),
        b"-----BEGIN PKCS7-----\r\n" + base64.encodebytes(DER) + b"-----END PKCS7-----\r\n",
        DER,
    ):
        assert unarmoured(made) == DER or not made.startswith(b"M")
    assert unarmoured(b"MII\xff") == b"MII\xff"
    assert unarmoured(b"") == b""


@given(
    st.lists(
        st.sampled_from([b"--b\r\n", b"--b--\r\n", LETTER, SIGNATURE, b"\r\n", signed(LETTER, SIGNATURE)]), max_size=12
    )
)
@settings(max_examples=100)
def test_any_arrangement_is_read(pieces: list[bytes]) -> None:
    for head in (signed()[: signed().index(b"--b")], b"Content-Type: application/pkcs7-mime\r\n\r\n", b""):
        for entity in found(HEADER + head + b"".join(pieces)):
            assert entity.signed is None or entity.signed in HEADER + head + b"".join(pieces)
