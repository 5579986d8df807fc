from __future__ import annotations

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import example, given
from hypothesis import strategies as st

from mailbridge.verify.dkim_text import (
    Malformed,
    canonical_body,
    canonical_field,
    read_tags,
    split_content,
    split_header,
    without_signature,
)

_bodies = st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"\r", b"\n", "Đ".encode()]), max_size=40).map(b"".join)


@given(_bodies)
@example(b"")
@example(b"\r\n\r\n")
@example(b"a \t \r\n \r\n")
def test_body_has_the_same_canonical_form_as_dkimpy_gives_it(body: bytes) -> None:
    assert canonical_body(body, relaxed=True) == Relaxed.canonicalize_body(body)
    assert canonical_body(body, relaxed=False) == Simple.canonicalize_body(body)


@given(st.integers(0, 200), st.integers(0, 200), st.sampled_from([b" ", b"\t", b" \t"]))
def test_run_of_any_length_becomes_one_blank(first: int, second: int, blank: bytes) -> None:
    body = b"a" + blank * first + b"b\r\n" + blank * second + b"c" + blank * first
    assert canonical_body(body, relaxed=True) == Relaxed.canonicalize_body(body)


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"a", b"B"]), max_size=20).map(b"".join))
def test_field_has_the_same_relaxed_form_as_dkimpy_gives_it(value: bytes) -> None:
    ((name, form),) = Relaxed.canonicalize_headers([(b"Subject", value + b"\r\n")])
    assert canonical_field(b"subject", value) + b"\r\n" == name + b":" + form


def test_header_alone_is_cut_as_with_its_body() -> None:
    for content in (b"A: 1\r\n\tx\r\nB: 2\r\n\r\nbody\r\n\r\n", b"A: 1\r\n", b"", b"\r\nA: 1\r\n\r\n"):
        assert split_header(content).header == split_content(content).header
        assert split_header(content).body == b""


def test_header_ends_at_the_first_empty_line_and_folded_lines_stay_together() -> None:
    mail = split_content(b"A: 1\r\n\t2\r\nB : 3\r\n\r\nC: 4\r\n\r\n")
    assert [(field.name, field.value) for field in mail.header] == [(b"a", b" 1\r\n\t2"), (b"b", b" 3")]
    assert mail.body == b"C: 4\r\n\r\n"
    assert mail.problem is None


@pytest.mark.parametrize("content", [b"A: 1\r\n", b"A: 1", b"A: 1\r\n\r\n"])
def test_mail_without_body_has_an_empty_one(content: bytes) -> None:
    mail = split_content(content)
    assert [field.raw for field in mail.header] == [b"A: 1"]
    assert mail.body == b""


@pytest.mark.parametrize(
    "content",
    [
        b"A: 1\nB: 2\r\n\r\n",
        b"A: 1\rB: 2\r\n\r\n",
        b"A: 1\v\r\n\r\n",
        b"A: 1\r\n \f2\r\n\r\n",
        b"A: 1\r\nno field\r\n\r\n",
        b"A\xc3: 1\r\n\r\n",
        b"A" * 998 + b": 1\r\n\r\n",
    ],
)
def test_header_that_two_readers_read_in_two_ways_is_a_problem(content: bytes) -> None:
    assert split_content(content).problem


def test_mbox_separator_is_no_field() -> None:
    mail = split_content(b"From a@b Mon Jun  1 08:00:00 2026\r\nA: 1\r\n\r\nx")
    assert mail.problem is None
    assert [field.name for field in mail.header] == [b"a"]


@given(st.binary(max_size=200))
def test_any_octets_can_be_split(content: bytes) -> None:
    split_content(content)


def test_tags_keep_equal_signs_and_lose_blanks_around() -> None:
    assert read_tags(b" v = 1 ;\r\n\tb= ab=\r\n c== ; ") == {b"v": b"1", b"b": b"ab=\r\n c=="}


@pytest.mark.parametrize("text", [b"v", b"=1", b"a=1; a=2", b"a=1;;b=2", b"1a=2", b"a b=1"])
def test_broken_tag_list_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_tags(text)


def test_only_the_value_of_b_is_deleted() -> None:
    assert without_signature(b" bh=b=; b =\r\n xyz== ; d=b=1") == b" bh=b=; b =; d=b=1"
