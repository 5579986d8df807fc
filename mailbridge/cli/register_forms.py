"""The forms beside the book: follow-up book, handling slip, cover sheet, and the lists of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from mailbridge.registry.book_versions import Stretch, entries_with_versions
from mailbridge.registry.entry import local_day
from mailbridge.registry.filed import answers_given, filed_entries

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.printing.volume import Volume


class Form(StrEnum):
    """What `register print --form` takes."""

    BOOK = "book"
    FOLLOW_UP = "follow-up"
    SLIP = "slip"
    COVER = "cover"
    FILE = "file"
    FILES = "files"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A form of one entry, of one file or of all files; `agency_name` and `superior` stand above it."""

    form: Form
    agency: str
    agency_name: str
    superior: str
    book: str
    year: int | None
    number: int | None
    file: str | None


def set_form(wanted: Wanted, engine: Engine) -> bytes | None:
    """
    Set a form that is not bound as a book; None when there is no such entry or file.

    Raises:
        Misconfigured: typst is not installed.
        Unavailable: The database is gone.
    """
    match wanted.form:
        case Form.SLIP | Form.COVER:
            return _of_entry(wanted, engine)
        case Form.FILE | Form.FILES:
            return _of_files(wanted, engine)
        case Form.BOOK | Form.FOLLOW_UP:
            raise ValueError("a book is bound from a volume")
        case _:
            assert_never(wanted.form)


def set_follow_up(volume: Volume, engine: Engine, agency: str, tell: Callable[[int, int], None]) -> bytes:
    """Set the follow-up book that goes with a volume; raises as `set_form` does."""
    from mailbridge.printing.follow_up import follow_up_layout
    from mailbridge.printing.typeset import set_layout

    return set_layout(follow_up_layout(volume, answers_given(engine, agency)), tell)


def _of_entry(wanted: Wanted, engine: Engine) -> bytes | None:
    from mailbridge.printing.single import Office, set_cover, set_slip

    stretch = Stretch(
        agency=wanted.agency,
        book=wanted.book,
        year=wanted.year or 0,
        first=wanted.number,
        last=wanted.number,
    )
    found = next(entries_with_versions(engine, stretch), None)
    if found is None:
        return None
    office = Office(agency=wanted.agency_name, superior=wanted.superior)
    return set_slip(found[-1], office) if wanted.form is Form.SLIP else set_cover(found[-1], office)


def _of_files(wanted: Wanted, engine: Engine) -> bytes | None:
    from mailbridge.printing.file_lists import file_layout, files_layout, files_of
    from mailbridge.printing.typeset import set_layout

    files = files_of(filed_entries(engine, wanted.agency, notation=wanted.file, year=wanted.year))
    if not files:
        return None
    # As in the book: the time that the PDF carries is that of what stands in it, so that it is the same each time.
    newest = max(each.arrived_at for file in files for each in file.entries)
    agency, superior = wanted.agency_name, wanted.superior
    if wanted.form is Form.FILE:
        return set_layout(file_layout(files[0], agency=agency, superior=superior, written_at=newest))
    year = wanted.year or local_day(newest).year
    return set_layout(files_layout(files, year=year, agency=agency, superior=superior, written_at=newest))
