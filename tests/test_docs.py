"""The documentation against the program: replies, recipes, and the way to every page."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from mailbridge.settings.written import ListenerTable
from mailbridge.smtp_hooks.replies import Say

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def links_of(page: Path) -> set[Path]:
    """The files that a page leads to; that they and their headings exist, `tests/cli/test_reference.py` sees to."""
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text("utf-8"))}


def replies_of(page: str) -> set[str]:
    return set(re.findall(r"(?m)^\| `([245]\d\d [^`]+)` \|", (DOCS / page).read_text("utf-8")))


def test_every_reply_of_the_hop_stands_in_the_reference_and_no_other() -> None:
    assert replies_of("reference/smtp.md") == {say.value for say in Say}


def test_every_page_can_be_reached_from_the_index() -> None:
    """Decisions are reached through their folder."""
    seen: set[Path] = set()
    ahead = [DOCS / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen and page.suffix == ".md" and page.is_file():
            seen.add(page)
            ahead.extend(links_of(page))
    assert [page for page in PAGES if page not in seen and page.parent.name != "decisions"] == []


def test_listeners_in_the_docs_have_keys_that_exist() -> None:
    known = set(ListenerTable.__dataclass_fields__)
    found = 0
    for page in PAGES:
        for block in re.findall(r"(?ms)^```toml[^\n]*\n(.*?)^```$", page.read_text("utf-8")):
            for listener in tomllib.loads(block).get("listener", []):
                found += 1
                assert set(listener) <= known, page
    assert found > 3
