from __future__ import annotations

import email
import email.policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.letters.typeset import one_line
from mailbridge.letters.writer import Field, mailbox, message_ids, structured, unstructured, written


def read(*header: Field, text: str = "x\n", html: str = "<p>x</p>\n") -> email.message.EmailMessage:
    octets = written(header, text, html, seed="k")
    parsed = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed


def decoded(field: Field) -> str:
    raw = email.message_from_bytes(written((field,), "", "", seed="k"), policy=email.policy.compat32)
    unfolded = str(raw[field.name]).replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(unfolded)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_subject_comes_back_clean_and_adds_no_field(text: str) -> None:
    parsed = email.message_from_bytes(written((unstructured("Subject", text),), "", "", seed="k"))
    assert parsed.keys() == ["Subject", "MIME-Version", "Content-Type"]
    assert " ".join(decoded(unstructured("Subject", text)).split()) == one_line(text)


def test_a_hostile_subject_cannot_inject_a_field() -> None:
    parsed = read(unstructured("Subject", "Chào\r\nBcc: victim@x.example\r\n\r\n<script>"))
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "Chào Bcc: victim@x.example <script>"


def test_a_false_encoded_word_is_shown_as_it_was_written() -> None:
    assert decoded(unstructured("Subject", "=?utf-8?B?QmNj?= x")) == "=?utf-8?B?QmNj?= x"


def test_lines_are_short_and_encoded_words_whole() -> None:
    octets = written((unstructured("Subject", "Đẩy mạnh sử dụng văn bản điện tử " * 12),), "ă" * 5000, "x", seed="k")
    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert b"\n" not in octets.replace(b"\r\n", b"")


def test_plain_ascii_is_not_encoded() -> None:
    assert unstructured("Subject", "Receipt 15").words == ("Receipt", "15")


def test_an_empty_subject_is_an_empty_field() -> None:
    assert read(unstructured("Subject", "\r\n"))["Subject"] == ""


@pytest.mark.parametrize("name", ["Sở Nội vụ", "Office", 'Evil" <x@y>, "', "St. John", "=?utf-8?B?QQ==?="])
def test_a_display_name_never_becomes_an_address(name: str) -> None:
    (address,) = read(mailbox("From", name, "a@b.example"))["From"].addresses
    assert address.addr_spec == "a@b.example"
    assert address.display_name == one_line(name)


@pytest.mark.parametrize("word", ["a b", "a\r\nB: c", "a\u202e"])
def test_a_structured_value_that_is_not_clean_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="not a clean value"):
        structured("X-Test", word)


def test_only_well_formed_message_identifiers_are_used() -> None:
    assert message_ids("<a@b> junk <c d@e> <f@g>\r\nBcc: <h@i>") == ("<a@b>", "<f@g>", "<h@i>")
    assert message_ids("<" + "a" * 500 + "@b>") == ()
    assert message_ids("<ă@b>") == ()


def test_both_parts_read_back() -> None:
    parsed = read(text="Kính gửi\n.\nFrom x\n", html="<p>Kính gửi</p>\n")
    assert parsed.get_content_type() == "multipart/alternative"
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == "Kính gửi\r\n.\r\nFrom x\r\n"
    assert html.get_content() == "<p>Kính gửi</p>\r\n"
