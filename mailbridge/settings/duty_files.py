"""
`duty/*.csv`: who is on duty and who is on leave, so that notices follow the person who is there.

A file has the columns `person` (an address of `clerks`, or of somebody who stands in), `from`, `to` ("24/11/2026", both
days count), `kind` (trực or nghỉ, duty or leave), and `stand_in` (an address; for leave). Headings may be Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from mailbridge.classifier.folding import fold
from mailbridge.decision.duty import Presence, Shift
from mailbridge.settings.csv_lines import csv_lines
from mailbridge.settings.problem import Place, Report
from mailbridge.settings.values import ADDRESS_REMEDY, is_mailbox

_NEEDED = ("person", "from", "to", "kind")
_COLUMNS: Mapping[str, str] = {
    "person": "person",
    "nguoi": "person",
    "can bo": "person",
    "dia chi": "person",
    "from": "from",
    "tu ngay": "from",
    "to": "to",
    "den ngay": "to",
    "kind": "kind",
    "loai": "kind",
    "stand_in": "stand_in",
    "nguoi thay": "stand_in",
}
_KINDS: Mapping[str, Presence] = {
    "truc": Presence.DUTY,
    "duty": Presence.DUTY,
    "nghi": Presence.LEAVE,
    "nghi phep": Presence.LEAVE,
    "leave": Presence.LEAVE,
}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def read_duty(folder: Path, report: Report) -> tuple[Shift, ...]:
    """Read all files of the folder, which need not be there; slips go into `report`."""
    found: list[Shift] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        for place, cells in csv_lines(path, _COLUMNS, _NEEDED, "person,from,to,kind,stand_in", report):
            shift = _shift(cells, place, report)
            if shift is not None:
                found.append(shift)
    return tuple(found)


def _shift(cells: Mapping[str, str], place: Place, report: Report) -> Shift | None:
    before = len(report.problems)
    person, stand_in = cells.get("person", "").lower(), cells.get("stand_in", "").lower()
    for address in filter(None, (person or "?", stand_in)):
        if not is_mailbox(address):
            report.add(place, f'"{address}" is no address', ADDRESS_REMEDY)
    kind = _KINDS.get(fold(cells.get("kind", "")))
    if kind is None:
        report.add(place, f'"{cells.get("kind", "")}" is neither duty nor leave', "write trực or nghỉ (duty or leave)")
    first, last = (_day(cells.get(name, ""), place, report) for name in ("from", "to"))
    if first and last and last < first:
        report.add(place, "the days end before they begin", "exchange them, or mend the wrong one")
    if len(report.problems) > before or kind is None or first is None or last is None:
        return None
    return Shift(person=person, first=first, last=last, presence=kind, stand_in=stand_in)


def _day(text: str, place: Place, report: Report) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        report.add(place, f'"{text}" is no day', "write such as 24/11/2026")
        return None
