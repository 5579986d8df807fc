"""
`directory/*.csv`: the agencies that are known, with their published addresses.

A file is UTF-8, with a heading line: `name` and any of `superior`, `code`, `others`, `addresses`, `domains`; where a
cell holds several, semicolons stand between them. Columns with other names are left alone, so that a list which an
agency keeps for other ends can be put here as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from mailbridge.classifier.directory import Directory, Office, twice
from mailbridge.mail.canonical import nfc
from mailbridge.settings.problem import Place, Report

COLUMNS = ("name", "superior", "code", "others", "addresses", "domains")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LARGEST = 32 * 1024 * 1024
_LONGEST_CELL = 10_000


def read_directory(folder: Path, report: Report) -> Directory:
    """Read all files of the folder, in the order of their names; with findings in `report` it is not to be used."""
    placed: list[tuple[Place, Office]] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        placed += read_offices(path, report)
    places = {id(office): place for place, office in placed}
    offices = tuple(office for _, office in placed)
    for first, second in twice(offices):
        where = places[id(first)]
        said = f'"{second.name}" stands in the directory twice, first at {where.file}:{where.line}'
        report.add(places[id(second)], said, "name the superior of each, or take one out")
    return Directory(offices)


def read_offices(path: Path, report: Report) -> list[tuple[Place, Office]]:
    """Read one file; each agency with the line that it stands on."""
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
    return list(_offices(text, str(path), report))


def write_offices(path: Path, offices: Sequence[Office]) -> None:
    """Write agencies so that `read_offices` reads the same; the file is there whole or not at all. Raises `OSError`."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for office in offices:
        several = (";".join(cells) for cells in (office.others, office.addresses, office.domains))
        rows.writerow((office.name, office.superior or "", office.code or "", *several))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(written.getvalue(), encoding="utf-8")
    draft.replace(path)


def _offices(text: str, file: str, report: Report) -> Iterator[tuple[Place, Office]]:
    csv.field_size_limit(_LONGEST_CELL)
    heading = text.split("\n", 1)[0]
    # What Excel writes depends on the language of the system.
    separator = ";" if heading.count(";") > heading.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if "name" not in names:
            known = ", ".join(COLUMNS)
            report.add(Place(file=file, line=1), 'there is no column "name"', f"the first line names columns: {known}")
            return
        for row in rows:
            cells = dict(zip(names, (" ".join(nfc(cell).split()) for cell in row), strict=False))
            if any(cells.values()):
                place = Place(file=file, line=rows.line_num)
                office = _office(cells, place, report)
                if office is not None:
                    yield place, office
    except csv.Error as error:
        report.add(Place(file=file, line=rows.line_num), f"the line cannot be read as CSV: {error}")


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
