from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.verify.arc_results import read_instance, read_results, speak_for
from mailbridge.verify.dkim_text import Malformed

GOOGLE = (
    b" i=1; mx.google.com;\r\n       dkim=pass header.i=@d1.example header.s=20230601 header.b=ZQ9r+/A1;\r\n"
    b"       spf=pass (google.com: domain of an@d1.example designates 192.0.2.1 as permitted sender)"
    b' smtp.mailfrom="an@d1.example";\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=d1.example\r\n'
)
MICROSOFT = (
    b" i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=d1.example; dmarc=pass action=none header.from=d1.example;"
    b" dkim=pass header.d=d1.example; arc=none"
)


def speaks(text: str, author: str = "d1.example") -> bool:
    return speak_for(read_results(b"i=1; a.example;" + text.encode()), author)


def test_results_are_read_without_their_comments() -> None:
    found = [(each.method, each.result, dict(each.properties)) for each in read_results(GOOGLE)]
    assert found == [
        ("dkim", "pass", {"header.i": "@d1.example", "header.s": "20230601", "header.b": "ZQ9r+/A1"}),
        ("spf", "pass", {"smtp.mailfrom": "an@d1.example"}),
        ("dmarc", "pass", {"header.from": "d1.example"}),
    ]


def test_fields_of_large_services_are_read() -> None:
    assert speak_for(read_results(GOOGLE), "d1.example")
    assert speak_for(read_results(MICROSOFT), "d1.example")


def test_no_results_say_nothing() -> None:
    assert read_results(b"i=1; a.example; none") == ()
    assert read_results(b"i=1; a.example;") == ()
    assert not speaks(" none")


@pytest.mark.parametrize(
    "text",
    [
        " dmarc=pass header.from=d1.example",
        " DMARC=Pass header.from=D1.EXAMPLE",
        " dkim/1=pass header.d=mail.d1.example",
        " dkim=pass header.i=an@d1.example",
        " spf=pass smtp.mailfrom=an@d1.example",
        " dkim=fail header.d=d1.example; spf=pass smtp.mailfrom=d1.example",
        " dkim=pass header.d=d1.example; dmarc=pass",
    ],
)
def test_results_speak_for_the_author(text: str) -> None:
    assert speaks(text)


@pytest.mark.parametrize(
    "text",
    [
        " dmarc=fail header.from=d1.example; dkim=pass header.d=d1.example",
        " dmarc=pass header.from=d1.example; dmarc=fail header.from=d1.example",
        " dmarc=pass header.from=other.example; dkim=pass header.d=d1.example",
        " dmarc=pass header.from=mail.d1.example",
        " dmarc=none; dkim=pass header.d=d1.example",
        " dmarc=pass",
        " dkim=pass header.d=other.example; spf=pass smtp.mailfrom=an@other.example",
        " dkim=pass header.s=d1.example",
        " spf=softfail smtp.mailfrom=an@d1.example",
        ' spf=pass smtp.mailfrom="; dmarc=pass header.from=d1.example"',
        " spf=pass (; dmarc=pass header.from=d1.example)",
        " x=pass header.d=d1.example",
    ],
)
def test_results_do_not_speak_for_the_author(text: str) -> None:
    assert not speaks(text)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" a.example; dmarc=pass",
        b"i=1 a.example; dmarc=pass",
        b"i=x; a.example; dmarc=pass",
        b"i=1;; dmarc=pass",
        b"i=1; a.example; dmarc",
        b"i=1; a.example; dmarc=pass x",
        b"i=1; a.example;; dmarc=pass",
        b"i=1; a.example; dmarc=pass (",
        b"i=1; a.example; dmarc=pass )",
        b'i=1; a.example; dmarc="pass',
        b'i=1; a.example; dmarc="pass"x=y',
        b"i=1; a.example; dmarc=pa\\ss",
        b"i=1; a.example; dmarc=pass" + b" " * 30_000,
    ],
)
def test_half_a_truth_is_none(value: bytes) -> None:
    with pytest.raises(Malformed):
        read_results(value)


def test_comments_lie_in_comments() -> None:
    assert speaks(r" dmarc=pass (a (b; \) ) c) header.from=d1.example")


def test_instance_comes_first() -> None:
    assert read_instance(b" i = 12 ; a.example") == 12
    with pytest.raises(Malformed):
        read_instance(b" a.example; i=1")


@given(st.text('i=1;()"\\ ab=.', max_size=60))
def test_nonsense_is_malformed_or_read(text: str) -> None:
    with suppress(Malformed):
        read_results(b"i=1;" + text.encode())
