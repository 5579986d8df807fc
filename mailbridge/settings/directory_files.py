"""
`directory/*.csv`: the agencies that are known, with their published addresses.

A file is UTF-8, with a heading line: `name` and any of `superior`, `code`, `others`, `addresses`, `domains`; where a
cell holds several, semicolons stand between them. Columns with other names are left alone, so that a list which an
agency keeps for other ends can be put here as it is. Vietnamese headings are understood too. A file with the column
`address` lists confirmed addresses (`directory_confirmed`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from mailbridge.classifier.directory import Directory, Office, twice
from mailbridge.mail.canonical import nfc
from mailbridge.settings.directory_confirmed import COLUMNS as CONFIRMED_COLUMNS
from mailbridge.settings.directory_confirmed import Confirmed, as_row, read_confirmed, with_confirmed
from mailbridge.settings.problem import Place, Report

COLUMNS = ("name", "superior", "code", "others", "addresses", "domains")
_IN_VIETNAMESE = {
    "tên cơ quan": "name",
    "tên": "name",
    "cơ quan": "name",
    "cơ quan chủ quản": "superior",
    "mã định danh": "code",
    "tên khác": "others",
    "địa chỉ thư": "addresses",
    "tên miền": "domains",
    "địa chỉ": "address",
    "văn bản xác nhận": "confirmed_by",
    "từ ngày": "from",
    "đến ngày": "to",
}
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LARGEST = 32 * 1024 * 1024
_LONGEST_CELL = 10_000


def read_directory(folder: Path, report: Report) -> Directory:
    """Read all files of the folder, in the order of their names; with findings in `report` it is not to be used."""
    placed, lines = read_lists(sorted(folder.glob("*.csv")) if folder.is_dir() else (), report)
    places = {id(office): place for place, office in placed}
    offices = tuple(office for _, office in placed)
    for first, second in twice(offices):
        where = places[id(first)]
        said = f'"{second.name}" stands in the directory twice, first at {where.file}:{where.line}'
        report.add(places[id(second)], said, "name the superior of each, or take one out")
    return Directory(with_confirmed(offices, lines, report))


def read_lists(paths: Iterable[Path], report: Report) -> tuple[list[tuple[Place, Office]], list[Confirmed]]:
    """Read agencies and confirmed addresses out of files, each with the line that it stands on."""
    offices: list[tuple[Place, Office]] = []
    lines: list[Confirmed] = []
    for path in paths:
        for place, found in _lines(path, report):
            if isinstance(found, Office):
                offices.append((place, found))
            else:
                lines.append(found)
    return offices, lines


def read_offices(path: Path, report: Report) -> list[tuple[Place, Office]]:
    """Read the agencies of one file; each with the line that it stands on."""
    return read_lists((path,), report)[0]


def _lines(path: Path, report: Report) -> list[tuple[Place, Office | Confirmed]]:
    whole = Place(file=str(path))
    try:
        octets = path.read_bytes()
        text = octets.decode("utf-8-sig")
    except OSError as error:
        report.add(whole, f"the file cannot be read: {error.strerror}")
        return []
    except UnicodeDecodeError:
        report.add(whole, "the file is not UTF-8", 'save it as "CSV UTF-8"')
        return []
    if len(octets) > _LARGEST:
        report.add(whole, "the file is larger than 32 MB", "no list of agencies is; is it another file?")
        return []
    return list(_read(text, str(path), report))


def write_offices(path: Path, offices: Sequence[Office]) -> None:
    """Write agencies so that `read_offices` reads the same; the file is there whole or not at all. Raises `OSError`."""
    _write(path, COLUMNS, map(_as_row, offices))


def write_confirmed(path: Path, lines: Iterable[Confirmed]) -> None:
    """Write a list of confirmed addresses; the file is there whole or not at all. Raises `OSError`."""
    _write(path, CONFIRMED_COLUMNS, map(as_row, lines))


def _as_row(office: Office) -> tuple[str, ...]:
    several = (";".join(cells) for cells in (office.others, office.addresses, office.domains))
    return (office.name, office.superior or "", office.code or "", *several)


def _write(path: Path, heading: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(heading)
    rows.writerows(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(written.getvalue(), encoding="utf-8")
    draft.replace(path)


def _read(text: str, file: str, report: Report) -> Iterator[tuple[Place, Office | Confirmed]]:
    csv.field_size_limit(_LONGEST_CELL)
    heading = text.split("\n", 1)[0]
    # What Excel writes depends on the language of the system.
    separator = ";" if heading.count(";") > heading.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [_column(name) for name in next(rows, [])]
        if "name" not in names:
            known = ", ".join(COLUMNS)
            report.add(Place(file=file, line=1), 'there is no column "name"', f"the first line names columns: {known}")
            return
        for row in rows:
            cells = dict(zip(names, (" ".join(nfc(cell).split()) for cell in row), strict=False))
            if any(cells.values()):
                place = Place(file=file, line=rows.line_num)
                found = _confirmed(cells, place, report) if "address" in names else _office(cells, place, report)
                if found is not None:
                    yield place, found
    except csv.Error as error:
        report.add(Place(file=file, line=rows.line_num), f"the line cannot be read as CSV: {error}")


def _column(name: str) -> str:
    """Return the name of a column in English, whatever its case; "Confirmed by" is `confirmed_by`."""
    plain = " ".join(nfc(name).lower().replace("_", " ").split())
    return _IN_VIETNAMESE.get(plain, plain.replace(" ", "_"))


def _confirmed(cells: dict[str, str], place: Place, report: Report) -> Confirmed | None:
    address = cells.get("address", "")
    if not _is_address(address):
        report.add(place, f'"{address}" is not an address', "write such as vanthu@sonv.backan.gov.vn")
        return None
    return read_confirmed(cells, place, report)


def _office(cells: dict[str, str], place: Place, report: Report) -> Office | None:
    name = cells.get("name", "")
    if not name:
        report.add(place, "an agency has no name", 'fill the column "name", or take the line out')
        return None
    addresses, domains = _several(cells, "addresses"), _several(cells, "domains")
    for address in addresses:
        if not _is_address(address):
            report.add(place, f'"{address}" is not an address', "write such as vanthu@sonv.backan.gov.vn")
    for domain in domains:
        if not _DOMAIN.fullmatch(domain.lower()):
            report.add(place, f'"{domain}" is not a domain', "write such as sonv.backan.gov.vn")
    return Office(
        name=name,
        superior=cells.get("superior") or None,
        code=cells.get("code") or None,
        others=_several(cells, "others"),
        addresses=tuple(address.lower() for address in addresses),
        domains=tuple(domain.lower() for domain in domains),
    )


def _several(cells: dict[str, str], name: str) -> tuple[str, ...]:
    return tuple(part for piece in cells.get(name, "").split(";") if (part := piece.strip()))


def _is_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
