"""`hints.toml`: what was learnt from corrections and looked at; written by `rules learn --write`, changed by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from mailbridge.classifier.learned import NO_HINTS, Doubt, Hint, Hints, Taught, Watched
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Report
from mailbridge.settings.shape import CLOSED, shaped
from mailbridge.settings.source import read_source
from mailbridge.settings.values import ADDRESS_REMEDY, is_mailbox

HINTS = "hints.toml"

_HEADING = """\
# What clerks corrected, drawn by `mailbridge rules learn` for `[learning] hints = true` in mailbridge.toml.
# Delete a table, or write `use = false` into it, and the program reads this sender as it read before.
"""

_Count = Annotated[int, Field(ge=1, le=10_000_000)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _HintTable:
    """`[[hint]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    sender: str
    field: Taught
    read: str
    write: str
    entries: tuple[str, ...] = ()
    use: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _DoubtTable:
    """`[[doubt]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    sender: str
    field: Watched
    corrected: _Count
    of: _Count
    use: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _HintFile:
    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    hint: tuple[_HintTable, ...] = ()
    doubt: tuple[_DoubtTable, ...] = ()


def read_hints(path: Path, report: Report) -> Hints:
    """Read the file; one that is not there holds nothing. What is wrong with it goes into `report`."""
    if not path.is_file():
        return NO_HINTS
    source = read_source(path, report)
    written = shaped(_HintFile, source, report) if source is not None else None
    if source is None or written is None:
        return NO_HINTS
    senders: list[tuple[KeyPath, str]] = [(("hint", n, "sender"), x.sender) for n, x in enumerate(written.hint)]
    senders += [(("doubt", n, "sender"), x.sender) for n, x in enumerate(written.doubt)]
    for path_to, sender in senders:
        if not is_mailbox(sender):
            report.add(source.place(path_to), f'"{sender}" is no address', ADDRESS_REMEDY)
    for number, hint in enumerate(written.hint):
        if not hint.read.strip() or not hint.write.strip():
            remedy = "write what is read and what stands in the book, or delete the table"
            report.add(source.place(("hint", number)), "a hint needs both texts", remedy)
    return Hints(
        hints=tuple(
            Hint(
                sender=each.sender.lower(),
                field=each.field,
                read=each.read,
                write=each.write,
                entries=each.entries,
                use=each.use,
            )
            for each in written.hint
        ),
        doubts=tuple(
            Doubt(sender=each.sender.lower(), field=each.field, corrected=each.corrected, of=each.of, use=each.use)
            for each in written.doubt
        ),
    )


def hints_text(hints: Hints) -> str:
    """Write hints as the file has them; "" for none."""
    if not hints.hints and not hints.doubts:
        return ""
    return "\n".join((_HEADING.rstrip("\n"), *map(_hint_text, hints.hints), *map(_doubt_text, hints.doubts), ""))


def _hint_text(hint: Hint) -> str:
    return "\n".join(("", "[[hint]]", *_lines(hint.sender, hint.field.value, hint.use), *_told(hint)))


def _told(hint: Hint) -> Iterator[str]:
    yield f"read = {_text(hint.read)}"
    yield f"write = {_text(hint.write)}"
    yield f"entries = [{', '.join(map(_text, hint.entries))}]"


def _doubt_text(doubt: Doubt) -> str:
    counted = (f"corrected = {doubt.corrected}", f"of = {doubt.of}")
    return "\n".join(("", "[[doubt]]", *_lines(doubt.sender, doubt.field.value, doubt.use), *counted))


def _lines(sender: str, field: str, use: bool) -> Iterator[str]:
    yield f"sender = {_text(sender)}"
    yield f"field = {_text(field)}"
    if not use:
        yield "use = false"


def _text(value: str) -> str:
    """Write a TOML basic string; JSON's escapes are TOML's too, but for the slash and DEL, which JSON leaves bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def merged(current: Hints, learnt: Hints) -> Hints:
    """
    Return what the file should hold: what was learnt, and what people said of it.

    A table with `use = false` stays as it is, and so does a hint without entries, which somebody wrote by hand; both
    stand in the way of what would be learnt for the same place.
    """
    unwanted = tuple(each for each in current.hints if not each.use or not each.entries)
    undoubted = tuple(each for each in current.doubts if not each.use)
    places = {(each.sender, each.field, each.read) for each in unwanted}
    spots = {(each.sender, each.field) for each in undoubted}
    return Hints(
        hints=_sorted((*unwanted, *(x for x in learnt.hints if (x.sender, x.field, x.read) not in places))),
        doubts=tuple(
            sorted(
                (*undoubted, *(each for each in learnt.doubts if (each.sender, each.field) not in spots)),
                key=lambda each: (each.sender, each.field),
            )
        ),
    )


def _sorted(hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
    return tuple(sorted(hints, key=lambda each: (each.sender, each.field, each.read)))
