"""
Lists of confirmed addresses in `directory/*.csv`: which mailbox a body has confirmed in writing, and from when to when.

A file is such a list when its heading has the column `address`; beside it stand `name` (of the agency, as in the
directory), `confirmed_by` (the writing), and `from` and `to` (days, both count; empty is no bound).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbridge.classifier.directory import Confirmation, ConfirmedAddress, Directory, Office
from mailbridge.settings.problem import Place, Report

COLUMNS = ("name", "address", "confirmed_by", "from", "to")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """One line of a list: whose mailbox, and the writing that confirms it."""

    place: Place
    name: str
    superior: str | None
    entry: ConfirmedAddress


def read_confirmed(cells: Mapping[str, str], place: Place, report: Report) -> Confirmed | None:
    """Read one line; what is wrong with it goes into `report`, and None comes back."""
    name, document = cells.get("name", ""), cells.get("confirmed_by", "")
    if not name:
        report.add(place, "the address belongs to no agency", 'fill the column "name" as the directory has it')
    if not document:
        report.add(place, "no writing confirms the address", 'fill "confirmed_by", such as Công văn 12/SNV-VP ngày …')
    days = [_day(cells.get(column, ""), column, place, report) for column in ("from", "to")]
    if not name or not document or None in days:
        return None
    since, until = (None if day is date.min else day for day in days)
    if since is not None and until is not None and until < since:
        report.add(place, "the confirmation ends before it begins", "exchange the days, or mend the wrong one")
        return None
    confirmation = Confirmation(document=document, since=since, until=until)
    entry = ConfirmedAddress(address=cells["address"].lower(), confirmation=confirmation)
    return Confirmed(place=place, name=name, superior=cells.get("superior") or None, entry=entry)


def _day(text: str, column: str, place: Place, report: Report) -> date | None:
    """Read "05/01/2026" or "2026-01-05"; `date.min` for an empty cell, None when it cannot be read."""
    if not text:
        return date.min
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        report.add(place, f'"{text}" in the column "{column}" is no day', "write such as 05/01/2026")
        return None


def with_confirmed(offices: Sequence[Office], lines: Iterable[Confirmed], report: Report) -> tuple[Office, ...]:
    """Give each agency its confirmed addresses; an unknown agency, and times that overlap, go into `report`."""
    directory = Directory(tuple(offices))
    own: dict[int, list[ConfirmedAddress]] = {}
    lines = tuple(lines)
    for line in lines:
        found = directory.find(line.name, line.superior)
        if found is None:
            said = f'"{line.name}" is not in the directory, or there are several'
            report.add(line.place, said, "write the name as it stands there, with its superior where there are several")
        else:
            own.setdefault(id(found.office), []).append(line.entry)
    for line, first in overlapping(lines):
        said = f'"{line.entry.address}" is confirmed for the same days at {first.place.file}:{first.place.line}'
        report.add(line.place, said, "let the first one end on the day before the second begins")
    return tuple(_with(office, own.get(id(office), ())) for office in offices)


def _with(office: Office, entries: Sequence[ConfirmedAddress]) -> Office:
    if not entries:
        return office
    addresses = dict.fromkeys((*office.addresses, *(entry.address for entry in entries)))
    return replace(office, addresses=tuple(addresses), confirmed=tuple(entries))


def overlapping(lines: Iterable[Confirmed]) -> Iterable[tuple[Confirmed, Confirmed]]:
    """Yield each line with an earlier one that confirms the same mailbox on a common day."""
    seen: dict[str, list[Confirmed]] = {}
    for line in lines:
        before = seen.setdefault(line.entry.address, [])
        yield from ((line, each) for each in before if _share_a_day(line.entry.confirmation, each.entry.confirmation))
        before.append(line)


def _share_a_day(one: Confirmation, other: Confirmation) -> bool:
    begin = max(one.since or date.min, other.since or date.min)
    return begin <= min(one.until or date.max, other.until or date.max)


def ended(lines: Iterable[Confirmed], today: date, report: Report) -> None:
    """Report the confirmations that are over and that none has followed."""
    lines = tuple(lines)
    in_force = {line.entry.address for line in lines if (line.entry.confirmation.until or date.max) >= today}
    for line in lines:
        until = line.entry.confirmation.until
        if until is not None and line.entry.address not in in_force:
            said = f'the confirmation of "{line.entry.address}" ended on {until:%d/%m/%Y}'
            report.add(line.place, said, "ask the agency for a new one, or take the line out")


def as_row(line: Confirmed) -> tuple[str, ...]:
    """Return the cells of a line in the order of `COLUMNS`."""
    confirmation = line.entry.confirmation
    days = (f"{day:%d/%m/%Y}" if day else "" for day in (confirmation.since, confirmation.until))
    return (line.name, line.entry.address, confirmation.document, *days)
