"""What the hop looks at while content passes: the header, however it is cut, and the length of lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.smtp_hooks.content import Content
from mailbridge.smtp_hooks.replies import Say
from mailbridge.smtp_hooks.settings import HopSettings
from mailbridge.smtp_hooks.watch import Watch
from tests.smtp_hooks.builders_smtp import server_at


def watching(octets: bytes, size: int, **chosen: int) -> Say | None:
    watch = Watch(HopSettings(hostname="Hop.example", next_hop=server_at(25), **chosen))  # type: ignore[arg-type]
    content = Content()
    for start in range(0, len(octets), size):
        refusal = watch.look(content.feed(octets[start : start + size]).stuffed)
        if refusal is not None:
            return refusal
    return watch.end()


OWN = b"Received: from a ([192.0.2.1])\r\n\tby hop.example with ESMTP id x;\r\n\tdate\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100_000])
@pytest.mark.parametrize(
    ("octets", "chosen", "refusal"),
    [
        (b"A: b\r\n\r\nbody\r\n", {}, None),
        (b"\r\nbody\r\n" + OWN * 9, {}, None),
        (OWN * 5 + b"\r\nbody\r\n", {}, None),
        (OWN * 6 + b"\r\nbody\r\n", {}, Say.LOOP),
        (OWN * 6, {}, Say.LOOP),
        (b"RECEIVED: x\r\n" * 4 + b"\r\n", {"max_hops": 3}, Say.LOOP),
        (b"received: x\r\n" * 3 + b"\r\n" + b"Received: x\r\n" * 5, {"max_hops": 3}, None),
        (b"A: " + b"x" * 100 + b"\r\n\r\n" + b"x" * 500 + b"\r\n", {"max_header_size": 110}, None),
        (b"A: " + b"x" * 100 + b"\r\n\r\nbody\r\n", {"max_header_size": 90}, Say.HEADER_TOO_BIG),
        (b"A: b\r\nthis is no field\r\n" + b"x: y\r\n" * 40, {"max_header_size": 90}, None),
        (b"x" * 10 + b"\r\n" + b"x" * 11 + b"\r\n", {"max_line": 10}, Say.LINE_TOO_LONG),
        (b"x" * 10 + b"\r\n" + b"x" * 10 + b"\r\n", {"max_line": 10}, None),
        (b"x" * 30, {"max_size": 29}, Say.TOO_BIG),
    ],
)
def test_what_is_refused(octets: bytes, chosen: dict[str, int], refusal: Say | None, size: int) -> None:
    assert watching(octets, size, **chosen) == refusal


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from([b"Received: x\r\n", b"\r\n", b"no field\r\n", b"A: b\r\n", b" more\r\n"]), max_size=12),
    st.integers(min_value=1, max_value=20),
)
def test_every_cut_gives_the_same(lines: list[bytes], size: int) -> None:
    octets = b"".join(lines)
    limits = {"max_hops": 2, "max_header_size": 10_000}
    assert watching(octets, size, **limits) == watching(octets, 10_000, **limits)
