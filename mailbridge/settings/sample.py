"""
The configuration that `mailbridge init` writes, and the choices that hold without any configuration.

The files lie in the folder `sample` beside this module; `$word` in `mailbridge.toml` is filled in. The folder `config/`
of the repository is the same sample for an agency of our own making; a test keeps the two equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.settings.book_files import read_books, read_kinds
from mailbridge.settings.problem import Report
from mailbridge.settings.rule_files import read_rules


def sample(
    *,
    name: str,
    domain: str,
    address: str,
    clerk: str,
    listen: str,
    next_hop: str,
    database: str,
    data: str,
    zone: str = "",
) -> Mapping[str, str]:
    """
    Return the text of every file of a configuration for one agency, by its path below the folder.

    The values are written as they are; whether they make sense is for `check_files` to say.
    """
    values = {
        "id": agency_id(domain),
        "name": name,
        "domain": domain,
        "address": address,
        "clerk": clerk,
        "listen": listen,
        "next_hop": next_hop,
        "database": database,
        "data": data,
        "zone": zone,
    }
    quoted = {key: toml_text(value) for key, value in values.items()}
    return {
        path: Template(text).substitute(quoted) if path == "mailbridge.toml" else text for path, text in sample_files()
    }


def sample_files() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file of the sample, `mailbridge.toml` still with its `$words`."""
    yield from _below(files("mailbridge.settings") / "sample", "")


def _below(folder: Traversable, above: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _below(entry, f"{above}{entry.name}/")
        else:
            yield f"{above}{entry.name}", entry.read_text(encoding="utf-8")


def agency_id(domain: str) -> str:
    """Make an id from the first label of a domain."""
    words = re.sub(r"[^a-z0-9]+", "-", domain.lower().split(".")[0]).strip("-")
    return words if words[:1].isalpha() else f"agency-{words}".rstrip("-")


def toml_text(value: str) -> str:
    """Write a text as a TOML basic string; Vietnamese letters stay as they are."""
    # JSON escapes are TOML escapes, but for DEL, which TOML wants escaped too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_sample(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a sample below `folder`; a file that is there already stays as it is."""
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_text(text, encoding="utf-8")


def default_policy(language: str = "vi") -> Policy:
    """
    Return the choices of the shipped rules, for an agency that owns every recipient.

    For `try` without a configuration.
    """
    report = Report()
    with as_file(files("mailbridge.settings") / "sample") as folder:
        books = read_books(folder / "books.toml", report)
        policy = Policy(
            agency=Agency(id="any", name="", domains=("*",), addresses=(), clerks=()),
            rules=read_rules(folder / "rules.d", tuple(book.id for book in books), None, report),
            books=books,
            kinds=read_kinds(folder / "kinds.toml", report),
            language=language,
        )
    if report.problems:
        raise report.problems[0].as_error()
    return policy
