"""Objects as every reader reads them, and faults in them."""

from __future__ import annotations

import pytest

from mailbridge.verify.pdf_changes_syntax import end_of_objects

GOOD = [
    b"<< /A 1 /B [1 -2.5 .5 +3 4. true false null 12 0 R] /C << /D (a(b)\\)c) /E <0a B> >> >>",
    b"<</A/B/C(x)/D<00>/E[/F]/G 1>>",
    b"[]",
    b"(a\\\\)",
    b"12",
    b"[/]",
    b"() <>",
    b"(\n\0\xff)",
]
BAD = [
    b"<<",
    b">>",
    b"[",
    b"[ >>",
    b"<< ]",
    b"(",
    b"(a\\)",
    b"((a)",
    b"<0x>",
    b"<0",
    b"--1",
    b"1.2.3",
    b"{}",
    b"truex",
    b"",
    b" ",
]


@pytest.mark.parametrize("written", GOOD)
@pytest.mark.parametrize("behind", [b"endobj", b"\nstream\r\n", b""])
def test_well_formed_objects_end_where_something_else_begins(written: bytes, behind: bytes) -> None:
    content = b"1 0 obj" + written + behind
    assert end_of_objects(content, 7) == len(content) - len(behind.lstrip())


@pytest.mark.parametrize("written", BAD)
def test_faults_are_no_objects(written: bytes) -> None:
    content = written + b"endobj"
    end = end_of_objects(content, 0)
    assert end is None or not content.startswith((b"endobj", b"stream"), end)


def test_comment_is_not_read_over() -> None:
    assert end_of_objects(b"<< /A 1 % >>\n>>", 0) is None


def test_deep_nesting_and_long_texts_end() -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    assert end_of_objects(deep, 0) == len(deep)
    assert end_of_objects(b"(" * 200_000, 0) is None
    assert end_of_objects(b"(" + b"a" * 200_000, 0) is None
