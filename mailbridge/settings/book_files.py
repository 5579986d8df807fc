"""`books.toml` and `kinds.toml`: the books, and which kinds of documents are booked, announced or ignored."""

from __future__ import annotations

from pathlib import Path

from mailbridge.classifier.kinds import Kind
from mailbridge.classifier.types import type_by_name
from mailbridge.decision.conditions import word_key
from mailbridge.decision.policy import Book, DocumentKind
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Report
from mailbridge.settings.shape import shaped
from mailbridge.settings.source import Source, read_source
from mailbridge.settings.values import NAME_REMEDY, is_name
from mailbridge.settings.written import BooksFile, KindsFile, KindTable


def read_books(path: Path, report: Report) -> tuple[Book, ...]:
    """Read `books.toml`; with findings in `report` the result is not to be used."""
    source = read_source(path, report)
    file = shaped(BooksFile, source, report) if source else None
    if source is None or file is None:
        return ()
    if not file.book:
        report.add(source.place(("book",)), "there is no book", "describe one below a line [[book]]")
    ids: set[str] = set()
    owners: dict[Kind, str] = {}
    for number, table in enumerate(file.book):
        path_of: KeyPath = ("book", number)
        _check_id(table.id, "id", path_of, ids, source, report)
        if not table.title.strip():
            report.add(
                source.place((*path_of, "title")), "the title of a book is empty", "it stands on the printed cover"
            )
        for place, kind in enumerate(table.kinds):
            here = source.place((*path_of, "kinds", place))
            if not kind.is_stored:
                report.add(here, f'mail of kind "{kind}" is never kept, so no book takes it', "take it out")
            elif kind in owners:
                report.add(
                    here, f'two books take mail of kind "{kind}": "{owners[kind]}" too', "leave it with one book"
                )
            owners.setdefault(kind, table.id)
    return tuple(
        Book(id=table.id, title=table.title, kinds=table.kinds, numbers=table.numbers, close_daily=table.close_daily)
        for table in file.book
    )


def read_kinds(path: Path, report: Report) -> tuple[DocumentKind, ...]:
    """Read `kinds.toml`; without the file every document is booked."""
    if not path.exists():
        return ()
    source = read_source(path, report)
    file = shaped(KindsFile, source, report) if source else None
    if source is None or file is None:
        return ()
    names: set[str] = set()
    taken: dict[tuple[str, bool | None], str] = {}
    held: dict[tuple[str, bool | None], str] = {}
    for number, table in enumerate(file.kind):
        _check_id(table.name, "name", ("kind", number), names, source, report)
        _check_types(table, ("kind", number), taken, source, report)
        _check_working(table, ("kind", number), held, source, report)
    return tuple(
        DocumentKind(
            name=table.name,
            title=table.title,
            treatment=table.treatment,
            types=table.types,
            working=table.working,
            internal=table.internal,
        )
        for table in file.kind
    )


def _check_id(name: str, key: str, path: KeyPath, names: set[str], source: Source, report: Report) -> None:
    place = source.place((*path, key))
    if not is_name(name):
        report.add(place, f'"{name}" is not a name', NAME_REMEDY)
    if name in names:
        report.add(place, f'a second "{name}"', "give each its own name")
    names.add(name)


def _check_types(
    table: KindTable, path: KeyPath, taken: dict[tuple[str, bool | None], str], source: Source, report: Report
) -> None:
    if not table.types and not table.working:
        report.add(
            source.place((*path, "types")),
            f'kind "{table.name}" has no types and no working mail',
            'name such as types = ["Giấy mời"] or working = ["meeting-invitation"]',
        )
    for number, name in enumerate(table.types):
        here = source.place((*path, "types", number))
        found = type_by_name(name)
        if found is None:
            report.add(here, f'"{name}" is no tên loại that is known', 'write the full name, such as "Giấy mời"')
        elif word_key(found.name) != word_key(name):
            report.add(here, f'"{name}" is read as "{found.name}"', f'write "{found.name}"')
        for internal in (None, table.internal):
            if (word_key(name), internal) in taken:
                other = taken[(word_key(name), internal)]
                report.add(here, f'"{name}" is never reached: kind "{other}" has it before', "leave it with one kind")
                break
        taken.setdefault((word_key(name), table.internal), table.name)


def _check_working(
    table: KindTable, path: KeyPath, held: dict[tuple[str, bool | None], str], source: Source, report: Report
) -> None:
    for number, kind in enumerate(table.working):
        for internal in (None, table.internal):
            if (kind.value, internal) in held:
                here = source.place((*path, "working", number))
                other = held[(kind.value, internal)]
                report.add(here, f'"{kind}" is never reached: kind "{other}" has it before', "leave it with one kind")
                break
        held.setdefault((kind.value, table.internal), table.name)
