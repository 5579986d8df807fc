"""What the reference says: every verb, option and key, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import click
import pytest

from mailbridge.cli.main import mailbridge
from mailbridge.settings.written import BooksFile, ExamplesFile, ExampleTable, KindsFile, MainFile, RulesFile
from tests.cli.builders_cli import REPOSITORY

DOCS = REPOSITORY / "docs"
REFERENCE = DOCS / "reference"
LINK = re.compile(r"\]\(([^)#:]*)(#[^)]*)?\)")


def verbs(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every verb with its full name: "register list"."""
    if not isinstance(command, click.Group):
        yield name.strip(), command
        return
    context = click.Context(command)
    for each in command.list_commands(context):
        below = command.get_command(context, each)
        assert below is not None
        yield from verbs(below, f"{name} {each}")


def section(text: str, verb: str) -> str:
    """Return what the reference says below the heading of a verb."""
    found = re.search(rf"(?ms)^## `{verb}\b.*?(?=^## |\Z)", text)
    assert found, f"docs/reference/cli.md has no heading for {verb}"
    return found[0]


def test_every_verb_and_option_stands_in_the_reference() -> None:
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    shared = {"--config", "--lang", "--help", "--json"}
    for name, command in verbs(mailbridge):
        told = section(text, name.split()[0])
        assert name.split()[-1] in told, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                options = set(parameter.opts)
                assert options & shared or any(re.search(rf"`[^`]*{option}\b", told) for option in options), (
                    f"{name} {parameter.opts}"
                )
    for option in (*shared, "-c", "--version", "-h"):
        assert f"`{option}" in text


def test_no_option_stands_there_that_is_not() -> None:
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    there = {option for _, command in verbs(mailbridge) for each in command.params for option in each.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text)) - there - {"--help", "--version"} == set()


def keys(table: Any) -> Iterator[str]:
    """Yield the keys of a table and of the tables in it."""
    for each in fields(table):
        yield each.name.rstrip("_")  # "pass" is a word of Python
        for inner in tables_in(get_type_hints(table)[each.name]):
            yield from keys(inner)


def tables_in(annotation: Any) -> Iterator[Any]:
    if is_dataclass(annotation):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for each in get_args(annotation):
            yield from tables_in(each)


@pytest.mark.parametrize("file", [MainFile, BooksFile, KindsFile, RulesFile, ExampleTable])
def test_every_key_of_the_configuration_stands_in_the_reference(file: Any) -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    if file is ExampleTable:
        text += (REFERENCE / "rules.md").read_text(encoding="utf-8")
    found = set(keys(file))
    assert len(found) > 3
    assert sorted(key for key in found if not re.search(rf"[`\[]{key}[`\]]", text)) == []


def test_every_table_of_the_configuration_has_a_heading() -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    for each in fields(MainFile):
        if list(tables_in(get_type_hints(MainFile)[each.name])):
            assert re.search(rf"(?m)^### \[+{each.name}\]+$", text), each.name
    assert fields(ExamplesFile)[0].name in text


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        other = page.parent / target if target else page
        assert other.exists(), f"{page}: {target}"
        if anchor:
            heads = re.findall(r"(?m)^#+ (.*)$", other.read_text(encoding="utf-8"))
            assert anchor[1:] in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}, anchor


def test_the_modules_of_the_specifications_are_there() -> None:
    text = (REFERENCE / "specifications.md").read_text(encoding="utf-8")
    for row in re.findall(r"(?m)^\| (`.*?) \|", text):
        names = re.findall(r"`([\w.]+)`", row)
        room = names[0].partition(".")[0]
        for name in names:
            assert any(is_module(each) for each in (name, f"{room}.{name}")), name


def is_module(name: str) -> bool:
    path = REPOSITORY / "mailbridge" / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()
