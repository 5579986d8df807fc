"""
What is known of real documents, and of real texts that are none: the records of the corpus.

The records (`documents-dev.jsonl`, `negatives-dev.jsonl`) lie beside the project and are only read; a few of them stand
in `data/` for the tests. Null means that the page which was read does not show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "str | list[str] | None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """
    A real document: what a clerk would write down of it.

    `number` is number and symbol as printed, stray blanks kept; `place` as printed, even when odd. `subject` of a công
    văn is without its "V/v". `authority` is "KT. BỘ TRƯỞNG" or the like, lines joined by " / ". `cited` are numbers of
    other documents. `lines` is the head as a page of the web shows it; `header` says how much of a letterhead that is.
    """

    id: str
    kind: str
    number: str | None
    issued: date | None
    place: str | None
    superior: str | None
    issuer: str | None
    subject: str | None
    addressees: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: str | None
    position: str | None
    authority: str | None
    urgency: str | None
    deadline: str | None
    due: date | None
    cited: tuple[str, ...]
    lines: tuple[str, ...]
    header: str

    @property
    def is_letter(self) -> bool:
        """Say whether `lines` are the head of a letter, and not a sentence that names a document."""
        return self.header != "reference"


@dataclass(frozen=True, kw_only=True, slots=True)
class Negative:
    """A real text that must not be entered; `label` is news, article, form, draft, contract, petition and so on."""

    id: str
    label: str
    title: str
    lines: tuple[str, ...]


def read_facts(path: Path) -> tuple[Facts, ...]:
    """Read the records of documents."""
    return tuple(_facts(record) for record in _records(path))


def read_negatives(path: Path) -> tuple[Negative, ...]:
    """Read the texts that are no documents."""
    return tuple(
        Negative(
            id=_text(record, "id") or "",
            label=_text(record, "label") or "",
            title=_text(record, "title") or "",
            lines=_texts(record, "first_lines"),
        )
        for record in _records(path)
    )


def _facts(record: Mapping[str, Json]) -> Facts:
    return Facts(
        id=_text(record, "id") or "",
        kind=_text(record, "kind") or "",
        number=_text(record, "number"),
        issued=_day(record, "issue_date"),
        place=_text(record, "place"),
        superior=_text(record, "parent_org"),
        issuer=_text(record, "issuer"),
        subject=_text(record, "subject"),
        addressees=_texts(record, "addressees"),
        recipients=_texts(record, "recipients"),
        signer=_text(record, "signer_name"),
        position=_text(record, "signer_title"),
        authority=_text(record, "signer_mode"),
        urgency=_text(record, "urgency"),
        deadline=_text(record, "due_date_text"),
        due=_day(record, "due_date"),
        cited=_texts(record, "legal_basis_numbers"),
        lines=_texts(record, "lines"),
        header=_text(record, "header") or "",
    )


def _records(path: Path) -> Iterator[Mapping[str, Json]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _text(record: Mapping[str, Json], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) else None


def _texts(record: Mapping[str, Json], key: str) -> tuple[str, ...]:
    value = record.get(key)
    return tuple(value) if isinstance(value, list) else ()


def _day(record: Mapping[str, Json], key: str) -> date | None:
    value = _text(record, key)
    return date.fromisoformat(value) if value else None
