"""
The templates of letters: `<lang>/<letter>/{subject.txt,body.txt,body.html}`.

The one place of this room that meets the file system: Jinja2's loaders read the templates that lie in the package, and
those that an agency has put over them. Loading happens at the first use of a template, never on import.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

PARTS = ("subject.txt", "body.txt", "body.html")
"""The files of each letter."""


class Template(StrEnum):
    """The letters that have templates, by the name of their folder."""

    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    CORRECTION = "correction"
    DUPLICATE = "duplicate"
    NOTICE = "notice"
    PROGRESS = "progress"
    QUESTION = "question"
    RECALL = "recall"
    REFUSED = "refused"
    SECRET = "secret"


OF_STAGES = frozenset({Template.CORRECTION, Template.PROGRESS, Template.RECALL, Template.REFUSED})
"""Letters that follow from what a clerk decided; `stage` is there in them and nowhere else."""


def environment(override: Path | None = None) -> SandboxedEnvironment:
    """
    Build the environment that renders letters: strict about unknown names, sandboxed, HTML escaped.

    Args:
        override: A folder laid out like `templates/`; a file there stands in for ours. It need not exist.

    Jinja2 is imported here because it takes a fifth of a second, which a program that sends nothing need not pay.
    """
    from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    ours = PackageLoader("mailbridge.letters", "templates")
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(override), ours]) if override else ours,
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        # A running service keeps the templates that were checked at its start; a change comes with a reload.
        auto_reload=False,
    )


@cache
def packaged() -> SandboxedEnvironment:
    """Return the environment of the templates in the package."""
    return environment()
