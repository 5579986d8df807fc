"""Where keys stand in a TOML text."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.settings.lines import KeyPath, key_lines

TEXT = '''\
# a comment with = and [brackets]
top = "a # no comment"   # a comment
dotted.key.deep = 1
"quoted key" = 'literal \\'
[table]
list = [ # comment
  "one",
  { inner = 1, more = [2,
     3] },
]
long = """
[not.a.table]
x = 1\\""" still
"""
after = 1979-05-27T07:32:00Z
[[array]]
a = 1
[array.sub]
b = 2
[[array]]
a = 3
[[array.nested]]
c = {}
d = []
'''


def test_every_kind_of_place() -> None:
    lines = key_lines(TEXT)
    wanted: dict[KeyPath, int] = {
        ("top",): 2,
        ("dotted",): 3,
        ("dotted", "key", "deep"): 3,
        ("quoted key",): 4,
        ("table",): 5,
        ("table", "list"): 6,
        ("table", "list", 0): 7,
        ("table", "list", 1, "inner"): 8,
        ("table", "list", 1, "more", 1): 9,
        ("table", "long"): 11,
        ("table", "after"): 15,
        ("array",): 16,
        ("array", 0, "a"): 17,
        ("array", 0, "sub"): 18,
        ("array", 0, "sub", "b"): 19,
        ("array", 1): 20,
        ("array", 1, "a"): 21,
        ("array", 1, "nested", 0): 22,
        ("array", 1, "nested", 0, "d"): 24,
    }
    assert {path: lines.get(path) for path in wanted} == wanted


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\nb = 2\r\n")[("b",)] == 2


def test_no_end_of_line_at_the_end() -> None:
    assert key_lines("a = 1\nb = 2 # end")[("b",)] == 2


def test_an_empty_text() -> None:
    assert key_lines("") == {}


KEYS = st.text("abzđ.\"'# -", min_size=1, max_size=4)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text("a\"'\\#[]{}=,\nđ ", max_size=6),
    st.floats(0, 9),
)


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case list():
            return "[\n" + ",\n".join(_text(each) for each in value) + "\n]"
        case dict():
            return "{ " + ", ".join(f"{_quoted(key)} = {_text(each)}" for key, each in value.items()) + " }"
        case _:
            return repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    found: set[KeyPath] = set()
    for key, each in steps:
        found |= {(*path, key)} | _paths(each, (*path, key))
    return found


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.lists(st.dictionaries(KEYS, VALUES, max_size=2), max_size=3))
def test_every_key_that_tomllib_reads_has_a_line(table: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    pairs = [f"{_quoted(key)} = {_text(value)} # {{\n" for key, value in table.items()]
    headers = [
        "[[tables]]\n" + "".join(f"{_quoted(key)} = {_text(value)}\n" for key, value in each.items()) for each in tables
    ]
    text = "".join(pairs + headers)
    read = tomllib.loads(text)
    lines = key_lines(text)
    assert set(lines) == _paths(read)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
    written = text.split("\n")
    for key in table:
        assert written[lines[(key,)] - 1].startswith(_quoted(key))
