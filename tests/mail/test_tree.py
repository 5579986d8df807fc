"""The MIME tree: the same leaves as the standard library finds, and an end to every hostile mail."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import Message as MimeMessage
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.parse import parse
from mailbridge.mail.tree import LONGEST_FIELD, leaves

HEAD = b"From: a@x.test\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
SIZE = 8_000_000


def seen(content: bytes) -> list[tuple[str, str | None, str, object]]:
    return [
        (leaf.index, leaf.inside, leaf.fields.get_content_type(), leaf.content)
        for leaf in leaves(content, [])
        if not leaf.is_mail
    ]


def seen_by_library(content: bytes) -> list[tuple[str, str | None, str, object]]:
    def walk(node: MimeMessage, index: str, inside: str | None) -> Iterator[tuple[str, str | None, str, object]]:
        payload = node.get_payload()
        if not isinstance(payload, list):
            yield index or "1", inside, node.get_content_type(), node.get_payload(decode=True)
            return
        if node.get_content_type() == "message/rfc822":
            index = inside = index or "1"
        for number, child in enumerate(payload, 1):
            yield from walk(child, f"{index}.{number}" if index else str(number), inside)

    return list(walk(BytesParser(policy=policy.compat32).parsebytes(content), "", None))


def multipart(children: list[bytes]) -> bytes:
    """Join parts; the boundary differs at each level, as RFC 2046 §5.1.2 wants it."""
    boundary = b"b" + str(len(b"".join(children))).encode("ascii")
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, child) for child in children)
    field = b'Content-Type: multipart/mixed;\r\n boundary="%s"\r\n\r\npreamble\r\n' % boundary
    return field + body + b"--%s--\r\nepilogue" % boundary


parts = st.recursive(
    st.sampled_from(
        [b"Content-Type: text/plain\r\n\r\nxin ch\xc3\xa0o", b"\r\nbare", b"Content-ID: <1>\r\n\r\n--x\r\ny"]
    ),
    lambda inner: (
        st.builds(multipart, st.lists(inner, min_size=1, max_size=3))
        | inner.map(lambda child: b"Content-Type: message/rfc822\r\n\r\n" + child)
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(parts)
def test_the_leaves_are_those_of_the_standard_library(part: bytes) -> None:
    assert seen(b"MIME-Version: 1.0\r\n" + part) == seen_by_library(b"MIME-Version: 1.0\r\n" + part)


def filled(unit: bytes) -> bytes:
    return unit * (SIZE // len(unit))


@pytest.mark.timeout(60)  # each of them took the library minutes, or more memory than the machine has
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + filled(b"--b\r\n\r\n"), id="parts"),
        pytest.param(
            HEAD
            + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300))
            + filled(b"a\r\n"),
            id="levels",
        ),
        pytest.param(HEAD + filled(b"a:\r\n") + b"\r\nx", id="fields"),
        pytest.param(HEAD + filled(b"Content-Type: message/rfc822\r\n\r\n"), id="mails in mails"),
        pytest.param(HEAD + b'Content-Type: text/plain; a="' + filled(b'\\";') + b"\r\n\r\nx", id="parameters"),
        pytest.param(
            HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + filled(b"M!\r\n"), id="uu"
        ),
    ],
)
def test_a_hostile_mail_ends(content: bytes) -> None:
    assert parse(content).defects


def test_a_field_beyond_its_bound_is_a_defect() -> None:
    defects: list[str] = []
    (leaf,) = leaves(HEAD + b"Content-Type: text/html; a=" + b"x" * LONGEST_FIELD + b"\r\n\r\nx", defects)
    assert leaf.fields.get_content_type() == "text/html"
    assert any("content-type" in defect for defect in defects)
