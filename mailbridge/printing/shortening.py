"""Values cut to the lengths of Phụ lục VI, for systems that take no longer ones; the book keeps them in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbridge.registry.entry import LENGTHS, DraftEntry
from mailbridge.registry.versions import EntryVersion

_CUT = "…"


def shortened(versions: Sequence[EntryVersion]) -> tuple[EntryVersion, ...]:
    """Cut every value that is longer than Phụ lục VI phần II allows; its last character says so."""
    return tuple(
        version._replace(entry=replace(version.entry, draft=shortened_draft(version.entry.draft)))
        for version in versions
    )


def shortened_draft(draft: DraftEntry) -> DraftEntry:
    """Cut the values of one draft."""
    cut = {name: _cut(getattr(draft, name), LENGTHS[name]) for name in draft.too_long()}
    return replace(draft, **cut)  # type: ignore[arg-type]  # LENGTHS names texts only


def _cut(text: str, most: int) -> str:
    return text[: most - len(_CUT)].rstrip() + _CUT
