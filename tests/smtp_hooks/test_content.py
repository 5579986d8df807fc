"""Where content ends, whether it is clean, what it says: the same for every way to cut it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailbridge.smtp_hooks.content import Content
from tests.smtp_hooks.builders_smtp import stuff

lines = st.lists(
    st.one_of(st.binary(max_size=6), st.sampled_from([b".", b"..", b"", b".x", b"x" * 5000])).map(
        lambda line: line.replace(b"\r", b"").replace(b"\n", b"")
    ),
    max_size=8,
).map(lambda found: b"".join(line + b"\r\n" for line in found))


def read(octets: bytes, cuts: list[int]) -> tuple[bytes, bytes, Content]:
    content = Content()
    stuffed = rest = b""
    edges = [0, *sorted({cut % (len(octets) + 1) for cut in cuts}), len(octets)]
    for start, end in pairwise(edges):
        if content.ended:
            rest += octets[start:end]
            continue
        piece = content.feed(octets[start:end])
        stuffed, rest = stuffed + piece.stuffed, rest + piece.rest
    return stuffed, rest, content


@settings(max_examples=150)
@given(lines, st.lists(st.integers(min_value=0), max_size=12))
@example(b".\r\n", [1, 2, 3, 4, 5, 6, 7])
@example(b"", [1, 2])
@example(b"a\r\n.\r\n", list(range(20)))
def test_every_cut_gives_the_same(plain_sent: bytes, cuts: list[int]) -> None:
    sent = stuff(plain_sent)
    stuffed, rest, content = read(sent + b".\r\nQUIT\r\n", cuts)
    assert content.ended
    assert not content.bare
    assert stuffed == sent
    assert rest == b"QUIT\r\n"


SMUGGLING = [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\n", b"\r", b"\r\r\n", b"\n\n.\r\n"]


@pytest.mark.parametrize("form", SMUGGLING)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_lone_cr_or_lf_is_noticed_and_ends_nothing(form: bytes, size: int) -> None:
    sent = b"Subject: x\r\n\r\nfirst" + form + b"MAIL FROM:<evil@x.example>\r\nsecond\r\n.\r\nNOOP\r\n"
    content = Content()
    rest = b""
    for start in range(0, len(sent), size):
        if content.ended:
            rest += sent[start : start + size]
        else:
            rest += content.feed(sent[start : start + size]).rest
    assert content.bare
    assert content.ended
    assert rest == b"NOOP\r\n"


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"a"]), max_size=14), st.lists(st.integers(min_value=0), max_size=8)
)
def test_bare_is_said_of_exactly_what_is_not_made_of_lines(letters: list[bytes], cuts: list[int]) -> None:
    sent = b"".join(letters) + b"z\r\n.\r\n"
    _, rest, content = read(sent, cuts)
    end = (b"\r\n" + sent).find(b"\r\n.\r\n")
    first = sent[:end]
    assert content.ended
    assert rest == sent[end + 3 :]
    assert content.bare == bool(first.replace(b"\r\n", b"").strip(b"az.") or first.replace(b"\r\n", b"").count(b"\n"))


def reference(sent: bytes) -> tuple[bytes, bytes, bool]:
    """What content is, said as plainly as possible: (content, rest, whether it holds a lone CR or LF)."""
    end = (b"\r\n" + sent).find(b"\r\n.\r\n")
    content = sent[:end]
    lone = content.replace(b"\r\n", b"")
    return content, sent[end + 3 :], b"\r" in lone or b"\n" in lone


@settings(max_examples=300)
@given(
    st.integers(min_value=1, max_value=90),
    st.integers(min_value=60, max_value=400),
    st.lists(
        st.tuples(
            st.integers(min_value=0),
            st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n.\r\n", b"\r\n.", b".", b"\n.\r\n", b"\r\n\r\n", b"x"]),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.lists(st.integers(min_value=0), max_size=3),
)
def test_long_runs_of_equal_lines_hide_nothing(
    width: int, count: int, changes: list[tuple[int, bytes, bool]], cuts: list[int]
) -> None:
    sent = b"Subject: x\r\n\r\n" + (b"A" * width + b"\r\n") * count + b"==\r\n"
    for at, octets, instead in changes:
        where = at % len(sent)
        sent = sent[:where] + octets + sent[where + (len(octets) if instead else 0) :]
    sent += b"\r\n.\r\nQUIT\r\n"
    stuffed, rest, content = read(sent, cuts)
    assert (stuffed, rest, content.bare) == reference(sent)
