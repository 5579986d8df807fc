from __future__ import annotations

import base64
import zlib
from contextlib import suppress

import pytest
from asn1crypto.cms import ContentInfo
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.filetype import ENVELOPE, identify
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.opaque import unpack_cms
from mailbridge.reading.problems import Problem, Unreadable
from tests.reading.builders_archives import ample
from tests.reading.builders_letters import compressed_data, enveloped_data, signed_data, signed_in_pieces

PDF = b"%PDF-1.7 " * 1000
ENTITY = b'Content-Type: multipart/mixed;\r\n boundary="x"\r\n\r\n--x\r\n\r\nhello\r\n--x--\r\n'


def member_of(content: bytes) -> Member:
    assert identify(content) == ENVELOPE
    [member] = unpack_cms(content, ample(content))
    return member


def test_builder_makes_what_the_library_knows() -> None:
    parsed = ContentInfo.load(signed_data(PDF))
    assert parsed["content"]["encap_content_info"]["content"].native == PDF


@pytest.mark.parametrize(
    "wrapped",
    [
        signed_data(PDF),
        signed_in_pieces(PDF),
        compressed_data(zlib.compress(PDF)),
        b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed_data(PDF)) + b"-----END PKCS7-----\n",
        base64.encodebytes(signed_in_pieces(PDF)),
        base64.b64encode(signed_data(PDF)),
    ],
)
def test_signed_file_comes_out_bit_for_bit(wrapped: bytes) -> None:
    member = member_of(wrapped)
    assert (member.content, member.raw_name, member.declared_type) == (PDF, "", "")


@pytest.mark.parametrize("entity", [ENTITY, b"MIME-Version: 1.0\r\n" + ENTITY, ENTITY.replace(b"\r\n", b"\n")])
def test_signed_mail_entity_is_a_mail(entity: bytes) -> None:
    member = member_of(signed_in_pieces(entity))
    assert (member.content, member.declared_type) == (entity, "message/rfc822")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (enveloped_data(), "encrypted: the content opens only with the key of its recipient"),
        (signed_data(PDF)[:-5000], "malformed: the signed wrapper cannot be opened"),
        (signed_in_pieces(PDF)[:5000], "malformed: the signed wrapper cannot be opened"),
        (compressed_data(b"no zlib"), "malformed: the signed wrapper cannot be opened"),
    ],
)
def test_what_cannot_be_opened_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        member_of(content)
    assert str(caught.value) == problem


def test_file_in_very_many_pieces_takes_time_in_proportion() -> None:
    big = bytes(8_000_000)
    [member] = unpack_cms(signed_in_pieces(big, 100), ample(big))
    assert member.content == big


def test_compressed_bomb_is_too_large() -> None:
    bomb = compressed_data(zlib.compress(bytes(20 << 20)))
    with pytest.raises(Unreadable) as caught:
        list(unpack_cms(bomb, Ration(packed=len(bomb), octets=200 << 20, files=9)))
    assert caught.value.problem is Problem.TOO_LARGE


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_changed_octets_never_crash(data: st.DataObject) -> None:
    made = bytearray(data.draw(st.sampled_from([signed_data(ENTITY), signed_in_pieces(ENTITY, 20), enveloped_data()])))
    for _ in range(data.draw(st.integers(0, 5))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        list(unpack_cms(bytes(made), ample(b"")))
