"""The book as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum

from mailbridge.printing.columns import INPUT_FIELDS, PRINTED, REMARKS
from mailbridge.printing.line import Line
from mailbridge.printing.volume import Title
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.versions import EntryVersion

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or drops and then finds one."""

_BLANK = " \N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
"""What some spreadsheets skip before they look for a formula."""

Record = Mapping[str, object]


def book_csv(lines: Sequence[Line]) -> bytes:
    """
    Write the ten printed columns under their heads, a line an entry.

    UTF-8 with the byte order mark by which Excel knows it, CRLF, days as dd/mm/yyyy. A cell that a spreadsheet would
    run as a formula begins with an apostrophe.
    """
    rows = ([*(cell.text for cell in line.cells[:REMARKS]), line.remarks] for line in lines)
    return _csv([column.head for column in PRINTED], rows)


def whole_csv(entries: Sequence[Sequence[EntryVersion]]) -> bytes:
    """Write all input fields of every version of every entry, a line a version; days as yyyy-mm-dd."""
    records = [whole_record(version) for versions in entries for version in versions]
    heads = list(records[0]) if records else list(_HEADS)
    return _csv(heads, (["" if value is None else value for value in record.values()] for record in records))


def book_json(title: Title, agency: str, lines: Sequence[Line]) -> bytes:
    """Write the ten columns as one JSON document, values as they are stored."""
    return _json(title, agency, [_printed_record(line) for line in lines])


def whole_json(title: Title, agency: str, entries: Sequence[Sequence[EntryVersion]]) -> bytes:
    """Write all input fields of every version as one JSON document; an entry has its versions in order."""
    told = [
        {
            "id": versions[-1].entry.id,
            "number": versions[-1].entry.number,
            "versions": [whole_record(version) for version in versions],
        }
        for versions in entries
    ]
    return _json(title, agency, told)


def whole_record(version: EntryVersion) -> dict[str, object]:
    """
    Lay out a version by the names of the decree, then what the book knows besides; values ready for JSON.

    Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần II mục II.
    """
    entry = version.entry
    fields = {
        field.name: _plain(getattr(entry if field.of_book else entry.draft, field.attribute)) for field in INPUT_FIELDS
    }
    author = version.author
    written = {"WrittenBy": author.by, "WrittenAt": _plain(author.at), "Why": author.why}
    return fields | _besides(entry) | written


def _besides(entry: RegisterEntry) -> dict[str, object]:
    draft = entry.draft
    return {
        "CodeSymbol": draft.symbol,
        "TransferDate": _plain(draft.transfer_date),
        "ArrivedAt": _plain(entry.arrived_at),
        "Agency": draft.agency,
        "Book": draft.book,
        "Year": entry.year,
        "EntryId": entry.id,
        "Version": entry.version,
        "Status": entry.status.value,
        "Channel": draft.channel.value,
        "MailId": draft.mail_id,
        "DocumentSha256": draft.document_sha256,
    }


_HEADS = (
    *(field.name for field in INPUT_FIELDS),
    *("CodeSymbol", "TransferDate", "ArrivedAt", "Agency", "Book", "Year", "EntryId", "Version", "Status", "Channel"),
    *("MailId", "DocumentSha256", "WrittenBy", "WrittenAt", "Why"),
)
"""The heads of an export without entries."""


def _printed_record(line: Line) -> Record:
    entry, draft = line.entry, line.entry.draft
    return {
        "arrival_date": _plain(entry.arrival_date),
        "number": entry.number,
        "issuer": draft.issuer,
        "symbol": draft.symbol,
        "issued_date": _plain(draft.issued_date),
        "type": draft.type,
        "subject": draft.subject,
        "type_and_subject": draft.type_and_subject,
        "recipients": draft.recipients,
        "transfer_date": _plain(draft.transfer_date),
        "note": draft.note,
        "events": list(line.events),
        "status": entry.status.value,
    }


def _json(title: Title, agency: str, entries: Sequence[object]) -> bytes:
    told = {"agency": agency, "agency_name": title.agency, "title": title.book, "year": title.year, "entries": entries}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _csv(heads: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heads)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig", "backslashreplace")


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Other programs look for "ố" as one letter.
    text = unicodedata.normalize("NFC", value)
    return f"'{text}" if text.lstrip(_BLANK).startswith(_FORMULA) else text


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value
