"""The argument of MAIL and RCPT."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.smtp_hooks.paths import parameter, read_argument


@pytest.mark.parametrize(
    ("text", "path", "parameters"),
    [
        ("FROM:<a@b.example>", "a@b.example", ""),
        ("from:<a@b.example> SIZE=3 BODY=8BITMIME", "a@b.example", "SIZE=3 BODY=8BITMIME"),
        ("FROM: <a@b.example>", "a@b.example", ""),
        ("FROM:<>", "", ""),
        ("FROM:< a@b.example >  RET=HDRS", "a@b.example", "RET=HDRS"),
        ("FROM:a@b.example ENVID=1", "a@b.example", "ENVID=1"),
        ('FROM:<"a b>c"@d.example> X=1', '"a b>c"@d.example', "X=1"),
        ('FROM:<"a\\"b"@d.example>', '"a\\"b"@d.example', ""),
        ("FROM:<@r.example,@s.example:a@b.example>", "@r.example,@s.example:a@b.example", ""),
        ("FROM:<văn.thư@sở.example> SMTPUTF8", "văn.thư@sở.example", "SMTPUTF8"),
        ("FROM:<postmaster>", "postmaster", ""),
    ],
)
def test_what_postfix_takes_is_split(text: str, path: str, parameters: str) -> None:
    argument = read_argument("FROM:", text)
    assert argument is not None
    assert (argument.path, argument.parameters) == (path, parameters)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "FROM",
        "FROM:",
        "FROM: ",
        "TO:<a@b.example>",
        "FROM:<a@b.example",
        "FROM:<a@b.example>SIZE=3",
        "FROM:<a b@c.example>",
        "FROM:<<a@b.example>>",
        "FROM:a@b.example>",
        'FROM:<"a@b.example>',
        "FROM:<a@b.example>\rRCPT TO:<c@d.example>",
        "FROM:<a@b.example> X=\x00",
    ],
)
def test_what_could_mean_two_things_is_refused(text: str | None) -> None:
    assert read_argument("FROM:", text) is None


@settings(max_examples=100)
@given(st.text(alphabet='<>"\\ @a.:=\r\x7fé', max_size=40))
def test_any_text_is_read_or_refused_and_never_holds_an_open_bracket(text: str) -> None:
    argument = read_argument("TO:", "TO:" + text)
    assert argument is None or not (argument.path.startswith("<") and argument.path.endswith(">"))


def test_parameters_are_found_in_any_case() -> None:
    assert parameter("SIZE=12 body=8BITMIME SMTPUTF8", "BODY") == "8BITMIME"
    assert parameter("SIZE=12 SMTPUTF8", "SMTPUTF8") == ""
    assert parameter("XSIZE=12", "SIZE") is None
